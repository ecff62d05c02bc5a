"""Enforces the limits on readers' statements that the engine does not: that they end in time, and how many run at once."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from time import monotonic
from typing import Final

from embedded.clickhouse.errors import TOO_MANY_SIMULTANEOUS_QUERIES, ServerError
from embedded.clickhouse.limits import AT_ONCE, AT_ONCE_OF_EACH, LONGEST_S, STUCK_S

_SOFTWARE: Final = 70  # EX_SOFTWARE of sysexits.h
_TICK_S: Final = 1.0


def leave(why: str) -> None:
    """End the process without any cleanup, as kill -9 would. A supervisor starts it again."""
    sys.stderr.write(f"{why}\nSo the server ends; what starts it keeps the data.\n")
    sys.stderr.flush()
    os._exit(_SOFTWARE)


class Watch:
    """Checks every second whether the engine has stopped each statement in time. Any thread may use it.

    It measures time by counting its own checks, so time during which the process was suspended or had no processor does not count.

    Args:
        give_up: Called with the reason if the engine does not stop a statement; ends the process.
        tick_s: The time between two checks, in seconds.
        stuck_s: Seconds after the time limit of a statement within which the engine must have stopped it.
    """

    def __init__(
        self, give_up: Callable[[str], None] = leave, *, tick_s: float = _TICK_S, stuck_s: float = STUCK_S
    ) -> None:
        self._give_up, self._tick_s, self._stuck_s = give_up, tick_s, stuck_s
        self._now_s = 0.0
        self._ends: dict[object, tuple[float, str]] = {}
        self._guard = threading.Lock()
        self._closed = threading.Event()
        threading.Thread(target=self._look, name="clickhouse-watch", daemon=True).start()

    @contextmanager
    def within(self, limit_s: float, whose: str) -> Iterator[None]:
        """Watch the statement that runs in the context.

        Args:
            limit_s: The time limit of the statement, in seconds; infinite if it has none and is not watched.
            whose: The name of the client's account.
        """
        if limit_s == inf:
            yield
            return
        key = object()
        with self._guard:
            self._ends[key] = self._now_s + limit_s + self._stuck_s, f"{whose} did not end within its {limit_s:.0f} s"
        try:
            yield
        finally:
            with self._guard:
                del self._ends[key]

    def _look(self) -> None:
        while not self._closed.wait(self._tick_s):
            with self._guard:
                self._now_s += self._tick_s
                late = next((what for end_s, what in self._ends.values() if end_s < self._now_s), "")
            if late:
                self._give_up(f"A statement of {late}, and the engine did not stop it for {self._stuck_s:.0f} s more.")

    def close(self) -> None:
        """Stop checking."""
        self._closed.set()


class Turns:
    """Limits how many statements of readers run at once, so that a processor is left for the sink. Any thread may use it.

    A statement has a turn while the engine works on it, but not while its client reads.

    Args:
        most: The maximum number of statements at once.
        of_each: The maximum number of statements of one account at once.
        patience_s: How long a statement waits for its turn, in seconds.
    """

    def __init__(self, most: int = AT_ONCE, *, of_each: int = AT_ONCE_OF_EACH, patience_s: float = LONGEST_S) -> None:
        self._of_each, self._patience_s = of_each, patience_s
        self._places = threading.BoundedSemaphore(most)
        self._of_account: dict[str, threading.BoundedSemaphore] = {}
        self._guard = threading.Lock()

    @contextmanager
    def of(self, account: str) -> Iterator[None]:
        """Wait for a turn, and hold it in the context. A statement that waits for others of its own account takes no turn meanwhile.

        Raises:
            ServerError: There was no turn within the patience.
        """
        with self._guard:
            own = self._of_account.setdefault(account, threading.BoundedSemaphore(self._of_each))
        ends_s = monotonic() + self._patience_s
        with self._place(own, ends_s), self._place(self._places, ends_s):
            yield

    @contextmanager
    def _place(self, places: threading.BoundedSemaphore, ends_s: float) -> Iterator[None]:
        if not places.acquire(timeout=max(0.0, ends_s - monotonic())):
            raise ServerError(
                TOO_MANY_SIMULTANEOUS_QUERIES,
                f"Other statements of analysts have run for {self._patience_s:.0f} seconds. Come again later",
            )
        try:
            yield
        finally:
            places.release()
