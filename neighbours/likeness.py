"""Decides whether two complaints of one regency are one matter, from what their signatures and regions tell. Pure.

Two complaints differ if they name different places of one kind, or different matters. They are the same if they share the matter and a
place below the regency. docs/adr/0030-duplicates-by-what-a-text-tells.md says where the thresholds come from.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from neighbours.signs import Name, Signature
from normalizer.matters import KINDS, NUMBERS, WIDE

OWN_FROM: Final = 80
"""From this number on, a matter is one person's own, and never merged."""

_VILLAGE: Final = KINDS.index("village") + 1
_SCHOOLS: Final = frozenset([KINDS.index(kind) + 1 for kind in ("primary", "junior", "senior")])
"""The kinds whose numbers are names: "SD Oesapa" is not "SD Oesapa Kecil 1"."""

_WHOLE: Final = _SCHOOLS | {_VILLAGE, KINDS.index("hamlet") + 1}
"""The kinds of which two names differ as soon as a word does."""

_ASIDE: Final = frozenset([KINDS.index(kind) + 1 for kind in ("office", "faith", "water", "plant", "school")])
"""The kinds that often only say where something is, so that two of them may be near the same thing."""

_NO_PLACE, _IN_DISTRICT, _NEAR, _THERE = 0.0, 0.7, 1.5, 2.0
"""How well two texts tell the same place: not at all, the district, one name in passing, one name of one kind."""

_HOUSES: Final = 20
"""How far apart two numbers of houses may be in one matter."""


class Side(NamedTuple):
    """One of two complaints.

    Attributes:
        sign: its signature.
        district: the last two digits of its district; 0 if it is not known.
        village: the last four digits of its village; 0 if it is not known.
        own: whether its topic is one person's own matter.
        topic: the hash of its topic; 0 if it has none.
        asks: whether it is a request for information.
    """

    sign: Signature
    district: int = 0
    village: int = 0
    own: bool = False
    topic: int = 0
    asks: bool = False


class Shares(NamedTuple):
    """How many of the words two texts share: of the words of both, and of those of the one with fewer."""

    all: float
    fewer: float
    number: int


def same(first: Side, second: Side, *, one_person: bool = False) -> bool:
    """Return whether two complaints of one regency are about the same matter.

    Args:
        first: a complaint.
        second: another one, sent not much earlier or later.
        one_person: whether both are from one person: then the words alone suffice.
    """
    common = first.sign.matters.keys() & second.sign.matters.keys()
    if first.sign.words.isdisjoint(second.sign.words) or differ(first, second) or _own(first, second, common):
        return False
    place, shares = _place(first, second), _shares(first.sign, second.sign)
    if one_person and shares.number >= 4 and shares.all >= 0.6:  # noqa: PLR2004
        return True
    if first.asks or second.asks or place == _NO_PLACE:
        return shares.number >= 5 and shares.all >= 0.8  # noqa: PLR2004
    if common:
        wide = any(second.sign.matters[matter] & WIDE for matter in common)
        return _enough(place, shares, wide=wide, finer=_finer(first) and _finer(second))
    related = first.sign.families & second.sign.families or (first.topic and first.topic == second.topic)
    return _enough_without(place, shares, related=bool(related))


def _own(first: Side, second: Side, common: AbstractSet[int]) -> bool:
    return is_own(first) or is_own(second) or (bool(common) and all(matter >= OWN_FROM for matter in common))


def differ(first: Side, second: Side) -> bool:
    """Return whether two complaints cannot be one matter: their places or their matters contradict each other."""
    one, other = first.sign, second.sign
    if one.families and other.families and not one.families & other.families:
        return True
    if first.district and second.district and first.district != second.district:
        return True
    if first.village and second.village and first.village != second.village:
        return True
    if _numbers_differ(one.numbers, other.numbers):
        return True
    return any(
        kind not in _ASIDE and kind in other.names and _alike(names, other.names[kind], one, other) < 0
        for kind, names in one.names.items()
    )


def is_own(side: Side) -> bool:
    """Return whether a case is one person's own matter: by all of its matters, or by its topic if it has none."""
    matters = side.sign.matters
    return all(matter >= OWN_FROM for matter in matters) if matters else side.own


