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
    """An account."""

    id: int
    username: str
    name: str
    created_at: str
    protected: bool = False
    suspended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post as it is stored. `mentions` are usernames: those in the text, given ones, and that of the replied-to author."""

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
    """Return an id that is greater than `last` and contains the time `now_ms`, in milliseconds since 1970."""
    return max(last + 1, (now_ms - _EPOCH_MS) << _SEQUENCE_BITS)


def iso_time(id_: int) -> str:
    """Return the creation time in an id, as X writes it: ISO 8601 in UTC with milliseconds."""
    made = datetime.fromtimestamp(((id_ >> _SEQUENCE_BITS) + _EPOCH_MS) / 1000, UTC)
    return f"{made:%Y-%m-%dT%H:%M:%S}.{made.microsecond // 1000:03d}Z"


def id_at(moment: str) -> int:
    """Return the lowest id of a time in ISO 8601, which is in UTC if it has no offset.

    Raises:
        ValueError: the text is not a time in ISO 8601.
    """
    when = datetime.fromisoformat(moment)
    return (int(when.replace(tzinfo=when.tzinfo or UTC).timestamp() * 1000) - _EPOCH_MS) << _SEQUENCE_BITS


def weight(text: str) -> int:
    """Return the weighted length of a text. An ordinary post has at most 280."""
    links = len(_LINK.findall(text))
    rest = _LINK.sub("", text)
    return links * _LINK_WEIGHT + sum(1 if any(a <= ord(c) <= b for a, b in _LIGHT) else 2 for c in rest)


def is_long(text: str) -> bool:
    """Return whether a text is longer than an ordinary post may be."""
    return weight(text) > _ROOM


def shown_text(text: str) -> str:
    """Return the `text` field of a post: for a long post only its beginning, because the whole is in `note_tweet`."""
    if not is_long(text):
        return text
    room = _ROOM - weight("…")
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if weight(text[:middle]) <= room else (low, middle - 1)
    return text[:low] + "…"


def mentioned(text: str) -> list[str]:
    """Return the usernames that a text mentions, in order."""
    return _MENTION.findall(text)


def entities(text: str, ids: dict[str, int]) -> dict[str, Any]:
    """Return the mentions, hashtags and links of a text with their positions in characters.

    Args:
        text: the text.
        ids: the ids of known users by lower-case username.
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
