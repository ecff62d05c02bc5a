"""ClickHouse servers that several files share. They are given to one process (see TOGETHER in tests/conftest.py)."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from clickhouse_driver import Client

from embedded.clickhouse.accounts import DATA, SINK
from lapor.local.analyst_pages import fill
from sinks.clickhouse.client import Store
from tests.harness.clickhouse import PASSWORD, new_client, served, with_http


@pytest.fixture(scope="session")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The native port of a server for what every client may rely on."""
    with served(tmp_path_factory.mktemp("clickhouse")) as number:
        yield number


@pytest.fixture
def client(port: int) -> Iterator[Client]:
    """A client that is logged in as the operator."""
    with new_client(port) as made:
        yield made


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The native and the HTTP port of a server with the sample history."""
    with with_http(tmp_path_factory.mktemp("sample")) as found:
        with closing(Store(f"clickhouse://{SINK}:{PASSWORD}@127.0.0.1:{found[0]}/{DATA}")) as sink:
            fill(sink)
        yield found
