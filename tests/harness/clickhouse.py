"""The embedded ClickHouse as a process of a test module's own, and clients of its native protocol."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException

PASSWORD = "rahasia"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server of this module's own."""
    folder: Path = tmp_path_factory.mktemp("clickhouse")
    command = [sys.executable, "-m", "embedded.clickhouse", "--port", "0", "--data-dir", str(folder)]
    command += ["--password", PASSWORD, "--database", "lapor"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready clickhouse://default@127.0.0.1:"), line
        assert PASSWORD not in line
        yield int(line.rsplit(":", 1)[1].split("/")[0])
        process.terminate()


def new_client(port: int, **options: Any) -> Client:
    """A client that may log in."""
    return Client("127.0.0.1", port, password=options.pop("password", PASSWORD), **options)


@pytest.fixture
def client(port: int) -> Iterator[Client]:
    """A client that is logged in to the server's database."""
    with new_client(port) as client:
        yield client


def code_of(client: Client, query: str, **options: Any) -> int:
    """The code that a query is refused with."""
    with pytest.raises(ServerException) as refused:
        client.execute(query, **options)
    return int(refused.value.code)
