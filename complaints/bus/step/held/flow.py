"""Decides which of a worker's partitions deliver records: none while the step is paused, and none that is held or lets others go first."""

import time
from collections.abc import Callable, Collection
from typing import Final

LAST_S: Final = 1.0
"""Seconds that partitions which may kill the worker wait for the others, so that these make progress between two deaths."""


class Flow:
    """The flow of records of the partitions that are ready. The worker keeps all of them as long as it polls. For its thread."""

    def __init__(
        self, ready: Collection[int], *, stop: Callable[[Collection[int]], None], let: Callable[[int], None]
    ) -> None:
        """Begin with nothing paused or held.

        Args:
            ready: the partitions that are ready; its owner keeps it up to date.
            stop: stops the records of partitions.
            let: delivers the records of a partition again, from the last commit on.
        """
        self._ready, self._stop, self._let = ready, stop, let
        self._held: frozenset[int] = frozenset()
        self._last: set[int] = set()
        self._last_at = 0.0
        self.paused = False
        """True if no records come."""

    def is_open(self, partition: int) -> bool:
        """Return whether records of a partition are to be handled."""
        return not self.paused and partition not in self._held | self._last and partition in self._ready

    def pause(self, *, is_paused: bool) -> bool:
        """Stop all records, or deliver them again; return whether that is new."""
        if is_paused == self.paused:
            return False
        self.paused = is_paused
        if is_paused:
            self._stop(self._ready)
        else:
            self.again(set(self._ready) - self._held)
        return True

    def hold(self, partitions: Collection[int]) -> None:
        """Stop the records of some partitions until a later call no longer names them."""
        held = frozenset(partitions).intersection(self._ready)
        if held == self._held:
            return
        if new := held - self._held:
            self._stop(new)
        free, self._held = self._held - held, held
        if not self.paused:
            self.again(free)

    def again(self, partitions: Collection[int]) -> None:
        """Deliver the records of some partitions again, from the last commit on."""
        for partition in set(partitions).intersection(self._ready):
            self._let(partition)

    def begin_last(self, partitions: Collection[int]) -> None:
        """Let some partitions begin only when the others have had a second, because they may kill the worker again."""
        self._last = set(partitions)

    def begin(self, partition: int, *, is_first: bool) -> None:
        """Deliver the records of a partition that has just become ready.

        Args:
            partition: its number.
            is_first: whether it is to be read at once, even if nothing of it may be handled yet.
        """
        self._last_at = time.monotonic() + LAST_S
        if is_first or (not self.paused and partition not in self._last):
            self._let(partition)

    def begin_rest(self) -> None:
        """Begin with the partitions that waited for the others, if it is time."""
        if self._last and self._ready and time.monotonic() > self._last_at:
            begin, self._last = self._last, set()
            if not self.paused:
                self.again(begin - self._held)

    def forget(self) -> None:
        """Forget which are held: the partitions have changed hands."""
        self._held = frozenset()
