"""The table of named public things, and the tree of the forms under which texts name them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from complaints.runtime import packaged
from normalizer.cache import parsed, table
from normalizer.places.gazetteer import PROVINCE, REGENCY, Gazetteer
from normalizer.results import Thing
from normalizer.things.names import ALONE, Names, ends_of, folded, sections_of
from normalizer.things.tree import ThingNode, packed, put

FILES = ("known", "official")
"""The data files: what is written here takes precedence over what a list of an office says."""

_SOURCES = ("regions.tsv.gz", "things/types.yaml", *(f"things/{file}.tsv" for file in FILES))
"""The data files from which the table of forms is made."""

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
    @cache
    def load(cls) -> "Things":
        """Return the things of the packaged data files, which are read once."""
        types = parsed("normalizer", "things/types.yaml")
        things = tuple(_thing(row, types[row["type"]]) for row in rows())
        names = table("thing-names", lambda: _packed_names(types, things), data=_SOURCES, code=("places", "things"))
        for number in names["doubtful"]:
            things[number].doubtful = True
        tree = ThingNode([[], names["roots"][""]])
        for klass, words in names["words"].items():
            root = ThingNode([[], names["roots"][klass]])
            for word in words:
                node = tree.at(word)
                node.cores = (*node.cores, root)
        weights = tuple(types[thing.kind]["subjects"].get(thing.tier, {}) for thing in things)
        return Things(all=things, tree=tree, forms=names["forms"], weights=weights)


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


def _packed_names(types: Mapping[str, Any], things: Sequence[Thing]) -> dict[str, Any]:
    """Return the forms of the names of things as JSON.

    - `roots`: the packed trees of the forms, by the class of the words that come before them; without a word, under an empty text.
    - `words`: the words of each class.
    - `doubtful`: the numbers of the things with a name that another place also has.
    - `forms`: the number of forms.
    """
    regions = region_codes(Gazetteer.load())
    names = Names(types, regions)
    words = names.words()
    roots: dict[str, dict[str, Any]] = {"": {}, **{klass: {} for klass in words}}
    roots[ALONE] = roots[""]
    doubtful: list[int] = []
    count = 0
    for number, thing in enumerate(things):
        alone = {f"{thing.kind}/{klass}" for klass in types[thing.kind].get("alone", ())}
        if thing.context:
            alone.add(ALONE)
        forms = list(dict.fromkeys(names.forms(thing.kind, (thing.name, *thing.written))))
        if any(_is_elsewhere(thing, regions.get(form.core)) for form in forms):
            doubtful.append(number)
        for form in forms:
            meant = put(roots[form.klass], form.core.split())
            if not any(_is_same(thing, things[one if one >= 0 else ~one]) for one in meant):
                meant.append(~number if form.klass in alone else number)
                count += 1
    trees = {klass: packed(root) for klass, root in roots.items() if klass != ALONE}
    return {"roots": trees, "words": words, "doubtful": doubtful, "forms": count}


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
