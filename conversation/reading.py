"""Reads messages, and makes the digests by which repeated ones are found. What cannot be read goes on unread to the triage desk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

import structlog
from msgspec.structs import replace

from complaints.command import MessageReading
from complaints.event import Complaint
from complaints.message import InboundMessage
from conversation.citizen import KnownCase
from normalizer.complaint import Completion, Normaliser, unread
from normalizer.parts import addition_of, printable

log = structlog.get_logger()

TextOf = Callable[[bytes, int], tuple[str, str, str | None]]
"""Decodes a message's bytes by the number of its alphabet: to the text, the name of the coding, and the region of a keyword."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """Reads messages. No method fails for a message that a channel packed."""

    normaliser: Normaliser
    text_of: Mapping[str, TextOf]

    def decoded(self, message: InboundMessage, message_id: str) -> InboundMessage:
        """Return a whole message with its text decoded, and with its id as the upstream id if its protocol has none."""
        if message.fragment is not None:
            text, coding, region = self.text_of[message.channel](message.body, message.fragment.data_coding)
            message = replace(message, fragment=None, text=text, coding=coding, keyword_region=region)
        return replace(message, upstream_id=message.upstream_id or message_id, text=printable(message.text))

    def complaint(self, message: InboundMessage, *, id_: UUID, code: str, citizen: str) -> tuple[Complaint, bool]:
        """Return the complaint for a message, and whether it could be read."""
        try:
            return self.normaliser.normalise(message, id_=id_, code=code, citizen=citizen), True
        except Exception as error:  # noqa: BLE001  # whatever the normaliser trips over, the message goes to the triage desk
            _failed(error, id_)
            return unread(message, id_=id_, code=code, citizen=citizen), False

    def completion(self, message: InboundMessage, about: KnownCase | None = None) -> tuple[Completion, bool]:
        """Return the addition of a message to a case, and whether it could be read.

        It is read in the light of what is known `about` the case and of the part that the citizen was asked for, or else alone.
        """
        read = self.normaliser.complete
        try:
            if about is None:
                return read(None, message), True
            part = about.part if about.asked_ms else None
            return read(about.kept, message, part=part, topic=about.topic, region=about.region), True
        except Exception as error:  # noqa: BLE001  # the same
            _failed(error, message.upstream_id)
            return Completion(addition=addition_of(message), reading=MessageReading(), complaint=None), False


def words_of(message: InboundMessage) -> str:
    """Return the digest of a message's words; empty if it has files or no words, so that it never counts as a repetition.

    On the web the client chooses the id, so the digest is of all content: other content with the same id is another message.
    """
    if not message.sender:
        return blake2b(message.body + message.act.encode(), digest_size=8).hexdigest()
    if message.attachments or not message.text.strip():
        return ""
    about = "\0".join((message.reply_to.get("from", ""), message.about, message.text))
    return blake2b(about.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _failed(error: Exception, message_id: object) -> None:
    log.error("a message could not be read: it goes to the triage desk", message=str(message_id), fault=repr(error))
