"""The bus as the program sees it: records, and small contracts for who writes, who reads and who administers."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

MAX_RECORD_BYTES = 1_000_000
"""Below Kafka's default of 1 MiB, with room for headers. What is larger can never be written."""

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is to be written.

    Attributes:
        topic: where to.
        key: what decides the partition, by Kafka's murmur2 in every driver.
        value: the event as JSON.
        headers: CloudEvents attributes.
    """

    topic: str
    key: bytes
    value: bytes
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Position:
    """Where a record stands."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        """Return "topic/partition/offset"."""
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record that was read, and where it stood. A key or value of None is as Kafka gives it; timestamp in milliseconds."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int

    @property
    def position(self) -> Position:
        """Where it stood."""
        return Position(self.topic, self.partition, self.offset)


Batch = Sequence[StoredRecord]
TopicPartition = tuple[str, int]
Offsets = Mapping[TopicPartition, int]
"""By topic and partition, an offset; where progress is meant, that of the next record to read."""


class Producer(Protocol):
    """Writes records. Thread-safe. A record counts as written only when its future says so (acks=all, idempotent)."""

    def send(self, record: Record) -> "Future[Position]":
        """Enqueue a record. May block up to the producer's timeout while the broker is away; never raises.

        The future fails with BusUnavailable where the broker did not take it in time (nor where the topic is not there: an operator
        makes it), with ContractViolation where it never will (too large). After BusUnavailable the record may still have been written:
        ids are derived, so writing it again is harmless.
        """

    def flush(self, timeout_s: float) -> None:
        """Wait until every record sent so far has its answer.

        Raises:
            BusUnavailable: some had none after `timeout_s` seconds.
        """

    def close(self) -> None:
        """Flush what can be flushed and let go."""


class BatchConsumer(Protocol):
    """Reads records for a consumer group. Not thread-safe: one thread owns it. Nothing is committed but by `commit`."""

    def poll(self, *, max_records: int, timeout_s: float) -> Batch:
        """Return what there is, at most `max_records`, waiting at most `timeout_s` seconds for the first.

        Raises:
            BusUnavailable: the broker answers with a fatal error.
        """

    def commit(self, offsets: Offsets, notes: Mapping[TopicPartition, str] | None = None) -> None:
        """Store the group's progress, and a note that the next owner of the partition finds. Returns when Kafka has it.

        Raises:
            BusUnavailable: it could not be stored; the records will come again.
        """

    def committed(self) -> Mapping[TopicPartition, tuple[int, str]]:
        """Return offset and note that the group stored for each assigned partition; -1 and "" where none.

        Raises:
            BusUnavailable: the broker did not answer in time.
        """

    def on_revoke(self, callback: Callable[[Collection[TopicPartition]], None]) -> None:
        """Call `callback` (inside `poll`) before partitions go to another member: the time to finish and commit."""

    def close(self) -> None:
        """Leave the group, so that others take over at once."""


class Scanner(Protocol):
    """Reads without a group, for people and tools: whatever it reads, nobody's progress changes."""

    def scan(self, topic: str, *, start: Offsets | None = None, since_ms: int | None = None) -> Iterator[Batch]:
        """Yield what stands in the topic now, up to the end at the time of the call.

        Args:
            topic: which.
            start: the first offset of each partition; where none is given, the first there is.
            since_ms: only records stamped at or after this time, in milliseconds since 1970; not together with `start`.

        Raises:
            BusUnavailable: the broker did not answer in time.
        """

    def ends(self, topic: str) -> Offsets:
        """Return the offset after the last record of each partition (see `scan` for errors)."""

    def read(self, position: Position) -> StoredRecord | None:
        """Return the record at a position, or None where it is gone.

        Raises:
            BusUnavailable: the broker did not answer in time.
        """

    def close(self) -> None:
        """Let go of the connection."""


class Admin(Protocol):
    """Looks after topics."""

    def ensure_topics(self) -> list[str]:
        """Make the declared topics that are not there and return their names.

        Raises:
            BusUnavailable: the broker did not answer in time.
        """

    def create_like(self, name: str, like: str, *, retention_ms: int) -> None:
        """Make a topic with the partitions of another, kept for `retention_ms`; nothing happens where it is there already."""

    def end_offsets(self, topic: str) -> Offsets:
        """Return the offset after the last record of each partition."""

    def group_offsets(self, group: str) -> Offsets:
        """Return what a consumer group has committed."""

    def close(self) -> None:
        """Let go of the connection."""
