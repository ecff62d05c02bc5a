"""Posts and accounts, their ids, and the analysis of a post's text. Pure."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_EPOCH_MS = 1_288_834_974_657  # the milliseconds in X's ids count from this Unix time
_SEQUENCE_BITS = 22  # low bits of an id, below the milliseconds
_ROOM = 280  # weighted length of the longest ordinary post
_LINK_WEIGHT = 23  # X shortens every link to this length
# Code points in these ranges weigh one, all others two (X's twitter-text, version 3).
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_LINK = re.compile(r"https?://\S+")
_MENTION = re.compile(r"(?<![\w@])@(\w{1,15})")
_TAG = re.compile(r"(?<!\w)#(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account at X.

    Attributes:
        id: its id, which contains the time of its creation.
        username: its name without @, which is unique regardless of case.
        name: its display name.
        created_at: the time of its creation in ISO 8601, as `iso_time` returns it.
        protected: whether only its followers may see its posts.
    """

    id: int
    username: str
    name: str
    created_at: str
    protected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post as it is stored.

    Attributes:
        id: its id, which contains the time of its creation.
        author_id: the id of its author's account.
        text: its whole text.
        created_at: the time of its creation in ISO 8601, as `iso_time` returns it.
        conversation_id: the id of the first post of its thread; its own id if it answers no stored post.
        in_reply_to: the id of the post that it answers; None if it is not a reply.
        quotes: the id of the post that it quotes; None if it quotes none.
        mentions: the usernames in its text, those given at its creation, and that of the author whom it answers.
        media: its pictures and videos, as X's media objects without keys.
        place: its place, as X's place object without an id.
        lang: its language code; "in" is X's code for Indonesian.
        deleted: whether it was deleted.
    """

    id: int
    author_id: int
    text: str
    created_at: str
    conversation_id: int
    in_reply_to: int | None = None
    quotes: int | None = None
    mentions: tuple[str, ...] = ()
    media: tuple[dict[str, Any], ...] = ()
    place: dict[str, Any] | None = None
    lang: str = "in"
    deleted: bool = field(default=False)


def next_id(last: int, now_ms: int) -> int:
    """Return an id for something that is created now: it contains the time, and is greater than the last id.

    Args:
        last: the id that was given last. If it is from the same or a later time, the new id is one more.
        now_ms: the time in milliseconds since 1970.
    """
    return max(last + 1, (now_ms - _EPOCH_MS) << _SEQUENCE_BITS)


def iso_time(id_: int) -> str:
    """Return the time of creation that an id contains, as X writes it: ISO 8601 in UTC with milliseconds."""
    made = datetime.fromtimestamp(((id_ >> _SEQUENCE_BITS) + _EPOCH_MS) / 1000, UTC)
    return f"{made:%Y-%m-%dT%H:%M:%S}.{made.microsecond // 1000:03d}Z"


def weight(text: str) -> int:
    """Return the length of a text as X counts it: 23 per link, 1 per character of most alphabets, 2 per other character.

    An ordinary post has at most 280.
    """
    links = len(_LINK.findall(text))
    rest = _LINK.sub("", text)
    return links * _LINK_WEIGHT + sum(1 if any(a <= ord(c) <= b for a, b in _LIGHT) else 2 for c in rest)


def is_long(text: str) -> bool:
    """Return whether a text is longer than an ordinary post may be, which is a weighted length of 280."""
    return weight(text) > _ROOM


def shown_text(text: str) -> str:
    """Return the `text` field of a post with this text.

    For a long post it is the beginning with an ellipsis (…), at most 280 long by `weight`; `note_tweet` has the whole text.
    """
    if not is_long(text):
        return text
    room = _ROOM - weight("…")
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if weight(text[:middle]) <= room else (low, middle - 1)
    return text[:low] + "…"


def mentioned(text: str) -> list[str]:
    """Return the usernames that a text mentions, without @ and in order; a name that occurs twice is listed twice."""
    return _MENTION.findall(text)


def entities(text: str, ids: dict[str, int]) -> dict[str, Any]:
    """Return a dict with the `mentions`, `hashtags` and `urls` of a text and their positions; an empty list is absent.

    Args:
        text: the text.
        ids: the ids of accounts by lower-case username. A mention of one of these gets its id.
    """
    mentions: list[dict[str, Any]] = []
    for match in _MENTION.finditer(text):
        known = ids.get(match[1].lower())
        mentions.append({"start": match.start(), "end": match.end(), "username": match[1]})
        if known is not None:
            mentions[-1]["id"] = str(known)
    tags = [{"start": match.start(), "end": match.end(), "tag": match[1]} for match in _TAG.finditer(text)]
    links = [{"start": m.start(), "end": m.end(), "url": m[0], "expanded_url": m[0]} for m in _LINK.finditer(text)]
    found = {"mentions": mentions, "hashtags": tags, "urls": links}
    return {name: values for name, values in found.items() if values}
