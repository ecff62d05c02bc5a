"""Lists a government's units with their present, former and later names."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from normalizer.text import fold
from router.agencies.registry import Agency, Registry
from router.allotments.edition import Allotments, Edition
from router.within import House


class Named(NamedTuple):
    """A name of a unit, and its first day; None if that is not known."""

    name: str
    since: date | None


class Unit(NamedTuple):
    """A unit of a government with its names.

    Attributes:
        agency: the unit.
        names: its names in order of time; the last one that has begun is the present one.
        aliases: further names that officers write.
    """

    agency: Agency
    names: tuple[Named, ...]
    aliases: tuple[str, ...]

    def line(self, today: date) -> str:
        """Return the unit as a line for people: id, present name (or the first one), and the other names with their days."""
        begun = [one for one in self.names if one.since is None or one.since <= today]
        now = begun[-1] if begun else self.names[0]
        notes = [f"until {(after.since or today) - timedelta(days=1)}: {one.name}" for one, after in pairwise(begun)]
        if not begun:
            notes.append(f"from {now.since}")
        notes += [f"from {one.since}: {one.name}" for one in self.names[len(begun) or 1 :]]
        notes += [f"also: {', '.join(self.aliases)}"] if self.aliases else []
        return f"{self.agency.id}\t{now.name}\t{'; '.join(notes)}"

    def has(self, wanted: list[str]) -> bool:
        """Return whether each wanted text, folded, is the beginning of a word of the same name."""
        names = [*(one.name for one in self.names), *self.aliases, self.agency.id]
        return any(
            all(any(word.startswith(want) for word in fold(name).decode("ascii").split()) for want in wanted)
            for name in names
        )


def units_of(house: House, registry: Registry, usual: Registry, allotments: Allotments) -> list[Unit]:
    """Return the units of a government, sorted by id, without the offices of its districts and villages.

    Args:
        house: the government.
        registry: the agencies that exist, with the units of the allotments.
        usual: the agencies without allotments.
        allotments: the governments' divisions of tasks.
    """
    editions = tuple(reversed(allotments.editions.get(house.region, ())))
    today = allotments.at(house.region or None, None)
    gone = today.gone if today else {}
    found = [_unit(agency, registry, usual, editions) for agency in _agencies(house, registry) if agency.id not in gone]
    return sorted(found, key=lambda one: one.agency.id)


def _agencies(house: House, registry: Registry) -> Iterator[Agency]:
    units = [registry.unit(kind, house.region) for kind in registry.units if kind != "pemda"]
    bodies = [agency for agency in registry.bodies.values() if agency.region == house.region]
    for agency in (*units, *bodies):
        if agency is not None and house.has(agency, registry):
            yield agency


def _unit(agency: Agency, registry: Registry, usual: Registry, editions: tuple[Edition, ...]) -> Unit:
    before = usual.get(agency.id)
    names = [Named(before.name, None)] if before else []
    for edition in editions:
        own = edition.agencies.get(agency.id)
        if own is not None and (not names or names[-1].name != own.name):
            names.append(Named(own.name, edition.since))
    region = agency.region or ""
    given = registry.local_aliases.get(region, {}).get(agency.id.removesuffix(f"-{region}"), ())
    place = registry.gazetteer.full_name(region)
    said = {name for one in names for name in (one.name, one.name.removesuffix(f" {place}"))}
    others = tuple(name for name in dict.fromkeys((*given, *agency.aliases)) if name not in said)
    return Unit(agency, tuple(names) or (Named(agency.name, None),), others)
