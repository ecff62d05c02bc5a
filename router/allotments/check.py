"""Checks an allotment file, and reports each mistake with its line and what to do."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from normalizer.places.gazetteer import REGENCY
from router.agencies.registry import Registry
from router.allotments.edition import AT_DISTRICT, AT_VILLAGE, GONE, merged
from router.allotments.same import of_others, same_names
from router.rulebook.documents import Document, Mistake
from router.rulebook.rules import Rules

_FIELDS: Final = ("government", "editions")
_EDITION_FIELDS: Final = ("since", "source", "units", "subjects", "managing_officer")
_UNIT_FIELDS: Final = ("name", "aliases", "under", "source")
_OFFICER_FIELDS: Final = ("unit", "decree")
_KEY: Final = re.compile(r"[a-z][a-z0-9-]*[a-z]|[a-z]")
"""The form of the key of a unit that only this government has; with the region's code it makes the unit's id."""

_OF_DISTRICTS: Final = frozenset(("kec", "kel", "polsek", "kua"))
"""The offices that each district or village has."""


def mistakes_of(document: Document, registry: Registry) -> Iterator[Mistake]:
    """Yield the mistakes in an allotment file."""
    content = document.content
    for key, line in document.doubled:
        yield document.mistake(f"the key {key} is there twice; join the two entries")._replace(line=line)
    if not isinstance(content, dict) or not isinstance(content.get("editions"), list) or not content["editions"]:
        yield document.mistake("an allotment has `government` and `editions`, a list; see docs/allotments.md")
        return
    for name in content.keys() - set(_FIELDS):
        yield document.mistake(f"an allotment has no field {name}, only {', '.join(_FIELDS)}", name)
    named = content.get("government")
    government = registry.get(named) if isinstance(named, str) else None
    if government is None or government.kind != "government" or not government.region:
        yield document.mistake(
            "`government` is no government's id: take one as `lapor agency search` shows it (pemda-33.74)",
            "government",
        )
        return
    if Registry.seat(government.region) != government.region:
        yield document.mistake("the cities of DKI Jakarta have no government of their own: take pemda-31", "government")
        return
    yield from _Editions(document, registry, government.region).mistakes()


def day_of(written: object) -> date | None:
    """Return the date of a text in ISO 8601 ("2026-01-31"); None if the value is no such text."""
    try:
        return date.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None


def _is_line(written: object) -> bool:
    """Return whether a value is a text of one line that is not empty."""
    return isinstance(written, str) and bool(written.strip()) and written.isprintable()


class _Editions:
    """Checks the editions of one government, which are plain data until they are checked."""

    def __init__(self, document: Document, registry: Registry, region: str) -> None:
        self._document = document
        self._registry = registry
        self._region = region
        self._units: dict[str, Any] = {}
        self._allotted: dict[str, Any] = {}
        self._officer = ""
        self._subjects = Rules.load().subjects

    def mistakes(self) -> Iterator[Mistake]:
        before: date | None = None
        for place, row in enumerate(self._document.content["editions"]):
            at = ("editions", str(place))
            if not isinstance(row, dict):
                yield self._wrong("an edition has `since`, `source` and what is new from that day on", *at)
                continue
            for name in row.keys() - set(_EDITION_FIELDS):
                yield self._wrong(f"an edition has no field {name}, only {', '.join(_EDITION_FIELDS)}", *at, name)
            since = day_of(row.get("since"))
            if since is None:
                yield self._wrong("`since` is the first day of the edition, as in 2026-01-31", *at, "since")
            elif before is not None and since <= before:
                yield self._wrong(
                    f"the editions are not in the order of their days: {since} is not after {before}", *at
                )
            before = since or before
            if not _is_line(row.get("source")):
                yield self._wrong(
                    "name the `source` of the edition: a decree, a page, or the reports it comes from", *at
                )
            yield from self._edition(row, at)

    def _edition(self, row: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[Mistake]:
        for part in ("units", "subjects", "managing_officer"):
            if row.get(part) is not None and not isinstance(row[part], dict):
                yield self._wrong(f"`{part}` has the form `key: value`", *at, part)
                return
        before, news = self._units, row.get("units") or {}
        self._units = merged(before, news)
        for key, unit in news.items():
            if unit == GONE:
                yield from self._gone(str(key), before, (*at, "units", str(key)))
                continue
            yield from self._unit(str(key), unit, (*at, "units", str(key)))
            if self._is_circle(str(key)):
                yield self._wrong(f"{key} is under itself, by way of other units", *at, "units", str(key))
        yield from self._same_names(row, at)
        for subject, allotted in (row.get("subjects") or {}).items():
            yield from self._subject(str(subject), allotted, (*at, "subjects", str(subject)))
        officer = row.get("managing_officer")
        self._allotted |= row.get("subjects") or {}
        self._officer = str(officer.get("unit")) if officer else self._officer
        yield from self._still_named(news, at)
        if officer:
            yield from self._of_officer(officer, (*at, "managing_officer"))

    def _of_officer(self, officer: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[Mistake]:
        """Yield the mistakes in the managing officer."""
        for name in officer.keys() - set(_OFFICER_FIELDS):
            yield self._wrong(f"the managing officer has no field {name}, only {', '.join(_OFFICER_FIELDS)}", *at, name)
        unit = str(officer.get("unit"))
        if not self._is_unit(unit, of_places=False):
            kind = self._kind_in(unit)
            todo = f": write {kind}" if kind else ""
            yield self._wrong(f"the managing officer's unit {officer.get('unit')!r} is not a unit{todo}", *at)
        if not officer.get("decree"):
            yield self._wrong("name the `decree` that makes the unit the managing officer", *at)

    def _same_names(self, row: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[Mistake]:
        """Yield a mistake for each unit of this edition whose name belongs to another unit too, or to an agency outside the government."""
        news = row.get("units") or {}
        for same in same_names(self._units, self._registry, self._region):
            where = next((key for key in (same.unit, same.other) if key in news), None)
            if where is None:
                continue
            other = f"the usual unit {same.other}" if same.is_usual else f"the unit {same.other}"
            todo = (
                f"use the key {same.other}, or give {same.other} another name"
                if same.is_usual
                else "give one of them another name, or join them"
            )
            yield self._wrong(
                f"{same.name!r}, a name of {same.unit}, is that of {other} too: {todo}", *at, "units", where
            )
        for key, name, agency in of_others(news, self._registry, self._region):
            yield self._wrong(
                f"{name!r}, a name of {key}, is that of {agency.name}: write the unit's own name", *at, "units", key
            )

    def _gone(self, key: str, before: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[Mistake]:
        """Yield a mistake if the edition takes away a unit that the government does not have."""
        usual = self._registry.unit(key, self._region)
        is_usual = usual is not None and key != "pemda" and not self._registry.units[key].get("national")
        if before.get(key) == GONE or not (key in before or is_usual):
            yield self._wrong(f"there is no unit {key} that could be taken away: leave the line out", *at)

    def _still_named(self, news: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[Mistake]:
        """Yield a mistake for each subject, unit or managing officer that still refers to a unit which the edition takes away."""
        for key in (key for key, unit in news.items() if unit == GONE):
            places = (*at, "units", str(key))
            for subject, allotted in self._allotted.items():
                if key in (allotted if isinstance(allotted, (dict, list)) else [allotted]):
                    yield self._wrong(f"{subject} still goes to {key}: name another unit in `subjects`", *places)
            for unit, fields in self._units.items():
                if isinstance(fields, dict) and fields.get("under") == key:
                    yield self._wrong(f"{unit} is still under {key}: name another unit, or `under: pemda`", *places)
            if self._officer == key:
                yield self._wrong(f"{key} is still the managing officer: name another `managing_officer`", *places)

    def _unit(self, key: str, unit: object, at: tuple[str, ...]) -> Iterator[Mistake]:
        if not unit or not isinstance(unit, dict) or not _is_line(self._units[key].get("name")):
            yield self._wrong(
                f"the unit {key} has no `name`, a text of one line; `{key}: {GONE}` takes the unit away", *at
            )
            return
        aliases = unit.get("aliases", [])
        if not isinstance(aliases, list) or not all(_is_line(name) for name in aliases):
            yield self._wrong(f"the aliases of {key} are a list of names, as in [DPU, Bina Marga]", *at, "aliases")
        for name in unit.keys() - set(_UNIT_FIELDS):
            yield self._wrong(f"a unit has no field {name}, only {', '.join(_UNIT_FIELDS)}", *at, name)
        if not _KEY.fullmatch(key):
            yield self._wrong(
                f"the key {key} has other characters than small letters, digits and hyphens, or ends with a digit", *at
            )
        elif key == "pemda" or key in _OF_DISTRICTS:
            yield self._wrong(
                f"{key} is the government itself or an office of its districts and cannot be renamed here", *at
            )
        elif national := self._registry.units.get(key, {}).get("national"):
            yield self._wrong(f"{key} is a branch of {national}, and no unit of the government: take it out", *at)
        under = unit.get("under")
        if under not in (None, "pemda") and (under == key or not self._is_unit(str(under), of_places=False)):
            yield self._wrong(f"{key} is under {under}, which is not another unit of the government", *at, "under")

    def _is_circle(self, key: str) -> bool:
        """Return whether the chain of units above a unit has a circle."""
        seen: set[str] = set()
        while isinstance(unit := self._units.get(key), dict) and unit.get("under") is not None:
            if key in seen:
                return True
            seen.add(key)
            key = str(unit["under"])
        return False

    def _subject(self, subject: str, allotted: object, at: tuple[str, ...]) -> Iterator[Mistake]:
        if subject not in self._subjects:
            yield self._wrong(f"no subject has the name {subject}: `lapor agency subjects` lists them", *at)
        units = allotted if isinstance(allotted, (dict, list)) else [allotted]
        if not units:
            yield self._wrong(f"{subject} has no unit", *at)
        for name, times in Counter(map(str, units)).items():
            if times > 1:
                yield self._wrong(f"{subject} names {name} {times} times: name it once", *at)
        for unit in units:
            if kind := self._kind_in(str(unit)):
                yield self._wrong(f"{unit} is an id with the region: write {kind}", *at)
            elif not self._is_unit(str(unit), of_places=True):
                yield self._wrong(
                    f"{unit} is no unit of the government: add it to `units`, or take a kind as `lapor agency search` shows it",
                    *at,
                )
        counts = allotted.values() if isinstance(allotted, dict) else ()
        if any(not isinstance(count, int) or isinstance(count, bool) or count < 1 for count in counts):
            yield self._wrong(f"the number of reports beside a unit of {subject} is a whole number from 1", *at)

    def _is_unit(self, unit: str, *, of_places: bool) -> bool:
        """Return whether a unit is of the government or the file, an office of each district or village, or a company of the region."""
        if unit.endswith((AT_DISTRICT, AT_VILLAGE)):
            fits = unit in {f"kec{AT_DISTRICT}", f"kel{AT_VILLAGE}"} and len(self._region) == REGENCY
            return of_places and fits
        if unit in self._units:
            return bool(self._units[unit] != GONE)
        if self._kind_in(unit):
            return False
        agency = self._registry.unit(unit, self._region) or self._registry.get(unit)
        if agency is None or agency.region != self._region:
            return False
        above = {body.id for body in self._registry.parents(agency.id)}
        return f"pemda-{self._region}" in above or agency.kind == "enterprise"

    def _kind_in(self, unit: str) -> str:
        """Return the kind of unit from an id that ends with the government's region ("dpu" for "dpu-33.74"); empty for any other text."""
        kind = unit.removesuffix(f"-{self._region}")
        is_kind = kind != unit and unit not in self._registry.bodies
        return kind if is_kind and (kind in self._units or kind in self._registry.units) else ""

    def _wrong(self, said: str, *path: object) -> Mistake:
        return self._document.mistake(said, *path)
