"""The case: the complaint with everything that happened to it, as its step keeps it, and its status for the citizen."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final, Literal, Protocol, get_args
from uuid import UUID

from msgspec import Meta, field

from complaints.disposition import AgencyRef, Deadline, Duty, Handling, Terms
from complaints.event import Complaint, Refusal
from complaints.values import Count, Event, MissingPart, Moment

CaseState = Literal[
    "received",
    "awaiting_citizen",
    "routed",
    "accepted",
    "postponed",
    "reopened",
    "answered",
    "closed",
    "withdrawn",
    "merged",
    "archived",
]
"""The states of a case: at a triage desk; the citizen is asked for something; with an owner who has not accepted it; accepted; put off to a
day; open again after an answer or an end; answered; closed; withdrawn; a supporter of another case; put aside as spam."""

OPEN: Final[frozenset[CaseState]] = frozenset(
    ("received", "awaiting_citizen", "routed", "accepted", "postponed", "reopened")
)
"""The states of a case that waits for an owner's answer."""

ENDED: Final[frozenset[CaseState]] = frozenset(("closed", "withdrawn", "archived"))
"""The states of a case that has ended."""

LIVING: Final[frozenset[CaseState]] = frozenset(get_args(CaseState)) - ENDED
"""The states of a case that has not ended: open, answered, or a supporter of another one."""

FORMAT = 3
"""The number of the format of the case document: a header of its record has it, and a worker that meets a newer one stops."""


class Hop(Event):
    """One step of the chain of owners."""

    hop: Count
    owner: AgencyRef
    triage: bool = False
    """True if the owner is a triage desk that must still find the agency that handles the complaint."""
    since: Moment
    caused_by: UUID
    """The id of the complaint or command that led to it."""


class Answer(Event):
    """An answer of an agency to the citizen."""

    agency: AgencyRef
    text: str
    at: Moment
    caused_by: UUID
    final: bool = False
    """True if the agency has nothing to add."""


class Question(Event):
    """The question to the citizen that is open."""

    part: MissingPart | None = None
    """The part that is asked for; None if the owner asks in its own words."""
    text: str = ""
    """The owner's own words."""
    agency: AgencyRef | None = None
    """The agency that asks in its own words: the owner at that time."""
    at: Moment
    reminded_at: Moment | None = None


class Postponed(Event):
    """The day to which the owner has put the case off."""

    until: date
    text: str


class Rating(Event):
    """The citizen's rating of a closed case."""

    stars: Annotated[int, Meta(ge=1, le=5)]
    text: str = ""
    at: Moment


class Escalation(Event):
    """The step of the ladder on which an overdue case is."""

    level: Annotated[int, Meta(ge=1, le=5)]
    at: Moment


class Heard(Event):
    """The last things that a supporter learnt of its main case."""

    owner: AgencyRef
    """The owner of the main case at that time."""
    answer: str = ""
    """The last valid answer of the main case, without personal data; empty if there is none."""
    answered_at: Moment | None = None
    """When the supporter heard the answer."""
    answered_by: UUID | None = None
    """The id of the command by which it did."""
    handling: Handling | None = None
    """How the main case was handled then."""


