"""The records in the mailbox of the neighbours' step: cases that are candidates for a merge, and what supporters are to hear."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from complaints.values import ComplaintClass, Event, RegionCode


class Opened(Event):
    """A case whose regency is known and that may be a duplicate, or the main case of one.

    A case that is secret, or reports abuse of office, never becomes such a record: it is handled by itself.
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
    complaint_class: Annotated[ComplaintClass | None, Field(alias="class")] = None
    received_at: AwareDatetime
    """The time at which the channel received the complaint: of two cases the older one is the main case."""
    reporter_ref: str
    """The pseudonym of the citizen."""
    signature: str
    """What normalizer.matter.signature.signature made of the text and of the place as the citizen wrote it. The step sees neither."""

    @property
    def key(self) -> str:
        """The key of the record."""
        return self.regency


class Closed(Event):
    """A case that can be no main case any more: it has ended, was merged into another, or became secret."""

    id: UUID
    tracking_code: str
    regency: RegionCode
    """The code of the regency: the record's key."""
    merged: bool = False
    """Whether it became a supporter: then it still tells how others may word the matter."""
    at: AwareDatetime

    @property
    def key(self) -> str:
        """The key of the record."""
        return self.regency


class ToSupporters(Event):
    """The fields of a record for a page of supporters."""

    id: UUID
    main: str
    """The tracking code of the main case."""
    page: Annotated[int, Field(ge=0)] = 0
    """The number of the page: the router writes to page 0, and a full page passes the record on to the next one."""
    at: AwareDatetime

    @property
    def key(self) -> str:
        """The key of the record: "7K3M9QX2RTS/0"."""
        return f"{self.main}/{self.page}"


class Joined(ToSupporters):
    """A case became a supporter of a main case."""

    supporter: str
    """The tracking code of the supporter."""


class Left(ToSupporters):
    """A case is a supporter of a main case no longer."""

    supporter: str
    """The tracking code of the case that left."""


class Told(ToSupporters):
    """What a main case tells its supporters: each gets it as a command to its case."""

    body: dict[str, Any] = Field(default_factory=dict)
    """The fields that each supporter's command has beside its id, kind, actor and tracking code."""
