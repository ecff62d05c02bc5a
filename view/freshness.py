"""Measures how far the view is behind its topics: how many records it has not read, and how old the oldest of them is."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from complaints.bus import Batch, Offsets, TopicPartition
from complaints.bus.tail import Extent


@dataclass(slots=True)
class _Partition:
    next: int
    end: int
    goal: int
    read_ms: int | None = None
    """The timestamp of the last record that was read: the next one is not older."""
    current_ms: int | None = None
    """A time at which everything appended before had been read."""

    def oldest_ms(self) -> int | None:
        """Return the earliest time at which an unread record can have been appended; None if it is not known."""
        known = [self.current_ms, self.read_ms] if self.next < self.end else [self.current_ms]
        return max((at for at in known if at is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The number of unread records of a partition at the last look, and the maximum age of the oldest in milliseconds, if known."""

    topic: str
    partition: int
    waiting: int
    oldest_ms: int | None


class Freshness:
    """The view's knowledge of its own delay. Thread-safe. All times are in milliseconds since 1970."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._partitions: dict[TopicPartition, _Partition] = {}
        self._ready = False

    def begin(self, positions: Offsets, extents: Mapping[str, Extent], at_ms: int, *, anew: bool) -> None:
        """Note the positions from which the topics are read; `anew` if the copy was deleted, so that the view is not ready."""
        with self._lock:
            former = {} if anew else self._partitions
            self._partitions = {
                at: _Partition(
                    next=offset,
                    end=extents[at[0]].partitions[at[1]].end,
                    goal=extents[at[0]].partitions[at[1]].end,
                    current_ms=former[at].current_ms if at in former else None,
                )
                for at, offset in positions.items()
            }
            self._ready = self._ready and not anew
            self._judge()
        self.looked(extents, at_ms)

    def looked(self, extents: Mapping[str, Extent], at_ms: int) -> None:
        """Note the extents of the topics."""
        with self._lock:
            for (topic, number), partition in self._partitions.items():
                partition.end = extents[topic].partitions[number].end
                if partition.next >= partition.end:
                    partition.current_ms = at_ms

    def read(self, records: Batch, next_: Offsets) -> None:
        """Note records that were read and stored, and the positions after them."""
        with self._lock:
            for record in records:
                self._partitions[record.topic, record.partition].read_ms = record.timestamp_ms
            for at, offset in next_.items():
                self._partitions[at].next = offset
            self._judge()

    def _judge(self) -> None:
        self._ready = self._ready or (
            bool(self._partitions) and all(one.next >= one.goal for one in self._partitions.values())
        )

    @property
    def ready(self) -> bool:
        """True if everything has been read that the topics had when the view started."""
        return self._ready

    def behind_ms(self, now_ms: int) -> int | None:
        """Return an upper bound of the age of the oldest unread record; None if it is not known.

        While Kafka is away, the unread records are not known: the bound grows from the last look at which everything had been read.
        """
        with self._lock:
            oldest = [one.oldest_ms() for one in self._partitions.values()]
        known = [at for at in oldest if at is not None]
        return max(0, now_ms - min(known)) if known and len(known) == len(oldest) else None

    def partitions(self, now_ms: int) -> list[Behind]:
        """Return how far each partition is behind."""
        with self._lock:
            return [
                Behind(
                    topic=topic,
                    partition=number,
                    waiting=max(0, one.end - one.next),
                    oldest_ms=None if (at := one.oldest_ms()) is None else max(0, now_ms - at),
                )
                for (topic, number), one in sorted(self._partitions.items())
            ]
