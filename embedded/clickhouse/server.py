"""Locks the data folder, listens for clients of ClickHouse's native protocol and serves each client in its own thread."""

from __future__ import annotations

import fcntl
import os
import socket
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self

from complaints.runtime.strangers import Strangers, most_strangers
from embedded.clickhouse.access.gate import Gate
from embedded.clickhouse.accounts import accounts, kept_passwords
from embedded.clickhouse.config import ServerConfig, spool_folder
from embedded.clickhouse.engine import Engine
from embedded.clickhouse.errors import EmbeddedClickHouseError, FolderInUseError
from embedded.clickhouse.protocol import wire
from embedded.clickhouse.protocol.connection import Channel
from embedded.clickhouse.session.session import Conversation
from embedded.clickhouse.sql import quote

if TYPE_CHECKING:
    from embedded.clickhouse.http.server import HttpServer

# Connections that may wait to be accepted.
_BACKLOG: Final = 128
# Pause after a failed accept: long enough not to spin, short enough for clients not to notice.
_ACCEPT_AGAIN_S: Final = 0.05
_LOCK_FILE: Final = "server.lock"


def lock_folder(folder: Path) -> IO[str]:
    """Lock a data folder for this process and return the open lock file. The folder is created if missing.

    The lock lasts until the file is closed or the process ends, even by a kill -9.

    Raises:
        FolderInUseError: The lock is held already; the message names the holder's process id, or "unknown" if the file is empty.
        OSError: The folder cannot be created, or the file cannot be opened, locked or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = (folder / _LOCK_FILE).open("a+", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.seek(0)
        owner = handle.read().strip() or "unknown"
        handle.close()
        raise FolderInUseError(
            f"The data folder {folder} is in use by process {owner}. Connect to that server, stop it, "
            "or start this one with another --data-dir."
        ) from error
    handle.truncate(0)
    handle.write(f"{os.getpid()}\n")
    handle.flush()
    return handle


class ClickHouseServer:
    """An embedded ClickHouse that clients reach over TCP, with one thread per client.

    Use it as a context manager, or call `start` and `stop`. A stopped server cannot be started again.
    """

    def __init__(self, config: ServerConfig) -> None:
        self._config = config
        self._lock_file: IO[str] | None = None
        self._engine: Engine | None = None
        self._gate: Gate
        self._listener: socket.socket | None = None
        self._http: HttpServer | None = None
        self._stopping = threading.Event()
        self._clients: dict[socket.socket, threading.Thread] = {}
        self._strangers = Strangers[socket.socket](most_strangers(), _end)
        self._guard = threading.Lock()

    @property
    def port(self) -> int:
        """The number of the TCP port that the server listens on; useful if the configured one is 0.

        Raises:
            EmbeddedClickHouseError: The server was not started.
            OSError: The server was stopped.
        """
        if self._listener is None:
            raise EmbeddedClickHouseError("The server was not started")
        return int(self._listener.getsockname()[1])

    @property
    def http_port(self) -> int | None:
        """The number of the TCP port of the HTTP interface; None if there is none."""
        return None if self._http is None else self._http.port

    @property
    def address(self) -> str:
        """The address that clients connect to, as a URL without an account: ``clickhouse://host:port``.

        Raises:
            EmbeddedClickHouseError: The server was not started.
            OSError: The server was stopped.
        """
        host = f"[{self._config.host}]" if ":" in self._config.host else self._config.host
        return f"clickhouse://{host}:{self.port}"

    def start(self) -> None:
        """Lock and open the data folder, empty its spool folder, create the accounts' databases if missing, and listen for clients.

        Clients can connect once this returns. If it fails, everything it opened is closed again.

        Raises:
            FolderInUseError: Another server uses the folder.
            EngineError: chDB cannot open the folder or create a database.
            OSError: The folder cannot be written, or the server cannot listen there, for instance because the port is taken.
        """
        config = self._config
        self._lock_file = lock_folder(config.data_dir)
        try:
            _empty_folder(spool_folder(config.data_dir))
            self._engine = Engine(
                config.data_dir,
                max_memory_bytes=config.max_memory_bytes,
                stuck_s=config.stuck_s,
                provinces=config.provinces,
            )
            allowed = accounts(config.provinces)
            for database in sorted({account.database for account in allowed}):
                self._engine.execute(f"CREATE DATABASE IF NOT EXISTS {quote(database)}")
            self._gate = Gate(
                self._engine,
                allowed,
                kept_passwords(config.passwords or config.data_dir / "passwords", config.provinces),
                most=config.max_clients,
            )
            family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
            version = _version(self._engine)
            if config.http_port is not None:
                self._http = _http_server(self._gate, config, version)
            self._listener = socket.create_server((config.host, config.port), family=family, backlog=_BACKLOG)
        except BaseException:
            self.stop()
            raise
        arguments = (self._listener, version)
        threading.Thread(target=self._accept, args=arguments, name="clickhouse-accept", daemon=True).start()

    def _accept(self, listener: socket.socket, version: wire.ServerVersion) -> None:
        while not self._stopping.is_set():
            try:
                connected, peer = listener.accept()
            except OSError:
                # stop() closed the socket, or the process has no free file descriptor for now.
                # A client that gets no answer connects again.
                self._stopping.wait(_ACCEPT_AGAIN_S)
                continue
            channel = Channel(
                connected,
                idle_timeout_s=self._config.idle_timeout_s,
                hello_timeout_s=self._config.hello_timeout_s,
                io_timeout_s=self._config.io_timeout_s,
                packet_timeout_s=self._config.packet_timeout_s,
            )
            talk = Conversation(
                channel,
                self._gate,
                spools=spool_folder(self._config.data_dir),
                version=version,
                peer=f"{peer[0]}:{peer[1]}",
            )
            thread = threading.Thread(
                target=self._serve, args=(connected, channel, talk), name="clickhouse-client", daemon=True
            )
            with self._guard:
                self._clients[connected] = thread
            self._strangers.meet(connected)
            thread.start()

    def _serve(self, connected: socket.socket, channel: Channel, talk: Conversation) -> None:
        try:
            talk.serve(partial(self._strangers.forget, connected))
        finally:
            self._strangers.forget(connected)
            with self._guard:
                self._clients.pop(connected, None)
            channel.close()

    def stop(self) -> None:
        """Stop listening, end all connections and their running queries, close the engine and unlock the folder.

        The wait for each client's thread is limited by the setting `stop_timeout_s`. A second call does no harm.
        """
        self._stopping.set()
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        if self._http is not None:
            self._http.stop(self._config.stop_timeout_s)
            self._http = None
        with self._guard:
            clients = dict(self._clients)
        for connected in clients:
            _end(connected)
        for thread in clients.values():
            thread.join(self._config.stop_timeout_s)
        if self._engine is not None:
            self._engine.close()
            self._engine = None
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _end(connected: socket.socket) -> None:
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


def _http_server(gate: Gate, config: ServerConfig, version: wire.ServerVersion) -> HttpServer:
    from embedded.clickhouse.http.server import HttpServer  # who has no HTTP interface needs no web framework

    assert config.http_port is not None
    return HttpServer(gate, config, version, port=config.http_port)


def _version(engine: Engine) -> wire.ServerVersion:
    text, timezone, name = engine.rows("SELECT version(), timezone(), hostName()")[0]
    major, minor, patch = (int(part) for part in str(text).split(".")[:3])
    return wire.ServerVersion(major=major, minor=minor, patch=patch, timezone=str(timezone), display_name=str(name))


def _empty_folder(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for left in folder.iterdir():
        left.unlink()
