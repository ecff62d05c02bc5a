"""Finds the timers that are due and makes the records that tell their keys, a bounded number at a time."""

import time
from collections.abc import Callable, Iterable
from typing import Final

from complaints.bus import Record, StoredRecord
from complaints.bus.step.contract import StepSpec
from complaints.bus.step.store import Store

OUTSTANDING: Final = 200
"""Timers that are proposed and not yet handled. More of them would hold up fresh records behind them."""

EVERY_S: Final = 0.2
"""How often timers are looked for."""

HEADER: Final = "timer"
"""The header that marks a timer's record, so that the worker knows that its proposal was handled."""


class Timers:
    """The timers of one worker's partitions. A timer may be proposed twice, by two workers or after a crash; the function ignores it."""

    def __init__(self, spec: StepSpec, store: Store, now_ms: Callable[[], int]) -> None:
        """Take what timers need.

        Args:
            spec: the step, whose `timer` makes the records.
            store: knows which states have a timer.
            now_ms: the present time in milliseconds since 1970.
        """
        self._spec, self._store, self._now_ms = spec, store, now_ms
        self._outstanding: set[tuple[int, bytes]] = set()
        self._proposed: set[tuple[int, bytes]] = set()
        self._looked_at = 0.0

    def due(self, partitions: Iterable[int]) -> list[tuple[Record, int | None]]:
        """Return the records of timers that are due and not outstanding, each with its partition of the mailbox.

        They count as outstanding after `written`.

        Args:
            partitions: those that this worker handles.
        """
        make, now = self._spec.timer, time.monotonic()
        if make is None or now - self._looked_at < EVERY_S:
            return []
        self._looked_at, self._proposed = now, set()
        found: list[tuple[Record, int | None]] = []
        for partition in partitions:
            for timer in self._store.due(partition, self._now_ms(), OUTSTANDING):
                at = (partition, timer.key)
                if len(self._outstanding) + len(found) >= OUTSTANDING:
                    return found
                if at not in self._outstanding:
                    record = make(timer.key, timer.due_ms)
                    headers = (*record.headers, (HEADER, str(timer.due_ms).encode()))
                    found.append(
                        (Record(topic=record.topic, key=record.key, value=record.value, headers=headers), partition)
                    )
                    self._proposed.add(at)
        return found

    @property
    def outstanding(self) -> int:
        """How many timers are proposed and not yet handled."""
        return len(self._outstanding)

    def written(self) -> None:
        """Note that the records of the last `due` are in the mailbox."""
        self._outstanding |= self._proposed

    def handled(self, records: Iterable[StoredRecord]) -> None:
        """Note that records of the mailbox were handled."""
        if not self._outstanding:
            return
        for record in records:
            if any(name == HEADER for name, _ in record.headers):
                self._outstanding.discard((record.partition, record.key or b""))

    def forget(self) -> None:
        """Forget all proposals: the partitions have changed hands."""
        self._outstanding.clear()
