"""The bus as the program sees it: records, and small contracts for writing, reading and administering topics."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

MAX_RECORD_BYTES = 1_000_000
"""The maximum size of a record's value: below Kafka's default of 1 MiB, with room for headers. A larger one can never be written."""

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record to write.

    Attributes:
        topic: the topic to write to.
        key: decides the partition; every driver hashes it with Kafka's murmur2.
        value: the event as JSON.
        headers: the CloudEvents attributes.
    """

    topic: str
    key: bytes
    value: bytes
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Position:
    """The place of a record on Kafka."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        """Return "topic/partition/offset"."""
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record that was read, with its position and its timestamp in milliseconds. Key and value are None if Kafka has none."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int

    @property
    def position(self) -> Position:
        """The position that the record was read from."""
        return Position(self.topic, self.partition, self.offset)


Batch = Sequence[StoredRecord]
TopicPartition = tuple[str, int]
Offsets = Mapping[TopicPartition, int]
"""Offsets by topic and partition. An offset that means progress is that of the next record to read."""


class Producer(Protocol):
    """Writes records. Thread-safe. A record counts as written only when its future has succeeded (acks=all, idempotent)."""

    def send(self, record: Record) -> "Future[Position]":
        """Enqueue a record. May block for at most the producer's timeout while the broker is away; never raises.

        The returned future fails with one of two errors:

        * BusUnavailable: the broker did not accept the record in time, or the topic does not exist (operators create topics). The
          record may still have been written. Writing it again is harmless, because ids are derived.
        * ContractViolation: the broker will never accept the record, because it is too large.
        """

    def flush(self, timeout_s: float) -> None:
        """Wait until the future of every record sent so far is done.

        Raises:
            BusUnavailable: some futures were not done after `timeout_s` seconds.
        """

    def close(self) -> None:
        """Flush as far as possible, then close the connection."""


class BatchConsumer(Protocol):
    """Reads records for a consumer group. Not thread-safe: one thread owns it. Only `commit` stores progress."""

    def poll(self, *, max_records: int, timeout_s: float) -> Batch:
        """Return the available records, at most `max_records`. Wait at most `timeout_s` seconds for the first.

        Raises:
            BusUnavailable: the broker answered with a fatal error.
        """

    def commit(self, offsets: Offsets, notes: Mapping[TopicPartition, str] | None = None) -> None:
        """Store the group's progress, with a note per partition for its next owner. Returns once Kafka has stored both.

        Raises:
            BusUnavailable: the progress could not be stored; the records will be delivered again.
        """

    def committed(self) -> Mapping[TopicPartition, tuple[int, str]]:
        """Return the offset and the note that the group stored for each assigned partition; -1 and "" if it stored none.

        Raises:
            BusUnavailable: the broker did not answer in time.
        """

    def on_revoke(self, callback: Callable[[Collection[TopicPartition]], None]) -> None:
        """Register a callback for partitions that go to another member.

        `poll` calls it before it gives the partitions up, so that their records can be finished and committed. After partitions were
        lost without warning, `poll` calls it with an empty collection.
        """

    def close(self) -> None:
        """Leave the group, so that other members take over at once."""


class Scanner(Protocol):
    """Reads without a consumer group, for people and tools. Reading changes nobody's progress."""

    def scan(self, topic: str, *, start: Offsets | None = None, since_ms: int | None = None) -> Iterator[Batch]:
        """Yield the records of a topic, up to its end at the time of the call.

        Args:
            topic: the topic's name.
            start: the first offset to read in each partition; a partition that is not listed is read from its first record.
            since_ms: only records stamped at or after this time, in milliseconds since 1970; not together with `start`.

        Raises:
            BusUnavailable: the broker did not answer in time.
        """

    def ends(self, topic: str) -> Offsets:
        """Return the offset after the last record of each partition (see `scan` for errors)."""

    def read(self, position: Position) -> StoredRecord | None:
        """Return the record at a position, or None if Kafka no longer has it.

        Raises:
            BusUnavailable: the broker did not answer in time.
        """

    def close(self) -> None:
        """Close the connection."""


class Admin(Protocol):
    """Administers topics."""

    def ensure_topics(self) -> list[str]:
        """Create the declared topics that do not exist, and return their names.

        Raises:
            BusUnavailable: the broker did not answer in time.
        """

    def create_like(self, name: str, like: str, *, retention_ms: int) -> None:
        """Create a topic with as many partitions as the declared topic `like`, kept for `retention_ms`. Do nothing if it exists."""

    def end_offsets(self, topic: str) -> Offsets:
        """Return the offset after the last record of each partition."""

    def group_offsets(self, group: str) -> Offsets:
        """Return the offsets that a consumer group has committed."""

    def close(self) -> None:
        """Close the connection."""
