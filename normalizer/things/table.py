"""The table of named public things, and the tree of the forms under which texts name them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from complaints.runtime import packaged
from normalizer.places.gazetteer import PROVINCE, REGENCY, Gazetteer
from normalizer.results import Thing
from normalizer.things.names import ALONE, Names, ends_of, folded, sections_of
from normalizer.things.tree import ThingNode

FILES = ("known", "official")
"""The data files: what is written here takes precedence over what a list of an office says."""

COLUMNS = ("id", "type", "tier", "regions", "owner", "since", "status", "source", "name", "aliases")


_LONG = re.compile("lintas|pantura|trans|ring ?road|daendels|deandels|poros", re.IGNORECASE)
"""Words in the names of roads that no town has a street of."""


@dataclass(frozen=True, slots=True, eq=False)
class Things:
    """All named things.

    Attributes:
        all: the things; the index of one is its number.
        tree: the root of the tree of the forms of their names.
        forms: the number of forms, without the words of the types.
        weights: for each thing, the ids of subjects and how strongly its name points to each.
    """

    all: tuple[Thing, ...]
    tree: ThingNode
    forms: int
    weights: tuple[Mapping[str, float], ...]

    @classmethod
    def load(cls) -> "Things":
        """Return the things of the packaged data files, which are read once."""
        return _load()


def rows() -> Iterator[dict[str, str]]:
    """Yield the rows of the data files: of rows with the same id, only the first."""
    seen: set[str] = set()
    for file in FILES:
        for line in packaged.text("normalizer", f"things/{file}.tsv").splitlines():
            if line and not line.startswith("#"):
                row = dict(zip(COLUMNS, line.split("\t"), strict=True))
                if row["id"] not in seen:
                    seen.add(row["id"])
                    yield row


def region_codes(gazetteer: Gazetteer) -> dict[str, set[str]]:
    """Return the provinces that have a name, or have a regency or city of it, by the folded name without "Kabupaten" and "Kota"."""
    found: dict[str, set[str]] = {}
    for code, name in gazetteer.names.items():
        if len(code) <= REGENCY:
            plain = name.removeprefix("Kabupaten ").removeprefix("Kota ").removeprefix("Administrasi ")
            found.setdefault(folded(plain), set()).add(code[:PROVINCE])
    return found


@cache
def _load() -> Things:
    types = packaged.document("normalizer", "things/types.yaml")
    regions = region_codes(Gazetteer.load())
    names = Names(types, regions)
    things = tuple(_thing(row, types[row["type"]]) for row in rows())
    tree = ThingNode()
    roots: dict[str, ThingNode] = {"": tree, ALONE: tree}
    for klass, words in names.words().items():
        root = roots[klass] = ThingNode()
        for word in words:
            node = tree.at(word)
            node.cores = (*node.cores, root)
    count = 0
    for number, thing in enumerate(things):
        written = (thing.name, *thing.written)
        alone = {f"{thing.kind}/{klass}" for klass in types[thing.kind].get("alone", ())}
        if thing.context:
            alone.add(ALONE)
        for form in dict.fromkeys(names.forms(thing.kind, written)):
            thing.doubtful = thing.doubtful or _is_elsewhere(thing, regions.get(form.core))
            node = roots[form.klass].at(form.core)
            if not any(_is_same(thing, things[one if one >= 0 else ~one]) for one in node.things):
                node.things = (*node.things, ~number if form.klass in alone else number)
                count += 1
    weights = tuple(types[thing.kind]["subjects"].get(thing.tier, {}) for thing in things)
    return Things(all=things, tree=tree, forms=count, weights=weights)


def _thing(row: Mapping[str, str], kind: Mapping[str, Any]) -> Thing:
    written = tuple(one for one in row["aliases"].split(";") if one)
    alone = any(one.startswith(ALONE) for one in written)
    street = row["type"] == "road" and len(ends_of(row["name"])) == 1 and not alone and not _LONG.search(row["name"])
    return Thing(
        id=row["id"],
        kind=row["type"],
        tier=row["tier"],
        regions=tuple(row["regions"].split()),
        owner=row["owner"],
        since=row["since"],
        status=row["status"],
        source=row["source"],
        law=kind["law"],
        name=row["name"],
        written=written,
        groups=tuple(kind["groups"].get(row["tier"], ())),
        subjects=tuple(kind["subjects"].get(row["tier"], ())),
        context=tuple(kind.get("context", ())),
        street=street,
        section=tuple(sections_of((row["name"], *written))) if street else (),
        wide=kind.get("wide", False),
    )


def _is_same(thing: Thing, other: Thing) -> bool:
    """Return whether two things are of one type and share a region, or have none: under one name, the earlier row takes precedence."""
    if thing.kind != other.kind:
        return False
    return not thing.regions or any(
        one.startswith(another) or another.startswith(one) for one in thing.regions for another in other.regions
    )


def _is_elsewhere(thing: Thing, provinces: set[str] | None) -> bool:
    """Return whether a name is that of a region, and none of these provinces that have it is the thing's."""
    return (
        provinces is not None
        and bool(thing.regions)
        and all(code[:PROVINCE] not in provinces for code in thing.regions)
    )
