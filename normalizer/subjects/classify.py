"""What kind of report it is, whether it is one of abuse of office, and what it lacks."""

from collections.abc import Mapping

from complaints.event import ComplaintClass, MissingPart

OVERSIGHT_FROM = 4.0
"""The sum of weights from which a report is one of abuse of office."""

_CHRONOLOGY_WORDS = 6
"""A story of fewer words does not say what happened."""

COMPLAINT = ComplaintClass.complaint.value
REQUEST = ComplaintClass.information_request.value
ASPIRATION = ComplaintClass.aspiration.value


def class_of(scores: Mapping[int, float], first: int) -> str:
    """Return the class that the words speak for most; a complaint where nothing speaks.

    Args:
        scores: by target.
        first: the target of the first of lexicon.SIGNALS; the others follow.
    """
    complains = scores.get(first + 3, 0.0)
    asks = scores.get(first + 1, 0.0)
    proposes = scores.get(first + 2, 0.0)
    if asks > complains and asks > proposes:
        return REQUEST
    return ASPIRATION if proposes > complains else COMPLAINT


def missing_parts(dated: bool, evidence: bool, words: int) -> tuple[MissingPart, ...]:
    """Return what a complete complaint would have; requests and proposals are of nothing that happened and need none of it.

    Args:
        dated: it says when.
        evidence: a photo or another proof is there or spoken of.
        words: so many words the report has.
    """
    missing: tuple[MissingPart, ...] = () if dated else ("date",)
    if words < _CHRONOLOGY_WORDS:
        missing += ("chronology",)
    return missing if evidence else (*missing, "evidence")
