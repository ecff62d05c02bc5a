"""Several cases at once, each with its mailbox, and the pages of supporters; what is in the mailboxes is handled in any order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import encode
from complaints.case import Case
from complaints.command import Command, CommandKind, Sender
from complaints.contract import COMPLAINTS, NEIGHBOURS
from complaints.event import Complaint
from complaints.mail import Reply
from neighbours.step import NeighboursStep
from neighbours.supporters import unpack
from router.cases.step import timer
from tests.harness.facts import Facts
from tests.harness.house import House, said
from tests.harness.pipeline import Box
from tests.harness.support import as_stored

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
SEARCH = NeighboursStep()
"""What keeps the pages."""


class Handled(NamedTuple):
    """A record that a case has handled, and what came of it.

    Attributes:
        record: as the mailbox has it.
        law: by which it was handled.
        before: the document before; None if there was none.
        after: the document after.
        facts: that it led to.
        replies: that it led to.
        written: the records to other cases that it led to.
    """

    record: StoredRecord
    law: Any
    before: Case | None
    after: Case
    facts: Facts
    replies: list[Reply]
    written: list[Record]


@dataclass
class Lives(House):
    """Mailboxes of cases, and the pages of supporters, which a test works on in any order.

    Attributes:
        handled: everything that cases have handled, in its order.
        rung: when each timer was first appended, by the code of its case and its moment.
    """

    handled: list[Handled] = field(default_factory=list)
    rung: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.steps[NEIGHBOURS] = SEARCH

    def is_taken(self, record: Record) -> bool:
        """Return whether a case or a page handles a record: the others are to find duplicates."""
        return record.topic == COMPLAINTS or (record.topic == NEIGHBOURS and "main" in orjson.loads(record.value))

    def send(self, *events: Complaint | Command) -> None:
        """Append complaints or commands to the mailboxes of their cases."""
        self.append(*(encode(event, source="/tests") for event in events))

    def rings(self, code: str) -> bool:
        """Append the timer of a case if its moment has come, again at most an hour later; return whether it was appended."""
        state = self.states.get(box_of(code))
        due = None if state is None else state.due_ms
        if due is None or due > self.now_ms or self.rung.setdefault((code, due), self.now_ms) < self.now_ms - HOUR_MS:
            return False
        self.append(timer(code.encode(), due))
        return True

    def work_on(self, box: Box) -> bool:
        """Let the next record of a mailbox be handled; return whether there was one."""
        if (record := self.next_in(box)) is None:
            return False
        if box[0] == NEIGHBOURS:
            self.handle(as_stored(record, at_ms=self.now_ms))
            return True
        code, told, sent = box[1].decode(), len(self.replies), len(self.written[COMPLAINTS])
        before = self.case(code) if box in self.states else None
        facts = self.work(record)
        written = self.written[COMPLAINTS][sent:]
        self.handled.append(Handled(record, self.law, before, self.case(code), facts, self.replies[told:], written))
        return True

    def settle(self) -> None:
        """Handle everything."""
        while busy := self.busy:
            self.work_on(busy[0])

    @property
    def pages(self) -> dict[str, list[str]]:
        """By the code of a main case, its supporters."""
        return {
            key.decode().partition("/")[0]: [*unpack(page).supporters] for key, page in self.kept(NEIGHBOURS).items()
        }


def box_of(code: str) -> Box:
    """Return the mailbox of a case."""
    return COMPLAINTS, code.encode()


def spoken(kind: CommandKind, of: Complaint, actor: str, about: Mapping[str, Any], *, at: datetime) -> Command:
    """Return a command with all that its kind can have.

    Args:
        kind: of the command.
        of: the complaint of its case.
        actor: who gives it.
        about: the values that it may have: "to", "beside", "days" from now to put off, "stars", "class", "other" for the code of another
            case, "nonce", and "flag" and "rarely" for what is so or not.
        at: when it is given.
    """
    fields = dict[str, Any]()
    match kind:
        case CommandKind.refuse | CommandKind.hand_on | CommandKind.reroute:
            fields |= {"to": about["to"], "beside": about.get("beside")}
        case CommandKind.postpone:
            fields["until"] = at.date() + timedelta(days=about["days"])
        case CommandKind.rate:
            fields["stars"] = about["stars"]
        case CommandKind.hide | CommandKind.show:
            fields |= {"secret": about["rarely"], "anonymous": not about["rarely"]}
        case CommandKind.reclassify:
            fields |= {"complaint_class": about["class"], "oversight": about["flag"]}
        case CommandKind.answer:
            fields["final"] = about["flag"] or None
        case CommandKind.status:
            fields["sender"] = Sender(channel=of.channel, reporter_ref=of.reporter_ref)
        case _:
            fields |= {"other": about["other"], "since": at, "event": "closed"}
    text = "kata" if about["flag"] else f"kata {about['nonce']}"
    fields = {name: value for name, value in fields.items() if value is not None}
    return said(kind, of, actor, text, nonce=str(about["nonce"]), received_at=at, **fields)
