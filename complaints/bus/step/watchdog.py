"""Ends the process, or gives up a thread, if a call of the Kafka client does not return in time: nothing can interrupt it.

The client waits by the system's clock: if that is set back by hours, its calls hang for hours.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Final

import structlog

log = structlog.get_logger()

LOOK_S: Final = 0.5
"""Seconds between two looks at the call."""

STATUS: Final = 75
"""The exit status of a process that is ended this way: a passing fault (EX_TEMPFAIL of sysexits.h)."""


class Watchdog:
    """Watches one call at a time, or the heartbeats of loops. To end the process is a crash, which every service survives."""

    def __init__(self, end: Callable[[int], object] = os._exit) -> None:
        self._end = end
        self._watched: tuple[str, float] | None = None
        self._thread: threading.Thread | None = None

    @contextmanager
    def within(self, seconds: float, what: str) -> Iterator[None]:
        """End the process if the body takes longer."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
            self._thread.start()
        self._watched = (what, time.monotonic() + seconds)
        try:
            yield
        finally:
            self._watched = None

    def follow(self, loop: str, last: Callable[[], float], *, within_s: float) -> None:
        """End the process if a loop has no heartbeat for longer, in a service that no supervisor watches.

        A loop that has had none yet is still starting. Time in which the whole process stood still does not count.

        Args:
            loop: its name, for the log.
            last: returns a number that changes with each heartbeat; 0 before the first one, and once the loop has ended on purpose.
            within_s: how long it may be silent, in seconds.
        """
        threading.Thread(target=self._follow, args=(loop, last, within_s), name=f"watchdog-{loop}", daemon=True).start()

    def _follow(self, loop: str, last: Callable[[], float], within_s: float) -> None:
        former, silent_s, looked_at = 0.0, 0.0, time.monotonic()
        while silent_s <= within_s:
            time.sleep(LOOK_S)
            passed_s, looked_at = time.monotonic() - looked_at, time.monotonic()
            silent_s = silent_s + min(passed_s, 2 * LOOK_S) if former and last() == former else 0.0
            former = last()
        log.critical("the loop had no heartbeat for too long; the process ends", loop=loop, silent_s=round(silent_s))
        self._end(STATUS)

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_S)
            watched = self._watched
            if watched is not None and time.monotonic() > watched[1]:
                log.critical("a call to Kafka did not come back; the process ends", call=watched[0])
                self._end(STATUS)
                return


class Hung(Exception):
    """A call did not return in time."""


class Aside:
    """Makes one call at a time in a thread of its own, which is given up with a call that does not return.

    This is for a worker that shares its process with others, which must not end with it.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Callable[[], object], Future[None]] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def call(self, function: Callable[[], object], *, within_s: float, beat: Callable[[], None]) -> None:
        """Call a function, and return when it has returned. After Hung was raised, do not call this again.

        Raises:
            Hung: it takes longer.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=_serve, args=(self._calls,), name="kafka-aside", daemon=True)
            self._thread.start()
        answer: Future[None] = Future()
        self._calls.put((function, answer))
        until = time.monotonic() + within_s
        while True:
            try:
                answer.result(min(LOOK_S, max(0.0, until - time.monotonic())))
            except TimeoutError:
                if answer.done():  # the function itself has raised it
                    raise
                beat()
                if time.monotonic() >= until:
                    log.critical("a call to Kafka did not come back; its worker ends")
                    raise Hung(f"a call took longer than {within_s} s") from None
            else:
                return

    def close(self) -> None:
        """End the thread, if it is not hung."""
        self._calls.put(None)


def _serve(calls: "SimpleQueue[tuple[Callable[[], object], Future[None]] | None]") -> None:
    while (call := calls.get()) is not None:
        function, answer = call
        try:
            function()
        except BaseException as error:  # noqa: BLE001  # raised in the thread that waits for it
            answer.set_exception(error)
        else:
            answer.set_result(None)
