"""Reads whether a citizen is not content: a denial, a word of complaint, mockery, or a threat against who has reported. Pure."""

import re
from typing import Final

from conversation.said import content
from conversation.said.phrases import PHRASES
from conversation.said.words import LONGEST_WORDS, SHORT_WORDS, TOLD_WORDS, WORDS, folded, spelt

_REMARK: Final = 3
"""Words of a text that can only be said of the answer before it, if it begins with a word of WORDS.remarks."""

_FIRST: Final = 3
"""Among so many first words a longer message says that the answer does not settle the matter."""

_FEW: Final = 4
"""Words of a "not yet" that tells nothing else."""

_OF_THE_ANSWER: Final = 12
"""The maximum number of words of a text that is about the answer whatever matter it seems to tell (see beside_the_answer)."""

_PARTS: Final = re.compile(r"[,.;!\n]+|\b(?:tapi|tp|tetapi|sedangkan|cuma|namun)\b", re.IGNORECASE)
"""What divides a text as it was written into parts. Phrases know no signs."""

_SAYS_NO_FIRST: Final = re.compile(r"^\s*(?P<first>[a-z]+)(?: (?:pak|bu|min|mas|mbak))?\s*[,.;!]", re.IGNORECASE)
"""The first word of a text as it was written, if a sign is behind it. Phrases know no signs."""


def is_discontent(text: str) -> bool:
    """Return whether a text is not content with an answer, if it is about one: by a denial, or a word of complaint, in any spelling.

    Whether it is about the answer, since it tells no matter of its own, is for the caller to see.
    """
    words = content.plainly(text)
    if not words or len(words) > LONGEST_WORDS:
        return False
    unhappy = WORDS.not_yet | WORDS.discontent
    said = " ".join(words)
    denies = (
        not unhappy.isdisjoint(words)
        or PHRASES.javanese_no.search(said) is not None
        or PHRASES.asks_again.search(said) is not None
        or _beside(words) is not None
    )
    glad = content.is_glad(text, words)
    return (denies and not (glad and content.is_unreserved(words))) or (glad and not WORDS.but.isdisjoint(words))


def is_dispute(words: list[str], *, glad: bool) -> bool:
    """Return whether few words, or the first of more, deny; or a word takes back what glad ones say."""
    within = words if len(words) <= SHORT_WORDS else words[:_FIRST]
    return not WORDS.not_yet.isdisjoint(within) or (glad and not WORDS.but.isdisjoint(words))


def is_remark(text: str) -> bool:
    """Return whether a few words can only be said of the answer before them: "hoax itu pak", "cuma ditambal tanah"."""
    words = [word for word in spelt(text) if word not in {"itu", "ini", "pak", "bu", "min"}]
    if not words or len(words) > SHORT_WORDS:
        return False
    return (words[0] in WORDS.remarks and len(words) < _REMARK) or PHRASES.belittled.match(" ".join(words)) is not None


def beside_the_answer(text: str) -> str | None:
    """Return what some words tell beside a phrase that can only be about an answer; None if they have no such phrase.

    They ask to come and see, or say that only a part was done, or what is wrong with what runs again.
    """
    return _beside(content.plainly(text))


def _beside(words: list[str]) -> str | None:
    if len(words) > _OF_THE_ANSWER:
        return None
    said = " ".join(words)
    if PHRASES.in_part.search(said) is not None:
        return said
    rest = PHRASES.asks_to_come.sub("", said)
    return None if rest == said else rest


def tells_a_threat(text: str) -> bool:
    """Return whether a few words tell of a threat against who has reported: "petugasnya mengancam saya karena lapor"."""
    words = folded(text)
    return (
        len(words) <= TOLD_WORDS
        and not WORDS.threats.isdisjoint(words)
        and PHRASES.for_reporting.search(" ".join(words)) is not None
    )


def discontent_part(text: str) -> str:
    """Return the one part of a text that says what is not settled ("lampu belum" of "sampah sudah, lampu belum"), or the text."""
    unhappy = WORDS.not_yet | WORDS.discontent
    parts = [part for part in _PARTS.split(text) if part.strip()]
    found = [part for part in parts if not unhappy.isdisjoint(spelt(part))]
    return found[0] if len(found) == 1 else text


def says_no_first(text: str) -> bool:
    """Return whether a text says no before it goes on with something else: "belum, lampunya juga mati"."""
    found = _SAYS_NO_FIRST.match(text)
    return found is not None and not WORDS.not_yet.isdisjoint(spelt(found["first"]))


def says_not_yet(text: str) -> bool:
    """Return whether a text has a word that is never content: "nilai 1, masih rusak"."""
    return not WORDS.complains.isdisjoint(spelt(text))


def only_not_yet(text: str) -> bool:
    """Return whether a few words only say that something is not done: "belum diperbaiki pak"."""
    return says_not_yet(text) and len(spelt(text)) <= _FEW


def is_bare(text: str) -> bool:
    """Return whether a text is one word by which an answer is disputed: it answers no question."""
    said = spelt(text)
    return len(said) == 1 and said[0] in WORDS.not_yet
