"""Reads short spelling, which drops vowels ("lmpu jln mti"), by the words of the example sentences: see `spelled_out`."""

import re
from functools import cache, lru_cache
from typing import Final

from complaints.runtime import packaged

FREQUENT: Final = "frequent.txt"
"""The data file of the words of complaints, the most frequent first."""

_SHORT: Final = re.compile("[b-df-hj-np-tv-z]{3,}|(?=[a-z]{4})[a-z]*[b-df-hj-np-tv-z]{2}[a-z]*")
"""The words that may be short spelling: three consonants or more, or four letters with consonants side by side. Others often are words."""

_VOWELS: Final = str.maketrans("", "", "aeiou")
_REMEMBERED: Final = 50_000


def spelled_out(word: str) -> str:
    """Return the most frequent word that adds only vowels to a folded word; the word itself if there is none."""
    alike = _frequent().get(_skeleton(word), ()) if _SHORT.fullmatch(word) else ()
    return next((one for one in alike if one == word or _is_within(word, one)), word)


@lru_cache(maxsize=_REMEMBERED)
def known(word: str) -> str:
    """Return the word as the examples may have it: itself if it is frequent, even in short spelling ("jln"), otherwise spelled out."""
    return word if word in _frequent().get(_skeleton(word), ()) else spelled_out(word)


@cache
def _frequent() -> dict[str, list[str]]:
    """Return the frequent words by their skeletons."""
    found: dict[str, list[str]] = {}
    for word in packaged.text("normalizer", FREQUENT).split():
        found.setdefault(_skeleton(word), []).append(word)
    return found


def _skeleton(word: str) -> str:
    """Return the first letter and the other consonants."""
    return word[0] + word[1:].translate(_VOWELS)


def _is_within(short: str, word: str) -> bool:
    """Return whether a word with the same skeleton has all letters of a shorter one, in their order."""
    letters = iter(word)
    return len(short) < len(word) and all(letter in letters for letter in short)
