"""Decides what a record in the mailbox of a case leads to: the facts, in their order."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

import orjson

from complaints import tracking
from complaints.case import CaseState
from complaints.command import CITIZEN, CommandKind
from complaints.errors import ContractViolation
from complaints.fact import FactKind, Result
from complaints.ids import CONTINUATION
from complaints.limits import (
    ADDED_BYTES,
    ANSWER_BYTES,
    CASE_BYTES,
    COMPLAINT_BYTES,
    MOST_ADDITIONS,
    REASON_BYTES,
)
from router.cases.evolve import evolve
from router.cases.inbound import Inbound
from router.cases.plain import Document, bare, text_id
from router.cases.table import ALREADY, TABLE, Role

MOST_QUESTIONS: Final = 2
"""The maximum number of questions to the citizen. After that the triage desk that has the case calls or decides."""

_ROOM_FOR_REFUSALS: Final = 20_000
"""Bytes of a case that no answer may take: refusals must always be possible."""

_STILL: Final = frozenset((FactKind.declined, FactKind.continued, FactKind.refused))
"""Facts that change no deadline."""

_OF_THE_CASE: Final = 10_000
"""Bytes that a complaint which continues a case may have in addition: the place, the hints and the topic of the case."""


class Law(Protocol):
    """What decides who owns a complaint: the rules of law applied to the registry of agencies."""

    def route(self, complaint: Document, refused_by: Sequence[str] = (), hops: int | None = None) -> Document:
        """Return the disposition, without `hop`, `previous_owner` and `deadlines`. Total.

        Of the refusals, `hops` moved the case; None: all did.
        """

    def name(self, agency_id: str) -> str:
        """Return the name of an agency."""

    def deadlines(self, case: Document) -> list[Document]:
        """Return the deadlines that run in a case; the case has an owner."""

    @property
    def administrator_id(self) -> str:
        """The id of the national administrator."""


class Decision(NamedTuple):
    """What a record leads to.

    Attributes:
        facts: the facts, oldest first; none if the record was handled before.
        case: the document after them; None if there is still no case.
    """

    facts: tuple[Document, ...]
    case: Document | None


class Declined(NamedTuple):
    """Why a command is not possible.

    Attributes:
        sentence: the reason, for whoever gave the command.
        result: whether it was refused, or already applied.
    """

    sentence: str
    result: Result = Result.refused


class _Draft:
    """Facts that follow each other, and the document after them."""

    def __init__(self, case: Document | None, record: Inbound, law: Law, *, secret: bool) -> None:
        self.case = self._before = case
        self._law = law
        self.facts: list[Document] = []
        self._record = record
        self._secret = secret

    def add(self, kind: FactKind, **fields: Any) -> None:
        """Add a fact, and change the document by it."""
        record, case = self._record, self.case
        fact = {
            "id": text_id(record.id, f"fact/{kind.value}"),
            "complaint_id": record.id if case is None else case["complaint_id"],
            "tracking_code": record.code,
            "version": 1 if case is None else case["version"] + 1,
            "kind": kind.value,
            "at": record.at,
            "caused_by": record.id,
            "actor": CITIZEN if record.kind is None else record.body["actor"],
            "secret": self._secret,
            **fields,
        }
        self.facts.append(fact)
        self.case = evolve(case, fact, record.at_ms)
        if self.case["owner"] is not None and kind not in _STILL:
            self._set_deadlines(fact, self.case)

    def _set_deadlines(self, fact: Document, case: Document) -> None:
        """Put the deadlines that run after a fact into the fact, if it changed them, and into the document."""
        deadlines = self._law.deadlines(case)
        if fact["kind"] == FactKind.routed.value:
            fact["disposition"]["deadlines"] = deadlines
        elif deadlines != case["deadlines"]:
            fact["deadlines"] = deadlines
        case["deadlines"] = deadlines

    def take_back(self) -> None:
        """Remove all facts, so that others can be added instead."""
        self.case = self._before
        self.facts.clear()

    @property
    def decision(self) -> Decision:
        return Decision(tuple(self.facts), self.case)


def decide(case: Document | None, record: Inbound, law: Law) -> Decision:
    """Return the facts that a record leads to. Pure: the same case, record and law give the same facts.

    Args:
        case: the document of the case; None if there is none yet.
        record: the complaint or command.
        law: decides who owns a complaint.

    Raises:
        ContractViolation: the record is too large, or it is a command and there is no case with its code.
    """
    if record.kind is None:
        return _open(case, record, law)
    if record.kind is CommandKind.status:
        return Decision((), case)
    if case is None:
        raise ContractViolation(
            f"no case has the code {tracking.spaced(record.code)}: {record.kind.value} has nothing to act on"
        )
    if record.id in case["commands"]:
        return Decision((), case)
    draft = _Draft(case, record, law, secret=bool(case["complaint"].get("secret")))
    outcome = _outcome(case, record, law)
    if isinstance(outcome, Declined):
        _decline(draft, record.kind, outcome)
    else:
        _APPLY[record.kind](draft, record, law)
    return draft.decision


def is_of_another(case: Document | None, record: Inbound) -> bool:
    """Return whether a complaint has the code of another complaint's case. It is passed on under the next code, not decided."""
    return record.kind is None and case is not None and case["complaint_id"] != record.id


