"""The commands to a case: records in its mailbox, after the complaint, that ask for something. Each has exactly one result."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal, TypedDict
from uuid import UUID

from msgspec import Meta, field

from complaints.disposition import AgencyRef, Handling
from complaints.event import Addition
from complaints.values import (
    AgencyId,
    ChannelName,
    ComplaintClass,
    Event,
    MissingPart,
    Moment,
    OccurredOn,
    Place,
    Source,
)

CITIZEN = "citizen"
"""The actor of a citizen's command. Any actor other than these five is the id of an agency."""

CLOCK = "clock"
"""The actor of a timer that is due."""

NEIGHBOURS = "neighbours"
"""The actor of the step that looks for duplicates."""

CONVERSATION = "conversation"
"""The actor of the step that holds the conversation with the citizen."""

CASE = "case"
"""The actor of another case: its tracking code is `other`."""


class CommandKind(StrEnum):
    """The kinds of commands: the tag of each. Below is a Struct for each, which says what it asks for."""

    add = "add"
    disagree = "disagree"
    reopen = "reopen"
    rate = "rate"
    withdraw = "withdraw"
    hide = "hide"
    show = "show"
    status = "status"
    verify = "verify"
    accept = "accept"
    refuse = "refuse"
    hand_on = "hand-on"
    ask = "ask"
    answer = "answer"
    extend = "extend"
    postpone = "postpone"
    close = "close"
    reroute = "reroute"
    reclassify = "reclassify"
    prioritise = "prioritise"
    archive = "archive"
    merge = "merge"
    unmerge = "unmerge"
    adopt = "adopt"
    confirm = "confirm"
    reject = "reject"
    second = "second"
    leave = "leave"
    forget = "forget"
    echo = "echo"
    unheard = "unheard"
    due = "due"


EchoedEvent = Literal[
    "answered", "moved", "refused", "extended", "postponed", "next_right", "closed", "reopened", "gone"
]
"""The news of a main case for its supporters. "refused": a former owner refused it, and citizens get no reply; "next_right": it is so long
overdue that the citizen hears of the Ombudsman; "gone": it was withdrawn, archived or hidden, or is a report of abuse now, and the
supporter is handled separately again."""


class MessageReading(Event):
    """The channel's reading of the complaint together with the added message. The case takes from it what the complaint lacks."""

    occurred_on: OccurredOn | None = None
    place: Place = Place()
    topic: str | None = None
    complaint_class: ComplaintClass = field(default=ComplaintClass.complaint, name="class")
    oversight: bool = False
    missing: tuple[MissingPart, ...] = ()
    """The parts that the complaint still lacks with the message."""
    corrects: bool | None = None
    """True if the message names the place instead of another one ("bukan di Kota Bandung tapi Kabupaten Bandung"): another regency than the
    complaint's then replaces it."""


class Sender(Event):
    """The sender of a message, in the fields of a complaint. He gets the status, and is the citizen if the message becomes a complaint."""

    channel: ChannelName
    reporter_ref: str
    """The key of the citizen's mailbox."""
    proven: bool | None = None
    """By the web: whether he has the receipt key of the case, and not only its code. None if he has not, or his channel knows him."""


class Head(TypedDict):
    """The fields of a command of any kind."""

    id: UUID
    tracking_code: str
    actor: str
    received_at: Moment


class CitizenHead(Head):
    """The fields of a citizen's command of any kind."""

    sender: Sender


class Command(Event, tag_field="kind"):
    """A record in the mailbox of a case that asks for something: the base of all kinds."""

    id: UUID
    """The same command has the same id, however often it is delivered."""
    tracking_code: str
    """The tracking code of the case: the record's key."""
    actor: str
    """CITIZEN, CLOCK, NEIGHBOURS, CONVERSATION, CASE, or the id of an agency."""
    received_at: Moment
    """When the command was accepted, by the clock of the program that accepted it."""

    @property
    def kind(self) -> CommandKind:
        """The kind."""
        return CommandKind(str(self.__struct_config__.tag))


class Spoken(Command):
    """A command of an agency or a step with words."""

    text: str = ""
    """The text of the actor: a reason, a question, an answer."""


class OfCitizen(Command):
    """A command that a citizen can give."""

    sender: Sender | None = None
    """The sender of the message; None if an agency gives the command on his behalf."""


class Wish(OfCitizen):
    """A command of a citizen with words."""

    text: str = ""
    """His reason."""


