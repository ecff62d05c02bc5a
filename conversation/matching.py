"""Tells whether a text belongs to a case of its citizen: by the matter and the place, or as the answer to its question. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from complaints.event import Complaint
from normalizer.answers import TIER_QUESTIONS, is_answer

SHORT_CHARACTERS: Final = 100
"""An answer names a place in fewer; a longer text about another topic is another complaint."""


def is_of(case: Mapping[str, Any], told: Complaint) -> bool:
    """Return whether a text tells the matter of a case: its topic, and no other place."""
    place = told.place.district or told.place.regency or told.place.province
    known = case.get("region") or ""
    elsewhere = place is not None and known and not (known.startswith(place.code) or place.code.startswith(known))
    return told.topic == case.get("topic") and not elsewhere


def answers(case: Mapping[str, Any], fresh: Complaint) -> bool:
    """Return whether a text from the citizen of a case, on a channel without threads, answers the open question of the case.

    Args:
        case: what is known of a case with an open question.
        fresh: the complaint that the text would be.
    """
    if case.get("part") in TIER_QUESTIONS:
        return fresh.place.province is None and is_answer(case["part"], fresh.text)  # "kota" may be part of a place
    if case.get("part") == "subject" or len(fresh.text) <= SHORT_CHARACTERS:
        return True
    return "subject" in fresh.missing or fresh.topic == case.get("topic")
