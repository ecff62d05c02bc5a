"""Runs the SMSC in the foreground: SMPP on one port, HTTP control on another.

A line `NUMBER: text` typed at the terminal is delivered to a bound client, as an SMS from the citizen with that number. Each
complete message that a client sends to a citizen is printed.
"""

import asyncio
import socket
import sys
import threading
from typing import Any

from complaints.runtime.http_server import listening_socket, serve_until
from embedded.serving import FINISH_S, stop_on_signals
from embedded.smsc.centre import Smsc
from embedded.smsc.config import SmscConfig
from embedded.smsc.control import application
from embedded.smsc.text import TextError


def run_foreground(config: SmscConfig) -> None:
    """Run an SMSC with its HTTP control interface until SIGTERM or SIGINT; the sent messages stay in the data folder.

    Raises:
        OSError: a port cannot be opened, for instance because it is taken, or the data folder cannot be created.
        sqlite3.Error: the database file in the folder cannot be opened or written.
    """
    asyncio.run(_run(config))


async def _run(config: SmscConfig) -> None:
    stop = stop_on_signals()
    with listening_socket(config.host, config.control_port) as listener:
        await _serve(config, listener, stop)


async def _serve(config: SmscConfig, listener: socket.socket, stop: asyncio.Event) -> None:
    async with Smsc(config, on_sent=_show) as smsc:
        control_port = listener.getsockname()[1]
        _say(f"SMSC answers at {config.host}:{smsc.port} (control http://{config.host}:{control_port}, ", end="")
        _say(f"data in {config.data_dir})")
        _read_lines(smsc)
        await serve_until(application(smsc), listener, stop.is_set, finish_s=FINISH_S)


def _say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


def _show(message: dict[str, Any]) -> None:
    _say(f"SMS to {message['destination']}: {message['text']}")


def _read_lines(smsc: Smsc) -> None:
    """Start a thread that reads lines `NUMBER: text` from standard input and delivers each as an SMS from that number.

    Any other line that is not blank is answered with a hint. The thread ends with the input or with the process.
    """
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            source, colon, text = line.strip().partition(":")
            if colon and source.strip().lstrip("+").isdigit() and text.strip():
                asyncio.run_coroutine_threadsafe(_deliver(smsc, source.strip(), text.strip()), loop)
            elif line.strip():
                _say("Type NUMBER: text, as in 6281234567890: jalan rusak di depan pasar")

    threading.Thread(target=read, name="typed-lines", daemon=True).start()


async def _deliver(smsc: Smsc, source: str, text: str) -> None:
    try:
        delivery = await smsc.deliver(source, text)
    except TextError as error:
        _say(f"Not delivered: {error}")
        return
    outcome = {0: "taken", None: "no answer in time"}.get(delivery.status, f"refused with {delivery.status}")
    _say(f"SMS from {source}: {outcome} ({len(delivery.parts)} part(s))")
