"""Remembers which cases the citizens of a channel have and what they were asked, so that a message finds its case.

One SQLite file per channel, with citizens as keyed pseudonyms. It serves the conversation only: if it is lost, no message is lost.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError

from complaints.errors import ConfigurationError, IntakeFull
from complaints.event import Complaint, MissingPart, Reply, ReplyKind
from complaints.runtime import telemetry
from complaints.storage.spool import open_durable

log = structlog.get_logger()

SCHEMA = """
CREATE TABLE IF NOT EXISTS cases (
    complaint TEXT PRIMARY KEY, code TEXT NOT NULL, reporter TEXT NOT NULL, thread TEXT NOT NULL, hop INTEGER NOT NULL,
    additions INTEGER NOT NULL, part TEXT, topic TEXT, region TEXT, asked_s REAL NOT NULL, updated_s REAL NOT NULL, event TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS case_code ON cases (code);
CREATE INDEX IF NOT EXISTS case_asked ON cases (reporter, asked_s);
CREATE INDEX IF NOT EXISTS case_thread ON cases (reporter, thread) WHERE thread != '';
CREATE INDEX IF NOT EXISTS case_updated ON cases (updated_s);
CREATE TABLE IF NOT EXISTS addition (
    upstream_id TEXT NOT NULL, complaint TEXT NOT NULL, code TEXT NOT NULL, at_s REAL NOT NULL, PRIMARY KEY (upstream_id, complaint)
) STRICT;
CREATE INDEX IF NOT EXISTS addition_at ON addition (at_s);
"""

WITHOUT_BYTES: Any = {"raw": {"body"}, "additions": {"__all__": {"raw": {"body"}}}}
"""The fields of a complaint that are not remembered: the bytes as received."""

COLUMNS = "complaint, code, reporter, part, topic, region, asked_s, event"

LARGEST = 256_000
"""Characters of a complaint with its additions: about what a case has room for. A longer story is not read again as a whole."""

NOT_ASKED = 0.0

MOST_CASES = 20
"""Cases of one citizen that are looked at for one message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A case as this channel last heard of it.

    Attributes:
        complaint_id: the id of the complaint.
        code: its tracking code.
        reporter: the pseudonym of the citizen; empty if it is not known.
        complaint: the complaint with the additions that this channel sent; None if the channel does not know it.
        part: the part that the citizen was asked for last.
        topic: the topic of the case.
        region: the Kemendagri code of the smallest known region of the case.
        asked: whether the question for `part` is open.
    """

    complaint_id: UUID
    code: str
    reporter: str = ""
    complaint: Complaint | None = None
    part: MissingPart | None = None
    topic: str | None = None
    region: str | None = None
    asked: bool = False


class KnownCases:
    """The channel's memory of cases. Thread-safe.

    A change survives a crash of the process, but a power cut may take the last ones: they are not fsynced, so that they cost the channel
    no time. If the file cannot be read or written, the fault is logged and counted, and the channel goes on without it.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float], question_s: float) -> None:
        """Open or create the file.

        Args:
            path: the SQLite file.
            clock: returns seconds since 1970.
            question_s: seconds for which a question to the citizen stays open.

        Raises:
            ConfigurationError: the file cannot be opened or written.
        """
        self._clock = clock
        self._question_s = question_s
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = open_durable(path, SCHEMA)
            self._database.execute("PRAGMA synchronous = NORMAL")
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(
                f"{path} cannot be written ({error}); free the disk or set LAPOR_DATA to another folder"
            ) from error

    def remember(self, complaint: Complaint, thread: str) -> None:
        """Remember a complaint of this channel that is safe. Does not raise.

        Args:
            complaint: the complaint, as it was written.
            thread: the channel's name of the conversation; empty if there is none.
        """
        key, event = str(complaint.id), complaint.model_dump_json(exclude_none=True, exclude=WITHOUT_BYTES)
        with self._unless_it_fails(), self._changing() as database:
            database.execute(
                "INSERT INTO cases VALUES (?, ?, ?, ?, 0, 0, NULL, NULL, NULL, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET event = coalesce(event, excluded.event)",
                (key, complaint.tracking_code, complaint.reporter_ref, thread, NOT_ASKED, self._clock(), event),
            )

    def add(self, upstream_id: str, case: OpenCase, completed: Complaint | None) -> None:
        """Remember to which case a message goes; the question to the citizen is closed. Does not raise.

        Args:
            upstream_id: the channel's identifier of the message.
            case: the case.
            completed: the complaint with the message; None if the channel does not know the complaint.
        """
        now, key = self._clock(), str(case.complaint_id)
        event = None if completed is None else completed.model_dump_json(exclude_none=True, exclude=WITHOUT_BYTES)
        if event is not None and len(event) > LARGEST:
            event = None
        with self._unless_it_fails(), self._changing() as database:
            added = database.execute(
                "INSERT INTO addition VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", (upstream_id, key, case.code, now)
            )
            if added.rowcount:
                database.execute(
                    "UPDATE cases SET additions = additions + 1, asked_s = ?, updated_s = ?, event = coalesce(?, event)"
                    " WHERE complaint = ?",
                    (NOT_ASKED, now, event, key),
                )

    def hear(self, replies: Iterable[tuple[Reply, str, str]]) -> None:
        """Remember what replies tell of their cases.

        A reply that is older than what is known of its case, because it is read again or because the citizen has added a message since,
        opens no question. The tracking code of a reply is always right: if another complaint had the code, the case got the next one.

        Args:
            replies: replies, each with the citizen's pseudonym and the thread that it goes to.

        Raises:
            IntakeFull: the file cannot be written.
        """
        with self._changing():
            for reply, reporter, thread in replies:
                if reply.kind is not ReplyKind.status:  # it goes to whoever asked
                    self._hear(reply, reporter, thread)

    def _hear(self, reply: Reply, reporter: str, thread: str) -> None:
        now, key = self._clock(), str(reply.complaint_id)
        row = self._database.execute(
            "SELECT hop, additions, part, asked_s FROM cases WHERE complaint = ?", (key,)
        ).fetchone()
        known, about = row or (0, 0, None, NOT_ASKED), (reply.topic, reply.region)
        if (reply.hop, reply.additions) < known[:2]:
            self._database.execute(
                "UPDATE cases SET code = ?, topic = coalesce(topic, ?), region = coalesce(region, ?) WHERE complaint = ?",
                (reply.tracking_code, *about, key),
            )
            return
        part, asked_s = reply.part, NOT_ASKED
        if reply.kind is ReplyKind.question:
            fresh = (
                now - reply.created_at.timestamp() < self._question_s
            )  # else it was read again, and nobody is asked now
            asked_s = now if fresh else NOT_ASKED
        elif reply.kind is ReplyKind.answered:  # the question of the case stays open
            part, asked_s = known[2:]
        self._database.execute(
            "INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO UPDATE SET code = excluded.code,"
            " hop = excluded.hop, additions = excluded.additions, part = excluded.part, topic = coalesce(excluded.topic, topic),"
            " region = coalesce(excluded.region, region), asked_s = excluded.asked_s, updated_s = excluded.updated_s",
            (key, reply.tracking_code, reporter, thread, reply.hop, reply.additions, part, *about, asked_s, now),
        )

    def knows(self, complaint_id: UUID) -> bool:
        """Return whether this channel remembers a complaint."""
        return bool(self._rows("SELECT 1 FROM cases WHERE complaint = ?", str(complaint_id)))

    def case(self, code: str) -> OpenCase | None:
        """Return the case with this code, or None if this channel has not heard of it."""
        return next(iter(self._cases("code = ?", code)), None)

    def asked(self, reporter: str) -> list[OpenCase]:
        """Return the citizen's cases in which a question is open, the latest first."""
        found = self._cases("reporter = ? AND asked_s > ?", reporter, self._clock() - self._question_s)
        return [case for case in found if case.asked]

    def in_thread(self, reporter: str, thread: str) -> OpenCase | None:
        """Return the citizen's latest case in a thread, or None if there is none."""
        return next(iter(self._cases("reporter = ? AND thread = ? AND thread != ''", reporter, thread)), None)

    def added_to(self, upstream_id: str) -> OpenCase | None:
        """Return the case that a message went to when it came before, or None if it went to none."""
        rows = self._rows("SELECT complaint, code FROM addition WHERE upstream_id = ? ORDER BY at_s DESC", upstream_id)
        for complaint, code in rows:
            known = self._cases("complaint = ?", complaint)
            return known[0] if known else OpenCase(complaint_id=UUID(complaint), code=code)
        return None

    def forget(self, older_than_s: float) -> None:
        """Drop what was last heard of before a time in seconds since 1970.

        Raises:
            IntakeFull: the file cannot be written.
        """
        with self._changing() as database:
            database.execute("DELETE FROM cases WHERE updated_s < ?", (older_than_s,))
            database.execute("DELETE FROM addition WHERE at_s < ?", (older_than_s,))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._database
                self._database.commit()
            except sqlite3.Error as error:
                self._database.rollback()
                raise IntakeFull(f"the channel's memory of cases cannot be written: {error}") from error

    @contextmanager
    def _unless_it_fails(self) -> Iterator[None]:
        try:
            yield
        except (IntakeFull, sqlite3.Error) as error:
            telemetry.MEMORY_FAULTS.inc()
            log.error("the channel's memory of cases fails", error=str(error))  # noqa: TRY400  # the text says it all

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._unless_it_fails(), self._lock:
            return self._database.execute(sql, values).fetchall()
        return []

    def _cases(self, where: str, *values: object) -> list[OpenCase]:
        sql = f"SELECT {COLUMNS} FROM cases WHERE {where} ORDER BY updated_s DESC LIMIT {MOST_CASES}"  # noqa: S608  # constants
        floor = self._clock() - self._question_s
        return [_case(row, floor) for row in self._rows(sql, *values)]


def _case(row: tuple[Any, ...], floor: float) -> OpenCase:
    """Return the case in a row; its question is open if it was asked after `floor`, in seconds since 1970."""
    key, code, reporter, part, topic, region, asked_s, event = row
    complaint = None if event is None else _read(event)
    return OpenCase(
        complaint_id=UUID(key),
        code=code,
        reporter=reporter,
        complaint=complaint,
        part=part,
        topic=topic or (complaint.topic if complaint else None),
        region=region,
        asked=part is not None and asked_s > floor,
    )


def _read(event: str) -> Complaint | None:
    try:
        return Complaint.model_validate_json(event)
    except ValidationError:  # of another version of the program: as good as not known
        return None
