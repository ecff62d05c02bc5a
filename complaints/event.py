"""The contract: a frozen Struct for each kind of event that is written to a topic, with the meaning of its fields."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, field

from complaints.disposition import AgencyRef, Alternative, Deadline, Disposition, Evidence
from complaints.values import (
    AgencyId,
    Attachment,
    ChannelName,
    ComplaintClass,
    Count,
    DatePrecision,
    Event,
    MissingPart,
    Moment,
    OccurredOn,
    Pin,
    Place,
    Raw,
    Region,
    RegionCode,
    RoutingHints,
    Source,
)


class Addition(Event):
    """A message that the citizen added to a complaint later, usually as the answer to our question: its text and its files."""

    text: str
    received_at: Moment
    """The time at which the channel received the message with this text."""
    attachments: tuple[Attachment, ...] = ()
    """The files of this message; the complaint's attachments include them."""
    raw: Raw
    apart: bool | None = None
    """True if it may be about other matters than the complaint. It is not read, and nobody is asked."""
    by_code: bool | None = None
    """True if somebody else who has the code wrote it; on the web, somebody without the receipt key. A case takes few such additions, so
    that there is room for its citizen's own."""


class Complaint(Event):
    """A complaint of a citizen: the single event for complaints, with the same fields for every channel."""

    id: UUID
    tracking_code: str
    """The code by which the citizen follows the complaint: 11 characters without spaces."""
    channel: ChannelName
    received_at: Moment
    """The time at which the channel received the complaint."""
    occurred_on: OccurredOn | None = None
    title: str
    text: str
    """The text of the first message. Later texts are in `additions`."""
    place: Place = Place()
    topic: str | None = None
    """A path in LAPOR!'s category tree, "Main" or "Main/Sub"."""
    complaint_class: ComplaintClass = field(default=ComplaintClass.complaint, name="class")
    oversight: bool = False
    """True for *berkadar pengawasan*: abuse of office, corruption, illegal levies, staff discipline."""
    hints: RoutingHints = RoutingHints()
    attachments: tuple[Attachment, ...] = ()
    reporter_ref: str
    """The key of the citizen's mailbox: a pseudonym that nobody can reverse, the same for a person on a channel; on the web the code."""
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
    danger: bool | None = None
    """True if the text, or a title of the citizen's own, reports danger to somebody's life, as this version of the normaliser understood
    it; None if it was not asked. It is for the first decision, and no case keeps it."""
    clear: bool | None = None
    """True if its words tell its subject clearly, as this version of the normaliser understood them; None if it was not asked. It is for
    the conversation, and no case keeps it."""
    settled: tuple[str, ...] | None = None
    """The word groups that answers to our questions mean ("provincial_road"); None if there are no such answers."""
    recorded_by: AgencyId | None = None
    """The agency whose officer recorded the complaint on the citizen's behalf; None if he sent it himself."""
    source: Source | None = None
    """How the citizen told it to that officer; None if he sent it himself."""
    continues: str | None = None
    """The tracking code of the case that this complaint continues: an addition that had no room in the case, or told of danger to life."""

    @property
    def whole_text(self) -> str:
        """The text of the complaint and the texts of its additions, joined by line breaks, oldest first."""
        return "\n".join((self.text, *(addition.text for addition in self.additions)))


class Refusal(Event):
    """The statement of an agency, at one hop of the case, that the complaint is not its task (*bukan wewenang*)."""

    hop: Count
    agency_id: AgencyId
    reason: str
    at: Moment
    """The time at which the refusal reached the case."""
    late: bool = False
    """True if the case had moved on before: the refusal moved nothing, and does not count as a hop."""
    suggested: AgencyId | None = None
    """The agency that it suggests; None if it suggests none."""


class DeadLetter(Event):
    """A message or record that could not be processed, with its content, so that it can be processed after the fault is corrected.

    It came either from a channel or from a topic: one of `channel` and `source_topic` is set.
    """

    id: UUID
    channel: ChannelName | None = None
    source_topic: str | None = None
    source_partition: Count | None = None
    source_offset: Count | None = None
    source_key: str
    """The place of the input: topic/partition/offset, or the channel and the upstream's identifier."""
    reason: str
    error_class: str
    """The name of the Python class of the error."""
    attempts: Annotated[int, Meta(ge=1)] = 1
    """The number of times that the input was tried."""
    at: Moment
    """The time at which the dead letter was made."""
    payload: bytes
    """The input as bytes; only the beginning of a very large one."""
    headers: dict[str, str] = field(default_factory=dict)


__all__ = [
    "Addition",
    "AgencyId",
    "AgencyRef",
    "Alternative",
    "Attachment",
    "ChannelName",
    "Complaint",
    "ComplaintClass",
    "DatePrecision",
    "DeadLetter",
    "Deadline",
    "Disposition",
    "Event",
    "Evidence",
    "MissingPart",
    "OccurredOn",
    "Pin",
    "Place",
    "Raw",
    "Refusal",
    "Region",
    "RegionCode",
    "RoutingHints",
    "Source",
]