def _open(case: Document | None, record: Inbound, law: Law) -> Decision:
    """Return the facts of a complaint: it becomes a case. A complaint that is the case's own was delivered again."""
    if case is not None:
        assert not is_of_another(case, record), "a complaint whose code another one has is passed on"
        return Decision((), case)
    complaint = bare(record.body)
    size = len(orjson.dumps(complaint))
    if size > COMPLAINT_BYTES + _OF_THE_CASE:
        raise ContractViolation(
            f"the complaint has {size} bytes without its raw message, at most {COMPLAINT_BYTES} are possible"
        )
    draft = _Draft(None, record, law, secret=bool(complaint.get("secret")))
    draft.add(FactKind.opened, complaint=complaint)
    _ask(draft, _route(draft, law))
    return draft.decision


def _outcome(case: Document, record: Inbound, law: Law) -> tuple[FactKind, ...] | Declined:
    """Return the facts of the table; or why the table or the text does not allow the command."""
    assert record.kind is not None
    state: CaseState = case["state"]
    found = TABLE[record.kind, role_of(case, record.body["actor"], law)][state]
    if isinstance(found, str):
        owner = case["owner"]
        sentence = found.format(
            actor=law.name(record.body["actor"]), owner=f"{owner['name']} ({owner['id']})", command=record.kind.value
        )
        return Declined(sentence, Result.already_applied if found == ALREADY else Result.refused)
    if record.kind is CommandKind.add:
        return found
    text = record.body.get("text") or ""
    most = REASON_BYTES if record.kind is CommandKind.refuse else ANSWER_BYTES
    if not text.strip():
        return Declined("The text is empty.")
    if (size := len(text.encode())) > most:
        return Declined(f"The text has {size} bytes, at most {most} are possible.")
    return found


def role_of(case: Document, actor: str, law: Law) -> Role:
    """Return the role of an actor in a case.

    Args:
        case: the document of the case.
        actor: "citizen", or the id of an agency.
        law: knows the national administrator.
    """
    if actor == CITIZEN:
        return Role.citizen
    if actor == case["owner"]["id"]:
        return Role.administrator if actor == law.administrator_id else Role.owner
    if any(said["agency_id"] == actor for said in case["refusals"]):
        return Role.refuser
    return Role.former if any(hop["owner"]["id"] == actor for hop in case["chain"]) else Role.other


def _decline(draft: _Draft, command: CommandKind, why: Declined) -> None:
    draft.add(FactKind.declined, text=why.sentence, command=command.value, result=why.result.value)


