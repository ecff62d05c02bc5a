"""Decides past records again with today's rules, and lists what would be different. It writes nothing, so no citizen is notified."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from complaints.bus import Batch, StoredRecord
from complaints.bus.envelope import decode
from complaints.calendar import ms_of
from complaints.case import Case
from complaints.event import AgencyRef
from complaints.fact import AnyFact, Fact, Routed, field_of
from router.cases.decide import decide, is_of_another
from router.cases.document.evolve import evolve
from router.cases.inbound import read
from router.cases.roles import Law
from router.cases.step import OFFSET_HEADER


@dataclass(frozen=True, slots=True)
class Move:
    """A decision that differs under today's rules.

    Attributes:
        tracking_code: the tracking code of the case.
        before: the owner after the recorded decision; None if the case had none.
        after: the owner after today's decision; None if the case has none.
        why: today's explanation, an Indonesian sentence; or the difference if the owner is the same.
    """

    tracking_code: str
    before: AgencyRef | None
    after: AgencyRef | None
    why: str

    def __str__(self) -> str:
        before, after = (agency.name if agency else "nobody" for agency in (self.before, self.after))
        return f"{self.tracking_code}  {before} -> {after}: {self.why}"


@dataclass(slots=True)
class Summary:
    """The figures of a replay.

    Attributes:
        read: the number of records that were decided again.
        moved: the number of these that lead to another owner, or to other facts.
        unreadable: the number of records that are poison.
        deleted: the number of offsets that Kafka has deleted at the beginning of mailbox and facts; their records are not decided.
        replies: the number of replies made; always 0, because a replay makes none.
        seconds: the duration of the replay.
    """

    read: int = 0
    moved: int = 0
    unreadable: int = 0
    deleted: int = 0
    replies: int = 0
    seconds: float = 0.0

    def add(self, other: "Summary") -> None:
        """Add the figures of another partition, except replies and seconds."""
        self.read += other.read
        self.moved += other.moved
        self.unreadable += other.unreadable
        self.deleted += other.deleted

    def as_json(self) -> dict[str, float]:
        """Return the figures by name, as `lapor replay` prints them in its last line; seconds are rounded to milliseconds."""
        figures = {"read": self.read, "moved": self.moved, "unreadable": self.unreadable, "deleted": self.deleted}
        return {**figures, "replies": self.replies, "seconds": round(self.seconds, 3)}


def replay(records: Iterator[Batch], facts: Iterator[Batch], law: Law, moved: Callable[[Move], None]) -> Summary:
    """Decide the records of one partition of the mailbox again, each with its case as it was then. Return the figures.

    Args:
        records: the records of the partition, from the start of the replay on.
        facts: all facts in the partition with the same number, from the first one on.
        law: today's rules.
        moved: called with each difference.
    """
    summary, past = Summary(), _Past(facts)
    for batch in records:
        for record in batch:
            past.before(record.offset)
            case = past.case(record.key or b"")
            recorded = past.of(record)
            try:
                today = _today(case, record, law)
            except Exception:  # noqa: BLE001  # any such error makes a dead letter in the step, too
                summary.unreadable += 1
                continue
            if not recorded and today:
                continue  # not handled yet
            summary.read += 1
            if (move := difference(case, recorded, today)) is not None:
                summary.moved += 1
                moved(move)
    return summary


def _today(case: Case | None, record: StoredRecord, law: Law) -> list[AnyFact]:
    """Return the facts that a record causes under today's rules. Raises any error for a record that would be a dead letter."""
    inbound = read(record)
    return [] if is_of_another(case, inbound) else list(decide(case, inbound, law).facts)


class _Past:
    """The cases as they were: the fold of the facts so far."""

    def __init__(self, facts: Iterator[Batch]) -> None:
        self._facts = (record for batch in facts for record in batch)
        self._next = next(self._facts, None)
        self._cases: dict[bytes, bytes] = {}

    def case(self, key: bytes) -> Case | None:
        """Return the document of a case; None if it has no fact yet."""
        held = self._cases.get(key)
        return None if held is None else msgspec.json.decode(held, type=Case)

    def before(self, offset: int) -> None:
        """Fold all facts that records before this offset caused."""
        while self._next is not None and _cause(self._next) < offset:
            self._fold(self._next)

    def of(self, record: StoredRecord) -> list[AnyFact]:
        """Fold the facts that a record caused, and return them."""
        found = []
        while self._next is not None and _cause(self._next) == record.offset:
            found.append(self._fold(self._next))
        return found

    def _fold(self, record: StoredRecord) -> AnyFact:
        fact, key = decode(record, Fact), record.key or b""
        self._cases[key] = msgspec.json.encode(evolve(self.case(key), fact, ms_of(fact.at)))
        self._next = next(self._facts, None)
        return fact


def _cause(fact: StoredRecord) -> int:
    said: Mapping[str, bytes] = dict(fact.headers)
    return int(said.get(OFFSET_HEADER, b"-1"))


def difference(case: Case | None, recorded: list[AnyFact], today: list[AnyFact]) -> Move | None:
    """Return the difference between the recorded facts and those of today; None if nobody would notice any.

    Versions of rules and registry, reasons and confidence may differ, as nothing depends on them. A renamed owner is the same owner.
    """
    before, after = _owner(case, recorded), _owner(case, today)
    code = next((fact.tracking_code for fact in (*today, *recorded)), "")
    if (before and before.id) != (after and after.id):
        return Move(code, before, after, _explanation(today))
    was, is_ = [_said(fact) for fact in recorded], [_said(fact) for fact in today]
    if was == is_:
        return None
    return Move(code, before, after, f"{', '.join(was) or 'nothing'} -> {', '.join(is_) or 'nothing'}")


def _owner(case: Case | None, facts: list[AnyFact]) -> AgencyRef | None:
    owner = case.owner if case else None
    return next((fact.disposition.owner for fact in reversed(facts) if isinstance(fact, Routed)), owner)


def _explanation(facts: list[AnyFact]) -> str:
    return next((fact.disposition.explanation for fact in facts if isinstance(fact, Routed)), "")


def _said(fact: Fact) -> str:
    """Return what somebody would notice of a fact besides the owner: its kind, and the part that was asked for or the result."""
    return " ".join(filter(None, (fact.kind, field_of(fact, "part"), field_of(fact, "result"))))
