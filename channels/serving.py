"""Serves an ASGI application in the caller's thread until told to stop; signals stay the process's matter."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from complaints.errors import ConfigurationError
from complaints.runtime.listening import listening_socket

if TYPE_CHECKING:
    from starlette.types import ASGIApp

TURN_S = 0.5
"""Between two looks at the stop sign."""

FINISH_S = 5
"""Requests under way may end in this time."""


def listening(host: str, port: int, *, setting: str) -> socket.socket:
    """Return a socket that listens.

    Args:
        host: name or address.
        port: the port; 0 takes a free one.
        setting: the variable that names them, for the error.

    Raises:
        ConfigurationError: the address cannot be listened on.
    """
    try:
        return listening_socket(host, port)
    except OSError as error:
        raise ConfigurationError(
            f"nothing can listen there ({error.strerror}); set {setting} to another host:port"
        ) from error


def serve(app: "ASGIApp", listener: socket.socket, stop: threading.Event, turned: Callable[[], None]) -> None:
    """Serve until `stop` is set.

    Args:
        app: the application.
        listener: closed at the end.
        stop: the sign to end.
        turned: is called each time the loop turns.
    """
    with listener:
        asyncio.run(_serve(app, listener, stop, turned))


async def _serve(app: "ASGIApp", listener: socket.socket, stop: threading.Event, turned: Callable[[], None]) -> None:
    import uvicorn

    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=FINISH_S)
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not serving.done():
        turned()
        server.should_exit = server.should_exit or stop.is_set()
        await asyncio.wait({serving}, timeout=TURN_S)
    await serving
