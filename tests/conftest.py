"""What the tests share: no way out of the machine, and the real servers, started once a session where a test asks for them."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from pytest_socket import socket_allow_hosts
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from complaints.crypto import Keyring
from lapor.processes.forks import end_parent
from tests.harness.logs import plain_logs
from tests.harness.support import KafkaServer, start_clickhouse, start_kafka

settings.register_profile(
    "fixed",
    # A test that takes long on a busy machine is not wrong. Hypothesis also derives from the deadline how long the
    # first ten draws may take: 1 s with its own 200 ms, 30 s without one. The first text that is drawn in a fresh
    # clone builds a table of Unicode, which takes more than 1 s where three workers share two cores.
    deadline=None,
    # What a former run found, in .hypothesis/, does not change this one.
    database=None,
    # The same sources are tested with the same inputs: a change is refused for what it does and not by chance. New
    # inputs are looked for on purpose, with the profile "search".
    derandomize=True,
    print_blob=True,
)
settings.register_profile("search", settings.get_profile("fixed"), derandomize=False)
# Hypothesis loads a profile of its own where CI is set. This line makes every machine use the same. It runs before the
# test modules are imported, since @settings takes its defaults from the profile of that moment.
settings.load_profile("fixed")

plain_logs()


LONGEST = ("e2e", "contract", "integration", "property", "interop", "unit")
"""The folders of tests, those first whose files take longest: so no process waits for another one at the end."""


ALONE = "the emptied broker"
"""A broker that each of its files has alone."""

TOGETHER = {
    "tests/e2e/test_ailing_stack": "the stack",
    "tests/e2e/test_case_commands": "the stack",
    "tests/e2e/test_direct_messages": "the stack",
    "tests/e2e/test_main_job": "the stack",
    "tests/e2e/test_whole_story": "the stack",
    "tests/contract/test_step_lost_end": ALONE,
    "tests/contract/test_step_put_back": ALONE,
    "tests/integration/test_conversation_worker": ALONE,
    "tests/integration/test_neighbours_worker": ALONE,
    "tests/integration/test_redrive": ALONE,
    "tests/integration/test_router": ALONE,
    "tests/integration/test_view": ALONE,
    "tests/integration/test_clickhouse_http": "ClickHouse",
    "tests/integration/test_embedded_clickhouse": "ClickHouse",
    "tests/integration/test_sql_escapes": "ClickHouse",
    "tests/integration/test_analyst_clients": "the sample",
    "tests/integration/test_analyst_pages": "the sample",
    "tests/integration/test_clickhouse_clients": "the sample",
    "tests/integration/test_dashboard": "the sample",
    "tests/integration/test_backlog": "the sink's ClickHouse",
    "tests/integration/test_generate": "the sink's ClickHouse",
    "tests/integration/test_sink": "the sink's ClickHouse",
    "tests/integration/test_hidden_views": "the sink's ClickHouse",
    "tests/integration/test_history": "the sink's ClickHouse",
    "tests/fault/test_findings": "the broker",
    "tests/fault/test_smpp": "the broker",
}
"""What takes long to start and is shared, by the beginnings of the names of the files that share it: one process runs them all."""


class Together(LoadFileScheduling):  # type: ignore[misc]  # it has no types
    """Gives out tests by file, and those of the files that share something as one."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return next((what for begin, what in TOGETHER.items() if file.startswith(begin)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together | None:
    """Let processes take files, as `--dist loadfile` does, but some files together."""
    return Together(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give long files out first. The tests of faults, whose processes take half a machine, are run beside no others (see the Makefile)."""
    order = {name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.parts[len(item.config.rootpath.parts) + 1], len(order)))


@pytest.fixture(autouse=True)
def _stay_on_loopback() -> None:
    """No test reaches beyond loopback; sockets themselves are what much of this is about."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session", autouse=True)
def _no_parent_is_left() -> Iterator[None]:
    """The parent of what the tests run as forks (see tests.harness.warm) ends with them."""
    yield
    end_parent()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """The real Apache Kafka, for tests that make topics of their own or look only at what they wrote."""
    server = start_kafka(tmp_path_factory.mktemp("kafka"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def emptied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """Another one, which one module after the other has alone."""
    server = start_kafka(tmp_path_factory.mktemp("kafka"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def kafka(request: pytest.FixtureRequest) -> KafkaServer:
    """The real Apache Kafka: with new topics for a module that must have it alone, as no worker of theirs has handled what others wrote."""
    path = request.path.relative_to(request.config.rootpath).as_posix()
    if any(what == ALONE for begin, what in TOGETHER.items() if path.startswith(begin)):
        emptied: KafkaServer = request.getfixturevalue("emptied")
        return emptied.anew()
    shared: KafkaServer = request.getfixturevalue("shared")
    return shared


@pytest.fixture(autouse=True)
def _leave_no_mark(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test writes into the control topic of the broker that all share says nothing to the next one."""
    server: KafkaServer | None = request.getfixturevalue("kafka") if "kafka" in request.fixturenames else None
    yield
    if server is not None:
        server.unmark()


@pytest.fixture(scope="session")
def clickhouse_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real ClickHouse engine behind its native protocol; the address has no database."""
    process, address = start_clickhouse(tmp_path_factory.mktemp("clickhouse"))
    yield address
    process.terminate()
    process.wait(30)


@pytest.fixture
def keys() -> Keyring:
    """The keys of an installation that exists only here."""
    return Keyring.from_secret(b"a secret of the tests, 32 bytes long")
