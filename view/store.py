"""The cases and facts on the view's own disk, in SQLite: a copy of two topics, with the positions up to which it was made."""

import contextlib
import queue
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from complaints.bus import Offsets
from complaints.contract import CASE_EVENTS, CASES
from complaints.errors import ConfigurationError, UnavailableError
from view.rows import Changes

FORMAT: Final = 1
"""The number of the format of the file. A file of another one is deleted: it is a copy."""

PAGE_BYTES: Final = 8192
"""A case or fact has 1 to 4 kB, so most fit into a page without another one."""

CACHE_KIB: Final = 32_768
"""The page cache of the writer: the upper levels of the indexes of some millions of cases. Twice as much made nothing faster."""

CHECKPOINT_PAGES: Final = 8_000
"""Pages in the write-ahead log after which they go into the file (64 MB): pages of indexes change in each batch, and are written once."""

READERS: Final = 8
"""Connections that read at the same time; a look-up takes less than a millisecond."""

BUSY_S: Final = 5.0
"""Seconds to wait for a lock, which only the start of another process on the same folder holds."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS cases (code TEXT PRIMARY KEY, complaint_id BLOB NOT NULL, version INTEGER NOT NULL, document BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS cases_complaint ON cases (complaint_id);
CREATE TABLE IF NOT EXISTS facts (
    code TEXT NOT NULL, version INTEGER NOT NULL, cause BLOB NOT NULL, document BLOB NOT NULL, PRIMARY KEY (code, version)
);
CREATE TABLE IF NOT EXISTS topics (name TEXT PRIMARY KEY, id TEXT NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS positions (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
"""
_TABLES: Final = {CASES: "cases", CASE_EVENTS: "facts"}
_PUT_CASE: Final = (
    "INSERT INTO cases VALUES (?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET complaint_id = excluded.complaint_id,"
    " version = excluded.version, document = excluded.document WHERE excluded.version > cases.version"
)
_PUT_FACT: Final = "INSERT INTO facts VALUES (?, ?, ?, ?) ON CONFLICT (code, version) DO NOTHING"
_MOVE: Final = (
    "INSERT INTO positions VALUES (?, ?, ?) ON CONFLICT (topic, partition) DO UPDATE SET next = excluded.next"
)
_BROKEN: Final = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}


