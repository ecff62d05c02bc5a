"""Finds what decides the tier of a matter beyond words: two places (a road, a route), hectares, gross tons and miles."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from normalizer.places.context import STREET, SURROUNDINGS
from normalizer.places.gazetteer import PROVINCE
from normalizer.places.hits import PlaceHit
from normalizer.places.names import DKI, PlaceName
from normalizer.results import PlaceReading

Groups = dict[str, list[int]]
"""The word groups that a text has, each with the positions of its words."""

NATIONAL_FROM_HA: Final = 3000
PROVINCIAL_FROM_HA: Final = 1000
"""An irrigation area belongs to the centre above 3,000 hectares and to the province from 1,000 hectares (UU 23/2014 Lampiran C)."""

PROVINCIAL_SLUM_HA: Final = 10
NATIONAL_SLUM_HA: Final = 15
PROVINCIAL_GT: Final = 30
PROVINCIAL_MILES: Final = 12
"""A slum is the province's from 10 and the centre's from 15 hectares (Lampiran D); the province licenses ships of up to 30 gross tons, and
manages the sea up to 12 miles (Lampiran Y)."""

_AT_SEA: Final = re.compile(r"(?P<number>\d{1,4}(?:,\d{1,2})?)\s*-?(?:an)?\s*(?P<unit>gt|gross|mil)\b", re.IGNORECASE)
"""A number of gross tons or miles ("60 GT", "lebih dari 12 mil")."""

_ABOVE: Final = ("lebih dari", "lebih dr", "lbh dari", "lbh dr", "di atas", "diatas", "luar", ">")
_ABOVE_REACH: Final = 12
"""The words before a number that mean "more than", and the number of characters before it that are searched for them."""

_DIGIT: Final = re.compile("[0-9]")

_HECTARES: Final = re.compile(
    r"(?P<number>\d{1,3}(?:[. ]\d{3})+|\d+)(?:,(?P<part>\d+))?\s*(?P<thousands>ribu|rb)?\s*-?(?:an)?\s*"
    r"(?:ha|hektar\w{0,3}|hektare\w{0,2}|hectare)\b",
    re.IGNORECASE,
)
"""An area: a number of hectares, with dots or blanks between its thousands ("1.500 ha", "2300an hektar", "> 3000 ha", "2 ribu ha")."""

_THOUSANDS_OF_HECTARES: Final = re.compile(r"\b([a-z]{1,6}) ?(?:ribu|ewu|rebu)(?:an)? hekt", re.IGNORECASE)
"""Thousands of hectares in words ("dua ribu hektar", "sewu hektar")."""

_THOUSANDS: Final = {
    **dict.fromkeys(("se", "s", "sa"), 1000.0),
    **dict.fromkeys(("dua", "duo", "duwa", "rong", "due"), 2000.0),
    **dict.fromkeys(("tiga", "tigo", "telung", "tilu", "tige"), 3000.0),
    **dict.fromkeys(("empat", "ampek", "patang", "opat", "ampat"), 4000.0),
    **dict.fromkeys(("lima", "limo", "limang", "lime"), 5000.0),
}
"""The number before the word for thousands, in Indonesian and in languages of the regions."""

_LINKS: Final = frozenset(
    ("ke", "menuju", "tujuan", "jurusan", "arah", "sampai", "sampe", "sama", "dan", "pp", "pi", "pigi")
)
"""Words that may come between the two ends of a road or route ("Bandung ke Cidaun")."""

TELLING: Final = ("road", "lamp", "vehicle", "irrigation", "sea_fishing", "slum")
"""Word groups of these matters: a text without any is left as it is."""

_NEAR: Final = 6
"""Maximum number of words between a vehicle and the two places that it joins, before or after them."""

_KIND: Final = 3
_FIRST_CITY: Final = "71"
"""The position in a regency's code of its number in the province, and the first number of cities."""

_BETWEEN_ENDS: Final = frozenset(("ke", "pi", "menuju", "sampai", "nyang", "nang", "ka"))

_ROADS: Final = ("jalan", "jln", "jl", "ruas", "dalan", "jalur", "poros", "pju", "lampu", "lpju")
"""Words for a road and its lamps."""

_OTHER_GROUPS: Final = frozenset(("jalur", "poros"))
"""Words of _ROADS that belong to the word groups of roads and lamps only together with another word."""

