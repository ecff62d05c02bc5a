"""An agency that may own a complaint, with its score and the reasons."""

from dataclasses import dataclass
from typing import Final

from router.agencies.registry import Agency

AGREEMENT: Final = 0.4
"""Factor for the smaller of two scores for the same agency, for example from two subjects; the product is added to the larger."""

_NAMING: Final = frozenset(("named", "addressed_to"))
"""The rules of reasons that come from a name in the text or in the citizen's choice."""

THING: Final = "thing:"
"""The beginning of the name of a rule about a named thing; the thing's id follows."""

MODEL: Final = "model:"
"""The beginning of the name of a reason that a model gives; the model's version follows."""

AS_BEFORE: Final = "laporan serupa selama ini ditangani instansi itu"
"""The reason that the citizen reads if only a model of officers' choices names the owner."""


@dataclass(slots=True, eq=False)
class Reason:
    """One reason for a candidate.

    Attributes:
        rule: where the reason comes from: "subject:<id>", "oversight", "named", "addressed_to", "tagged",
            "channel" (a government's own channel took it), "thing:<id>" or "model:<version>".
        span: the citizen's words; may be empty.
        law: the law that the rule follows; empty if the reason is not a rule of law.
        weight: the score that it gives.
    """

    rule: str
    span: str
    law: str
    weight: float


class Candidate:
    """An agency that may own the complaint, with the reasons.

    Attributes:
        agency: the agency.
        why: the reason of law in Indonesian, as the citizen reads it; empty if no rule of law names the agency.
        score: its score, at least 0; its share of the scores of all candidates decides how sure the router is.
        reasons: all reasons, in the order in which they were found.
    """

    __slots__ = ("agency", "reasons", "score", "why")

    def __init__(self, agency: Agency, why: str, score: float, reason: Reason) -> None:
        self.agency = agency
        self.why = why
        self.score = score
        self.reasons = [reason]

    @property
    def is_named(self) -> bool:
        """True if the text or the citizen's choice names it, or it is responsible for a named thing of the text."""
        for reason in self.reasons:  # a generator would cost more than the rest of the decision's last step
            rule = reason.rule
            if rule in _NAMING or rule.startswith(THING):
                return True
        return False

    @property
    def by_thing(self) -> bool:
        """True if it is responsible for a named thing of the text, wherever the thing is."""
        return any(reason.rule.startswith(THING) for reason in self.reasons)

    @property
    def evidence(self) -> list[Reason]:
        """The reasons for this candidate, the one with the highest weight first."""
        return sorted(self.reasons, key=_weightiest_first)


def _weightiest_first(reason: Reason) -> float:
    return -reason.weight


class Candidates:
    """The agencies that may own a complaint, each once."""

    __slots__ = ("by_id",)

    def __init__(self) -> None:
        self.by_id: dict[str, Candidate] = {}

    def add(self, agency: Agency, score: float, why: str, reason: Reason) -> None:
        """Make an agency a candidate; if it is one already, add the smaller of both scores times AGREEMENT to the larger one."""
        candidate = self.by_id.get(agency.id)
        if candidate is None:
            self.by_id[agency.id] = Candidate(agency, why, score, reason)
        else:
            before = candidate.score
            candidate.score = before + AGREEMENT * score if before >= score else score + AGREEMENT * before
            candidate.reasons.append(reason)

    def add_beside(self, agency: Agency, score: float, reason: Reason, why: str = "") -> None:
        """Make an agency a candidate as `add` does; if it is one already, add the whole score to the one that it has."""
        candidate = self.by_id.get(agency.id)
        if candidate is None:
            self.by_id[agency.id] = Candidate(agency, why, score, reason)
        else:
            candidate.score += score
            candidate.reasons.append(reason)

    def ranked(self) -> list[Candidate]:
        """Return the candidates, the highest score first; with equal scores in the order of their ids."""
        found: list[Candidate] = []
        for candidate in self.by_id.values():
            _insert(found, candidate)
        return found


def _insert(ranked: list[Candidate], candidate: Candidate) -> None:
    """Insert a candidate in the order of `Candidates.ranked`. The list is short, so this is faster than sorting by a key."""
    at, score = len(ranked), candidate.score
    while at > 0:
        before = ranked[at - 1]
        if before.score > score or (before.score == score and before.agency.id < candidate.agency.id):
            break
        at -= 1
    ranked.insert(at, candidate)
