"""Decides the class of a report, and whether it lacks the date, the chronology or evidence.

Also has a constant: the minimum score for a report to count as one of abuse of office.
"""

from typing import Final

from complaints.event import ComplaintClass, MissingPart

OVERSIGHT_FROM: Final = 4.0
"""Minimum score of the signal "oversight" for a report to be one of abuse of office."""

_CHRONOLOGY_WORDS: Final = 6
"""Minimum words of a story; a shorter one does not say what happened."""

COMPLAINT: Final = ComplaintClass.complaint.value
REQUEST: Final = ComplaintClass.information_request.value
ASPIRATION: Final = ComplaintClass.aspiration.value


def class_of(scores: dict[int, float], first: int) -> str:
    """Return the value of the ComplaintClass with the highest score.

    If scores are equal or missing, a complaint takes precedence over an aspiration, and an aspiration over a request for information.

    Args:
        scores: the scores by target (see Lexicon.subjects).
        first: the target of the first of lists.SIGNALS; the others follow it.
    """
    complains = scores.get(first + 3, 0.0)
    asks = scores.get(first + 1, 0.0)
    proposes = scores.get(first + 2, 0.0)
    if asks > complains and asks > proposes:
        return REQUEST
    return ASPIRATION if proposes > complains else COMPLAINT


def missing_parts(dated: bool, evidence: bool, words: int) -> tuple[MissingPart, ...]:
    """Return which of "date", "chronology" and "evidence" a complaint lacks, in this order. The chronology is missing below six words.

    Do not use it for requests for information and aspirations: they report no event and need none of these parts.

    Args:
        dated: whether the text says when it happened.
        evidence: whether the text mentions a photo or another proof.
        words: the number of words of the report.
    """
    missing: tuple[MissingPart, ...] = () if dated else ("date",)
    if words < _CHRONOLOGY_WORDS:
        missing += ("chronology",)
    return missing if evidence else (*missing, "evidence")
