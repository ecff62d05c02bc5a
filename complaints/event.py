"""The contract: every event that crosses a topic, as frozen models that say what each field means."""

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
    """What the citizen added to a complaint later, mostly the answer to our question."""

    text: str
    received_at: AwareDatetime
    attachments: tuple[Attachment, ...] = ()
    raw: Raw


class Complaint(Event):
    """The single complaint event: the same shape from every door."""

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
    """A keyed pseudonym: the same person on the same channel has the same one, and nobody can turn it back."""
    reply_address: str
    """Where to answer, encrypted (see complaints.crypto)."""
    anonymous: bool = False
    """*Anonim*: the person is hidden from the agency."""
    secret: bool = False
    """*Rahasia*: the report is hidden from the public and from analysts."""
    missing: tuple[MissingPart, ...] = ()
    raw: Raw
    additions: tuple[Addition, ...] = ()
    """Oldest first. Each is a step of the case, as each refusal is."""
    normaliser_version: str

    @property
    def whole_text(self) -> str:
        """The text with all that was added to it, a line each."""
        return "\n".join((self.text, *(addition.text for addition in self.additions)))


class AgencyRef(Event):
    """A public body."""

    id: AgencyId
    name: str


class Alternative(Event):
    """A body that was considered and did not win."""

    id: AgencyId
    name: str
    score: Annotated[float, Field(ge=0, le=1)]


class Evidence(Event):
    """One reason of a decision."""

    rule: str
    span: str = ""
    """The citizen's words that the rule saw."""
    law: str = ""
    """The article that makes this body responsible."""
    weight: float = 0.0


class Deadline(Event):
    """A legal duty and the last day for it."""

    duty: Literal["forward", "first_follow_up", "complete", "auto_close"]
    working_days: Annotated[int, Field(ge=0)]
    due: date
    source: str
    """The regulation that sets it."""


class Disposition(Event):
    """Who owns the complaint from this hop on, and why."""

    id: UUID
    complaint_id: UUID
    tracking_code: str
    hop: Annotated[int, Field(ge=0)]
    owner: AgencyRef
    previous_owner: AgencyRef | None = None
    triage: bool = False
    """True where the owner is a desk that must sort it out, not yet the body that handles it."""
    confidence: Annotated[float, Field(ge=0, le=1)]
    explanation: str
    """One Indonesian sentence for the citizen."""
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    secret: bool = False
    """As the complaint's: what stands in this event must then reach no analyst."""
    rules_version: str
    registry_version: str
    decided_at: AwareDatetime


class Refusal(Event):
    """One body's "not ours", at one hop."""

    hop: Annotated[int, Field(ge=0)]
    agency_id: AgencyId
    reason: str
    at: AwareDatetime


class CaseEventKind(StrEnum):
    """What can happen to a case; the values are the words of the field."""

    accepted = "diterima"
    not_ours = "bukan wewenang"
    answered = "ditanggapi"
    closed = "selesai"
    overdue = "lewat tenggat"
    duplicate_of = "duplikat"
    enriched = "dilengkapi"


class CaseEvent(Event):
    """Something that happened to a case.

    A refusal and an enrichment carry the complaint and all refusals so far: the router that reads one needs nothing else.
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
    """As the complaint's: the text must then reach no analyst."""
    refusals: tuple[Refusal, ...] = ()
    complaint: Complaint | None = None
    current_owner: AgencyRef | None = None


class ReplyKind(StrEnum):
    """Why the citizen hears from us."""

    received = "received"
    question = "question"
    moved = "moved"
    completed = "completed"
    answered = "answered"
    status = "status"


class Reply(Event):
    """What to tell the citizen, on the channel of origin."""

    id: UUID
    complaint_id: UUID
    tracking_code: str
    channel: ChannelName
    reply_address: str
    kind: ReplyKind
    text: str
    created_at: AwareDatetime
    replayed: bool = False
    """True for an event that a replay made. No sender sends one."""
    hop: Annotated[int, Field(ge=0)] = 0
    """Where the case stands."""
    refusals: tuple[Refusal, ...] = ()
    """All so far."""
    complaint: Complaint | None = None
    """As it stands: whoever hears the citizen's answer needs nothing else to complete it."""


class DeliveryOutcome(StrEnum):
    """What became of a reply."""

    sent = "sent"
    delivered = "delivered"
    undeliverable = "undeliverable"
    expired = "expired"
    suppressed = "suppressed"
    """A replay made it."""


class Delivery(Event):
    """The record that a reply was sent, arrived, or cannot be."""

    id: UUID
    reply_id: UUID
    complaint_id: UUID
    tracking_code: str
    channel: ChannelName
    kind: ReplyKind
    outcome: DeliveryOutcome
    upstream_id: str = ""
    """The channel's identifier of what was sent."""
    reason: str = ""
    at: AwareDatetime


class DeadLetter(Event):
    """A message that could not become what it should, with all that is needed to try again."""

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
