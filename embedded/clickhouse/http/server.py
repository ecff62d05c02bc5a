"""Serves the HTTP interface in a thread of its own, until it is stopped."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AbstractContextManager
from tempfile import NamedTemporaryFile
from typing import IO

from complaints.runtime.http_server import listening_socket, serve_until
from embedded.clickhouse.access.gate import Gate
from embedded.clickhouse.config import ServerConfig, spool_folder
from embedded.clickhouse.http.app import Http
from embedded.clickhouse.http.running import Running
from embedded.clickhouse.http.sessions import Sessions
from embedded.clickhouse.protocol.wire import ServerVersion

_FINISH_S = 1


class HttpServer:
    """The HTTP interface of one server. Clients can connect once it is made.

    Args:
        gate: Decides who may ask what.
        config: The settings of the server.
        version: The server's description of itself.
        port: The TCP port; 0 takes a free one.

    Attributes:
        port: The number of the TCP port.

    Raises:
        OSError: Nothing can listen there.
    """

    def __init__(self, gate: Gate, config: ServerConfig, version: ServerVersion, *, port: int) -> None:
        self._sessions = Sessions(gate)

        def spool() -> AbstractContextManager[IO[bytes]]:
            return NamedTemporaryFile(dir=spool_folder(config.data_dir))

        http = Http(lambda: Running(gate, self._sessions, spool), version, packet_timeout_s=config.packet_timeout_s)
        self._listener = listening_socket(config.host, port)
        self.port = int(self._listener.getsockname()[1])
        self._stopping = threading.Event()
        serving = serve_until(http.app, self._listener, self._stopping.is_set, finish_s=_FINISH_S)
        self._thread = threading.Thread(target=asyncio.run, args=(serving,), name="clickhouse-http", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Stop listening, end all requests within the timeout, and close the sessions."""
        self._stopping.set()
        self._thread.join(timeout_s)
        self._sessions.close()
