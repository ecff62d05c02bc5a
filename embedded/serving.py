"""Functions that every stand-in uses: to stop cleanly on a signal, and to wait until a server answers HTTP requests."""

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
"""Seconds that a request in progress may still take after the stop of its stand-in."""


class NotReadyError(UnavailableError):
    """A server did not answer a request with 200 in time, or it was found to have ended before that."""


def stop_on_signals() -> asyncio.Event:
    """Return an asyncio event that is set when this process receives SIGTERM or SIGINT. Call it inside the running event loop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def wait_http_ready(
    host: str, port: int, path: str, timeout_s: float = 10.0, *, alive: Callable[[], bool] = lambda: True
) -> None:
    """Send GET requests for the path to a server, one after the other, until one is answered with 200.

    Raises:
        NotReadyError: no request that was begun within `timeout_s` seconds got this answer, or `alive`, which is called before
            each request, returned false.
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
