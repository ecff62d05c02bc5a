"""Tells the chain of owners of a case: why each got it, how long it had it, and what ended that. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple

from complaints.case import Case
from complaints.disposition import AgencyRef
from complaints.fact import Fact, FactKind, HandedOn, Rerouted, Routed

ENDS: Final = {
    FactKind.refused: "refused",
    FactKind.handed_on: "handed on",
    FactKind.rerouted: "rerouted",
    FactKind.added: "addition",
}
"""What took a case from an owner, by the first fact of its cause; an addition of the citizen showed another owner."""

OVER: Final = {"selesai": "closed", "dicabut": "withdrawn", "diarsipkan": "archived"}
"""What ended the last owner's time, by the state of the case."""


class Link(NamedTuple):
    """One owner.

    Attributes:
        hop: its number.
        owner: the agency.
        triage: whether it had the case as a triage desk.
        why: the words of whoever gave it the case, or the router's sentence for the citizen.
        decided_at: when it got the case.
        ended_by: what ended that (one of ENDS or OVER); None if it has the case still.
        held_s: for how many seconds it has had the case.
    """

    hop: int
    owner: AgencyRef
    triage: bool
    why: str
    decided_at: datetime
    ended_by: str | None
    held_s: int


def chain(case: Case, facts: Sequence[Fact], now: datetime) -> Iterator[Link]:
    """Yield the owners of a case, the first one first."""
    whys, ends = dict[int, str](), dict[int, str]()
    for _, caused in groupby(facts, key=lambda fact: fact.caused_by):
        together = list(caused)
        for moved in (fact.disposition for fact in together if isinstance(fact, Routed)):
            if moved.hop in whys:  # the same owner, which is now, or no longer, a triage desk
                continue
            first = together[0]
            given = first.text if isinstance(first, HandedOn | Rerouted) else None
            whys[moved.hop] = given or moved.explanation
            ends[moved.hop - 1] = ENDS.get(first.kind, first.kind.value)
    for hop, following in zip(case.chain, (*case.chain[1:], None), strict=True):
        if following is not None:
            until, ended_by = following.since, ends.get(hop.hop)
        else:
            until, ended_by = case.ended_at or now, OVER.get(case.state)
        held_s = max(0, int((until - hop.since).total_seconds()))
        yield Link(hop.hop, hop.owner, hop.triage, whys.get(hop.hop, ""), hop.since, ended_by, held_s)
