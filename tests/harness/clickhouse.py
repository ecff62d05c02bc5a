"""The embedded ClickHouse as a process, and clients of its native protocol."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException

from embedded.clickhouse.accounts import ACCOUNTS, OPERATOR
from tests.harness.support import free_port

PASSWORD = "rahasia"

_WITH_SETTINGS = """
import json, sys
from pathlib import Path
from embedded.clickhouse.config import ServerConfig
from embedded.clickhouse.serving import serve

config = ServerConfig(data_dir=Path(sys.argv[1]), port=0, **json.loads(sys.argv[2]))
serve(config, on_ready=lambda address: print("ready", address, flush=True))
"""


def start(folder: Path, **settings: float) -> tuple[subprocess.Popen[str], int]:
    """Start a server on a free port, wait until it is ready, and return its process and the port.

    Args:
        folder: its data folder.
        settings: of its ServerConfig; without any it is started by its own command.
    """
    (folder / "passwords").mkdir(parents=True, exist_ok=True)
    for account in ACCOUNTS:
        (folder / "passwords" / account.name).write_text(PASSWORD)
    command = ["-m", "embedded.clickhouse", "--port", "0", "--data-dir", str(folder)]
    if settings:
        command = ["-c", _WITH_SETTINGS, str(folder), json.dumps(settings)]
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready clickhouse://127.0.0.1:"), line
    return process, int(line.rsplit(":", 1)[1])


@contextmanager
def with_http(folder: Path) -> Iterator[tuple[int, int]]:
    """Return the ports of the native protocol and of HTTP of a server that runs as long as the context."""
    http_port = free_port()
    with served(folder, http_port=http_port) as number:
        yield number, http_port


def stop(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> int:
    """Send a signal and return the exit code."""
    process.send_signal(number)
    assert process.stdout is not None
    process.stdout.close()
    return process.wait(30)


@contextmanager
def served(folder: Path, **settings: float) -> Iterator[int]:
    """Return the port of a server that runs as long as the context (see start)."""
    process, number = start(folder, **settings)
    try:
        yield number
    finally:
        stop(process)


def new_client(port: int, **options: Any) -> Client:
    """A client that may log in: the operator, unless another account is named."""
    options = {"user": OPERATOR, **options}
    return Client("127.0.0.1", port, password=options.pop("password", PASSWORD), **options)


def code_of(client: Client, query: str, **options: Any) -> int:
    """The code that a query is refused with."""
    with pytest.raises(ServerException) as refused:
        client.execute(query, **options)
    return int(refused.value.code)
