"""Reads the inbound message in a direct message event of the X API v2, if there is one. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct, ValidationError, convert

from channels.twitter.parse import NAME
from complaints.errors import MalformedMessage
from complaints.event import Attachment
from complaints.message import InboundMessage

DIRECT: Final = "direct"
"""The key in a reply address that means that replies are direct messages."""

MESSAGE: Final = "MessageCreate"
"""The type of the events that are messages; other events are about members who join or leave a group."""

_OF_PERSONS: Final = frozenset(("sender_id", "dm_conversation_id", "participant_ids"))
"""The fields that identify people; the id of a conversation of two is made of their ids."""


def account_of(username: str) -> str:
    """Return the name of our account for direct messages. It has no "/@", by which the conversation recognises accounts of posts."""
    return f"{NAME}/direct/{username}"


@dataclass(frozen=True, slots=True)
class Events:
    """One page of events.

    Attributes:
        events: the events as X returns them, newest first.
        next_token: the token of the next, older page; None if there is none.
    """

    events: tuple[Mapping[str, Any], ...]
    next_token: str | None


class _Files(Struct, frozen=True):
    media_keys: tuple[str, ...] = ()


class _Event(Struct, frozen=True):
    """An event as X documents it (docs.x.com, "Direct Messages lookup")."""

    id: str
    event_type: str
    dm_conversation_id: str
    sender_id: str = ""
    text: str = ""
    created_at: datetime | None = None
    attachments: _Files = _Files()


def page(answer: Mapping[str, Any]) -> Events:
    """Return the page in an answer of `GET /2/dm_events`.

    Raises:
        MalformedMessage: the answer is not a page of events with numeric ids.
    """
    try:
        found = Events(tuple(answer.get("data") or ()), (answer.get("meta") or {}).get("next_token"))
        for event in found.events:
            int(event["id"])  # the cursor is made of it
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise MalformedMessage(f"no page of events as X documents it: {type(error).__name__}") from error
    return found


def name_of(event: Mapping[str, Any]) -> str:
    """Return the identifier of a direct message, which is unique in the channel."""
    return f"direct/{event['id']}"


def inbound(event: Mapping[str, Any], *, account: str, own_id: str) -> InboundMessage | None:
    """Return the message in an event; None for our own message, for one in a group, and for an event that is no message.

    A direct message has no thread: its words decide which of the citizen's cases it is about. Its files are only named, not fetched,
    because only our account may load them.

    Args:
        event: the event as X returns it.
        account: the username of our account, without the @.
        own_id: the id of our account.

    Raises:
        MalformedMessage: a field that X always sends is missing.
    """
    try:
        said = convert(event, _Event)
    except ValidationError as error:
        raise MalformedMessage(f"no direct message as X documents it: {type(error).__name__}") from error
    if said.event_type != MESSAGE or said.sender_id == own_id:
        return None
    if not said.sender_id:
        raise MalformedMessage("no direct message as X documents it: nobody has sent it")
    if {said.sender_id, own_id} != set(said.dm_conversation_id.split("-")):
        return None
    at = said.created_at or datetime.now(UTC)
    return InboundMessage(
        channel=NAME,
        account=account_of(account),
        upstream_id=name_of(event),
        received_at=at if at.tzinfo else at.replace(tzinfo=UTC),
        sender=said.sender_id,
        reply_to={DIRECT: "yes"},
        text=said.text,
        attachments=tuple(
            Attachment(name=key, media_type="application/octet-stream", size_bytes=0)
            for key in said.attachments.media_keys
        ),
        body=json.dumps({key: value for key, value in event.items() if key not in _OF_PERSONS}).encode(),
        coding="application/json",
    )
