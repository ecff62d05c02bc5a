"""Stops a worker when too many records are dead-lettered: then the fault is in a schema or a deployment, not in the records."""

from collections import deque
from dataclasses import dataclass, field

from complaints.errors import LaporError

WINDOW = 4
"""The size of the window, in multiples of the limit. If half of it is dead, the fuse blows, so mixed good and bad records are noticed."""


class FuseBlown(LaporError):
    """So many records became dead letters that the worker must stop instead of moving the whole topic to the dead-letter topic."""


@dataclass(slots=True)
class Fuse:
    """A counter of dead letters, consecutive ones and those among the last records.

    Attributes:
        limit: the fuse blows at this many dead letters in a row, or at WINDOW / 2 times as many among the last `limit * WINDOW` records.
        in_a_row: the present number of dead letters in a row.
    """

    limit: int
    in_a_row: int = 0
    _last: deque[bool] = field(default_factory=deque)
    _dead: int = 0

    def count(self, *, dead: bool) -> None:
        """Count one record.

        Raises:
            FuseBlown: with this record the limit is reached.
        """
        self.in_a_row = self.in_a_row + 1 if dead else 0
        self._last.append(dead)
        self._dead += dead
        if len(self._last) > self.limit * WINDOW:
            self._dead -= self._last.popleft()
        if self.in_a_row >= self.limit:
            raise FuseBlown(f"{self.in_a_row} dead letters in a row: {_WHAT_TO_DO}")
        if self._dead >= self.limit * WINDOW // 2:
            raise FuseBlown(f"{self._dead} dead letters among the last {len(self._last)} records: {_WHAT_TO_DO}")


_WHAT_TO_DO = "look at the schema and the deployment, then restart the worker"