class CaseDocument(NamedTuple):
    """A case as the store has it.

    Attributes:
        version: the number of its facts.
        document: its JSON.
    """

    version: int
    document: bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the copy of a topic is.

    Attributes:
        topic_id: the id of the topic that it was made from.
        at_ms: a time at which the copy was still being made, in milliseconds since 1970.
        next: the next offset to read, by partition.
    """

    topic_id: str
    at_ms: int
    next: Mapping[int, int]


class Store:
    """The copy. One thread writes; any number of threads read."""

    def __init__(self, path: Path) -> None:
        """Open the copy, or create it. A file that is broken or of another format is deleted and created anew.

        Raises:
            ConfigurationError: the file cannot be opened or created.
        """
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.parent.chmod(0o700)  # the texts are unmasked
            if path.with_suffix(".broken").exists():
                self._delete()
            try:
                self._writer = self._opened()
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self._delete()
                self._writer = self._opened()
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(
                f"the view's copy of the cases {path} cannot be opened ({error}); does another view use the folder?"
            ) from error
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        for _ in range(READERS):
            self._readers.put(self._connected())

    def _opened(self) -> sqlite3.Connection:
        base = self._connected()
        try:
            _check_format(base)
            base.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            base.execute("PRAGMA journal_mode = WAL")
            base.execute("PRAGMA synchronous = NORMAL")  # a power cut may take the last batches, which are read again
            base.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            base.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            base.executescript(_SCHEMA)
            base.execute(f"PRAGMA user_version = {FORMAT}")
        except BaseException:
            base.close()
            raise
        return base

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, check_same_thread=False, isolation_level=None, timeout=BUSY_S)

    def _delete(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._path.with_suffix(".broken").unlink(missing_ok=True)

    @property
    def broken(self) -> bool:
        """Whether SQLite has found the file broken. The next start deletes it."""
        return self._path.with_suffix(".broken").exists()

    def progress(self, topic: str) -> Progress | None:
        """Return how far the copy of a topic is; None if there is none.

        Raises:
            UnavailableError: the disk cannot be read.
        """
        with self._mapped():
            found = self._writer.execute("SELECT id, at_ms FROM topics WHERE name = ?", (topic,)).fetchone()
            rows = self._writer.execute("SELECT partition, next FROM positions WHERE topic = ?", (topic,)).fetchall()
        return None if found is None else Progress(topic_id=found[0], at_ms=found[1], next=dict(rows))

    def begin(self, topic: str, progress: Progress) -> None:
        """Delete the copy of a topic, if there is one, and begin it anew.

        Args:
            topic: one of the TOPICS.
            progress: the topic's id and the first offsets to read.

        Raises:
            UnavailableError: the disk cannot be written.
        """
        with self._transaction() as base:
            base.execute(f"DELETE FROM {_TABLES[topic]}")  # noqa: S608  # a constant; without a condition SQLite drops whole pages
            base.execute("DELETE FROM positions WHERE topic = ?", (topic,))
            base.execute("REPLACE INTO topics VALUES (?, ?, ?)", (topic, progress.topic_id, progress.at_ms))
            base.executemany(_MOVE, [(topic, partition, offset) for partition, offset in progress.next.items()])

    def apply(self, changes: Changes, next_: Offsets) -> None:
        """Write a batch and the positions after it in one transaction.

        A document replaces only an older version of its case; a fact that is already there stays.

        Args:
            changes: what the batch changes.
            next_: the next offset to read, by partition.

        Raises:
            UnavailableError: the disk cannot be written; nothing of the batch is.
        """
        with self._transaction() as base:
            base.executemany("DELETE FROM cases WHERE code = ?", [(code,) for code in changes.gone])
            base.executemany(_PUT_CASE, changes.cases.values())
            base.executemany(_PUT_FACT, changes.facts)
            base.executemany(_MOVE, [(*at, offset) for at, offset in next_.items()])

    def keep_up(self, at_ms: int) -> None:
        """Note that the copy is still being made.

        Args:
            at_ms: the present time in milliseconds since 1970.

        Raises:
            UnavailableError: the disk cannot be written.
        """
        with self._transaction() as base:
            base.execute("UPDATE topics SET at_ms = ?", (at_ms,))

    def case(self, code: str) -> CaseDocument | None:
        """Return the case with a tracking code in canonical form; None if there is none. Thread-safe.

        Raises:
            UnavailableError: the disk cannot be read.
        """
        return self._one("SELECT version, document FROM cases WHERE code = ?", code)

    def case_of(self, complaint_id: UUID) -> CaseDocument | None:
        """Return the case of a complaint; None if there is none. Thread-safe.

        Raises:
            UnavailableError: the disk cannot be read.
        """
        return self._one("SELECT version, document FROM cases WHERE complaint_id = ?", complaint_id.bytes)

    def _one(self, sql: str, value: str | bytes) -> CaseDocument | None:
        with self._reading() as base:
            found = base.execute(sql, (value,)).fetchone()
        return None if found is None else CaseDocument(*found)

    def facts(self, code: str) -> list[bytes] | None:
        """Return the JSON of all facts of a case, oldest first; None if there is no such case. Thread-safe.

        Raises:
            UnavailableError: the disk cannot be read.
        """
        if self.case(code) is None:
            return None
        with self._reading() as base:
            rows = base.execute("SELECT document FROM facts WHERE code = ? ORDER BY version", (code,)).fetchall()
        return [document for (document,) in rows]

    def caused_by(self, code: str, cause: UUID) -> list[bytes]:
        """Return the JSON of the facts that a complaint or command caused, oldest first; empty until all of them are there. Thread-safe.

        The step writes the document of the case and all its facts up to that version together, but the copies of the two topics may be at
        different places. So the facts are complete if both copies have the last of them and neither has less than the other.

        Raises:
            UnavailableError: the disk cannot be read.
        """
        case = self.case(code)
        with self._reading() as base:
            (newest,) = base.execute("SELECT MAX(version) FROM facts WHERE code = ?", (code,)).fetchone()
            found = base.execute(
                "SELECT version, document FROM facts WHERE code = ? AND cause = ? ORDER BY version", (code, cause.bytes)
            ).fetchall()
        if case is None or not found or newest < case.version or case.version < found[-1][0]:
            return []
        return [document for _, document in found]

    def close(self) -> None:
        """Close the file."""
        while not self._readers.empty():
            self._readers.get().close()
        self._writer.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        base = self._readers.get()
        try:
            with self._mapped():
                yield base
        finally:
            self._readers.put(base)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._mapped():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk may have ended the transaction already
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", "") in _BROKEN:
                with contextlib.suppress(OSError):
                    self._path.with_suffix(".broken").touch()  # the next start deletes the copy
            raise UnavailableError(f"the view's copy of the cases: {error}") from error


def _check_format(base: sqlite3.Connection) -> None:
    (found,) = base.execute("PRAGMA user_version").fetchone()
    if found not in {0, FORMAT}:
        raise sqlite3.DatabaseError(f"its format is {found}, not {FORMAT}")
