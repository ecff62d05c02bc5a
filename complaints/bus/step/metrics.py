"""The metrics of one step's worker, under the names that complaints.runtime.telemetry declares."""

import time
from collections.abc import Sequence
from typing import Final

from complaints.bus import StoredRecord
from complaints.bus.step.states.store import Store
from complaints.runtime import telemetry

SIZE_EVERY_S: Final = 5.0
"""Seconds between two looks at the size of the states."""


class Metrics:
    """The metrics of a worker, updated at most once per transaction."""

    def __init__(self, step: str, store: Store) -> None:
        self._store, self._size_at = store, 0.0
        self._batch = telemetry.STEP_BATCH.labels(step)
        self._transaction = telemetry.STEP_TRANSACTION_SECONDS.labels(step)
        self._function = telemetry.STEP_FUNCTION_SECONDS.labels(step)
        self._age = telemetry.STEP_INPUT_AGE_SECONDS.labels(step)
        self._aborted = telemetry.STEP_ABORTED.labels(step)
        self._dead = telemetry.DEAD_LETTERS.labels(step)
        self._states, self._bytes = telemetry.STEP_STATES.labels(step), telemetry.STEP_STATE_BYTES.labels(step)
        self.timers = telemetry.STEP_TIMERS.labels(step)
        self.refused = telemetry.STEP_REFUSED.labels(step)

    def handled(self, records: Sequence[StoredRecord], *, function_s: float, dead: int, now_ms: int) -> None:
        """Note records whose results are committed."""
        self._batch.observe(len(records))
        self._function.observe(function_s)
        self._dead.inc(dead)
        if records:
            oldest_ms = min(record.timestamp_ms for record in records)
            self._age.observe(max(0, now_ms - oldest_ms) / 1000)

    def committed(self, seconds: float) -> None:
        """Note how long a transaction took, from its beginning to the end of its commit."""
        self._transaction.observe(seconds)

    def aborted(self) -> None:
        """Note a transaction that was aborted."""
        self._aborted.inc()

    def look(self) -> None:
        """Note the size of the states, unless the last look was less than SIZE_EVERY_S ago."""
        now = time.monotonic()
        if now > self._size_at:
            self._size_at = now + SIZE_EVERY_S
            entries, size_bytes = self._store.size()
            self._states.set(entries)
            self._bytes.set(size_bytes)
