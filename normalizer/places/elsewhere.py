"""Decides whether a text clearly names the place of the event in another government than the one whose own channel it came through."""

from collections.abc import Sequence
from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.places.context import CUE, DISTRICT_CUE, LOCATIVES, OFFICE, ORIGIN, STREET, SURROUNDINGS
from normalizer.places.gazetteer import DISTRICT, PROVINCE, REGENCY
from normalizer.places.hits import PlaceHit
from normalizer.places.names import DKI
from normalizer.places.scores import seat_of
from normalizer.results import PlaceReading
from normalizer.text import BREAK

_AT: Final = frozenset(("di", "nang", "neng", "ndek", "ning", "ing", "ring", "nok", "nek"))
"""Words after which the place of an event is named, in Indonesian, Javanese and Balinese."""

_LEVELS: Final = frozenset(words_in("normalizer", "elsewhere_levels"))
"""First words of a region's name with its level ("Kota Denpasar")."""

_NOT_THE_EVENT: Final = frozenset(words_in("normalizer", "elsewhere_not_the_event"))
_REACH: Final = 3
"""Words before which a place is not that of the event, and the maximum distance in words."""

_OFFICES: Final = frozenset(words_in("normalizer", "elsewhere_offices"))
"""Words for offices and other public buildings whose names end with the name of their town ("RSUD Demak")."""

_OFFICE_WORDS: Final = 3
"""Maximum number of words from the word for the building to the name of the town, without the latter ("RSUD dr Moewardi Solo")."""

_DOCTOR: Final = "dr"
"""The title in the names of hospitals ("RSUD dr Soewondo Kendal"); elsewhere it is short for "dari" (from)."""

_HERE: Final = frozenset(("sini", "disini", "kene", "mriki", "dieu"))
"""Words for "here": in a text with them, a place elsewhere is only compared with it, or is where the citizen comes from."""

_CLEAR: Final = 3.0
"""Minimum weight of a name that clearly means a region: that of its bare name, if no other region has the same (see names.Claim)."""

_WAYS: Final = frozenset(("named", "nickname", "institution"))
"""Ways of naming a region that are no guess (see PlaceReading.how)."""

_FEW: Final = 3
"""Maximum number of regencies that have a district or village of a name for the name to point to one of them."""


def is_elsewhere(told: PlaceReading, home: str, words: list[str], hits: Sequence[PlaceHit]) -> bool:
    """Return whether a text clearly names the place of the event outside a government's region, and nothing in the region.

    A region is clearly named after "di", with its level ("Kota Denpasar"), after a place in it ("Sanur Denpasar"), or in the field for the
    address; a district with its level if no other regency has one of the name. Names of streets, of destinations and of origins, and names
    in comparisons do not count.
    """
    seat = seat_of(home)
    code = told.province if told.province == DKI else told.regency or told.province
    if code is None or code.startswith(seat) or seat.startswith(code) or not _HERE.isdisjoint(words):
        return False
    return not any(_is_at_home(hit, seat, code, words) for hit in hits) and _is_clear(code, words, hits)


def _is_clear(code: str, words: list[str], hits: Sequence[PlaceHit]) -> bool:
    """Return whether one of the names clearly says that it happened in the region."""
    field = words.index(BREAK)
    end_of_field = words.index(BREAK, field + 1)
    inner: PlaceHit | None = None
    for hit in hits:
        start, first = hit.start, words[hit.start]
        flags = SURROUNDINGS.get(words[start - 1], 0) if start else 0
        follows = inner is not None and inner.end == start and any(one.startswith(code) for one in inner.name.seats)
        inner = None if flags & ORIGIN else hit
        if (flags | SURROUNDINGS.get(first, 0)) & DISTRICT_CUE and _is_only_district(hit, code, words):
            return True
        if flags & ~OFFICE or is_not_of_event(words, start):
            continue
        located = (
            follows or first.startswith("di") or first in _LEVELS or first in _OFFICES or field < start < end_of_field
        )
        if (located or words[start - 1] in _AT or _is_of_house(words, start)) and _means(hit, code):
            return True
    return False


def is_not_of_event(words: list[str], start: int) -> bool:
    """Return whether the words before a name make it something other than the place of the event ("pindah ke", "seperti")."""
    return not _NOT_THE_EVENT.isdisjoint(_before(words, start))


def _is_of_house(words: list[str], start: int) -> bool:
    """Return whether the name at a position is the end of the name of an office or another public building."""
    for word in reversed(_before(words, start)[-_OFFICE_WORDS:]):
        if word in _OFFICES:
            return True
        if word in LOCATIVES and word != _DOCTOR:
            return False
    return False


def _before(words: list[str], start: int) -> list[str]:
    """Return the last words before a position in the same part of the text, at most _REACH."""
    found = words[max(0, start - _REACH) : start]
    return found[found.index(BREAK) + 1 :] if BREAK in found else found


def _means(hit: PlaceHit, code: str) -> bool:
    """Return whether a name clearly means a region."""
    return any(
        seat_of(claim.code) == code and claim.how in _WAYS and claim.weight >= _CLEAR for claim in hit.name.strong
    )


def _is_only_district(hit: PlaceHit, code: str, words: list[str]) -> bool:
    """Return whether a name after the level's name is that of districts in one regency alone, in the region."""
    name = hit.name
    seats = {seat_of(one) for one in name.small if len(one) == DISTRICT}
    return len(seats) == 1 and seats.pop().startswith(code) and not (name.weak and words[hit.start - 1] == BREAK)


def _is_at_home(hit: PlaceHit, seat: str, code: str, words: list[str]) -> bool:
    """Return whether a name can mean something in the government's region, and nothing in the region that the text names."""
    name = hit.name
    if any(seat_of(claim.code) == code for claim in name.strong):
        return any(claim.code[:REGENCY] == seat for claim in name.strong)
    if any(claim.code.startswith(seat) for claim in name.strong):
        return True
    if any(seat.startswith(claim.code) and claim.code != code[:PROVINCE] for claim in name.strong):
        return True
    flags = SURROUNDINGS.get(words[hit.start - 1], 0) if hit.start else 0
    if not name.small or flags & STREET or any(one.startswith(code) for one in name.seats):
        return False
    if not any(one.startswith(seat) for one in name.seats):
        return False
    return bool(flags & CUE) or (not name.weak and len(name.seats) <= _FEW)
