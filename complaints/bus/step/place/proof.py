"""Checks that the records before a position are those that were handled: a log that lost its end may have grown again, beyond the position.

Each position keeps the offset and the time of the last record that was handled before it. A partition is read from that record on, so that
it is checked once more, and only transaction markers may be between it and the position.
"""

from collections import defaultdict
from collections.abc import Mapping

from complaints.bus.step.place.positions import NO_MARK, Mark, Position


class Proof:
    """The last handled record of each partition, and the partitions in which it was not read again yet. For the worker's thread."""

    def __init__(self) -> None:
        self._seen: dict[int, set[Mark]] = defaultdict(set)
        self._last: dict[int, Mark] = {}
        self._open: dict[int, Position] = {}
        self._met: set[int] = set()
        self.wrong: set[int] = set()
        """The partitions that have other records before their position than those that were handled. None of their records is handled."""

    def begin(self, partition: int, position: Position | None, *, first: int) -> None:
        """Begin with a partition.

        Args:
            partition: its number.
            position: where it goes on; None if it does not go on where something was handled.
            first: the offset of the first record that Kafka has.
        """
        for noted in (self._met, self.wrong):
            noted.discard(partition)
        self._seen.pop(partition, None)
        self._open.pop(partition, None)
        self._last[partition] = NO_MARK if position is None else position.last
        if position is not None and position.last.offset >= first:
            self._open[partition] = position

    def start(self, partition: int, offset: int) -> int:
        """Return the offset from which to read a partition that goes on at an offset."""
        return self._open[partition].last.offset if partition in self._open else offset

    def is_open(self, partition: int) -> bool:
        """Return whether the last handled record of a partition must still be read again."""
        return partition in self._open

    def look(self, partition: int, offset: int, at_ms: int | None) -> bool:
        """Return whether a record, or the end of a partition, comes after all that was handled, and the log is proven to be the same.

        Args:
            partition: its number.
            offset: the offset of the record, or of the end.
            at_ms: when the record was appended, in milliseconds since 1970; None for the end.
        """
        position = self._open.get(partition)
        if position is None:
            return True
        if at_ms is not None and offset < position.offset and position.last[:2] == (offset, at_ms):
            self._met.add(partition)
        elif (at_ms is not None and offset < position.offset) or partition not in self._met:
            self._met.discard(partition)
            self.wrong.add(partition)
        else:
            del self._open[partition]
            return True
        return False

    def took(self, partition: int, mark: Mark) -> None:
        """Note a record that was handed over to be handled."""
        self._seen[partition].add(mark)

    def last(self, partition: int, offset: int) -> Mark:
        """Return the last record before an offset up to which all records are handled."""
        seen = (mark for mark in self._seen[partition] if mark.offset < offset)
        return max(seen, default=self._last.get(partition, NO_MARK))

    def handled(self, positions: Mapping[int, Position]) -> None:
        """Note that all before these positions is handled."""
        for partition, position in positions.items():
            self._last[partition], seen = position.last, self._seen[partition]
            self._seen[partition] = {mark for mark in seen if mark.offset >= position.offset}
