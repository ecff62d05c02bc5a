"""The replies on their way to citizens, which a channel must remember over any crash.

One SQLite file per channel, fsynced with each change. Citizens are in it as keyed pseudonyms, their addresses sealed.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from complaints.errors import ConfigurationError, IntakeFull
from complaints.event import Reply
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
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A reply on its way out.

    Attributes:
        reply: the event.
        recipient: the citizen's pseudonym.
        tries: how often it was tried.
        state: "waiting", "sending", "sent", "undeliverable" or "expired".
        sent_s: when it was sent, in seconds since 1970.
    """

    reply: Reply
    recipient: str
    tries: int
    state: str
    sent_s: float | None


class Correspondence:
    """The channel's replies. Thread-safe; each method that changes it returns when that is on disk, or raises IntakeFull."""

    def __init__(self, path: Path, *, clock: Callable[[], float]) -> None:
        """Open or create the file; a reply that was being sent when the process died waits again.

        Args:
            path: the SQLite file.
            clock: returns seconds since 1970.

        Raises:
            ConfigurationError: it cannot be opened or written.
        """
        self._clock = clock
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

    def take(self, replies: Iterable[tuple[Reply, str]]) -> None:
        """Keep replies that are new.

        Args:
            replies: replies, each with its recipient's pseudonym.
        """
        now = self._clock()
        with self._changing() as database:
            database.executemany(
                "INSERT INTO reply VALUES (?, ?, ?, 'waiting', ?, 0, NULL, NULL, ?) ON CONFLICT DO NOTHING",
                [
                    (str(reply.id), reply.tracking_code, recipient, now, reply.model_dump_json(exclude_none=True))
                    for reply, recipient in replies
                ],
            )

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

    def forget(self, older_than_s: float) -> None:
        """Drop what was settled before a time, in seconds since 1970."""
        with self._changing() as database:
            database.execute("DELETE FROM reply WHERE sent_s < ?", (older_than_s,))

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
                raise IntakeFull(f"the channel's correspondence cannot be written: {error}") from error

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(sql, values).fetchall()

    def _replies(self, where: str, value: str) -> list[Outgoing]:
        rows = self._rows(
            f"SELECT event, recipient, tries, state, sent_s FROM reply WHERE {where} ORDER BY rowid",  # noqa: S608  # constants
            value,
        )
        return [_outgoing(*row) for row in rows]


def _outgoing(event: str, recipient: str, tries: int, state: str, sent_s: float | None) -> Outgoing:
    return Outgoing(
        reply=Reply.model_validate_json(event), recipient=recipient, tries=tries, state=state, sent_s=sent_s
    )
