"""Distinguishes the place of the event from the places after which a road is named or which a road joins.

In "jalan Magelang-Yogyakarta" both names belong to a street, and neither counts as the place of the event. In "jalan dari Tuban ke
Bojonegoro" the road joins two places; each counts like any name after "dari" or "ke", that is, usually with a low weight.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.cache import parsed
from normalizer.places.context import ORIGIN, STREET
from normalizer.places.hits import REGENCY_WORDS, PlaceHit
from normalizer.places.names import PlaceName, PlaceNames

_ROAD_WORDS: Final = 5
"""Number of words before X that are searched for "jalan" in "jalan ... dari X"."""

_FEATURES: Final = frozenset(words_in("normalizer", "roads_features"))
"""First words of names that streets everywhere have ("Jalan Danau Toba")."""

_LEVELS: Final = frozenset(("kabupaten", "kab", "kota", "kotamadya"))
"""First words of a region's name with its level."""

_IN: Final = "di"

_LIVES: Final = frozenset(("tinggal", "berdomisili", "domisili", "menetap", "bermukim"))
_COMES: Final = frozenset(words_in("normalizer", "roads_comes"))
"""Words before "di", and words before "dari", that make the region after these one where somebody lives, or comes from."""

_AT_MOST: Final = 6
"""Number of words before another region that are searched for the "di" of the place of the event ("di sungai Desa X Kabupaten Y")."""

_WAYS: Final = frozenset(("dari", "ke", "sampai", "hingga", "menuju", "asal"))
"""Words directly before a region from which something comes or to which it goes."""

HOME: Final = 0.5
"""Factor for the weight of a region with its level in which somebody only lives or from which he comes, if the event is elsewhere."""

_TOWN_WORDS: Final = 2
"""Maximum number of words of a town's name at the end of a street's ("jalan raya Wates Kulon Progo")."""

_STREET_WORDS: Final = frozenset(("jalan", "jl", "jln"))
_LANES: Final = frozenset(("gang", "gg", "lorong", "lr", "lrg"))
"""Words before the name of a lane, which joins no two regions: the name behind it is that of its town ("Lorong Kenduruan Palembang")."""


@cache
def usual_streets() -> frozenset[str]:
    """Return the names that streets have in most towns (see street_names.yaml), folded. They are read at most once per process."""
    listed: dict[str, list[str]] = parsed("normalizer", "street_names.yaml")
    return frozenset([name for names in listed.values() for name in names])


class Road:
    """The roads that a text names, as far as the text has been read.

    A road between regions has one of two forms: a street with two names ("jalan Magelang-Yogyakarta"), or a road with two ends
    ("jalan dari Tuban ke Bojonegoro").

    Attributes:
        between: whether the text names a road of either form whose two names are those of different provinces or regencies. A street
            does not count if its second name clearly means the place itself, such as "Jogja" or "Kota Semarang" (see Claim.fixed).
    """

    __slots__ = ("_alone", "_beginning", "_from_to", "_names", "_street", "_street_to", "_words", "between")

    def __init__(self, words: list[str], names: PlaceNames, *, alone: bool) -> None:
        self.between = False
        self._words, self._names, self._alone = words, names, alone
        self._street_to = self._from_to = -1
        self._street = self._beginning = frozenset[str]()

    def takes(self, name: PlaceName, flags: int, span: tuple[int, int], *, is_from: bool) -> bool:
        """Return whether the name of a province or regency is that of a street, bank or shop and therefore does not count for its region.

        Call it once for each such name in the order of the text: it remembers where a road or a street's name began.
        """
        start, end = span
        is_fixed = name.strong[0].fixed
        if not (flags & STREET or start == self._street_to or flags & ORIGIN):
            return False
        codes = frozenset([claim.code for claim in name.strong])
        if is_from:
            self._from_to, self._beginning = end, codes
        elif flags & ORIGIN and start == self._from_to + 1:
            self.between = self.between or codes.isdisjoint(self._beginning)
        continues = start == self._street_to and not is_fixed and codes.isdisjoint(self._street)
        self.between = self.between or continues
        if not (flags & STREET or continues):
            return False
        if not is_fixed and self._words[start - 1] not in _LANES:
            self._street_to, self._street = end, codes
        return not (self._alone and self._has_its_town(codes, span))

    def _has_its_town(self, codes: frozenset[str], span: tuple[int, int]) -> bool:
        """Return whether the name of a street ends with the town in which it is ("jalan Slamet Riyadi Solo")."""
        start, end = span
        if end - start == 1 or self._words[start] in _FEATURES:
            return False
        for size in range(1, min(_TOWN_WORDS, end - start - 1) + 1):
            town = self._names.get(" ".join(self._words[end - size : end]))
            if town is not None and not town.weak and any(claim.code in codes for claim in town.strong):
                return True
        return False


