"""Reads courtesies: whether a text only thanks, agrees or greets, and whether it was sent by mistake. Pure."""

from conversation.said.phrases import PHRASES
from conversation.said.words import WORDS, folded, spelt


def only_thanks(text: str) -> bool:
    """Return whether a text only thanks, agrees or greets: it tells nothing, and asks nothing."""
    words, agrees = spelt(text), WORDS.thanks | WORDS.greets | WORDS.nods
    return not agrees.isdisjoint(words) and (WORDS.plain | WORDS.greets).issuperset(words)


def agrees(text: str) -> bool:
    """Return whether a text, of those that only thank or agree, agrees: "ok pak", "sudah, terima kasih". That can be an answer."""
    words = spelt(text)
    return only_thanks(text) and not (WORDS.nods | WORDS.yes).difference(WORDS.thanks, WORDS.thanked).isdisjoint(words)


def is_mistaken(text: str) -> bool:
    """Return whether a text says that the one before it was not meant for us: "maaf salah kirim"."""
    return PHRASES.mistaken.match(" ".join(folded(text))) is not None
