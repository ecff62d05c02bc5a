"""Adds up how strongly the place names in one text support each regency and province."""

from collections.abc import Iterable
from typing import Final

from normalizer.places.context import CUE, DISTRICT_CUE, OFFICE, ORIGIN
from normalizer.places.gazetteer import DISTRICT, PROVINCE, REGENCY, VILLAGE
from normalizer.places.names import DKI, PlaceName

_REPEAT: Final = 0.3
"""Factor for the weaker of two names that support the same region."""

_PASSING: Final = 0.35
"""Factor for the weight of a place that someone comes from or goes to."""

_CUED_DISTRICT: Final = 4.0
_CUED_VILLAGE: Final = 3.0
_WEAK_CUED: Final = 0.45
"""Weight of a name after "kec." and after "desa", and the factor for an everyday word there ("desa sudah ...")."""

_SUPPORT_CUED: Final = 1.2
_SUPPORT_MOST: Final = 2.5
_SUPPORT: Final = 0.5
"""Score that a district or village adds to a regency that is already claimed: minimum and maximum with its level's name, then without."""

_MANY: Final = 40
"""Maximum number of regencies that share a name; if more do, the name has no weight of its own."""


class Small:
    """An occurrence of a district's or village's name in a text.

    Attributes:
        name: the meanings of the name.
        span: the position of its first word and the position after its last word.
        cued: whether the word before it says that it is a district, a village, or the place of an office.
        passing: whether somebody only comes from there or goes there.
        codes: codes of the districts and villages that it can mean here.
        seats: codes of the regencies, or of DKI Jakarta, that it can support.
        weight: how strongly it supports its regencies if no other name does.
    """

    __slots__ = ("codes", "cued", "name", "passing", "seats", "span", "weight")

    def __init__(self, name: PlaceName, flags: int, span: tuple[int, int]) -> None:
        self.name = name
        self.span = span
        if not flags:
            self.passing = self.cued = False
            self.codes = name.small
            self.seats = name.only_district or name.seats
            self.weight = name.own if len(self.seats) <= _MANY else 0.0
            return
        self.passing = bool(flags & ORIGIN)
        self.cued = bool(flags & CUE) or (bool(flags & OFFICE) and not name.strong)
        self.codes = name.small
        self.seats = name.seats
        if flags & CUE:
            self._keep_level(DISTRICT if flags & DISTRICT_CUE else VILLAGE, flags)
        elif name.only_district and not self.cued:
            self.seats = name.only_district
        self.weight = self._own_weight(flags)

    def _keep_level(self, size: int, flags: int) -> None:
        codes = tuple(code for code in self.codes if len(code) == size)
        if codes and len(codes) < len(self.codes):
            self.codes = codes
            self.seats = frozenset(seat_of(code) for code in codes)
        elif not codes and flags & DISTRICT_CUE:
            self.cued = False

    def _own_weight(self, flags: int) -> float:
        """Return the weight of a district's or village's name for each regency in `seats`, which is the same for all of them.

        It applies if no other name in the text supports one of these regencies, which is not checked here. It is 0 if `seats` has more than
        _MANY regencies. After "kec." or "desa", `seats` has only those with a district, or with a village, of this name if there are any.
        """
        count = len(self.seats)
        if count > _MANY:
            return 0.0
        if not self.cued:
            return self.name.own * (_PASSING if flags & ORIGIN else 1.0)
        base = _CUED_DISTRICT if len(self.codes[0]) == DISTRICT else _CUED_VILLAGE
        return base * (_WEAK_CUED if self.name.weak and not self.name.phrase else 1.0) / count


class Tally:
    """The scores of the regencies and provinces that a text names.

    Attributes:
        points: the scores of regencies and cities, by code; DKI Jakarta counts as one of them.
        provinces: the scores of the other provinces, by code.
        hows: for each code, how the name that first counted for the region names it (see PlaceReading.how).
        spans: for each code, the position of the first word of that name and the position after its last word.
        city_of_dki: the code of the first administrative city of DKI Jakarta that the text names; None if it names none.
    """

    __slots__ = ("city_of_dki", "hows", "points", "provinces", "spans")

    def __init__(self) -> None:
        self.points: dict[str, float] = {}
        self.provinces: dict[str, float] = {}
        self.hows: dict[str, str] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self.city_of_dki: str | None = None

    def claim(self, code: str, weight: float, how: str, span: tuple[int, int]) -> None:
        """Add a name's weight to the score of a region.

        Of the score so far and the weight, the larger counts in full, and the smaller is multiplied by 0.3 (_REPEAT).
        """
        key = code[:REGENCY]
        table = self.points
        if key[:PROVINCE] == DKI:
            if len(code) >= REGENCY:
                self.city_of_dki = self.city_of_dki or key
            key = DKI
        elif len(key) != REGENCY:
            table = self.provinces
        before = table.get(key)
        if before is None:
            table[key] = weight
            self.hows[key] = how
            self.spans[key] = span
        else:
            table[key] = before + _REPEAT * weight if before >= weight else weight + _REPEAT * before

    def claim_strong(self, name: PlaceName, flags: int, span: tuple[int, int], factor: float) -> None:
        """Add a name's weight to the score of each province and regency that it can mean."""
        passing = factor * _PASSING if flags & ORIGIN else factor
        for claim in name.strong:
            self.claim(claim.code, claim.weight * (factor if claim.fixed else passing), claim.how, span)

    def weigh(self, small: Iterable[Small]) -> None:
        """Add the districts and villages to the scores, those with the most weight first.

        Each name counts once. It adds to the regencies that have such a place and have a score already. If none has, each regency that
        has such a place gets a score, unless the name is too weak to count alone. If provinces are named, only regencies in them count,
        provided that the name occurs there.
        """
        seen: set[int] = set()
        points = self.points
        for entry in sorted(small, key=_weight_of):
            if id(entry.name) in seen:
                continue
            seen.add(id(entry.name))
            seats = entry.seats
            if self.provinces:
                seats = frozenset([code for code in seats if code[:PROVINCE] in self.provinces]) or seats
            strong = entry.name.strong
            if len(strong) > 1 and not entry.cued:
                seats -= {
                    claim.code for claim in strong
                }  # "Sukabumi" is no second reason for the regency with a district Sukabumi
                if not seats:
                    continue
            both = [code for code in points if code in seats]
            if both:
                support = max(_SUPPORT_CUED, min(entry.weight, _SUPPORT_MOST)) if entry.cued else _SUPPORT
                for code in both:
                    points[code] += support
            elif entry.weight:
                weight = entry.weight * len(entry.seats) / len(seats)
                how = "district" if len(entry.codes[0]) == DISTRICT else "village"
                for code in seats:
                    self.claim(code, weight, how, entry.span)


def seat_of(code: str) -> str:
    """Return the code of the region that governs a place: DKI Jakarta for a place in it, otherwise the regency or province."""
    return DKI if code[:PROVINCE] == DKI else code[:REGENCY]


def _weight_of(entry: Small) -> float:
    return -entry.weight
