"""The decision who owns a complaint and why, before it becomes an event."""

from dataclasses import KW_ONLY, dataclass

from complaints.values import MissingPart
from router.agencies.registry import Agency
from router.candidate import Candidate


@dataclass(slots=True, eq=False)
class Decision:
    """The decision who owns a complaint and why, before it becomes an event.

    Attributes:
        owner: the agency that gets the complaint.
        triage: whether the owner is a triage desk that must find the responsible agency.
        confidence: the probability that the owner is the agency that must handle the complaint.
        explanation: the reason, in one sentence for the citizen.
        ranked: the candidates, best first; empty if there are none. If the owner is a triage desk, it need not be among them.
        asks: the part for which the citizen should be asked, because the owner's tier depends on it; None if none.
    """

    owner: Agency
    confidence: float
    ranked: list[Candidate]
    _: KW_ONLY
    triage: bool
    explanation: str = ""
    asks: MissingPart | None = None
