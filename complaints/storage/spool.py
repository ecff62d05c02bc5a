"""The spool: an fsynced queue of limited size on disk. It keeps the records that a channel acknowledges while Kafka is away, in order."""

import json
import queue
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from complaints.bus import Record
from complaints.errors import ConfigurationError, IntakeFull

SCHEMA = """
CREATE TABLE IF NOT EXISTS spool (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, headers TEXT NOT NULL
) STRICT
"""

GROUP = 500
"""The maximum number of records per fsync: an fsync takes milliseconds, and a channel may receive hundreds of messages in that time."""

BALLAST_BYTES = 8 << 20
"""Bytes of the disk that only a removal may use: SQLite's log, which is written into the file at 4 MiB, and the removal's own pages."""

LOOK_S = 2.0
"""Seconds that a look at the spool of another process waits for it. A group of records is written within milliseconds."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A record that waits in the spool, with its sequence number: later records have larger numbers."""

    seq: int
    record: Record


@dataclass(frozen=True, slots=True)
class Waiting:
    """The records that wait in a spool.

    Attributes:
        number: their number.
        since: the CloudEvents time of the oldest one; None if it has none, or one that cannot be read.
    """

    number: int
    since: datetime | None


class Spool:
    """The queue of one channel's records that wait for Kafka, in an SQLite file in WAL mode with synchronous=FULL. Thread-safe.

    A record survives a power cut once the future that `append` returned for it has succeeded. A second file, the ballast, keeps room for
    removals: on a full disk it is deleted for one, and written again afterwards.
    """

    def __init__(self, path: Path, *, max_bytes: int) -> None:
        """Open or create the spool, and check at once that it can be written.

        Args:
            path: the file; its folder is created if it does not exist.
            max_bytes: the maximum number of bytes of all waiting values and headers; a record that would exceed it is refused.

        Raises:
            ConfigurationError: the file cannot be opened or written.
        """
        self._max_bytes = max_bytes
        self._ballast = path.with_suffix(".ballast")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = self._opened(path)
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(
                f"the spool {path} cannot be written ({error}); free the disk or set LAPOR_DATA to another"
            ) from error
        self._lay_ballast()
        self._lock = threading.Lock()
        row = self._database.execute(
            "SELECT count(*), coalesce(sum(length(value) + length(headers)), 0) FROM spool"
        ).fetchone()
        self._count: int = row[0]
        self._bytes: int = row[1]
        self._queue: queue.SimpleQueue[tuple[Record, Future[None]] | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write_groups, name=f"spool-{path.stem}", daemon=True)
        self._writer.start()

    def __len__(self) -> int:
        """Return the number of records that wait in the spool."""
        return self._count

    def append(self, record: Record) -> "Future[None]":
        """Add a record to the end of the queue. Does not block.

        The returned future succeeds once the record is fsynced. It fails with IntakeFull if the spool is full or the disk fails.
        """
        answer: Future[None] = Future()
        self._queue.put((record, answer))
        return answer

    def keys(self, topic: str) -> list[bytes]:
        """Return the key of each record of a topic that waits.

        Raises:
            IntakeFull: the spool cannot be read.
        """
        with self._transaction():
            return [key for (key,) in self._database.execute("SELECT key FROM spool WHERE topic = ?", (topic,))]

    def oldest(self, limit: int, *, after: int = 0) -> list[Spooled]:
        """Return the records that have waited longest, oldest first. They stay in the spool.

        Raises:
            IntakeFull: the spool cannot be read.
        """
        with self._transaction():
            rows = self._database.execute(
                "SELECT seq, topic, key, value, headers FROM spool WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
            ).fetchall()
        return [
            Spooled(seq, Record(topic=topic, key=key, value=value, headers=_headers(headers)))
            for seq, topic, key, value, headers in rows
        ]

    def remove(self, numbers: Sequence[int]) -> None:
        """Remove the records with some sequence numbers. Call it once Kafka has acknowledged them.

        Raises:
            IntakeFull: the disk is too full to write the removal, or it failed; no record is removed.
        """
        with self._transaction():
            try:
                self._delete(numbers)
            except sqlite3.Error:
                self._database.rollback()
                self._ballast.unlink(missing_ok=True)
                try:
                    self._delete(numbers)
                    self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                finally:
                    self._lay_ballast()

    def _opened(self, path: Path) -> sqlite3.Connection:
        """Return the open file. On a full disk the ballast is deleted to make room for its log."""
        try:
            return open_durable(path, SCHEMA)
        except sqlite3.Error:
            if not self._ballast.exists():
                raise
            self._ballast.unlink()
            return open_durable(path, SCHEMA)

    def _delete(self, numbers: Sequence[int]) -> None:
        gone = self._database.execute(
            "DELETE FROM spool WHERE seq IN (SELECT value FROM json_each(?)) RETURNING length(value) + length(headers)",
            (json.dumps(numbers),),
        ).fetchall()
        self._database.commit()
        self._count -= len(gone)
        self._bytes -= sum(size for (size,) in gone)

    def _lay_ballast(self) -> None:
        """Write the ballast if it is missing or incomplete. On a disk that is full already there is none."""
        try:
            if not self._ballast.exists() or self._ballast.stat().st_size != BALLAST_BYTES:
                self._ballast.write_bytes(bytes(BALLAST_BYTES))
        except OSError:
            self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        """Write all appended records, then close the file."""
        self._queue.put(None)
        self._writer.join()
        with self._lock:
            self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                self._database.rollback()
                raise IntakeFull(f"the spool cannot be read or written: {error}") from error

    def _write_groups(self) -> None:
        while (item := self._queue.get()) is not None:
            group = [item]
            last = False
            while len(group) < GROUP and not self._queue.empty():
                more = self._queue.get()
                if more is None:
                    last = True
                    break
                group.append(more)
            self._write(group)
            if last:
                return

    def _write(self, group: list[tuple[Record, "Future[None]"]]) -> None:
        answered: list[tuple[Future[None], IntakeFull | None]] = []
        with self._lock:
            rows, room = [], self._max_bytes - self._bytes
            for record, answer in group:
                headers = _packed(record)
                size = len(record.value) + len(headers)
                if size > room:
                    answered.append((answer, IntakeFull(f"the spool holds its {self._max_bytes} bytes")))
                    continue
                room -= size
                rows.append((record.topic, record.key, record.value, headers))
                answered.append((answer, None))
            try:
                self._database.executemany("INSERT INTO spool (topic, key, value, headers) VALUES (?, ?, ?, ?)", rows)
                self._database.commit()
            except sqlite3.Error as error:  # the disk is full or fails: upstream must keep its messages
                self._database.rollback()
                answered = [(answer, IntakeFull(f"the spool cannot be written: {error}")) for _, answer in group]
            else:
                self._count += len(rows)
                self._bytes = self._max_bytes - room
        for answer, refusal in answered:
            if refusal is None:
                answer.set_result(None)
            else:
                answer.set_exception(refusal)


