"""Reads questions: whether a citizen asks how his case stands, and whether the one of an agency can be agreed to. Pure."""

from typing import Final

from conversation.said.phrases import PHRASES
from conversation.said.words import SHORT_WORDS, WORDS, folded
from normalizer.language.understanding import LIKELY, understood

CLEAR: Final = 0.8
"""How likely it must be where the same words may dispute an answer: "laporan saya belum diproses"."""


def asks_status(text: str, *, sure: float = LIKELY) -> bool:
    """Return whether a few words ask how a case stands, without STATUS: "kapan dikerjakan?".

    Whether they ask it of a report is for the caller to see: "kapan jembatan dibangun?" may be a complaint.
    """
    return understood(text).wants("status", sure=sure) and len(folded(text)) <= SHORT_WORDS


def asks_of_report(text: str) -> bool:
    """Return whether a few words ask how a report stands and call it one: "bagaimana perkembangan laporan KTP saya"."""
    return asks_status(text) and not WORDS.report.isdisjoint(folded(text))


def asks_yes_or_no(text: str) -> bool:
    """Return whether a question can be agreed to: "boleh petugas datang besok?"."""
    return PHRASES.yes_or_no.search(" ".join(folded(text))) is not None
