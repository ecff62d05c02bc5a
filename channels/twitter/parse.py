"""From a post of the X API v2 to a citizen's message, or to the reason why it is none. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from complaints.errors import MalformedMessage
from complaints.event import Attachment
from complaints.message import InboundMessage

NAME = "twitter"

MEDIA_TYPES = {"photo": "image/jpeg", "animated_gif": "video/mp4", "video": "video/mp4"}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of mentions with what they refer to.

    Attributes:
        posts: as X gives them, newest first.
        users: by id.
        media: by media key.
        places: by id.
        next_token: of the next (older) page, or None.
    """

    posts: tuple[Mapping[str, Any], ...]
    users: Mapping[str, Mapping[str, Any]]
    media: Mapping[str, Mapping[str, Any]]
    places: Mapping[str, Mapping[str, Any]]
    next_token: str | None


def page(answer: Mapping[str, Any]) -> Page:
    """Return the page in an answer of `GET /2/users/:id/mentions`.

    Raises:
        MalformedMessage: the answer is no page of posts that have an id.
    """
    try:
        includes = answer.get("includes") or {}
        found = Page(
            posts=tuple(answer.get("data") or ()),
            users={user["id"]: user for user in includes.get("users") or ()},
            media={item["media_key"]: item for item in includes.get("media") or ()},
            places={place["id"]: place for place in includes.get("places") or ()},
            next_token=(answer.get("meta") or {}).get("next_token"),
        )
        for post in found.posts:
            int(post["id"])  # the mark is made of it
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise MalformedMessage(f"no page of posts as X documents it: {error!r}") from error
    return found


def inbound(post: Mapping[str, Any], within: Page, *, account: str) -> InboundMessage | None:
    """Return the message in a mention; None where it is no complaint: our own post, or a retweet of somebody's.

    Args:
        post: as X gives it.
        within: the page that it stands on.
        account: our account, without the @.

    Raises:
        MalformedMessage: a field that X always gives is not there.
    """
    try:
        # a post beyond 280 characters is cut in `text`; the whole stands in `note_tweet`
        text = _string((post.get("note_tweet") or {}).get("text") or post["text"])
        post_id, author = _string(post["id"]), _string(post["author_id"])
        username = str(within.users.get(author, {}).get("username", ""))
        if username.lower() == account.lower() or _is_retweet(post):
            return None
        return InboundMessage(
            channel=NAME,
            upstream_id=post_id,
            received_at=_time(post.get("created_at")),
            sender=author,
            reply_to={"post": post_id, "conversation": post.get("conversation_id", post_id), "username": username},
            text=text,
            address=_place_of(post, within),
            tagged=_tagged(post, account),
            attachments=_media_of(post, within),
            body=json.dumps({key: value for key, value in post.items() if key != "author_id"}).encode(),
            coding="application/json",
        )
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise MalformedMessage(f"no post as X documents it: {error!r}") from error


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


def _place_of(post: Mapping[str, Any], within: Page) -> str:
    place = within.places.get((post.get("geo") or {}).get("place_id", ""), {})
    return str(place.get("full_name", ""))


def _media_of(post: Mapping[str, Any], within: Page) -> tuple[Attachment, ...]:
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
