"""From a post of the X API v2 to a citizen's message, or to the reason why it is none. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
        referenced: the posts that they quote or answer, by id.
        next_token: of the next (older) page, or None.
    """

    posts: tuple[Mapping[str, Any], ...]
    users: Mapping[str, Mapping[str, Any]]
    media: Mapping[str, Mapping[str, Any]]
    places: Mapping[str, Mapping[str, Any]]
    next_token: str | None
    referenced: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def reads(self) -> int:
        """How many posts X bills for it."""
        return len(self.posts) + len(self.referenced)


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
            referenced={item["id"]: item for item in includes.get("tweets") or ()},
        )
        for post in found.posts:
            int(post["id"])  # the mark is made of it
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise MalformedMessage(f"no page of posts as X documents it: {error!r}") from error
    return found


def inbound(post: Mapping[str, Any], within: Page, *, account: str) -> InboundMessage | None:
    """Return the message in a mention; None where it is no complaint: our own post, a retweet, or somebody's publicity for us.

    What the citizen quotes, or answers beside us, belongs to what the citizen says.

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
        if username.lower() == account.lower() or _is_retweet(post) or is_publicity(text, account):
            return None
        spoken_of = _spoken_of(post, within, account)
        return InboundMessage(
            channel=NAME,
            upstream_id=post_id,
            received_at=_time(post.get("created_at")),
            sender=author,
            reply_to={"post": post_id, "username": username},
            thread=str(post.get("conversation_id") or post_id),
            text="\n\n".join((text, *(quoted for quoted, _ in spoken_of))),
            address=_place_of(post, within),
            tagged=_tagged(post, account),
            attachments=_media_of(post, within),
            body=_raw(post, [other for _, other in spoken_of]),
            coding="application/json",
        )
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise MalformedMessage(f"no post as X documents it: {error!r}") from error


_PUBLICITY = re.compile(
    r"\b(?:lapor(?:kan|in)?|adukan|sampaikan|laporan(?:nya)?|aspirasi(?:nya)?|salurkan)\b[^.!?\n]{0,60}?"
    r"\b(?:ke|di|melalui|lewat|via|kepada)\b[^.!?\n@]{0,40}(?:@ACCOUNT|SMS\s*(?:ke\s*)?1708)",
    re.IGNORECASE,
)
"""Sentences that tell others how to reach us: "Sampaikan laporan Anda melalui SMS 1708 atau @lapor1708"."""

_OWN_STORY = re.compile(
    r"\b(?:saya|sy|kami|aku|tolong|mohon|rusak|lubang|mati|macet|pungli|belum|tidak|gak|ga|tdk|banjir|sampah|kapan|kenapa|dimana)\b",
    re.IGNORECASE,
)
"""Any of these words, and the post may be a complaint: a complaint that is passed over is worse than an advertisement that is routed."""


def is_publicity(text: str, account: str) -> bool:
    """Return whether a post only tells others how to reach us."""
    sentence = re.search(_PUBLICITY.pattern.replace("ACCOUNT", re.escape(account)), text, _PUBLICITY.flags)
    return sentence is not None and _OWN_STORY.search(text) is None


def _spoken_of(post: Mapping[str, Any], within: Page, account: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the posts of others that this one quotes or answers, each with the words that stand for it in the text."""
    found = []
    for reference in post.get("referenced_tweets") or ():
        other = within.referenced.get(reference["id"])
        username = str(within.users.get((other or {}).get("author_id", ""), {}).get("username", ""))
        if other is not None and username.lower() != account.lower():
            text = _string((other.get("note_tweet") or {}).get("text") or other["text"])
            how = "mengutip" if reference.get("type") == "quoted" else "menanggapi"
            found.append((f"[{how} @{username or '?'}] {text}", other))
    return found


def _raw(post: Mapping[str, Any], spoken_of: Sequence[Mapping[str, Any]]) -> bytes:
    shown = {key: value for key, value in post.items() if key != "author_id"}
    if spoken_of:
        shown["referenced"] = list(spoken_of)
    return json.dumps(shown).encode()


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
