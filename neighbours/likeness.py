"""Decides whether two complaints of one regency are one matter, from what their signatures and regions tell. Pure.

Two complaints differ if they name different places of one kind, or different matters. They are the same if they share the matter and a
place below the regency. docs/adr/0030-duplicates-by-what-a-text-tells.md says where the thresholds come from.
"""

from typing import Final, NamedTuple

from neighbours.places import LIKELY, NEAR, NO_PLACE, THERE, contradict, formed, named, nearness
from neighbours.signs import Signature
from normalizer.matter_words import hash_of, skeleton
from normalizer.matters import WIDE

OWN_FROM: Final = 80
"""From this number on, a matter is one person's own, and never merged."""

GRAVE: Final = frozenset((86, 87, 90, 92))
"""The matters (normalizer/data/matters.yaml: extortion, violence, corruption, harmed) of a report that is never merged by itself, whatever
else it tells: no answer about a lamp answers it."""

_LITTLE: Final = (
    "jalan lampu mati rusak pantai pante danau situ teluk tanjung pulau dermaga pelabuhan terminal bandara gunung bukit lembah "
    "nelayan petani murid pasien penumpang pengunjung sopir "
    "taman pasar sekolah rsud puskesmas kantor balai hotel hutan lahan kota barat timur utara selatan tengah"
)
_SAYS_LITTLE: Final = frozenset([hash_of(skeleton(word)) for word in _LITTLE.split()])
"""The words that many matters share, and those that only say of what kind a place is."""

_OTHER_WAY: Final = 2
"""How many words of what happened two texts share that are one matter though other things are wrong."""


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
    if place == NO_PLACE or (first.asks and second.asks):
        return _copied(one, other, shares)
    if one_matter:
        return not _other_way(one, other, shares) and _enough(first, second, place, shares)
    return _enough_without(place, shares, related=bool(first.topic and first.topic == second.topic))


def _copied(one: Signature, other: Signature, shares: Shares) -> bool:
    """Return whether one text is a copy of the other, which names no other place and no matter of one's own."""
    if (named(one) - other.words and named(other) - one.words) or any(matter >= OWN_FROM for matter in one.matters):
        return False
    return shares.number >= 5 and shares.all >= 0.8  # noqa: PLR2004


def _place(first: Side, second: Side) -> float:
    """Return how well two complaints that do not differ tell the same place below the regency."""
    village = first.village > 0 and first.village == second.village
    return nearness(
        first.sign, second.sign, village=village, district=first.district > 0 and first.district == second.district
    )


def differ(first: Side, second: Side) -> bool:
    """Return whether two complaints cannot be one matter: their places or their matters contradict each other."""
    one, other = first.sign, second.sign
    if not GRAVE.isdisjoint(one.matters) or not GRAVE.isdisjoint(other.matters):
        return True
    if one.families and other.families and not one.families & other.families:
        return True
    if first.district and second.district and first.district != second.district:
        return True
    if first.village and second.village and first.village != second.village:
        return True
    return contradict(one, other, village=first.village > 0 and first.village == second.village)


def is_own(side: Side) -> bool:
    """Return whether a case is one person's own matter: by all of its matters, or by its topic if it has none."""
    matters = side.sign.matters
    return all(matter >= OWN_FROM for matter in matters) if matters else side.own


def _shares(one: Signature, other: Signature) -> Shares:
    both = one.words & other.words
    number = len(both) + len(formed(one, other))
    fewer = min(len(one.words), len(other.words)) or 1
    what = len(both - named(one) - named(other) - _SAYS_LITTLE)
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
    if place >= NEAR:
        own = any(matter >= OWN_FROM for matter, _ in families)
        known = shares.what > 0 or not first.sign.matters.keys().isdisjoint(second.sign.matters)
        near = not own and (shares.fewer >= 0.22 or shares.all >= 0.11)  # noqa: PLR2004
        return known and (shares.fewer >= 0.12 if place >= THERE else near)  # noqa: PLR2004
    finer = _finer(first) and _finer(second)
    if any(family & WIDE for _, family in families):
        return shares.fewer >= 0.3 and not finer and place != LIKELY  # noqa: PLR2004
    if place == LIKELY:
        return shares.fewer >= 0.5 and shares.all >= 0.2  # noqa: PLR2004
    return shares.all >= 0.6 or (shares.fewer >= 0.7 and shares.number >= 4 and not finer)  # noqa: PLR2004


def _enough_without(place: float, shares: Shares, *, related: bool) -> bool:
    """Return whether two complaints are the same of which no common matter is known.

    Args:
        place: how well they tell the same place.
        shares: their words.
        related: whether their matters are of one family, or their topics are the same.
    """
    if place >= THERE:
        return shares.what >= 1 and shares.fewer >= 0.3 and shares.all >= (0.22 if shares.what == 1 else 0.18)  # noqa: PLR2004
    least = 0.35 if related else 0.4
    return place >= NEAR and shares.what >= 1 and shares.fewer >= least and shares.all >= least - 0.2


def _finer(side: Side) -> bool:
    return bool(side.sign.numbers) or bool(side.sign.names)


def _other_way(one: Signature, other: Signature, shares: Shares) -> bool:
    """Return whether two texts tell that a thing is wrong in other ways, and share hardly a word of what happened."""
    ways = one.ways and other.ways and not one.ways & other.ways
    more = one.families & ~other.families and other.families & ~one.families
    return bool(ways or more) and shares.what < _OTHER_WAY
