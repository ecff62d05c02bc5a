"""The commands to a case: records in its mailbox, behind the complaint, that ask for something. Each has exactly one result."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, NamedTuple
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
"""The actor of a citizen's command. Any actor that is none of these five is the id of an agency."""

CLOCK = "clock"
"""The actor of a timer: the time for something has come."""

NEIGHBOURS = "neighbours"
"""The actor of the step that looks for duplicates."""

CONVERSATION = "conversation"
"""The actor of the step that tells citizens what they are to hear."""

CASE = "case"
"""The actor of another case: its tracking code is `other`."""


class CommandKind(StrEnum):
    """The kinds of commands."""

    add = "add"
    """The citizen adds a message to the complaint."""
    disagree = "disagree"
    """The citizen says that the answer does not settle the matter: the case is open again."""
    reopen = "reopen"
    """The citizen asks for a case that has ended to be open again; or a triage desk takes one out of the archive."""
    rate = "rate"
    """The citizen rates a closed case with 1 to 5 stars."""
    withdraw = "withdraw"
    """The citizen takes the complaint back."""
    hide = "hide"
    """The citizen asks to be hidden from the agency (*anonim*), or for the report to be hidden from the public (*rahasia*)."""
    show = "show"
    """The citizen asks for what was hidden to be shown again."""
    status = "status"
    """A citizen asks for the status of the case. It leads to a reply and to no fact."""
    verify = "verify"
    """The owner says that the report is complete."""
    accept = "accept"
    """The owner says that the complaint is its task, and begins."""
    refuse = "refuse"
    """The owner says that the complaint is not its task (*bukan wewenang*)."""
    hand_on = "hand-on"
    """The owner hands the case on to another unit of its government."""
    ask = "ask"
    """The owner asks the citizen something."""
    answer = "answer"
    """The owner answers the citizen."""
    extend = "extend"
    """The owner takes more time to complete the case: once, before the day is over."""
    postpone = "postpone"
    """The owner puts the case off to a day, with the reason. No clock stops."""
    close = "close"
    """The owner closes a case that it has answered."""
    reroute = "reroute"
    """A triage desk gives the case to an agency."""
    reclassify = "reclassify"
    """A triage desk corrects the class, which sets the days to complete the case."""
    archive = "archive"
    """A triage desk puts spam aside. Nothing is deleted: `reopen` takes it back."""
    merge = "merge"
    """The case is the same matter as an older one, `other`, and becomes its supporter if that one agrees."""
    unmerge = "unmerge"
    """A triage desk takes a supporter off its main case."""
    adopt = "adopt"
    """A later case, `other`, asks this one to be its main case."""
    confirm = "confirm"
    """The older case, `other`, agrees to be the main case."""
    reject = "reject"
    """The older case, `other`, does not agree; `text` says why."""
    second = "second"
    """The citizen of the supporter `other` adds something, which the owner of this main case is to know: `text`, without personal data."""
    leave = "leave"
    """The supporter `other` leaves this main case."""
    forget = "forget"
    """What the citizen of the supporter `other` has added is not to be shown in this main case any more."""
    echo = "echo"
    """The main case, `other`, lets its supporter hear what happened to it."""
    unheard = "unheard"
    """The citizen cannot hear the question of the case: `text` says why."""
    due = "due"
    """The time for something has come: a deadline, a reminder, a closing."""


EchoedEvent = Literal[
    "answered", "moved", "refused", "extended", "postponed", "next_right", "closed", "reopened", "gone"
]
"""What a supporter hears of its main case; "refused": by a former owner, of which the citizen is told nothing; "next_right": it is so long
overdue that the citizen hears of the Ombudsman; "gone": it was withdrawn, archived or hidden, or is a report of abuse now, and the
supporter is handled by itself again."""


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
    """Whether the message names the place instead of another one ("bukan di Kota Bandung tapi Kabupaten Bandung"): another regency than the
    complaint's then replaces it."""