_ROAD_WORDS: Final = frozenset(_ROADS)
_FIRST_BETWEEN: Final = 3
"""The first position of a word between two ends: after the end of the title, a word for a road and a name."""

_TWO_ENDS: Final = re.compile(
    r"(?<!\w)(?i:jalan|jln|jl|ruas|dalan|jalur|poros|l?pju|lampu)\.?\s+(?:[A-Za-z']++(?:\s[A-Za-z']++){0,2}\s?[-\u2013]\s?[A-Za-z']{4}"
    r"|[A-Z][a-z']+(?:\s[A-Z][a-z']+)?\s(?:ke|pi|menuju|sampai|nyang|nang|ka)\s[A-Z][a-z]{3})"
)
"""A road that has the names of its two ends ("Jalan Bokong - Lelogama")."""


def add_tier_groups(groups: Groups, text: str, words: list[str], hits: Sequence[PlaceHit], place: PlaceReading) -> str:
    """Add the word groups of the tiers that a text gives without a word for them. `groups` is changed in place.

    Return the code of the province that has both ends of a route; empty if there is none, or more than one.
    """
    for group in TELLING:
        if group in groups:
            break
    else:
        return ""
    if "irrigation" in groups:
        _add_irrigation(groups, text)
    if "sea_fishing" in groups:
        _add_sea(groups, text)
    if "slum" in groups:
        _add_slum(groups, text)
    if (
        ("road" in groups or "lamp" in groups)
        and _may_have_two_ends(text, words)
        and _has_two_ends(text, _roads_of(groups, words))
    ):
        groups.setdefault("road_with_ends", [groups.get("road", groups.get("lamp", [0]))[0]])
    province = _add_routes(groups, words, hits) if len(hits) > 1 and ("vehicle" in groups or "road" in groups) else ""
    if "road_with_ends" in groups and _is_town(place):
        del groups["road_with_ends"]
    return province


def shared_province(hits: Sequence[PlaceHit]) -> str:
    """Return the code of the only province in which all regencies that a text names lie; empty if it names fewer than two."""
    provinces: set[str] = set()
    regencies: set[str] = set()
    for hit in hits:
        claims = hit.name.strong
        here = {claim.code[:PROVINCE] for claim in claims}
        if claims:
            provinces = provinces & here if provinces else here
            regencies.update(claim.code for claim in claims)
            if not provinces:
                return ""
    return provinces.pop() if len(provinces) == 1 and len(regencies) > 1 else ""


def _is_town(place: PlaceReading) -> bool:
    """Return whether a place is a city or DKI Jakarta: a road with two names joins two of its streets, not two places."""
    code = place.regency
    return place.province == DKI or (code is not None and code[_KIND:] >= _FIRST_CITY)


def _roads_of(groups: Groups, words: list[str]) -> list[str]:
    """Return the words of a text that are for a road or its lamps."""
    return [words[at] for group in ("road", "lamp") for at in groups.get(group, ())]


def _may_have_two_ends(text: str, words: Sequence[str]) -> bool:
    """Return whether a text has, in the right place, what _TWO_ENDS needs between the two ends of a road; most texts do not."""
    if "-" in text or "\u2013" in text:
        return True
    if _BETWEEN_ENDS.isdisjoint(words):
        return False
    return any(
        word in _BETWEEN_ENDS and (words[at - 2] in _ROAD_WORDS or words[at - 3] in _ROAD_WORDS)
        for at, word in enumerate(words)
        if at >= _FIRST_BETWEEN
    )


def _has_two_ends(text: str, said: Sequence[str]) -> bool:
    """Return whether a text names a road by its two ends. Looking for the words for a road first is three times as fast as a search."""
    lower = text.lower()
    for word in _ROADS:
        if word in _OTHER_GROUPS or word in said:
            at = lower.find(word)
        else:
            continue
        while at >= 0:
            if _TWO_ENDS.match(text, at):
                return True
            at = lower.find(word, at + 1)
    return False


def add_two_provinces(groups: Groups, words: Sequence[str], hits: Sequence[PlaceHit]) -> None:
    """Add the group "two_provinces" if a text names regions in two provinces ("KTP saya Riau, tinggal di Bogor"), streets apart."""
    seen: list[set[str]] = []
    for hit in hits:
        claims = hit.name.strong
        if claims and not (hit.start and SURROUNDINGS.get(words[hit.start - 1], 0) & STREET):
            here = {claim.code[:PROVINCE] for claim in claims}
            if any(here.isdisjoint(there) for there in seen):
                groups["two_provinces"] = [hit.start]
                return
            seen.append(here)


