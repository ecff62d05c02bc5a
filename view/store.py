"""The cases and facts on the view's own disk, in SQLite: a copy of two topics, with the positions up to which it was made."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from complaints.bus import Offsets
from complaints.bus.tail import Last, Marks
from complaints.errors import ConfigurationError
from view.lookups import Lookups
from view.rows import Changes
from view.schema import FORMAT, MOVE, PUT_CASE, PUT_FACT, SCHEMA, TABLES

PAGE_BYTES: Final = 8192
"""A case or fact has 1 to 4 kB, so most fit into a page without another one."""

CACHE_KIB: Final = 32_768
"""The page cache of the writer: the upper levels of the indexes of some millions of cases. Twice as much made nothing faster."""

CHECKPOINT_PAGES: Final = 8_000
"""Pages in the write-ahead log after which they go into the file (64 MB): pages of indexes change in each batch, and are written once."""


_NONE: Final[Marks] = {}
_NOTHING: Final = Last(-1, 0, 0)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the copy of a topic is.

    Attributes:
        topic_id: the id of the topic that it was made from.
        at_ms: a time up to which the copy was kept up to date, in milliseconds since 1970.
        next: the next offset to read, by partition.
        last: the last record that was read, by partition.
    """

    topic_id: str
    at_ms: int
    next: Mapping[int, int]
    last: Mapping[int, Last] = field(default_factory=dict)


class Store(Lookups):
    """The copy. One thread writes; any number of threads read (see Lookups).

    Every method raises UnavailableError if the disk cannot be read or written, and then writes nothing.
    """

    def __init__(self, path: Path) -> None:
        """Open the copy, or create it. A file that is broken or of another format is deleted and created anew.

        Raises:
            ConfigurationError: the file cannot be opened or created.
        """
        super().__init__(path)
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
        self._open_readers()

    def _opened(self) -> sqlite3.Connection:
        base = self._connected()
        try:
            _check_format(base)
            base.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            base.execute("PRAGMA journal_mode = WAL")
            base.execute("PRAGMA synchronous = NORMAL")  # a power cut may take the last batches, which are read again
            base.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            base.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            base.executescript(SCHEMA)
            base.execute(f"PRAGMA user_version = {FORMAT}")
        except BaseException:
            base.close()
            raise
        return base

    def _delete(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._path.with_suffix(".broken").unlink(missing_ok=True)

    def progress(self, topic: str) -> Progress | None:
        """Return how far the copy of a topic is; None if there is none."""
        with self._mapped():
            found = self._writer.execute("SELECT id, at_ms FROM topics WHERE name = ?", (topic,)).fetchone()
            asked = "SELECT partition, next, last, last_ms, latest_ms FROM positions WHERE topic = ?"
            rows = self._writer.execute(asked, (topic,)).fetchall()
        last = {number: Last(*last) for number, _, *last in rows if last[0] >= 0}
        next_ = {row[0]: row[1] for row in rows}
        return None if found is None else Progress(topic_id=found[0], at_ms=found[1], next=next_, last=last)

    def begin(self, topic: str, progress: Progress) -> None:
        """Delete the copy of a topic, if there is one, and begin it anew."""
        with self._transaction() as base:
            base.execute(f"DELETE FROM {TABLES[topic]}")  # noqa: S608  # a constant; without a condition SQLite drops whole pages
            base.execute("DELETE FROM positions WHERE topic = ?", (topic,))
            base.execute("REPLACE INTO topics VALUES (?, ?, ?)", (topic, progress.topic_id, progress.at_ms))
            base.executemany(
                MOVE, [(topic, partition, offset, *_NOTHING) for partition, offset in progress.next.items()]
            )

    def apply(self, changes: Changes, next_: Offsets, last: Marks = _NONE) -> None:
        """Write a batch and the positions after it in one transaction.

        A document replaces only an older version of its case; a fact that is already there stays.
        """
        with self._transaction() as base:
            base.executemany("DELETE FROM cases WHERE code = ?", [(code,) for code in changes.gone])
            base.executemany(PUT_CASE, changes.cases.values())
            base.executemany(PUT_FACT, changes.facts)
            base.executemany(MOVE, [(*at, offset, *last.get(at, _NOTHING)) for at, offset in next_.items()])

    def keep_up(self, at_ms: int) -> None:
        """Note a time up to which the copy was kept up to date."""
        with self._transaction() as base:
            base.execute("UPDATE topics SET at_ms = ?", (at_ms,))

    def close(self) -> None:
        """Close the file."""
        self._close_readers()
        self._writer.close()

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


def _check_format(base: sqlite3.Connection) -> None:
    (found,) = base.execute("PRAGMA user_version").fetchone()
    if found not in {0, FORMAT}:
        raise sqlite3.DatabaseError(f"its format is {found}, not {FORMAT}")
