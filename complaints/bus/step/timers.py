"""Finds the timers that are due and makes their records, a bounded number at a time."""

import math
import time
from collections.abc import Callable, Collection, Iterable
from typing import Final, NamedTuple

from complaints.bus import Record, StoredRecord
from complaints.bus.step.contract import StepSpec
from complaints.bus.step.states.store import Store

OUTSTANDING: Final = 200
"""Maximum number of timers that are proposed and not yet handled. More of them would hold up fresh records."""

EVERY_S: Final = 0.2
"""Seconds between two searches for due timers."""

REFUSED_S: Final = 60.0
"""How long timers wait if Kafka refuses their records. Messages go on meanwhile."""

HEADER: Final = "timer"
"""The header that marks a timer's record, so that the worker knows that its proposal was handled."""


FIRST_PAUSE_S: Final = 1.0
"""Seconds until a timer that was handled and is still due is proposed again; doubled each time."""

LONGEST_PAUSE_S: Final = 600.0
"""The longest of these pauses."""


class _Still(NamedTuple):
    """A timer that was handled and is still due, because this machine's clock is ahead of the broker's, or because it is a dead letter.

    Attributes:
        due_ms: when it was due, in milliseconds since 1970.
        pause_s: the seconds that it waits.
        until: when it is proposed again, by the monotonic clock; infinite for a dead letter.
    """

    due_ms: int
    pause_s: float
    until: float


class Timers:
    """The timers of one worker's partitions. A timer may be proposed twice, by two workers or after a crash; the function ignores it."""

    def __init__(self, spec: StepSpec, store: Store, now_ms: Callable[[], int]) -> None:
        self._spec, self._store, self._now_ms = spec, store, now_ms
        self._outstanding: set[tuple[int, bytes]] = set()
        self._proposed: set[tuple[int, bytes]] = set()
        self._still: dict[tuple[int, bytes], _Still] = {}
        self._looked_at = 0.0

    def due(self, partitions: Collection[int]) -> list[tuple[Record, int | None]]:
        """Return the records of timers that are due and not outstanding, each with its partition of the mailbox.

        They count as outstanding after `written`.

        Args:
            partitions: those that this worker handles. Timers that are outstanding in others do not count here: they may be proposed again.
        """
        make, now = self._spec.timer, time.monotonic()
        if make is None or now - self._looked_at < EVERY_S:
            return []
        self._looked_at, self._proposed = now, set()
        self._outstanding = {at for at in self._outstanding if at[0] in partitions}
        found: list[tuple[Record, int | None]] = []
        for partition in partitions:
            for timer in self._store.due(partition, self._now_ms(), OUTSTANDING + len(self._still)):
                at = (partition, timer.key)
                still = self._still.get(at)
                if still is not None and still.due_ms == timer.due_ms and now < still.until:
                    continue
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
        """The number of timers that are proposed and not yet handled."""
        return len(self._outstanding)

    def written(self) -> None:
        """Note that the records of the last `due` are in the mailbox."""
        self._outstanding |= self._proposed

    def refused(self) -> None:
        """Note that Kafka does not take the records of the last `due`: all timers wait, until somebody may have mended the topic."""
        self._looked_at = time.monotonic() + REFUSED_S

    def handled(self, records: Iterable[StoredRecord], *, dead: Iterable[StoredRecord]) -> None:
        """Note that records of the mailbox were handled, and their states committed."""
        if not self._outstanding:
            return
        failed = {record.position for record in dead}
        for record in records:
            due = next((value for name, value in record.headers if name == HEADER), b"")
            if due.isdigit():  # else somebody else wrote it
                at = (record.partition, record.key or b"")
                self._outstanding.discard(at)
                self._note_still(at, int(due), failed=record.position in failed)

    def _note_still(self, at: tuple[int, bytes], due_ms: int, *, failed: bool) -> None:
        """Note whether a timer that was handled is still due."""
        held, former = self._store.get(*at), self._still.pop(at, None)
        if held is None or held.due_ms != due_ms:
            return
        again = former is not None and former.due_ms == due_ms
        pause_s = min(former.pause_s * 2, LONGEST_PAUSE_S) if former is not None and again else FIRST_PAUSE_S
        self._still[at] = _Still(due_ms, pause_s, math.inf if failed else time.monotonic() + pause_s)

    def forget(self) -> None:
        """Forget all proposals: the partitions have changed hands."""
        self._outstanding.clear()
        self._still.clear()
