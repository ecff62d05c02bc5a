"""Limits the connections that anybody may hold without a request, so that nobody takes all files or threads of a server."""

from __future__ import annotations

import resource
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Final, Generic, TypeVar

STRANGERS: Final = 256
"""Maximum number of connections of one port without a request or a login. The oldest one gives way: a client that is about to send its
request needs milliseconds, and one that never does blocks nobody."""

_OF_FILES: Final = 8
"""Strangers of one port may have one in this many of the files that the process may open. Clients that are served need the rest."""

_FILES: Final = 65_536
"""Open files that the process asks for: more than any server and its clients need. Some systems allow any number, and count them slowly."""

Connection = TypeVar("Connection", bound=Hashable)


def most_strangers() -> int:
    """Raise the process's limit of open files as far as it may, and return the maximum number of strangers per port."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # then it has as many as before
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return STRANGERS if soft == resource.RLIM_INFINITY else max(1, min(STRANGERS, soft // _OF_FILES))


class Strangers(Generic[Connection]):
    """The connections of one port that are not being served, in the order in which they came. Any thread may use it.

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
        """Stop counting one: it is being served, or has ended."""
        with self._guard:
            self._waiting.pop(one, None)
