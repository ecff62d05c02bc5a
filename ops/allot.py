"""Proposes a government's allotment from the reports that its officers handed on, with the numbers of reports as evidence."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import orjson

from normalizer.text import fold
from ops.own import Own, own_of
from ops.quality.labelled import Labelled
from router.agencies.registry import Agency, Registry
from router.agencies.resolve import resolve
from router.agencies.spelling import clean
from router.allotments.edition import AT_DISTRICT, AT_VILLAGE
from router.routing import Router
from router.within import House

_OF_PLACES: Final = {"kec": f"kec{AT_DISTRICT}", "kel": f"kel{AT_VILLAGE}"}
"""The kinds of offices that each district or village of a government has, as an allotment file writes them."""

_ANOTHER_FROM: Final = 3
"""The minimum number of reports with a second name for the same kind of unit, so that it is another unit and not a spelling."""

_KEY_WORDS: Final = frozenset(
    ("dinas", "badan", "kantor", "bagian", "biro", "uptd", "upt", "dan", "pemerintah", "daerah")
)
"""Words that are left out of the key of a unit that only this government has."""

_LONGEST_KEY: Final = 40


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed allotment.

    Attributes:
        text: the content of the allotment file.
        reports: the number of reports that count in it.
        own: the reports that it was made from, and those that were left out.
        unread: the number of reports whose subject is not clear.
    """

    text: str
    reports: int
    own: Own
    unread: int


def proposed(history: Sequence[Labelled], region: str, router: Router, *, since: date, source: str) -> Proposal:
    """Return the allotment that a government's reports suggest.

    Each report of the government's own (see ops.own) counts for its first subject and the unit that an officer chose.

    Args:
        history: the reports, each with the unit's name.
        region: the Kemendagri code of the government's region.
        router: reads the reports; its registry has the usual kinds of unit.
        since: the first day of the edition.
        source: the name of the file with the reports.

    Raises:
        ConfigurationError: no government has this region.
    """
    house = House.of(f"pemda-{region}", router.registry)
    own = own_of(history, house, router)
    units = _units(own.reports, house, router.registry)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    unread = 0
    for report in own.reports:
        unit = units.get(report.best[0])
        if unit is None:
            continue
        reading = router.reader.read(report.text, title=report.title, address=report.address, region=region)
        if reading.subjects:
            counts[reading.subjects[0].id][unit.key] += 1
        else:
            unread += 1
    reports = sum(sum(row.values()) for row in counts.values())
    used = {key for row in counts.values() for key in row}
    named = {unit.key: unit for unit in units.values() if unit.key in used}
    text = _file(house, named, counts, since=since, source=f"{reports} reports of {source}", router=router)
    return Proposal(text, reports, own, unread)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit of a government.

    Attributes:
        key: its kind, as an allotment file writes it.
        name: its own name; empty if it has the name in the registry.
    """

    key: str
    name: str


def _units(history: Sequence[Labelled], house: House, registry: Registry) -> dict[str, _Unit]:
    """Return the unit for each written name. Names of the government itself are left out."""
    written = Counter(report.best[0] for report in history)
    units: dict[str, _Unit] = {}
    first: dict[str, str] = {}
    for name, reports in written.most_common():
        agency = resolve(registry, name, house.region)
        own = _without_place(name, house, registry)
        kind = _kind(agency, house, registry) if agency else ""
        if kind and (
            kind in _OF_PLACES.values()
            or first.setdefault(kind, own) == own
            or reports < _ANOTHER_FROM
            or (agency and clean(name) == clean(agency.name))
        ):
            units[name] = _known(kind, own, agency, registry)
        elif agency is None or agency.id != house.agency.id:
            units[name] = _Unit(_key(own), own)
    return units


def _kind(agency: Agency, house: House, registry: Registry) -> str:
    """Return the kind of a unit as an allotment file writes it, or the id of a listed body; empty for the government itself."""
    if agency.id in registry.bodies:
        return agency.id
    kind = agency.id.rpartition("-")[0]
    if agency.id == house.agency.id or not kind:
        return ""
    return _OF_PLACES.get(kind, kind) if agency.region != house.region else kind


def _known(kind: str, own: str, agency: Agency | None, registry: Registry) -> _Unit:
    if agency is None or kind in _OF_PLACES.values() or kind in registry.bodies:
        return _Unit(kind, "")
    same = clean(own) == clean(agency.name) or clean(agency.name).startswith(clean(own))
    return _Unit(kind, "" if same or fold(own).decode("ascii") in registry.units[kind]["aliases"] else own)


def _without_place(name: str, house: House, registry: Registry) -> str:
    """Return a unit's name without the government's place at its end ("Dinas Sosial Kota Semarang")."""
    place = registry.gazetteer.full_name(house.region)
    short = re.escape(place.split(" ", 1)[-1])
    return re.sub(
        rf"\s+(?:{re.escape(place)}|(?:kota|kab\.?|kabupaten|provinsi)?\s*{short})\s*$", "", name, flags=re.IGNORECASE
    ).strip()


def _key(name: str) -> str:
    """Return the key of a unit that only this government has, made from its name."""
    words = [word for word in re.sub(r"\d", " ", fold(name).decode("ascii")).split() if word not in _KEY_WORDS]
    return "-".join(words)[:_LONGEST_KEY].strip("-") or "unit"


def _file(  # noqa: PLR0913 - the parts of the file
    house: House,
    units: Mapping[str, _Unit],
    counts: Mapping[str, Counter[str]],
    *,
    since: date,
    source: str,
    router: Router,
) -> str:
    lines = [
        f"# How {house.agency.name} divides its tasks, as its reports show. Proposed: read it, correct it, and check it with",
        "# `lapor agency check`. The number beside a unit is that of its reports about the subject.",
        f"government: {house.agency.id}",
        "editions:",
        f"  - since: {since}",
        f"    source: {_quoted(source)}",
    ]
    named = sorted((unit for unit in units.values() if unit.name), key=lambda unit: unit.key)
    lines += ["    units:"] if named else []
    lines += [f"      {unit.key}: {{name: {_quoted(unit.name)}}}" for unit in named]
    lines += ["    subjects:"] if counts else []
    for subject, row in sorted(counts.items(), key=lambda one: -sum(one[1].values())):
        shares = ", ".join(f"{_plain(unit)}: {reports}" for unit, reports in row.most_common())
        lines.append(f"      {subject}: {{{shares}}}  # {router.subject_names.get(subject, subject)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a text as a quoted YAML scalar; JSON strings are valid ones."""
    return orjson.dumps(text).decode()


def _plain(unit: str) -> str:
    return f'"{unit}"' if "@" in unit else unit
