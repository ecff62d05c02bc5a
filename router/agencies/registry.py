"""All agencies that can own a complaint, by a stable id. Nearly all local ones are made from a kind of unit and a region, not listed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from complaints.event import AgencyRef
from normalizer.cache import parsed
from normalizer.places.gazetteer import DISTRICT, PROVINCE, REGENCY, VILLAGE, Gazetteer

DKI = "31"
"""Code of DKI Jakarta, whose cities are administrative: its units belong to the province (UU 29/2007)."""


OWN = "own"
"""The field that marks a kind of unit as one that exists only in an allotment."""

_OF_ANY_PLACE = ("Dinas", "Badan", "Rumah Sakit", "PD")
"""Beginnings of a government's own unit names that need the place added, because other places have the same name."""


@dataclass(frozen=True, slots=True)
class Agency:
    """A public body that can own a complaint.

    Attributes:
        id: a short name ("pln"), or for a local unit its kind and the code of its region ("dishub-33.74").
        name: its official name.
        kind: "ministry", "agency", "directorate", "inspectorate", "enterprise", "university",
            "unit", "government", "district", "village", or "learnt" for an agency that only a model has.
        parent: the id of the agency above; None only for the national administrator.
        region: the Kemendagri code of the region that it belongs to; None if it belongs to the whole country.
        aliases: other names, including former ones.
    """

    id: str
    name: str
    kind: str
    parent: str | None
    region: str | None = None
    aliases: tuple[str, ...] = ()

    @property
    def ref(self) -> AgencyRef:
        """The agency's id and name, the form in which events refer to it."""
        return AgencyRef(id=self.id, name=self.name)


