"""The case: the complaint with everything that happened to it, as its step keeps it, and its status for the citizen."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, Protocol
from uuid import UUID

from pydantic import AwareDatetime, Field

from complaints.disposition import AgencyRef, Deadline
from complaints.event import Complaint, Refusal
from complaints.values import Event, MissingPart

CaseState = Literal["menunggu", "diproses", "ditanggapi", "selesai"]
"""The states of a case: waiting at a triage desk, being handled by its owner, answered, closed."""

FORMAT = 1
"""The number of the format of the case document."""


class Hop(Event):
    """One step of the chain of owners."""

    hop: Annotated[int, Field(ge=0)]
    owner: AgencyRef
    triage: bool = False
    """True if the owner is a triage desk that must still find the agency that handles the complaint."""
    since: AwareDatetime
    caused_by: UUID
    """The id of the complaint or command that led to it."""


class Answer(Event):
    """An answer of an agency to the citizen."""

    agency: AgencyRef
    text: str
    at: AwareDatetime
    caused_by: UUID


class Question(Event):
    """The question to the citizen that is open."""

    part: MissingPart
    at: AwareDatetime


class Case(Event):
    """The document of a case: the fold of its facts. Readers keep fields that they do not know."""

    format: int = FORMAT
    version: Annotated[int, Field(ge=1)]
    """The number of facts so far."""
    complaint_id: UUID
    tracking_code: str
    state: CaseState
    complaint: Complaint
    """The complaint with its additions, without the bytes as received."""
    owner: AgencyRef
    """The present owner."""
    triage: bool = False
    hop: Annotated[int, Field(ge=0)] = 0
    """The number of the present owner in the chain."""
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.0
    explanation: str = ""
    """The sentence for the citizen about the present owner."""
    deadlines: tuple[Deadline, ...] = ()
    """The deadlines that run; each counts from an event of its own."""
    chain: tuple[Hop, ...]
    """The owners so far, the first one first; the last one is the present owner."""
    refusals: tuple[Refusal, ...] = ()
    """All refusals, oldest first."""
    answers: tuple[Answer, ...] = ()
    """All answers, oldest first."""
    questions: Annotated[int, Field(ge=0)] = 0
    """The number of questions so far."""
    rules_version: str
    registry_version: str
    changed_at: AwareDatetime
    """The time of the last fact."""
    commands: dict[UUID, int] = Field(default_factory=dict)
    """The ids of the complaint and of the latest commands, with the time of each in milliseconds since 1970. None is done again."""
    complete_since: AwareDatetime | None = None
    """When the citizen answered the last question, so that the report was complete; None if it is complete since receipt."""
    question: Question | None = None
    """The open question; None if none is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStatus:
    """The status of a case. Anyone who has the tracking code may see it; nothing in it says who the citizen is.

    Attributes:
        complaint_id: the id of the complaint.
        tracking_code: the tracking code in its canonical form: 11 characters without spaces.
        channel: the name of the channel that the complaint came through.
        received_at: when the channel received the complaint.
        state: the present state.
        owner: the name of the agency that owns the case.
        since: when the case came to this owner.
        due: the last day on which the owner may complete the case, or None if the law sets none.
        answer: the latest text of an answer or of a closing, masked; empty if there is none yet, and always if the report is secret.
        secret: whether the report is hidden from the public.
    """

    complaint_id: UUID
    tracking_code: str
    channel: str
    received_at: datetime
    state: CaseState
    owner: str
    since: datetime
    due: date | None = None
    answer: str = ""
    secret: bool = False


class CaseReader(Protocol):
    """Looks up the status of a case by its tracking code."""

    def status(self, code: str) -> CaseStatus | None:
        """Return the status of the case with the tracking code `code`, or None if there is no such case or it has no owner yet.

        Thread-safe; may block for seconds.

        Raises:
            TrackingCodeError: `code` cannot be one of our tracking codes.
            UnavailableError: the status cannot be looked up now.
        """
