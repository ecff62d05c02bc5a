"""The commands to a case: records in its mailbox, behind the complaint, that ask for something. Each has exactly one result."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from complaints.event import Addition
from complaints.values import ChannelName, ComplaintClass, Event, MissingPart, OccurredOn, Place

CITIZEN = "citizen"
"""The actor of a citizen's command. Any other actor is the id of an agency."""


class CommandKind(StrEnum):
    """The kinds of commands."""

    add = "add"
    """The citizen adds a message to the complaint."""
    refuse = "refuse"
    """The owner says that the complaint is not its task (*bukan wewenang*)."""
    answer = "answer"
    """The owner answers the citizen."""
    status = "status"
    """A citizen asks for the status of the case. It leads to a reply and to no fact."""


class MessageReading(Event):
    """The channel's reading of the complaint together with the added message. The case takes from it what the complaint lacks."""

    occurred_on: OccurredOn | None = None
    place: Place = Place()
    topic: str | None = None
    complaint_class: Annotated[ComplaintClass, Field(alias="class")] = ComplaintClass.complaint
    oversight: bool = False
    missing: tuple[MissingPart, ...] = ()
    """The parts that the complaint still lacks with the message."""


class Sender(Event):
    """Who sent a message, as a complaint names him: he hears the status, and owns the complaint that a message becomes without room."""

    channel: ChannelName
    reporter_ref: str
    """The key of the citizen's mailbox."""


class Command(Event):
    """A record in the mailbox of a case that asks for something."""

    id: UUID
    """The same command has the same id, however often it is delivered."""
    tracking_code: str
    """The tracking code of the case: the record's key."""
    kind: CommandKind
    actor: str
    """CITIZEN, or the id of the agency."""
    received_at: AwareDatetime
    """The clock of whoever accepted the command, when it was accepted."""
    text: str = ""
    """The reason of a refusal, or the answer."""
    addition: Addition | None = None
    """The added message (only `add`)."""
    reading: MessageReading | None = None
    """The reading of the added message (only `add`)."""
    sender: Sender | None = None
    """Who sent the message (only `add` and `status`)."""
