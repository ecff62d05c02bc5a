"""Collects the facts that follow from a record, and the document after them."""

from typing import Final, NamedTuple

from msgspec import json
from msgspec.structs import replace

from complaints import fact as happened
from complaints.case import Case
from complaints.command import CITIZEN, CommandKind
from complaints.fact import AnyFact, Clocked, Fact, Head, Result, Routed
from complaints.ids import derived
from complaints.limits import CASE_BYTES
from router.cases.document.evolve import evolve
from router.cases.inbound import Inbound
from router.cases.roles import Law

_ROOM_FOR_REFUSALS: Final = 20_000
"""Bytes of a case that no answer may take: refusals must always be possible."""


class Decision(NamedTuple):
    """The facts that follow from a record, and the document after them.

    Attributes:
        facts: the facts, oldest first; none if the record was handled before.
        case: the document after them; None if there is still no case.
        written: the document as JSON, if its size was computed; otherwise None.
    """

    facts: tuple[AnyFact, ...]
    case: Case | None
    written: bytes | None = None


class Declined(NamedTuple):
    """Why a command is declined: the sentence for its sender, and the result."""

    sentence: str
    result: Result = Result.refused


class Draft:
    """Facts that follow each other, and the document after them."""

    def __init__(self, case: Case | None, record: Inbound, law: Law, *, secret: bool) -> None:
        self.case = self._before = case
        self.facts: list[AnyFact] = []
        self.record = record
        self._law = law
        self._secret = secret
        self._written: bytes | None = None

    @property
    def now(self) -> Case:
        """The document after the facts so far; there must be one."""
        case = self.case
        assert case is not None
        return case

    def head(self, kind: type[Fact], *about: str) -> Head:
        """Return the fields that a fact of any kind has, for the next one; `about` distinguishes facts of one kind in its id."""
        record, case, event = self.record, self.case, self.record.event
        return {
            "id": derived(event.id, "/".join(("fact", str(kind.__struct_config__.tag), *about))),
            "complaint_id": event.id if case is None else case.complaint_id,
            "tracking_code": event.tracking_code,
            "version": 1 if case is None else case.version + 1,
            "at": record.at,
            "caused_by": event.id,
            "actor": CITIZEN if record.command is None else record.command.actor,
            "secret": self._secret,
        }

    def add(self, fact: AnyFact) -> None:
        """Add a fact, and apply it to the document."""
        changed = evolve(self.case, fact, self.record.at_ms)
        if isinstance(fact, Clocked | Routed):
            fact, changed = self._with_deadlines(fact, changed)
        self.facts.append(fact)
        self.case, self._written = changed, None

    def _with_deadlines(self, fact: AnyFact, case: Case) -> tuple[AnyFact, Case]:
        """Return a fact with the deadlines that run after it, if it changed them, and the document with them."""
        deadlines = self._law.deadlines(case)
        if isinstance(fact, Routed):
            fact = replace(fact, disposition=replace(fact.disposition, deadlines=deadlines))
        elif isinstance(fact, Clocked) and deadlines != case.deadlines:
            fact = replace(fact, deadlines=deadlines)
        return fact, replace(case, deadlines=deadlines)

    def take_back(self) -> None:
        """Remove all facts, so that others can be added instead."""
        self.case, self._written = self._before, None
        self.facts.clear()

    def decline(self, command: CommandKind, why: Declined) -> None:
        """Replace all facts by the one that declines a command."""
        self.take_back()
        head = self.head(happened.Declined)
        self.add(happened.Declined(**head, text=why.sentence, command=command, result=why.result))

    def size(self) -> int:
        """Return the size of the document in bytes of JSON."""
        written = self._written
        if written is None:
            self._written = written = json.encode(self.case)
        return len(written)

    def is_full(self) -> bool:
        """Return whether the document leaves too little room for refusals, which must always be possible."""
        return self.size() > CASE_BYTES - _ROOM_FOR_REFUSALS

    @property
    def decision(self) -> Decision:
        """The facts so far, with the document after them."""
        return Decision(tuple(self.facts), self.case, self._written)
