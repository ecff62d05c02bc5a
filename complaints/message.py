"""The inbound message: one message of one citizen, with the fields that the channel's protocol has. Its text is not interpreted yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from complaints.event import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One message of one citizen as the channel received it, in the same form for all channels.

    Attributes:
        channel: the name of the channel.
        upstream_id: the channel's own stable identifier of the message; must not contain the sender's identity.
        received_at: when the channel received the message, with a time zone.
        sender: the citizen's address on the channel (a number in E.164 form, an account id); sealed in the event.
        reply_to: other values that the channel needs for a reply (for example the id of a post); sealed with the sender.
        thread: the channel's own name of the conversation; messages of one sender in the same thread belong to one case. Empty if none.
        text: the decoded message; empty only if it consists of attachments.
        title: the citizen's own title, if the channel asks for one.
        address: the content of the form's field for the place; empty if there is none.
        occurred: the content of the form's field for the date, as the citizen wrote it; empty if there is none.
        addressed_to: the content of the form's field for the agency; empty if there is none.
        tagged: other accounts that were tagged together with ours, without the @.
        keyword_region: the Kemendagri code of the region that an SMS keyword names.
        shared_location: latitude and longitude in degrees, if the citizen shared a position.
        topic: the category that the citizen chose.
        attachments: the files that came with the message.
        anonymous: whether to hide the person from the agency.
        secret: whether to hide the report from the public and from analysts.
        body: the raw bytes as received, without the sender.
        coding: the encoding of the raw bytes.
        parts: the number of messages that this one was joined from.
        partial: whether some parts of a long message never arrived.
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
        """The address to reply to, in plain text, to be sealed for the event: `sender`, `thread` if there is one, and all of `reply_to`."""
        thread = {"thread": self.thread} if self.thread else {}
        return {"sender": self.sender, **thread, **self.reply_to}
