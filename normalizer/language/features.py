"""The features of a text, which are additive: letters within each word, the word itself, and pairs of words. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from zlib import crc32

from normalizer.text import fold

BUCKETS: Final = 1 << 17
"""The number of features that are told apart: a feature is the remainder of its checksum."""

_GRAMS: Final = (2, 3, 4, 5)
_DRAWN_OUT: Final = re.compile(r"([a-z])\1\1+")
_DIGITS: Final = str.maketrans("123456789", "000000000")
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

_OF_LETTERS: Final = crc32(b"c")
_OF_WORD: Final = crc32(b"w")
_OF_PAIR: Final = crc32(b"p")
"""Checksums that tell the kinds of features apart: letters and a word alone are not the same."""


def words(text: str) -> list[str]:
    """Return the words of a text as they are looked at: folded, letters not drawn out, each digit as 0, "?" or "!" behind them."""
    return [*words_of_each([text])[0], *signs(text)]


def words_of_each(texts: Iterable[str]) -> list[list[str]]:
    """Return the words of each of some texts, without the signs behind them."""
    without_links = [_LINK.sub(_LINKED, text) if may_have_link(text) else text for text in texts]
    folded = b"|".join(map(fold, without_links)).decode("ascii")
    return [one.split() for one in plain(folded).split("|")]


def may_have_link(text: str) -> bool:
    """Return whether a text may have the address of a page: cheap to tell, and rarely true of one that has none."""
    return "://" in text or "www." in text.lower()


def signs(text: str) -> list[str]:
    """Return what stands behind the words of a text for the signs in it."""
    return [sign for sign in (ASKS, CALLS) if sign in text]


def plain(folded: str) -> str:
    """Return folded words without letters drawn out, each digit as 0."""
    return _DRAWN_OUT.sub(r"\1", folded).translate(_DIGITS)


def of_letters(word: str) -> list[int]:
    """Return the features of the letters of a word: each weighs so much that together they weigh as those of a word of any length."""
    inside = f"<{word[:_LONGEST_WORD]}>".encode()
    grams = {inside[at : at + size] for size in _GRAMS for at in range(len(inside) - size + 1)}
    return [crc32(gram, _OF_LETTERS) % BUCKETS for gram in grams]


def of_word(word: str) -> int:
    """Return the feature of a whole word; its weight is 1."""
    return crc32(word.encode(), _OF_WORD) % BUCKETS


def of_pair(first: str, second: str) -> int:
    """Return the feature of two neighbouring words; its weight is PAIR."""
    return crc32(f"{first} {second}".encode(), _OF_PAIR) % BUCKETS


def pairs(said: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Return the neighbouring words of a text, its beginning and its end among them."""
    return zip([BEGINS, *said], [*said, ENDS], strict=True)
