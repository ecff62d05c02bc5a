"""Decides whether a word is one of a list, or formed from one with the prefixes and suffixes of Indonesian. Pure."""

import gzip
import re
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from typing import Final

from complaints import status_requests
from complaints.runtime import packaged

_LETTERS: Final = re.compile("[a-z]{4,}")
_STEM: Final = 4
"""The length of the shortest stem: a shorter rest is no word, unless its prefix swallowed a letter of it."""

_MADE_BY: Final = (
    *(("", ""), ("ke", ""), ("pe", ""), ("per", ""), ("ber", ""), ("ter", ""), ("di", ""), ("se", ""), ("me", "")),
    *(("mem", "p"), ("pem", "p"), ("men", "t"), ("pen", "t")),
    *(("meng", "k"), ("peng", "k"), ("meny", "s"), ("peny", "s")),
    *(("keber", ""), ("memper", ""), ("diper", ""), ("nge", "")),
)
"""The prefixes of words, each with the first letter of the root that it swallows ("memukul" is made of "pukul")."""

_SPOKEN: Final = (("ng", "k"), ("ny", "s"), ("n", "t"), ("m", "p"))
"""The prefixes of everyday speech, after which only the bare root is sure ("nyuri", but Ngampilan is a place)."""

_MADE_WITH: Final = ("", "an", "kan", "i", "nya", "annya", "in", "ne", "e")
"""The suffixes of words."""


def is_made_of(word: str, roots: AbstractSet[str]) -> bool:
    """Return whether a word is one of some roots, or made of one."""
    for prefix, swallowed in _MADE_BY:
        if not word.startswith(prefix):
            continue
        for suffix in _MADE_WITH:
            root = word[len(prefix) : len(word) - len(suffix)]
            if not word.endswith(suffix) or len(root) < _STEM - 1:
                continue
            if (len(root) >= _STEM and root in roots) or (swallowed and swallowed + root in roots):
                return True
    return any(
        word.startswith(prefix) and (word[len(prefix) :] in roots or swallowed + word[len(prefix) :] in roots)
        for prefix, swallowed in _SPOKEN
    )


@lru_cache(maxsize=4096)
def is_known(word: str) -> bool:
    """Return whether a word in small letters is an everyday one, a root, a part of the name of a region, or made of one."""
    return is_made_of(word, _words())


@lru_cache(maxsize=16)
def without_codes(text: str, instead: str = "") -> str:
    """Return a text without all that can be a tracking code and is no words (see status_requests.without_codes)."""
    return status_requests.without_codes(text, instead, is_word=is_known)


@cache
def _words() -> frozenset[str]:
    """Return the words of the lists that have at least four letters. The files are read once per process, in 0.2 s."""
    lists = [packaged.text("normalizer", f"{name}.txt") for name in ("everyday", "roots")]
    regions = gzip.decompress(packaged.content("normalizer", "regions.tsv.gz")).decode().lower()
    return frozenset(word for text in (*lists, regions) for word in _LETTERS.findall(text))