def is_street(words: list[str], start: int, names: PlaceNames) -> bool:
    """Return whether a place name after a word for streets, banks or shops ("jalan", "raya", "toko") is the name of such a thing.

    It is not, and means the place, in three cases: the name has "di" (in) glued to it or as its first word ("jalan dijepara"), it begins
    with the word for a regency ("memperbaiki jalan, Kabupaten Cirebon"), or the word is "raya" and no "jalan", "jl" or "jln" comes before
    that ("Kemang Raya Jakarta").
    """
    first = words[start]
    if first in REGENCY_WORDS or first == _IN or (first.startswith(_IN) and names.get(first[2:])):
        return False
    return words[start - 1] != "raya" or (start > 1 and words[start - 2] in _STREET_WORDS)


def is_in_town(name: PlaceName, town: PlaceName) -> bool:
    """Return whether a name that follows a word for streets is a place in the town named after it ("jalan raya Ungaran Semarang").

    Then it shows which of a city and a regency with the same name is meant.
    """
    codes = [claim.code for claim in town.strong]
    return len(codes) > 1 and any(claim.code in codes for claim in name.strong)


def origin(words: list[str], start: int, end: int, flags: int) -> tuple[int, bool]:
    """Return the flags to use for a name after a word of coming or going ("dari", "ke"), and whether a road begins at that place.

    The flags become 0 if the citizen lives there or moves away from there: then the place counts fully.
    """
    is_from = words[start - 1] == "dari"
    if (is_from and start > 1 and words[start - 2] == "pindah") or _is_home(words[end : end + 3]):
        return 0, False  # the place that someone moves from issues the papers for the move
    return flags, is_from and "jalan" in words[max(0, start - _ROAD_WORDS) : start]


def _is_home(words: list[str]) -> bool:
    return words in (["tempat", "saya", "tinggal"], ["tempat", "tinggal", "saya"])


class Homes:
    """The regions of a text, named with their level, that are only where somebody lives or comes from: the event is at another one.

    "Truk dari Kabupaten Sleman buang sampah di Kabupaten Bantul" is about Bantul. Something that flows from one regency into another is no
    such case.
    """

    __slots__ = ("_events", "_hits", "_regions", "_words")

    def __init__(self, words: list[str], hits: Sequence[PlaceHit]) -> None:
        self._words, self._hits = words, hits
        self._regions: set[int] | None = None
        self._events: list[int] = []

    def has(self, start: int) -> bool:
        """Return whether the region whose name begins at a position is one of these."""
        words = self._words
        if start < 2 or words[start] not in _LEVELS:  # noqa: PLR2004 - "tinggal di", "truk dari"
            return False
        before, who = words[start - 1], words[start - 2]
        if not (before == "di" and who in _LIVES) and not (before == "dari" and who in _COMES):
            return False
        if self._regions is None:  # few texts have such words
            found = [hit.start for hit in self._hits if words[hit.start] in _LEVELS and hit.name.strong]
            self._regions = {at for at in found if words[at - 1] not in _WAYS}
            self._events = [at for at in found if at in self._regions and self._is_of_event(at, 0)]
        behind = range(start + 1, start + 1 + _AT_MOST)
        return any(at != start and at not in behind for at in self._events) or any(
            at in self._regions and self._is_of_event(at, start + 1) for at in behind
        )

    def _is_of_event(self, at: int, least: int) -> bool:
        """Return whether "di" comes before a region, from the position `least` on, and no word for living there."""
        near = self._words[max(at - _AT_MOST, least) : at]
        return "di" in near and _LIVES.isdisjoint(near)
