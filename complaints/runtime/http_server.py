"""Serves an ASGI application with uvicorn until it is told to stop: the one way in which every process hosts HTTP."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from complaints.errors import ConfigurationError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

BACKLOG = 1024
"""How many connections may wait to be accepted: a burst of citizens after a broadcast."""

POLL_S = 0.2
"""How often the server looks whether it should stop."""

FINISH_S = 5
"""How long requests that are being answered may take after the stop, in seconds."""


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a listening TCP socket.

    Args:
        host: name or address of this machine; an address with a colon is IPv6.
        port: 0 takes a free one, which the socket's name then tells.

    Raises:
        OSError: the port is in use, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio disables Nagle's algorithm only if the socket names its protocol. With it, each answer takes 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise OSError(error.errno, f"{error.strerror}: {host}:{port}") from error
    bound.listen(BACKLOG)
    bound.setblocking(False)
    return bound


def configured_socket(host: str, port: int, *, setting: str) -> socket.socket:
    """Return a listening socket at an address that a setting names.

    Args:
        host: name or address of this machine.
        port: 0 takes a free one.
        setting: the environment variable, for the error.

    Raises:
        ConfigurationError: nothing can listen at the address.
    """
    try:
        return listening_socket(host, port)
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on {host}:{port} ({error.strerror}): another program has the port, or the address is not this"
            f" machine's; set {setting} to another host:port"
        ) from error


def serve(app: "ASGIApp", listener: socket.socket, stop: threading.Event, heartbeat: Callable[[], None]) -> None:
    """Serve in the caller's thread until `stop` is set.

    Args:
        app: the application.
        listener: is closed at the end.
        stop: the sign to end.
        heartbeat: is called while the server runs.
    """
    with listener:
        asyncio.run(serve_until(app, listener, stop.is_set, heartbeat=heartbeat))


async def serve_until(
    app: "ASGIApp",
    listener: socket.socket,
    stopped: Callable[[], bool],
    *,
    heartbeat: Callable[[], None] = lambda: None,
    finish_s: int = FINISH_S,
) -> None:
    """Serve in the running event loop until `stopped` returns true. Signals remain the process's own matter.

    Args:
        app: the application.
        listener: the socket; uvicorn closes it.
        stopped: says whether to end.
        heartbeat: is called while the server runs.
        finish_s: seconds that requests may take after the stop.
    """
    import uvicorn

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who may speak for a client's address is a setting of the application
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=finish_s,
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not serving.done():
        if server.started:
            heartbeat()
        server.should_exit = server.should_exit or stopped()
        await asyncio.wait({serving}, timeout=POLL_S)
    await serving
