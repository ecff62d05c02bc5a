"""Finds the agency that an officer or a citizen means by a written name."""

import re
from collections.abc import Iterator

from complaints.runtime.packaged import words_in
from normalizer.places.gazetteer import PROVINCE, REGENCY
from normalizer.text import fold
from router.agencies.names import key, local, national, national_in_full, of_government, shared, unit_of
from router.agencies.places import LEVELS, places, small_office
from router.agencies.registry import Agency, Registry
from router.agencies.spelling import clean
from router.agencies.units import at_place, of_region

_OF_A_PLACE = frozenset(words_in("router", "resolve_of_a_place"))
"""First words of local units. A national agency at the end of such a name is not meant, even if the unit's place is not known."""

_NOT_ALONE = frozenset(("pos", "ori", "bin", "its", "krl", "isbn", "oss", "bri", "speedy", "mekaar", "antam"))
"""Short names of agencies that do not count at the beginning of a longer name, because many other names begin with them."""

_OTHERS = frozenset(("university", "universitas", "school", "sekolah", "foundation", "yayasan", "koperasi", "timur"))
"""Words after an agency's name that make it the name of another one."""

_JOINED = re.compile(
    r"\bdan\b(?=\s+(?:dinas|lurah|camat|kecamatan|kelurahan|kementerian|pem\w+|polres|satpol|badan|bpjs)\b)",
    re.IGNORECASE,
)
"""The "dan" after which a second agency begins."""

_FIRST_PARTS = re.compile(r"[;\n]|,\s*(?=[Dd]is|BPJS|(?:[Kk]ec|[Kk]el)(?:amatan|urahan|\.)?\s)|\bcq\b")


def resolve(registry: Registry, name: str, region: str | None = None) -> Agency | None:
    """Return the agency that an officer or a citizen means by a name; None if no known agency fits.

    Args:
        registry: the agencies that exist.
        name: the name as written, with or without its place, or an agency's id.
        region: the Kemendagri code of the place that the text is about; it helps if the name has no place.
    """
    known = registry.get(name.strip()) or registry.bodies.get(name.strip().lower())
    if known:
        return known
    learnt = registry.learnt_names.get(fold(name).decode("ascii"))
    if learnt and not region:
        return registry.get(learnt)
    for part in _parts(name):
        words = clean(part)
        own = of_government(registry, words, Registry.seat(region)) if region else None
        found = own or (_resolve(registry, words, region) if words else None)
        if found:
            return found
    return registry.get(learnt) if learnt else None


def _parts(name: str) -> Iterator[str]:
    """Yield the parts of a text that may be the agency's name, the most likely first.

    These are the parts of a list or the whole, the parts between dashes from the last to the first, and the parts around "dan".
    """
    yield from _FIRST_PARTS.split(name)
    dashed = re.split(r"\s[-\u2013]\s", name)
    if len(dashed) > 1:
        yield from reversed(dashed)
    joined = _JOINED.split(name)
    if len(joined) > 1:
        yield from joined


def _resolve(registry: Registry, words: str, region: str | None) -> Agency | None:
    is_shared, meant = shared(registry, words, region)
    if is_shared:
        return meant
    if "itjen" in words.split():
        return _inspectorate(registry, words)
    own = _of_its_own_name(registry, words)
    if own:
        return own
    exact = national(registry, words)
    unit = unit_of(registry, words)
    if exact and (region is None or not unit or "national" in registry.units[unit]):
        return exact
    if unit and region:
        return of_region(registry, words, region)
    return (
        small_office(registry, words, region)
        or at_place(registry, words, region)
        or of_region(registry, words, region)
        or exact
        or (None if unit else _within(registry, words))
    )


def _inspectorate(registry: Registry, words: str) -> Agency | None:
    """Return the ministry's inspectorate that the words from "itjen" on name; None if there is none. The words must have "itjen"."""
    parts = words.split()
    return national(registry, " ".join(parts[parts.index("itjen") :]))


def _of_its_own_name(registry: Registry, words: str) -> Agency | None:
    """Return the unit that the words name by a unique name, alone or followed by a place in the unit's province.

    An example is "PDAM Tirta Moedal Kota Semarang". None if there is none.
    """
    parts = words.split()
    for size in range(len(parts), 0, -1):
        found = local(registry, " ".join(parts[:size]))
        if found and (size == len(parts) or _is_there(registry, found, parts[size:])):
            return found
    return None


