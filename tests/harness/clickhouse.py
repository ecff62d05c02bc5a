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

from embedded.clickhouse.accounts import ACCOUNTS, OPERATOR

PASSWORD = "rahasia"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server of this module's own."""
    folder: Path = tmp_path_factory.mktemp("clickhouse")
    (folder / "passwords").mkdir()
    for account in ACCOUNTS:
        (folder / "passwords" / account.name).write_text(PASSWORD)
    command = [sys.executable, "-m", "embedded.clickhouse", "--port", "0", "--data-dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready clickhouse://127.0.0.1:"), line
        yield int(line.rsplit(":", 1)[1])
        process.terminate()


def new_client(port: int, **options: Any) -> Client:
    """A client that may log in: the operator, unless another account is named."""
    options = {"user": OPERATOR, **options}
    return Client("127.0.0.1", port, password=options.pop("password", PASSWORD), **options)


@pytest.fixture
def client(port: int) -> Iterator[Client]:
    """A client that is logged in as the operator."""
    with new_client(port) as client:
        yield client


def code_of(client: Client, query: str, **options: Any) -> int:
    """The code that a query is refused with."""
    with pytest.raises(ServerException) as refused:
        client.execute(query, **options)
    return int(refused.value.code)
