"""Finds the local unit, or the branch of a national agency, that a name with a place means."""

import re

from complaints.runtime.packaged import pairs_in, words_in
from normalizer.places.gazetteer import PROVINCE, REGENCY
from router.agencies.names import national, unit_of
from router.agencies.places import levels_first, small_splits, splits, without_levels
from router.agencies.registry import Agency, Registry

_BRANCH_WORDS = frozenset(words_in("router", "units_branch_words"))
"""Words between a national agency's name and the town of its branch."""

_NUMBER = re.compile(r"(?:\d+[a-c]?|i{1,3}|iv|vi{0,3}|ix|xi{0,3}|xiv)[abc]?")
"""The number of a class, an office or a school."""

_BRANCHES = {body: kinds.split() for body, kinds in pairs_in("router", "units_branches").items()}
"""By national agency, the kinds of local unit that are its branches: in a town and, if there is a second one, in a province."""

_BY_OWN_NAME = frozenset(words_in("router", "units_by_own_name"))
"""First words of units that are followed by a name of their own."""

_BY_VILLAGE = frozenset(("puskesmas", "sekolah", "slta", "madrasah", "lapas", "samsat", "terminal"))
"""Units of a government that are also named after villages."""


def at_place(registry: Registry, words: str, region: str | None) -> Agency | None:
    """Return the local unit or branch whose place is part of the name, or else the national agency named before a place.

    Return None if there is none.
    """
    words = _without_number(levels_first(registry, words))
    for head, level, codes in splits(registry, words):
        if len(codes[0]) == PROVINCE and not level and any(True for _ in splits(registry, _tail_of(words, head))):
            found = at_place(registry, _tail_of(words, head), codes[0])  # "... Kabupaten Badung-Bali"
            if found:
                return found
        units = units_for(registry, head)
        found = _first_located(registry, units, _ordered(codes, level, region, _prefers_city(words, units)))
        if found or (found := national(registry, head)):
            return found
    if words.startswith("polres kota "):  # a "Polresta" may belong to a regency
        return at_place(registry, words.replace("polres kota ", "polres "), region)
    return _at_small_place(registry, words)


def _without_number(words: str) -> str:
    """Return the words without a number as the last of several words ("Kanwil DJP Jawa Tengah I")."""
    parts = words.split()
    return " ".join(parts[:-1]) if len(parts) > 1 and _NUMBER.fullmatch(parts[-1]) else words


def _prefers_city(words: str, units: list[str]) -> bool:
    """Return whether the city, and not the regency with the same name, is meant by an agency's name without "kota" or "kabupaten".

    True for all except the police, who write "kota" if they mean the city ("Polres Bogor Kota"); with "polrestabes" true for them too.
    """
    return "polres" not in units or "polrestabes" in words.split()


def _ordered(codes: tuple[str, ...], level: str, region: str | None, city_first: bool) -> list[str]:
    near = [code for code in codes if region and code[:PROVINCE] == region[:PROVINCE]] or list(codes)
    city = level == "kota" or (level != "kabupaten" and city_first)
    return sorted(near, key=lambda code: (code != region, len(code) != REGENCY, (code[3:4] == "7") != city))


def _first_located(registry: Registry, units: list[str], codes: list[str]) -> Agency | None:
    for unit in units:
        for code in codes:
            agency = registry.unit_over(unit, code)
            if agency:
                return agency
    return None


def _at_small_place(registry: Registry, words: str) -> Agency | None:
    """Return the unit that is named after a district or village which only one regency has, from that regency or its province; or None."""
    for villages in (False, True):
        for head, codes in small_splits(registry, words, villages=villages):
            for unit in units_for(registry, head, whole=True):
                if villages and unit not in _BY_VILLAGE and "national" not in registry.units[unit]:
                    continue
                agency = registry.unit_over(unit, codes[0])
                if agency and unit != "pemda":
                    return agency
    return None


def _tail_of(words: str, head: str) -> str:
    """Return the longest beginning of the words that is equal to `head` when levels' names are left out; it keeps these names."""
    parts = words.split()
    while parts and without_levels(parts) != head:
        parts.pop()
    return " ".join(parts)


def units_for(registry: Registry, head: str, *, whole: bool = False) -> list[str]:
    """Return the kinds of unit that the words before a place can name, the best first; empty if they name none.

    The words count as they are, then without numbers, then without branch words, and finally by their longest beginning.

    Args:
        registry: the agencies that exist.
        head: the words before the place; if it is empty, the government itself is meant ("pemda").
        whole: whether all words must belong to the name, so that the government and a mere beginning do not count.
    """
    if not head:
        return [] if whole else ["pemda"]
    words = head.removeprefix("suku ").removeprefix("uptd ").removeprefix("upt ").split()
    forms = _forms(words)
    exact = next(filter(None, (unit_of(registry, form) for form in forms)), None)
    body = next(filter(None, (national(registry, form) for form in forms)), None)
    if body and body.id in _BRANCHES and not (exact and exact.startswith("kanwil-")):
        return list(_BRANCHES[body.id])
    if exact:
        return [exact]
    if body or whole:
        return []
    longest = beginning(registry, words)
    return [longest] if longest else []


def _forms(words: list[str]) -> list[str]:
    """Return the forms of the words that are not empty: as they are, without numbers and "wilayah", and without branch words too."""
    unnumbered = [word for word in words if word != "wilayah" and not _NUMBER.fullmatch(word)]
    plain = [word for word in unnumbered if word not in _BRANCH_WORDS]
    return [" ".join(form) for form in (words, unnumbered, plain) if form]


def beginning(registry: Registry, words: list[str]) -> str | None:
    """Return the kind of unit whose name the words begin with, if more words follow ("rsud dr ...", "dinas perdagangan ..."); or None."""
    for size in range(len(words) - 1, 0, -1):
        unit = unit_of(registry, " ".join(words[:size]))
        if unit and (size > 1 or words[0] in _BY_OWN_NAME):
            return unit
    return None


def of_region(registry: Registry, words: str, region: str | None) -> Agency | None:
    """Return the unit of a regency that a name means, or its province's if it has none; None if no region is given or neither has one.

    If the name has "provinsi", the unit is that of the region's province.
    """
    if not region:
        return None
    plain = " ".join(word for word in words.split() if not _NUMBER.fullmatch(word))
    unit = (
        unit_of(registry, words) or (unit_of(registry, plain) if plain else None) or beginning(registry, words.split())
    )
    size = PROVINCE if "provinsi" in words.split() else REGENCY
    return registry.unit_over(unit, region[:size]) if unit else None
