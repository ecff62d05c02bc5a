"""One suite for every driver of the bus, against the real broker."""

import time
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka import Producer as Writer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its stubs forget it
from kafka.partitioner.default import murmur2

from complaints.bus import BatchConsumer, Position, Producer, Record
from complaints.bus.confluent import ConfluentConsumer, ConfluentProducer, ConfluentScanner
from complaints.bus.confluent import consumer as group_consumer
from complaints.bus.confluent.tail import ConfluentTail
from complaints.bus.deleted import Gap
from complaints.bus.kafka_python import KafkaPythonAdmin
from complaints.bus.tail import Last
from complaints.contract import CASE_EVENTS, CONTROL, topics
from complaints.errors import BusUnavailable, ContractViolation
from tests.harness.cases.made import Transactions
from tests.harness.support import KafkaServer, free_port, wait_until

BUSY_S = 90.0
"""How long a group may take for its members on a busy machine: topics that were just made, a coordinator that has just begun."""


@pytest.fixture
def topic(kafka: KafkaServer) -> str:
    """A topic of its own with twelve partitions."""
    name = f"test.{uuid4().hex}"
    kafka.make_like(name, CASE_EVENTS)
    return name


@pytest.fixture
def producer(kafka: KafkaServer) -> Iterator[ConfluentProducer]:
    """A producer."""
    made = ConfluentProducer(kafka.brokers, timeout_s=10.0)
    yield made
    made.close()


@pytest.fixture
def scanner(kafka: KafkaServer) -> Iterator[ConfluentScanner]:
    """A reader outside any group."""
    made = ConfluentScanner(kafka.brokers)
    yield made
    made.close()


def record(topic: str, number: int, value: bytes = b"{}") -> Record:
    """Return a record with a key of its own."""
    return Record(topic=topic, key=f"key-{number}".encode(), value=value, headers=(("ce_id", str(number).encode()),))


def read_all(consumer: BatchConsumer, count: int) -> list[Position]:
    """Read until so many records have come."""
    found: list[Position] = []

    def enough() -> bool:
        found.extend(stored.position for stored in consumer.poll(max_records=500, timeout_s=0.5))
        return len(found) >= count

    wait_until(enough, what=f"{count} records")
    return found


def test_a_done_future_names_where_the_record_stands(topic: str, producer: Producer, scanner: ConfluentScanner) -> None:
    """Value, key and headers come back from there."""
    at = producer.send(record(topic, 1, b'{"a": 1}')).result(30)
    stored = scanner.read(at)
    assert stored is not None
    assert (stored.value, stored.key, stored.headers) == (b'{"a": 1}', b"key-1", (("ce_id", b"1"),))


def test_a_key_is_in_the_partition_that_java_would_choose(topic: str, producer: Producer) -> None:
    """A case's events keep their order whoever writes them."""
    placed = [producer.send(record(topic, number)).result(30).partition for number in range(100)]
    assert placed == [(murmur2(f"key-{number}".encode()) & 0x7FFFFFFF) % 12 for number in range(100)]
    assert len(set(placed)) == 12


def test_flush_returns_when_all_have_their_answer(topic: str, producer: Producer) -> None:
    """So a batch's offsets may be committed after it."""
    sent = [producer.send(record(topic, number)) for number in range(500)]
    producer.flush(30)
    assert all(answer.done() and answer.exception() is None for answer in sent)


def test_a_record_that_kafka_never_takes_is_a_contract_violation(topic: str, producer: Producer) -> None:
    """Too large: trying again would not help."""
    with pytest.raises(ContractViolation):
        producer.send(record(topic, 1, b"x" * (3 << 20))).result(30)


def test_a_broker_that_is_away_fails_the_future_in_time_and_raises_nothing() -> None:
    """The door spools then; sending never raises and never blocks for long."""
    producer = ConfluentProducer(f"127.0.0.1:{free_port()}", timeout_s=1.5)
    started = time.monotonic()
    with pytest.raises(BusUnavailable):
        producer.send(record("t", 1)).result(30)
    assert time.monotonic() - started < 8
    producer.close()


