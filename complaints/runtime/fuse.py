"""Stops a worker when so much is poison that the fault is not in the messages."""

from collections import deque
from dataclasses import dataclass, field

from complaints.errors import LaporError

WINDOW = 4
"""How many times the limit the window holds, of which half may be dead: poison that comes between good records is noticed too."""


class FuseBlown(LaporError):
    """So many dead letters that the worker must stop, not empty the topic into the bin."""


@dataclass(slots=True)
class Fuse:
    """Counts dead letters, in a row and among the last records.

    Attributes:
        limit: so many in a row are too many; and so are twice as many among the last WINDOW times as many records.
        in_a_row: how many there are now.
    """

    limit: int
    in_a_row: int = 0
    _last: deque[bool] = field(default_factory=deque)
    _dead: int = 0

    def count(self, *, dead: bool) -> None:
        """Count one record.

        Raises:
            FuseBlown: it was one too many.
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
