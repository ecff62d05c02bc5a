"""Runs the stand-in for X in the foreground."""

import asyncio
import sys

from starlette.applications import Starlette

from complaints.runtime.http_server import listening_socket, serve_until
from embedded.serving import FINISH_S, stop_on_signals
from embedded.x.api import Api
from embedded.x.config import XConfig
from embedded.x.control import Control
from embedded.x.gate import Gate
from embedded.x.store import XStore
from embedded.x.stream import Streams


def run_foreground(config: XConfig) -> None:
    """Run the stand-in for X until SIGTERM or SIGINT; accounts and posts stay in the data folder.

    Raises:
        OSError: the port cannot be opened, for instance because it is taken, or the data folder cannot be created.
        sqlite3.Error: the database file in the folder cannot be opened or written.
    """
    asyncio.run(_run(config))


async def _run(config: XConfig) -> None:
    stop = stop_on_signals()
    listener = listening_socket(config.host, config.port)
    store = XStore(config.data_dir / "x.sqlite", config.account)
    gate, streams = Gate(config), Streams(store, config.keep_alive_s)
    routes = [*Api(store, gate, streams).routes(), *Control(store, gate, streams).routes()]
    port = listener.getsockname()[1]
    sys.stdout.write(
        f"X answers at http://{config.host}:{port} (account @{config.account}, data in {config.data_dir})\n"
    )
    sys.stdout.flush()
    ending = asyncio.create_task(_cut_at_stop(stop, streams))
    await serve_until(Starlette(routes=routes), listener, stop.is_set, finish_s=FINISH_S)
    ending.cancel()
    store.close()


async def _cut_at_stop(stop: asyncio.Event, streams: Streams) -> None:
    """Wait for the signal to stop, then end the streams, because a stream without an end would delay the stop."""
    await stop.wait()
    streams.cut()
