"""Reads courtesies: whether a text only thanks, agrees or greets, and whether it was sent by mistake. Pure."""

from conversation.said.phrases import PHRASES
from conversation.said.words import SHORT_WORDS, folded
from normalizer.language.understanding import understood


def only_thanks(text: str) -> bool:
    """Return whether a text only thanks, agrees or greets: it tells nothing, and asks nothing."""
    is_polite = understood(text).wants("thanks", "agree", "smalltalk")
    return is_polite and "?" not in text and len(folded(text)) <= SHORT_WORDS and not is_mistaken(text)


def agrees(text: str) -> bool:
    """Return whether a text agrees: "ok pak", "sudah, terima kasih". That can be an answer."""
    return understood(text).intent == "agree"


def is_mistaken(text: str) -> bool:
    """Return whether a text says that the one before it was not meant for us: "maaf salah kirim"."""
    return PHRASES.mistaken.match(" ".join(folded(text))) is not None
