"""The contract: a frozen model for each kind of event that is written to a topic, with the meaning of its fields."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from complaints.disposition import AgencyRef, Alternative, Deadline, Disposition, Evidence
from complaints.values import (
    AgencyId,
    Attachment,
    Bytes,
    ChannelName,
    ComplaintClass,
    DatePrecision,
    Event,
    MissingPart,
    OccurredOn,
    Place,
    Raw,
    Region,
    RegionCode,
    RoutingHints,
)


class Addition(Event):
    """A message that the citizen added to a complaint later, usually as the answer to our question: its text and its files."""

    text: str
    received_at: AwareDatetime
    """The time at which the channel received the message with this text."""
    attachments: tuple[Attachment, ...] = ()
    """The files of this message; the complaint's attachments include them."""
    raw: Raw


class Complaint(Event):
    """A complaint of a citizen: the single event for complaints, with the same fields for every channel."""

    id: UUID
    tracking_code: str
    """The code by which the citizen follows the complaint: 11 characters without spaces."""
    channel: ChannelName
    received_at: AwareDatetime
    """The time at which the channel received the complaint."""
    occurred_on: OccurredOn | None = None
    title: str
    text: str
    """The text of the first message. Later texts are in `additions`."""
    place: Place = Place()
    topic: str | None = None
    """A path in LAPOR!'s category tree, "Main" or "Main/Sub"."""
    complaint_class: Annotated[ComplaintClass, Field(alias="class")] = ComplaintClass.complaint
    oversight: bool = False
    """True for *berkadar pengawasan*: abuse of office, corruption, illegal levies, staff discipline."""
    hints: RoutingHints = RoutingHints()
    attachments: tuple[Attachment, ...] = ()
    reporter_ref: str
    """A keyed pseudonym: the same person on the same channel always has the same one, and nobody can reverse it."""
    reply_address: str
    """The address to reply to, encrypted for this complaint only (see complaints.crypto)."""
    anonymous: bool = False
    """*Anonim*: the person is hidden from the agency."""
    secret: bool = False
    """*Rahasia*: the report is hidden from the public and from analysts."""
    missing: tuple[MissingPart, ...] = ()
    """The parts that the complaint, with its additions, still lacks."""
    raw: Raw
    additions: tuple[Addition, ...] = ()
    """The additions, oldest first; in the mailbox of the case always empty, because each addition follows as a command."""
    normaliser_version: str
    continues: str | None = None
    """The tracking code of the case that this complaint continues: an addition that the case had no room for."""

    @property
    def whole_text(self) -> str:
        """The text of the complaint and the texts of its additions, joined by line breaks, oldest first."""
        return "\n".join((self.text, *(addition.text for addition in self.additions)))


class Refusal(Event):
    """The statement of an agency, at one hop of the case, that the complaint is not its task (*bukan wewenang*)."""

    hop: Annotated[int, Field(ge=0)]
    agency_id: AgencyId
    reason: str
    at: AwareDatetime
    """The time at which the refusal reached the case."""
    late: bool = False
    """True if the case had moved on before: the refusal moved nothing, and does not count as a hop."""


class ReplyKind(StrEnum):
    """The kinds of replies to the citizen: each names the reason for which the reply is sent."""

    received = "received"
    """The complaint was received and has an owner."""
    question = "question"
    """The complaint lacks the subject or the place, and the citizen is asked for it."""
    moved = "moved"
    """The owner refused the case, and another agency owns it now."""
    completed = "completed"
    """The citizen's addition was received."""
    answered = "answered"
    """The owner answered the complaint."""
    status = "status"
    """The citizen asked for the status of a case."""


class Reply(Event):
    """A text to send to the citizen on one channel: that of the complaint, or that of the message that asked for a case's status."""

    id: UUID
    complaint_id: UUID
    tracking_code: str
    channel: ChannelName
    reply_address: str
    kind: ReplyKind
    text: str
    created_at: AwareDatetime
    hop: Annotated[int, Field(ge=0)] = 0
    """The present hop of the case."""
    part: MissingPart | None = None
    """The part that the citizen is asked for; None if this reply asks for nothing."""
    topic: str | None = None
    """The topic of the case: the channel tells by it whether the citizen's next message belongs to the case."""
    region: RegionCode | None = None
    """The smallest known region of the case."""
    additions: Annotated[int, Field(ge=0)] = 0
    """The number of additions to the case so far."""


class DeliveryOutcome(StrEnum):
    """The possible results of sending a reply."""

    sent = "sent"
    """The upstream accepted the reply."""
    delivered = "delivered"
    """The upstream reported that the reply arrived."""
    undeliverable = "undeliverable"
    """The reply will never arrive; `reason` of the delivery says why."""
    expired = "expired"
    """The reply was not sent, because it was too old."""


class Delivery(Event):
    """One outcome of a reply, such as sent or undeliverable. A reply can have several: first it is sent, later it is delivered."""

    id: UUID
    reply_id: UUID
    complaint_id: UUID
    tracking_code: str
    channel: ChannelName
    kind: ReplyKind
    outcome: DeliveryOutcome
    upstream_id: str = ""
    """The channel's identifier of the sent message."""
    reason: str = ""
    """The reason why the reply did not arrive, or the upstream's words about it."""
    at: AwareDatetime


class DeadLetter(Event):
    """A message or record that could not be processed, with its content, so that it can be processed after the fault is corrected.

    It came either from a channel or from a topic: one of `channel` and `source_topic` is set.
    """

    id: UUID
    channel: ChannelName | None = None
    source_topic: str | None = None
    source_partition: int | None = None
    source_offset: int | None = None
    source_key: str
    """The place of the input: topic/partition/offset, or the channel and the upstream's identifier."""
    reason: str
    error_class: str
    """The name of the Python class of the error."""
    attempts: Annotated[int, Field(ge=1)] = 1
    """The number of times that the input was tried."""
    at: AwareDatetime
    """The time at which the dead letter was made."""
    payload: Bytes
    """The input as bytes; only the beginning of a very large one."""
    headers: dict[str, str] = Field(default_factory=dict)


__all__ = [
    "Addition",
    "AgencyId",
    "AgencyRef",
    "Alternative",
    "Attachment",
    "Bytes",
    "ChannelName",
    "Complaint",
    "ComplaintClass",
    "DatePrecision",
    "DeadLetter",
    "Deadline",
    "Delivery",
    "DeliveryOutcome",
    "Disposition",
    "Event",
    "Evidence",
    "MissingPart",
    "OccurredOn",
    "Place",
    "Raw",
    "Refusal",
    "Region",
    "RegionCode",
    "Reply",
    "ReplyKind",
    "RoutingHints",
]
