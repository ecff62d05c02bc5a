"""The messages that clients sent to the SMSC, on disk, with the parts of long messages joined."""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.smsc.text import Part, Received, read

_SCHEMA = """
CREATE TABLE IF NOT EXISTS counter (message_id INTEGER NOT NULL);
INSERT INTO counter SELECT 0 WHERE NOT EXISTS (SELECT * FROM counter);
CREATE TABLE IF NOT EXISTS part (
    source TEXT, destination TEXT, reference INTEGER, total INTEGER, number INTEGER, text TEXT, message_id TEXT,
    PRIMARY KEY (source, destination, reference, total, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sent (n INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """One submit_sm from a client, which is a message or a part of one.

    It has its addresses, its content, and further facts to store with the message.
    """

    source: str
    destination: str
    part: Part
    facts: dict[str, Any]


class SentStore:
    """The messages that clients sent to citizens, in a database file.

    Complete messages are numbered in the order of their completion, from 1 on. No number is used twice.

    Args:
        path: the database file; it and its folder are created if missing.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        # The operating system has every statement before the answer goes out, so a kill -9 of this process loses
        # nothing. WAL without an fsync per statement, because a stand-in need not survive a power cut.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the database file."""
        self._db.close()

    def add(self, submitted: Submitted) -> tuple[str, dict[str, Any] | None]:
        """Store one submit_sm, and join the message if this was its last missing part.

        Returns:
            The message id of this submit_sm, and the message with its number `n` and its joined text. The message is None
            if other parts of it are still missing.
        """
        self._db.execute("BEGIN")
        (number,) = self._db.execute("UPDATE counter SET message_id = message_id + 1 RETURNING message_id").fetchone()
        message_id = f"{number:08x}"
        received = read(submitted.part)
        text, ids = received.text, [message_id]
        if received.total > 1:
            text, ids = self._join(submitted, received, message_id)
        message: dict[str, Any] | None = None
        if len(ids) >= received.total:
            message = dict[str, Any](source=submitted.source, destination=submitted.destination, text=text)
            message |= {"parts": received.total, "message_ids": ids, **submitted.facts}
            kept = self._db.execute("INSERT INTO sent (message) VALUES (?)", [json.dumps(message)])
            message = {"n": kept.lastrowid, **message}
        self._db.execute("COMMIT")
        return message_id, message

    def _join(self, submitted: Submitted, received: Received, message_id: str) -> tuple[str, list[str]]:
        """Store one part of a long message. Parts with the same addresses, reference and total belong to one message.

        If all `received.total` parts are there now, the message is complete, and its parts are deleted from the store.

        Returns:
            The texts of the parts received so far, joined in the order of their numbers, and the message ids of these parts.
        """
        key = (submitted.source, submitted.destination, received.reference, received.total)
        values = (*key, received.number, received.text, message_id)
        self._db.execute("INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        same = "source = ? AND destination = ? AND reference = ? AND total = ?"
        rows = self._db.execute(f"SELECT text, message_id FROM part WHERE {same} ORDER BY number", key).fetchall()  # noqa: S608
        if len(rows) == received.total:
            self._db.execute(f"DELETE FROM part WHERE {same}", key)  # noqa: S608 - the text is a constant
        return "".join(row[0] for row in rows), [row[1] for row in rows]

    def since(self, number: int, limit: int) -> list[dict[str, Any]]:
        """Return at most `limit` complete messages with numbers above the given one, oldest first."""
        rows = self._db.execute("SELECT n, message FROM sent WHERE n > ? ORDER BY n LIMIT ?", (number, limit))
        return [{"n": n, **json.loads(message)} for n, message in rows]

    def counts(self) -> dict[str, int]:
        """Return the numbers of complete messages (`sent`) and of stored parts of incomplete messages (`parts_waiting`)."""
        (sent,) = self._db.execute("SELECT count(*) FROM sent").fetchone()
        (waiting,) = self._db.execute("SELECT count(*) FROM part").fetchone()
        return {"sent": sent, "parts_waiting": waiting}
