"""A partition that a step cannot begin with before an operator decides: it waits alone, and everything else goes on."""

import time

import pytest
from confluent_kafka import Producer

from complaints.bus.control import Control
from complaints.bus.step.held import refusals
from complaints.bus.step.murmur2 import partition_of
from ops.doctor import Level
from ops.standing import standing
from tests.harness.step import PARTITIONS, Ground, ground, turn_until

__all__ = ["ground"]

KEY = "k0"
PARTITION = partition_of(KEY.encode(), PARTITIONS)
"""The one that is refused."""


def lose_the_end(ground: Ground) -> None:
    """Let a partition end before what its group has committed, and write more into all."""
    ground.feed(40)
    with ground.opened() as worker:
        ground.turn(worker)
    ground.empty_group()
    ground.commit_offsets(1_000, [PARTITION])
    ground.feed(40)


def test_a_partition_that_lost_its_end_waits_alone_and_goes_on_when_an_operator_decides(ground: Ground) -> None:
    """Doctor names it with the command; it outlasts restarts; no worker is stopped for the decision, and nothing is lost or done twice."""
    lose_the_end(ground)
    with ground.opened() as worker:
        turn_until(worker, lambda: ground.done_beside(PARTITION), what="the other partitions")
        turn_until(worker, lambda: bool(ground.refused()), what="the refusal")
    (first,) = ground.refused().values()
    assert "Kafka has it only up to" in first.why
    with ground.opened() as worker:
        ground.feed(20)
        turn_until(worker, lambda: ground.done_beside(PARTITION), what="the other partitions again")
        assert ground.refused().keys() == {PARTITION}
        assert ground.refused()[PARTITION].since_ms == first.since_ms
        said = Control().take(ground.control())
        (found,) = [one for one in standing(said, now=time.time()) if ground.name in one.what]
        assert (found.what, found.level) == (f"partition {PARTITION} of {ground.name}", Level.fail)
        assert f"lapor offsets set {ground.name} --topic-partition {PARTITION} --to" in found.detail
        ground.decide(PARTITION, 0)
        ground.turn(worker)
        turn_until(worker, lambda: not ground.refused(), what="the end of the refusal")
    ground.check()
    assert ground.dead() == []


@pytest.mark.parametrize(
    "headers", [{"format": b"abc"}, {"format": b"1", "due": str(1 << 70).encode()}, {"format": b"0", "due": b"-1"}]
)
def test_a_refused_partition_is_tried_again_by_itself(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str | bytes | None]
) -> None:
    """A record that is no state refuses its partition alone, until what it stands for is written behind it."""
    monkeypatch.setattr(refusals, "TRY_S", 0.5)
    producer = Producer({"bootstrap.servers": ground.brokers})

    def write_state(value: bytes | None) -> None:
        producer.produce(f"{ground.name}.states", value, b"foreign", partition=PARTITION, headers=headers)
        assert producer.flush(30) == 0

    write_state(b"{}")
    ground.feed(40)
    with ground.opened() as worker:
        turn_until(worker, lambda: ground.done_beside(PARTITION), what="the other partitions")
        turn_until(worker, lambda: bool(ground.refused()), what="the refusal")
        assert f"{ground.name}.states/{PARTITION}/0 is no state" in ground.refused()[PARTITION].why
        assert KEY not in ground.outputs()
        write_state(None)
        ground.turn(worker)
        turn_until(worker, lambda: not ground.refused(), what="the end of the refusal")
    ground.check()


def test_a_worker_takes_a_partition_that_another_refused(ground: Ground) -> None:
    """Decided while nobody runs: the next worker begins, and says that the refusal is over."""
    lose_the_end(ground)
    with ground.opened() as worker:
        turn_until(worker, lambda: bool(ground.refused()), what="the refusal")
    ground.accept(0)
    with ground.opened() as worker:
        ground.turn(worker)
        turn_until(worker, lambda: not ground.refused(), what="the end of the refusal")
    ground.check()
