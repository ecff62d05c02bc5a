"""What a channel hands in: one message of one citizen, parsed as far as the protocol goes and no further."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from complaints.event import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One citizen's message as its door received it.

    Attributes:
        channel: the door's name.
        upstream_id: the channel's own stable identifier of the message; must not contain the sender's identity.
        received_at: when the door received it, with a time zone.
        sender: the citizen's address on the channel (a number in E.164 form, an account id); sealed in the event.
        reply_to: what else the channel needs to answer there (a thread's id); sealed with the sender.
        thread: the channel's own name of the conversation, where it has such; what the same sender says in it belongs to one case.
        text: the message, decoded; empty only where attachments speak.
        title: the citizen's own title, where the door asks for one.
        address: what was written in a field for the place.
        occurred: what was written in a field for the date.
        addressed_to: what was written in a field for the agency.
        tagged: accounts tagged beside ours, without the @.
        keyword_region: the Kemendagri code that a keyword named.
        shared_location: latitude and longitude in degrees, where the citizen shared a position.
        topic: the category that was chosen.
        attachments: files that came with it.
        anonymous: hide the person from the agency.
        secret: hide the report from the public and from analysts.
        body: the raw bytes as received, without the sender.
        coding: how the bytes are to be read.
        parts: of how many messages it was joined.
        partial: some of them never came.
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
        """Where to answer: what is sealed in the event."""
        thread = {"thread": self.thread} if self.thread else {}
        return {"sender": self.sender, **thread, **self.reply_to}
