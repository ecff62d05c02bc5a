"""Collects the facts to which a record leads, and the document after them."""

from typing import Any, Final, NamedTuple

import orjson

from complaints.command import CITIZEN, CommandKind
from complaints.fact import FactKind, Result
from complaints.limits import CASE_BYTES
from router.cases.document.evolve import evolve
from router.cases.document.plain import Document, text_id
from router.cases.inbound import Inbound
from router.cases.roles import Law

_ROOM_FOR_REFUSALS: Final = 20_000
"""Bytes of a case that no answer may take: refusals must always be possible."""

_STILL: Final = frozenset(
    kind.value
    for kind in (
        FactKind.declined,
        FactKind.continued,
        FactKind.refused,
        FactKind.seconded,
        FactKind.forgotten,
        FactKind.supported,
        FactKind.left,
        FactKind.proposed,
        FactKind.reminded,
        FactKind.overdue,
        FactKind.escalated,
        FactKind.rated,
    )
)
"""Facts that change no deadline."""

_ROUTED: Final = FactKind.routed.value


class Decision(NamedTuple):
    """What a record leads to.

    Attributes:
        facts: the facts, oldest first; none if the record was handled before.
        case: the document after them; None if there is still no case.
        written: the document as JSON, if its size was looked at; otherwise None.
    """

    facts: tuple[Document, ...]
    case: Document | None
    written: bytes | None = None


class Declined(NamedTuple):
    """Why a command is not possible.

    Attributes:
        sentence: the reason, for whoever gave the command.
        result: whether it was refused, or already applied.
    """

    sentence: str
    result: Result = Result.refused


class Draft:
    """Facts that follow each other, and the document after them."""

    def __init__(self, case: Document | None, record: Inbound, law: Law, *, secret: bool) -> None:
        self.case = self._before = case
        self._law = law
        self.facts: list[Document] = []
        self._record = record
        self._secret = secret
        self._written: bytes | None = None

    @property
    def now(self) -> Document:
        """The document after the facts so far; there is one."""
        case = self.case
        assert case is not None
        return case

    def add(self, kind: FactKind, *about: str, **fields: Any) -> None:
        """Add a fact, and change the document by it.

        Args:
            kind: its kind.
            about: tells two facts of one kind apart that one record leads to.
            fields: its own fields.
        """
        record, case, named = self._record, self.case, str(kind)
        fact = {
            "id": text_id(record.id, "/".join(("fact", named, *about))),
            "complaint_id": record.id if case is None else case["complaint_id"],
            "tracking_code": record.code,
            "version": 1 if case is None else case["version"] + 1,
            "kind": named,
            "at": record.at,
            "caused_by": record.id,
            "actor": CITIZEN if record.kind is None else record.body["actor"],
            "secret": self._secret,
            **fields,
        }
        self.facts.append(fact)
        changed = evolve(case, fact, record.at_ms)
        self.case, self._written = changed, None
        if changed["owner"] is not None and named not in _STILL:
            self._set_deadlines(fact, changed)

    def _set_deadlines(self, fact: Document, case: Document) -> None:
        """Put the deadlines that run after a fact into the fact, if it changed them, and into the document."""
        deadlines = self._law.deadlines(case)
        if fact["kind"] == _ROUTED:
            fact["disposition"]["deadlines"] = deadlines
        elif deadlines != case["deadlines"]:
            fact["deadlines"] = deadlines
        case["deadlines"] = deadlines

    def take_back(self) -> None:
        """Remove all facts, so that others can be added instead."""
        self.case, self._written = self._before, None
        self.facts.clear()

    def decline(self, command: CommandKind, why: Declined) -> None:
        """Say that a command changes nothing."""
        self.take_back()
        self.add(FactKind.declined, text=why.sentence, command=command.value, result=why.result.value)

    def size(self) -> int:
        """Return the size of the document in bytes of JSON."""
        written = self._written
        if written is None:
            self._written = written = orjson.dumps(self.case)
        return len(written)

    def is_full(self) -> bool:
        """Return whether the document leaves too little room for what must always be possible."""
        return self.size() > CASE_BYTES - _ROOM_FOR_REFUSALS

    @property
    def decision(self) -> Decision:
        """The facts so far, with the document after them."""
        return Decision(tuple(self.facts), self.case, self._written)
