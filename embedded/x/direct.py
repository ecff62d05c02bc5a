"""The direct messages of our account: kept in the store's database, and shown as X's events."""

import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request

from embedded.x.posts import iso_time, next_id
from embedded.x.problems import Problem, invalid

_SCHEMA = """
CREATE TABLE IF NOT EXISTS direct (
    id INTEGER PRIMARY KEY, sender_id INTEGER NOT NULL, conversation TEXT NOT NULL, text TEXT NOT NULL, media TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS closed (user_id INTEGER PRIMARY KEY);
"""
_KEPT_MS = 30 * 86_400_000  # X gives no older events
_MOST = 100  # events in one answer
_KINDS = {"MessageCreate", "ParticipantsJoin", "ParticipantsLeave"}
_ALWAYS = {"id", "event_type", "text"}
_FIELDS = {
    *_ALWAYS,
    *(
        "attachments",
        "created_at",
        "dm_conversation_id",
        "entities",
        "participant_ids",
        "referenced_tweets",
        "sender_id",
    ),
}
# All parameters in X's documentation are accepted. What is referred to is never included.
_PARAMETERS = {
    *("dm_event.fields", "event_types", "expansions", "max_results", "pagination_token"),
    *("media.fields", "tweet.fields", "user.fields"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct:
    """A direct message.

    Attributes:
        id: its id, which contains its time.
        sender_id: the id of the account that sent it.
        conversation: the ids of two accounts, the smaller one first, or the id of a group.
        text: the text.
        media: the keys of its pictures and videos.
    """

    id: int
    sender_id: int
    conversation: str
    text: str
    media: tuple[str, ...] = ()


class DirectMessages:
    """The direct messages that our account sent and got.

    Args:
        db: the store's database.
        new_id: makes ids.
        own_id: the id of our account.
    """

    def __init__(self, db: sqlite3.Connection, new_id: Callable[[], int], own_id: int) -> None:
        db.executescript(_SCHEMA)
        self._db, self._new_id, self._own_id = db, new_id, own_id

    def close(self, user_id: int, *, closed: bool) -> None:
        """Set whether an account takes no direct messages from strangers."""
        sql = "INSERT OR IGNORE INTO closed VALUES (?)" if closed else "DELETE FROM closed WHERE user_id = ?"
        self._db.execute(sql, [user_id])

    def sent(self, user_id: int, text: str) -> Direct | None:
        """Keep a message of our account to another one, and return it; None if that one takes none."""
        if self._db.execute("SELECT 1 FROM closed WHERE user_id = ?", [user_id]).fetchone():
            return None
        return self._keep(self._own_id, self._of_two(user_id), text, ())

    def got(self, user_id: int, text: str, *, media: tuple[str, ...] = (), group: bool = False) -> Direct:
        """Keep a message of an account to ours, or in a group of both and others, and return it."""
        return self._keep(user_id, str(self._new_id()) if group else self._of_two(user_id), text, media)

    def of_ours(self) -> list[tuple[int, str, str]]:
        """Return the messages that our account sent, oldest first: id, username of the other account, and text."""
        sql = (
            "SELECT direct.id, username, direct.text FROM direct JOIN user"
            " ON user.id != direct.sender_id AND instr('-' || conversation || '-', '-' || user.id || '-')"
            " WHERE direct.sender_id = ? ORDER BY direct.id"
        )
        return self._db.execute(sql, [self._own_id]).fetchall()

    def answer(self, request: Request) -> dict[str, Any]:
        """Return the answer to a request for events, newest first.

        Raises:
            Problem: the app asks for itself and not for a user (status 403), or a parameter is not valid (400).
        """
        query = request.query_params
        if not request.headers.get("authorization", "").startswith("OAuth "):
            way = "OAuth 2.0 Application-Only is forbidden for this endpoint"
            raise Problem(403, f"Authenticating with {way}.", more={"title": "Unsupported Authentication"})
        for name in query:
            if name not in _PARAMETERS:
                raise invalid(
                    name, query[name], f"The query parameter [{name}] is not one of [{','.join(_PARAMETERS)}]"
                )
        wanted = _ALWAYS | _names(query, "dm_event.fields", _FIELDS)
        kinds = _names(query, "event_types", _KINDS)
        limit, before = _number(query, "max_results", _MOST), _number(query, "pagination_token", 1 << 62)
        if not 1 <= limit <= _MOST:
            raise invalid("max_results", str(limit), f"[{limit}] is not between 1 and {_MOST}")
        sql = "SELECT * FROM direct WHERE id > ? AND id < ? ORDER BY id DESC LIMIT ?"
        after = next_id(0, time.time_ns() // 1_000_000 - _KEPT_MS)
        has_messages = not kinds or "MessageCreate" in kinds
        rows = self._db.execute(sql, (after, before, limit + 1)).fetchall() if has_messages else []
        found = [_shown(_direct(row)) for row in rows[:limit]]
        meta = {"result_count": len(found)} | ({"next_token": found[-1]["id"]} if len(rows) > limit else {})
        data = [{name: value for name, value in one.items() if name in wanted} for one in found]
        return ({"data": data} if data else {}) | {"meta": meta}

    def _of_two(self, user_id: int) -> str:
        return f"{min(self._own_id, user_id)}-{max(self._own_id, user_id)}"

    def _keep(self, sender_id: int, conversation: str, text: str, media: tuple[str, ...]) -> Direct:
        row = (self._new_id(), sender_id, conversation, text, json.dumps(media))
        self._db.execute("INSERT INTO direct VALUES (?, ?, ?, ?, ?)", row)
        return _direct(row)


def _direct(row: tuple[Any, ...]) -> Direct:
    id_, sender_id, conversation, text, media = row
    return Direct(id=id_, sender_id=sender_id, conversation=conversation, text=text, media=tuple(json.loads(media)))


def _shown(one: Direct) -> dict[str, Any]:
    found = {"id": str(one.id), "event_type": "MessageCreate", "text": one.text, "sender_id": str(one.sender_id)}
    found |= {"dm_conversation_id": one.conversation, "created_at": iso_time(one.id)}
    return found | ({"attachments": {"media_keys": list(one.media)}} if one.media else {})


def _number(query: QueryParams, name: str, default: int) -> int:
    value = query.get(name, str(default))
    if not (value.isascii() and value.isdigit() and int(value) <= 1 << 62):
        raise invalid(name, value, f"The `{name}` query parameter value [{value}] is not valid")
    return int(value)


def _names(query: QueryParams, parameter: str, allowed: set[str]) -> set[str]:
    names = {name for name in query.get(parameter, "").split(",") if name}
    for name in names - allowed:
        message = f"The `{parameter}` query parameter value [{name}] is not one of [{','.join(sorted(allowed))}]"
        raise invalid(parameter, name, message)
    return names
