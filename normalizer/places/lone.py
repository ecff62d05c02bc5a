"""Finds the regency of a text that names no region, only small places."""

from collections.abc import Sequence
from typing import Final

from normalizer.places.context import LOCATIVES
from normalizer.places.gazetteer import DISTRICT, PROVINCE
from normalizer.places.names import DKI
from normalizer.places.scores import Small, Tally

SMALL_WAYS: Final = frozenset(("district", "village"))
"""The ways in which a small place supports a region."""


def lone_regency(small: Sequence[Small], tally: Tally, words: list[str]) -> str:
    """Return the only regency that can have all small places of a text, if nothing else names a region; otherwise an empty text.

    At least one of the places must follow a word of whereabouts ("di Kokop"). If a name is that of one district and of villages elsewhere,
    the district counts.
    """
    if any(how not in SMALL_WAYS for code, how in tally.hows.items() if len(code) > PROVINCE or code == DKI):
        return ""
    located = [entry for entry in small if _is_located(entry, words)]
    pool: frozenset[str] | None = None
    for entry in located:
        seats = entry.seats
        if tally.provinces:
            seats = frozenset([code for code in seats if code[:PROVINCE] in tally.provinces])
        pool = seats if pool is None else pool & seats
    if not pool:
        return ""
    if len(pool) > 1:
        districts = {code for entry in located for code in pool if _has_district(entry, code)}
        pool = frozenset(districts)
    if len(pool) != 1:
        return ""
    (code,) = pool
    tally.spans.setdefault(code, located[0].span)
    tally.hows.setdefault(code, "district")
    return code


def _is_located(entry: Small, words: list[str]) -> bool:
    """Return whether a word of whereabouts comes before a small place that is no everyday word."""
    start = entry.span[0]
    return start > 0 and not entry.name.weak and words[start - 1] in LOCATIVES


def _has_district(entry: Small, seat: str) -> bool:
    return any(len(code) == DISTRICT and code.startswith(seat) for code in entry.codes)
