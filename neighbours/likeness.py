"""Decides whether two complaints of one regency are about one matter, by their signatures and regions. Pure.

Two complaints differ if they name different places of one kind, or different matters. They are the same if they share the matter and a
place below the regency. docs/adr/0030-duplicates-by-what-a-text-tells.md says where the thresholds come from.
"""

from typing import Final, NamedTuple

from neighbours.faults import OWN_FROM, Shares, is_own, one_matter, one_wide_matter, unlike
from neighbours.places import IN_DISTRICT, NO_PLACE, STRANGE, THERE, contradict, formed, named, nearness
from neighbours.signs import Signature
from normalizer.matter.local_names import IS_VILLAGE
from normalizer.matter.signature import GRAVE
from normalizer.matter.words import hash_of, skeleton

_LITTLE: Final = (
    "jalan lampu mati rusak pantai pante danau situ teluk tanjung pulau dermaga pelabuhan terminal bandara gunung bukit lembah "
    "nelayan petani murid pasien penumpang pengunjung sopir "
    "taman pasar sekolah rsud puskesmas kantor balai hotel hutan lahan kota barat timur utara selatan tengah"
)
_SAYS_LITTLE: Final = frozenset([hash_of(skeleton(word)) for word in _LITTLE.split()])
"""Words that many matters share, and words that only name the kind of a place."""


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


def same(first: Side, second: Side, *, one_person: bool = False) -> bool:
    """Return whether two complaints of one regency are about the same matter. If both are from one person, enough common words suffice."""
    one, other = first.sign, second.sign
    if one.words.isdisjoint(other.words) or differ(first, second) or owned(first) or owned(second):
        return False
    place, shares = _place(first, second), _shares(one, other)
    if one_person and shares.number >= 4 and shares.all >= 0.6:  # noqa: PLR2004
        return True
    if place == NO_PLACE or (first.asks and second.asks):
        return _copied(one, other, shares)
    if place == IN_DISTRICT:
        return not (_finer(first) and _finer(second)) and one_wide_matter(one, other, shares)
    if place == STRANGE and not (one.families & other.families and one.ways & other.ways):
        return False
    return one_matter(one, other, shares, related=first.topic > 0 and first.topic == second.topic, there=place == THERE)


def _copied(one: Signature, other: Signature, shares: Shares) -> bool:
    """Return whether two texts are nearly copies: at most one names a place that the other lacks, and neither is about one's own matter."""
    if (named(one) - other.words and named(other) - one.words) or any(matter >= OWN_FROM for matter in one.matters):
        return False
    return shares.number >= 5 and shares.all >= 0.8  # noqa: PLR2004


def _place(first: Side, second: Side) -> float:
    """Return how surely two complaints that do not differ name the same place below the regency (see `nearness`)."""
    village = first.village > 0 and first.village == second.village
    return nearness(
        first.sign, second.sign, village=village, district=first.district > 0 and first.district == second.district
    )


def differ(first: Side, second: Side) -> bool:
    """Return whether two complaints cannot be about one matter: their places or their matters contradict each other."""
    one, other = first.sign, second.sign
    if not GRAVE.isdisjoint(one.matters) or not GRAVE.isdisjoint(other.matters):
        return True
    if unlike(one, other):
        return True
    if (
        first.district and second.district and first.district != second.district
    ):  # villages of one name are in many districts
        return True
    if (
        not one.local.keys() & other.local.keys()
        and first.village
        and second.village
        and first.village != second.village
    ):
        return True
    return contradict(one, other, village=first.village > 0 and first.village == second.village)


def owned(side: Side) -> bool:
    """Return whether a case is one person's own matter."""
    return is_own(side.sign, topic=side.own)


def _shares(one: Signature, other: Signature) -> Shares:
    both = one.words & other.words
    number = len(both) + len(formed(one, other))
    fewer = min(len(one.words), len(other.words)) or 1
    what = len(both - named(one) - named(other) - _SAYS_LITTLE)
    return Shares(number / (len(one.words | other.words) or 1), number / fewer, number, what)


def _finer(side: Side) -> bool:
    """Return whether a complaint names a place below the district."""
    sign = side.sign
    return bool(sign.numbers or sign.names) or any(place.levels & IS_VILLAGE for place in sign.local.values())