def _is_there(registry: Registry, agency: Agency, parts: list[str]) -> bool:
    codes = places(registry, " ".join(word for word in parts if word not in LEVELS))
    return any(agency.region and code[:PROVINCE] == agency.region[:PROVINCE] for code in codes)


def _within(registry: Registry, words: str) -> Agency | None:
    """Return the national agency with whose name the words begin or end, the longest name first; None if there is none.

    Names that are too short or common do not count. In the name of a local unit ("dinas ...") only a ministry or Polri at its end counts.
    """
    parts = words.split()
    for size in range(len(parts) - 1, 0, -1):
        if parts[0] not in _OF_A_PLACE and parts[size] not in _OTHERS:
            found = _beginning(registry, parts[:size])
            if found:
                return found
        found = _ending(registry, parts[-size:], parts[0] in _OF_A_PLACE)
        if found:
            return found
    return None


def _beginning(registry: Registry, piece: list[str]) -> Agency | None:
    words = " ".join(piece)
    if len(piece) == 1:
        return national_in_full(registry, words) if len(words) > 2 and words not in _NOT_ALONE else None  # noqa: PLR2004 - two letters begin too many names
    return national_in_full(registry, words) or (national(registry, words) if key(words) != words else None)


def _ending(registry: Registry, piece: list[str], of_a_place: bool) -> Agency | None:
    """Return the national agency with a name that is exactly the last words of a longer name; None if there is none.

    If there is only one last word, or if the longer name is that of a local unit, only a ministry or Polri counts.
    """
    if (of_a_place or len(piece) == 1) and not piece[0].startswith(("kemen", "polri")):
        return None
    return national_in_full(registry, " ".join(piece))


_LEVEL_WORDS = frozenset(("kab", "kabupaten", "kota", "prov", "provinsi"))


def search(registry: Registry, text: str, limit: int = 10) -> list[Agency]:
    """Return at most `limit` agencies for a text of words or beginnings of words; empty if the text has no word.

    The agency that the text means as a name comes first, then listed (mostly national) ones, shortest name first, then local units. Each
    word of the text must begin a word of one of the agency's names. A local unit is found only if the text also has a whole word of the
    name of its province or regency; that word and words for a level ("kota") need not be in the unit's own name.
    """
    wanted = fold(text).decode("ascii").split()
    if not wanted:
        return []
    best = resolve(registry, text, None)
    found: dict[str, Agency] = {best.id: best} if best else {}
    rows = (
        (agency, name)
        for agency in registry.bodies.values()
        for name in (agency.name, *agency.aliases, *registry.written.get(agency.id, ()))
    )
    ranked = sorted((len(name), agency.id) for agency, name in rows if _holds(fold(name).decode("ascii"), wanted))
    for _, found_id in ranked:
        found.setdefault(found_id, registry.bodies[found_id])
    if len(found) < limit:
        for agency in _local(registry, wanted):
            found.setdefault(agency.id, agency)
            if len(found) >= limit:
                break
    return list(found.values())[:limit]


def _holds(name: str, wanted: list[str]) -> bool:
    words = name.split()
    return all(any(word.startswith(want) for word in words) for want in wanted)


def _local(registry: Registry, wanted: list[str]) -> Iterator[Agency]:
    """Yield the local units whose place has one of the wanted words as a whole word, and whose names have words that begin with the others.

    A unit's names are the usual ones and those that its government's allotment gives it, today or in another edition.
    """
    for code, place in registry.gazetteer.names.items():
        if len(code) > REGENCY:
            continue
        have = fold(place).decode("ascii").split()
        rest = [want for want in wanted if want not in have and want not in _LEVEL_WORDS]
        if len(rest) == len(wanted) or not rest:
            continue
        own, further = registry.local_names.get(code, {}), registry.local_aliases.get(code, {})
        for unit, template in registry.units.items():
            names = [template["name"], *template["aliases"], *registry.written.get(unit, ())]
            names += [*([own[unit]] if unit in own else []), *further.get(unit, ())]
            if any(_holds(fold(name).decode("ascii"), rest) for name in names):
                agency = registry.unit(unit, code)
                if agency:
                    yield agency
