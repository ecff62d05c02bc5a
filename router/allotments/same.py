"""Finds units of one government that have the same name: nobody can tell them apart."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from normalizer.text import fold
from router.agencies.registry import Registry


class Same(NamedTuple):
    """A name of a unit that is another unit's too.

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

    Args:
        units: the units of the file so far, by key; only those with a name count.
        registry: the agencies that exist.
        region: the code of the government's region.
    """
    named = {key: unit for key, unit in units.items() if isinstance(unit, dict) and isinstance(unit.get("name"), str)}
    usual = {
        _plain(agency.name, registry, region): kind
        for kind in registry.units
        if kind not in named and (agency := registry.unit(kind, region))
    }
    first: dict[str, str] = {}
    for key, unit in named.items():
        aliases = unit.get("aliases")
        written = [unit["name"], *(aliases if isinstance(aliases, list) else [])]
        for name in written:
            plain = _plain(str(name), registry, region)
            if (other := first.setdefault(plain, key)) != key:
                yield Same(key, str(name), other, is_usual=False)
            elif plain in usual:
                yield Same(key, str(name), usual[plain], is_usual=True)


def _plain(name: str, registry: Registry, region: str) -> str:
    """Return a name in small letters, without the government's place at its end."""
    folded = fold(name).decode("ascii").strip()
    place = fold(registry.gazetteer.full_name(region)).decode("ascii").strip()
    return folded.removesuffix(place).strip() if folded != place else folded
