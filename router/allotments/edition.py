"""A government's own division of tasks from a day on, and the divisions of all governments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from normalizer.places.gazetteer import PROVINCE
from normalizer.results import PlaceReading
from router.agencies.registry import DKI, OWN, Agency, Registry
from router.facts import Facts
from router.rulebook.rules import Owner, Rule

AT_DISTRICT, AT_VILLAGE = "@district", "@village"
"""Endings of a unit that each district or village has ("kec@district")."""

_DISTRICT, _VILLAGE = 2, 3
"""The indices in PlaceReading.codes of the district and the village."""

GONE: Final = "none"
"""The value in a file for a unit that the government no longer has from an edition's day on."""


class Allotted(NamedTuple):
    """A unit to which a government gives a subject.

    Attributes:
        unit: the kind of unit ("dpu"), with AT_DISTRICT or AT_VILLAGE if each district or village has one; or the id of a company of the
            region.
        reports: the number of reports about the subject that went to it; 0 if a person named the unit.
    """

    unit: str
    reports: int


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """A government's division of tasks from a day on.

    Attributes:
        region: the Kemendagri code of the government's region.
        since: the first day.
        version: the region, the day and a digest of the content: decisions record it.
        agencies: the government's units under their own names, by id.
        subjects: by subject, the units that have it, the first one first.
        officer: the unit of the managing officer (*pejabat pengelola pengaduan*), who gets complaints without a known unit; empty if none.
        gone: by id, the usual units that the government does not have, each with the agency that gets their subjects.
    """

    region: str
    since: date
    version: str
    agencies: Mapping[str, Agency]
    subjects: Mapping[str, tuple[Allotted, ...]]
    officer: str = ""
    gone: Mapping[str, Agency] = field(default_factory=dict)

    def now(self, agency: Agency) -> Agency:
        """Return an agency under the government's own name for it, or the heir of a unit that the government does not have."""
        return self.gone.get(agency.id) or self.agencies.get(agency.id, agency)

    def named(self, unit_id: str, registry: Registry) -> Agency | None:
        """Return the unit with an id, or its heir if the government does not have it; None if the unit belongs to other editions only."""
        agency = registry.get(unit_id)
        is_own = bool(registry.units.get(unit_id.rpartition("-")[0], _NO_KIND).get(OWN))
        if agency is None or (is_own and unit_id not in self.agencies and unit_id not in self.gone):
            return None
        return self.now(agency)

    def agency(self, unit: str, place: PlaceReading, registry: Registry) -> Agency | None:
        """Return the agency for a unit of the file at a place; None if the unit's district or village is not known, or no agency fits."""
        kind, at, _ = unit.partition("@")
        if at:
            code = place.codes[_DISTRICT if unit.endswith(AT_DISTRICT) else _VILLAGE]
            return registry.unit(kind, code) if code else None
        own = f"{kind}-{self.region}"
        return self.agencies.get(own) or registry.get(own) or registry.get(kind)


_NO_KIND: Final[Mapping[str, object]] = {}
_NONE: Final[Mapping[str, tuple[Edition, ...]]] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Allotments:
    """The divisions of tasks of all governments that have a file.

    Attributes:
        editions: by region, the editions of its government, the latest first.
        today: the day on which they were loaded; it counts for a complaint whose day is not known.
    """

    editions: Mapping[str, tuple[Edition, ...]] = field(default_factory=lambda: _NONE)
    today: date = date.max

    def at(self, region: str | None, day: date | None) -> Edition | None:
        """Return the edition of a region's government on a day; None if there is none yet."""
        if region is None:
            return None
        seat = DKI if region[:PROVINCE] == DKI else region
        when = day or self.today
        return next((one for one in self.editions.get(seat, ()) if one.since <= when), None)

    def gone(self, place: PlaceReading, day: date | None) -> list[str]:
        """Return the ids of the usual units that the governments of a place do not have on a day."""
        return [unit for edition in self.of_place(place, day) if edition for unit in edition.gone]

    def of_place(self, place: PlaceReading, day: date | None) -> tuple[Edition | None, Edition | None]:
        """Return the editions of the governments of the regency and of the province of a place, on a day."""
        if not self.editions:
            return None, None
        if place.province == DKI:
            edition = self.at(DKI, day)
            return edition, edition
        return self.at(place.regency, day), self.at(place.province, day)


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """The divisions of tasks of a folder, and the registry with the units that they name."""

    allotments: Allotments
    registry: Registry


RANK_DECAY: Final = 0.35
"""Factor between the weights of two successive owners of a subject: each weighs this much of the one before it."""

