"""The records in the mailbox of the neighbours' step: cases that are candidates for a merge, and the news for supporters."""

from datetime import date
from uuid import UUID

from msgspec import field

from complaints.command import EchoedEvent
from complaints.disposition import AgencyRef, Handling
from complaints.values import ComplaintClass, Count, Event, Moment, RegionCode


class Opened(Event):
    """A case whose regency is known and that may be a duplicate, or the main case of one.

    A case that is secret, or reports abuse of office or danger to life, never becomes such a record: it is handled separately.
    """

    id: UUID
    """The id of the complaint or command that made the regency known."""
    tracking_code: str
    complaint_id: UUID
    regency: RegionCode
    """The code of the regency: the record's key."""
    district: RegionCode | None = None
    village: RegionCode | None = None
    topic: str | None = None
    """A path in LAPOR!'s category tree, "Main" or "Main/Sub"."""
    complaint_class: ComplaintClass | None = field(default=None, name="class")
    received_at: Moment
    """The time at which the channel received the complaint: of two cases the older one is the main case."""
    reporter_ref: str
    """The pseudonym of the citizen."""
    signature: str
    """The signature of the text and of the place as the citizen wrote it (see normalizer.matter.signature). The step sees neither."""

    @property
    def key(self) -> str:
        """The key of the record."""
        return self.regency


class Closed(Event):
    """A case that can no longer be a main case: it has ended, was merged into another, or became secret."""

    id: UUID
    tracking_code: str
    regency: RegionCode
    """The code of the regency: the record's key."""
    merged: bool = False
    """True if it became a supporter: then it still shows how others may word the matter."""
    at: Moment

    @property
    def key(self) -> str:
        """The key of the record."""
        return self.regency


class ToSupporters(Event):
    """The fields of a record for a page of supporters."""

    id: UUID
    main: str
    """The tracking code of the main case."""
    page: Count = 0
    """The number of the page: the router writes to page 0, and a full page passes the record on to the next one."""
    at: Moment

    @property
    def key(self) -> str:
        """The key of the record: "7K3M9QX2RTS/0"."""
        return f"{self.main}/{self.page}"


class Joined(ToSupporters):
    """A case became a supporter of a main case."""

    supporter: str
    """The tracking code of the supporter."""


class Left(ToSupporters):
    """A case is no longer a supporter of a main case."""

    supporter: str
    """The tracking code of the case that left."""


class Told(ToSupporters):
    """The news of a main case for its supporters: each gets it as a command to its case."""

    event: EchoedEvent
    """The event."""
    as_of: int
    """The version of the main case when it happened."""
    agency: AgencyRef
    """The owner of the main case."""
    handling: Handling
    """How the main case is handled."""
    text: str = ""
    """The owner's own words, without personal data."""
    until: date | None = None
    """The day to which the main case was put off, or the new day to complete it."""
