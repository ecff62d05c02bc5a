"""Decides the class of a report, the threshold for abuse of office, and which parts a report lacks."""

from collections.abc import Mapping

from complaints.event import ComplaintClass, MissingPart

OVERSIGHT_FROM = 4.0
"""Minimum sum of weights for a report of abuse of office."""

_CHRONOLOGY_WORDS = 6
"""Minimum words of a story; a shorter one does not say what happened."""

COMPLAINT = ComplaintClass.complaint.value
REQUEST = ComplaintClass.information_request.value
ASPIRATION = ComplaintClass.aspiration.value


def class_of(scores: Mapping[int, float], first: int) -> str:
    """Return the class with the highest score; a complaint if no class has a score.

    Args:
        scores: the scores by target.
        first: the target of the first of lexicon.SIGNALS; the others follow it.
    """
    complains = scores.get(first + 3, 0.0)
    asks = scores.get(first + 1, 0.0)
    proposes = scores.get(first + 2, 0.0)
    if asks > complains and asks > proposes:
        return REQUEST
    return ASPIRATION if proposes > complains else COMPLAINT


def missing_parts(dated: bool, evidence: bool, words: int) -> tuple[MissingPart, ...]:
    """Return the parts that a complaint lacks. Not for requests and proposals, which report no event and need none of these parts.

    Args:
        dated: whether the text says when it happened.
        evidence: whether the text mentions a photo or another proof.
        words: the number of words of the report.
    """
    missing: tuple[MissingPart, ...] = () if dated else ("date",)
    if words < _CHRONOLOGY_WORDS:
        missing += ("chronology",)
    return missing if evidence else (*missing, "evidence")
