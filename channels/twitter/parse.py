"""Reads the inbound message in a post of the X API v2, if there is one. Pure."""

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
"""The `verified_type` of accounts of public bodies (docs.x.com, user object)."""


_POLE, _DATE_LINE = 90, 180
"""The largest latitude and longitude, in degrees."""

RETYPED = "retweet"
"""Why a post is ignored that repeats another one by hand, as was usual before X had retweets ("RT @warga: ...")."""


def account_of(username: str) -> str:
    """Return the name of our account for posts."""
    return f"{NAME}/@{username}"


@dataclass(frozen=True, slots=True)
class Found:
    """One page of mentions, and the objects that they refer to.

    Attributes:
        posts: the mentions as X returns them, newest first.
        users: users by id.
        media: media by media key.
        places: places by id.
        referenced: the posts that they quote or answer, by id.
        next_token: the token of the next, older page; None if there is none.
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
        MalformedMessage: the answer is not a page of posts with numeric ids.
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

    The posts that the citizen quotes or answers become part of the text, except posts of other people that ask to be hidden or mention our
    account. If an older post of his own asks to be hidden, this message is hidden, too. A public body's account is never answered in
    public, so its post is no reply address.

    Args:
        post: the post as X returns it.
        within: the page with the post.
        account: the username of our account, without the @.

    Raises:
        MalformedMessage: a field that X always sends is missing.
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
    """Return the posts that this one quotes or answers, each with the words to add to the text. The words do not name this post's author.

    Another person's post is left out if it asks to be hidden, or mentions our account: then it is a report of its own, which its author
    may hide at any later time.
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
    """Return whether a post mentions our account, so that it is itself a message to us."""
    said = re.search(rf"(?<!\w)@{re.escape(account)}\b", text, re.IGNORECASE) is not None
    return said or len(_tagged(post, account)) < len((post.get("entities") or {}).get("mentions") or ())


def _text_of(post: Mapping[str, Any]) -> str:
    """Return the whole text of a post: if it exceeds 280 characters, `text` is cut, and `note_tweet` has all of it."""
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
    """Return the latitude and the longitude of the point attached to a post; X sends GeoJSON, with the longitude first."""
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
