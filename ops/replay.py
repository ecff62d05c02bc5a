"""Decides past records again with today's rules, and lists what would be different. It writes nothing, so no citizen can hear of it."""

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
    """A decision that today's rules would make in another way.

    Attributes:
        tracking_code: the tracking code of the case.
        before: the owner that was decided; None if nothing was decided about the owner.
        after: the owner that would be decided today.
        why: today's explanation, an Indonesian sentence; or what is different if the owner is the same.
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
        moved: the number of them that would lead to another owner, or to other facts.
        unreadable: the number of records that are poison.
        deleted: the number of offsets that Kafka has deleted at the beginning of mailbox and facts: what they held is not decided.
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
        """Add the figures of another part."""
        self.read += other.read
        self.moved += other.moved
        self.unreadable += other.unreadable
        self.deleted += other.deleted

    def as_json(self) -> dict[str, float]:
        """Return the figures by name, as `lapor replay` prints them in its last line; seconds are rounded to milliseconds."""
        figures = {"read": self.read, "moved": self.moved, "unreadable": self.unreadable, "deleted": self.deleted}
        return {**figures, "replies": self.replies, "seconds": round(self.seconds, 3)}


def replay(records: Iterator[Batch], facts: Iterator[Batch], law: Law, moved: Callable[[Move], None]) -> Summary:
    """Decide the records of one partition of the mailbox again, each in the state that its case had then.

    Args:
        records: of the mailbox's partition, from where the replay begins.
        facts: all facts of the partition with the same number, from the first one.
        law: today's rules.
        moved: is told of each difference.
    """
    summary, past = Summary(), _Past(facts)
    for batch in records:
        for record in batch:
            past.before(record.offset)
            case = past.case(record.key or b"")
            recorded = past.of(record)
            try:
                today = _today(case, record, law)
            except Exception:  # noqa: BLE001  # whatever the step trips over is a dead letter there, too
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
    """Return the facts that a record leads to today. Raises any error for a record that would be a dead letter."""
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
        """Fold all facts that records before this offset led to."""
        while self._next is not None and _cause(self._next) < offset:
            self._fold(self._next)

    def of(self, record: StoredRecord) -> list[AnyFact]:
        """Fold the facts that a record led to, and return them."""
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
    """Return what is different between the facts that were recorded and those of today; None if nothing is that anybody would notice.

    Versions of rules and registry, reasons and confidence may differ: they decide nothing. An owner under another name is the same owner.
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
    """Return the part of a fact that somebody would notice beside the owner: its kind, and the part asked for or the result."""
    return " ".join(filter(None, (fact.kind, field_of(fact, "part"), field_of(fact, "result"))))