def test_a_batch_is_written_whole(topic: str, producer: ConfluentProducer, scanner: ConfluentScanner) -> None:
    """When `write` returns, all of it stands there, though nobody waited for a future; an empty batch is no fault."""
    producer.write([], 10)
    producer.write([record(topic, number) for number in range(5000)], 20)
    written = [stored.key or b"" for batch in scanner.scan(topic) for stored in batch]
    assert sorted(written) == sorted(f"key-{number}".encode() for number in range(5000))


@pytest.mark.parametrize("place", [0, 10, 20])
def test_a_batch_with_a_record_that_kafka_never_takes_is_a_contract_violation(
    topic: str, producer: ConfluentProducer, place: int
) -> None:
    """Wherever it stands: nothing may be committed then. The producer is sound afterwards."""
    batch = [record(topic, number) for number in range(20)]
    batch.insert(place, record(topic, 99, b"x" * (3 << 20)))
    with pytest.raises(ContractViolation):
        producer.write(batch, 20)
    producer.write(batch[:place], 20)


def test_a_batch_with_a_record_that_fails_at_the_broker_raises(kafka: KafkaServer, topic: str) -> None:
    """The others are written, one is not: its answer is not lost among theirs."""
    producer = ConfluentProducer(kafka.brokers, timeout_s=3.0)
    with pytest.raises(BusUnavailable):
        producer.write([record(topic, 1), record("no topic/of this name", 2), record(topic, 3)], 10)
    producer.close()


def test_a_batch_raises_in_time_where_the_broker_is_away(kafka: KafkaServer, topic: str) -> None:
    """Whether nobody was ever there or it has answered nobody since a moment ago."""
    never = ConfluentProducer(f"127.0.0.1:{free_port()}", timeout_s=30.0)
    hangs = ConfluentProducer(kafka.brokers, timeout_s=30.0)
    hangs.write([record(topic, 1)], 20)
    with kafka.silent():
        for producer in (never, hangs):
            started = time.monotonic()
            with pytest.raises(BusUnavailable):
                producer.write([record(topic, number) for number in range(100)], 1.5)
            assert time.monotonic() - started < 15  # and not 30, the producer's own limit
            producer.close()


def test_nothing_is_committed_but_by_commit(kafka: KafkaServer, topic: str, producer: ConfluentProducer) -> None:
    """What was read and not committed comes again to the next member."""
    producer.write([record(topic, number) for number in range(40)], 20)
    first = ConfluentConsumer(kafka.brokers, group="g-" + topic, topics=[topic])
    seen = read_all(first, 40)
    half = Counter({(at.topic, at.partition): 0 for at in seen})
    first.commit(dict.fromkeys(half, 1))
    first.close()
    second = ConfluentConsumer(kafka.brokers, group="g-" + topic, topics=[topic])
    assert set(read_all(second, 40 - len(half))) == {at for at in seen if at.offset >= 1}
    second.close()


