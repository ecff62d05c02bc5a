"""Runs the embedded ClickHouse server in the foreground until SIGTERM or SIGINT."""

from __future__ import annotations

import signal
from collections.abc import Callable

from embedded.clickhouse.config import ServerConfig
from embedded.clickhouse.server import ClickHouseServer

_STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})


def serve(config: ServerConfig, *, on_ready: Callable[[str], None] | None = None) -> None:
    """Start an embedded ClickHouse server, wait for SIGTERM or SIGINT, and stop the server cleanly.

    Call it in the main thread of a process, before other threads run: they could receive the signal.

    Args:
        config: The settings of the server.
        on_ready: Called once clients can connect, with the address as a URL without an account.

    Raises:
        FolderInUseError: Another server uses the folder.
        EngineError: chDB cannot open the folder or create the database.
        OSError: The folder cannot be written, or the server cannot listen there, for instance because the port is taken.
    """
    # The signals are blocked before any thread starts, so that no thread of the engine receives them.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    try:
        with ClickHouseServer(config) as server:
            if on_ready is not None:
                on_ready(server.address)
            signal.sigwait(_STOP_SIGNALS)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
