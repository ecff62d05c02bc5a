"""HTTP connections on which nobody may wait for ever with half a request, and one log line a minute if no more can be accepted."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEADERS_S = 10.0
"""Seconds after which a client that has not sent the headers of a request is left; twice as many after an earlier request."""

_ACCEPT: Final = "socket.accept()"
"""How asyncio begins what it says if the process has no more open files. It says so once for each place of the backlog, each second."""

_IDLE: Final = "IDLE"
"""The name that h11, by which uvicorn reads, gives to the state in which the headers of a request have not come yet."""

_LOG_S: Final = 60.0


class TimedProtocol(H11Protocol):
    """uvicorn's connection, which has a limit of time for a response that was sent and none for the headers of a request."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the headers."""
        super().connection_made(transport)  # type: ignore[arg-type]  # as uvicorn narrows it
        self._check_after(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._timer.cancel()
        super().connection_lost(exc)

    def _check_after(self, idle_since: object) -> None:
        """Look after a while whether the request came for which this connection waits; `idle_since` is the one before, or False."""
        self._timer = self.loop.call_later(HEADERS_S, self._check, idle_since)

    def _check(self, idle_since: object) -> None:
        is_idle = repr(self.conn.their_state) == _IDLE
        if is_idle and self.cycle is idle_since:
            self.transport.abort()
        else:
            self._check_after(self.cycle if is_idle else False)


def quiet_about_accepting(loop: asyncio.AbstractEventLoop, clock: Callable[[], float] = time.monotonic) -> None:
    """Let an event loop say at most once a minute that it can accept no connection."""
    before = loop.get_exception_handler()
    said_s = -_LOG_S

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal said_s
        if str(context.get("message", "")).startswith(_ACCEPT):
            if clock() - said_s < _LOG_S:
                return
            said_s = clock()
        (before or type(loop).default_exception_handler)(loop, context)

    loop.set_exception_handler(handle)
