"""What the SMS door must remember over a crash: the parts of long messages, and which texts came within the last day.

An SMS carries no identifier, so identity is derived: the same text from the same sender within the window is the same message. Each
answer is on disk before it is given, so that what the SMSC delivers again after a crash finds its first name.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from channels.sms.parse import Segment
from complaints.errors import ConfigurationError, IntakeFull
from complaints.storage.spool import open_durable

SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (message TEXT PRIMARY KEY, first_s INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_first ON seen (first_s);
CREATE TABLE IF NOT EXISTS part (
    source TEXT NOT NULL, destination TEXT NOT NULL, reference INTEGER NOT NULL, total INTEGER NOT NULL,
    sequence INTEGER NOT NULL, data_coding INTEGER NOT NULL, body BLOB NOT NULL, came_s REAL NOT NULL, done INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, destination, reference, total, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS part_came ON part (came_s);
"""


WAITING, SAFE, SAFE_AND_AGAIN = 0, 1, 2
"""What is known of a part: its message waits for others or for its answer; it is safe; it is, and this part was delivered again."""

AGAIN_S = 300.0
"""How long a part that was delivered again may be the beginning of another message that begins with the same words."""


class GroupKey(NamedTuple):
    """What the parts of one long message share.

    The sender belongs to it: two citizens may use the same reference at once. The bind does not: an operator's nodes share the parts
    of one message between them. A reference below 0 is one that its sender has used for another message since.
    """

    source: str
    destination: str
    reference: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A message that is ready to go on.

    Attributes:
        source: the sender's number.
        destination: the number it was sent to.
        body: the user data of all parts that came, in order.
        data_coding: of its first part.
        parts: how many came.
        partial: True where some never came.
        group: the parts to forget when it is safe; None for a message of one part.
    """

    source: str
    destination: str
    body: bytes
    data_coding: int
    parts: int = 1
    partial: bool = False
    group: GroupKey | None = None


class Memory:
    """The door's durable memory. One thread at a time; each public method is one transaction, fsynced when it returns."""

    def __init__(self, path: Path, *, window_s: float, part_timeout_s: float) -> None:
        """Open or make the file.

        Args:
            path: the SQLite file.
            window_s: seconds in which the same text from the same sender is the same message.
            part_timeout_s: seconds to wait for the missing parts of a long message.

        Raises:
            ConfigurationError: it cannot be opened or written.
        """
        self._window_s = window_s
        self._part_timeout_s = part_timeout_s
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = open_durable(path, SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(
                f"{path} cannot be written ({error}); free the disk or set LAPOR_DATA to another folder"
            ) from error

    def take(self, segments: Iterable[Segment], *, now_s: float) -> list[Whole | None]:
        """Remember segments and return for each the message that it completes, or None where parts are still missing.

        Args:
            segments: what was delivered.
            now_s: seconds since 1970.

        Raises:
            IntakeFull: the disk does not take them.
        """
        with self._transaction():
            return [self._take(segment, now_s) for segment in segments]

    def first_seen(self, messages: Iterable[str], *, now_s: float) -> list[int]:
        """Return for each message key when it was first seen within the window, in seconds since 1970; now where it is new.

        Raises:
            IntakeFull: the disk does not take them.
        """
        floor = int(now_s - self._window_s)
        statement = (
            "INSERT INTO seen VALUES (?1, ?2) ON CONFLICT DO UPDATE SET first_s = CASE WHEN first_s > ?3 THEN first_s ELSE ?2 END"
            " RETURNING first_s"
        )
        with self._transaction():
            return [self._database.execute(statement, (key, int(now_s), floor)).fetchone()[0] for key in messages]

    def overdue(self, *, now_s: float) -> list[Whole]:
        """Return long messages whose missing parts have not come in time: they go on as they are."""
        rows = self._database.execute(
            "SELECT source, destination, reference, total FROM part WHERE done = 0"
            " GROUP BY 1, 2, 3, 4 HAVING max(came_s) < ?",
            (now_s - self._part_timeout_s,),
        ).fetchall()
        return [whole for row in rows if (whole := self._joined(GroupKey(*row))) is not None]

    def done(self, whole: Whole) -> None:
        """Note that a message is safe. Its parts stay known for the window: a part delivered again is not a new message.

        Nothing is noted where its reference stands for another message by now.

        Raises:
            IntakeFull: the disk does not take it; the message will go on once more, under the same name.
        """
        group = whole.group
        if group is None or (present := self._joined(group)) is None or present.body != whole.body:
            return
        note = f"UPDATE part SET done = {SAFE} WHERE {_SAME_GROUP} AND done = {WAITING}"  # noqa: S608  # constants
        with self._transaction():
            self._database.execute(note, group)

    def forget(self, *, now_s: float) -> None:
        """Drop what is older than the window.

        Raises:
            IntakeFull: the disk does not take it.
        """
        floor = now_s - self._window_s
        with self._transaction():
            self._database.execute("DELETE FROM seen WHERE first_s < ?", (int(floor),))
            self._database.execute("DELETE FROM part WHERE done > 0 AND came_s < ?", (floor,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            yield
            self._database.commit()
        except sqlite3.Error as error:
            self._database.rollback()
            raise IntakeFull(f"the SMS door's memory cannot be written: {error}") from error

    def _take(self, segment: Segment, now_s: float) -> Whole | None:
        if segment.concat is None:
            return Whole(
                source=segment.source,
                destination=segment.destination,
                body=segment.body,
                data_coding=segment.data_coding,
            )
        group = GroupKey(segment.source, segment.destination, segment.concat.reference, segment.concat.total)
        self._remember(group, segment.concat.sequence, segment, now_s)
        whole = self._joined(group)
        return None if whole is None or whole.partial else whole

    def _remember(self, group: GroupKey, sequence: int, segment: Segment, now_s: float) -> None:
        known = self._database.execute(
            f"SELECT body, done FROM part WHERE {_SAME_GROUP} AND sequence = ?",  # noqa: S608  # a constant
            (*group, sequence),
        ).fetchone()
        if known is not None and known[0] != segment.body:
            self._make_room(group, safe=known[1] != WAITING, now_s=now_s)
        self._database.execute(
            "INSERT INTO part VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET came_s = excluded.came_s,"
            " body = excluded.body, done = CASE done WHEN 0 THEN 0 ELSE 2 END",
            (*group, sequence, segment.data_coding, segment.body, now_s),
        )

    def _make_room(self, group: GroupKey, *, safe: bool, now_s: float) -> None:
        """Give a reference to the sender's next message; what is not safe yet of the one before goes on under another."""
        if not safe:
            self._database.execute(
                f"UPDATE part SET reference = (SELECT min(0, min(reference)) - 1 FROM part) WHERE {_SAME_GROUP}",  # noqa: S608  # a constant
                group,
            )
            return
        # a part that was just delivered again may be the new message's, whose other parts differ
        again = f"{_SAME_GROUP} AND done = {SAFE_AND_AGAIN} AND came_s > ?"
        self._database.execute(f"UPDATE part SET done = {WAITING} WHERE {again}", (*group, now_s - AGAIN_S))  # noqa: S608  # constants
        self._database.execute(f"DELETE FROM part WHERE {_SAME_GROUP} AND done > {WAITING}", group)  # noqa: S608  # constants

    def _joined(self, group: GroupKey) -> Whole | None:
        rows = self._database.execute(
            f"SELECT data_coding, body FROM part WHERE {_SAME_GROUP} ORDER BY sequence",  # noqa: S608  # a constant
            group,
        ).fetchall()
        if not rows:
            return None
        return Whole(
            source=group.source,
            destination=group.destination,
            body=b"".join(body for _, body in rows),
            data_coding=rows[0][0],
            parts=len(rows),
            partial=len(rows) < group.total,
            group=group,
        )


_SAME_GROUP = "source = ? AND destination = ? AND reference = ? AND total = ?"


def message_key(whole: Whole) -> str:
    """Return what the same text from the same sender to the same number has in common. It names the sender: never let it out unkeyed."""
    return f"{whole.source}|{whole.destination}|{sha256(whole.body).hexdigest()}"
