"""The contract for reading topics for ever without a consumer group: every reader gets every record and keeps its own position."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from complaints.bus import Batch, Offsets, TopicPartition


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
    """What one poll returned.

    Attributes:
        records: the records, in the order of each partition.
        next: the next offset to read, for each partition of which something was read. It can be further than the offset after the last
            record: markers of transactions, records of aborted ones and records that compaction removed are passed over.
        ended: the partitions of which the end was reached.
    """

    records: Batch
    next: Offsets
    ended: frozenset[tuple[str, int]]


Marks = Mapping[TopicPartition, tuple[int, int]]
"""The last record that was read of each partition: its offset, and its time in milliseconds since 1970."""


class Tail(Protocol):
    """Reads topics for ever, only what committed transactions wrote. Not thread-safe: one thread owns it."""

    def extents(self) -> Mapping[str, Extent]:
        """Return the present extent of each topic.

        Raises:
            BusUnavailable: the broker did not answer in time, or a topic does not exist.
        """

    def regrown(self, marks: Marks) -> Collection[TopicPartition]:
        """Return the partitions that lost records and have others in their place: later ones at or before the last one that was read.

        Raises:
            BusUnavailable: the broker did not answer in time.
        """

    def start(self, positions: Offsets) -> None:
        """Read on from these offsets, and nothing else. Later calls begin anew.

        Args:
            positions: the next offset to read, for each partition.
        """

    def poll(self, *, max_records: int, timeout_s: float) -> Slice:
        """Return the next records. Wait at most `timeout_s` seconds for the first.

        Raises:
            BusUnavailable: the broker answered with an error that does not pass, such as an offset that it does not have.
        """

    def close(self) -> None:
        """Close the connection to Kafka."""
