"""The local copy of a step's states: RocksDB on the worker's disk, written only after Kafka has committed. It may be lost."""

import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import disk_usage
from typing import NamedTuple

from rocksdict import BlockBasedOptions, Cache, DBCompressionType, Options, Rdict, ReadOptions, WriteBatch, WriteOptions

from complaints.bus.step.place.positions import Progress
from complaints.errors import ConfigurationError, UnavailableError

CACHE_BYTES = 64 << 20
"""RocksDB's block cache: enough for the index and the bloom filters of a million states."""

MEMTABLE_BYTES, MEMTABLES = 32 << 20, 3
"""Bytes that RocksDB collects in a buffer before it writes a file, and the number of such buffers."""

UNSORTED_FILES = 12
"""Number of files that RocksDB collects before it merges them into the sorted ones. With its default of 4 a restore merges all states
several times, which takes a third more processor time."""

OPEN_FILES = 256

_STATE, _TIMER, _META = b"s", b"t", b"m"
_HEAD = struct.Struct(">HQ")
"""Before the bytes of a state: its format and its due time in milliseconds, 0 for none. A restore copies them without parsing."""

_PARTITION = struct.Struct(">H")
_DUE = struct.Struct(">Q")
_EVER_MS = (1 << 64) - 1


class StoredState(NamedTuple):
    """A state as the store and the state topic hold it.

    Attributes:
        format: the number of its format.
        due_ms: when its timer is due, in milliseconds since 1970; 0 for no timer.
        value: its bytes in that format.
    """

    format: int
    due_ms: int
    value: bytes


class Timer(NamedTuple):
    """A timer that is due."""

    partition: int
    due_ms: int
    key: bytes


class Change(NamedTuple):
    """A change of a key's state.

    Attributes:
        key: the key of the state.
        state: the new state; None deletes it.
        former_due_ms: when the timer of the former state is due, 0 if it has none; None if it is not known, and is looked up.
    """

    key: bytes
    state: StoredState | None
    former_due_ms: int | None = None


