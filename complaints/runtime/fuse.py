"""Stops a worker when too many records are dead-lettered: then the fault is in a schema or a deployment, not in the records."""

from collections import deque
from dataclasses import dataclass, field

from complaints.errors import LaporError

WINDOW = 4
"""The length of the window, in multiples of the limit. The fuse also blows if as many records as half the window are dead letters in it:
so good records among the bad ones do not hide the fault."""


class FuseBlown(LaporError):
    """Too many records became dead letters. The worker must stop; otherwise it would move the whole topic to the dead-letter topic."""


@dataclass(slots=True)
class Fuse:
    """A counter that raises FuseBlown if there are too many dead letters, either in a row or among the last records.

    Attributes:
        limit: the fuse blows at this many dead letters in a row, or at `limit * WINDOW / 2` among the last `limit * WINDOW` records.
        in_a_row: the present number of dead letters in a row.
    """

    limit: int
    in_a_row: int = 0
    _last: deque[bool] = field(default_factory=deque)
    _dead: int = 0

    def count(self, *, dead: bool) -> None:
        """Count one processed record.

        Args:
            dead: whether the record became a dead letter.

        Raises:
            FuseBlown: one of the two limits is reached (see `limit`).
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
