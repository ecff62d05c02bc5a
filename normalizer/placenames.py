"""What each name of a place can mean, and how much it says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from normalizer import cached
from normalizer.gazetteer import DISTRICT, PROVINCE, REGENCY, Gazetteer
from normalizer.spellings import spellings

Strong = tuple[tuple[str, float, bool, str], ...]
"""Code, weight, whether the weight holds after "ke" and "dari" too, and how the name supports the region."""

DKI = "31"
"""The one province whose cities are administrative: it competes as one place (UU 29/2007)."""

_CLAIMS = {
    "named": 4.5,
    "alias": 4.0,
    "nickname": 3.5,
    "institution": 3.0,
    "city": 3.2,
    "bare": 3.0,
    "misspelt": 2.5,
    "landmark": 2.5,
    "province": 3.0,
}
"""How strongly a name supports its region, by how it is named."""

_SHARED = 0.4
"""A bare name that a bigger place bears too has this part of the weight."""

_WEAK = 0.3
"""An everyday word that is also a regency's name has this part of the weight."""

_FIXED = frozenset(("institution", "landmark", "nickname", "named"))
"""Ways of naming that hold also after "ke" and "dari": who goes to an office goes to its town."""

_OWN_DISTRICT, _OWN_VILLAGE, _OWN_SHARED = 2.2, 1.8, 0.9
"""What a name that only one regency has says by itself, and what one says that several share."""

_SPECIFIC_FROM, _OWN_FROM = 7, 5
"""A single word is specific from so many letters, and says nothing by itself with fewer than the second."""


@dataclass(frozen=True, slots=True, eq=False)
class PlaceName:
    """What a name can mean.

    Attributes:
        strong: provinces and regencies, and how strongly the name supports each.
        small: codes of districts and villages of that name.
        seats: the authorities over the small ones: regencies and cities, or DKI Jakarta.
        only_district: the one regency that has a district of this name, where villages elsewhere have it too.
        own: what the name says by itself, without its level's name.
        weak: an everyday word, which counts only after a level's name or where another place supports it.
        phrase: a name of more than one word.
    """

    strong: Strong
    small: tuple[str, ...]
    seats: frozenset[str]
    only_district: frozenset[str] | None
    own: float
    weak: bool
    phrase: bool


Raw = tuple[dict[str, str], str, bool]
"""What the table keeps of a name until somebody says it: how it supports regencies, the codes of smaller places, weakness."""


class PlaceNames:
    """The table of all names. Entries are made when a text first has them: few of the hundred thousand are ever said."""

    def __init__(self, raw: Mapping[str, Raw]) -> None:
        self._raw = raw
        self._made: dict[str, PlaceName] = {}

    def telling(self) -> Iterator[str]:
        """Yield the names that say something without their level's name before them."""
        return (name for name, (strong, _, weak) in self._raw.items() if strong or not weak)

    def get(self, name: str) -> PlaceName | None:
        """Return what a folded name can mean, None where it is none of a place."""
        made = self._made.get(name)
        if made is None and name in self._raw:
            strong, small, weak = self._raw[name]
            made = self._made[name] = _make(name, strong, tuple(small.split()), weak)
        return made


def _make(name: str, strong: Mapping[str, str], small: tuple[str, ...], weak: bool) -> PlaceName:
    seats = _seats(small)
    districts = _seats(tuple(code for code in small if len(code) == DISTRICT))
    specific = " " in name or len(name) >= _SPECIFIC_FROM
    alone = len(districts) == 1 and len(seats) > 1 and specific and not weak and not strong
    own = 0.0 if weak or strong or len(name) < _OWN_FROM or not small else _own(small, seats, alone, specific)
    return PlaceName(
        strong=_weights(strong, _WEAK if weak else 1.0),
        small=small,
        seats=seats,
        only_district=districts if alone and DKI not in seats else None,
        own=own,
        weak=weak,
        phrase=" " in name,
    )


def _seats(codes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(DKI if code[:PROVINCE] == DKI else code[:REGENCY] for code in codes)


def _own(small: tuple[str, ...], seats: frozenset[str], alone: bool, specific: bool) -> float:
    if len(seats) > 1 and not alone:
        return _OWN_SHARED / len(seats) if specific else 0.0
    base = _OWN_DISTRICT if len(small[0]) == DISTRICT else _OWN_VILLAGE
    return base if specific else base / 2


def _weights(strong: Mapping[str, str], factor: float) -> Strong:
    hows = set(strong.values())
    shared = "city" in hows or "province" in hows
    return tuple(
        (
            code,
            _CLAIMS[how] * factor * (_SHARED if how == "bare" and shared else 1.0),
            how in _FIXED,
            "named" if how in {"bare", "city", "alias", "province"} else how,
        )
        for code, how in strong.items()
    )


@cache
def place_names(gazetteer: Gazetteer) -> PlaceNames:
    """Return the table of all names, compiled once per version of the data and kept in the user's cache folder."""
    return PlaceNames(cached.table("place-names", lambda: spellings(gazetteer)))
