"""The facts of a case: the events that its step decided. The document of a case is the fold of its facts."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, TypedDict
from uuid import UUID

from msgspec import Meta, field

from complaints.command import CommandKind, EchoedEvent, MessageReading
from complaints.disposition import AgencyRef, Deadline, Disposition, Duty, Handling, Terms
from complaints.event import Addition, Complaint
from complaints.values import AgencyId, ComplaintClass, Event, MissingPart, Moment, Source


class FactKind(StrEnum):
    """The kinds of facts: the tag of each. Below is a Struct for each."""

    opened = "opened"
    routed = "routed"
    asked = "asked"
    added = "added"
    refused = "refused"
    answered = "answered"
    continued = "continued"
    verified = "verified"
    accepted = "accepted"
    handed_on = "handed_on"
    extended = "extended"
    postponed = "postponed"
    resumed = "resumed"
    closed = "closed"
    reopened = "reopened"
    rated = "rated"
    withdrawn = "withdrawn"
    hidden = "hidden"
    shown = "shown"
    rerouted = "rerouted"
    reclassified = "reclassified"
    prioritised = "prioritised"
    archived = "archived"
    reminded = "reminded"
    unanswered = "unanswered"
    unheard = "unheard"
    overdue = "overdue"
    escalated = "escalated"
    proposed = "proposed"
    merged = "merged"
    unmerged = "unmerged"
    seconded = "seconded"
    supported = "supported"
    left = "left"
    forgotten = "forgotten"
    echoed = "echoed"
    declined = "declined"


class Result(StrEnum):
    """The result of a command that changed nothing. A command that led to any other fact was applied."""

    already_applied = "already_applied"
    refused = "refused"


class Head(TypedDict):
    """The fields of a fact of any kind."""

    id: UUID
    complaint_id: UUID
    tracking_code: str
    version: int
    at: Moment
    caused_by: UUID
    actor: str
    secret: bool


class Fact(Event, tag_field="kind"):
    """Something that happened to a case, as its step decided it: the base of all kinds. No redelivery or restart makes a second one."""

    id: UUID
    """Derived from the record that caused the fact, and the kind."""
    complaint_id: UUID
    tracking_code: str
    version: Annotated[int, Meta(ge=1)]
    """The version of the case after this fact: 1 for the first fact, then one more for each."""
    at: Moment
    """The time at which Kafka appended the record that caused the fact to the mailbox of the case."""
    caused_by: UUID
    """The id of that record: of the complaint, or of the command."""
    actor: str
    """The actor who caused it: an agency's id, or "citizen", "clock", "neighbours", "conversation" or "case" (see complaints.command)."""
    secret: bool = False
    """True if the complaint is secret: then no analyst may see the content of the fact."""

    @property
    def kind(self) -> FactKind:
        """The kind."""
        return FactKind(str(self.__struct_config__.tag))


class Clocked(Fact):
    """A fact that may change deadlines."""

    deadlines: tuple[Deadline, ...] | None = None
    """The deadlines that run after the fact, if it changed them."""


class Spoken(Clocked):
    """A fact that may change deadlines, with words."""

    text: str | None = None
    """The actor's text."""


class OfSupporter(Fact):
    """A fact of a main case about one of its supporters."""

    other: str | None = None
    """The tracking code of the supporter; None if it is no longer shown."""


class Opened(Fact, tag=FactKind.opened.value):
    """The complaint became a case."""

    complaint: Complaint
    """The complaint without its bytes as received."""
    terms: Terms | None = None
    """The numbers of days that apply to the case until its end."""


class Routed(Fact, tag=FactKind.routed.value):
    """The case has an owner: the first one, another one, or the same one that became or ceased to be a triage desk."""

    disposition: Disposition
    """The decision who owns the case, with the deadlines that run after it."""
    handling: Handling | None = None
    """How the main case was handled, if the case goes to its owner."""


class Asked(Spoken, tag=FactKind.asked.value):
    """The citizen is asked for a part that the complaint lacks."""

    part: MissingPart | None = None
    """The part that is asked for; None if the owner asks in its own words, which are `text`."""


