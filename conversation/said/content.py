"""Reads whether a citizen is content with an answer: he says that the matter is settled, or praises. Pure."""

import re
from typing import Final

from conversation.said.phrases import PHRASES
from conversation.said.words import SHORT_WORDS, WORDS, spelt

_WAITS: Final = re.compile(
    r"^(baik|ok|oke|okay|siap|terima kasih|makasih)\b(.*?)\bmasih ((?:kami |saya |kita )?(?:di|me)?(?:tunggu|nunggu))"
)
"""Who agrees and waits: "baik pak masih kami tunggu". It is no phrase, since "masih" alone is left out of what he says."""


def is_settled(text: str, words: list[str]) -> bool:
    """Return whether a text says that the matter is settled, or only praises.

    Args:
        text: as it was written.
        words: what plainly() returns of it.
    """
    said = " ".join(words)
    praises = PHRASES.praises.search(said) is not None and (WORDS.complains | WORDS.discontent).isdisjoint(words)
    return "?" not in text and (praises or _settles(said))


def is_glad(text: str, words: list[str]) -> bool:
    """Return whether a text has a word that is content, or is settled (see is_settled)."""
    return not WORDS.glad.isdisjoint(words) or is_settled(text, words)


def is_unreserved(words: list[str]) -> bool:
    """Return whether no word takes back what a glad message says."""
    return WORDS.complains.isdisjoint(words) and WORDS.but.isdisjoint(words)


def plainly(text: str) -> list[str]:
    """Return the words of a text, with its idioms of praise as a word of praise, and without a "but" that takes back no praise."""
    words = spelt(text)
    said = PHRASES.thanks.sub("makasih", " ".join(words))
    if not WORDS.but.isdisjoint(words):
        said = PHRASES.after_all.sub(lambda found: found[0].partition(" ")[2], said)
    return _WAITS.sub(r"\1\2\3", PHRASES.idioms.sub("mantap", said)).split()


def says_done(text: str) -> bool:
    """Return whether a text says that the matter is settled: "sudah diperbaiki", "sudah terang"."""
    said = " ".join(plainly(text))
    return "?" not in text and (_settles(said) or PHRASES.was_done.search(said) is not None)


def praises(text: str) -> bool:
    """Return whether a text praises."""
    return PHRASES.praises.search(" ".join(plainly(text))) is not None


def says_glad(text: str) -> bool:
    """Return whether a few words say that the matter is settled: "sudah diperbaiki pak, terima kasih"."""
    words = plainly(text)
    glad = len(words) <= SHORT_WORDS and "?" not in text and not WORDS.glad.isdisjoint(words)
    return glad and is_unreserved(words)


def _settles(said: str) -> bool:
    return PHRASES.settled.search(said) is not None or PHRASES.gives_up.match(said) is not None
