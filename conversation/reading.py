"""Reads messages with the normaliser. If reading fails, the message goes on unread: the triage desk reads it instead."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog
from msgspec.structs import replace

from complaints.command import MessageReading
from complaints.event import Addition, Complaint, MissingPart
from complaints.message import InboundMessage
from conversation.citizen import KnownCase
from normalizer.complaint import VERSION, Completion
from normalizer.parts import raw_of, title_of, writable

log = structlog.get_logger()

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

TextOf = Callable[[bytes, int], tuple[str, str, str | None]]
"""Decodes the bytes of a whole message by the number of its alphabet: text, name of the coding, and the region of a keyword."""


class Normalises(Protocol):
    """The pure normaliser (see normalizer.complaint.Normaliser)."""

    def normalise(self, message: InboundMessage, *, id_: UUID, code: str, citizen: str) -> Complaint:
        """Return the complaint for a message."""

    def complete(
        self,
        complaint: Complaint | None,
        message: InboundMessage,
        *,
        part: MissingPart | None = None,
        topic: str | None = None,
        region: str | None = None,
    ) -> Completion:
        """Return what a further message of the citizen adds to his complaint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """Reads messages. Each method never fails for a message that a channel packed.

    Attributes:
        normaliser: the pure normaliser.
        text_of: by the name of a channel whose messages come as bytes, what decodes them.
    """

    normaliser: Normalises
    text_of: Mapping[str, TextOf]

    def decoded(self, message: InboundMessage, message_id: str) -> InboundMessage:
        """Return a whole message with its text decoded, and with a name if its protocol has none for it."""
        fragment, text, coding, region = message.fragment, message.text, message.coding, message.keyword_region
        if fragment is not None:
            text, coding, region = self.text_of[message.channel](message.body, fragment.data_coding)
        return replace(
            message,
            upstream_id=message.upstream_id or message_id,
            fragment=None,
            text=printable(text),
            coding=coding,
            keyword_region=region,
        )

    def complaint(self, message: InboundMessage, *, id_: UUID, code: str, citizen: str) -> tuple[Complaint, bool]:
        """Return the complaint for a message, and whether it could be read."""
        try:
            return self.normaliser.normalise(message, id_=id_, code=code, citizen=citizen), True
        except Exception as error:  # noqa: BLE001  # whatever the normaliser trips over, the message goes to the triage desk
            _failed(error, id_)
            return unread(message, id_=id_, code=code, citizen=citizen), False

    def completion(
        self,
        complaint: Complaint | None,
        message: InboundMessage,
        *,
        part: MissingPart | None,
        about: KnownCase | None,
    ) -> tuple[Completion, bool]:
        """Return what a message adds to a complaint, and whether it could be read.

        Args:
            complaint: the complaint so far; None if it is not known here.
            message: the further message.
            part: the part that the citizen was asked for.
            about: what is known of the case; None to read the message for itself.
        """
        try:
            topic, region = (None, None) if about is None else (about.topic, about.region)
            found = self.normaliser.complete(complaint, message, part=part, topic=topic, region=region)
        except Exception as error:  # noqa: BLE001  # the same
            _failed(error, message.upstream_id)
            text = writable(message.text)
            added = Addition(
                text=text, received_at=message.received_at, attachments=message.attachments, raw=raw_of(message)
            )
            return Completion(addition=added, reading=MessageReading(), complaint=None), False
        return found, True


def printable(text: str) -> str:
    """Return a text without control characters but line breaks and tabs. In JSON each takes six bytes, and nobody can read them."""
    return text if _CONTROL.search(text) is None else _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def unread(message: InboundMessage, *, id_: UUID, code: str, citizen: str) -> Complaint:
    """Return the complaint for a message that nobody has read: it lacks subject and place, so that a triage desk gets it."""
    text = writable(message.text)
    return Complaint(
        id=id_,
        tracking_code=code,
        channel=message.channel,
        received_at=message.received_at,
        title=writable(message.title) or title_of(text),
        text=text,
        attachments=message.attachments,
        reporter_ref=citizen,
        anonymous=message.anonymous,
        secret=message.secret,
        recorded_by=message.recorded_by or None,
        source=message.source or None,
        missing=("place", "subject"),
        raw=raw_of(message),
        normaliser_version=VERSION,
    )


def _failed(error: Exception, message_id: object) -> None:
    log.error("a message could not be read: it goes to the triage desk", message=str(message_id), fault=repr(error))
