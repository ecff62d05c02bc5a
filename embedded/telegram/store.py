"""Keeps the users, chats, messages, updates, files and settings of the stand-in for Telegram on disk, even after kill -9."""

import json
import secrets
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS user (
    id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE COLLATE NOCASE, is_bot INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS chat (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT, chat_id INTEGER NOT NULL, outgoing INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS pending (id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS file (id TEXT PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS said (key TEXT PRIMARY KEY, ids TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
# The first ids are just beyond these; the ids of groups and channels are negative, as at Telegram.
_FIRST_USER = 600_000_000
_FIRST_GROUP = -1_001_000_000_000

DEFAULT_UPDATES = frozenset({"message", "edited_message", "channel_post", "callback_query", "my_chat_member"})
"""The kinds of updates that a bot gets if it did not set `allowed_updates`."""


@dataclass(frozen=True, slots=True)
class User:
    """An account at Telegram. `state` is empty, "blocked" (it blocked our bot) or "deactivated"."""

    id: int
    username: str
    is_bot: bool = False
    state: str = ""

    def shown(self) -> dict[str, Any]:
        """Return the account in Telegram's form, for an update or an answer."""
        shown = {"id": self.id, "is_bot": self.is_bot, "first_name": self.username, "username": self.username}
        return shown if self.is_bot else shown | {"language_code": "id"}


class TelegramStore:
    """The users, chats, messages, queued updates, files and settings of one stand-in for Telegram.

    Args:
        folder: the data folder; created if missing.
        keep_s: lifetime of an update that is not confirmed, in seconds.
    """

    def __init__(self, folder: Path, *, keep_s: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._files = folder / "files"
        self._files.mkdir(exist_ok=True)
        self._keep_s = keep_s
        self._db = sqlite3.connect(folder / "telegram.sqlite", isolation_level=None)
        # The operating system has each write before the answer, so a kill -9 loses none. There is no fsync per write.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the database file."""
        self._db.close()

    def get(self, name: str, default: Any = None) -> Any:
        """Return the JSON value that `put` stored under this name, or the default if there is none."""
        row = self._db.execute("SELECT value FROM state WHERE name = ?", [name]).fetchone()
        return default if row is None else json.loads(row[0])

    def put(self, name: str, value: Any) -> None:
        """Store a JSON value under this name, for `get`; it replaces an earlier value."""
        self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, json.dumps(value)))

    def user(self, username: str, *, is_bot: bool = False) -> User:
        """Return the account with this username, regardless of case; create it, with `is_bot`, if it is missing."""
        row = self._db.execute("SELECT * FROM user WHERE username = ?", [username]).fetchone()
        if row is None:
            (last,) = self._db.execute("SELECT max(id) FROM user").fetchone()
            row = ((last or _FIRST_USER) + 1, username, is_bot, "")
            self._db.execute("INSERT INTO user VALUES (?, ?, ?, ?)", row)
        return User(row[0], row[1], bool(row[2]), row[3])

    def user_by_id(self, id_: int) -> User | None:
        """Return the account with this id; None if there is none."""
        row = self._db.execute("SELECT * FROM user WHERE id = ?", [id_]).fetchone()
        return None if row is None else User(row[0], row[1], bool(row[2]), row[3])

    def set_user_state(self, username: str, state: str) -> User:
        """Set the state of an account (empty, "blocked" or "deactivated") and return it; create it first if it is missing."""
        self._db.execute("UPDATE user SET state = ? WHERE id = ?", (state, self.user(username).id))
        return self.user(username)

    def private_chat(self, user: User) -> dict[str, Any]:
        """Return the private chat of a user with our bot, which has the user's id; create it if it is missing."""
        return self._chat(user.id, {"first_name": user.username, "username": user.username, "type": "private"})

    def group_chat(self, title: str, kind: str) -> dict[str, Any]:
        """Return the group or channel with this title, whatever its kind; create it with the given kind if it is missing."""
        for (body,) in self._db.execute("SELECT body FROM chat WHERE id < 0"):
            known: dict[str, Any] = json.loads(body)
            if known["title"] == title:
                return known
        (least,) = self._db.execute("SELECT min(id) FROM chat").fetchone()
        return self._chat(min(least or 0, _FIRST_GROUP) - 1, {"title": title, "type": kind})

    def _chat(self, id_: int, more: dict[str, Any]) -> dict[str, Any]:
        chat = {"id": id_} | more
        self._db.execute("INSERT OR IGNORE INTO chat VALUES (?, ?)", (id_, json.dumps(chat)))
        return chat

    def chat(self, id_: int) -> dict[str, Any] | None:
        """Return the chat with this id; None if it does not exist, as no message from a person has created it."""
        row = self._db.execute("SELECT body FROM chat WHERE id = ?", [id_]).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def add_message(self, chat: dict[str, Any], body: dict[str, Any], *, outgoing: bool) -> dict[str, Any]:
        """Store a message and return it with its id, chat and date; `outgoing` is true for our bot's messages."""
        added = self._db.execute(
            "INSERT INTO message (chat_id, outgoing, body) VALUES (?, ?, '')", (chat["id"], outgoing)
        )
        message = {"message_id": added.lastrowid, "chat": chat, "date": int(time.time())} | body
        self.change_message(message)
        return message

    def said(self, key: str) -> dict[str, int] | None:
        """Return the ids, by name, that `note_said` stored under this idempotency key; None if the key is new."""
        row = self._db.execute("SELECT ids FROM said WHERE key = ?", [key]).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def note_said(self, key: str, ids: dict[str, int | None]) -> None:
        """Store the ids of a message, its chat, its author and its update, by name, under an idempotency key, for `said`."""
        self._db.execute("INSERT OR REPLACE INTO said VALUES (?, ?)", (key, json.dumps(ids)))

    def change_message(self, message: dict[str, Any]) -> None:
        """Replace the stored message that has the same id as this one."""
        self._db.execute("UPDATE message SET body = ? WHERE id = ?", (json.dumps(message), message["message_id"]))

    def message(self, chat_id: int, message_id: int) -> dict[str, Any] | None:
        """Return the message with this id in this chat; None if there is none."""
        row = self._db.execute(
            "SELECT body FROM message WHERE id = ? AND chat_id = ?", (message_id, chat_id)
        ).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def sent(self, *, since: int, chat_id: int | None) -> list[dict[str, Any]]:
        """Return the messages that our bot sent and whose ids are above `since`, oldest first.

        They are those in the chat with this id, or those in all chats if `chat_id` is None.
        """
        rows = self._db.execute("SELECT chat_id, body FROM message WHERE outgoing AND id > ? ORDER BY id", [since])
        return [json.loads(body) for found, body in rows if chat_id in {None, found}]

    def add_update(self, kind: str, body: dict[str, Any]) -> int | None:
        """Queue an update for our bot and return its id.

        Nothing is queued, and the result is None, if the bot does not want updates of this kind: it wants the kinds that it
        set as `allowed_updates`, or those in `DEFAULT_UPDATES` if it set none or an empty list.
        """
        if kind not in (self.get("allowed_updates") or DEFAULT_UPDATES):
            return None
        text = json.dumps({kind: body})
        return self._db.execute("INSERT INTO pending (at, body) VALUES (?, ?)", (time.time(), text)).lastrowid

    def pending(self, *, first: int = 0, limit: int = 100) -> list[dict[str, Any]]:
        """Return at most `limit` queued updates with ids from `first` on, oldest first.

        Updates that are older than the lifetime of an update are deleted first.
        """
        self._db.execute("DELETE FROM pending WHERE at < ?", [time.time() - self._keep_s])
        rows = self._db.execute("SELECT id, body FROM pending WHERE id >= ? ORDER BY id LIMIT ?", (first, limit))
        return [{"update_id": id_} | json.loads(body) for id_, body in rows]

    def pending_count(self) -> int:
        """Return the number of queued updates that are not confirmed yet."""
        count: int = self._db.execute("SELECT count(*) FROM pending").fetchone()[0]
        return count

    def confirm_below(self, offset: int) -> None:
        """Delete the queued updates with ids below `offset`, because the bot has received them or does not want them."""
        self._db.execute("DELETE FROM pending WHERE id < ?", [offset])

    def confirm(self, ids: Iterable[int]) -> None:
        """Delete the queued updates with these ids, because the webhook accepted them."""
        self._db.executemany("DELETE FROM pending WHERE id = ?", [(id_,) for id_ in ids])

    def add_file(self, name: str, content: bytes, size: int | None = None) -> str:
        """Store a file and return its id; `size` is the size in bytes to report instead of the real one."""
        id_ = secrets.token_urlsafe(24)
        (self._files / id_).write_bytes(content)
        self._db.execute("INSERT INTO file VALUES (?, ?, ?)", (id_, name, len(content) if size is None else size))
        return id_

    def file(self, id_: str) -> tuple[str, int] | None:
        """Return a file's name and its reported size in bytes; None if there is no such file."""
        row = self._db.execute("SELECT name, size FROM file WHERE id = ?", [id_]).fetchone()
        return None if row is None else (row[0], row[1])

    def file_content(self, id_: str) -> bytes:
        """Return the contents of the file with this id.

        Raises:
            OSError: there is no such file.
        """
        return (self._files / id_).read_bytes()
