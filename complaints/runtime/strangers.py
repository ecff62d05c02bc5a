"""Bounds the connections that anybody may hold without saying anything, so that nobody takes all files or threads of a server."""

from __future__ import annotations

import resource
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Final, Generic, TypeVar

STRANGERS: Final = 256
"""Connections of one port that ask for nothing, or have not logged in. The oldest one gives way: who is about to ask needs milliseconds,
who never will fills none up."""

_OF_FILES: Final = 8
"""Strangers of one port have at most such a part of the files that the process may open. Whoever is served needs the rest."""

_FILES: Final = 65_536
"""Open files that the process asks for: more than any server and its clients need. Some systems allow any number, and count them slowly."""

Connection = TypeVar("Connection", bound=Hashable)


def most_strangers() -> int:
    """Let the process have as many open files as it may, and return how many strangers each port may then have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # then it has as many as before
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return STRANGERS if soft == resource.RLIM_INFINITY else max(1, min(STRANGERS, soft // _OF_FILES))


class Strangers(Generic[Connection]):
    """The connections of one port that nobody has to serve now, in the order in which they came. Any thread may use it.

    Args:
        most: The maximum number of them.
        leave: Ends the oldest one.
    """

    def __init__(self, most: int, leave: Callable[[Connection], None]) -> None:
        self._most, self._leave = most, leave
        self._waiting: dict[Connection, None] = {}
        self._guard = threading.Lock()

    def meet(self, one: Connection) -> None:
        """Count one more, if it is not counted yet, and end the oldest if it is one too many."""
        with self._guard:
            self._waiting[one] = None
            oldest = next(iter(self._waiting)) if len(self._waiting) > self._most else None
            if oldest is not None:
                del self._waiting[oldest]
        if oldest is not None:
            self._leave(oldest)

    def forget(self, one: Connection) -> None:
        """Count it no longer: it is served, or has ended."""
        with self._guard:
            self._waiting.pop(one, None)
