"""Decides whether two complaints of one regency are about one matter, by their signatures and regions. Pure.

Two complaints differ if they name different places of one kind, or different matters. They are the same if they share the matter and a
place below the regency. docs/adr/0030-duplicates-by-what-a-text-tells.md says where the thresholds come from.
"""

from typing import Final, NamedTuple

from neighbours.places import IN_DISTRICT, NO_PLACE, STRANGE, THERE, contradict, formed, named, nearness
from neighbours.signs import Signature
from normalizer.matter.senses import senses
from normalizer.matter.signature import GRAVE
from normalizer.matter.words import hash_of, skeleton

OWN_FROM: Final = 80
"""From this number on, a matter is one person's own, and never merged."""

_FEWER: Final = 0.25
_ALL: Final = 0.1
"""Minimum shares of common words (see Shares) in texts about one matter: of 51 proposals for published reports, those below were wrong."""

_SHORT: Final = 10
"""Maximum number of words of a short text, which may share fewer of them if the thing and what is wrong with it are the same."""

_HALF: Final = 0.5
"""The share of the shorter text's words that counts as evidence on its own."""

_TWO: Final = 2
"""Minimum number of common words about what happened in two texts about one matter for which the word lists have no evidence."""


class Shares(NamedTuple):
    """The words that two texts have in common.

    Attributes:
        all: their share of all words of the two texts.
        fewer: their share of the words of the text with fewer words.
        number: their number.
        what: the number of those that are no names and no words that many matters have.
    """

    all: float
    fewer: float
    number: int
    what: int


def one_matter(one: Signature, other: Signature, shares: Shares, *, related: bool, there: bool) -> bool:
    """Return whether two texts about one place are about one matter: about one thing, and what is wrong with it may be one fault.

    Args:
        one: the signature of a text.
        other: that of another text; if both have matters of the lists, they share a family or a way in which something is wrong.
        shares: their common words.
        related: whether their topics are the same.
        there: whether the place is certainly the same.
    """
    shared = not one.things.isdisjoint(other.things)
    if (shares.fewer < _FEWER or shares.all < _ALL) and not (shared and _tell_it_shortly(one, other, shares)):
        return False
    if one.families & other.families:
        return _one_family(one, other, shares, there=there)
    if _is_own(one) or _is_own(other):
        return False
    if one.families and other.families:
        return _over_families(one, other, shares, there=there)
    return _one_thing(one, other, shares, related=related)


def _over_families(one: Signature, other: Signature, shares: Shares, *, there: bool) -> bool:
    """Return whether two texts with matters of different families, but a common way in which something is wrong, are about one matter."""
    if one.things and other.things:
        return shares.what > 0 and not one.things.isdisjoint(other.things)
    return there and shares.what >= _TWO


def _one_thing(one: Signature, other: Signature, shares: Shares, *, related: bool) -> bool:
    """Return whether two texts, one without any matter of the lists, are about one matter, by their things and what is wrong with these."""
    if not one.things.isdisjoint(other.things):
        enough = 1 if (related or shares.fewer >= _HALF) and not apart(one, other) else _TWO
        return alike(one, other) or shares.what >= enough
    both = bool(one.things and other.things)
    if one.ways & other.ways:
        return shares.what >= (_TWO if both else 1)
    return not both and not apart(one, other) and shares.what >= _TWO and shares.fewer >= _HALF


def one_matter_in_district(one: Signature, other: Signature, shares: Shares) -> bool:
    """Return whether two texts that share only the district are about one matter; the arguments are those of `one_matter`."""
    if shares.fewer < _FEWER or shares.all < _ALL or apart(one, other):
        return False
    if one.families & other.families:
        shared = one.matters.keys() & other.matters.keys()
        enough = 1 if alike(one, other) or shares.fewer >= _HALF else _TWO
        return all(matter < OWN_FROM for matter in shared) and shares.what >= enough
    if _is_own(one) or _is_own(other) or (one.families and other.families):
        return False
    return not one.things.isdisjoint(other.things) and shares.what >= _TWO


def unlike(one: Signature, other: Signature) -> bool:
    """Return whether two texts have matters of different families, and no certain way in common in which something is wrong."""
    if not one.families or not other.families or one.families & other.families:
        return False
    return not one.ways & other.ways & ~senses().soft


def is_own(sign: Signature, *, topic: bool) -> bool:
    """Return whether a text is about one person's own matter: by all of its matters, or by its topic if it has no other evidence."""
    if sign.matters:
        return all(matter >= OWN_FROM for matter in sign.matters)
    lists = senses()
    return topic and not sign.ways & ~lists.own_ways and lists.own_things.issuperset(sign.things)


def alike(one: Signature, other: Signature) -> bool:
    """Return whether what is wrong in two texts may be one fault."""
    return bool(one.ways & other.kin)


def apart(one: Signature, other: Signature) -> bool:
    """Return whether two texts have faults that cannot be the same: stolen cattle and ill cattle."""
    sure = ~senses().soft
    return bool(one.ways & sure and other.ways & sure) and not alike(one, other)


def _tell_it_shortly(one: Signature, other: Signature, shares: Shares) -> bool:
    """Return whether one of two texts about one thing is short, and they have the same fault, or may have it and share words."""
    if min(len(one.words), len(other.words)) > _SHORT:
        return False
    if one.ways & other.ways & ~senses().soft:
        return True
    return shares.what > 0 and shares.number >= _TWO and not apart(one, other)


def _one_family(one: Signature, other: Signature, shares: Shares, *, there: bool) -> bool:
    """Return whether two texts that share a family of matters are about one matter."""
    shared = one.matters.keys() & other.matters.keys()
    if (
        not shared
        and not shares.what
        and not (there and (one.things == other.things or not one.things or not other.things))
    ):
        return False
    if shared and all(matter >= OWN_FROM for matter in shared):
        return False
    if one.families & ~other.families and other.families & ~one.families and shares.what < _TWO:
        return False
    money = senses().money
    if bool(one.ways & money) != bool(other.ways & money) and not alike(one, other):
        return shares.what >= _TWO and not one.things.isdisjoint(other.things) and not apart(one, other)
    return shares.what > _TWO or not apart(one, other)


def _is_own(sign: Signature) -> bool:
    """Return whether a text is about somebody's own registration, application or payment."""
    return bool(sign.ways & senses().own_ways)


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
    if one.words.isdisjoint(other.words) or differ(first, second):
        return False
    place, shares = _place(first, second), _shares(one, other)
    if one_person and shares.number >= 4 and shares.all >= 0.6:  # noqa: PLR2004
        return True
    if place == NO_PLACE or (first.asks and second.asks):
        return _copied(one, other, shares)
    if place == IN_DISTRICT:
        return one_matter_in_district(one, other, shares)
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
