"""The facts of a case: the events that its step decided. The document of a case is the fold of its facts."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from complaints.command import CommandKind, MessageReading
from complaints.disposition import Deadline, Disposition
from complaints.event import Addition, Complaint
from complaints.values import Event, MissingPart


class FactKind(StrEnum):
    """The kinds of facts; the values are the Indonesian terms of complaint handling."""

    opened = "diterima"
    """The complaint became a case."""
    routed = "diteruskan"
    """The case has an owner: the first one, another one, or the same one that is now, or no longer, a triage desk."""
    asked = "ditanyakan"
    """The citizen is asked for a part that the complaint lacks."""
    added = "dilengkapi"
    """The citizen added a message."""
    refused = "bukan wewenang"
    """The owner refused the case."""
    answered = "ditanggapi"
    """The owner answered the citizen."""
    continued = "dilanjutkan"
    """A message of the citizen had no room in the case and became a case of its own."""
    declined = "ditolak"
    """A command changed nothing: it was already applied, or it was refused, and `text` says why."""


class Result(StrEnum):
    """The result of a command that changed nothing. A command that led to any other fact was applied."""

    already_applied = "already_applied"
    refused = "refused"


class Fact(Event):
    """Something that happened to a case, as its step decided it. A decision is made once: no redelivery or restart makes another."""

    id: UUID
    """Derived from the record that caused the fact, and the kind."""
    complaint_id: UUID
    tracking_code: str
    version: Annotated[int, Field(ge=1)]
    """The version of the case after this fact: 1 for the first fact, then one more for each."""
    kind: FactKind
    at: AwareDatetime
    """The time at which Kafka appended the record that caused the fact to the mailbox of the case."""
    caused_by: UUID
    """The id of that record: of the complaint, or of the command."""
    actor: str
    """Who caused it: the id of an agency, or "citizen"."""
    secret: bool = False
    """True if the complaint is secret: then no analyst may see the content of the fact."""
    complaint: Complaint | None = None
    """The complaint without its bytes as received (only `opened`)."""
    disposition: Disposition | None = None
    """The decision who owns the case (only `routed`)."""
    part: MissingPart | None = None
    """The part that is asked for (only `asked`)."""
    addition: Addition | None = None
    """The added message without its bytes as received (only `added`)."""
    reading: MessageReading | None = None
    """The reading of the added message (only `added`)."""
    text: str | None = None
    """The reason of a refusal, the answer, or the sentence that says why a command was refused (only those)."""
    command: CommandKind | None = None
    """The kind of the command that changed nothing (only `declined`)."""
    result: Result | None = None
    """Why it changed nothing (only `declined`)."""
    continued_as: str | None = None
    """The tracking code of the other case (only `continued`)."""
    deadlines: tuple[Deadline, ...] | None = None
    """The deadlines that run after the fact, if it changed them (a `routed` one has them in its disposition)."""
