"""Ends the process if a call of the Kafka client does not come back in its time: nothing in Python can interrupt it."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog

log = structlog.get_logger()

LOOK_S: Final = 0.5
"""Seconds between two looks at the call."""

STATUS: Final = 75
"""The exit status of a process that ended so: a fault that passes (EX_TEMPFAIL of sysexits.h)."""


class Watchdog:
    """Watches one call at a time. The process that it ends has crashed, which a step survives."""

    def __init__(self, end: Callable[[int], object] = os._exit) -> None:
        """Watch nothing yet.

        Args:
            end: ends the process with a status, at once.
        """
        self._end = end
        self._watched: tuple[str, float] | None = None
        self._thread: threading.Thread | None = None

    @contextmanager
    def within(self, seconds: float, what: str) -> Iterator[None]:
        """End the process if the body takes longer.

        Args:
            seconds: how long it may take.
            what: the name of the call, for the log.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
            self._thread.start()
        self._watched = (what, time.monotonic() + seconds)
        try:
            yield
        finally:
            self._watched = None

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_S)
            watched = self._watched
            if watched is not None and time.monotonic() > watched[1]:
                log.critical("a call to Kafka did not come back; the process ends", call=watched[0])
                self._end(STATUS)
                return