class Added(Clocked, tag=FactKind.added.value):
    """The citizen added a message."""

    addition: Addition
    """The added message without its bytes as received."""
    reading: MessageReading
    """The reading of the added message."""
    companion: bool | None = None
    """True if another reply tells the citizen what became of it (see complaints.command.Add)."""


class Refused(Fact, tag=FactKind.refused.value):
    """The owner refused the case."""

    text: str | None = None
    """The actor's text."""
    to: AgencyId | None = None
    """The agency that the refusal suggests."""


class Answered(Spoken, tag=FactKind.answered.value):
    """The owner answered the citizen."""

    final: bool | None = None
    """True if the owner has nothing to add to the answer."""


class Continued(Fact, tag=FactKind.continued.value):
    """A message had no room in the case, or told of danger to life, and became a case of its own."""

    continued_as: str
    """The tracking code of the other case."""


class Verified(Spoken, tag=FactKind.verified.value):
    """The owner said that the report is complete."""


class Accepted(Spoken, tag=FactKind.accepted.value):
    """The owner accepted the case."""


class HandedOn(Spoken, tag=FactKind.handed_on.value):
    """The owner handed the case on to another unit of its government."""

    to: AgencyId
    """The unit that gets the case."""


class Extended(Spoken, tag=FactKind.extended.value):
    """The owner took more time to complete the case."""


class Postponed(Spoken, tag=FactKind.postponed.value):
    """The owner put the case off to a day."""

    until: date


class Resumed(Clocked, tag=FactKind.resumed.value):
    """The day to which the case was put off has come."""


class Closed(Spoken, tag=FactKind.closed.value):
    """The case is closed: by its owner, by the clock after an answer that nobody disputed, or with its main case."""


class Reopened(Spoken, tag=FactKind.reopened.value):
    """The case is open again."""

    event: EchoedEvent | None = None
    """"answered" if a case that is no supporter any more keeps the answer that it heard."""


class Rated(Fact, tag=FactKind.rated.value):
    """The citizen rated the case."""

    stars: Annotated[int, Meta(ge=1, le=5)]
    text: str | None = None
    """The actor's text."""


class Withdrawn(Spoken, tag=FactKind.withdrawn.value):
    """The citizen took the complaint back; or counts as having done so, because he did not answer within the days of the law."""

    deemed: bool | None = None
    """True if the citizen counts as having withdrawn, by the law, because he did not answer."""
    source: Source | None = None
    """How the citizen said so, if a triage desk recorded it on his behalf."""


class Hidden(Clocked, tag=FactKind.hidden.value):
    """The person or the report is hidden from now on."""

    anonymous: bool | None = None
    """True if the person is hidden from now on; None if that is as before."""


class Shown(Clocked, tag=FactKind.shown.value):
    """The person is shown again if `anonymous` is False, the report if it is not `secret` any more."""

    anonymous: bool | None = None
    """True if the person is hidden from now on; None if that is as before."""


class Rerouted(Spoken, tag=FactKind.rerouted.value):
    """A triage desk gave the case to another agency."""

    to: AgencyId


class Reclassified(Spoken, tag=FactKind.reclassified.value):
    """A triage desk corrected the class."""

    complaint_class: ComplaintClass | None = field(default=None, name="class")
    """The class from now on; None if it is as before."""
    oversight: bool | None = None
    """True if it is a report of oversight from now on; None if that is as before."""


class Prioritised(Fact, tag=FactKind.prioritised.value):
    """The case was marked as urgent, or the mark was taken away."""

    text: str | None = None
    """Why the case is urgent; None if it is not urgent any more."""


class Archived(Spoken, tag=FactKind.archived.value):
    """A triage desk put the case aside as spam."""


class Reminded(Fact, tag=FactKind.reminded.value):
    """The citizen was reminded of the question."""


class Unanswered(Clocked, tag=FactKind.unanswered.value):
    """The question is closed without an answer: the case is handled with what there is."""


class Unheard(Spoken, tag=FactKind.unheard.value):
    """The question cannot reach the citizen: it is closed as if it had not been asked, and the case is handled with what there is."""


class Overdue(Fact, tag=FactKind.overdue.value):
    """A deadline is over, and its duty was not fulfilled."""

    duty: Duty


