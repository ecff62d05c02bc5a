"""Finds the partitions whose records are all handled, so that their positions move to the end, past any transaction markers.

A position that stays on a marker is before the log's first record as soon as retention deletes the marker.
"""

from collections.abc import Mapping


class Ends:
    """The ends of what was read of each partition. For the worker's thread."""

    def __init__(self) -> None:
        self._read: dict[int, int] = {}
        self._ends: dict[int, int] = {}

    def took(self, partition: int, offset: int) -> None:
        """Note a record that was handed over to be handled."""
        self._read[partition] = offset + 1
        self._ends.pop(partition, None)

    def reached(self, partition: int, offset: int) -> None:
        """Note the end of a partition: the offset after everything in it, markers included."""
        self._ends[partition] = offset

    def dropped(self, partition: int) -> None:
        """Forget a partition of which a read record is dropped, or that is read again from another place."""
        self._read.pop(partition, None)
        self._ends.pop(partition, None)

    def passed(self, positions: Mapping[int, int]) -> dict[int, int]:
        """Return the ends of the partitions of which all records that were read are handled, each end once."""
        found = {
            partition: end
            for partition, end in self._ends.items()
            if partition in positions and positions[partition] >= self._read.get(partition, 0)
        }
        for partition in found:
            del self._ends[partition]
        return {partition: end for partition, end in found.items() if end > positions[partition]}