def _shares(one: Signature, other: Signature) -> Shares:
    number = len(one.words & other.words)
    fewer = min(len(one.words), len(other.words)) or 1
    return Shares(number / (len(one.words | other.words) or 1), number / fewer, number)


def _enough(place: float, shares: Shares, *, wide: bool, finer: bool) -> bool:
    """Return whether two complaints that share a matter are the same.

    Args:
        place: how well they tell the same place.
        shares: their words.
        wide: whether the matter concerns a whole area.
        finer: whether both tell more of the place than the district.
    """
    if place >= _THERE:
        return shares.fewer >= 0.17  # noqa: PLR2004
    if place >= _NEAR:
        return shares.fewer >= 0.5 or shares.all >= 0.25 or (wide and shares.fewer >= 0.3 and shares.all >= 0.18)  # noqa: PLR2004
    if wide:
        return shares.fewer >= 0.3 and not finer  # noqa: PLR2004
    return shares.all >= 0.6 or (shares.fewer >= 0.7 and shares.number >= 4 and not finer)  # noqa: PLR2004


def _enough_without(place: float, shares: Shares, *, related: bool) -> bool:
    """Return whether two complaints are the same of which no common matter is known.

    Args:
        place: how well they tell the same place.
        shares: their words.
        related: whether their matters are of one family, or their topics are the same.
    """
    if place >= _THERE:
        return shares.fewer >= 0.45 and shares.all >= 0.22  # noqa: PLR2004
    least = 0.4 if related else 0.5
    return place >= _NEAR and shares.fewer >= least and shares.all >= least - 0.2


def _finer(side: Side) -> bool:
    return bool(side.sign.numbers) or any(kind != _VILLAGE for kind in side.sign.names)


def _numbers_differ(numbers: Mapping[int, set[int]], others: Mapping[int, set[int]]) -> bool:
    for kind, values in numbers.items():
        if kind not in others:
            continue
        apart = min(abs(value - other) for value in values for other in others[kind])
        if apart > {NUMBERS["no"]: _HOUSES, NUMBERS["km"]: 1}.get(kind, 0):
            return True
    return False


def _place(first: Side, second: Side) -> float:
    """Return how well two complaints that do not differ tell the same place below the regency."""
    one, other = first.sign, second.sign
    found = _NO_PLACE
    for kind, names in one.names.items():
        if kind in other.names:
            alike = _alike(names, other.names[kind], one, other)
            found = max(found, min(alike, _NEAR) if kind == _VILLAGE else alike)
    rare = len(one.rare & other.rare)
    if rare:
        found = max(found, _NEAR if rare == 1 else _THERE)
    if found < _NEAR and (_mentions(one, other) or _mentions(other, one)):
        found = _NEAR
    if first.village and first.village == second.village:
        return max(found, _NEAR)
    if first.district and first.district == second.district:
        return max(found, _IN_DISTRICT)
    return found


def _mentions(one: Signature, other: Signature) -> bool:
    """Return whether a text has the first word of a name in another text, without a word that says of what kind the thing is."""
    return any(
        name.beginnings and name.beginnings[0] in other.words
        for kind, names in one.names.items()
        if kind not in other.names
        for name in names
    )


def _alike(names: list[Name], others: list[Name], one: Signature, other: Signature) -> float:
    """Return how sure it is that two texts name the same thing of a kind; below 0 if they name different ones."""
    return max(_name(a, b, one, other) for a in names for b in others)


def _name(name: Name, named: Name, one: Signature, other: Signature) -> float:
    if name.end != named.end and ((name.end and named.end) or name.kind in _SCHOOLS):
        return -1.0
    sure = _THERE if name.end == named.end else _NEAR
    if not name.beginnings or not named.beginnings:
        return sure if name.end == named.end else _NO_PLACE
    if name.beginnings[-1] in named.beginnings or named.beginnings[-1] in name.beginnings:
        return sure
    if name.beginnings[0] == named.beginnings[0]:
        return -1.0 if name.kind in _WHOLE else _NEAR
    if name.beginnings[0] in other.words and named.beginnings[0] in one.words:
        return sure
    return -1.0
