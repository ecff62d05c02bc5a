"""What a worker does while one of its partitions waits: it copies nothing twice, fences nobody, and builds on nothing unproven."""

import threading
import time
from typing import Any

import pytest
from confluent_kafka import Producer

from complaints.bus.step import timers as step_timers
from complaints.bus.step.held import refusals
from complaints.bus.step.place.proof import Proof
from complaints.bus.step.states import restore
from complaints.bus.step.timers import Timers
from complaints.runtime.telemetry import STEP_RESTORE_SECONDS
from tests.contract.test_step_refused_partition import KEY, PARTITION, lose_the_end
from tests.harness.step import PARTITIONS, Ground, ground, turn_until
from tests.harness.support import allow

__all__ = ["ground"]


class Copies:
    """The copies of partitions that restorers of this process began, and those that stood still long enough for a fence."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.began: list[Any] = []
        self.stood_still = threading.Event()
        opened_, step = restore.Restorer._opened, restore.Restorer.step

        def begin(restorer: restore.Restorer, partition: int) -> Any:
            copy = opened_(restorer, partition)
            self.began.append((partition, copy.next, copy.former is not None))
            return copy

        def look(restorer: restore.Restorer) -> Any:
            late = time.monotonic() - restore.STUCK_S
            if any(copy.next < copy.end and copy.moved_at < late for copy in restorer._active.values()):
                self.stood_still.set()
            return step(restorer)

        monkeypatch.setattr(restore.Restorer, "_opened", begin)
        monkeypatch.setattr(restore.Restorer, "step", look)

    def of(self, partition: int) -> list[tuple[int, bool]]:
        """Return where the copies of a partition began, and whether only its position was looked for."""
        return [(at, in_doubt) for number, at, in_doubt in self.began if number == partition]


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> Copies:
    """The copies that are made in this process."""
    return Copies(monkeypatch)


def open_elsewhere(ground: Ground, *partitions: int) -> Producer:
    """Leave a transaction open in the state topic, as another step does that shares it."""
    producer = Producer({"bootstrap.servers": ground.brokers, "transactional.id": f"{ground.name}-other"})
    producer.init_transactions(30)
    producer.begin_transaction()
    for partition in partitions:
        producer.produce(f"{ground.name}.states", b"{}", b"other", partition=partition, headers={"format": b"1"})
    assert producer.flush(30) == 0
    return producer


def test_a_retry_of_a_refused_partition_fences_no_worker_that_lives(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, copies: Copies
) -> None:
    """Who had it before may be at work on other partitions; what the copy waits for is another's transaction."""
    monkeypatch.setattr(refusals, "TRY_S", 0.3)
    fenced: list[str] = []
    monkeypatch.setattr("complaints.bus.step.kafka.fence", lambda *_, id_, **__: fenced.append(id_))
    lose_the_end(ground)
    with ground.opened(1) as worker:
        turn_until(worker, lambda: bool(ground.refused()), what="the refusal")
        copies.stood_still.clear()
        other = open_elsewhere(ground, PARTITION)
        turn_until(worker, copies.stood_still.is_set, what="a retry that stands still")
        worker.turn()
        assert fenced == []
        other.abort_transaction(30)
        ground.decide(PARTITION, 0)
        ground.turn(worker)
    ground.check()


def test_a_first_copy_fences_no_worker_that_is_in_its_group(ground: Ground, copies: Copies) -> None:
    """It had the partition before, lives, and has left nothing open: steps share state topics."""
    first = ground.worker()
    ground.feed(40)
    ground.settle()
    other = open_elsewhere(ground, *range(PARTITIONS))
    with ground.opened(1) as worker:
        turn_until(worker, copies.stood_still.is_set, what="a copy that stands still")
        worker.turn()
        other.abort_transaction(30)
        ground.feed(40)
        ground.turn(worker)
    assert first.poll() is None
    ground.check()


def test_a_partition_that_is_refused_is_not_copied_again(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, copies: Copies
) -> None:
    """A record that is no state at the beginning of the topic: each retry reads on where the last one ended."""
    monkeypatch.setattr(refusals, "TRY_S", 0.3)
    producer = Producer({"bootstrap.servers": ground.brokers})

    def write_state(value: bytes | None) -> None:
        producer.produce(f"{ground.name}.states", value, b"foreign", partition=PARTITION, headers={"format": b"abc"})
        assert producer.flush(30) == 0

    write_state(b"{}")
    write_state(b"{}")
    ground.feed(40)
    with ground.opened() as worker:
        turn_until(worker, lambda: len(copies.of(PARTITION)) > 3, what="some retries")
        assert copies.of(PARTITION)[:4] == [(0, False), (2, False), (2, False), (2, False)]
        write_state(None)
        ground.turn(worker)
    ground.check()


def test_a_retry_of_a_refused_partition_is_no_restore_in_the_figures(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, copies: Copies
) -> None:
    """They say how long each partition that was given took from there until its states were complete."""
    monkeypatch.setattr(refusals, "TRY_S", 0.3)
    lose_the_end(ground)
    restores = STEP_RESTORE_SECONDS.labels(ground.name)

    def number() -> float:
        (metric,) = restores.collect()
        return next(float(one.value) for one in metric.samples if one.name.endswith("_count"))

    before = number()
    copies.began.clear()
    with ground.opened() as worker:
        turn_until(worker, lambda: len(copies.of(PARTITION)) > 2, what="some retries")
        ground.decide(PARTITION, 0)
        ground.turn(worker)
    assert number() == before + PARTITIONS


