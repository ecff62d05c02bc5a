"""Scans the words of a text, after it has decided whether each "bkn" is "bukan" or BKN, the body for civil servants."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from normalizer.cache import parsed
from normalizer.places.denied import SHORT, places_left, without_keyword
from normalizer.places.hits import commas
from normalizer.subjects.lexicon import Lexicon
from normalizer.subjects.scanning import Scan, scan

_FULL: Final = "bukan"

_BODY: Final = re.compile(r"\bBKN\b")
_SMALL_LETTERS: Final = re.compile(r"[a-z]{3}")

_NEAR: Final = 8
"""Number of words before and after "bkn" within which a matter of civil servants makes it the body."""


_BESIDE: Final = 2
"""The same for a word that other complaints have, too ("pegawai")."""


class _Words:
    """The words of denials.yaml that distinguish "bukan" from BKN (see there)."""

    __slots__ = ("follows", "general", "idioms", "leads", "matters", "speakers")

    def __init__(self, words: dict[str, list[str]]) -> None:
        self.leads = frozenset(words["leads"])
        self.follows = frozenset(words["follows"])
        self.matters = frozenset(words["matters"])
        self.general = frozenset(words["general"])
        self.idioms = frozenset(words["idioms"])
        self.speakers = frozenset(words["speakers"])


@cache
def _known() -> _Words:
    """Return the packaged words. They are read at most once per process."""
    return _Words(parsed("normalizer", "denials.yaml"))


def scanned(words: list[str], lexicon: Lexicon, parts: tuple[str, ...], *, is_by_keyword: bool) -> Scan:
    """Return the scan of a text's words (see scan), without the places that it denies.

    Args:
        words: the folded words of the text; "bukan" is written for each "bkn" that means it.
        lexicon: the words, phrases and names to find.
        parts: the text as it was written.
        is_by_keyword: whether the region of a keyword is known apart from the text: then the keyword itself is none of its places.
    """
    found = scan(words, lexicon)
    stops = commas(found.hits, words, parts)
    if stops:
        found = scan(words, lexicon, stops)
    if found.turns:
        if SHORT in words:
            spell_out(words, *parts)
            found = scan(words, lexicon, stops)
        found.hits = places_left(found.hits, words)
    if is_by_keyword and found.hits:
        found.hits = without_keyword(found.hits, words)
    return found


def spell_out(words: list[str], *parts: str) -> None:
    """Write each "bkn" that means "bukan" as "bukan"."""
    if SHORT not in words:
        return
    known = _known()
    is_body = any(_BODY.search(part) and _SMALL_LETTERS.search(part) for part in parts)
    for at, word in enumerate(words):
        if word == SHORT and not _is_body(words, at, known, in_capitals=is_body):
            words[at] = _FULL


def _is_body(words: Sequence[str], at: int, known: _Words, *, in_capitals: bool) -> bool:
    before, behind = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
    if behind in known.idioms:
        return False
    if in_capitals or before in known.leads or behind in known.follows:
        return True
    is_spoken = before in known.speakers and (behind in known.matters or behind in known.general)  # "saya bkn pns"
    last = at if is_spoken else at + 1 + _NEAR
    beside = words[max(0, at - _BESIDE) : min(last, at + 1 + _BESIDE)]
    return not known.matters.isdisjoint(words[max(0, at - _NEAR) : last]) or not known.general.isdisjoint(beside)