class OfTwo(Command):
    """A command that names another case."""

    other: str
    """The tracking code of the other case."""


class Add(OfCitizen, tag=CommandKind.add.value):
    """The citizen adds a message to the complaint."""

    addition: Addition
    """The added message."""
    reading: MessageReading
    """The reading of the added message."""
    secret: bool | None = None
    """True if the message asks to hide the report; a `hide` command follows."""
    companion: bool | None = None
    """True if it is the second command of one message; the reply to the first one tells the citizen what became of the message."""


class Disagree(Wish, tag=CommandKind.disagree.value):
    """The citizen says that the answer does not settle the matter: the case is open again."""


class Reopen(Wish, tag=CommandKind.reopen.value):
    """The citizen asks for a case that has ended to be open again; or a triage desk takes one out of the archive."""


class Rate(Wish, tag=CommandKind.rate.value):
    """The citizen rates a closed case with 1 to 5 stars."""

    stars: Annotated[int, Meta(ge=1, le=5)]


class Withdraw(Wish, tag=CommandKind.withdraw.value):
    """The citizen takes the complaint back."""

    source: Source | None = None
    """How the citizen said it, if a triage desk records it on his behalf."""


class Hide(Wish, tag=CommandKind.hide.value):
    """The citizen asks to be hidden from the agency (*anonim*), or for the report to be hidden from the public (*rahasia*)."""

    anonymous: bool | None = None
    """True if the person is to be hidden."""
    secret: bool | None = None
    """True if the report is to be hidden."""


class Show(Wish, tag=CommandKind.show.value):
    """The citizen asks for what was hidden to be shown again."""

    anonymous: bool | None = None
    """True if the person is to be shown again."""
    secret: bool | None = None
    """True if the report is to be shown again."""


class Status(OfCitizen, tag=CommandKind.status.value):
    """A citizen asks for the status of the case. It leads to a reply and to no fact."""

    sender: Sender


class Verify(Spoken, tag=CommandKind.verify.value):
    """The owner says that the report is complete."""


class Accept(Spoken, tag=CommandKind.accept.value):
    """The owner says that the complaint is its task, and begins."""


class Refuse(Spoken, tag=CommandKind.refuse.value):
    """The owner says that the complaint is not its task (*bukan wewenang*)."""

    to: AgencyId | None = None
    """The agency that the refusal suggests."""


class HandOn(Spoken, tag=CommandKind.hand_on.value):
    """The owner hands the case on to another unit of its government."""

    to: AgencyId
    """The unit that gets the case."""


class Ask(Spoken, tag=CommandKind.ask.value):
    """The owner asks the citizen something."""


class Answer(Spoken, tag=CommandKind.answer.value):
    """The owner answers the citizen."""

    final: bool | None = None
    """True if the owner has nothing to add to the answer."""


class Extend(Spoken, tag=CommandKind.extend.value):
    """The owner takes more time to complete the case: once, before the day is over."""


class Postpone(Spoken, tag=CommandKind.postpone.value):
    """The owner puts the case off to a day, with the reason. No clock stops."""

    until: date


class Close(Spoken, tag=CommandKind.close.value):
    """The owner closes a case that it has answered."""


class Reroute(Spoken, tag=CommandKind.reroute.value):
    """A triage desk gives the case to an agency."""

    to: AgencyId
    beside: tuple[AgencyId, ...] | None = None
    """The agencies that are named in addition to the owner of a border case."""


class Reclassify(Spoken, tag=CommandKind.reclassify.value):
    """A triage desk corrects the class, which sets the days to complete the case."""

    complaint_class: ComplaintClass | None = field(default=None, name="class")
    """The right class; None leaves it as it is."""
    oversight: bool | None = None
    """True if the report is one of oversight, *berkadar pengawasan*; None leaves that as it is."""


class Prioritise(Spoken, tag=CommandKind.prioritise.value):
    """The owner or a triage desk marks the case as urgent: `text` says why. Without a text it takes the mark away."""


class Archive(Spoken, tag=CommandKind.archive.value):
    """A triage desk puts spam aside. Nothing is deleted: `reopen` takes it back."""


class Merge(OfTwo, tag=CommandKind.merge.value):
    """The case is about the same matter as an older one, `other`, and becomes its supporter if that one agrees."""

    text: str = ""