class Escalated(Fact, tag=FactKind.escalated.value):
    """The case has reached the next step of the ladder, where the agency has it on its list."""

    level: Annotated[int, Meta(ge=1, le=5)]
    """The step of the ladder."""
    agency: AgencyRef | None = None


class Proposed(Fact, tag=FactKind.proposed.value):
    """The case asks an older one to be its main case."""

    other: str
    """The tracking code of the other case."""
    text: str | None = None
    """The actor's text."""


class Merged(Clocked, tag=FactKind.merged.value):
    """The older case agreed: the case is its supporter."""

    other: str
    """The tracking code of the other case."""
    as_of: int | None = None
    """The version of the main case when it agreed."""
    agency: AgencyRef | None = None
    """The owner of the main case."""
    handling: Handling | None = None
    """How the main case is handled."""


class Unmerged(Spoken, tag=FactKind.unmerged.value):
    """The case is handled separately: the older one did not agree, or the case is no longer its supporter."""

    other: str | None = None
    """The tracking code of the other case."""
    event: EchoedEvent | None = None
    """"answered" if the case keeps the answer that it heard."""


class Seconded(OfSupporter, tag=FactKind.seconded.value):
    """The citizen of a supporter adds something, without personal data here."""

    text: str | None = None
    """The actor's text."""


class Supported(OfSupporter, tag=FactKind.supported.value):
    """Another case became a supporter of this one."""


class Left(OfSupporter, tag=FactKind.left.value):
    """A supporter left."""


class Forgotten(OfSupporter, tag=FactKind.forgotten.value):
    """An addition by the citizen of a supporter is no longer shown here: he has hidden it, or left with an accusation or a correction."""


class Echoed(Spoken, tag=FactKind.echoed.value):
    """The supporter heard what happened to its main case."""

    other: str
    """The tracking code of the other case."""
    event: EchoedEvent
    """The event of the main case."""
    agency: AgencyRef | None = None
    """The owner of the main case."""
    handling: Handling | None = None
    """How the main case is handled."""
    until: date | None = None
    """The day to which the main case was put off, or the new day to complete it."""


class Declined(Fact, tag=FactKind.declined.value):
    """A command changed nothing: it was already applied, or it was refused, and `text` says why."""

    text: str
    """The sentence that says why."""
    command: CommandKind
    """The kind of the command that changed nothing."""
    result: Result
    """Why it changed nothing."""


_First = Opened | Routed | Asked | Added | Refused | Answered | Continued
_ByOwner = Verified | Accepted | HandedOn | Extended | Postponed
_InItsLife = Resumed | Closed | Reopened | Rated | Withdrawn | Hidden | Shown
_ByDesk = Rerouted | Reclassified | Prioritised | Archived
_ByClock = Reminded | Unanswered | Unheard | Overdue | Escalated
_ByCase = Proposed | Merged | Unmerged | Seconded | Supported | Left | Forgotten | Echoed
AnyFact = _First | _ByOwner | _InItsLife | _ByDesk | _ByClock | _ByCase | Declined
"""A fact of one of the kinds: what a `match` over facts takes."""

Worded = Spoken | Refused | Rated | Prioritised | Proposed | Seconded | Declined
"""The facts with words."""


def text_of(fact: Fact) -> str:
    """Return what the actor said, or why a command changed nothing; empty if a fact of its kind has no words."""
    return fact.text or "" if isinstance(fact, Worded) else ""


def said_in(fact: Fact) -> str:
    """Return the words that came with a fact: those of the addition if it is one, otherwise what the actor said."""
    return fact.addition.text if isinstance(fact, Added) else text_of(fact)


def deadlines_of(fact: Fact) -> tuple[Deadline, ...]:
    """Return the deadlines that run after a fact, if it changed them; otherwise none."""
    if isinstance(fact, Routed):
        return fact.disposition.deadlines
    return fact.deadlines or () if isinstance(fact, Clocked) else ()


def field_of(fact: Fact, name: str) -> Any:
    """Return a field of a fact; None if a fact of its kind does not have it."""
    return getattr(fact, name, None)
