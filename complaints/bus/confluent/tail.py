"""Reads topics for ever outside any consumer group, only what committed transactions wrote: the view's reader."""

from collections.abc import Collection, Mapping
from concurrent.futures import Future
from typing import TypeVar

from confluent_kafka import Consumer, IsolationLevel, KafkaException, TopicCollection
from confluent_kafka import TopicPartition as ConfluentPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from complaints.bus import Offsets, StoredRecord, TopicPartition
from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import ANSWER_S, END, is_record, regrown, stored
from complaints.bus.tail import Extent, Marks, Slice, Span
from complaints.errors import BusUnavailable

_FIRST: OffsetSpec = OffsetSpec.earliest()  # type: ignore[no-untyped-call]  # the library leaves them untyped
_END: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # the same

T = TypeVar("T")


class ConfluentTail:
    """Reads topics for ever from given positions (see Tail)."""

    def __init__(self, brokers: str, *, topics: Collection[str]) -> None:
        """Keep the settings. The first request connects."""
        self._brokers = brokers
        self._topics = list(topics)
        self._admin = AdminClient(profiles.admin(brokers))
        self._consumer: Consumer | None = None

    def extents(self) -> Mapping[str, Extent]:
        """Return the id of each topic and the offsets of its partitions (see Tail)."""
        try:
            asked = self._admin.describe_topics(TopicCollection(self._topics), request_timeout=ANSWER_S)
            described = {name: _answer(answer) for name, answer in asked.items()}
            partitions = {(name, one.id) for name, topic in described.items() for one in topic.partitions}
            firsts = self._offsets(dict.fromkeys(partitions, _FIRST))
            ends = self._offsets(dict.fromkeys(partitions, _END))
        except (KafkaException, TimeoutError) as error:
            raise BusUnavailable(f"the extent of {', '.join(self._topics)} could not be read: {error}") from error
        return {
            name: Extent(
                str(topic.topic_id),
                {one.id: Span(firsts[name, one.id], ends[name, one.id]) for one in topic.partitions},
            )
            for name, topic in described.items()
        }

    def regrown(self, marks: Marks) -> Collection[TopicPartition]:
        """Return the partitions that lost records and have others in their place (see Tail)."""
        return regrown(self._brokers, marks)

    def _offsets(self, wanted: Mapping[TopicPartition, OffsetSpec]) -> Offsets:
        if not wanted:
            return {}
        asked = self._admin.list_offsets(
            {ConfluentPartition(*at): which for at, which in wanted.items()},
            isolation_level=IsolationLevel.READ_COMMITTED,
            request_timeout=ANSWER_S,
        )
        return {(at.topic, at.partition): int(_answer(answer).offset) for at, answer in asked.items()}

    def start(self, positions: Offsets) -> None:
        """Read on from these offsets (see Tail).

        Each call makes a new client, because librdkafka keeps the leader epoch of a partition, and would ignore a recreated topic, whose
        epochs begin at 0 again.
        """
        if self._consumer is not None:
            self._consumer.close()
        self._consumer = Consumer(profiles.tail(self._brokers))
        self._consumer.assign([ConfluentPartition(*at, offset) for at, offset in positions.items()])

    def poll(self, *, max_records: int, timeout_s: float) -> Slice:
        """Return the first record that arrives within `timeout_s` seconds and those already fetched, at most `max_records` (see Tail)."""
        assert self._consumer is not None, "start comes first"
        first = self._consumer.poll(timeout_s)
        if first is None:
            return Slice((), {}, frozenset())
        records: list[StoredRecord] = []
        next_: dict[tuple[str, int], int] = {}
        ended = set[tuple[str, int]]()
        for message in (first, *self._consumer.consume(max_records - 1, timeout=0)):
            at, error = (message.topic() or "", message.partition() or 0), message.error()
            if error is not None and error.code() == END:
                next_[at] = message.offset() or 0
                ended.add(at)
            elif is_record(message):
                record = stored(message)
                records.append(record)
                next_[at] = record.offset + 1
                ended.discard(at)
        return Slice(records, next_, frozenset(ended))

    def close(self) -> None:
        """Close the connection to Kafka."""
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None


def _answer(asked: "Future[T]") -> T:
    # librdkafka enforces the timeout itself; this one is for the case that it fails to
    return asked.result(ANSWER_S + 1.0)
