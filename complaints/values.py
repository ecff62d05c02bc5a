"""The parts that events are made of: frozen values whose docstrings say what each field means."""

import base64
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

ChannelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
"""The name of a channel. The list is open: a new channel needs no change of the contract."""

RegionCode = Annotated[str, StringConstraints(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$")]
"""A Kemendagri region code: province "33", regency "33.74", district "33.74.01", village "33.74.01.1001"."""

AgencyId = Annotated[str, StringConstraints(min_length=1, max_length=120)]
"""The stable identifier of an agency in the registry."""


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
"""A part that an incomplete report lacks (PermenPANRB 5/2025 lists the parts of a complete one)."""


class Event(BaseModel):
    """The base of all events: frozen, written as JSON by alias; fields that the model does not know are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)


class ComplaintClass(StrEnum):
    """The kind of report; the deadlines depend on it (PermenPANRB 5/2025)."""

    complaint = "pengaduan"
    information_request = "permintaan_informasi"
    aspiration = "aspirasi"


class DatePrecision(StrEnum):
    """The precision with which the citizen dated the event."""

    day = "day"
    week = "week"
    month = "month"
    year = "year"


class OccurredOn(Event):
    """The date of the event: the earliest day that the text supports, in the reporter's time zone."""

    date: date
    precision: DatePrecision


class Region(Event):
    """One administrative region."""

    code: RegionCode
    name: str


class Place(Event):
    """The place of the event, down to the lowest level that the text supports."""

    province: Region | None = None
    regency: Region | None = None
    district: Region | None = None
    village: Region | None = None
    text: str = ""
    """The location exactly as the citizen wrote it."""
    evidence: tuple[str, ...] = ()
    """The words of the text that name the place."""


class RoutingHints(Event):
    """Hints from outside the text about which agency should handle the complaint."""

    addressed_to: str | None = None
    """The agency that the citizen chose or wrote in the form (*instansi tujuan*)."""
    tagged: tuple[str, ...] = ()
    """Other accounts that were tagged together with ours, without the @."""
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
    """The message as it came in, without the sender, whose address is in the sealed reply address."""

    body: Bytes
    coding: str
    """The encoding of the bytes: a charset, "gsm7", "ucs2", or a media type."""
    parts: Annotated[int, Field(ge=1)] = 1
    """The number of messages that it was joined from."""
    partial: bool = False
    """True if some parts of a long message never arrived."""
    upstream_id: str
    """The channel's own identifier; the complaint's id is derived from it."""
