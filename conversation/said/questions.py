"""Reads questions: whether a citizen asks how his case stands, and whether the one of an agency can be agreed to. Pure."""

from conversation.said.phrases import PHRASES
from conversation.said.words import SHORT_WORDS, WORDS, folded


def asks_status(text: str) -> bool:
    """Return whether a few words ask how a case stands, without STATUS: "kapan dikerjakan?".

    Whether they ask it of a report is for the caller to see: "kapan jembatan dibangun?" may be a complaint.
    """
    words = folded(text)
    if len(words) > SHORT_WORDS:
        return False
    said = " ".join(words)
    return PHRASES.asks_status.search(said) is not None or PHRASES.asks_state.search(said) is not None


def asks_state(text: str) -> bool:
    """Return whether a few words ask how a case stands by words that otherwise deny: "masih diproses?", "kok belum dijawab"."""
    words = folded(text)
    return len(words) <= SHORT_WORDS and PHRASES.asks_state.search(" ".join(words)) is not None


def asks_of_report(text: str) -> bool:
    """Return whether a few words ask how a report stands and call it one: "bagaimana perkembangan laporan KTP saya"."""
    return asks_status(text) and not WORDS.report.isdisjoint(folded(text))


def asks_yes_or_no(text: str) -> bool:
    """Return whether a question can be agreed to: "boleh petugas datang besok?"."""
    return PHRASES.yes_or_no.search(" ".join(folded(text))) is not None
