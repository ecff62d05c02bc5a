"""Reads topics outside any consumer group, for replay, the commands about one case, and the tests."""

import time
from collections.abc import Iterator

from confluent_kafka import Consumer, Message
from confluent_kafka import TopicPartition as ConfluentPartition

from complaints.bus import Batch, Offsets, Position, StoredRecord
from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import ANSWER_S, END, extent, is_record, patiently, stored
from complaints.errors import BusUnavailable

SCAN_TIMEOUT_S = 10.0
"""Seconds to wait for records that exist. A broker that is up returns them in milliseconds."""

_IDLE_S = 0.2
"""Maximum number of seconds to wait for one batch."""


class ConfluentScanner:
    """Reads a topic up to its present end, or a single record, outside any consumer group (see Scanner)."""

    def __init__(self, brokers: str) -> None:
        """Keep the settings. The first request connects."""
        self._consumer = Consumer(profiles.scanner(brokers))

    def scan(
        self, topic: str, *, start: Offsets | None = None, since_ms: int | None = None, only: int | None = None
    ) -> Iterator[Batch]:
        """Yield the records of a topic in batches, from the given offsets or time up to the topic's present end (see Scanner)."""
        spans = {}
        for partition in self._partitions(topic) if only is None else [only]:
            first, end = extent(self._consumer, topic, partition)
            begin = max(first, (start or {}).get((topic, partition), first))
            if since_ms is not None:
                begin = self._offset_at(topic, partition, since_ms)
            if 0 <= begin < end:
                spans[partition] = (begin, end)
        yield from self._spans(topic, spans)

    def ends(self, topic: str) -> Offsets:
        """Return, for each partition of a topic, the offset after its last record (see Scanner)."""
        return {
            (topic, partition): extent(self._consumer, topic, partition)[1] for partition in self._partitions(topic)
        }

    def firsts(self, topic: str) -> Offsets:
        """Return, for each partition of a topic, the offset of the first record that Kafka still has (see Scanner)."""
        return {
            (topic, partition): extent(self._consumer, topic, partition)[0] for partition in self._partitions(topic)
        }

    def read(self, position: Position) -> StoredRecord | None:
        """Return the record at a position, or None if Kafka has none there (see Scanner)."""
        first, end = extent(self._consumer, position.topic, position.partition)
        if not first <= position.offset < end:
            return None
        span = {position.partition: (position.offset, position.offset + 1)}
        return next((stored for batch in self._spans(position.topic, span) for stored in batch), None)

    def _spans(self, topic: str, spans: dict[int, tuple[int, int]]) -> Iterator[Batch]:
        left = {partition: end for partition, (_, end) in spans.items()}
        self._consumer.assign([ConfluentPartition(topic, partition, begin) for partition, (begin, _) in spans.items()])
        silent_since = time.monotonic()
        try:
            while left:
                first = self._consumer.poll(_IDLE_S)  # `consume` alone would wait the whole time for the last records
                messages = [] if first is None else [first, *self._consumer.consume(2000, timeout=0)]
                batch = [stored(message) for message in messages if is_record(message)]
                batch = [stored for stored in batch if stored.offset < left.get(stored.partition, 0)]
                for message in messages:
                    _close_partition(left, message)
                if messages:
                    silent_since = time.monotonic()
                elif time.monotonic() - silent_since > SCAN_TIMEOUT_S:
                    raise BusUnavailable(f"Kafka returned no records of {topic} for {SCAN_TIMEOUT_S} s")
                if batch:
                    yield batch
        finally:
            self._consumer.unassign()

    def _partitions(self, topic: str) -> list[int]:
        found = patiently(topic, lambda: self._consumer.list_topics(topic, timeout=ANSWER_S).topics[topic])
        return sorted(found.partitions)

    def _offset_at(self, topic: str, partition: int, since_ms: int) -> int:
        at = ConfluentPartition(topic, partition, since_ms)
        found = patiently(topic, lambda: self._consumer.offsets_for_times([at], timeout=ANSWER_S))
        return int(found[0].offset)  # -1 if all records are older

    def close(self) -> None:
        """Close the connection to Kafka."""
        self._consumer.close()


def _close_partition(left: dict[int, int], message: Message) -> None:
    partition = message.partition() or 0
    error = message.error()
    if error is not None:
        if error.code() == END:
            left.pop(partition, None)
    elif (message.offset() or 0) >= left.get(partition, 0) - 1:
        left.pop(partition, None)
