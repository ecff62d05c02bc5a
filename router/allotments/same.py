"""Finds names of a government's units that another unit or agency has too, and names that repeat a level ("Kota Kota")."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from normalizer.text import fold
from router.agencies.registry import Agency, Registry
from router.agencies.resolve import resolve

_DOUBLED: Final = re.compile(r"\b(Kota|Kabupaten|Provinsi) \1\b")
"""A level's name twice."""


class Same(NamedTuple):
    """A name that two units share.

    Attributes:
        unit: the unit's key in the file.
        name: the name as the file writes it.
        other: the kind or key of the other unit.
        is_usual: whether the other is a usual kind of unit, under the name that it has in every government.
    """

    unit: str
    name: str
    other: str
    is_usual: bool


def same_names(units: Mapping[str, Any], registry: Registry, region: str) -> Iterator[Same]:
    """Yield the names and aliases of a file's units that another unit of the government has too.

    A unit's name may be an alias of a usual unit, because governments divide the usual units differently.
    """
    named = {key: unit for key, unit in units.items() if isinstance(unit, dict) and isinstance(unit.get("name"), str)}
    others = [
        (kind, agency) for kind in registry.units if kind not in units and (agency := registry.unit(kind, region))
    ]
    usual = {_plain(agency.name, registry, region): kind for kind, agency in others}
    short = {_plain(name, registry, region): kind for kind, agency in others for name in agency.aliases} | usual
    first: dict[str, str] = {}
    for key, unit in named.items():
        aliases = unit.get("aliases")
        written = [unit["name"], *(aliases if isinstance(aliases, list) else [])]
        for place, name in enumerate(written):
            plain, taken = _plain(str(name), registry, region), short if place else usual
            if (other := first.setdefault(plain, key)) != key:
                yield Same(key, str(name), other, is_usual=False)
            elif plain in taken:
                yield Same(key, str(name), taken[plain], is_usual=True)


def of_others(units: Mapping[str, Any], registry: Registry, region: str) -> Iterator[tuple[str, str, Agency]]:
    """Yield the units whose name or alias is that of an agency outside the government, with the name and that agency."""
    bodies = {
        _folded(name): agency
        for agency in registry.bodies.values()
        if agency.region != region
        for name in (*agency.aliases, agency.name)
    }
    for key, unit in units.items():
        fields = unit if isinstance(unit, dict) else {}
        aliases = fields.get("aliases")
        for name in (fields.get("name"), *(aliases if isinstance(aliases, list) else [])):
            if not isinstance(name, str):
                continue
            agency = bodies.get(_folded(name)) or _elsewhere(name, registry, region)
            if agency is not None:
                yield str(key), name, agency


def _elsewhere(name: str, registry: Registry, region: str) -> Agency | None:
    """Return the unit of another region's government that a name with that region at its end means; None if it names no other region."""
    agency = resolve(registry, name)
    if agency is None or agency.region in (None, region) or Registry.seat(agency.region) == region:
        return None
    place = registry.gazetteer.full_name(agency.region)
    return agency if _folded(name).endswith(_folded(place)) else None


def _plain(name: str, registry: Registry, region: str) -> str:
    """Return a folded name without the government's place at its end."""
    folded, place = _folded(name), _folded(registry.gazetteer.full_name(region))
    return folded.removesuffix(place).strip() if folded != place else folded


def _folded(name: str) -> str:
    return fold(name).decode("ascii").strip()


def doubled(agencies: Iterable[Agency]) -> Iterator[str]:
    """Yield a sentence for each name that repeats a level: its region was added after a final "Kota" (docs/allotments.md)."""
    for name in sorted({agency.name for agency in agencies}):
        if found := _DOUBLED.search(name):
            before, level = name[: found.start()], found[1]
            meant = f"{before}{level}{name[found.end() :]}"
            yield f"{before + level!r} becomes {name!r}: write the name with its region, as {meant!r}"
