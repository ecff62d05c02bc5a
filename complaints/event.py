"""The contract: every event that crosses a topic, as frozen models that say what each field means."""

import base64
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

ChannelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
"""A door's name. Open-ended: a new channel needs no change of the contract."""

RegionCode = Annotated[str, StringConstraints(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$")]
"""A Kemendagri region code: province "33", regency "33.74", district "33.74.01", village "33.74.01.1001"."""

AgencyId = Annotated[str, StringConstraints(min_length=1, max_length=120)]
"""The registry's stable identifier of a public body."""


def _from_base64(value: object) -> object:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


Bytes = Annotated[
    bytes,
    BeforeValidator(_from_base64),
    PlainSerializer(lambda value: base64.b64encode(value).decode(), return_type=str),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]
"""Bytes in Python, base64 (RFC 4648) in JSON."""

MissingPart = Literal["place", "subject", "date", "chronology", "evidence"]
"""What an incomplete report lacks (PermenPANRB 5/2025 names what a complete one has)."""


class Event(BaseModel):
    """What all events share: frozen, closed to unknown fields on writing, JSON by alias."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)


class ComplaintClass(StrEnum):
    """What the citizen wants; the deadlines hang on it (PermenPANRB 5/2025)."""

    complaint = "pengaduan"
    information_request = "permintaan_informasi"
    aspiration = "aspirasi"


class DatePrecision(StrEnum):
    """How exactly the citizen dated the event."""

    day = "day"
    week = "week"
    month = "month"
    year = "year"


class OccurredOn(Event):
    """When the event happened: the earliest day that the text supports, in the reporter's time zone."""

    date: date
    precision: DatePrecision


class Region(Event):
    """One administrative region."""

    code: RegionCode
    name: str


class Place(Event):
    """Where the event happened, as far down as the text supports it."""

    province: Region | None = None
    regency: Region | None = None
    district: Region | None = None
    village: Region | None = None
    text: str = ""
    """What the citizen wrote as the location, as it was written."""
    evidence: tuple[str, ...] = ()
    """The words of the text that name the place."""


class RoutingHints(Event):
    """What the citizen said, by other means than the text, about who should handle it."""

    addressed_to: str | None = None
    """The agency chosen or written in the form (*instansi tujuan*)."""
    tagged: tuple[str, ...] = ()
    """Accounts tagged beside ours, without the @."""
    keyword_region: RegionCode | None = None
    """The local government that an SMS keyword names (TANGKAB, LAPORHENDI)."""


class Attachment(Event):
    """A file that came with the complaint, stored by the hash of its content."""

    name: str
    media_type: str
    size_bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    url: str | None = None


class Raw(Event):
    """The message as it came in, without the sender, who is in the sealed reply address."""

    body: Bytes
    coding: str
    """How the bytes are to be read: a charset, "gsm7", "ucs2", or a media type."""
    parts: Annotated[int, Field(ge=1)] = 1
    """The number of messages that it was joined from."""
    partial: bool = False
    """True where some parts of a long message never came."""
    upstream_id: str
    """The channel's own identifier; the complaint's id is derived from it."""


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
    normaliser_version: str


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
