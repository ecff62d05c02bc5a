"""Serves the dashboard of analysts over a listening socket, for ever or until nobody has asked for anything for some minutes."""

import socket
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Final

from complaints.runtime.http_server import serve
from complaints.runtime.settings import Settings
from lapor.processes.wiring import analysts_store
from ops.analysts.dashboard import Dashboard

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

REST_AFTER_S: Final = 300.0
"""Seconds without a request after which the dashboard of `lapor up` ends: longer than a reader looks at a page before the next one."""


def run_dashboard(
    settings: Settings, listener: socket.socket, *, hosts: Sequence[str] = (), rests: bool = False
) -> None:
    """Serve the dashboard; if it `rests`, until nobody has asked for anything for REST_AFTER_S seconds.

    Args:
        settings: the analyst's address of ClickHouse.
        listener: the listening socket.
        hosts: the names by which browsers may ask for it, besides those of loopback.
        rests: whether whoever started it does so again at the next connection.

    Raises:
        ConfigurationError: there is no ClickHouse.
    """
    stop = threading.Event()
    with closing(analysts_store(settings)) as store:
        # of an IPv6 address in brackets, Starlette compares the part before its first colon
        names = ["127.0.0.1", "localhost", *(name.partition(":")[0] for name in hosts)]
        app = _Asked(Dashboard(store.table, hosts=names).app)

        def look() -> None:
            if rests and app.silent_s > REST_AFTER_S:
                stop.set()

        serve(app, listener, stop, look)


class _Asked:
    """An application that knows for how long nobody has asked it for anything."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app, self._at_work, self._since = app, 0, time.monotonic()

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        self._at_work += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._at_work -= 1
            self._since = time.monotonic()

    @property
    def silent_s(self) -> float:
        """The seconds since the last request ended; 0 while one is at work."""
        return 0.0 if self._at_work else time.monotonic() - self._since
