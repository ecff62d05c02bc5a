"""Runs a server in the foreground with the signals of a service."""

from __future__ import annotations

import signal
from collections.abc import Callable

from embedded.clickhouse.config import ServerConfig
from embedded.clickhouse.server import ClickHouseServer

_STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})


def serve(config: ServerConfig, *, on_ready: Callable[[str], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then stop cleanly. For the main thread of a process.

    Args:
        config: What to serve.
        on_ready: Called once clients can connect, with the address and without the password.

    Raises:
        FolderInUseError: Another process serves the folder.
        OSError: The port is taken.
    """
    # Blocked before any thread starts, so that the engine's threads do not take them.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    try:
        with ClickHouseServer(config) as server:
            if on_ready is not None:
                on_ready(server.address)
            signal.sigwait(_STOP_SIGNALS)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
