"""What an embedded ClickHouse is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """Settings of one server.

    Attributes:
        data_dir: The folder that holds all data; one server a folder.
        host: The address to listen on.
        port: The TCP port, 0 for a free one.
        user: The one user that may log in.
        password: Its password; empty means that none is asked for.
        database: Made at the start, and what a client that names none gets.
        max_clients: Connections at once; further ones are refused with code 202.
        max_memory_bytes: What all queries together may hold in the engine.
        idle_timeout_s: How long a client may be silent between packets, in seconds; ClickHouse's own default.
        io_timeout_s: How long one read or write within a packet may take, in seconds; ClickHouse's own default.
        stop_timeout_s: How long running queries are waited for when the server stops, in seconds.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 9000
    user: str = "default"
    password: str = field(default="", repr=False)
    database: str = "default"
    max_clients: int = 128
    max_memory_bytes: int = 2 << 30
    idle_timeout_s: float = 3600.0
    io_timeout_s: float = 300.0
    stop_timeout_s: float = 10.0


def spool_folder(data_dir: Path) -> Path:
    """Where rows wait in files until the engine reads them; what a killed server left there is of no use."""
    return data_dir / "spool"
