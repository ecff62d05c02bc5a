"""The inbound message: one message of one citizen, parsed only as far as the channel's protocol goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from complaints.event import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """The message of a citizen as the channel received it.

    Attributes:
        channel: the name of the channel.
        upstream_id: the channel's own stable identifier of the message; must not contain the sender's identity.
        received_at: when the channel received the message, with a time zone.
        sender: the citizen's address on the channel (a number in E.164 form, an account id); sealed in the event.
        reply_to: what else the channel needs for a reply (for example a thread's id); sealed with the sender.
        thread: the channel's own name of the conversation, if it has one; messages of one sender in it belong to one case.
        text: the decoded message; empty only if it consists of attachments.
        title: the citizen's own title, if the channel asks for one.
        address: the content of a field for the place.
        occurred: the content of a field for the date.
        addressed_to: the content of a field for the agency.
        tagged: other accounts that were tagged together with ours, without the @.
        keyword_region: the Kemendagri code of the region that an SMS keyword names.
        shared_location: latitude and longitude in degrees, if the citizen shared a position.
        topic: the category that the citizen chose.
        attachments: the files that came with the message.
        anonymous: whether to hide the person from the agency.
        secret: whether to hide the report from the public and from analysts.
        body: the raw bytes as received, without the sender.
        coding: the encoding of the raw bytes.
        parts: the number of messages that it was joined from.
        partial: whether some of these never arrived.
    """

    channel: str
    upstream_id: str
    received_at: datetime
    sender: str
    text: str
    body: bytes
    coding: str
    reply_to: Mapping[str, str] = field(default_factory=dict)
    thread: str = ""
    title: str = ""
    address: str = ""
    occurred: str = ""
    addressed_to: str = ""
    tagged: tuple[str, ...] = ()
    keyword_region: str | None = None
    shared_location: tuple[float, float] | None = None
    topic: str = ""
    attachments: tuple[Attachment, ...] = ()
    anonymous: bool = False
    secret: bool = False
    parts: int = 1
    partial: bool = False

    @property
    def reply_address(self) -> dict[str, str]:
        """The address to reply to; it is sealed in the event."""
        thread = {"thread": self.thread} if self.thread else {}
        return {"sender": self.sender, **thread, **self.reply_to}
