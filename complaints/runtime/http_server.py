"""Opens listening sockets, and serves an ASGI application with uvicorn until a signal to stop. Channels and stand-ins use it."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from complaints.errors import ConfigurationError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

BACKLOG = 1024
"""Maximum number of connections that wait to be accepted: enough for a burst of citizens after a broadcast."""

ACCEPTED = 64
"""Maximum number of connections that are accepted at once: that many files are open before any of them is counted."""

POLL_S = 0.2
"""Seconds between two checks whether the server must stop."""

FINISH_S = 5
"""Seconds that a request in progress may take after the stop."""


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a listening TCP socket.

    Args:
        host: name or address of this machine; an address with a colon is IPv6.
        port: the port; 0 chooses a free one, which `getsockname` then returns.

    Raises:
        OSError: nothing can listen there: for example, the port is in use, or the address is not this machine's.
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
    """Return a listening TCP socket at the address of a setting.

    Raises:
        ConfigurationError: nothing can listen at the address.
    """
    try:
        return listening_socket(host, port)
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on {host}:{port} ({error.strerror}): another program uses the port, or the address does not belong"
            f" to this machine; set {setting} to another host:port"
        ) from error


def behind_proxies(app: "ASGIApp", proxies: str) -> "ASGIApp":
    """Return the application, wrapped so that it sees the client's address that a trusted proxy reports in X-Forwarded-For.

    In a request that does not come from such a proxy, the address stays that of the sender.
    """
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    wrapped: ASGIApp = ProxyHeadersMiddleware(app, trusted_hosts=proxies)  # type: ignore[arg-type, assignment]  # its own names for ASGI
    return wrapped


def serve(app: "ASGIApp", listener: socket.socket, stop: threading.Event, heartbeat: Callable[[], None]) -> None:
    """Serve the application in the caller's thread until `stop` is set."""
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
    """Serve the application in the running event loop until `stopped` returns true. It does not touch the process's signal handlers.

    Connections without a request may take only a part of the files that the process may open, and the oldest of them give way: anybody
    can open one without a password.

    Args:
        app: the application.
        listener: the listening socket, which uvicorn closes.
        stopped: returns whether to end.
        heartbeat: called every POLL_S seconds while the server runs.
        finish_s: seconds that a request in progress may take after the stop.
    """
    import uvicorn

    from complaints.runtime.http_protocol import TimedProtocol, quiet_about_accepting
    from complaints.runtime.strangers import Strangers, most_strangers

    silent = Strangers[TimedProtocol](most_strangers(), TimedProtocol.leave)
    quiet_about_accepting(asyncio.get_running_loop())
    config = uvicorn.Config(
        app,
        http=partial(TimedProtocol, silent),  # type: ignore[arg-type]  # anything that makes one is called
        backlog=ACCEPTED,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the application decides by a setting which proxies to trust
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=finish_s,
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]

    async def turn() -> None:
        """Do in one loop what uvicorn's own does ten times per second, and our checks."""
        listener.listen(BACKLOG)  # asyncio has made it ACCEPTED
        while not stopped():
            heartbeat()
            await server.on_tick(0)  # sets the date of the answers
            await asyncio.sleep(POLL_S)

    server.main_loop = turn  # type: ignore[method-assign]
    await server.serve(sockets=[listener])
