"""Compares the places below the regency that two complaints name. Pure."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from neighbours.signs import Local, Name, Signature
from normalizer.matter.local_names import IS_VILLAGE
from normalizer.matter.matters import KINDS, NUMBERS
from normalizer.matter.names import CONTINUED

NO_PLACE, STRANGE, IN_DISTRICT, NEAR, THERE = 0.0, 0.5, 0.7, 1.5, 2.0
"""How surely two texts name the same place: they share none; a name, although each also names a place that the other does not; the
district; one name in passing; a name of a thing of the same kind."""

VILLAGE: Final = KINDS.index("village") + 1
"""The kind of the names of villages."""

_KM: Final = NUMBERS["km"]
_SCHOOLS: Final = frozenset([KINDS.index(kind) + 1 for kind in ("primary", "junior", "senior", "vocational")])
"""The kinds whose numbers are names: "SD Oesapa" is not "SD Oesapa Kecil 1"."""

_WHOLE: Final = _SCHOOLS | {VILLAGE, KINDS.index("hamlet") + 1, KINDS.index("estate") + 1}
"""The kinds of which two names are different as soon as one word differs."""

_SPOT: Final = KINDS.index("spot") + 1
"""The kind of names that have no word for a kind before them: they contradict each other only by different parts."""

_ASIDE: Final = frozenset([KINDS.index(kind) + 1 for kind in ("office", "faith", "water", "school", "spot", "park")])
"""The kinds that often only tell where something is, so that two different ones may be near the same thing."""

_HOUSES: Final = 20
"""Maximum difference of two house numbers in one matter."""

_SURE: Final = 2
"""Minimum number of shared names that prove one place although each text names another place too."""


def contradict(one: Signature, other: Signature, *, village: bool) -> bool:
    """Return whether two texts of a regency name different places of one kind, other numbers, or other parts of a place.

    In one village a longer or shorter name of it does not contradict.
    """
    if (
        _numbers_differ(one.numbers, other.numbers)
        or _parts_differ(one.names, other.names)
        or _local_differ(one.local, other.local)
    ):
        return True
    schools, others = _SCHOOLS & one.names.keys(), _SCHOOLS & other.names.keys()
    if schools and others and not schools & others:
        return True
    return any(
        kind not in _ASIDE
        and kind in other.names
        and not (village and kind == VILLAGE)
        and _alike(names, other.names[kind], one, other) < 0
        for kind, names in one.names.items()
    )


def nearness(one: Signature, other: Signature, *, village: bool, district: bool) -> float:
    """Return how surely two texts that do not contradict each other name the same place below the regency.

    If each of them also names a place that the other one does not name, only two shared names prove that it is the same place.
    """
    shared = [place for name, place in one.local.items() if name in other.words]
    shared += [place for name, place in other.local.items() if name in one.words]
    in_village = village or any(place.levels & IS_VILLAGE for place in shared)
    local = one.local.keys() | other.local.keys()
    sure = len(((_told(one) & other.words) | (_told(other) & one.words)) - local) or len(formed(one, other) - local)
    if not in_village and _unmatched(one, other) and _unmatched(other, one):
        if sure >= _SURE:
            return THERE
        return NO_PLACE if not sure else NEAR if shared else STRANGE
    sure += in_village
    found = max(_by_kind(one, other), NO_PLACE if not sure else NEAR if sure == 1 else THERE)
    if found < NEAR and (
        one.numbers.get(_KM, set()) & other.numbers.get(_KM, set()) or _mentions(one, other) or _mentions(other, one)
    ):
        return NEAR
    return IN_DISTRICT if found == NO_PLACE and (district or shared) else found


def _unmatched(sign: Signature, other: Signature) -> bool:
    """Return whether a text names a place below the district that another text does not name."""
    villages = {name for name, place in sign.local.items() if place.levels & IS_VILLAGE}
    return bool((sign.placed | villages) - other.words - other.formed)


def named(sign: Signature) -> AbstractSet[int]:
    """Return the words of a text that may be names."""
    return sign.placed | sign.lent | sign.local.keys()


def formed(one: Signature, other: Signature) -> AbstractSet[int]:
    """Return the names of several words that both texts have, each in any of its forms."""
    return (one.formed & (other.words | other.formed)) | (other.formed & one.words)


def _told(sign: Signature) -> AbstractSet[int]:
    """Return the words of a text that the word before them, or a capital, marks as names."""
    return sign.placed | sign.lent


def _by_kind(one: Signature, other: Signature) -> float:
    """Return how sure it is that two texts name one thing of some kind."""
    found = NO_PLACE
    for kind, names in one.names.items():
        if kind in other.names:
            alike = _alike(names, other.names[kind], one, other)
            found = max(found, min(alike, NEAR) if kind == VILLAGE else alike)
    return found


def _numbers_differ(numbers: Mapping[int, set[int]], others: Mapping[int, set[int]]) -> bool:
    for kind, values in numbers.items():
        if kind not in others:
            continue
        apart = min(abs(value - other) for value in values for other in others[kind])
        if apart > {NUMBERS["no"]: _HOUSES, NUMBERS["km"]: 1}.get(kind, 0):
            return True
    return False


def _local_differ(local: Mapping[int, Local], others: Mapping[int, Local]) -> bool:
    """Return whether two texts name other villages of the regency, or places of other districts."""
    villages = {name for name, place in local.items() if place.levels == IS_VILLAGE}
    named = {name for name, place in others.items() if place.levels == IS_VILLAGE}
    if villages and named and not villages & named:
        return True
    if local.keys() & others.keys():
        return False
    districts = {place.district for place in local.values()}
    told = {place.district for place in others.values()}
    return bool(districts and told) and 0 not in districts | told and not districts & told


def _parts_differ(names: Mapping[int, list[Name]], others: Mapping[int, list[Name]]) -> bool:
    """Return whether two texts name different parts of one place without a word for its kind ("Koya Barat", "Koya Timur")."""
    parts, told = set(names.get(_SPOT, ())), set(others.get(_SPOT, ()))
    return not parts & told and any(a.beginnings == b.beginnings for a in parts for b in told)


def _mentions(one: Signature, other: Signature) -> bool:
    """Return whether `other` has the first word of a name in `one`, but no name of that kind."""
    return any(
        name.beginnings and (name.beginnings[0] in other.words or name.beginnings[0] in other.formed)
        for kind, names in one.names.items()
        if kind not in other.names
        for name in names
    )


def _alike(names: list[Name], others: list[Name], one: Signature, other: Signature) -> float:
    """Return how sure it is that two texts name the same thing of a kind; below 0 if they name different ones."""
    return max(_name(a, b, one, other) for a in names for b in others)


def _other_part(name: Name, called: Name) -> bool:
    """Return whether two names with different parts mean different things. If one text leaves the part out, they usually may not."""
    return bool(name.end and called.end) or name.kind in _SCHOOLS or CONTINUED in (name.end, called.end)


def _name(name: Name, called: Name, one: Signature, other: Signature) -> float:
    if name.end != called.end and _other_part(name, called):
        return -1.0
    sure = THERE if name.end == called.end else NEAR
    if not name.beginnings or not called.beginnings:
        return (sure if name.kind in _SCHOOLS else NEAR) if name.end == called.end else NO_PLACE
    if (
        name.beginnings[-1] in called.beginnings
        or called.beginnings[-1] in name.beginnings
        or name.beginnings[:2] == called.beginnings[:2]
    ):
        return sure
    if name.beginnings[0] == called.beginnings[0]:
        longer = len(name.beginnings) > 1 and len(called.beginnings) > 1 and not called.end
        return -1.0 if (name.kind in _WHOLE or longer) and not name.end else NEAR
    if name.kind not in _WHOLE and not (
        one.local.keys().isdisjoint(called.beginnings) and other.local.keys().isdisjoint(name.beginnings)
    ):
        return NO_PLACE
    mentions = (name.beginnings[0] in other.words | other.formed) + (called.beginnings[0] in one.words | one.formed)
    return (-1.0, -1.0 if name.kind in _WHOLE else NEAR, sure)[mentions]
