"""Reads a citizen's message in a post of the X API v2, or tells that it is none. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from complaints.errors import MalformedMessage
from complaints.event import Attachment
from complaints.message import InboundMessage
from normalizer.emergency import OWN_POST
from normalizer.language.hiding import asks_to_be_hidden

NAME = "twitter"

MEDIA_TYPES = {"photo": "image/jpeg", "animated_gif": "video/mp4", "video": "video/mp4"}


OFFICIAL = "government"
"""The `verified_type` of the accounts of public bodies (docs.x.com, user object)."""


_POLE, _DATE_LINE = 90, 180
"""The largest latitude and longitude, in degrees."""

RETYPED = "retweet"
"""Why a post is ignored that repeats another's, typed as it was before X had a function for it ("RT @warga: ...")."""


def account_of(username: str) -> str:
    """Return the name of our account's mailbox."""
    return f"{NAME}/@{username}"


@dataclass(frozen=True, slots=True)
class Found:
    """One page of mentions, and what they refer to.

    Attributes:
        posts: as X gives them, newest first.
        users: by id.
        media: by media key.
        places: by id.
        referenced: the posts that they quote or answer, by id.
        next_token: the token of the next page, which is older; None if there is none.
    """

    posts: tuple[Mapping[str, Any], ...]
    users: Mapping[str, Mapping[str, Any]]
    media: Mapping[str, Mapping[str, Any]]
    places: Mapping[str, Mapping[str, Any]]
    next_token: str | None
    referenced: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def reads(self) -> int:
        """The number of posts that X bills for the page."""
        return len(self.posts) + len(self.referenced)


def page(answer: Mapping[str, Any]) -> Found:
    """Return the page in an answer of `GET /2/users/:id/mentions`.

    Raises:
        MalformedMessage: the answer is no page of posts that have an id.
    """
    try:
        includes = answer.get("includes") or {}
        found = Found(
            posts=tuple(answer.get("data") or ()),
            users={user["id"]: user for user in includes.get("users") or ()},
            media={item["media_key"]: item for item in includes.get("media") or ()},
            places={place["id"]: place for place in includes.get("places") or ()},
            next_token=(answer.get("meta") or {}).get("next_token"),
            referenced={item["id"]: item for item in includes.get("tweets") or ()},
        )
        for post in found.posts:
            int(post["id"])  # the cursor is made of it
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise MalformedMessage(f"no page of posts as X documents it: {type(error).__name__}") from error
    return found


def inbound(post: Mapping[str, Any], within: Found, *, account: str) -> InboundMessage | None:
    """Return the message in a mention; None for our own post and for a retweet.

    The posts that the citizen quotes, or answers, belong to the text, but none of somebody else who asks to be hidden there, or who told us
    himself; if he asks so in an older one of his own, this is as hidden. The account of a public body is never answered in public: its post
    is no address for replies.

    Args:
        post: the post as X gives it.
        within: the page with the post.
        account: the username of our account, without the @.

    Raises:
        MalformedMessage: a field is missing that X always gives.
    """
    try:
        text = _text_of(post)
        post_id, author = _string(post["id"]), _string(post["author_id"])
        user = within.users.get(author, {})
        username, official = str(user.get("username", "")), user.get("verified_type") == OFFICIAL
        if username.lower() == account.lower() or _is_retweet(post):
            return None
        spoken_of = _spoken_of(post, within, account)
        asks = any(asks_to_be_hidden(_text_of(other)) for _, other in spoken_of)
        thread = str(post.get("conversation_id") or post_id)
        return InboundMessage(
            channel=NAME,
            account=account_of(account),
            upstream_id=post_id,
            received_at=_time(post.get("created_at")),
            sender=author,
            reply_to={"username": username, "conversation": thread} | ({} if official else {"post": post_id}),
            official=official,
            ignored=RETYPED if text.startswith("RT @") else "",
            thread=thread,
            anonymous=asks,
            secret=asks,
            text="\n\n".join((text, *(quoted for quoted, _ in spoken_of))),
            address=_place_of(post, within),
            shared_location=_position(post),
            tagged=_tagged(post, account),
            attachments=_media_of(post, within),
            body=_raw(post, [other for _, other in spoken_of]),
            coding="application/json",
        )
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise MalformedMessage(f"no post as X documents it: {type(error).__name__}") from error


