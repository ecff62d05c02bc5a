"""What the SMS door must remember over a crash: the parts of long messages, and which texts came within the last day.

An SMS carries no identifier, so identity is derived: the same text from the same sender within the window is the same message. Each
answer is on disk before it is given, so that what the SMSC delivers again after a crash finds its first name.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from channels.sms.parse import Segment
from complaints.errors import ConfigurationError, IntakeFull
from complaints.spool import open_durable

SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (message TEXT PRIMARY KEY, first_s INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_first ON seen (first_s);
CREATE TABLE IF NOT EXISTS part (
    link TEXT NOT NULL, source TEXT NOT NULL, destination TEXT NOT NULL, reference INTEGER NOT NULL, total INTEGER NOT NULL,
    sequence INTEGER NOT NULL, data_coding INTEGER NOT NULL, body BLOB NOT NULL, came_s REAL NOT NULL, done INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (link, source, destination, reference, total, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS part_came ON part (came_s);
"""


class GroupKey(NamedTuple):
    """What the parts of one long message share. The sender belongs to it: two citizens may use the same reference at once."""

    link: str
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

    def take(self, link: str, segments: Iterable[Segment], *, now_s: float) -> list[Whole | None]:
        """Remember segments and return for each the message that it completes, or None where parts are still missing.

        Args:
            link: the bind that they came over.
            segments: what was delivered.
            now_s: seconds since 1970.

        Raises:
            IntakeFull: the disk does not take them.
        """
        try:
            taken = [self._take(link, segment, now_s) for segment in segments]
            self._database.commit()
        except sqlite3.Error as error:
            self._database.rollback()
            raise IntakeFull(f"the memory of long messages cannot be written: {error}") from error
        return taken

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
        try:
            found = [self._database.execute(statement, (key, int(now_s), floor)).fetchone()[0] for key in messages]
            self._database.commit()
        except sqlite3.Error as error:
            self._database.rollback()
            raise IntakeFull(f"the memory of the last day cannot be written: {error}") from error
        return found

    def overdue(self, *, now_s: float) -> list[Whole]:
        """Return long messages whose missing parts have not come in time: they go on as they are."""
        rows = self._database.execute(
            "SELECT link, source, destination, reference, total FROM part WHERE done = 0"
            " GROUP BY 1, 2, 3, 4, 5 HAVING max(came_s) < ?",
            (now_s - self._part_timeout_s,),
        ).fetchall()
        return [whole for row in rows if (whole := self._joined(GroupKey(*row))) is not None]

    def done(self, group: GroupKey) -> None:
        """Note that a long message is safe. Its parts stay known for the window: a part delivered again is not a new message."""
        self._database.execute(f"UPDATE part SET done = 1 WHERE {_SAME_GROUP}", group)  # noqa: S608  # a constant
        self._database.commit()

    def forget(self, *, now_s: float) -> None:
        """Drop what is older than the window."""
        floor = now_s - self._window_s
        self._database.execute("DELETE FROM seen WHERE first_s < ?", (int(floor),))
        self._database.execute("DELETE FROM part WHERE done = 1 AND came_s < ?", (floor,))
        self._database.commit()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _take(self, link: str, segment: Segment, now_s: float) -> Whole | None:
        if segment.concat is None:
            return Whole(
                source=segment.source,
                destination=segment.destination,
                body=segment.body,
                data_coding=segment.data_coding,
            )
        group = GroupKey(link, segment.source, segment.destination, segment.concat.reference, segment.concat.total)
        self._remember(group, segment.concat.sequence, segment, now_s)
        whole = self._joined(group)
        return None if whole is None or whole.partial else whole

    def _remember(self, group: GroupKey, sequence: int, segment: Segment, now_s: float) -> None:
        known = self._database.execute(
            f"SELECT body, done FROM part WHERE {_SAME_GROUP} AND sequence = ?",  # noqa: S608  # a constant
            (*group, sequence),
        ).fetchone()
        if known is not None and known[1] and known[0] != segment.body:
            # the sender's phone has come round to the same reference: another long message
            self._database.execute(f"DELETE FROM part WHERE {_SAME_GROUP}", group)  # noqa: S608  # a constant
        self._database.execute(
            "INSERT INTO part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
            " ON CONFLICT DO UPDATE SET came_s = excluded.came_s, body = excluded.body",
            (*group, sequence, segment.data_coding, segment.body, now_s),
        )

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


_SAME_GROUP = "link = ? AND source = ? AND destination = ? AND reference = ? AND total = ?"


def message_key(whole: Whole) -> str:
    """Return what the same text from the same sender to the same number has in common. It names the sender: never let it out unkeyed."""
    return f"{whole.source}|{whole.destination}|{sha256(whole.body).hexdigest()}"
