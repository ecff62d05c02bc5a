"""A broker that the tests of one module have alone: `from tests.harness.own_kafka import kafka`, and name it in `__all__`."""

import pytest

from tests.harness.support import KafkaServer


@pytest.fixture(scope="module")
def kafka(emptied: KafkaServer) -> KafkaServer:
    """The broker of one module after the other, with new topics: other tests write what no worker of theirs has handled."""
    return emptied.anew()
