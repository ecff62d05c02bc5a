"""The disposition, which is the decision who owns a complaint, and its parts; complaints.event re-exports them."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from complaints.values import AgencyId, Count, Event, MissingPart


class AgencyRef(Event):
    """The id and the name of an agency."""

    id: AgencyId
    name: str


class Alternative(Event):
    """An agency that the router considered but did not choose as the owner of a complaint."""

    id: AgencyId
    name: str
    score: Annotated[float, Meta(ge=0, le=1)]
    """The score that ranked the agency; it is not a probability."""


class Evidence(Event):
    """One of the router's reasons for an agency: the rule, its score, and if there are any, the citizen's words and the article of law."""

    rule: str
    """The name of the rule, such as "subject:" with the id of a subject."""
    span: str = ""
    """The citizen's words that the rule matched."""
    law: str = ""
    """The article of law that makes this public body responsible."""
    weight: float = 0.0
    """The score that this reason adds."""


Duty = Literal["forward", "first_follow_up", "complete", "close", "statute_completeness", "statute_decision"]
"""To forward the complaint, to follow it up first, to complete it, to close it after an answer; and the ceilings of the statute: to say
whether the complaint is complete, and to decide on it."""


Counted = Literal["working", "calendar"]
"""The days that count: working days, or all."""


class Terms(Event):
    """The numbers of days for the duties of a case. A case keeps those with which it began until its end, even if the law changes."""

    regulation: str
    """The regulation that sets the working days."""
    forward: int
    first_follow_up: int
    close: int
    complete: dict[str, int]
    """The days by class; those of oversight under "berkadar"."""
    version: str
    """The version of the data that the days come from."""


class Handling(Event):
    """How a main case is handled, apart from its owner. A supporter that leaves it takes this over."""

    triage: bool = False
    """True if the owner is a triage desk that must still find the agency that handles the matter."""
    given: bool = False
    """True if a person gave the case to its owner: no addition moves it."""
    refused: tuple[AgencyId, ...] = ()
    """The agencies that refused it, the first one first."""


class Deadline(Event):
    """A legal duty and the last day to fulfil it."""

    duty: Duty
    days: Count
    """The number of days that the law allows."""
    counted: Counted
    """True if only working days count."""
    begins: date
    """The day of the event from which the days count."""
    due: date
    """The last day to fulfil the duty."""
    source: str
    """The regulation or article that sets the deadline."""
    done: date | None = None
    """The day on which the duty was fulfilled; None if it was not."""


class Disposition(Event):
    """The decision which agency owns the complaint from this hop on, with the reasons and the deadlines."""

    hop: Count = 0
    """The number of the owner in the chain of owners; 0 for the first."""
    owner: AgencyRef
    previous_owner: AgencyRef | None = None
    """The owner before, if there was one."""
    triage: bool = False
    """True if the owner is a triage desk that must still find the agency that handles the complaint."""
    confidence: Annotated[float, Meta(ge=0, le=1)]
    """The probability that the owner is the agency that must handle the complaint."""
    explanation: str
    """One Indonesian sentence for the citizen."""
    evidence: tuple[Evidence, ...] = ()
    """The reasons for the owner; if the owner is a triage desk, those for the most likely agency."""
    alternatives: tuple[Alternative, ...] = ()
    beside: tuple[AgencyRef, ...] = ()
    """The agencies that a triage desk named in addition to the owner of a border case."""
    asks: MissingPart | None = None
    """The part that the citizen should be asked for, because the tier of the owner depends on it."""
    rules_version: str
    registry_version: str
    deadlines: tuple[Deadline, ...] = ()
    """The deadlines that run after the decision."""
