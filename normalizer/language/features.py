"""The features of a text, which are additive: letters within each word, the word itself, and pairs of words. Pure."""

import re
from collections.abc import Iterator
from math import sqrt
from typing import Final
from zlib import crc32

from normalizer.text import fold

BUCKETS: Final = 1 << 17
"""The number of features that are told apart: a feature is the remainder of its checksum."""

_GRAMS: Final = (2, 3, 4, 5)
_DRAWN_OUT: Final = re.compile(r"([a-z])\1{2,}")
_DIGIT: Final = re.compile(r"\d")
_LINK: Final = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_LONGEST_WORD: Final = 24
"""Letters of a word that are looked at: nobody's word is longer, but a word without end must not cost without end."""

PAIR: Final = 0.5
"""What a pair of words weighs beside a word: it says more, and is seen more rarely."""

BEGINS: Final = "^"
ENDS: Final = "$"
ASKS: Final = "?"
CALLS: Final = "!"
_LINKED: Final = " linklink "


def words(text: str) -> list[str]:
    """Return the words of a text as they are looked at: folded, letters not drawn out, each digit as 0, "?" or "!" behind them."""
    said = _LINK.sub(_LINKED, text)
    found = _DIGIT.sub("0", _DRAWN_OUT.sub(r"\1", fold(said).decode("ascii"))).split()
    return [*found, *(sign for sign in (ASKS, CALLS) if sign in text)]


def of_word(word: str) -> tuple[tuple[int, float], ...]:
    """Return the features of a word, each with its weight: those of its letters weigh together as much as a word of any length."""
    inside = f"<{word[:_LONGEST_WORD]}>"
    grams = list(dict.fromkeys(inside[at : at + size] for size in _GRAMS for at in range(len(inside) - size + 1)))
    weight = 1 / sqrt(len(grams))
    return (*((_bucket("c", gram), weight) for gram in grams), (_bucket("w", word), 1.0))


def of_pair(first: str, second: str) -> int:
    """Return the feature of two neighbouring words."""
    return _bucket("p", f"{first} {second}")


def pairs(said: list[str]) -> Iterator[tuple[str, str]]:
    """Return the neighbouring words of a text, its beginning and its end among them."""
    return zip([BEGINS, *said], [*said, ENDS], strict=True)


def _bucket(kind: str, of: str) -> int:
    return crc32(f"{kind}{of}".encode()) % BUCKETS
