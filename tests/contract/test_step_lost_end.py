"""A broker that lost the end of a log, which then grew again beyond what was read, as after a power cut or a copy put back."""

import shutil
import time
from pathlib import Path
from uuid import uuid4

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its stubs forget it

from complaints.bus.confluent.client import has_regrown, is_there
from complaints.bus.step.murmur2 import partition_of
from tests.harness.cases.log import committed
from tests.harness.own_kafka import kafka
from tests.harness.step import PARTITIONS, Ground, ground, readers
from tests.harness.support import KafkaServer, wait_until

__all__ = ["ground", "kafka"]

PARTITION = partition_of(b"k0", PARTITIONS)
"""The one that loses its end."""


def done(ground: Ground) -> None:
    """Let a worker do all there is, and stop it."""
    worker = ground.worker()
    ground.settle()
    worker.terminate()
    assert worker.wait(30) == 0


def folders(kafka: KafkaServer, topic: str) -> list[Path]:
    """Return the folders of a topic's partitions."""
    return sorted(one for one in kafka.folder.rglob(f"{topic}-*") if one.name.removeprefix(f"{topic}-").isdigit())


def put_back(kafka: KafkaServer, ground: Ground, topic: str, copies: Path, *, partition: int | None = None) -> None:
    """Handle some records, copy a topic, or one partition of it, handle more, and put the copy back."""
    ground.feed(20, keys=8)
    done(ground)
    kafka.stop()
    lost = [one for one in folders(kafka, topic) if partition is None or one.name == f"{topic}-{partition}"]
    for one in lost:
        shutil.copytree(one, copies / one.name)
    kafka.start()
    ground.feed(40, keys=8)
    done(ground)
    kafka.stop()
    for one in lost:
        shutil.rmtree(one)
        shutil.copytree(copies / one.name, one)
    kafka.start()


def test_later_records_before_the_last_one_that_was_read_tell_of_a_lost_end(kafka: KafkaServer) -> None:
    """A copy of such a topic is made anew; one of a topic that only grew is not."""
    topic = f"test.{uuid4().hex}"
    made = NewTopic(topic, 1, config={"message.timestamp.type": "LogAppendTime"})
    admin = AdminClient({"bootstrap.servers": kafka.brokers})
    admin.create_topics([made])[topic].result(30)
    producer, consumer = Producer({"bootstrap.servers": kafka.brokers}), Consumer(readers(kafka.brokers))
    for _ in range(5):
        producer.produce(topic, b"{}")
        assert producer.flush(30) == 0
        time.sleep(0.005)
    times = [one.at_ms for one in committed(kafka.brokers, topic)]
    for offset, at_ms in enumerate(times):
        assert not has_regrown(consumer, topic, 0, (offset, at_ms))
        assert is_there(kafka.brokers, topic, 0, (offset, at_ms))
    assert has_regrown(consumer, topic, 0, (3, times[1]))
    assert not is_there(kafka.brokers, topic, 0, (3, times[1]))
    assert not is_there(kafka.brokers, topic, 0, (5, times[1]))
    consumer.close()


def test_a_partition_that_lost_its_end_and_grew_again_waits_alone_for_an_operator(
    kafka: KafkaServer, ground: Ground, tmp_path: Path
) -> None:
    """A worker would go on behind new records that nobody has handled. The others go on, also after restarts, and it in the end."""
    put_back(kafka, ground, ground.name, tmp_path / "copies", partition=PARTITION)
    ground.feed(80, keys=8)
    first = ground.worker()
    wait_until(lambda: ground.refused().keys() == {PARTITION}, timeout_s=60, what="the refusal")
    wait_until(lambda: ground.done_beside(PARTITION), timeout_s=60, what="the other partitions")
    first.kill()
    first.wait(10)
    why = ground.refused()[PARTITION].why
    assert "has other records before the offset" in why
    assert f"lapor offsets set {ground.name} --topic-partition {PARTITION} --to" in why
    before = ground.outputs()["k0"]
    worker = ground.worker()
    ground.feed(8, keys=8)
    wait_until(lambda: ground.done_beside(PARTITION), timeout_s=60, what="the other partitions")
    assert ground.outputs()["k0"] == before
    ground.decide(PARTITION, 0)
    ground.settle()
    ground.check()
    wait_until(lambda: not ground.refused(), what="the end of the refusal")
    assert worker.poll() is None


def test_a_state_topic_that_lost_its_end_is_refused_until_an_operator_decides(
    kafka: KafkaServer, ground: Ground, tmp_path: Path
) -> None:
    """What is committed says that there were more states than it has."""
    put_back(kafka, ground, f"{ground.name}.states", tmp_path / "copies")
    for place, said in (("w0", "has states that it does not have, and is kept"), ("elsewhere", "and with them states")):
        worker = ground.worker(place=place)
        wait_until(lambda: any(said in one.why for one in ground.refused().values()), timeout_s=60, what=place)  # noqa: B023
        worker.kill()
        worker.wait(10)
    before = ground.committed()
    ground.accept(0)
    ground.feed(8, keys=8)
    ground.worker()
    wait_until(lambda: ground.committed() >= before, timeout_s=60, what="all that was handled before, once more")
    wait_until(lambda: not ground.refused(), what="the end of the refusals")
