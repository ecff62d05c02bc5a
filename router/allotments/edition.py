"""A government's own division of tasks from a day on, and the divisions of all governments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from normalizer.places.gazetteer import PROVINCE
from normalizer.results import PlaceReading
from router.agencies.registry import DKI, OWN, Agency, Registry

AT_DISTRICT, AT_VILLAGE = "@district", "@village"
"""Endings of a unit that each district or village has ("kec@district")."""

_DISTRICT, _VILLAGE = 2, 3
"""The indices in PlaceReading.codes of the district and the village."""


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
