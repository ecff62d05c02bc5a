"""The features of a text, which are additive: letters within each word, the word itself, and pairs of words. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from zlib import crc32

from normalizer.language.spelling import known
from normalizer.text import fold

BUCKETS: Final = 1 << 17
"""The number of features: each is the remainder of a checksum by this number."""

_GRAMS: Final = (2, 3, 4, 5)
_DRAWN_OUT: Final = re.compile(r"([a-z])\1\1+")
_DIGITS: Final = str.maketrans("123456789", "000000000")
_LINK: Final = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_LONGEST_WORD: Final = 24
"""Number of letters of a word that count: no real word is longer, and an endless one must not take endless time."""

PAIR: Final = 0.5
"""The weight of a pair of words, where that of a word is 1: a pair says more, and is rarer."""

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
    """Return the words of a text as the models see them: folded and plain, then "?" or "!"."""
    return [*words_of_each([text])[0], *signs(text)]


def words_of_each(texts: Iterable[str]) -> list[list[str]]:
    """Return the words of each of some texts, without the signs after them."""
    without_links = [_LINK.sub(_LINKED, text) if may_have_link(text) else text for text in texts]
    folded = b"|".join(map(fold, without_links)).decode("ascii")
    return [plain(one) for one in folded.split("|")]


def may_have_link(text: str) -> bool:
    """Return whether a text may have a web address: a cheap check, which is rarely True for a text without one."""
    return "://" in text or "www." in text.lower()


def signs(text: str) -> list[str]:
    """Return the marks for the signs in a text, which follow its words."""
    return [sign for sign in (ASKS, CALLS) if sign in text]


def plain(folded: str) -> list[str]:
    """Return folded words without letters drawn out, unknown short spellings written out, each digit as 0."""
    return [*map(known, _DRAWN_OUT.sub(r"\1", folded).translate(_DIGITS).split())]


def of_letters(word: str) -> list[int]:
    """Return the features of the letters of a word. Their weights depend on their number: long words weigh as much as short ones."""
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
