"""The broker in memory keeps the producer's contract, so that a test on it says something about Kafka."""

import pytest

from complaints.bus import Producer, Record
from complaints.errors import BusUnavailable, ContractViolation
from tests.harness.fakes import MemoryProducer, Mode


def record(value: bytes = b"{}") -> Record:
    """Return a record."""
    return Record(topic="t", key=b"k", value=value, headers=(("ce_id", b"1"),))


def test_a_done_future_names_where_the_record_stands() -> None:
    """As the drivers' contract suite asks: value, key and headers come back from there."""
    producer = MemoryProducer()
    as_contract: Producer = producer
    as_contract.send(record())
    at = as_contract.send(record(b'{"a": 1}')).result(0)
    stored = producer.stored("t")[at.offset]
    assert (stored.position, stored.value, stored.key, stored.headers) == (at, b'{"a": 1}', b"k", (("ce_id", b"1"),))


@pytest.mark.parametrize(("mode", "error"), [(Mode.away, BusUnavailable), (Mode.rejecting, ContractViolation)])
def test_sending_never_raises_and_the_future_says_why(mode: Mode, error: type[Exception]) -> None:
    """Away: it may pass later. Rejecting: it never will."""
    producer = MemoryProducer(mode)
    with pytest.raises(error):
        producer.send(record()).result(0)
    assert producer.stored("t") == []


def test_a_record_too_large_is_never_taken() -> None:
    """As Kafka's message.max.bytes."""
    with pytest.raises(ContractViolation):
        MemoryProducer(largest=10).send(record(b"x" * 11)).result(0)
