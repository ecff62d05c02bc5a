"""The positions to commit even if nothing else is, because the group would otherwise seem to be behind."""

import math
import time
from collections.abc import Collection, Iterable, Mapping


class Due:
    """The positions that wait for a commit. For the worker's thread."""

    def __init__(self) -> None:
        self._offsets: dict[int, int] = {}
        self._at = math.inf

    def note(self, positions: Mapping[int, int], *, within_s: float) -> None:
        """Note positions to commit within some seconds."""
        self._at = min(time.monotonic() + within_s, self._at if self._offsets else math.inf)
        self._offsets |= positions

    def of(self, partitions: Collection[int]) -> dict[int, int]:
        """Return the positions of some partitions that are to be committed now."""
        if not self._offsets or time.monotonic() < self._at:
            return {}
        return {at: self._offsets[at] for at in partitions if at in self._offsets}

    def drop(self, partitions: Iterable[int]) -> None:
        """Forget partitions: a later position is committed, or they are no longer handled."""
        for partition in partitions:
            self._offsets.pop(partition, None)
