"""A partition of which no broker that is there has a copy: it waits alone, also for a worker that starts."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its stubs forget it

from complaints.bus.step.held import refusals
from complaints.bus.step.murmur2 import partition_of
from complaints.bus.step.place import same
from tests.contract.test_step_refused_partition import PARTITION
from tests.harness.second_broker import SecondBroker
from tests.harness.step import PARTITIONS, Ground, turn_until
from tests.harness.support import KafkaServer, start_kafka, wait_until

BESIDE = [key for number in range(20) if partition_of((key := f"k{number}").encode(), PARTITIONS) != PARTITION]
"""Keys of the partitions that the first broker has."""


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A broker that has another one beside it."""
    server = start_kafka(tmp_path_factory.mktemp("kafka"))
    yield server
    server.stop()


@pytest.fixture
def second(kafka: KafkaServer, tmp_path: Path) -> Iterator[SecondBroker]:
    """A second broker, which is given nothing but what a test gives it: Kafka's own topics are there already."""
    producer = Producer({"bootstrap.servers": kafka.brokers, "transactional.id": "first"})
    producer.init_transactions(30)
    Ground(kafka.brokers, tmp_path).make()
    broker = SecondBroker(kafka, tmp_path / "second")
    yield broker
    broker.kill()


@pytest.fixture
def ground(kafka: KafkaServer, second: SecondBroker, tmp_path: Path) -> Iterator[Ground]:
    """A step of which the second broker has one partition of the mailbox and of the states."""
    del second
    made = Ground(kafka.brokers, tmp_path)
    spread = [[2] if at == PARTITION else [1] for at in range(PARTITIONS)]
    all_of = {
        made.name: spread,
        f"{made.name}.states": spread,
        f"{made.name}.out": [[1]] * PARTITIONS,
        f"{made.name}.dead": [[1]],
    }
    topics = [
        NewTopic(name, num_partitions=len(brokers), replica_assignment=brokers) for name, brokers in all_of.items()
    ]
    admin = AdminClient({"bootstrap.servers": kafka.brokers})
    for created in admin.create_topics(topics).values():
        created.result(30)
    made.commit_offsets(0)
    yield made
    made.close()


def leaderless(ground: Ground) -> bool:
    """Return whether Kafka knows that a partition of the mailbox and of the states has no leader."""
    topics = AdminClient({"bootstrap.servers": ground.brokers}).list_topics(timeout=10).topics
    return all(topics[name].partitions[PARTITION].leader < 0 for name in (ground.name, f"{ground.name}.states"))


@pytest.mark.long
def test_a_partition_without_a_leader_waits_alone_and_goes_on_by_itself(
    ground: Ground, second: SecondBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a worker that runs, and of one that starts: the others go on, doctor names it, and nothing is lost or done twice."""
    monkeypatch.setattr(refusals, "TRY_S", 1.0)
    monkeypatch.setattr(same, "SAME_S", 1.0)
    with ground.opened() as worker:
        ground.feed(40)
        ground.turn(worker)
        second.kill()
        wait_until(lambda: leaderless(ground), what="a partition without a leader")
        ground.write([(key, {"id": uuid4().hex}) for key in BESIDE])
        turn_until(worker, lambda: ground.done_beside(PARTITION) and bool(ground.refused()), what="the others")
    with ground.opened() as worker:
        ground.write([(key, {"id": uuid4().hex}) for key in BESIDE])
        turn_until(worker, lambda: ground.done_beside(PARTITION), what="the others again")
        assert ground.refused().keys() == {PARTITION}
        assert "start the brokers that have them" in ground.refused()[PARTITION].why
        second.start()
        ground.feed(40)
        ground.turn(worker)
        turn_until(worker, lambda: not ground.refused(), what="the end of the refusal")
    ground.check()
