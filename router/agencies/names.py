"""The tables of agency names and what each name means. Words given to its functions must come from spelling.clean."""

from collections.abc import Iterator
from functools import lru_cache

from complaints.runtime.packaged import words_in
from router.agencies.registry import Agency, Registry
from router.agencies.spelling import clean

_NOISE = frozenset(words_in("router", "names_noise"))
"""Words by which two spellings of the same name may differ: they do not count when names are compared."""

_GENERIC = frozenset(words_in("router", "names_generic"))
"""Words that name no agency without the words of _NOISE next to them."""

_WHOLE = frozenset(("telkom", "pos"))
"""Generic words that nevertheless name an agency on their own; each is the agency's id."""


def key(words: str) -> str:
    """Return the words that distinguish a name from others: all except noise such as "kantor" or "republik" (_NOISE).

    If only a generic name such as "dinas" (_GENERIC) or nothing would be left, return all words.
    """
    telling = " ".join(word for word in words.split() if word not in _NOISE)
    return words if not telling or telling in _GENERIC else telling


def national(registry: Registry, words: str) -> Agency | None:
    """Return the agency with this name that the registry lists, nearly always a national one; None if there is none.

    Words such as "kantor" or "republik" (_NOISE) may differ.
    """
    found = _national_names(registry).get(key(words))
    return registry.get(found) if found else None


def national_in_full(registry: Registry, words: str) -> Agency | None:
    """Return the agency that has exactly these words as a name and that the registry lists, nearly always a national one; or None."""
    found = _full_names(registry).get(words)
    return registry.get(found) if found else None


def unit_of(registry: Registry, words: str) -> str | None:
    """Return the kind of local unit ("dishub") with this name; None if there is none. Words such as "kantor" (_NOISE) may differ."""
    return _unit_names(registry).get(key(words))


def local(registry: Registry, words: str) -> Agency | None:
    """Return the local unit with a unique name ("PDAM Tirta Moedal"); None if no unit has this name."""
    found = _local_names(registry).get(key(words))
    return registry.get(found) if found else None


def of_government(registry: Registry, words: str, region: str) -> Agency | None:
    """Return the unit that has this name, with or without its place, in the allotment of a region's government; None if there is none."""
    own = _names_by_government(registry).get(region)
    if not own:
        return None
    place = clean(registry.gazetteer.full_name(region))
    for written in (words, words.removesuffix(place).strip(), words.removesuffix(place.partition(" ")[2]).strip()):
        if unit := own.get(key(written)):
            return registry.unit(unit, region)
    return None


def shared(registry: Registry, words: str, region: str | None) -> tuple[bool, Agency | None]:
    """Return whether the name is shared by agencies of several provinces, and the one of them in the province of the given region.

    The second is None if the region is None, or if its province has none or several of these agencies.
    """
    bodies = _shared_names(registry).get(key(words))
    if bodies is None:
        return False, None
    agencies = [agency for agency in map(registry.get, bodies) if agency]
    near = [agency for agency in agencies if region and agency.region and agency.region[:2] == region[:2]]
    return True, near[0] if len(near) == 1 else None


@lru_cache(maxsize=4)
def _names_by_government(registry: Registry) -> dict[str, dict[str, str]]:
    table = {
        region: {key(clean(name)): unit for unit, name in own.items()} for region, own in registry.local_names.items()
    }
    for region, kinds in registry.local_aliases.items():
        for unit, names in kinds.items():
            for name in names:
                table.setdefault(region, {}).setdefault(key(clean(name)), unit)
    return table


@lru_cache(maxsize=4)
def _full_names(registry: Registry) -> dict[str, str]:
    table: dict[str, str] = {}
    for agency in registry.bodies.values():
        for name in _names_of(registry, agency):
            table.setdefault(clean(name), agency.id)
    for inspectorate, name in _inspectorate_names(registry):
        table.setdefault(clean(name), inspectorate)
    return table


@lru_cache(maxsize=4)
def _national_names(registry: Registry) -> dict[str, str]:
    table: dict[str, str] = {}
    for name, agency_id in _full_names(registry).items():
        table.setdefault(key(name), agency_id)
    for word in _WHOLE:
        table.setdefault(word, word)
    return table


def _names_of(registry: Registry, agency: Agency) -> Iterator[str]:
    """Yield an agency's names: its own, its aliases and those that only officers write.

    For a ministry, also yield each part of a double name ("A/B") and its minister's title.
    """
    yield agency.name
    yield from agency.aliases
    yield from registry.written.get(agency.id, ())
    if agency.kind == "ministry":
        for part in agency.name.split("/"):
            yield part
            yield part.replace("Kementerian", "Menteri")


def _inspectorate_names(registry: Registry) -> Iterator[tuple[str, str]]:
    """Yield (inspectorate's id, "itjen" or "inspektorat" and the name) for each name of each ministry or agency with an inspectorate."""
    for agency in registry.bodies.values():
        above = registry.bodies.get(agency.parent or "")
        if agency.kind != "inspectorate" or above is None or not agency.id.startswith("itjen-"):
            continue
        for name in _names_of(registry, above):
            yield agency.id, f"itjen {name}"
            yield agency.id, f"inspektorat {name}"


@lru_cache(maxsize=4)
def _unit_names(registry: Registry) -> dict[str, str]:
    table: dict[str, str] = {}
    for unit in registry.units:
        for name in registry.written.get(unit, ()):
            table.setdefault(key(clean(name)), unit)
    for unit, template in registry.units.items():
        names = (template["name"].replace("{place}", ""), template.get("province_name", ""), *template["aliases"])
        for name in filter(None, names):
            table.setdefault(key(clean(name)), unit)
    for unit, name in _regional_names(registry):
        table.setdefault(key(clean(name)), unit)
    for own in registry.local_names.values():
        for unit, name in own.items():
            table.setdefault(key(clean(name)), unit)
    return table


def _regional_names(registry: Registry) -> Iterator[tuple[str, str]]:
    """Yield (kind of unit, "kantor wilayah" and name) for each name of each national agency that has regional offices."""
    for unit, template in registry.units.items():
        body = registry.bodies.get(template.get("national", ""))
        if body and unit.startswith("kanwil-"):
            for name in _names_of(registry, body):
                yield unit, f"kantor wilayah {name}"


@lru_cache(maxsize=4)
def _local_names(registry: Registry) -> dict[str, str]:
    return {key(clean(name)): body for body, names in registry.unique.items() for name in names}


@lru_cache(maxsize=4)
def _shared_names(registry: Registry) -> dict[str, tuple[str, ...]]:
    return {key(clean(name)): tuple(bodies) for name, bodies in registry.shared.items()}
