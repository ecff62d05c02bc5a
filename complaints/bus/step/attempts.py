"""Remembers across crashes which record was being handled, so that a record that kills its worker three times becomes a dead letter."""

import os
import struct
from collections.abc import Collection, Sequence
from mmap import mmap
from pathlib import Path
from typing import Final

from msgspec import json

from complaints.bus import StoredRecord
from complaints.bus.foreign import decoded
from complaints.errors import PoisonError

DEATHS: Final = 3
"""Number of deaths of the worker at which the record being handled is to blame. Fewer may be chance: the machine was short of memory."""

FILE_BYTES: Final = 4096
"""The size of the file: a page."""

MOST_DEATHS: Final = 100
"""Maximum number of records with deaths in the file, 40 bytes each. Usually there is one, or one per partition."""

_HEAD: Final = struct.Struct(">?iq")
"""The beginning of the file: whether a record is being handled, its partition and its offset. The deaths follow as JSON."""

_IDLE: Final = _HEAD.pack(False, 0, 0)


class KillsTheWorker(PoisonError):
    """A record that was being handled each time the worker died, or was killed because it hung."""


class Attempts:
    """The record that the function works on, noted in a file before it begins, and how often the worker died at each.

    A death while Kafka takes the results is no record's fault. The file is mapped into memory, because a system call for each record
    would take as long as the rest of the bookkeeping. It needs no fsync: it must outlive the process, not the machine. If the
    disk has no room for it, deaths are not counted, because a full disk must not stop a worker that can still commit.
    """

    def __init__(self, path: Path) -> None:
        """Count the death of the former process, if it was handling a record."""
        self._deaths: dict[tuple[int, int], int] = {}
        self._file: mmap | bytearray = _mapped(path)
        try:
            self._read(bytes(self._file))
        except struct.error:  # a file that was cut short has no information
            self._deaths = {}
        self._write()

    def _read(self, content: bytes) -> None:
        in_hand, partition, offset = _HEAD.unpack_from(content)
        for of_partition, of_offset, number in (
            decoded(content[_HEAD.size :].rstrip(b"\0"), list[tuple[int, int, int]]) or ()
        ):
            self._deaths[of_partition, of_offset] = number
        if in_hand:
            self._deaths[partition, offset] = self._deaths.get((partition, offset), 0) + 1

    @property
    def partitions(self) -> Collection[int]:
        """The partitions with a record that was being handled at a death."""
        return {partition for partition, _ in self._deaths}

    def of(self, record: StoredRecord) -> int:
        """Return how often the worker died while it handled a record."""
        return self._deaths.get((record.partition, record.offset), 0)

    def batch_of(self, records: Sequence[StoredRecord]) -> int:
        """Return how many of the first records may be handled together: one that was being handled at a death is handled alone."""
        if self._deaths:
            for number, record in enumerate(records):
                if self.of(record):
                    return max(number, 1)
        return len(records)

    def begin(self, record: StoredRecord) -> None:
        """Note that the function begins with a record."""
        _HEAD.pack_into(self._file, 0, True, record.partition, record.offset)

    def end(self) -> None:
        """Note that the function has returned."""
        self._file[: _HEAD.size] = _IDLE

    def committed(self, records: Sequence[StoredRecord]) -> None:
        """Forget the deaths at records whose results are committed."""
        if self._deaths:
            before = len(self._deaths)
            for record in records:
                self._deaths.pop((record.partition, record.offset), None)
            if len(self._deaths) < before:
                self._write()

    def close(self) -> None:
        """Close the file."""
        if isinstance(self._file, mmap):
            self._file.close()
        self._file = bytearray(FILE_BYTES)

    def _write(self) -> None:
        deaths = json.encode([[*at, number] for at, number in self._deaths.items()][-MOST_DEATHS:])
        self._file[:] = (_IDLE + deaths).ljust(FILE_BYTES, b"\0")


def _mapped(path: Path) -> mmap | bytearray:
    """Return the file mapped into memory, or plain memory if the disk has no room for it.

    The room is allocated at once: a mapped page without room on the disk would end the process.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.posix_fallocate(file, 0, FILE_BYTES)
            return mmap(file, FILE_BYTES)
        finally:
            os.close(file)
    except OSError:
        return bytearray(FILE_BYTES)
