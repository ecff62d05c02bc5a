"""Several cases at once, each with its mailbox, and the pages of supporters; what is in the mailboxes is handled in any order."""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from complaints.bus import Record, StoredRecord
from complaints.bus.step.contract import State
from complaints.case import Case
from complaints.command import Command, CommandKind, Sender
from complaints.event import Complaint
from complaints.mail import Reply
from neighbours.step import NeighboursStep
from neighbours.supporters import unpack
from router.cases.step import timer
from tests.harness.facts import Facts
from tests.harness.house import House, said, stored
from tests.harness.support import NOON_MS, as_stored

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
class Lives:
    """Mailboxes of cases and pages.

    What one record leads to is appended to all mailboxes at once, as a transaction does it; each mailbox keeps its order, and
    between mailboxes there is none.

    Attributes:
        house: the step and what it has written.
        now_ms: the clock of Kafka.
        mailboxes: by the key of a case, what it has not handled.
        page_boxes: by the code of a main case, what its page has not handled.
        page_states: by the code of a main case, the state of its page.
        handled: everything that was handled, in its order.
        rung: when each timer was first appended, by the code of its case and its moment.
    """

    house: House
    now_ms: int = NOON_MS
    mailboxes: dict[str, deque[StoredRecord]] = field(default_factory=lambda: defaultdict(deque))
    page_boxes: dict[str, deque[Record]] = field(default_factory=lambda: defaultdict(deque))
    page_states: dict[str, State] = field(default_factory=dict)
    handled: list[Handled] = field(default_factory=list)
    rung: dict[tuple[str, int], int] = field(default_factory=dict)

    def send(self, event: Complaint | Command) -> None:
        """Append a complaint or command to the mailbox of its case."""
        self.mailboxes[event.tracking_code].append(stored(event, at_ms=self.now_ms))

    def append(self, record: Record) -> None:
        """Append a record to the mailbox of its case."""
        self.mailboxes[(record.key or b"").decode()].append(as_stored(record, at_ms=self.now_ms))

    def ring(self, code: str) -> bool:
        """Append the timer of a case if its moment has come, again at most an hour later; return whether it was appended."""
        due = self.house.dues.get(code.encode())
        if due is None or due > self.now_ms or self.rung.setdefault((code, due), self.now_ms) < self.now_ms - HOUR_MS:
            return False
        self.append(timer(code.encode(), due))
        return True

    def work(self, code: str) -> Handled | None:
        """Let a case handle the next record of its mailbox; None if there is none."""
        if not self.mailboxes[code]:
            return None
        record, house, key = self.mailboxes[code].popleft(), self.house, code.encode()
        before = house.case(code) if key in house.states else None
        replies = len(house.replies)
        facts = house.handle(record)
        written, told = list(house.waiting), list(house.neighbours)
        house.waiting.clear()
        house.neighbours.clear()
        for one in written:
            self.append(one)
        for one in told:
            if (main := orjson.loads(one.value).get("main")) is not None:  # the others are to find duplicates
                self.page_boxes[main].append(one)
        found = Handled(
            record,
            house.law,
            before,
            house.case(code),
            facts,
            house.replies[replies:],
            written,
        )
        self.handled.append(found)
        return found

    def work_page(self, main: str) -> bool:
        """Let a page handle the next record of its mailbox; return whether there was one."""
        if not self.page_boxes[main]:
            return False
        record = as_stored(self.page_boxes[main].popleft(), at_ms=self.now_ms)
        effect = SEARCH(self.page_states.get(main), record)
        if effect.state is None:
            self.page_states.pop(main, None)
        elif isinstance(effect.state, State):
            self.page_states[main] = effect.state
        for one in effect.outputs:
            self.append(one)
        return True

    @property
    def pages(self) -> dict[str, list[str]]:
        """By the code of a main case, its supporters."""
        return {main: [*unpack(state.value).supporters] for main, state in self.page_states.items()}

    @property
    def busy(self) -> list[tuple[str, str]]:
        """The mailboxes that hold something: ("case", code) or ("page", code), in their order."""
        cases = [("case", code) for code, box in self.mailboxes.items() if box]
        return cases + [("page", code) for code, box in self.page_boxes.items() if box]


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
