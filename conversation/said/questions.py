"""Reads questions: whether a citizen asks how his case stands, and whether the one of an agency can be agreed to. Pure."""

from conversation.said.phrases import PHRASES
from conversation.said.words import SHORT_WORDS, folded


def asks_status(text: str) -> bool:
    """Return whether a few words ask how a case stands, without STATUS: "kapan dikerjakan?".

    Whether they ask it of a report is for the caller to see: "kapan jembatan dibangun?" may be a complaint.
    """
    words = folded(text)
    return len(words) <= SHORT_WORDS and PHRASES.asks_status.search(" ".join(words)) is not None


def asks_yes_or_no(text: str) -> bool:
    """Return whether a question can be agreed to: "boleh petugas datang besok?"."""
    return PHRASES.yes_or_no.search(" ".join(folded(text))) is not None
