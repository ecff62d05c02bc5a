"""How far behind consumer groups are, asked of the real Kafka: each group there is, and the age of the oldest record."""

import socket
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from complaints.bus import Backlog
from complaints.bus.confluent import ConfluentConsumer
from complaints.bus.confluent.backlog import Backlogs
from complaints.errors import BusUnavailable
from ops.doctor import Level
from ops.lag import lag
from tests.harness.support import KafkaServer, wait_until

PARTITIONS = 2


class Topic:
    """A topic of a test, and the groups that read it."""

    def __init__(self, brokers: str) -> None:
        self.brokers, self.name = brokers, f"t-{uuid4().hex[:8]}"
        self.admin = AdminClient({"bootstrap.servers": brokers})
        self.admin.create_topics([NewTopic(self.name, PARTITIONS, 1)])[self.name].result(10)

    def write(self, *stamps_ms: int, partition: int = 0, transaction: str = "") -> None:
        """Write a record with each timestamp; a transaction is "commit" or "abort"."""
        settings: dict[str, str | int | float | bool] = {"bootstrap.servers": self.brokers}
        if transaction:
            settings["transactional.id"] = uuid4().hex
        producer = Producer(settings)
        if transaction:
            producer.init_transactions(10)
            producer.begin_transaction()
        for stamp in stamps_ms:
            producer.produce(self.name, b"x", partition=partition, timestamp=stamp)
        if transaction:
            assert producer.flush(10) == 0
            (producer.commit_transaction if transaction == "commit" else producer.abort_transaction)(10)
        assert producer.flush(10) == 0

    def commit(self, offset: int, *, partition: int = 0) -> str:
        """Return a group that has committed an offset and has no member."""
        group = f"g-{uuid4().hex[:8]}"
        place = ConsumerGroupTopicPartitions(group, [TopicPartition(self.name, partition, offset)])
        self.admin.alter_consumer_group_offsets([place])[group].result(10)
        return group

    def backlog(self, group: str, *, expected: bool = False) -> Backlog:
        """Return what waits for a group."""
        found = Backlogs(self.brokers).of_all({group: [self.name]} if expected else {})
        return next(backlog for backlog in found if backlog.group == group)


@pytest.fixture
def topic(kafka: KafkaServer) -> Topic:
    """An empty one."""
    return Topic(kafka.brokers)


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def test_the_oldest_record_that_waits_is_the_one_at_the_committed_offset(topic: Topic) -> None:
    """Each group at its own place of the same partition."""
    topic.write(1_000, 2_000, 3_000, 4_000)
    first, second, done = topic.commit(1), topic.commit(3), topic.commit(4)
    assert topic.backlog(first) == Backlog(group=first, members=0, waiting=3, oldest_ms=2_000)
    assert topic.backlog(second) == Backlog(group=second, members=0, waiting=1, oldest_ms=4_000)
    assert topic.backlog(done) == Backlog(group=done, members=0, waiting=0, oldest_ms=None)


def test_a_partition_that_a_group_never_committed_is_not_counted(topic: Topic) -> None:
    """Nobody knows whether it wants to read it, unless it must."""
    topic.write(1_000)
    topic.write(500, 600, partition=1)
    group = topic.commit(1)
    assert topic.backlog(group).waiting == 0


def test_a_group_that_must_be_there_is_behind_by_all_that_it_never_committed(topic: Topic) -> None:
    """Also where there is no such group: no progress is not the same as no lag."""
    topic.write(1_000)
    topic.write(500, 600, partition=1)
    group = topic.commit(1)
    assert topic.backlog(group, expected=True) == Backlog(group=group, members=0, waiting=2, oldest_ms=500)
    missing = f"g-{uuid4().hex[:8]}"
    assert topic.backlog(missing, expected=True) == Backlog(group=missing, members=0, waiting=3, oldest_ms=500)


def test_a_member_that_committed_nothing_yet_is_behind_by_what_it_holds(topic: Topic) -> None:
    """A courier that hangs at its very first reply."""
    topic.write(7_000)
    group = f"g-{uuid4().hex[:8]}"
    consumer = ConfluentConsumer(topic.brokers, group=group, topics=[topic.name])
    got: list[object] = []

    def polled() -> bool:
        got.extend(consumer.poll(max_records=10, timeout_s=0.2))
        return bool(got)

    try:
        wait_until(polled, what="the record")
        assert topic.backlog(group) == Backlog(group=group, members=1, waiting=1, oldest_ms=7_000)
    finally:
        consumer.close()