@dataclass(frozen=True, slots=True, eq=False)
class Registry:
    """All known agencies. Knows nothing of complaints.

    Attributes:
        version: the latest version of its data files.
        administrator_id: the id of the national administrator.
        bodies: the listed agencies by id: national ones, and a few of provinces.
        units: the kinds of local unit, as units.yaml describes them.
        local_names: by region, the names that a government uses for its units instead of the standard ones, by kind of unit.
        gazetteer: the names of all regions.
        learnt_names: folded names learnt from officers, each with the id of the agency that they meant.
        written: further names that officers write, by agency or kind of unit; texts are not searched for them.
        unique: names that only one local unit has, by the unit's id.
        shared: names that agencies of several provinces share, each with the ids of these agencies.
        successors: ids of former agencies, each with the id of the agency that took over their duties: old dispositions stay readable.
        local_aliases: by region, further names of a government's units, by kind of unit.
        above: by the id of a unit, the id of the unit above it, if its government's allotment names one.
    """

    version: str
    administrator_id: str
    bodies: dict[str, Agency]
    units: Mapping[str, Mapping[str, Any]]
    local_names: Mapping[str, Mapping[str, str]]
    gazetteer: Gazetteer
    learnt_names: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unique: Mapping[str, Sequence[str]] = field(default_factory=dict)
    shared: Mapping[str, Sequence[str]] = field(default_factory=dict)
    successors: dict[str, str] = field(default_factory=dict)
    local_aliases: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    above: Mapping[str, str] = field(default_factory=dict)
    _made: dict[str, Agency | None] = field(default_factory=dict)
    _chains: dict[str, tuple[Agency, ...]] = field(default_factory=dict)

    @classmethod
    @cache
    def load(cls) -> "Registry":
        """Return the registry of the packaged data files, which are read once: each caller gets the same object."""
        files = ("bodies.yaml", "units.yaml", "names.yaml", "universities.yaml")
        return registry_from(*(parsed("router", name) for name in files))

    @property
    def national_administrator(self) -> Agency:
        """The last triage desk (KemenPANRB): it owns what no other agency takes, so the router ignores its refusals."""
        return self.bodies[self.administrator_id]

    def get(self, agency_id: str) -> Agency | None:
        """Return the agency with this id, or the successor of the former agency with this id; None if there is none."""
        if agency_id not in self._made:
            now = self.successors.get(agency_id, agency_id)
            self._made[agency_id] = self.bodies[now] if now in self.bodies else self._make(now)
        return self._made[agency_id]

    def name_of(self, agency_id: str) -> str:
        """Return the name of an agency, or the id itself if there is none."""
        agency = self.get(agency_id)
        return agency.name if agency else agency_id

    def parents(self, agency_id: str) -> tuple[Agency, ...]:
        """Return the agencies above an agency up to the national administrator, nearest first.

        Empty for an unknown id and for the national administrator.
        """
        known = self._chains.get(agency_id)
        if known is not None:
            return known
        chain: list[Agency] = []
        agency = self.get(agency_id)
        while agency and agency.parent:
            agency = self.get(agency.parent)
            if agency:
                chain.append(agency)
        known = self._chains[agency_id] = tuple(chain)
        return known

    def government_of(self, agency: Agency) -> Agency | None:
        """Return the government that an agency is or belongs to; None for a national agency or its branch."""
        return next((one for one in (agency, *self.parents(agency.id)) if one.kind == "government"), None)

    def with_learnt(self, bodies: Sequence[Agency], names: Mapping[str, str]) -> "Registry":
        """Return a copy of the registry that also has these agencies, and has these learnt names instead of its own.

        An agency of the registry takes precedence over one of `bodies` with the same id.
        """
        known = {agency.id: agency for agency in bodies} | dict(self.bodies)
        return replace(self, bodies=known, learnt_names=names, _made={}, _chains={})

    def with_own(
        self,
        region: str,
        names: Mapping[str, str],
        templates: Mapping[str, Mapping[str, Any]],
        aliases: Mapping[str, Sequence[str]],
        above: Mapping[str, str],
    ) -> "Registry":
        """Return a copy of the registry in which a region's government has units of its own, or under its own names.

        Args:
            region: the code of the region.
            names: by kind of unit, the government's own names.
            templates: by kind, the units that only this government has (see `units`).
            aliases: by kind, further names that the government's officers write.
            above: by kind, the kind of the unit above it; without an entry the government itself is above.
        """
        own = {**self.local_names, region: {**self.local_names.get(region, {}), **names}}
        return replace(
            self,
            units={**self.units, **templates},
            local_names=own,
            local_aliases={**self.local_aliases, region: {**self.local_aliases.get(region, {}), **aliases}},
            above={**self.above, **{f"{unit}-{region}": f"{over}-{region}" for unit, over in above.items()}},
            _made={},
            _chains={},
        )

    def unit(self, unit: str, region: str) -> Agency | None:
        """Return the unit of a kind ("dishub") of the region with a code ("33.74"); None if either is unknown or it has none."""
        return self.get(f"{unit}-{region}")

    def unit_over(self, unit: str, region: str) -> Agency | None:
        """Return a region's unit of a kind, or the province's if the region has none; None if neither has one.

        In DKI Jakarta, return the province's unit, except for branches of national agencies.
        """
        branch = "national" in self.units.get(unit, {})
        seat = DKI if region[:PROVINCE] == DKI and not branch else region
        return self.unit(unit, seat) or (self.unit(unit, seat[:PROVINCE]) if len(seat) > PROVINCE else None)

    def _make(self, agency_id: str) -> Agency | None:
        unit, _, region = agency_id.rpartition("-")
        if not self.gazetteer.name(region):
            return None
        if len(region) > REGENCY:
            return self._small(agency_id, unit, region)
        template = self.units.get(unit)
        return self._unit(agency_id, unit, region, template) if template and self._has(unit, region, template) else None

    def _small(self, agency_id: str, unit: str, region: str) -> Agency | None:
        """Return the agency of a kind ("kec", "kel", "polsek", "kua") in a district or village; None if there is none."""
        name = self.gazetteer.name(region)
        if unit == "kel" and len(region) == VILLAGE:
            full = f"{self.gazetteer.full_name(region)} {self.gazetteer.name(region[:REGENCY])}"
            return Agency(agency_id, full, "village", f"kec-{region[:DISTRICT]}", region)
        if len(region) != DISTRICT:
            return None
        if unit == "kec":
            return Agency(agency_id, self._district_name(region), "district", f"pemda-{self.seat(region)}", region)
        if unit == "polsek":
            return Agency(agency_id, f"Kepolisian Sektor {name}", "unit", f"polres-{region[:REGENCY]}", region)
        if unit == "kua":
            full = f"Kantor Urusan Agama Kecamatan {name}"
            return Agency(agency_id, full, "unit", f"kankemenag-{region[:REGENCY]}", region)
        return None

    def _has(self, unit: str, region: str, template: Mapping[str, Any]) -> bool:
        """Return whether a region has a unit of a kind.

        It has one if regions of its level do, if its own name for the unit is known, or if it is DKI Jakarta and the unit is no branch of
        a national agency.
        """
        level = "p" if len(region) == PROVINCE else "r"
        seat = region == DKI and "national" not in template
        return level in template["levels"] or seat or unit in self.local_names.get(region, {})

    def _unit(self, agency_id: str, unit: str, region: str, template: Mapping[str, Any]) -> Agency:
        place = self.gazetteer.full_name(region)
        own = self.local_names.get(region, {}).get(unit)
        usual = template.get("province_name") if len(region) == PROVINCE else None
        name = own or usual or template["name"]
        alone = own and (place in own or not own.startswith(_OF_ANY_PLACE))
        full = name.format(place=place) if "{place}" in name else name if alone else f"{name} {place}"
        kind = "government" if unit == "pemda" else "inspectorate" if unit == "inspektorat" else "unit"
        return Agency(
            agency_id, full, kind, self._unit_parent(unit, region, template), region, tuple(template["aliases"])
        )

    def _unit_parent(self, unit: str, region: str, template: Mapping[str, Any]) -> str:
        if own := self.above.get(f"{unit}-{region}"):
            return own
        if "under" in template:
            return f"{template['under']}-{region}"
        if "national" in template:
            return str(template["national"])
        if unit == "pemda":
            return f"pemda-{region[:PROVINCE]}" if len(region) == REGENCY else self.administrator_id
        return f"pemda-{region}"

    def _district_name(self, region: str) -> str:
        return f"{self.gazetteer.full_name(region)} {self.gazetteer.name(region[:REGENCY])}"

    @staticmethod
    def seat(region: str) -> str:
        """Return the code of the region that governs a place: DKI Jakarta for a place in it, otherwise its regency or province."""
        return DKI if region[:PROVINCE] == DKI else region[:REGENCY]


def registry_from(
    national: Mapping[str, Any],
    local: Mapping[str, Any],
    names: Mapping[str, Any],
    universities: Mapping[str, Any],
) -> Registry:
    """Return the registry of documents that have the form of the data files.

    Raises:
        KeyError: a field is missing.
    """
    administrator = national["national_administrator"]
    rows = dict(national["bodies"])
    for key, row in universities["universities"].items():
        rows[key] = {"parent": "kemdiktisaintek", **row, "kind": "university"}
    bodies = {
        key: Agency(
            id=key,
            name=row["name"],
            kind=row["kind"],
            parent=None if key == administrator else row.get("parent", administrator),
            region=row.get("region"),
            aliases=tuple(row["aliases"]),
        )
        for key, row in rows.items()
    }
    return Registry(
        version=max(national["version"], local["version"], names["version"]),
        administrator_id=administrator,
        bodies=bodies,
        units=local["units"],
        local_names=local["names"],
        gazetteer=Gazetteer.load(),
        written=names["written"],
        unique=names["unique"],
        shared=names["shared"],
        successors=names["successors"],
    )
