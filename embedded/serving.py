"""What every stand-in needs to run in the foreground: a clean stop on a signal, and a way to wait until it answers."""

import asyncio
import http.client
import os
import signal
import time
from collections.abc import Callable

from complaints.errors import UnavailableError

_POLL_S = 0.05
_REPLY_TIMEOUT_S = 2.0

FINISH_S = 2
"""How long requests that are being answered may take after the stop, in seconds."""


class NotReadyError(UnavailableError):
    """The server did not answer in time."""


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
