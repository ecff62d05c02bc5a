"""What a door must remember to talk with citizens, over any crash: replies on their way out, and the cases that they are about.

One SQLite file a door, fsynced with each change. Senders stand in it as keyed pseudonyms, their addresses sealed.
"""

import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from complaints.case import latest, open_question
from complaints.errors import ConfigurationError, IntakeFull
from complaints.event import CaseEvent, Complaint, Refusal, Reply, ReplyKind
from complaints.storage.spool import open_durable

SCHEMA = """
CREATE TABLE IF NOT EXISTS reply (
    id TEXT PRIMARY KEY, code TEXT NOT NULL, recipient TEXT NOT NULL, state TEXT NOT NULL, due_s REAL NOT NULL, tries INTEGER NOT NULL,
    sent_s REAL, upstream_id TEXT, event TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS reply_due ON reply (due_s) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS reply_code ON reply (code);
CREATE INDEX IF NOT EXISTS reply_sent ON reply (recipient, sent_s) WHERE state = 'sent';
CREATE INDEX IF NOT EXISTS reply_upstream ON reply (upstream_id) WHERE upstream_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS cases (
    complaint TEXT PRIMARY KEY, code TEXT NOT NULL, reporter TEXT NOT NULL, thread TEXT NOT NULL, hop INTEGER NOT NULL,
    asked_s REAL NOT NULL, updated_s REAL NOT NULL, reply TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS case_code ON cases (code);
CREATE INDEX IF NOT EXISTS case_asked ON cases (reporter, asked_s);
CREATE INDEX IF NOT EXISTS case_thread ON cases (reporter, thread) WHERE thread != '';
CREATE INDEX IF NOT EXISTS case_updated ON cases (updated_s);
CREATE TABLE IF NOT EXISTS addition (
    complaint TEXT NOT NULL, upstream_id TEXT NOT NULL, at_s REAL NOT NULL, event TEXT NOT NULL, PRIMARY KEY (upstream_id, complaint)
) STRICT;
"""

NOT_ASKED = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A case as this door last heard of it.

    Attributes:
        complaint: as it stands.
        hop: of its last disposition.
        refusals: all so far.
        asked: whether our question is open.
        updated_s: when we heard of it, in seconds since 1970.
    """

    complaint: Complaint
    hop: int
    refusals: tuple[Refusal, ...]
    asked: bool
    updated_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A reply on its way out.

    Attributes:
        reply: the event, without the complaint.
        recipient: the citizen's pseudonym.
        tries: how often it was tried.
        state: "waiting", "sending", "sent", "undeliverable", "expired" or "suppressed".
        sent_s: when it was sent, in seconds since 1970.
    """

    reply: Reply
    recipient: str
    tries: int
    state: str
    sent_s: float | None