def test_a_group_goes_on_behind_what_was_deleted_and_says_so(
    kafka: KafkaServer, topic: str, producer: Producer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once: it commits where it goes on. The end of a partition is committed behind the markers of transactions, seen late too."""
    said: list[Gap] = []

    def reader() -> ConfluentConsumer:
        return ConfluentConsumer(
            kafka.brokers, group="d-" + topic, topics=[topic], deleted=lambda _, gap: said.append(gap)
        )

    at = [producer.send(Record(topic=topic, key=b"one", value=b"{}")).result(30) for _ in range(10)]
    place = (topic, at[0].partition)
    first = reader()
    read_all(first, 10)
    first.commit({place: 4})
    first.close()
    admin = AdminClient({"bootstrap.servers": kafka.brokers})
    admin.delete_records([TopicPartition(*place, 7)])[TopicPartition(*place)].result(10)
    for _ in range(2):
        second = reader()
        assert [found.offset for found in read_all(second, 3)] == [7, 8, 9]
        second.close()
    assert said == [Gap(4, 7)]
    Transactions(kafka.brokers, "w-" + topic).write([Record(topic=topic, key=b"one", value=b"{}")])
    third = reader()
    read_all(third, 4)
    third.poll(max_records=10, timeout_s=1.0)
    third.commit({place: 11})
    committed = KafkaPythonAdmin(kafka.brokers)
    assert committed.group_offsets("d-" + topic)[place] == committed.end_offsets(topic)[place] == 12
    Transactions(kafka.brokers, "w-" + topic).write([Record(topic=topic, key=b"one", value=b"{}")])
    wait_until(lambda: bool(third.poll(max_records=1, timeout_s=1.0)), what="the record before the marker")
    third.commit({place: 13})
    assert committed.group_offsets("d-" + topic)[place] == 13
    monkeypatch.setattr(group_consumer, "SETTLE_S", 0.0)
    for _ in range(2):
        third.poll(max_records=10, timeout_s=1.0)
    third.close()
    assert committed.group_offsets("d-" + topic)[place] == committed.end_offsets(topic)[place] == 14
    committed.close()


def test_a_group_reads_a_topic_again_that_lost_its_end_and_grew_again(
    kafka: KafkaServer, topic: str, producer: Producer
) -> None:
    """Beside the offset it commits the time of what it has read: later records at that place are others."""
    group = "l-" + topic
    at = [producer.send(Record(topic=topic, key=b"one", value=b"{}")).result(30) for _ in range(10)]
    place = (topic, at[0].partition)
    for begin, committed in ((0, 6), (6, 10)):
        reader = ConfluentConsumer(kafka.brokers, group=group, topics=[topic])
        assert [found.offset for found in read_all(reader, 10 - begin)] == list(range(begin, 10))
        reader.commit({place: committed})
        reader.close()
    raw = Consumer({"bootstrap.servers": kafka.brokers, "group.id": group})
    (known,) = raw.committed([TopicPartition(*place)], timeout=10)
    offset, at_ms, latest_ms = map(int, (known.metadata or "").split())
    assert (offset, at_ms) == (9, latest_ms)
    raw.commit(
        offsets=[TopicPartition(*place, 10, metadata=f"9 {at_ms - 60_000} {at_ms - 60_000}")], asynchronous=False
    )
    raw.close()
    again = ConfluentConsumer(kafka.brokers, group=group, topics=[topic])
    assert len(read_all(again, 10)) == 10
    again.close()


def written_at(kafka: KafkaServer, topic: str, *times: int) -> None:
    """Write a record at each of these times."""
    producer = Writer({"bootstrap.servers": kafka.brokers})
    for at_ms in times:
        producer.produce(topic, b"{}", timestamp=at_ms)
    assert producer.flush(30) == 0


def one_partition(kafka: KafkaServer) -> str:
    """Make a topic with one partition, whose records have the times that they are given, and return its name."""
    topic, admin = f"test.{uuid4().hex}", AdminClient({"bootstrap.servers": kafka.brokers})
    admin.create_topics([NewTopic(topic, 1)])[topic].result(30)
    return topic


def test_a_record_of_the_future_tells_no_reader_of_a_lost_end(kafka: KafkaServer) -> None:
    """A broker's clock was ahead for a moment: the last record that was read is in its place, so nothing is read again, at any start."""
    topic, now, ahead = one_partition(kafka), time.time_ns() // 1_000_000, time.time_ns() // 1_000_000 + 600_000
    begin = 0
    for times in ((now, ahead), (ahead + 10, now), (now,), (now,)):
        written_at(kafka, topic, *times)
        reader = ConfluentConsumer(kafka.brokers, group="f-" + topic, topics=[topic])
        assert [found.offset for found in read_all(reader, len(times))] == list(range(begin, begin + len(times)))
        begin += len(times)
        reader.commit({(topic, 0): begin})
        reader.close()
    tail = ConfluentTail(kafka.brokers, topics=[topic])
    assert tail.regrown({(topic, 0): Last(3, now, ahead + 10)}) == []
    assert tail.regrown({(topic, 0): Last(3, now, now)}) == []
    assert tail.regrown({(topic, 0): Last(3, now - 1, ahead + 10)}) == [(topic, 0)]
    tail.close()


def test_a_lost_end_is_seen_though_the_log_grew_again_by_a_clock_that_was_behind(kafka: KafkaServer) -> None:
    """The new records have earlier times than those that were read; but the last one of these is not in its place."""
    topic, now_ms = one_partition(kafka), time.time_ns() // 1_000_000
    written_at(kafka, topic, *[now_ms - 100_000 + at for at in range(5)], *[now_ms - 3_600_000 + at for at in range(8)])
    lost = Last(9, now_ms - 50_000, now_ms - 50_000)
    tail = ConfluentTail(kafka.brokers, topics=[topic])
    assert tail.regrown({(topic, 0): lost}) == [(topic, 0)]
    tail.close()
    raw = Consumer({"bootstrap.servers": kafka.brokers, "group.id": "b-" + topic})
    raw.commit(offsets=[TopicPartition(topic, 0, 10, metadata=" ".join(map(str, lost)))], asynchronous=False)
    raw.close()
    reader = ConfluentConsumer(kafka.brokers, group="b-" + topic, topics=[topic])
    assert [found.offset for found in read_all(reader, 13)] == list(range(13))
    reader.close()


def assigned(consumer: ConfluentConsumer) -> list[tuple[str, int]]:
    """Return the partitions that a consumer owns."""
    return [(at.topic, at.partition) for at in consumer._consumer.assignment()]


def test_two_members_share_each_topic_and_the_first_is_told_before_it_gives_up(kafka: KafkaServer, topic: str) -> None:
    """`on_revoke` is the time to finish. Each topic is shared, not only their sum: else one member had all complaints."""
    other = topic + ".other"
    kafka.make_like(other, CASE_EVENTS)
    told: list[int] = []
    first = ConfluentConsumer(kafka.brokers, group="s-" + topic, topics=[topic, other])
    first.on_revoke(lambda partitions: told.append(len(partitions)))

    def alone() -> bool:
        first.poll(max_records=10, timeout_s=0.1)
        return len(assigned(first)) == 24

    wait_until(alone, what="all partitions", timeout_s=BUSY_S)
    second = ConfluentConsumer(kafka.brokers, group="s-" + topic, topics=[topic, other])

    def shared() -> bool:
        for consumer in (first, second):
            consumer.poll(max_records=10, timeout_s=0.1)
        return all(
            Counter(name for name, _ in assigned(consumer)) == {topic: 6, other: 6} for consumer in (first, second)
        )

    wait_until(shared, what="a fair share", timeout_s=BUSY_S)
    assert told
    for consumer in (first, second):
        consumer.close()


def test_a_scan_ends_at_the_end_and_changes_nobodys_progress(
    topic: str, producer: Producer, scanner: ConfluentScanner
) -> None:
    """From the first record, from offsets, and from a time."""
    assert list(scanner.scan(topic)) == []
    old = [producer.send(record(topic, number)).result(30) for number in range(30)]
    time.sleep(0.05)
    since = int(time.time() * 1000)
    new = [producer.send(record(topic, number)).result(30) for number in range(30, 45)]
    everything = {stored.position for batch in scanner.scan(topic) for stored in batch}
    assert everything == {*old, *new}
    assert {stored.position for batch in scanner.scan(topic, since_ms=since) for stored in batch} == set(new)
    ends = scanner.ends(topic)
    assert list(scanner.scan(topic, start=ends)) == []
    assert scanner.read(Position(topic, 0, 10_000)) is None


def test_the_ends_of_a_topic_and_the_progress_of_a_group_can_be_asked_for(kafka: KafkaServer) -> None:
    """A group that nobody has heard of has none."""
    admin = KafkaPythonAdmin(kafka.brokers)
    assert len(admin.end_offsets(CONTROL)) == topics()[CONTROL].partitions
    assert admin.group_offsets("nobody") == {}
    admin.close()


def test_an_administrator_without_a_broker_says_so() -> None:
    """With the address, in time."""
    with pytest.raises(BusUnavailable, match=r"no Kafka at 127\.0\.0\.1"):
        KafkaPythonAdmin(f"127.0.0.1:{free_port()}", timeout_s=1.0)
