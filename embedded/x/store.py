"""Keeps the accounts, the posts and the stream rules of the stand-in for X on disk, through restarts and kill -9."""

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from embedded.x.direct import DirectMessages
from embedded.x.posts import Post, User, iso_time, mentioned, next_id

_SCHEMA = """
CREATE TABLE IF NOT EXISTS user (
    id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL,
    protected INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS post (
    id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL, text TEXT NOT NULL, conversation_id INTEGER NOT NULL,
    in_reply_to INTEGER, more TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS post_author ON post (author_id, id);
CREATE UNIQUE INDEX IF NOT EXISTS post_text ON post (author_id, text) WHERE NOT deleted;
CREATE TABLE IF NOT EXISTS mention (user_id INTEGER, post_id INTEGER, PRIMARY KEY (user_id, post_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rule (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE, tag TEXT);
"""
_ALL = -1  # the limit of a query without one, as SQLite has it
# Posts that the public can see: not deleted, and not of a protected account.
_VISIBLE = "NOT post.deleted AND NOT user.protected"
_USER = "SELECT id, username, name, protected FROM user"
_SELECT = "SELECT post.* FROM post JOIN user ON user.id = post.author_id"


class DuplicateError(ValueError):
    """The account already has a post with this text that is not deleted; `id` is the id of that post."""

    def __init__(self, id_: int) -> None:
        super().__init__(f"already posted as {id_}")
        self.id = id_


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A range of posts: those with ids above `after` and below `before`, but at most `limit` of them.

    If there are more, it is the newest ones, or the oldest ones if `oldest` is true.
    """

    after: int = 0
    before: int = 1 << 62
    limit: int = 100
    oldest: bool = False


class XStore:
    """The accounts, the posts and the rules of the filtered stream, in a database file.

    Args:
        path: the database file; it and its folder are created if missing.
        account: the username of our account; the account is created if missing.

    Attributes:
        account: our account.
        direct: its direct messages.
    """

    def __init__(self, path: Path, account: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        # The operating system has each write before the answer, so a kill -9 loses none. There is no fsync per write.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)
        self._last_id = 0
        for table in ("post", "user"):
            self._know_ids(table)
        self.account = self.user_named(account, create=True)
        self.direct = DirectMessages(self._db, self._new_id, self.account.id)
        self._know_ids("direct")

    def close(self) -> None:
        """Close the database file."""
        self._db.close()

    def _know_ids(self, table: str) -> None:
        """Make new ids greater than those in a table."""
        (highest,) = self._db.execute(f"SELECT max(id) FROM {table}").fetchone()  # noqa: S608 - a constant
        self._last_id = max(self._last_id, highest or 0)

    def _new_id(self) -> int:
        self._last_id = next_id(self._last_id, time.time_ns() // 1_000_000)
        return self._last_id

    def user_named(self, username: str, *, create: bool = False) -> User:
        """Return the account with this username, regardless of case; create it if it is missing and `create` is true.

        Raises:
            KeyError: there is no such account and `create` is false.
        """
        row = self._db.execute(f"{_USER} WHERE username = ?", [username]).fetchone()
        if row is None:
            if not create:
                raise KeyError(username)
            row = (self._new_id(), username, username, 0)
            self._db.execute("INSERT INTO user (id, username, name, protected) VALUES (?, ?, ?, ?)", row)
        return _user(row)

    def change_user(self, username: str, *, name: str | None, protected: bool | None) -> User:
        """Change an account and return it; create it first if it is missing. A value that is None stays as it is."""
        known = self.user_named(username, create=True)
        values = (known.name if name is None else name, known.protected if protected is None else protected)
        self._db.execute("UPDATE user SET name = ?, protected = ? WHERE id = ?", (*values, known.id))
        return self.user_named(username)

    def users(self, ids: Iterable[int]) -> list[User]:
        """Return the accounts with these ids, each once, in the order of the ids; unknown ids are left out."""
        found = [self._db.execute(f"{_USER} WHERE id = ?", [id_]).fetchone() for id_ in dict.fromkeys(ids)]
        return [_user(row) for row in found if row is not None]

    def username(self, id_: int) -> str:
        """Return the username of the account with this id, which exists."""
        return self.users([id_])[0].username

    def ids_of(self, usernames: Iterable[str]) -> dict[str, int]:
        """Return the ids of the accounts with these usernames, by lower-case username; unknown names are left out."""
        ids = {}
        for username in {name.lower() for name in usernames}:
            row = self._db.execute("SELECT id FROM user WHERE username = ?", [username]).fetchone()
            if row is not None:
                ids[username] = row[0]
        return ids

    def add(self, author: User, text: str, in_reply_to: int | None = None, **more: Any) -> Post:
        """Create a post and return it.

        It mentions the accounts in its text, those that are given, and the author of the post that it answers.

        Args:
            author: the account that posts it.
            text: its text.
            in_reply_to: the id of the post that it answers.
            more: the fields `quotes`, `mentions`, `media`, `place` and `lang` of the post.

        Raises:
            DuplicateError: the account has a post with the same text that is not deleted.
        """
        twin = self._db.execute(
            "SELECT id FROM post WHERE author_id = ? AND text = ? AND NOT deleted", (author.id, text)
        ).fetchone()
        if twin is not None:
            raise DuplicateError(twin[0])
        parent = self.posts([in_reply_to]) if in_reply_to else []
        implied = [user.username for post in parent for user in self.users([post.author_id])]
        mentions = tuple(dict.fromkeys([*mentioned(text), *more.get("mentions", ()), *implied]))
        self._db.execute("BEGIN")
        id_ = self._new_id()
        values = (id_, author.id, text, parent[0].conversation_id if parent else id_, in_reply_to)
        self._db.execute(
            "INSERT INTO post VALUES (?, ?, ?, ?, ?, ?, 0)", (*values, json.dumps(more | {"mentions": mentions}))
        )
        for user_id in self.ids_of(mentions).values():
            self._db.execute("INSERT INTO mention VALUES (?, ?)", (user_id, id_))
        self._db.execute("COMMIT")
        return self.posts([id_])[0]

    def delete(self, id_: int) -> bool:
        """Mark a post as deleted and return True; return False if there is no such post or it was deleted before."""
        return self._db.execute("UPDATE post SET deleted = 1 WHERE id = ? AND NOT deleted", [id_]).rowcount > 0

    def posts(self, ids: Iterable[int]) -> list[Post]:
        """Return the posts with these ids, each once, in the order of the ids; unknown ids are left out.

        Deleted posts and posts of protected accounts are included.
        """
        found = [self._db.execute("SELECT * FROM post WHERE id = ?", [id_]).fetchone() for id_ in dict.fromkeys(ids)]
        return [_post(row) for row in found if row is not None]

    def is_visible(self, id_: int) -> bool:
        """Return whether there is a post with this id that the public can see."""
        return self._db.execute(f"{_SELECT} WHERE {_VISIBLE} AND post.id = ?", [id_]).fetchone() is not None

    def mentions(self, user_id: int, wanted: Range) -> list[Post]:
        """Return the posts in a range that mention an account and that the public can see, newest first."""
        source = f"{_SELECT} JOIN mention ON mention.post_id = post.id AND mention.user_id = ? WHERE {_VISIBLE}"
        return self._page(source, [user_id], wanted)

    def recent(self, wanted: Range, matches: Callable[[Post], bool]) -> list[Post]:
        """Return the posts in a range that the public can see and for which a function returns true, newest first."""
        found = self._page(f"{_SELECT} WHERE {_VISIBLE}", [], replace(wanted, limit=_ALL))
        return list(filter(matches, found))[: wanted.limit]

    def own(self, wanted: Range) -> list[Post]:
        """Return the posts in a range that our account made and that are not deleted, newest first."""
        return self._page(f"{_SELECT} WHERE NOT post.deleted AND post.author_id = ?", [self.account.id], wanted)

    def _page(self, source: str, values: list[int], wanted: Range) -> list[Post]:
        order = "ASC" if wanted.oldest else "DESC"
        sql = f"{source} AND post.id > ? AND post.id < ? ORDER BY post.id {order} LIMIT ?"
        rows = self._db.execute(sql, [*values, wanted.after, wanted.before, wanted.limit])
        return sorted((_post(row) for row in rows), key=lambda post: -post.id)

    def rules(self) -> list[dict[str, str]]:
        """Return the rules of the filtered stream, oldest first, each with `id` and `value`, and `tag` if it has one."""
        rows = self._db.execute("SELECT id, value, tag FROM rule ORDER BY id").fetchall()
        return [{"id": str(id_), "value": value, **({"tag": tag} if tag else {})} for id_, value, tag in rows]

    def add_rule(self, value: str, tag: str | None) -> dict[str, str] | None:
        """Add a rule to the filtered stream and return it; None if a rule with this value exists."""
        added = self._db.execute("INSERT OR IGNORE INTO rule VALUES (?, ?, ?)", (self._new_id(), value, tag)).rowcount
        return next(rule for rule in self.rules() if rule["value"] == value) if added else None

    def counts(self) -> dict[str, int]:
        """Return the number of accounts (`user`) and of posts, including deleted posts (`post`)."""
        return {name: self._db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("user", "post")}  # noqa: S608 - two constants


def media_key(item: dict[str, Any]) -> str:
    """Return the media key of a picture or video, in X's form `type_number`. The number is computed from its URL."""
    kind = {"photo": 3, "animated_gif": 16}.get(item["type"], 7)
    return f"{kind}_{int(hashlib.sha256(item['url'].encode()).hexdigest()[:15], 16)}"


def place_id(place: dict[str, Any]) -> str:
    """Return the id of a place, which is computed from its full name."""
    return hashlib.sha256(place["full_name"].encode()).hexdigest()[:16]


def _user(row: tuple[Any, ...]) -> User:
    id_, username, name, protected = row
    return User(id=id_, username=username, name=name, created_at=iso_time(id_), protected=bool(protected))


def _post(row: tuple[Any, ...]) -> Post:
    id_, author_id, text, conversation_id, in_reply_to, more_text, deleted = row
    more = json.loads(more_text)
    return Post(
        id=id_,
        author_id=author_id,
        text=text,
        created_at=iso_time(id_),
        conversation_id=conversation_id,
        in_reply_to=in_reply_to,
        quotes=more.get("quotes"),
        mentions=tuple(more["mentions"]),
        media=tuple(more.get("media", ())),
        place=more.get("place"),
        lang=more.get("lang", "in"),
        deleted=bool(deleted),
    )
