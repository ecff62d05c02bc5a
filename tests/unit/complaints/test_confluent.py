"""What a rebalance in the middle of one poll does; the contract suite cannot time it."""

from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import TopicPartition

from complaints.bus.confluent import ConfluentConsumer
from complaints.bus.membership import LONGEST_WITHOUT_S
from complaints.errors import BusUnavailable
from tests.harness.support import free_port


def told(partition: int, offset: int) -> SimpleNamespace:
    """Return a message of librdkafka, of the only topic."""
    fields: dict[str, Any] = {"error": None, "topic": "t", "partition": partition, "offset": offset, "key": b"k"}
    fields |= {"value": b"k", "headers": [], "timestamp": (1, 0)}
    return SimpleNamespace(**{name: lambda value=value: value for name, value in fields.items()})


class Rebalancing:
    """A librdkafka consumer that hands its partitions over while the rest of a batch is asked for."""

    def __init__(self, consumer: ConfluentConsumer, *, lost: bool) -> None:
        self._consumer, self._lost = consumer, lost

    def poll(self, _: float) -> SimpleNamespace:
        """Give the first record of partition 0."""
        return told(0, 100)

    def consume(self, *_: Any, **__: Any) -> list[SimpleNamespace]:
        """Hand partition 0 over, take partition 1, and give a record of that."""
        if self._lost:
            self._consumer._on_lost()
        else:
            self._consumer._on_revoke(self, [TopicPartition("t", 0)])  # type: ignore[arg-type]  # it is not looked at
        return [told(1, 7)]


@pytest.mark.parametrize("lost", [False, True])
def test_a_record_whose_partition_goes_in_the_middle_of_a_poll_is_the_next_owners(*, lost: bool) -> None:
    """Both would take it otherwise: a sink would insert it under a token of its own, and set the other's progress back."""
    consumer = ConfluentConsumer(f"127.0.0.1:{free_port()}", group="g", topics=["t"])
    real, consumer._consumer = consumer._consumer, Rebalancing(consumer, lost=lost)  # type: ignore[assignment]  # by design
    assert [str(record.position) for record in consumer.poll(max_records=10, timeout_s=0.1)] == ["t/1/7"]
    real.close()


def test_a_sink_whose_partitions_were_taken_and_never_given_again_ends() -> None:
    """The client may leave its group for good and say nothing: a new start joins again."""
    consumer = ConfluentConsumer(f"127.0.0.1:{free_port()}", group="g", topics=["t"])
    real, consumer._consumer = consumer._consumer, SimpleNamespace(poll=lambda _: None)  # type: ignore[assignment]  # it gives nothing
    now = [0.0]
    consumer._membership._now_s = lambda: now[0]
    consumer._membership.given()
    now[0] += 100 * LONGEST_WITHOUT_S
    assert consumer.poll(max_records=10, timeout_s=0.0) == []
    consumer._on_lost()
    assert consumer.poll(max_records=10, timeout_s=0.0) == []
    now[0] += LONGEST_WITHOUT_S
    with pytest.raises(BusUnavailable, match="the group g has given this member no share for 25 s"):
        consumer.poll(max_records=10, timeout_s=0.0)
    real.close()