class Unmerge(Spoken, tag=CommandKind.unmerge.value):
    """A triage desk separates a supporter from its main case."""


class Adopt(OfTwo, tag=CommandKind.adopt.value):
    """A later case, `other`, asks this one to be its main case."""

    since: Moment
    """When the other case was received."""
    region: str | None = None
    """The Kemendagri code of the other case's regency; None if it is not known."""
    owner: AgencyId | None = None
    """The owner of the other case, if the search proposed the merge: both are of one government or body."""


class Confirm(OfTwo, tag=CommandKind.confirm.value):
    """The older case, `other`, agrees to be the main case."""

    owner: AgencyId | None = None
    """The owner of this case when it asked, if the search proposed the merge."""
    as_of: int | None = None
    """The version of the main case when it agreed."""
    agency: AgencyRef | None = None
    """The owner of the main case."""
    handling: Handling | None = None
    """How the main case is handled."""


class Reject(OfTwo, tag=CommandKind.reject.value):
    """The older case, `other`, does not agree; `text` says why."""

    text: str


class Second(OfTwo, tag=CommandKind.second.value):
    """The citizen of the supporter `other` adds something for the owner of this main case to read: `text`, without personal data."""

    text: str
    as_of: int | None = None
    """The version of the main case when it agreed."""


class Leave(OfTwo, tag=CommandKind.leave.value):
    """The supporter `other` leaves this main case."""

    as_of: int | None = None
    """The version of the main case when it agreed."""


class Forget(OfTwo, tag=CommandKind.forget.value):
    """Stops showing in this main case what the citizen of the supporter `other` has added."""


class Echo(OfTwo, tag=CommandKind.echo.value):
    """The main case, `other`, tells its supporter what happened to it."""

    event: EchoedEvent
    """The event of the main case."""
    text: str = ""
    """The text of the main case's owner."""
    as_of: int | None = None
    """The version of the main case when that happened."""
    agency: AgencyRef | None = None
    """The owner of the main case."""
    handling: Handling | None = None
    """How the main case is handled."""
    until: date | None = None
    """The day to which the main case was put off, or the new day to complete it."""


class Unheard(Spoken, tag=CommandKind.unheard.value):
    """The question of the case cannot reach the citizen: `text` says why."""


class Due(Command, tag=CommandKind.due.value):
    """A timer of the case is due: a deadline, a reminder, a closing."""


_ByCitizen = Add | Disagree | Reopen | Rate | Withdraw | Hide | Show | Status
_ByOwner = Verify | Accept | Refuse | HandOn | Ask | Answer | Extend | Postpone | Close
_ByDesk = Reroute | Reclassify | Prioritise | Archive
_ByCase = Merge | Unmerge | Adopt | Confirm | Reject | Second | Leave | Forget | Echo
AnyCommand = _ByCitizen | _ByOwner | _ByDesk | _ByCase | Unheard | Due
"""A command of one of the kinds: what a `match` over commands takes."""

Worded = Spoken | Wish | Merge | Reject | Second | Echo
"""The commands with words."""


def words_of(said: Command) -> str:
    """Return what the actor says; empty if a command of its kind has no words."""
    return said.text if isinstance(said, Worded) else ""


def sender_of(said: Command) -> Sender | None:
    """Return who sent the message; None if no citizen did."""
    return said.sender if isinstance(said, OfCitizen) else None


_ACTS: Final = re.compile(
    r"(disagree|reopen|withdraw|rate:[1-5]|hide:(?:anonymous|secret)|show:(?:anonymous|secret|all))"
)


def is_act(act: str) -> bool:
    """Return whether a text is an act, which names a command of a page, an app or a word (see complaints.message.InboundMessage.act)."""
    return _ACTS.fullmatch(act) is not None


def asked_for(act: str, head: CitizenHead, text: str = "") -> Wish:
    """Return the command that an act names."""
    name, _, value = act.partition(":")
    anonymous, secret = (value in {one, "all"} or None for one in ("anonymous", "secret"))
    match name:
        case "disagree":
            return Disagree(**head, text=text)
        case "reopen":
            return Reopen(**head, text=text)
        case "withdraw":
            return Withdraw(**head, text=text)
        case "rate":
            return Rate(**head, text=text, stars=int(value))
        case "hide":
            return Hide(**head, text=text, anonymous=anonymous, secret=secret)
        case _:
            return Show(**head, text=text, anonymous=anonymous, secret=secret)
