"""The web door: uvicorn in this thread until told to stop."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from channels.base import Intake
from channels.web.app import application
from channels.web.desk import Furniture
from channels.web.parse import NAME
from channels.web.sender import OnThePage
from complaints.errors import ConfigurationError

TURN_S = 0.5
"""Between two looks at the stop sign."""


class WebChannel:
    """The door of browsers and of the mobile app."""

    name = NAME

    def __init__(
        self, *, host: str, port: int, furniture: Furniture, turned: Callable[[], None], proxies: str = ""
    ) -> None:
        """Keep the settings.

        Args:
            host: what to listen on.
            port: the same.
            furniture: what the handlers work with.
            turned: is called each time the loop turns.
            proxies: addresses and networks, by commas, whose word about the client's address is taken.
        """
        self.sender = OnThePage()
        self._host = host
        self._port = port
        self._furniture = furniture
        self._turned = turned
        self._proxies = proxies

    def run(self, intake: Intake, stop: threading.Event) -> None:
        """Serve (see Channel).

        Raises:
            ConfigurationError: the address cannot be listened on.
        """
        app = application(intake, self._furniture)
        if self._proxies:
            app = ProxyHeadersMiddleware(app, trusted_hosts=self._proxies)  # type: ignore[arg-type, assignment]  # its own names for ASGI
        config = uvicorn.Config(
            app,
            host=self._host,
            port=self._port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=5,
        )
        server = _Server(config)
        asyncio.run(self._serve(server, stop))

    async def _serve(self, server: uvicorn.Server, stop: threading.Event) -> None:
        serving = asyncio.create_task(server.serve())
        while not serving.done():
            if server.started:  # a door that does not listen is not up, whoever else answers at its address
                self._turned()
            server.should_exit = server.should_exit or stop.is_set()
            await asyncio.wait({serving}, timeout=TURN_S)
        await serving


class _Server(uvicorn.Server):
    """Signals are the process's matter, not uvicorn's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen.

        Raises:
            ConfigurationError: that cannot be; uvicorn has logged why, and would end the process.
        """
        try:
            await super().startup(sockets)
        except SystemExit as error:
            raise ConfigurationError(
                f"the web door cannot listen on {self.config.host}:{self.config.port}: another program has the port, or the"
                " address is not this machine's; set LAPOR_WEB to another host:port"
            ) from error