def test_what_retention_has_deleted_waits_for_nobody(topic: Topic) -> None:
    """The first record that is still there is the oldest."""
    topic.write(1_000, 2_000, 3_000)
    group = topic.commit(0)
    topic.admin.delete_records([TopicPartition(topic.name, 0, 2)])
    wait_until(lambda: topic.backlog(group).waiting == 1, what="the deletion")
    assert topic.backlog(group).oldest_ms == 3_000


def test_records_that_were_deleted_unread_are_counted(topic: Topic) -> None:
    """Doctor fails then: the reader's next start goes on behind them, and says so."""
    topic.write(1_000, 2_000, 3_000)
    group, done = topic.commit(0), topic.commit(2)
    topic.admin.delete_records([TopicPartition(topic.name, 0, 2)])
    wait_until(lambda: topic.backlog(group).deleted == 2, what="the deletion")
    assert topic.backlog(done).deleted == 0
    judged = lag(topic.backlog(group), needed=True, now=3.0)
    assert judged.level is Level.fail
    assert "Kafka has deleted 2" in judged.detail
    assert lag(topic.backlog(done), needed=True, now=3.0).level is Level.ok


def test_the_end_of_a_transaction_is_no_record(topic: Topic) -> None:
    """At the committed offset stands the marker; the oldest is what comes after it."""
    topic.write(1_000, transaction="commit")
    topic.write(5_000)
    assert topic.backlog(topic.commit(1)).oldest_ms == 5_000


def test_nothing_waits_where_only_the_end_of_a_transaction_does(topic: Topic) -> None:
    """A step commits the offset after its last record, and the mark comes after that: it would be behind by one for ever."""
    topic.write(1_000, transaction="commit")
    group = topic.commit(1)
    assert topic.backlog(group) == Backlog(group=group, members=0, waiting=0, oldest_ms=None)


def test_what_was_given_up_waits_for_nobody(topic: Topic) -> None:
    """A worker that was killed in the middle of its transaction leaves such records."""
    topic.write(1_000)
    topic.write(2_000, transaction="abort")
    group = topic.commit(1)
    assert topic.backlog(group).waiting == 0
    topic.write(9_000)
    assert topic.backlog(group).oldest_ms == 9_000


def test_an_open_transaction_holds_its_partition_up_since_its_first_record(topic: Topic) -> None:
    """To those who wait behind it nothing seems to wait: lag is counted up to it."""
    places = [(topic.name, partition) for partition in range(PARTITIONS)]
    topic.write(1_000, transaction="abort")
    producer = Producer({"bootstrap.servers": topic.brokers, "transactional.id": uuid4().hex})
    producer.init_transactions(10)
    producer.begin_transaction()
    producer.produce(topic.name, b"x", partition=0, timestamp=2_000)
    producer.flush(10)
    topic.write(3_000)
    topic.write(3_000, partition=1)
    group = topic.commit(2)
    assert topic.backlog(group).waiting == 0
    assert Backlogs(topic.brokers).held_up(places) == {(topic.name, 0): 2_000}
    producer.abort_transaction(10)
    wait_until(lambda: not Backlogs(topic.brokers).held_up(places), what="its end")
    assert topic.backlog(group).oldest_ms == 3_000


def test_a_topic_that_is_gone_takes_its_lag_with_it(topic: Topic) -> None:
    """And does not hide the other groups."""
    topic.write(1_000)
    group = topic.commit(0)
    topic.admin.delete_topics([topic.name])[topic.name].result(10)
    wait_until(
        lambda: all(found.waiting == 0 for found in Backlogs(topic.brokers).of_all({}) if found.group == group),
        what="its end",
    )


def test_looking_changes_nobodys_progress(topic: Topic) -> None:
    """And leaves no group behind."""
    topic.write(1_000, 2_000)
    group = topic.commit(0)
    before = topic.backlog(group)
    assert topic.backlog(group) == before
    assert "lapor-backlog" not in [found.group for found in Backlogs(topic.brokers).of_all({})]
    asked = Consumer({"bootstrap.servers": topic.brokers, "group.id": group})
    assert asked.committed([TopicPartition(topic.name, 0)], timeout=10)[0].offset == 0
    asked.close()


def test_a_broker_that_never_answers_is_away_soon(silent: str) -> None:
    """The port is open: only the time tells."""
    before = time.monotonic()
    with pytest.raises(BusUnavailable, match="progress of the consumer groups"):
        Backlogs(silent, timeout_s=1.0).of_all({})
    assert time.monotonic() - before < 30