def test_a_clock_of_a_broker_that_was_ahead_makes_no_copy_anew(ground: Ground, copies: Copies) -> None:
    """A record of the future before the last one that was copied tells of no lost end: the last one is in its place."""
    producer = Producer({"bootstrap.servers": ground.brokers})
    ahead_ms = time.time_ns() // 1_000_000 + 600_000
    for partition in range(PARTITIONS):
        topic = f"{ground.name}.states"
        producer.produce(topic, b"{}", b"ahead", partition=partition, headers={"format": b"1"}, timestamp=ahead_ms)
    assert producer.flush(30) == 0
    ground.feed(40)
    with ground.opened() as worker:
        ground.turn(worker)
    copies.began.clear()
    ground.feed(40)
    with ground.opened() as worker:
        ground.turn(worker)
    (at, in_doubt), *_ = copies.of(PARTITION)
    assert at > 1
    assert not in_doubt
    ground.check()


def feed_timers(ground: Ground, number: int) -> None:
    """Write commands that want a timer in an hour."""
    due_ms = time.time_ns() // 1_000_000 + 3_600_000
    ground.write([(f"t{at}", {"id": f"c{at}", "due_ms": due_ms}) for at in range(number)])


def in_two_hours() -> int:
    """Return the time in two hours, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000 + 7_200_000


def test_no_timer_is_proposed_before_its_partition_is_proven(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is built on a log that turns out to be another one cannot be taken back."""
    monkeypatch.setattr(step_timers, "EVERY_S", 0.0)
    feed_timers(ground, 20)
    with ground.opened() as worker:
        ground.turn(worker)
    looked = set[int]()

    def look(_: Proof, partition: int, *_at: object) -> bool:
        looked.add(partition)
        return False

    monkeypatch.setattr(Proof, "look", look)
    ends = ground.ends()
    with ground.opened(now_ms=in_two_hours) as worker:
        turn_until(worker, lambda: len(looked) == PARTITIONS, what="all partitions")
        worker.propose_timers()
        assert ground.ends() == ends


def test_a_dead_letter_that_kafka_refuses_stops_its_partition_alone(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others go on, doctor says what to do, and the partition goes on by itself when that is done."""
    monkeypatch.setattr(refusals, "TRY_S", 0.5)
    dead = f"{ground.name}.dead"
    allow(ground.brokers, dead, 100)  # a marker of a transaction has 78 bytes, the dead letter more
    ground.feed(20)
    ground.write([(KEY, {"id": "bad", "do": "raise"})])
    ground.feed(20)
    with ground.opened() as worker:
        turn_until(worker, lambda: ground.done_beside(PARTITION) and bool(ground.refused()), what="the others")
        (refused,) = ground.refused().values()
        assert (refused.partition, "the dead letter of" in refused.why) == (PARTITION, True)
        assert len(ground.outputs()[KEY]) < len(ground.fed[KEY])
        allow(ground.brokers, dead, 1_000_000)
        ground.turn(worker)
        turn_until(worker, lambda: not ground.refused(), what="the end of the refusal")
    assert [letter["id"] for letter in ground.dead()] == ["bad"]
    ground.check()


def test_a_letter_of_records_deleted_unread_that_kafka_refuses_stops_its_partition_alone(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loss is said as soon as Kafka takes the letter, and nothing behind it is committed before."""
    monkeypatch.setattr(refusals, "TRY_S", 0.5)
    ground.feed(40)
    ground.delete(lambda at, end: end if at == PARTITION else 0)
    allow(ground.brokers, f"{ground.name}.dead", 100)
    with ground.opened() as worker:
        turn_until(worker, lambda: ground.done_beside(PARTITION) and bool(ground.refused()), what="the others")
        assert ground.refused().keys() == {PARTITION}
        assert ground.dead() == []
        allow(ground.brokers, f"{ground.name}.dead", 1_000_000)
        turn_until(worker, lambda: not ground.refused(), what="the end of the refusal")
    assert len(ground.dead()) == 1


def test_timers_that_kafka_refuses_wait_and_messages_go_on(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mailbox that takes less than is declared ends no worker, at this start or the next; mended, each timer fires once."""
    monkeypatch.setattr(step_timers, "REFUSED_S", 0.5)
    feed_timers(ground, 80)
    refused, note = list[Timers](), Timers.refused

    def refuse(timers: Timers) -> None:
        refused.append(timers)
        note(timers)

    monkeypatch.setattr(Timers, "refused", refuse)
    allow(ground.brokers, ground.name, 200)
    with ground.opened(now_ms=in_two_hours) as worker:
        turn_until(worker, lambda: len(refused) > 1, what="two refusals")
        ground.feed(1)
        ground.turn(worker)
        assert not ground.refused()
        allow(ground.brokers, ground.name, 1_000_000)
        turn_until(worker, lambda: ground.said() >= 161, what="all timers")
        ground.check()
