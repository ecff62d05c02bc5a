"""Reads the view's copy: cases, facts, the results of commands, and the list of cases by their deadlines."""

import contextlib
import queue
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from complaints.errors import UnavailableError
from view.schema import DUE

READERS: Final = 8
"""Connections that read at the same time; a look-up takes less than a millisecond."""

BUSY_S: Final = 5.0
"""Seconds to wait for a lock, which only the start of another process on the same folder holds."""

_BROKEN: Final = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}


class CaseDocument(NamedTuple):
    """A case as the store has it."""

    version: int
    document: bytes


class Place(NamedTuple):
    """The place of a case in the list by deadlines."""

    due: str
    code: str


FIRST: Final = Place("", "")
"""A place before all others."""

LAST_DAY: Final = "9999-12-31"


class DueDocument(NamedTuple):
    """A case in the list by deadlines."""

    place: Place
    document: bytes


class Results(NamedTuple):
    """The results of commands.

    Attributes:
        facts: the JSON of the facts that each command caused, oldest first; without those that have no result yet.
        versions: the version of each of their cases, by tracking code; without cases that are not known.
    """

    facts: dict[UUID, list[bytes]]
    versions: dict[str, int]


class Lookups:
    """The look-ups in the copy, for any number of threads. Each raises UnavailableError if the disk cannot be read."""

    def __init__(self, path: Path) -> None:
        """Take the path of the file, which is opened by `_open_readers`."""
        self._path = path
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()

    @property
    def broken(self) -> bool:
        """True if SQLite has found the file broken. The next start deletes it."""
        return self._path.with_suffix(".broken").exists()

    def case(self, code: str) -> CaseDocument | None:
        """Return the case with a tracking code in canonical form; None if there is none."""
        return self._one("SELECT version, document FROM cases WHERE code = ?", code)

    def case_numbered(self, number: str) -> CaseDocument | None:
        """Return the case with a case number in canonical form; None if there is none."""
        return self._one("SELECT version, document FROM cases WHERE number = ?", number)

    def case_of(self, complaint_id: UUID) -> CaseDocument | None:
        """Return the case of a complaint; None if there is none."""
        return self._one("SELECT version, document FROM cases WHERE complaint_id = ?", complaint_id.bytes)

    def _one(self, sql: str, value: str | bytes) -> CaseDocument | None:
        with self._reading() as base:
            found = base.execute(sql, (value,)).fetchone()
        return None if found is None else CaseDocument(*found)

    def facts(self, code: str) -> list[bytes] | None:
        """Return the JSON of all facts of a case, oldest first; None if there is no such case."""
        if self.case(code) is None:
            return None
        with self._reading() as base:
            rows = base.execute("SELECT document FROM facts WHERE code = ? ORDER BY version", (code,)).fetchall()
        return [document for (document,) in rows]

    def caused_by(self, code: str, cause: UUID) -> list[bytes]:
        """Return the JSON of the facts that a complaint or command caused, oldest first; empty until all of them are there.

        The step writes the document of the case and all its facts up to that version together, but the copies of the two topics may be at
        different places. The facts are complete if the document is as new as the last of them, and there are facts as new as the document.
        """
        with self._reading() as base:
            return _caused_by(base, code, cause)

    def results(self, commands: Iterable[tuple[str, UUID]]) -> Results:
        """Return the results of many commands, each given by the code of its case and its id."""
        found, versions = dict[UUID, list[bytes]](), dict[str, int]()
        with self._reading() as base:
            for code, cause in commands:
                if facts := _caused_by(base, code, cause):
                    found[cause] = facts
                if (version := _version(base, code)) is not None:
                    versions[code] = version
        return Results(found, versions)

    def due(self, *, owner: str = "", before: str = LAST_DAY, after: Place = FIRST, most: int) -> list[DueDocument]:
        """Return at most `most` cases that wait for somebody, ordered by the last day of their next duty, from after a place on."""
        mine = (owner,) if owner else ()
        with self._reading() as base:
            rows = base.execute(DUE.format(owner="owner = ? AND" if owner else ""), (*mine, before, *after, most))
            return [DueDocument(Place(due, code), document) for due, code, document in rows.fetchall()]

    def _open_readers(self) -> None:
        for _ in range(READERS):
            self._readers.put(self._connected())

    def _close_readers(self) -> None:
        while not self._readers.empty():
            self._readers.get().close()

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, check_same_thread=False, isolation_level=None, timeout=BUSY_S)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        base = self._readers.get()
        try:
            with self._mapped():
                yield base
        finally:
            self._readers.put(base)

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", "") in _BROKEN:
                with contextlib.suppress(OSError):
                    self._path.with_suffix(".broken").touch()  # the next start deletes the copy
            raise UnavailableError(f"the view's copy of the cases: {error}") from error


def _version(base: sqlite3.Connection, code: str) -> int | None:
    found = base.execute("SELECT version FROM cases WHERE code = ?", (code,)).fetchone()
    return None if found is None else int(found[0])


def _caused_by(base: sqlite3.Connection, code: str, cause: UUID) -> list[bytes]:
    version = _version(base, code)
    (newest,) = base.execute("SELECT MAX(version) FROM facts WHERE code = ?", (code,)).fetchone()
    found = base.execute(
        "SELECT version, document FROM facts WHERE code = ? AND cause = ? ORDER BY version", (code, cause.bytes)
    ).fetchall()
    if version is None or not found or newest < version or version < found[-1][0]:
        return []
    return [document for _, document in found]