def waiting(path: Path) -> Waiting:
    """Return what waits in a spool, whether or not its channel is running.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=LOOK_S)) as database:
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'spool'").fetchone() is None:
                return Waiting(0, None)  # its channel is about to make it
            (number,) = database.execute("SELECT count(*) FROM spool").fetchone()
            oldest = database.execute("SELECT headers FROM spool ORDER BY seq LIMIT 1").fetchone()
    except sqlite3.Error as error:
        raise ConfigurationError(f"the spool {path} cannot be read: {error}") from error
    return Waiting(number, None if oldest is None else _time(oldest[0]))


def open_durable(path: Path, schema: str) -> sqlite3.Connection:
    """Open an SQLite file so that commits survive a power cut, create its tables, and return the connection.

    Any thread may use the connection, but never two at the same time: the caller must see to that.

    Raises:
        sqlite3.Error: the file cannot be opened or written.
    """
    database = sqlite3.connect(path, check_same_thread=False, timeout=10.0)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.executescript(schema)
    database.commit()
    return database


def _packed(record: Record) -> str:
    return json.dumps([[name, value.decode()] for name, value in record.headers])


def _headers(packed: str) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value.encode()) for name, value in json.loads(packed))


def _time(packed: str) -> datetime | None:
    """Return the CloudEvents time among headers, which is in UTC if it does not say otherwise; None if there is none."""
    try:
        said = datetime.fromisoformat(dict(_headers(packed))["ce_time"].decode())
    except (KeyError, ValueError):
        return None
    return said if said.tzinfo else said.replace(tzinfo=UTC)
