"""Limits the time for which an HTTP connection may have half a request, and the log lines about connections that cannot be accepted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from complaints.runtime.strangers import Strangers

HEADERS_S = 10.0
"""Seconds after which a client that has not sent the headers of a request is disconnected; twice as many after an earlier request."""

BODY_S = 60.0
"""Seconds that a body may take beyond its time at SLOWEST bytes per second: a phone that changes cells may be out of reach for a while."""

SLOWEST = 2048
"""Average bytes per second below which a body counts as stuck: those of GPRS, the slowest line in use."""

WHOLE_S = 3600.0
"""Maximum number of seconds for a whole body: enough for the largest form, 257 MiB, by a phone on 3G (73 kB per second)."""

_ACCEPT: Final = "socket.accept()"
"""The beginning of asyncio's message if the process can open no more files. It comes once per second for each place of the backlog."""

_IDLE: Final = "IDLE"
"""The name that h11, by which uvicorn reads, gives to the state in which the headers of a request have not come yet."""

_BODY: Final = "SEND_BODY"
"""The same, for the state in which the body of a request has not come whole."""

_LOG_S: Final = 60.0


class TimedProtocol(H11Protocol):
    """uvicorn's connection with time limits for the headers and the body of a request; uvicorn has one only after a response."""

    _timed: object = None
    _began_s = 0.0
    _received = 0

    def __init__(self, silent: Strangers[TimedProtocol], *args: Any, **options: Any) -> None:
        """Take the server's connections that have no request, and the arguments that uvicorn gives."""
        super().__init__(*args, **options)
        self._silent = silent

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the headers."""
        super().connection_made(transport)  # type: ignore[arg-type]  # as uvicorn narrows it
        self._check_after((_IDLE, None))
        self._silent.meet(self)

    def leave(self) -> None:
        """End the connection at once."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Count the bytes of a request."""
        super().data_received(data)
        if self.cycle is not self._timed:
            self._timed, self._began_s, self._received = self.cycle, self.loop.time(), 0
        self._received += len(data)
        self._count()

    def on_response_complete(self) -> None:
        """Count the connection as one that anybody may hold, unless the next request is there already."""
        super().on_response_complete()
        self._count()

    def _count(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._silent.forget(self)
        elif not self.transport.is_closing():
            self._silent.meet(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._timer.cancel()
        self._silent.forget(self)
        super().connection_lost(exc)

    def _check_after(self, waits: tuple[str, object] | None) -> None:
        """Check after HEADERS_S whether this connection still waits for the same: the client's state, and the request before it."""
        self._timer = self.loop.call_later(HEADERS_S, self._check, waits)

    def _check(self, before: tuple[str, object] | None) -> None:
        state = repr(self.conn.their_state)
        is_answered = self.cycle is not None and self.cycle.response_complete
        waits = (state, self.cycle) if state == _IDLE or (state == _BODY and is_answered) else None
        if (waits and waits == before) or (state == _BODY and self._is_slow()):
            self.transport.abort()
        else:
            self._check_after(waits)

    def _is_slow(self) -> bool:
        """Return whether a body takes longer than SLOWEST or WHOLE_S allow; False while the server itself does not read it."""
        took_s = self.loop.time() - self._began_s
        return not self.flow.read_paused and (took_s > WHOLE_S or took_s - BODY_S > self._received / SLOWEST)


def quiet_about_accepting(loop: asyncio.AbstractEventLoop, clock: Callable[[], float] = time.monotonic) -> None:
    """Let an event loop log at most once per minute that it can accept no connection."""
    before = loop.get_exception_handler()
    said_s = -_LOG_S

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Take asyncio's context, which is plain data, as asyncio calls a handler."""
        nonlocal said_s
        if str(context.get("message", "")).startswith(_ACCEPT):
            if clock() - said_s < _LOG_S:
                return
            said_s = clock()
        (before or type(loop).default_exception_handler)(loop, context)

    loop.set_exception_handler(handle)
