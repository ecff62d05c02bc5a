"""A clock for the router that is some days ahead, so that a demonstration can show weeks of a case's life in a minute."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from complaints.bus import StoredRecord
from complaints.bus.step.contract import Effect, State

_DAY_MS: Final = 86_400_000
_LOOK_S: Final = 0.05
"""Seconds between two reads of the file."""


class DemoClock:
    """A clock that reads from a file how many days it is ahead. Not for real complaints: facts get other times than their records."""

    def __init__(self, path: Path) -> None:
        """Take the path of the file, which need not exist yet."""
        self._path = path
        self._ahead_ms, self._looked_at = 0, 0.0

    def ahead_ms(self) -> int:
        """Return how far it is ahead, in milliseconds."""
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_S:
            self._looked_at = now
            try:
                self._ahead_ms = int(float(self._path.read_text("utf-8")) * _DAY_MS)
            except (OSError, ValueError):  # missing, or being written
                return self._ahead_ms
        return self._ahead_ms

    def now_ms(self) -> int:
        """Return the present time, some days ahead, in milliseconds since 1970."""
        return time.time_ns() // 1_000_000 + self.ahead_ms()

    def ahead_of(
        self, function: Callable[[State | None, StoredRecord], Effect]
    ) -> Callable[[State | None, StoredRecord], Effect]:
        """Return a step's function that treats each record as one of some days later."""

        def later(state: State | None, record: StoredRecord) -> Effect:
            return function(state, replace(record, timestamp_ms=record.timestamp_ms + self.ahead_ms()))

        return later
