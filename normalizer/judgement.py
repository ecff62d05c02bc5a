"""What kind of report it is, whether it is one of abuse of office, and what it lacks."""

from collections.abc import Mapping

from complaints.event import ComplaintClass, MissingPart

OVERSIGHT_FROM = 4.0
"""The sum of weights from which a report is one of abuse of office."""

_CHRONOLOGY_WORDS = 8
"""A story of fewer words does not say what happened."""

COMPLAINT = ComplaintClass.complaint.value
REQUEST = ComplaintClass.information_request.value
ASPIRATION = ComplaintClass.aspiration.value


def class_of(scores: Mapping[int, float], *, request: int, aspiration: int, grievance: int) -> str:
    """Return the class that the words speak for most; a complaint where nothing speaks."""
    complains = scores.get(grievance, 0.0)
    asks = scores.get(request, 0.0)
    proposes = scores.get(aspiration, 0.0)
    if asks > complains and asks > proposes:
        return REQUEST
    return ASPIRATION if proposes > complains else COMPLAINT


def missing_parts(*, placed: bool, dated: bool, complains: bool, evidence: bool, words: int) -> tuple[MissingPart, ...]:
    """Return what a complete report of this kind would have.

    Args:
        placed: the place is known, or the body that handles it is not one of a place.
        dated: it says when.
        complains: a complaint, which is about something that happened; the others need no date and no evidence.
        evidence: a photo or another proof is there or spoken of.
        words: so many words the report has.
    """
    missing: list[MissingPart] = []
    if not placed:
        missing.append("place")
    if complains:
        if not dated:
            missing.append("date")
        if words < _CHRONOLOGY_WORDS:
            missing.append("chronology")
        if not evidence:
            missing.append("evidence")
    return tuple(missing)
