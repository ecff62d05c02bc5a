"""The contract for reading topics for ever without a consumer group: every reader gets every record and keeps its own position."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from complaints.bus import Batch, Offsets, StoredRecord, TopicPartition


class Span(NamedTuple):
    """The offsets that a partition has.

    Attributes:
        first: the offset of the first record that Kafka still has.
        end: the offset after the last record that may be read: no transaction before it is open.
    """

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Extent:
    """The extent of a topic at one moment.

    Attributes:
        topic_id: the id of the topic. A topic that was deleted and made anew has another one.
        partitions: the offsets of each partition, by its number.
    """

    topic_id: str
    partitions: Mapping[int, Span]


class Slice(NamedTuple):
    """The result of one poll.

    Attributes:
        records: the records, in the order of each partition.
        next: the next offset to read, for each partition of which something was read. It can be further than the offset after the last
            record: markers of transactions, records of aborted ones and records that compaction removed are passed over.
        ended: the partitions of which the end was reached.
    """

    records: Batch
    next: Offsets
    ended: frozenset[tuple[str, int]]


class Last(NamedTuple):
    """The last record that was read of a partition.

    Attributes:
        offset: its offset.
        at_ms: its time in milliseconds since 1970.
        latest_ms: the latest time of all that were read up to it: a clock of a broker may have been ahead.
    """

    offset: int
    at_ms: int
    latest_ms: int


Marks = Mapping[TopicPartition, Last]
"""The last record that was read of each partition."""


def last_of(records: Batch) -> dict[TopicPartition, Last]:
    """Return the last of some records in each partition."""
    found: dict[TopicPartition, tuple[StoredRecord, int]] = {}
    for one in records:
        at, at_ms = (one.topic, one.partition), one.timestamp_ms
        found[at] = one, max(at_ms, found[at][1]) if at in found else at_ms
    return {at: Last(one.offset, one.timestamp_ms, latest_ms) for at, (one, latest_ms) in found.items()}


class Tail(Protocol):
    """Reads topics for ever, only what committed transactions wrote. Not thread-safe: one thread owns it."""

    def extents(self) -> Mapping[str, Extent]:
        """Return the present extent of each topic.

        Raises:
            BusUnavailable: the broker did not answer in time, or a topic does not exist.
        """

    def regrown(self, marks: Marks) -> Collection[TopicPartition]:
        """Return the partitions that lost records and have others in their place.

        Raises:
            BusUnavailable: the broker did not answer in time.
        """

    def start(self, positions: Offsets) -> None:
        """Read on from these offsets, and nothing else. Later calls begin anew."""

    def poll(self, *, max_records: int, timeout_s: float) -> Slice:
        """Return the next records. Wait at most `timeout_s` seconds for the first.

        Raises:
            BusUnavailable: the broker answered with an error that does not pass, such as an offset that it does not have.
        """

    def close(self) -> None:
        """Close the connection to Kafka."""