class Case(Event):
    """The document of a case: the fold of its facts. A new field raises FORMAT."""

    version: Annotated[int, Meta(ge=1)]
    """The number of facts so far."""
    complaint_id: UUID
    tracking_code: str
    state: CaseState
    complaint: Complaint
    """The complaint with its additions, without the bytes as received."""
    owner: AgencyRef
    """The present owner."""
    triage: bool = False
    hop: Count = 0
    """The number of the present owner in the chain."""
    confidence: Annotated[float, Meta(ge=0, le=1)] = 0.0
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
    questions: Count = 0
    """The number of questions so far."""
    asked: tuple[MissingPart, ...] = ()
    """The parts that the citizen was asked for so far."""
    rules_version: str
    registry_version: str
    changed_at: Moment
    """The time of the last fact."""
    commands: dict[UUID, int] = field(default_factory=dict)
    """The ids of the complaint and of the latest commands, with the time of each in milliseconds since 1970. None is applied again."""
    terms: Terms | None = None
    """The numbers of days that apply to the case until its end."""
    complete_since: Moment | None = None
    """When the citizen answered the last question, so that the report was complete; None if it is complete since receipt."""
    declared_since: Moment | None = None
    """The same for the statute's ceiling for the decision, which no question moves after an owner has declared the report complete."""
    waits_since: Moment | None = None
    """When the question was asked for whose answer the completion waits; None if it waits for none."""
    decision_waits_since: Moment | None = None
    """When the question was asked for whose answer the ceiling for the decision waits; None if it waits for none."""
    paused_s: Count = 0
    """The seconds that the completion has waited for the citizen, without the present wait."""
    incomplete: bool = False
    """True if a question was closed without an answer: the case is handled with what there is."""
    checked_at: Moment | None = None
    """When an owner or the service first said whether the report is complete."""
    verified_at: Moment | None = None
    """When an owner said that the report is complete, explicitly or by accepting or answering."""
    followed_up_at: Moment | None = None
    """When an owner first did something."""
    forwarded_at: Moment | None = None
    """When a triage desk that owned the case became an owner like any other, for example by accepting it; otherwise None: see `chain`."""
    accepted_at: Moment | None = None
    """When the present owner accepted the case; None if it has not."""
    extended_at: Moment | None = None
    """When the owner took more time; None if it has not."""
    postponed: Postponed | None = None
    """The day to which the case is put off; None if it is not."""
    reopened_at: Moment | None = None
    """When the case was last opened again; None if an owner has accepted or answered it since."""
    disputes: Count = 0
    """The number of answers that the citizen disputed."""
    ended_at: Moment | None = None
    """When the case was closed, withdrawn or archived; None if it is open."""
    ended_by: str | None = None
    """The actor who closed, withdrew or archived the case (see complaints.fact.Fact.actor)."""
    deemed: bool = False
    """True if the citizen counts as having withdrawn, because he did not answer within the days of the law."""
    reclassified: bool = False
    """True if a triage desk has set the class: no reading changes it after that."""
    urgent: str | None = None
    """Why the case is marked as urgent; None if it is not."""
    rating: Rating | None = None
    overdue: dict[Duty, Moment] = field(default_factory=dict)
    """The duties whose deadlines were over before they were fulfilled, with the time at which that was noted."""
    escalation: Escalation | None = None
    beside: tuple[AgencyRef, ...] = ()
    """The agencies that are named in addition to the owner of a border case."""
    proposed: str | None = None
    """The older case that was asked to be the main case and has not answered."""
    main: str | None = None
    """The main case of which this one is a supporter."""
    main_as_of: int | None = None
    """The version of the main case when it agreed: earlier events of it do not concern this case."""
    heard: Heard | None = None
    """The last things that the supporter learnt of the main case, at first when that agreed; None if the case is on its own."""
    refused_elsewhere: tuple[str, ...] = ()
    """The agencies that refused a main case of which this one was a supporter: none of them gets it."""
    told_to: tuple[str, ...] = ()
    """The main cases that show what the citizen of this supporter added, until a command makes them forget it."""
    supporters: Count = 0
    """The number of cases that are supporters of this one."""
    alone_as_of: int | None = None
    """The version in which the case let all its supporters go; any that joined before have left already."""
    apart: tuple[str, ...] = ()
    """The main cases from which a person separated this one: no search for duplicates merges it into them again."""
    given: bool = False
    """True if a person gave the case to its owner: no addition moves it, only a person or a refusal does."""
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
        due: the last day on which the owner may complete the case, at most that of the statute; None if the law sets none.
        answer: the latest text of an answer or of a closing, masked; empty if there is none yet, and always if the report is secret.
        secret: whether the report is hidden from the public.
        anonymous: whether the person is hidden from the agency.
        by_code: whether only the code identifies the citizen; False if the channel of the complaint knows him.
        content: the digest of what was sent as the complaint (see complaints.values.Raw); empty if the channel of the complaint knows him.
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
    anonymous: bool = False
    by_code: bool = True
    content: str = ""


class CaseReader(Protocol):
    """Looks up the status of a case by its tracking code."""

    def status(self, code: str) -> CaseStatus | None:
        """Return the status of the case with the tracking code `code`, or None if there is no such case or it has no owner yet.

        Thread-safe; may block for seconds.

        Raises:
            TrackingCodeError: `code` cannot be one of our tracking codes.
            UnavailableError: the status cannot be looked up now.
        """