def _spoken_of(post: Mapping[str, Any], within: Found, account: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the posts that this one quotes or answers, each after the words that the text gets for it, which do not name its own author.

    Whoever asks to be hidden in his own post does not become part of what somebody else tells. Nor does whoever speaks to us there: that is
    a report of his own, which he may hide at any later time.
    """
    found = []
    for reference in post.get("referenced_tweets") or ():
        other = within.referenced.get(reference["id"])
        username = str(within.users.get((other or {}).get("author_id", ""), {}).get("username", ""))
        if other is None or username.lower() == account.lower():
            continue
        text = _text_of(other)
        is_own = other.get("author_id") == post["author_id"]
        if is_own or not (_names(account, other, text) or asks_to_be_hidden(text)):
            how = "mengutip" if reference.get("type") == "quoted" else "menanggapi"
            whom = OWN_POST if is_own else f"@{username or '?'}"
            found.append((f"[{how} {whom}] {text}", other))
    return found


def _names(account: str, post: Mapping[str, Any], text: str) -> bool:
    """Return whether a post mentions our account, so that it is a message to us by itself."""
    said = re.search(rf"(?<!\w)@{re.escape(account)}\b", text, re.IGNORECASE) is not None
    return said or len(_tagged(post, account)) < len((post.get("entities") or {}).get("mentions") or ())


def _text_of(post: Mapping[str, Any]) -> str:
    """Return the whole text of a post: beyond 280 characters it is cut in `text`, and whole in `note_tweet`."""
    return _string((post.get("note_tweet") or {}).get("text") or post["text"])


def _raw(post: Mapping[str, Any], spoken_of: Sequence[Mapping[str, Any]]) -> bytes:
    shown, *referenced = (
        {key: value for key, value in one.items() if key != "author_id"} for one in (post, *spoken_of)
    )
    return json.dumps(shown | ({"referenced": referenced} if referenced else {})).encode()


def _is_retweet(post: Mapping[str, Any]) -> bool:
    return any(reference.get("type") == "retweeted" for reference in post.get("referenced_tweets") or ())


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is {type(value).__name__}")
    return value


def _time(text: str | None) -> datetime:
    moment = datetime.fromisoformat(text) if text else datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _tagged(post: Mapping[str, Any], account: str) -> tuple[str, ...]:
    mentions = (post.get("entities") or {}).get("mentions") or ()
    names = (str(mention["username"]) for mention in mentions)
    return tuple(name for name in names if name.lower() != account.lower())


def _place_of(post: Mapping[str, Any], within: Found) -> str:
    place = within.places.get((post.get("geo") or {}).get("place_id", ""), {})
    return str(place.get("full_name", ""))


def _position(post: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return the latitude and the longitude of the point that the citizen added to a post; X has them as GeoJSON, longitude first."""
    match ((post.get("geo") or {}).get("coordinates") or {}).get("coordinates"):
        case [int() | float() as longitude, int() | float() as latitude] if (
            abs(latitude) <= _POLE and abs(longitude) <= _DATE_LINE
        ):
            return float(latitude), float(longitude)
    return None


def _media_of(post: Mapping[str, Any], within: Found) -> tuple[Attachment, ...]:
    keys = (post.get("attachments") or {}).get("media_keys") or ()
    found = (within.media[key] for key in keys if key in within.media)
    return tuple(
        Attachment(
            name=item["media_key"],
            media_type=MEDIA_TYPES.get(item.get("type", ""), "application/octet-stream"),
            size_bytes=0,
            url=item.get("url") or item.get("preview_image_url"),
        )
        for item in found
    )
