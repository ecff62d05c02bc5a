"""The bus as the program sees it: records, and small contracts for writing, reading and administering topics."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import NamedTuple, Protocol

Headers = tuple[tuple[str, bytes], ...]
"""A record's headers as pairs of name and value, in order."""


class Record(NamedTuple):
    """A record to write. A named tuple, because a step makes thousands per second.

    Attributes:
        topic: the topic to write to.
        key: decides the partition; every driver hashes it with Kafka's murmur2.
        value: the event as JSON, at most RECORD_BYTES of complaints.limits: a producer may fail a larger one with ContractViolation.
        headers: the CloudEvents attributes.
    """

    topic: str
    key: bytes
    value: bytes
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Position:
    """The place of a record on Kafka: the topic, the number of the partition, and the offset in that partition."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        """Return "topic/partition/offset"."""
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(slots=True, unsafe_hash=True)
class StoredRecord:
    """A record that was read from Kafka. Nobody changes one: frozen, it would take three times as long to make."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The records that wait for a consumer group.

    Attributes:
        group: the name of the group.
        members: the number of processes that read for it now.
        waiting: the number of offsets from the group's progress to the end. It is the number of records that the group has not handled,
            plus any transaction markers and records of aborted transactions among them.
        oldest_ms: the timestamp of the oldest waiting record in milliseconds since 1970; None if no record waits, or if none could be
            read in time.
        deleted: the number of offsets that Kafka deleted before the group had handled them: records, or markers of transactions.
    """

    group: str
    members: int
    waiting: int
    oldest_ms: int | None
    deleted: int = 0


class Producer(Protocol):
    """Writes records. Thread-safe. A record counts as written only when its future has succeeded (acks=all, idempotent)."""

    def send(self, record: Record) -> "Future[Position]":
        """Enqueue a record and return the future of its position on Kafka.

        Never raises: every error is in the future. While the broker is away, the call may block for about the producer's timeout.

        The returned future fails with one of two errors:

        * BusUnavailable: the broker did not accept the record in time, refused it for another reason than its size, or does not know the
          topic (operators create topics). The record may still have been written. Writing it again is harmless, because ids are derived.
        * ContractViolation: the broker will never accept the record, because it is too large.
        """

    def flush(self, timeout_s: float) -> None:
        """Wait until the future of every record sent so far is done.

        Raises:
            BusUnavailable: some futures were not done after `timeout_s` seconds.
        """

    def close(self) -> None:
        """Wait some seconds for the records that are not acknowledged yet, then close the connection, acknowledged or not."""


class BatchConsumer(Protocol):
    """Reads records for a consumer group. Not thread-safe: one thread owns it. Only `commit` stores progress."""

    def poll(self, *, max_records: int, timeout_s: float) -> Batch:
        """Return the next available records, at most `max_records`. Wait at most `timeout_s` seconds for the first.

        The result is empty if no record came in time. Reading does not store progress (see `commit`).

        Raises:
            BusUnavailable: the broker answered with a fatal error.
        """

    def commit(self, offsets: Offsets) -> None:
        """Store the group's progress. Return once Kafka has stored it.

        Args:
            offsets: the offset of the next record to read, by partition. If it is empty, nothing is stored.

        Raises:
            BusUnavailable: the progress could not be stored; the records will be delivered again.
        """

    def hold(self, partitions: Collection[TopicPartition], *, again: Collection[TopicPartition] = ()) -> None:
        """Stop delivering the records of some partitions until a later call no longer names them.

        Args:
            partitions: all that are held from now on; those that no longer are deliver again, from the last commit on.
            again: further partitions that deliver again from the last commit on.
        """

    def on_revoke(self, callback: Callable[[Collection[TopicPartition]], None]) -> None:
        """Register the callback for partitions that go to another member. It replaces an earlier one.

        `poll` calls it before it gives the partitions up, so that their records can be finished and committed. After partitions were
        lost without warning, `poll` calls it with an empty collection.
        """

    def close(self) -> None:
        """Leave the group, so that other members take over at once."""


class Scanner(Protocol):
    """Reads without a consumer group, for people and tools. Reading changes nobody's progress.

    Every method raises BusUnavailable if the broker does not answer in time.
    """

    def scan(
        self, topic: str, *, start: Offsets | None = None, since_ms: int | None = None, only: int | None = None
    ) -> Iterator[Batch]:
        """Yield the records of a topic in batches, up to the end that the topic has when the iteration begins.

        Args:
            topic: the topic's name.
            start: the first offset to read in each partition; a partition that is not listed is read from its first record.
            since_ms: only records stamped at or after this time, in milliseconds since 1970; not together with `start`.
            only: the number of the only partition to read; None for all.
        """

    def ends(self, topic: str) -> Offsets:
        """Return, for each partition of a topic, the offset after its last record."""

    def firsts(self, topic: str) -> Offsets:
        """Return, for each partition of a topic, the offset of the first record that Kafka still has."""

    def read(self, position: Position) -> StoredRecord | None:
        """Return the record at a position, or None if Kafka has none there: it was deleted, or was not written yet."""

    def close(self) -> None:
        """Close the connection to Kafka."""
