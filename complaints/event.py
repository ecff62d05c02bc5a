"""The contract: every event that is written to a topic, as a frozen model that says what each field means."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

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
    """A text that the citizen added to a complaint later, mostly as the answer to our question."""

    text: str
    received_at: AwareDatetime
    attachments: tuple[Attachment, ...] = ()
    raw: Raw


class Complaint(Event):
    """The single complaint event: it has the same shape on every channel."""

    id: UUID
    tracking_code: str
    channel: ChannelName
    received_at: AwareDatetime
    occurred_on: OccurredOn | None = None
    title: str
    text: str
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
    """The address to reply to, encrypted (see complaints.crypto)."""
    anonymous: bool = False
    """*Anonim*: the person is hidden from the agency."""
    secret: bool = False
    """*Rahasia*: the report is hidden from the public and from analysts."""
    missing: tuple[MissingPart, ...] = ()
    raw: Raw
    additions: tuple[Addition, ...] = ()
    """The additions, oldest first. Each is a hop of the case, as each refusal is."""
    normaliser_version: str

    @property
    def whole_text(self) -> str:
        """The text and all additions, each on a line of its own."""
        return "\n".join((self.text, *(addition.text for addition in self.additions)))


class AgencyRef(Event):
    """The id and the name of an agency."""

    id: AgencyId
    name: str


class Alternative(Event):
    """An agency that was considered but not chosen."""

    id: AgencyId
    name: str
    score: Annotated[float, Field(ge=0, le=1)]


class Evidence(Event):
    """One reason for a decision."""

    rule: str
    span: str = ""
    """The citizen's words that the rule matched."""
    law: str = ""
    """The article of law that makes this public body responsible."""
    weight: float = 0.0


class Deadline(Event):
    """A legal duty and the last day to fulfil it."""

    duty: Literal["forward", "first_follow_up", "complete", "auto_close"]
    working_days: Annotated[int, Field(ge=0)]
    due: date
    source: str
    """The regulation that sets it."""


class Disposition(Event):
    """The decision who owns the complaint from this hop on, and why."""

    id: UUID
    complaint_id: UUID
    tracking_code: str
    hop: Annotated[int, Field(ge=0)]
    owner: AgencyRef
    previous_owner: AgencyRef | None = None
    triage: bool = False
    """True if the owner is a triage desk that must still find the agency that handles the complaint."""
    confidence: Annotated[float, Field(ge=0, le=1)]
    explanation: str
    """One Indonesian sentence for the citizen."""
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    secret: bool = False
    """True if the complaint is secret: then no analyst may see the content of this event."""
    rules_version: str
    registry_version: str
    decided_at: AwareDatetime


class Refusal(Event):
    """The answer of one agency at one hop that the complaint is not its task (*bukan wewenang*)."""

    hop: Annotated[int, Field(ge=0)]
    agency_id: AgencyId
    reason: str
    at: AwareDatetime


class CaseEventKind(StrEnum):
    """The kinds of events in a case; the values are the Indonesian terms of complaint handling."""

    accepted = "diterima"
    not_ours = "bukan wewenang"
    answered = "ditanggapi"
    closed = "selesai"
    overdue = "lewat tenggat"
    duplicate_of = "duplikat"
    enriched = "dilengkapi"


class CaseEvent(Event):
    """Something that happened to a case.

    A refusal and an enrichment carry the complaint and all refusals so far: the router needs nothing else to decide.
    """

    id: UUID
    complaint_id: UUID
    tracking_code: str
    kind: CaseEventKind
    at: AwareDatetime
    actor: str
    """The agency's id, "citizen" or "system"."""
    hop: Annotated[int, Field(ge=0)] = 0
    text: str = ""
    secret: bool = False
    """True if the complaint is secret: then no analyst may see the text."""
    refusals: tuple[Refusal, ...] = ()
    complaint: Complaint | None = None
    current_owner: AgencyRef | None = None


class ReplyKind(StrEnum):
    """The reasons for which the citizen gets a reply."""

    received = "received"
    question = "question"
    moved = "moved"
    completed = "completed"
    answered = "answered"
    status = "status"


class Reply(Event):
    """A text to send to the citizen, on the channel that the complaint came from."""

    id: UUID
    complaint_id: UUID
    tracking_code: str
    channel: ChannelName
    reply_address: str
    kind: ReplyKind
    text: str
    created_at: AwareDatetime
    replayed: bool = False
    """True if a replay made the event. No sender sends such a reply."""
    hop: Annotated[int, Field(ge=0)] = 0
    """The present hop of the case."""
    refusals: tuple[Refusal, ...] = ()
    """All refusals so far."""
    complaint: Complaint | None = None
    """The complaint in its present form: a channel that receives the citizen's answer needs nothing else to complete it."""


class DeliveryOutcome(StrEnum):
    """The possible results of sending a reply."""

    sent = "sent"
    delivered = "delivered"
    undeliverable = "undeliverable"
    expired = "expired"
    suppressed = "suppressed"
    """The reply was not sent, because a replay made it."""


class Delivery(Event):
    """The record of what became of a reply: it was sent, it arrived, or it cannot be delivered."""

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
    at: AwareDatetime


class DeadLetter(Event):
    """A message or record that could not be processed, with everything that is needed to try again."""

    id: UUID
    channel: ChannelName | None = None
    source_topic: str | None = None
    source_partition: int | None = None
    source_offset: int | None = None
    source_key: str
    reason: str
    error_class: str
    attempts: Annotated[int, Field(ge=1)] = 1
    at: AwareDatetime
    payload: Bytes
    headers: dict[str, str] = Field(default_factory=dict)


__all__ = [
    "Addition",
    "AgencyId",
    "AgencyRef",
    "Alternative",
    "Attachment",
    "Bytes",
    "CaseEvent",
    "CaseEventKind",
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