class Correspondence:
    """The door's memory. Thread-safe; each method that changes it returns when that is on disk, or raises IntakeFull."""

    def __init__(self, path: Path, *, clock: Callable[[], float], question_s: float) -> None:
        """Open or make the file; what was being sent when the process died waits again.

        Args:
            path: the SQLite file.
            clock: seconds since 1970.
            question_s: seconds for which a question of ours stays open.

        Raises:
            ConfigurationError: it cannot be opened or written.
        """
        self._clock = clock
        self._question_s = question_s
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = open_durable(path, SCHEMA)
            self._database.execute("UPDATE reply SET state = 'waiting' WHERE state = 'sending'")
            self._database.commit()
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(
                f"{path} cannot be written ({error}); free the disk or set LAPOR_DATA to another folder"
            ) from error

    def take(self, replies: Iterable[tuple[Reply, str, str]]) -> None:
        """Keep replies that are new, and what they tell of their cases.

        Args:
            replies: each with its recipient's pseudonym and the thread that it goes to.
        """
        now = self._clock()
        with self._changing() as database:
            for reply, recipient, thread in replies:
                bare = reply.model_copy(update={"complaint": None, "refusals": ()}).model_dump_json(exclude_none=True)
                database.execute(
                    "INSERT INTO reply VALUES (?, ?, ?, 'waiting', ?, 0, NULL, NULL, ?) ON CONFLICT DO NOTHING",
                    (str(reply.id), reply.tracking_code, recipient, now, bare),
                )
                if reply.complaint is not None:
                    self._note_case(reply, thread, now)

    def _note_case(self, reply: Reply, thread: str, now: float) -> None:
        """Note a case as a reply tells it; what the door knows beside, an addition that crossed a refusal, stays."""
        complaint = reply.complaint
        assert complaint is not None
        fresh = now - reply.created_at.timestamp() < self._question_s  # else it was read again, and nobody is asked now
        asked_s = now if reply.kind is ReplyKind.question and fresh else NOT_ASKED
        row = self._database.execute(
            "SELECT reply, asked_s FROM cases WHERE complaint = ?", (str(complaint.id),)
        ).fetchone()
        if row is not None:
            known, told = Reply.model_validate_json(row[0]), reply
            reply = latest(told, known)
            if reply == known:
                return
            asked_s = asked_s if told.hop > known.hop else row[1]
        who = (str(complaint.id), reply.tracking_code, complaint.reporter_ref, thread)
        self._database.execute(
            "INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET hop = excluded.hop, asked_s = excluded.asked_s,"
            " updated_s = excluded.updated_s, reply = excluded.reply",
            (*who, reply.hop, asked_s, now, reply.model_dump_json(exclude_none=True)),
        )

    def knows(self, complaint_id: UUID) -> bool:
        """Return whether this door has heard of a complaint."""
        return bool(self._rows("SELECT 1 FROM cases WHERE complaint = ?", str(complaint_id)))

    def due(self, limit: int) -> list[Outgoing]:
        """Return replies whose time has come, oldest first, and note that they are being sent."""
        with self._changing() as database:
            rows = database.execute(
                "UPDATE reply SET state = 'sending', tries = tries + 1 WHERE id IN"
                " (SELECT id FROM reply WHERE state = 'waiting' AND due_s <= ? ORDER BY due_s, rowid LIMIT ?)"
                " RETURNING rowid, event, recipient, tries, state, sent_s",
                (self._clock(), limit),
            ).fetchall()
        return [_outgoing(*row) for _, *row in sorted(rows)]

    def postpone(self, put_off: Iterable[tuple[UUID, float, bool]]) -> None:
        """Let replies wait: the reply's id, until when in seconds since 1970, and whether it was tried and not only held back."""
        with self._changing() as database:
            database.executemany(
                "UPDATE reply SET state = 'waiting', due_s = ?, tries = tries - ? WHERE id = ?",
                [(due_s, 0 if tried else 1, str(reply_id)) for reply_id, due_s, tried in put_off],
            )

    def settle(self, outcomes: Iterable[tuple[UUID, str, str]]) -> None:
        """Note what became of replies: the reply's id, its state, and the channel's identifier or nothing."""
        now = self._clock()
        with self._changing() as database:
            database.executemany(
                "UPDATE reply SET state = ?, sent_s = ?, upstream_id = ? WHERE id = ?",
                [(state, now, upstream_id or None, str(reply_id)) for reply_id, state, upstream_id in outcomes],
            )

    def sent_since(self, recipient: str, since_s: float) -> list[float]:
        """Return when replies were sent to a recipient since a time, oldest first."""
        return [
            at
            for (at,) in self._rows(
                "SELECT sent_s FROM reply WHERE state = 'sent' AND recipient = ? AND sent_s > ? ORDER BY sent_s",
                recipient,
                since_s,
            )
        ]

    def sent_as(self, upstream_id: str) -> Outgoing | None:
        """Return the reply that went out under the channel's identifier; None where none did."""
        return next(iter(self._replies("upstream_id = ?", upstream_id)), None)

    def history(self, code: str) -> list[Outgoing]:
        """Return all replies about a case, oldest first."""
        return self._replies("code = ?", code)

    def case(self, code: str) -> OpenCase | None:
        """Return the case with this code; None where this door has not heard of it."""
        return next(iter(self._cases("code = ?", code)), None)

    def asked(self, reporter: str) -> list[OpenCase]:
        """Return the citizen's cases in which our question is open, the latest first."""
        floor = self._clock() - self._question_s
        return [case for case in self._cases("reporter = ? AND asked_s > ?", reporter, floor) if case.asked]

    def in_thread(self, reporter: str, thread: str) -> OpenCase | None:
        """Return the citizen's case in a thread; None where there is none."""
        return next(iter(self._cases("reporter = ? AND thread = ? AND thread != ''", reporter, thread)), None)

    def addition(self, upstream_id: str, among: Collection[UUID] | None = None) -> CaseEvent | None:
        """Return the event that a message has led to already; None where there is none.

        Args:
            upstream_id: the message's.
            among: only of these complaints, where given.
        """
        rows = self._rows("SELECT event FROM addition WHERE upstream_id = ? ORDER BY at_s DESC", upstream_id)
        events = (CaseEvent.model_validate_json(text) for (text,) in rows)
        return next((event for event in events if among is None or event.complaint_id in among), None)

    def add(self, event: CaseEvent, upstream_id: str) -> None:
        """Keep the event that a message led to: the case is at the next hop, and our question is closed."""
        complaint = event.complaint
        assert complaint is not None
        now = self._clock()
        with self._changing() as database:
            database.execute(
                "INSERT INTO addition VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (str(complaint.id), upstream_id, now, event.model_dump_json(exclude_none=True)),
            )
            row = database.execute("SELECT reply FROM cases WHERE complaint = ?", (str(complaint.id),)).fetchone()
            if row is not None:
                reply = Reply.model_validate_json(row[0]).model_copy(update={"complaint": complaint})
                database.execute(
                    "UPDATE cases SET asked_s = ?, updated_s = ?, reply = ? WHERE complaint = ?",
                    (NOT_ASKED, now, reply.model_dump_json(exclude_none=True), str(complaint.id)),
                )

    def forget(self, older_than_s: float) -> None:
        """Drop what was settled or heard of before a time, in seconds since 1970."""
        with self._changing() as database:
            database.execute("DELETE FROM reply WHERE sent_s < ?", (older_than_s,))
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
                raise IntakeFull(f"the door's correspondence cannot be written: {error}") from error

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(sql, values).fetchall()

    def _replies(self, where: str, value: str) -> list[Outgoing]:
        rows = self._rows(
            f"SELECT event, recipient, tries, state, sent_s FROM reply WHERE {where} ORDER BY rowid",  # noqa: S608  # constants
            value,
        )
        return [_outgoing(*row) for row in rows]

    def _cases(self, where: str, *values: object) -> list[OpenCase]:
        rows = self._rows(
            f"SELECT reply, asked_s, updated_s FROM cases WHERE {where} ORDER BY updated_s DESC LIMIT 20",  # noqa: S608  # constants
            *values,
        )
        floor = self._clock() - self._question_s
        return [_case(text, asked=asked_s > floor, updated_s=updated_s) for text, asked_s, updated_s in rows]


def _outgoing(event: str, recipient: str, tries: int, state: str, sent_s: float | None) -> Outgoing:
    return Outgoing(
        reply=Reply.model_validate_json(event), recipient=recipient, tries=tries, state=state, sent_s=sent_s
    )


def _case(text: str, *, asked: bool, updated_s: float) -> OpenCase:
    reply = Reply.model_validate_json(text)
    assert reply.complaint is not None
    return OpenCase(
        complaint=reply.complaint,
        hop=reply.hop,
        refusals=reply.refusals,
        asked=asked and open_question(reply.complaint) is not None,
        updated_s=updated_s,
    )