class Sender(Event):
    """Who sent a message, as a complaint names him: he hears the status, and owns the complaint that a message becomes without room."""

    channel: ChannelName
    reporter_ref: str
    """The key of the citizen's mailbox."""
    proven: bool | None = None
    """By the web: whether he has the receipt key of the case, and not only its code. None if he has not, or his channel knows him."""


class Command(Event):
    """A record in the mailbox of a case that asks for something."""

    id: UUID
    """The same command has the same id, however often it is delivered."""
    tracking_code: str
    """The tracking code of the case: the record's key."""
    kind: CommandKind
    actor: str
    """CITIZEN, or the id of the agency."""
    received_at: Moment
    """The clock of whoever accepted the command, when it was accepted."""
    text: str = ""
    """What the actor says: a reason, a question, an answer."""
    to: AgencyId | None = None
    """The agency that gets the case (`hand-on`, `reroute`), or that a refusal suggests (`refuse`)."""
    beside: tuple[AgencyId, ...] | None = None
    """The agencies that are named beside the owner of a border case (only `reroute`)."""
    final: bool | None = None
    """Whether the owner has nothing to add to the answer (only `answer`)."""
    complaint_class: ComplaintClass | None = field(default=None, name="class")
    """The right class (only `reclassify`)."""
    oversight: bool | None = None
    """Whether the report is one of oversight, *berkadar pengawasan* (only `reclassify`); None leaves that as it is."""
    until: date | None = None
    """The day to which the case is put off (only `postpone`), or was put off; or the new day to complete it (only `echo`)."""
    stars: Annotated[int, Meta(ge=1, le=5)] | None = None
    """The rating (only `rate`)."""
    anonymous: bool | None = None
    """Whether the person is what is to be hidden (`hide`) or shown again (`show`)."""
    secret: bool | None = None
    """Whether the report is what is to be hidden (`hide`) or shown again (`show`), or is to be hidden by the words of the message, for
    which a `hide` follows (`add`)."""
    other: str | None = None
    """The tracking code of the other case (only in the dialogue between two cases)."""
    since: Moment | None = None
    """When the other case was received (only `adopt`)."""
    region: str | None = None
    """The Kemendagri code of the other case's regency (only `adopt`); None if it is not known."""
    owner: AgencyId | None = None
    """The owner of the other case, if the search proposed the merge (only `adopt` and `confirm`): both are of one government or body."""
    as_of: int | None = None
    """The version of the main case when it agreed (only `confirm`, `second` and `leave`), or when that happened of which it tells (only
    `echo`)."""
    event: EchoedEvent | None = None
    """What happened to the main case (only `echo`)."""
    agency: AgencyRef | None = None
    """The owner of the main case (only `confirm` and `echo`)."""
    handling: Handling | None = None
    """How the main case is handled (only `confirm` and `echo`)."""
    source: Source | None = None
    """How the citizen said it, if a triage desk records it on his behalf (only `withdraw`)."""
    addition: Addition | None = None
    """The added message (only `add`)."""
    reading: MessageReading | None = None
    """The reading of the added message (only `add`)."""
    sender: Sender | None = None
    """Who sent the message (only commands of a citizen)."""
    companion: bool | None = None
    """Whether it is the second command of one message, whose first one tells the citizen what became of it (only `add`)."""


_ACTS: Final = re.compile(
    r"(disagree|reopen|withdraw|rate:[1-5]|hide:(?:anonymous|secret)|show:(?:anonymous|secret|all))"
)


class Asked(NamedTuple):
    """A command to a case.

    Attributes:
        kind: of the command.
        fields: of the command, beside the text.
    """

    kind: CommandKind
    fields: dict[str, Any]


def asked_for(act: str) -> Asked | None:
    """Return the command that a page, an app or a word names (see complaints.message.InboundMessage.act); None if there is none."""
    if _ACTS.fullmatch(act) is None:
        return None
    name, _, value = act.partition(":")
    if name == "rate":
        return Asked(CommandKind.rate, {"stars": int(value)})
    named = ("anonymous", "secret") if value == "all" else (value,) if value else ()
    return Asked(CommandKind(name), dict.fromkeys(named, True))