DEFAULT_REPORTS: Final = 4.0
"""Number of a government's reports that weigh as much as the national default for a subject, so that one odd report moves nothing.
Values from one to four made no difference when halves of the reports of three cities were compared."""


class Named(NamedTuple):
    """An agency that the law, or a government's division of tasks, names as an owner of a subject.

    Attributes:
        owner: the owner in the rule of law; for a unit from a division of tasks, the owner that it replaces.
        agency: the agency at the place.
        weight: its part in the subject's score.
        divided: whether the government's own division of tasks names it.
        decided: whether a person put it first for the subject, in a division of tasks that lists units and not numbers of reports.
    """

    owner: Owner
    agency: Agency
    weight: float
    divided: bool = False
    decided: bool = False


def in_order(owners: Sequence[tuple[Owner, Agency]], home: str) -> list[Named]:
    """Return the owners that the law names, with their weights.

    If a complaint came through a government's own channel and the first owner is a national body that the text did not select by a
    condition, the owners of that government without conditions come first. Between tiers of governments the law decides.
    """
    if home and owners and not owners[0][0].needs and not owners[0][0].level:
        owners = sorted(owners, key=lambda one: not (_is_home(one[1], home) and not one[0].needs))
    return [Named(owner, agency, RANK_DECAY**place) for place, (owner, agency) in enumerate(owners)]


def _is_home(agency: Agency, home: str) -> bool:
    region = agency.region or ""
    return region.startswith(home) and (len(region) == len(home) or len(home) > PROVINCE)


def divided(named: list[Named], rule: Rule, facts: Facts, edition: Edition, registry: Registry) -> list[Named]:
    """Return the owners of a subject after a government's own division of tasks is applied.

    The division's units replace the government's owners, at the place of the first of these. If it counts reports, the weights are their
    shares, mixed with the national default; otherwise each unit weighs less than the one before it. Owners of a subject that it does not
    name only get their own names. If the law names no owner of the government, its units count only if the choice is within it.
    """
    own = [one._replace(agency=edition.now(one.agency)) for one in named]
    allotted = edition.subjects.get(rule.subject, ())
    units = [(one, agency) for one in allotted if (agency := edition.agency(one.unit, facts.place, registry))]
    of_law = [one for one in own if _is_of(one.agency, edition, registry)]
    if not units or not (of_law or facts.within):
        return own
    others = [one for one in own if one not in of_law]
    before = own.index(of_law[0]) if of_law else len(own)
    owner = of_law[0].owner if of_law else rule.owners[0]
    top = RANK_DECAY**before
    found = [Named(owner, agency, top * share, divided=True) for agency, share in _shares(units, of_law)]
    if not any(one.reports for one, _ in units):
        found[0] = found[0]._replace(decided=True)
    after = [one._replace(weight=RANK_DECAY ** (before + 1 + place)) for place, one in enumerate(others[before:])]
    return others[:before] + found + after


def _shares(units: Sequence[tuple[Allotted, Agency]], of_law: Sequence[Named]) -> list[tuple[Agency, float]]:
    """Return the agencies that have the subject with their weights, the largest first.

    Shares of counted reports add up to 1 / (1 - RANK_DECAY), the sum of the weights of an endless list in order.
    """
    reports = sum(one.reports for one, _ in units)
    if not reports:
        return [(agency, RANK_DECAY**place) for place, (_, agency) in enumerate(units)]
    whole = (reports + (DEFAULT_REPORTS if of_law else 0.0)) * (1.0 - RANK_DECAY)
    defaults = sum(one.weight for one in of_law)
    shares: dict[str, tuple[Agency, float]] = {}
    for one, agency in units:
        shares[agency.id] = (agency, one.reports / whole)
    for named in of_law:
        agency, share = shares.get(named.agency.id, (named.agency, 0.0))
        shares[agency.id] = (agency, share + DEFAULT_REPORTS * named.weight / defaults / whole)
    return sorted(shares.values(), key=lambda one: -one[1])


def _is_of(agency: Agency, edition: Edition, registry: Registry) -> bool:
    """Return whether an agency is the government of an edition or a unit of it, not a branch of a national agency in its region."""
    government = registry.government_of(agency)
    return government is not None and government.id == f"pemda-{edition.region}"


def merged(before: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
    """Return the units from an edition's day on, as plain data of the file that need not be checked yet.

    A unit keeps the fields that the edition does not name. A unit that was gone keeps nothing.
    """
    units = dict(before)
    for key, unit in news.items():
        earlier = units.get(key)
        units[str(key)] = {**earlier, **unit} if isinstance(earlier, Mapping) and isinstance(unit, Mapping) else unit
    return units
