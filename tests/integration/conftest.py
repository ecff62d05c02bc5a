"""ClickHouse servers that several files share. They are given to one process (see TOGETHER in tests/conftest.py)."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from clickhouse_driver import Client

from embedded.clickhouse.accounts import DATA, SINK
from lapor.local.analyst_pages import fill
from sinks.clickhouse.client import Store
from tests.harness.clickhouse import PASSWORD, new_client, with_http
from tests.harness.sink import empty, made_database, migrated


@pytest.fixture(scope="session")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The native and the HTTP port of a server for what every client may rely on."""
    with with_http(tmp_path_factory.mktemp("clickhouse")) as found:
        yield found


@pytest.fixture(scope="session")
def port(ports: tuple[int, int]) -> int:
    """Its native port."""
    return ports[0]


@pytest.fixture
def client(port: int) -> Iterator[Client]:
    """A client that is logged in as the operator."""
    with new_client(port) as made:
        yield made


@pytest.fixture(scope="session")
def database(clickhouse_server: str) -> str:
    """The address of a database with all tables and views; the rows are those of one test at a time."""
    return migrated(clickhouse_server)


@pytest.fixture(scope="session")
def unmerged(clickhouse_server: str) -> str:
    """The address of another one, in which no merge hides what a sink has inserted twice."""
    return made_database(clickhouse_server)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """A connection to it, while it has no rows but those of reference."""
    with closing(Store(database)) as made:
        empty(made)
        yield made


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The native and the HTTP port of a server with the sample history."""
    with with_http(tmp_path_factory.mktemp("sample")) as found:
        with closing(Store(f"clickhouse://{SINK}:{PASSWORD}@127.0.0.1:{found[0]}/{DATA}")) as sink:
            fill(sink)
        yield found
