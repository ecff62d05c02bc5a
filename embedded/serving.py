"""Functions that every stand-in needs to run in the foreground: a clean stop on a signal, and waiting until a server answers."""

import asyncio
import http.client
import os
import signal
import time
from collections.abc import Callable

from complaints.errors import UnavailableError

_POLL_S = 0.05
_REPLY_TIMEOUT_S = 2.0
"""Seconds between two requests of `wait_http_ready`, and seconds to wait for the answer to one."""

FINISH_S = 2
"""Seconds that a request in progress may take after the stop."""


class NotReadyError(UnavailableError):
    """The server did not answer in time."""


def stop_on_signals() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set. Call it inside the running event loop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def wait_http_ready(
    host: str, port: int, path: str, timeout_s: float = 10.0, *, alive: Callable[[], bool] = lambda: True
) -> None:
    """Wait until a GET request for the path is answered with 200.

    Raises:
        NotReadyError: there was no such answer within `timeout_s` seconds, or `alive` returned false.
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
