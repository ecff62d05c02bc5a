"""Decides whether two complaints of one regency are one matter, from what their signatures and regions tell. Pure.

Two complaints differ if they name different places of one kind, or different matters. They are the same if they share the matter and a
place below the regency. docs/adr/0030-duplicates-by-what-a-text-tells.md says where the thresholds come from.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from neighbours.signs import Name, Signature
from normalizer.matter_words import hash_of, skeleton
from normalizer.matters import KINDS, NUMBERS, WIDE

OWN_FROM: Final = 80
"""From this number on, a matter is one person's own, and never merged."""

_VILLAGE: Final = KINDS.index("village") + 1
_KM: Final = NUMBERS["km"]
_SCHOOLS: Final = frozenset([KINDS.index(kind) + 1 for kind in ("primary", "junior", "senior")])
"""The kinds whose numbers are names: "SD Oesapa" is not "SD Oesapa Kecil 1"."""

_WHOLE: Final = _SCHOOLS | {_VILLAGE, KINDS.index("hamlet") + 1}
"""The kinds of which two names differ as soon as a word does."""

_SPOT: Final = KINDS.index("spot") + 1
"""The kind of names that no word announces: of these only another part contradicts."""

_ASIDE: Final = frozenset(
    [KINDS.index(kind) + 1 for kind in ("office", "faith", "water", "plant", "school", "spot", "park")]
)
"""The kinds that often only say where something is, so that two of them may be near the same thing."""

_SAYS_LITTLE: Final = frozenset([hash_of(skeleton(word)) for word in ("jalan", "lampu", "mati", "rusak")])
"""The words that many matters share."""

_NO_PLACE, _IN_DISTRICT, _LIKELY, _NEAR, _THERE = 0.0, 0.7, 1.0, 1.5, 2.0
"""How well two texts tell the same place: not at all, the district, a word that may be a name, one name in passing, one of one kind."""

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
    """How many of the words two texts share.

    Attributes:
        all: the part of the words of both.
        fewer: the part of the words of the one with fewer.
        number: their number.
        what: the number of those that are no name and tell something.
    """

    all: float
    fewer: float
    number: int
    what: int


def same(first: Side, second: Side, *, one_person: bool = False) -> bool:
    """Return whether two complaints of one regency are about the same matter.

    Args:
        first: a complaint.
        second: another one, sent not much earlier or later.
        one_person: whether both are from one person: then the words alone suffice.
    """
    one, other = first.sign, second.sign
    if one.words.isdisjoint(other.words) or differ(first, second) or is_own(first) or is_own(second):
        return False
    place, shares = _place(first, second), _shares(one, other)
    if one_person and shares.number >= 4 and shares.all >= 0.6:  # noqa: PLR2004
        return True
    one_matter = bool(one.families & other.families)
    if place == _NO_PLACE or (first.asks and second.asks):
        return _copied(one, other, shares)
    if one_matter:
        return _enough(first, second, place, shares)
    return _enough_without(place, shares, related=bool(first.topic and first.topic == second.topic))


def _copied(one: Signature, other: Signature, shares: Shares) -> bool:
    """Return whether one text is a copy of the other, which names no other place and no matter of one's own."""
    if (one.rare - other.words and other.rare - one.words) or any(matter >= OWN_FROM for matter in one.matters):
        return False
    return shares.number >= 5 and shares.all >= 0.8  # noqa: PLR2004


def differ(first: Side, second: Side) -> bool:
    """Return whether two complaints cannot be one matter: their places or their matters contradict each other."""
    one, other = first.sign, second.sign
    if one.families and other.families and not one.families & other.families:
        return True
    if first.district and second.district and first.district != second.district:
        return True
    if first.village and second.village and first.village != second.village:
        return True
    if _numbers_differ(one.numbers, other.numbers) or _parts_differ(one.names, other.names):
        return True
    return any(
        kind not in _ASIDE and kind in other.names and _alike(names, other.names[kind], one, other) < 0
        for kind, names in one.names.items()
    )


def _parts_differ(names: Mapping[int, list[Name]], others: Mapping[int, list[Name]]) -> bool:
    """Return whether two texts tell different parts of one place that no word announces ("Koya Barat", "Koya Timur")."""
    parts, told = set(names.get(_SPOT, ())), set(others.get(_SPOT, ()))
    return not parts & told and any(a.beginnings == b.beginnings for a in parts for b in told)


