"""Makes the chain of a case's owners: why each got the case, how long it had it, and why it lost it. Pure."""

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
"""The reasons why an owner lost a case, by the first fact of the cause. After an addition of the citizen, another owner was clear."""

OVER: Final = {"closed": "closed", "withdrawn": "withdrawn", "archived": "archived"}
"""The reasons why the last owner no longer has the case, by its state."""


class Link(NamedTuple):
    """One owner.

    Attributes:
        hop: the number of the hop.
        owner: the agency.
        triage: whether it had the case as a triage desk.
        why: the words of the agency that gave it the case, or the router's explanation for the citizen.
        decided_at: when it got the case.
        ended_by: why it lost the case: a value of ENDS or OVER, or a kind of fact; None if it still has the case.
        held_s: how long it has had the case, in seconds.
    """

    hop: int
    owner: AgencyRef
    triage: bool
    why: str
    decided_at: datetime
    ended_by: str | None
    held_s: int


def chain(case: Case, facts: Sequence[Fact], now: datetime) -> Iterator[Link]:
    """Yield the owners of a case in order."""
    whys, ends = dict[int, str](), dict[int, str]()
    for _, caused in groupby(facts, key=lambda fact: fact.caused_by):
        together = list(caused)
        for moved in (fact.disposition for fact in together if isinstance(fact, Routed)):
            if moved.hop in whys:  # the same owner, now as a triage desk or no longer so
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
