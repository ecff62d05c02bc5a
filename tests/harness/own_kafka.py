"""A broker for the tests of one module alone: `from tests.harness.own_kafka import kafka`, and name it in `__all__`."""

from collections.abc import Iterator

import pytest

from tests.harness.support import KafkaServer, start_kafka


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A broker of their own: other tests write what no worker of theirs has handled."""
    server = start_kafka(tmp_path_factory.mktemp("kafka"))
    yield server
    server.stop()
