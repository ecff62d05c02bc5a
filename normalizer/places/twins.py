"""Decides what a place name means next to another one, and whether the city or the regency of one name ("Kediri") is meant."""

from collections.abc import Container, Sequence
from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.places.gazetteer import PROVINCE, REGENCY
from normalizer.places.hits import CITY_WORDS, REGENCY_WORDS
from normalizer.places.names import Claim, PlaceName, PlaceNames

_CITY_FROM: Final = "7"
"""First digit of the number of a city in its province ("35.71"); those of regencies are lower."""

_REGENCY_OFFICES: Final = frozenset(("pemkab", "bupati", "bupatine", "bupatinya", "wabup"))
_CITY_OFFICES: Final = frozenset(("pemkot", "pemko", "walikota", "wawali", "wawalkot"))
"""Words for the government of a regency, and for that of a city."""

_LEVELS: Final = REGENCY_WORDS | CITY_WORDS | _REGENCY_OFFICES | _CITY_OFFICES | {"wali"}
"""All of these words, and the first of "wali kota": most texts have none."""

_OWNED: Final = frozenset(words_in("normalizer", "twins_owned"))
"""Words before "kabupaten" or "kota" that make it the government to which something belongs."""

_JOINED: Final = frozenset(("dan", "atau", "maupun", "dn", "ato", "or"))
"""Words between the two levels of one name ("kota atau kabupaten Kediri")."""


def is_inside(name: PlaceName, around: PlaceName) -> bool:
    """Return whether a name means only a small place in the region whose name follows it ("Wonosobo Tanggamus"), not the region itself."""
    codes = [claim.code for claim in around.strong]
    return any(code in name.seats for code in codes) and all(claim.code not in codes for claim in name.strong)


def meant(name: PlaceName, names: PlaceNames, words: Sequence[str], span: tuple[int, int], told: str) -> PlaceName:
    """Return a place name with only the city or only the regency of this name, as the text means it, or with both if it names both.

    A name that is not that of such a pair is returned as it is.
    """
    at, end = span
    levels = _levels_of(words[at])
    if levels is not None and at and _is_other_level(words, at, levels):
        bare = names.get(" ".join(words[at + 1 : end]))
        return _with(bare, list(bare.strong)) if bare is not None and _cities(bare) else name
    cities = _cities(name)
    if not 0 < len(cities) < len(name.strong):
        return name
    wanted = _level_before(words, at) or told
    if not wanted:
        return name
    return _with(name, [claim for claim in name.strong if (claim in cities) == (wanted == "city")])


def _levels_of(word: str) -> frozenset[str] | None:
    """Return the words for the other level if a word names a level, otherwise None."""
    return CITY_WORDS if word in REGENCY_WORDS else REGENCY_WORDS if word in CITY_WORDS else None


def _is_other_level(words: Sequence[str], at: int, others: frozenset[str]) -> bool:
    before = words[at - 1]
    return before in others or (at > 1 and before in _JOINED and words[at - 2] in others)


def _cities(name: PlaceName) -> list[Claim]:
    """Return the claims for cities if each claim of the name is for a city or a regency of one province; otherwise none."""
    strong = name.strong
    if len(strong) < 2 or any(len(claim.code) != REGENCY for claim in strong):  # noqa: PLR2004 - a city and a regency
        return []
    if len({claim.code[:PROVINCE] for claim in strong}) > 1:
        return []
    return [claim for claim in strong if claim.code[PROVINCE + 1] >= _CITY_FROM]


def _level_before(words: Sequence[str], at: int) -> str:
    """Return the level before a name that is not listed with it ("kab tasikmalya"), or "" if there is none or both are."""
    levels = _levels_of(words[at - 1]) if at else None
    if levels is None or _is_other_level(words, at - 1, levels):
        return ""
    return "regency" if words[at - 1] in REGENCY_WORDS else "city"


def level_told(words: Sequence[str], starts: Container[int]) -> str:
    """Return the level whose government a text names without a place name after it: "regency", "city", or "" if none or both."""
    if _LEVELS.isdisjoint(words):
        return ""
    found = ""
    for at, word in enumerate(words):
        if word in _REGENCY_OFFICES:
            level = "regency"
        elif word in _CITY_OFFICES or (word == "wali" and words[at + 1 : at + 2] == ["kota"]):
            level = "city"
        elif at and words[at - 1] in _OWNED and (word in REGENCY_WORDS or word in CITY_WORDS):
            level = "regency" if word in REGENCY_WORDS else "city"
        else:
            continue
        if at in starts or at + 1 in starts:
            continue
        if found and found != level:
            return ""
        found = level
    return found


def _with(name: PlaceName, claims: Sequence[Claim]) -> PlaceName:
    """Return a name with some of its claims, each with the highest weight of all of them."""
    most = max(claim.weight for claim in name.strong)
    return PlaceName(
        strong=tuple(Claim(claim.code, most, claim.how, fixed=claim.fixed) for claim in claims),
        small=name.small,
        seats=name.seats,
        only_district=name.only_district,
        own=name.own,
        weak=name.weak,
        phrase=name.phrase,
    )