def _add(draft: _Draft, record: Inbound, law: Law) -> None:
    """Add the citizen's message. If the case has no room for it, the message becomes a complaint of its own."""
    before = draft.case
    assert before is not None
    addition, reading = bare(record.body["addition"]), record.body["reading"]
    size = len(orjson.dumps(addition)) + len(orjson.dumps(reading))
    if size > COMPLAINT_BYTES:
        raise ContractViolation(
            f"the addition has {size} bytes without its raw message, at most {COMPLAINT_BYTES} are possible"
        )
    draft.add(FactKind.added, addition=addition, reading=reading)
    has_room = len(before["complaint"].get("additions", ())) < MOST_ADDITIONS
    if not has_room or len(orjson.dumps(draft.case)) > ADDED_BYTES:
        draft.take_back()
        draft.add(FactKind.continued, continued_as=continuation_of(record)[1])
        return
    _ask(draft, _route(draft, law))


def continuation_of(record: Inbound) -> tuple[str, str]:
    """Return the id and the tracking code of the complaint that an addition becomes if its case has no room for it."""
    new_id = text_id(record.id, CONTINUATION)
    return new_id, tracking.next_code(record.code, UUID(new_id))


def _refuse(draft: _Draft, record: Inbound, law: Law) -> None:
    """Note the refusal, and if the owner refuses, find the next one."""
    before = draft.case
    assert before is not None
    draft.add(FactKind.refused, text=record.body["text"].strip())
    if record.body["actor"] == before["owner"]["id"]:
        _route(draft, law)


def _answer(draft: _Draft, record: Inbound, _: Law) -> None:
    before, text = draft.case, record.body["text"].strip()
    assert before is not None
    last = before["answers"][-1] if before["answers"] else None
    if last and last["text"] == text and last["agency"]["id"] == record.body["actor"]:
        _decline(draft, CommandKind.answer, Declined("This answer was already given.", Result.already_applied))
        return
    draft.add(FactKind.answered, text=text)
    if len(orjson.dumps(draft.case)) > CASE_BYTES - _ROOM_FOR_REFUSALS:
        draft.take_back()
        _decline(draft, CommandKind.answer, Declined("The case has no room for another answer."))


_APPLY: Final = {CommandKind.add: _add, CommandKind.refuse: _refuse, CommandKind.answer: _answer}


def _route(draft: _Draft, law: Law) -> str | None:
    """Decide who owns the case. After an addition there is a fact only if the owner changes, or becomes or ceases to be a triage desk.

    Return the part for which the citizen should be asked, because the new owner's tier depends on it; None if there is none.
    """
    case = draft.case
    assert case is not None
    refusals = case["refusals"]
    hops = sum([not said["late"] for said in refusals])
    disposition = law.route(case["complaint"], [said["agency_id"] for said in refusals], hops)
    owner, former = disposition["owner"], case["owner"]
    moves = former is None or owner["id"] != former["id"]
    if not moves and disposition["triage"] == case["triage"]:
        return None
    hop = len(case["chain"]) if moves else case["hop"]
    previous = {"previous_owner": former} if former is not None and moves else {}
    draft.add(FactKind.routed, disposition={"hop": hop, "owner": owner, **previous, **disposition})
    asks: str | None = disposition.get("asks")
    return asks


def _ask(draft: _Draft, tier_of: str | None) -> None:
    """Ask the citizen for the most important part that is missing, if a triage desk waits for it or the owner's tier depends on it.

    Args:
        draft: the facts so far.
        tier_of: the part on which the tier of a new owner depends; None if there is none.
    """
    case = draft.case
    assert case is not None
    missing = case["complaint"].get("missing") or ()
    waited_for = next((part for part in ("subject", "place") if part in missing), None) if case["triage"] else None
    part = waited_for or tier_of
    if part and case["questions"] < MOST_QUESTIONS:
        draft.add(FactKind.asked, part=part)
