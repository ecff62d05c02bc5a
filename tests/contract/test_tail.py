"""The reader without a group, against the real broker."""

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from complaints.bus import Record
from complaints.bus.confluent import ConfluentScanner, ConfluentTail
from complaints.bus.tail import Last, Tail
from complaints.contract import CASES
from complaints.errors import BusUnavailable
from tests.harness.cases.made import Transactions
from tests.harness.support import KafkaServer, free_port, wait_until
from tests.harness.view import delete_topics


@pytest.fixture
def topic(kafka: KafkaServer) -> str:
    """A topic of its own with twelve partitions."""
    name = f"test.{uuid4().hex}"
    kafka.make_like(name, CASES)
    return name


@pytest.fixture
def tail(kafka: KafkaServer, topic: str) -> Iterator[Tail]:
    """A reader of it, once each partition has a leader."""
    made: Tail = ConfluentTail(kafka.brokers, topics=[topic])
    wait_until(lambda: id_of(made, topic) != "", what="the new topic")
    yield made
    made.close()


def records(topic: str, *numbers: int) -> list[Record]:
    """Return records with keys of their own."""
    return [Record(topic=topic, key=b"key-%d" % number, value=b"%d" % number) for number in numbers]


def from_first(tail: Tail, topic: str) -> None:
    """Start at the beginning."""
    tail.start({(topic, number): span.first for number, span in tail.extents()[topic].partitions.items()})


def id_of(tail: Tail, topic: str) -> str:
    """Return the id of a topic; empty while the broker is still making it."""
    try:
        return tail.extents()[topic].topic_id
    except BusUnavailable:
        return ""


def read(tail: Tail, topic: str, count: int, places: dict[tuple[str, int], int]) -> list[int]:
    """Read until so many records have come and every partition is at its end; note the positions in `places`."""
    found: list[int] = []

    def enough() -> bool:
        slice_ = tail.poll(max_records=7, timeout_s=0.5)
        found.extend(int(record.value or b"") for record in slice_.records)
        places.update(slice_.next)
        ends = {(topic, number): span.end for number, span in tail.extents()[topic].partitions.items()}
        return len(found) >= count and places == ends

    wait_until(enough, what=f"{count} records and the ends")
    return sorted(found)


def test_everything_committed_is_read_once_and_the_positions_pass_the_ends(
    kafka: KafkaServer, topic: str, tail: Tail
) -> None:
    """Markers of transactions and aborted records are no records, but the position goes past them: a restart reads none again."""
    writer = Transactions(kafka.brokers, f"w-{topic}")
    writer.write(records(topic, *range(30)))
    writer.write(records(topic, *range(100, 130)), commit=False)
    from_first(tail, topic)
    places: dict[tuple[str, int], int] = {}
    assert read(tail, topic, 30, places) == list(range(30))
    before = dict(places)
    writer.write(records(topic, *range(30, 40)))
    assert read(tail, topic, 10, places) == list(range(30, 40))
    tail.start(before)
    assert read(tail, topic, 10, before) == list(range(30, 40))


def test_an_open_transaction_is_not_seen_and_its_end_is_not_the_end(kafka: KafkaServer, topic: str, tail: Tail) -> None:
    """Until it is committed."""
    writer = Transactions(kafka.brokers, f"w-{topic}")
    writer.write(records(topic, 1))
    from_first(tail, topic)
    places: dict[tuple[str, int], int] = {}
    read(tail, topic, 1, places)
    writer.begin()
    writer.send(records(topic, *range(2, 40)))
    writer.flush()
    assert all(tail.extents()[topic].partitions[number].end == end for (_, number), end in places.items())
    assert list(tail.poll(max_records=10, timeout_s=0.5).records) == []
    writer.commit()
    assert read(tail, topic, 38, places) == list(range(2, 40))


def test_a_position_that_the_topic_does_not_have_is_an_error_and_never_skipped(topic: str, tail: Tail) -> None:
    """Else records would be missed or read again in silence."""
    tail.start({(topic, 0): 5})
    with pytest.raises(BusUnavailable):
        tail.poll(max_records=10, timeout_s=10.0)


def test_later_records_before_the_last_one_that_was_read_tell_of_a_lost_end(
    kafka: KafkaServer, topic: str, tail: Tail
) -> None:
    """Markers of transactions and later records behind it do not. If there is no record at its place any more, the latest time decides."""
    for number in range(3):
        Transactions(kafka.brokers, f"w-{topic}").write(records(topic, number))
        time.sleep(0.005)
    found = sorted(
        (one.timestamp_ms, one.offset, one.partition)
        for batch in ConfluentScanner(kafka.brokers).scan(topic)
        for one in batch
    )
    for at_ms, offset, partition in found:
        at = (topic, partition)
        assert tail.regrown({at: Last(offset, at_ms, at_ms)}) == []
        assert tail.regrown({at: Last(offset, at_ms - 1, at_ms - 1)}) == [at]
        assert tail.regrown({at: Last(offset + 1, at_ms - 1, at_ms + 60_000)}) == []  # a marker is there
        assert tail.regrown({at: Last(offset + 1, at_ms - 1, at_ms - 1)}) == [at]
        assert tail.regrown({at: Last(offset + 100, at_ms, at_ms)}) == [at]
    assert tail.regrown({}) == []


def test_a_topic_that_was_made_anew_has_another_id_and_is_read_from_its_beginning(
    kafka: KafkaServer, topic: str, tail: Tail
) -> None:
    """By the same reader."""
    writer = Transactions(kafka.brokers, f"w-{topic}")
    writer.write(records(topic, *range(20)))
    from_first(tail, topic)
    read(tail, topic, 20, {})
    before = tail.extents()[topic].topic_id
    delete_topics(kafka.brokers, topic)
    kafka.make_like(topic, CASES)
    wait_until(lambda: id_of(tail, topic) not in {"", before}, what="another id")
    Transactions(kafka.brokers, f"w2-{topic}").write(records(topic, 7, 8))
    from_first(tail, topic)
    assert read(tail, topic, 2, {}) == [7, 8]


def test_a_topic_that_is_not_there_and_a_broker_that_is_away_are_unavailable(kafka: KafkaServer) -> None:
    """In time."""
    for brokers in (kafka.brokers, f"127.0.0.1:{free_port()}"):
        tail, started = ConfluentTail(brokers, topics=["no.such.topic"]), time.monotonic()
        with pytest.raises(BusUnavailable, match=r"no\.such\.topic"):
            tail.extents()
        assert time.monotonic() - started < 8
        tail.close()
