"""Finds the region of a text whose only places are small ones, by capital letters and by the speech of a province."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.places.context import CUE, SURROUNDINGS, VILLAGE_CUE
from normalizer.places.gazetteer import DISTRICT, PROVINCE, lineage
from normalizer.places.names import PlaceNames
from normalizer.places.roads import usual_streets
from normalizer.places.scores import seat_of
from normalizer.results import PlaceReading

_SIZES: Final = (3, 2, 1)
"""Numbers of words of a small place's name that are searched for, in this order."""

_SHORTEST: Final = 3
"""Minimum letters of each word of such a name."""

_NO_PLACES: Final = frozenset(words_in("normalizer", "capitals_no_places"))
"""Words with a capital letter that name people, offices or places abroad."""

_SPOKEN: Final = {
    province: frozenset(words_in("normalizer", f"speech_{province}"))
    for province in words_in("normalizer", "speech_of")
}
"""Words of everyday speech, by province. They only choose between regencies that have the place that a text names."""

_WE: Final = frozenset(words_in("normalizer", "capitals_we"))
_FROM: Final = frozenset(("dari", "dr", "asal", "ti", "saking"))
"""Words for people who complain, and the words after which they say where they are from."""

_FAR: Final = frozenset(("ke", "dari", "dr", "arah", "menuju", "sampai", "sampe", "antara", "simpang"))
"""Words of whereabouts after which a place need not be that of the event."""

_LEAD: Final = 2
"""Minimum number by which the words of one province's speech must exceed those of any other's."""


def settled(
    place: PlaceReading, text: str, words: list[str], names: PlaceNames, located: Sequence[int]
) -> PlaceReading:
    """Return the reading of the only regency that the text can mean, or the given reading if there is none or more than one."""
    pool = frozenset(place.candidates)
    span = ""
    if place.how == "none" and not pool and not text.isupper():
        pool, span = _capitals(text, words, names, located)
    if place.province is not None:
        pool = frozenset(code for code in pool if code[:PROVINCE] == place.province)
    if len(pool) > 1:
        pool = _by_speech(pool, words)
    if len(pool) != 1:
        return place
    if (
        len(place.candidates) == 1
        and not span
        and not _is_home(words)
        and not _is_in(place.candidates[0], text, words, names, located)
    ):
        return place
    (code,) = pool
    found = PlaceReading(lineage(code), "district", (span,) if span else ())
    found.between = place.between
    return found


def _is_in(code: str, text: str, words: list[str], names: PlaceNames, located: Sequence[int]) -> bool:
    """Return whether a text says with a capital letter that something is in a region whose name is also an everyday word ("di Batu")."""
    if text.isupper():
        return False
    for at in located:
        if words[at - 1] not in _FAR and _is_capital(words[at], text):
            name = names.get(words[at])
            if name is not None and name.weak and any(claim.code == code for claim in name.strong):
                return True
    return False


def _is_home(words: list[str]) -> bool:
    """Return whether a text says where those who complain are from ("kami dari Amuntai")."""
    return any(one in _WE and other in _FROM for one, other in pairwise(words))


def _capitals(text: str, words: list[str], names: PlaceNames, located: Sequence[int]) -> tuple[frozenset[str], str]:
    """Return the regencies that have all small places with capital letters, and the words of the first of these places.

    Only a place after a word that says where something is counts ("di Kokop"). A usual name of streets counts only after a level's name.
    """
    pool: frozenset[str] = frozenset()
    span = ""
    capitals = {word for word in {words[at] for at in located} if _is_capital(word, text)}
    for at in located:
        if words[at] in _NO_PLACES or words[at] not in capitals:
            continue
        flags = SURROUNDINGS.get(words[at - 1], 0)
        for size in _SIZES:
            said = words[at : at + size]
            written = " ".join(said)
            if not flags & CUE and written in usual_streets():
                break
            name = names.get(written)
            if name is None or name.strong or not name.seats or not all(_is_capital(word, text) for word in said[1:]):
                continue
            districts = () if flags & VILLAGE_CUE else [code for code in name.small if len(code) == DISTRICT]
            seats = frozenset(map(seat_of, districts)) or name.seats
            pool = seats & pool if pool else seats
            span = span or written
            break
    return pool, span


def _is_capital(word: str, text: str) -> bool:
    """Return whether a folded word of at least _SHORTEST letters occurs in a text with a capital letter."""
    return len(word) >= _SHORTEST and word.capitalize() in text


def _by_speech(pool: frozenset[str], words: list[str]) -> frozenset[str]:
    """Return the regencies of the province whose everyday speech the text has most; empty if none leads clearly."""
    said = frozenset(words)
    shares = sorted(
        ((len(said & _SPOKEN.get(province, frozenset())), province) for province in {code[:PROVINCE] for code in pool}),
        reverse=True,
    )
    if shares[0][0] < _LEAD or (len(shares) > 1 and shares[0][0] - shares[1][0] < _LEAD):
        return frozenset()
    return frozenset(code for code in pool if code[:PROVINCE] == shares[0][1])