class Store:
    """States by partition and key, their timers in order of time, and the progress of each partition. For one thread.

    Every write raises UnavailableError if the disk fails or is full.
    """

    def __init__(self, folder: Path) -> None:
        """Open the store, or create it.

        Raises:
            ConfigurationError: the folder cannot be written, or another worker has it open.
        """
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = Rdict(str(folder), _options())
        except Exception as error:  # rocksdict raises bare exceptions
            raise ConfigurationError(
                f"the states in {folder} cannot be opened ({error}); another worker has them open, or the disk is full or broken."
                " They are a copy: with no worker running the folder can be deleted"
            ) from error
        self._timed: dict[int, bool] = {}
        self._durable, self._bulk = WriteOptions(), WriteOptions()
        self._bulk.disable_wal = True  # type: ignore[method-assign, assignment]  # an attribute, which the stubs call a method

    def get(self, partition: int, key: bytes) -> StoredState | None:
        """Return the state of a key, or None if it has none."""
        held: bytes | None = self._db.get(_state_key(partition, key))
        return None if held is None else _unpacked(held)

    def keys(self, partition: int, prefix: bytes = b"", *, after: bytes = b"") -> Iterator[bytes]:
        """Yield the keys of a partition's states in their order."""
        skip = len(_STATE) + _PARTITION.size
        for name in self._keys(_state_key(partition, prefix), _state_key(partition, max(prefix, after))):
            yield name[skip:]

    def progress(self, partition: int) -> Progress | None:
        """Return how far the copy of a partition is, or None if there is no copy."""
        held: bytes | None = self._db.get(_META + _PARTITION.pack(partition))
        return None if held is None else Progress.read(held)

    def apply(
        self, changes: Mapping[int, Iterable[Change]], progress: Mapping[int, Progress], *, bulk: bool = False
    ) -> None:
        """Write states and progress atomically.

        Args:
            changes: the new states of each partition; of several for one key the last one counts.
            progress: the new progress of each partition.
            bulk: skip the write-ahead log, which a restore does not need; `flush` makes such writes durable.
        """
        batch = WriteBatch(raw_mode=True)
        for partition, new in changes.items():
            for change in {change.key: change for change in new}.values():
                self._put(batch, partition, change)
        for partition, at in progress.items():
            batch.put(_META + _PARTITION.pack(partition), at.written())
        self._write(batch, self._bulk if bulk else self._durable)

    def _write(self, batch: WriteBatch, how: WriteOptions) -> None:
        with self._writing():
            self._db.write(batch, how)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Map the bare exceptions of rocksdict to UnavailableError."""
        try:
            yield
        except Exception as error:
            free = disk_usage(self._folder).free
            why = f"its disk is full, with {free >> 20} MB free ({error})" if free < MEMTABLE_BYTES else str(error)
            raise UnavailableError(f"the states in {self._folder} cannot be written: {why}") from error

    def _put(self, batch: WriteBatch, partition: int, change: Change) -> None:
        key, state, former = change
        name = _state_key(partition, key)
        if former is None and self._has_timers(partition):
            held: bytes | None = self._db.get(name)
            former = 0 if held is None else _HEAD.unpack_from(held)[1]
        if former:
            batch.delete(_timer_key(partition, former, key))
        if state is None:
            batch.delete(name)
            return
        batch.put(name, _HEAD.pack(state.format, state.due_ms) + state.value)
        if state.due_ms:
            batch.put(_timer_key(partition, state.due_ms, key), b"")
            self._timed[partition] = True

    def _has_timers(self, partition: int) -> bool:
        """Return whether a state of a partition may have a timer. If none has, a write need not look for a former one."""
        if partition not in self._timed:
            self._timed[partition] = bool(self.due(partition, _EVER_MS, 1))
        return self._timed[partition]

    def flush(self) -> None:
        """Make what was written in bulk durable."""
        with self._writing():
            self._db.flush()

    def due(self, partition: int, until_ms: int, most: int) -> list[Timer]:
        """Return the timers of a partition that are due, earliest first."""
        found: list[Timer] = []
        start = _TIMER + _PARTITION.pack(partition)
        for name in self._keys(start):
            (due_ms,) = _DUE.unpack_from(name, len(start))
            if due_ms > until_ms or len(found) >= most:
                break
            found.append(Timer(partition, due_ms, name[len(start) + _DUE.size :]))
        return found

    def _keys(self, start: bytes, first: bytes | None = None) -> Iterator[bytes]:
        iterator = self._db.iter(ReadOptions())
        iterator.seek(first or start)
        while iterator.valid():
            name = iterator.key()
            if not isinstance(name, bytes) or not name.startswith(start):
                return
            yield name
            iterator.next()

    def size(self) -> tuple[int, int]:
        """Return RocksDB's estimate of the entries (states, timers, and one for each partition) and of their bytes, compressed."""
        names = ("estimate-num-keys", "estimate-live-data-size", "cur-size-all-mem-tables")
        entries, files, memory = (self._db.property_int_value(f"rocksdb.{name}") or 0 for name in names)
        return entries, files + memory

    def wipe(self, partition: int) -> None:
        """Delete everything of a partition atomically: its copy is of another topic, or too old to trust.

        Otherwise the rest after an interrupted wipe would be trusted, or mixed with the states of the next copy.
        """
        number, batch = _PARTITION.pack(partition), WriteBatch(raw_mode=True)
        for space in (_STATE, _TIMER):
            batch.delete_range(space + number, space + _PARTITION.pack(partition + 1))
        batch.delete(_META + number)
        self._write(batch, self._durable)
        self._timed.pop(partition, None)

    def close(self) -> None:
        """Close the store; the folder can then be opened by another worker."""
        # after a failed write this fails too, and would hide the cause; what is not written is read from the topic again
        with suppress(Exception):
            self._db.close()


def _state_key(partition: int, key: bytes) -> bytes:
    return _STATE + _PARTITION.pack(partition) + key


def _timer_key(partition: int, due_ms: int, key: bytes) -> bytes:
    return _TIMER + _PARTITION.pack(partition) + _DUE.pack(due_ms) + key


def _unpacked(held: bytes) -> StoredState:
    number, due_ms = _HEAD.unpack_from(held)
    return StoredState(number, due_ms, held[_HEAD.size :])


def _options() -> Options:
    options, table = Options(raw_mode=True), BlockBasedOptions()
    options.create_if_missing(True)
    options.set_max_open_files(OPEN_FILES)
    options.set_write_buffer_size(MEMTABLE_BYTES)
    options.set_max_write_buffer_number(MEMTABLES)
    options.set_level_zero_file_num_compaction_trigger(UNSORTED_FILES)
    options.set_compression_type(DBCompressionType.lz4())
    options.set_keep_log_file_num(2)
    table.set_block_cache(Cache(CACHE_BYTES))
    table.set_bloom_filter(10, False)
    options.set_block_based_table_factory(table)
    return options
