"""Serves a stand-in's HTTP side in the foreground: a known port even when 0 was asked, and a clean stop on a signal."""

import asyncio
import contextlib
import http.client
import os
import signal
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from complaints.errors import UnavailableError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_POLL_S = 0.05
_REPLY_TIMEOUT_S = 2.0
_FINISH_S = 2  # requests under way may end in this time after a signal


class NotReadyError(UnavailableError):
    """The server did not answer in time."""


async def serve(app: "ASGIApp", listener: socket.socket, stop: asyncio.Event) -> None:
    """Serve the application on the socket until the event is set; the signals stay the caller's."""
    import uvicorn

    config = uvicorn.Config(
        app, access_log=False, log_level="warning", lifespan="off", ws="none", timeout_graceful_shutdown=_FINISH_S
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    waiter = asyncio.create_task(stop.wait())
    await asyncio.wait({task, waiter}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    waiter.cancel()
    await task


def stop_on_signals() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set; call it inside the running loop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def wait_http_ready(
    host: str, port: int, path: str, timeout_s: float = 10.0, *, alive: Callable[[], bool] = lambda: True
) -> None:
    """Wait until a GET of the path is answered with 200.

    Raises:
        NotReadyError: it was not within `timeout_s` seconds, or `alive` said no.
    """
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and alive():
        connection = http.client.HTTPConnection(host, port, timeout=_REPLY_TIMEOUT_S)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(_POLL_S)
    raise NotReadyError(f"Nothing answered at http://{host}:{port}{path} (asked by process {os.getpid()}).")
