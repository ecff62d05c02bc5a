"""What a rebalance in the middle of one poll does; the contract suite cannot time it."""

from typing import Any

import pytest
from confluent_kafka import TopicPartition

from complaints.bus.confluent import ConfluentConsumer
from complaints.bus.membership import LONGEST_WITHOUT_S
from complaints.errors import BusUnavailable
from tests.harness.support import free_port


class Told:
    """A message of librdkafka."""

    def __init__(self, partition: int, offset: int) -> None:
        self._at = (partition, offset)

    def error(self) -> None:
        """It is none."""

    def topic(self) -> str:
        """Of the only topic."""
        return "t"

    def partition(self) -> int:
        """Where."""
        return self._at[0]

    def offset(self) -> int:
        """Where."""
        return self._at[1]

    def key(self) -> bytes:
        """Any."""
        return b"k"

    value = key

    def headers(self) -> list[tuple[str, bytes]]:
        """None."""
        return []

    def timestamp(self) -> tuple[int, int]:
        """The kind and the time."""
        return 1, 0


class Rebalancing:
    """A librdkafka consumer that hands its partitions over while the rest of a batch is asked for."""

    def __init__(self, consumer: ConfluentConsumer, *, lost: bool) -> None:
        self._consumer, self._lost = consumer, lost

    def poll(self, _: float) -> Told:
        """Give the first record of partition 0."""
        return Told(0, 100)

    def consume(self, *_: Any, **__: Any) -> list[Told]:
        """Hand partition 0 over, take partition 1, and give a record of that."""
        if self._lost:
            self._consumer._on_lost()
        else:
            self._consumer._on_revoke(self, [TopicPartition("t", 0)])  # type: ignore[arg-type]  # it is not looked at
        return [Told(1, 7)]


@pytest.mark.parametrize("lost", [False, True])
def test_a_record_whose_partition_goes_in_the_middle_of_a_poll_is_the_next_owners(*, lost: bool) -> None:
    """Both would take it otherwise: a sink would insert it under a token of its own, and set the other's progress back."""
    consumer = ConfluentConsumer(f"127.0.0.1:{free_port()}", group="g", topics=["t"])
    real, consumer._consumer = consumer._consumer, Rebalancing(consumer, lost=lost)  # type: ignore[assignment]  # by design
    assert [str(record.position) for record in consumer.poll(max_records=10, timeout_s=0.1)] == ["t/1/7"]
    real.close()


class Silent:
    """A librdkafka consumer that gives nothing."""

    def poll(self, _: float) -> None:
        """Give nothing."""


def test_a_sink_whose_partitions_were_taken_and_never_given_again_ends() -> None:
    """The client may leave its group for good and say nothing: a new start joins again."""
    consumer = ConfluentConsumer(f"127.0.0.1:{free_port()}", group="g", topics=["t"])
    real, consumer._consumer = consumer._consumer, Silent()  # type: ignore[assignment]  # by design
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