def _add_irrigation(groups: Groups, text: str) -> None:
    """Add the tier of an irrigation area, from its hectares or from the regencies that it crosses."""
    hectares = _hectares(text)
    if hectares > NATIONAL_FROM_HA:
        groups.setdefault("irrigation_national", [0])
    elif hectares >= PROVINCIAL_FROM_HA or "cross_regency" in groups:
        groups.setdefault("irrigation_province", [0])
    elif hectares > 0:
        groups.setdefault("irrigation_regency", [0])


def _add_slum(groups: Groups, text: str) -> None:
    """Add the tier of a slum, from its hectares: the centre's from 15, the province's from 10 (UU 23/2014 Lampiran D)."""
    hectares = _hectares(text)
    if hectares >= NATIONAL_SLUM_HA:
        groups.setdefault("slum_national", [0])
    elif hectares >= PROVINCIAL_SLUM_HA:
        groups.setdefault("slum_province", [0])


def _add_sea(groups: Groups, text: str) -> None:
    """Add that a ship is above 30 gross tons, or beyond 12 miles (UU 23/2014 Lampiran Y)."""
    for match in _AT_SEA.finditer(text):
        number = float(match["number"].replace(",", "."))
        if match["unit"][0] in "gG":
            if number > PROVINCIAL_GT:
                groups.setdefault("ship_above_30", [0])
        elif number > PROVINCIAL_MILES or (number == PROVINCIAL_MILES and _is_above(text, match.start())):
            groups.setdefault("beyond_12", [0])


def _is_above(text: str, at: int) -> bool:
    """Return whether a text says that what it measures at a position is more than that."""
    before = text[max(0, at - _ABOVE_REACH) : at].lower()
    return any(word in before for word in _ABOVE)


def _hectares(text: str) -> float:
    """Return the largest number of hectares in a text; 0 if it has none. "More than n" counts as a little more than n."""
    found = 0.0
    if "hekt" in text:
        for told in _THOUSANDS_OF_HECTARES.findall(text):
            found = max(found, _THOUSANDS.get(told.lower(), 0.0))
    if not _DIGIT.search(text):
        return found
    for match in _HECTARES.finditer(text):
        number = float(match["number"].replace(".", "").replace(" ", "")[:9])
        if match["part"]:
            number += float(f"0.{match['part'][:3]}")
        if match["thousands"]:
            number *= 1000
        found = max(found, number + 0.5 if _is_above(text, match.start()) else number)
    return found


def _add_routes(groups: Groups, words: list[str], hits: Sequence[PlaceHit]) -> str:
    """Add what joins two places that are side by side: a route in a province or across provinces, or a road with two ends.

    Return the code of the province of the route; empty if there is none, or more than one.
    """
    province = ""
    for first, second in pairwise(hits):
        between = words[first.end : second.start]
        if not (not between or (len(between) == 1 and between[0] in _LINKS)):
            continue
        vehicle = _is_near(groups.get("vehicle", ()), first.start, second.end)
        road = first.start - 1 in groups.get("road", ())
        if not vehicle and not road:
            continue
        here, there = _seats(first.name), _seats(second.name)
        if not here or not there or (road and _lies_in(first.name, second.name)):
            continue
        apart = here.isdisjoint(there)
        if road:
            groups.setdefault("road_with_ends", [first.start])
        if vehicle and apart:
            near = {code[:PROVINCE] for code in here} & {code[:PROVINCE] for code in there}
            groups.setdefault("route_in_province" if near else "route_across_provinces", [first.start])
            province = province or (near.pop() if len(near) == 1 else "")
    return province


def _is_near(positions: Sequence[int], start: int, end: int) -> bool:
    return any(start - _NEAR <= at <= end + _NEAR for at in positions)


def _lies_in(inner: PlaceName, outer: PlaceName) -> bool:
    """Return whether a name can mean a place in a region that another means ("Kecamatan Cisarua Kabupaten Bandung Barat")."""
    around = {claim.code for claim in outer.strong}
    return not around.isdisjoint(inner.seats) or not around.isdisjoint(claim.code[:PROVINCE] for claim in inner.strong)


def _seats(name: PlaceName) -> frozenset[str]:
    """Return the codes of the regencies that a name can mean or lie in; of the provinces if it names one only."""
    regencies = frozenset(claim.code for claim in name.strong)
    return regencies or name.seats
