"""The parts of events: frozen values whose docstrings say what each field means."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, dataclass_transform

from msgspec import Meta, Struct, StructMeta, field

ChannelName = Annotated[str, Meta(extra_json_schema={"pattern": r"^[a-z][a-z0-9-]{0,31}$"})]
"""The name of a channel. The list is open: a new channel needs no change of the contract. Its pattern and that of a region are only in the
schema; reading does not check them, which would take as long as all the rest."""

RegionCode = Annotated[str, Meta(extra_json_schema={"pattern": r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$"})]
"""A Kemendagri region code: province "33", regency "33.74", district "33.74.01", village "33.74.01.1001"."""

AgencyId = Annotated[str, Meta(min_length=1, max_length=120)]
"""The stable identifier of an agency in the registry."""

Moment = Annotated[datetime, Meta(tz=True)]
"""A time with its offset from UTC."""

Count = Annotated[int, Meta(ge=0)]
"""A whole number of at least 0."""

Source = Literal["walk-in", "letter", "call"]
"""How a citizen told an officer what the officer records on his behalf: he came, he wrote, or he called."""

MissingPart = Literal["place", "subject", "date", "chronology", "evidence", "road_class", "hospital_owner"]
"""A part that an incomplete report lacks (PermenPANRB 5/2025 lists the parts of a complete one).

The last two are no parts of a report: only the citizen can tell which tier of government a road or hospital belongs to, if he can.
"""


class _Record(StructMeta):
    """Makes every class of events frozen and keyword-only by default. A namespace is Python's plain data."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> Any:
        ours = {"frozen": True, "kw_only": True, "omit_defaults": True, "gc": False}
        return super().__new__(mcs, name, bases, namespace, **ours | config)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class Event(Struct, metaclass=_Record, frozen=True):
    """The base of all events and of their parts.

    In JSON a field with its default value is left out. When an event is read, unknown fields are dropped. Only reading checks values.
    """


class ComplaintClass(StrEnum):
    """The kind of report; the deadlines depend on it (PermenPANRB 5/2025)."""

    complaint = "pengaduan"
    information_request = "permintaan_informasi"
    aspiration = "aspirasi"


class DatePrecision(StrEnum):
    """The precision of the date that the citizen gave for the event."""

    day = "day"
    week = "week"
    month = "month"
    year = "year"


class OccurredOn(Event):
    """The date of the event that the citizen reports, as read from the text, and its precision.

    If the text names a week, month or year, the date is its first day; for a span up to today ("for two months") it is the day on which
    the span begins. Of several dates in the text it is not always the earliest. Words such as "kemarin" (yesterday) count from the day of
    receipt in the time zone of the place that the text names, or in that of Jakarta if it names none.
    """

    date: date
    precision: DatePrecision


class Region(Event):
    """An administrative region: its Kemendagri code and its name."""

    code: RegionCode
    name: str


class Pin(Event):
    """A position on the map that the citizen shared. It may be that of a home: analysts see it rounded to about a kilometre."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    regencies: tuple[Region, ...] = ()
    """The regencies that it may be in, the nearest first and at most three; empty outside Indonesia."""
    elsewhere: bool = False
    """True if it contradicts the text, which names another place: the event's place is the one in the text."""


class Place(Event):
    """The place of the event that the citizen reports, down to the lowest level that the text supports."""

    province: Region | None = None
    regency: Region | None = None
    district: Region | None = None
    village: Region | None = None
    text: str = ""
    """The location exactly as the citizen wrote it."""
    evidence: tuple[str, ...] = ()
    """The words of the citizen's text that name the place."""
    pin: Pin | None = None
    """The position on the map that the citizen shared."""

    @property
    def choices(self) -> tuple[Region, ...]:
        """The regencies between which only the citizen can choose, because his pin is near a border; empty if there is no choice."""
        pin = self.pin
        if pin is None or pin.elsewhere or self.regency is not None or len(pin.regencies) < 2:  # noqa: PLR2004
            return ()
        return pin.regencies


class RoutingHints(Event):
    """Hints from outside the text about which agency should handle the complaint."""

    addressed_to: str | None = None
    """The agency that the citizen chose or wrote in the form (*instansi tujuan*)."""
    tagged: tuple[str, ...] = ()
    """Other accounts that were tagged together with ours, without the @."""
    keyword_region: RegionCode | None = None
    """The region of the local government that an SMS keyword names (TANGKAB, LAPORHENDI)."""


class Attachment(Event):
    """A file that came with the complaint. We either store it under the hash of its content, or only know its address elsewhere."""

    name: str
    media_type: str
    size_bytes: Count
    """The size of the file; 0 if it is not known."""
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")] | None = None
    """The hash of the content, under which we store the file; None if we do not store it."""
    url: str | None = None
    """The address of the file elsewhere, if we do not store it: a URL, or "telegram-file:" with Telegram's id of the file."""


class Raw(Event):
    """The message as it came in, without the sender. The sender's address is in the sealed reply address of the complaint."""

    body: bytes = b""
    """The bytes as received. They are in the mailbox of the case only; the case and its facts have none."""
    coding: str
    """The encoding of the bytes: a charset, "gsm7", "ucs2", or a media type."""
    parts: Annotated[int, Meta(ge=1)] = 1
    """The number of messages that this one was joined from."""
    partial: bool = False
    """True if some parts of a long message never arrived."""
    upstream_id: str
    """The channel's own identifier of the message. The id of the complaint, or of the addition, is derived from it."""
    digest: str | None = None
    """On the web the digest of all that was sent, on which the receipt key depends. None if the channel knows who sent the message."""