def is_own(side: Side) -> bool:
    """Return whether a case is one person's own matter: by all of its matters, or by its topic if it has none."""
    matters = side.sign.matters
    return all(matter >= OWN_FROM for matter in matters) if matters else side.own


def _shares(one: Signature, other: Signature) -> Shares:
    both = one.words & other.words
    number = len(both) + len(_formed(one, other))
    fewer = min(len(one.words), len(other.words)) or 1
    what = number - len(both & (one.rare | other.rare | _SAYS_LITTLE))
    return Shares(number / (len(one.words | other.words) or 1), number / fewer, number, what)


def _enough(first: Side, second: Side, place: float, shares: Shares) -> bool:
    """Return whether two complaints that share a matter are the same.

    Args:
        first: a complaint.
        second: another one.
        place: how well they tell the same place.
        shares: their words.
    """
    families = [
        (matter, family)
        for matter, family in second.sign.matters.items()
        if first.sign.families & (1 << (family & ~WIDE))
    ]
    if all(matter >= OWN_FROM for matter, _ in families):
        return False
    if place >= _NEAR:
        own = any(matter >= OWN_FROM for matter, _ in families)
        if place >= _THERE:
            return shares.fewer >= 0.12  # noqa: PLR2004
        return not own and (shares.fewer >= 0.28 or shares.all >= 0.14)  # noqa: PLR2004
    finer = _finer(first) and _finer(second)
    if any(family & WIDE for _, family in families):
        return shares.fewer >= 0.3 and not finer and place != _LIKELY  # noqa: PLR2004
    if place == _LIKELY:
        return shares.fewer >= 0.5 and shares.all >= 0.2  # noqa: PLR2004
    return shares.all >= 0.6 or (shares.fewer >= 0.7 and shares.number >= 4 and not finer)  # noqa: PLR2004


def _enough_without(place: float, shares: Shares, *, related: bool) -> bool:
    """Return whether two complaints are the same of which no common matter is known.

    Args:
        place: how well they tell the same place.
        shares: their words.
        related: whether their matters are of one family, or their topics are the same.
    """
    if place >= _THERE:
        return shares.what >= 1 and shares.fewer >= 0.3 and shares.all >= 0.19  # noqa: PLR2004
    least = 0.35 if related else 0.4
    return place >= _NEAR and shares.what >= 1 and shares.fewer >= least and shares.all >= least - 0.2


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
    rare = len((one.rare & other.words) | (other.rare & one.words)) or len(_formed(one, other))
    if rare:
        found = max(found, _NEAR if rare == 1 else _THERE)
    if found < _NEAR and one.numbers.get(_KM, set()) & other.numbers.get(_KM, set()):
        found = _NEAR
    if found < _NEAR and (_mentions(one, other) or _mentions(other, one)):
        found = _NEAR
    if first.village and first.village == second.village:
        return max(found, _NEAR)
    if first.district and first.district == second.district:
        return max(found, _IN_DISTRICT)
    if found == _NO_PLACE and one.likely & other.likely:
        found = _LIKELY
    return found


def _formed(one: Signature, other: Signature) -> AbstractSet[int]:
    """Return the names of several words that both texts tell, in one of its forms each."""
    return (one.formed & (other.words | other.formed)) | (other.formed & one.words)


def _mentions(one: Signature, other: Signature) -> bool:
    """Return whether a text has the first word of a name in another text, without a word that says of what kind the thing is."""
    return any(
        name.beginnings and (name.beginnings[0] in other.words or name.beginnings[0] in other.formed)
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
        return (sure if name.kind in _SCHOOLS else _NEAR) if name.end == named.end else _NO_PLACE
    if (
        name.beginnings[-1] in named.beginnings
        or named.beginnings[-1] in name.beginnings
        or name.beginnings[:2] == named.beginnings[:2]
    ):
        return sure
    if name.beginnings[0] == named.beginnings[0]:
        return -1.0 if name.kind in _WHOLE else _NEAR
    mentions = (name.beginnings[0] in other.words) + (named.beginnings[0] in one.words)
    return (-1.0, -1.0 if name.kind in _WHOLE else _NEAR, sure)[mentions]
