"""The reason of law for an agency, as the citizen reads it. It names the agency's own tier, never another one or another agency."""

from typing import Final

from normalizer.results import Thing
from normalizer.text import fold
from router.agencies.registry import Agency, Registry
from router.rulebook.rules import Owner
from router.rulebook.tiers import PLACEHOLDER, Tier, tier_name, tier_of, tiers_named

JOINT: Final = f"hal ini juga menjadi tugas {PLACEHOLDER}"
"""The reason for an owner for whom the reason of the rule is not true: a body that shares the task."""

COMPANY: Final = "company"
"""The tier of a thing that a company runs."""

_LONGEST_NAME: Final = 6
"""Maximum number of words of an agency's name that is looked for in a reason."""

_SHORTEST_NAME: Final = 3
"""Minimum number of characters of such a name."""

_GOVERNMENT: Final = "pemda"
"""The kind of unit that is the local government itself. Any of its units may be meant by it, if a reason names no other."""


class Reasons:
    """Finds what a reason names, and writes the reason for an agency."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._read: dict[str, tuple[frozenset[Tier], frozenset[str]]] = {}
        self._names: dict[str, str] = {}
        for agency in registry.bodies.values():
            for name in (agency.name, *agency.aliases):
                written = fold(name).decode("ascii")
                if len(written) >= _SHORTEST_NAME:
                    self._names.setdefault(written, agency.id)
        for kind, template in registry.units.items():
            for name in (template["name"], template.get("province_name") or "", *template["aliases"]):
                written = fold(name.replace("{place}", "")).decode("ascii")
                if " " in written or kind == "inspektorat":  # "puskesmas" and "lapas" are places, not offices
                    self._names.setdefault(written, kind)

    def of(self, owner: Owner, agency: Agency) -> str:
        """Return the reason why an agency owns a complaint, with the law."""
        reason = owner.reason if self.fits(owner.reason, agency) else JOINT
        if PLACEHOLDER in reason:
            reason = reason.replace(PLACEHOLDER, tier_name(agency, self._registry))
        return f"{reason} ({owner.law})"

    def of_thing(self, thing: Thing, agency: Agency) -> str:
        """Return the reason why an agency is responsible for a named thing, with the law: its tier, or the company that runs it."""
        if thing.tier != COMPANY:
            return f"{thing.name} adalah urusan {tier_name(agency, self._registry)} ({thing.law})"
        if thing.name == agency.name:
            return f"layanan tersebut diselenggarakannya ({thing.law})"
        return f"{thing.name} dikelola {agency.name} ({thing.law})"

    def fits(self, reason: str, agency: Agency) -> bool:
        """Return whether a reason is true of an agency.

        It names no other tier; if it names agencies or kinds of unit, then this one, one above it or one below it.
        """
        read = self._read.get(reason)
        if read is None:
            read = self._read[reason] = (tiers_named(reason), self.named(reason))
        tiers, named = read
        if tiers and tiers != {tier_of(agency, self._registry)}:
            return False
        return not named or self.is_named(named, agency)

    def is_named(self, named: frozenset[str], agency: Agency) -> bool:
        """Return whether one of the agencies and kinds of unit that a reason names is an agency, or is above or below it."""
        above = {one.id for one in self._registry.parents(agency.id)} - {self._registry.administrator_id}
        house = {agency.id} | above
        offices = named - {_GOVERNMENT} or named
        return any(self._is_of(one, agency, house) for one in offices)

    def _is_of(self, one: str, agency: Agency, house: set[str]) -> bool:
        """Return whether an agency or a kind of unit that a reason names is the agency, or is above or below it."""
        template = self._registry.units.get(one)
        if template is None:
            return one in house or agency.id in {above.id for above in self._registry.parents(one)}
        if one == _GOVERNMENT:
            return self._registry.government_of(agency) is not None
        if template.get("national") in house:
            return True
        kinds = {_kind(member) for member in house}
        return one in kinds or template.get("under") == _kind(agency.id)

    def named(self, reason: str) -> frozenset[str]:
        """Return the ids of the listed agencies and the kinds of unit that a reason names."""
        words = fold(reason).decode("ascii").split()
        found = set()
        at = 0
        while at < len(words):
            size = next(
                (size for size in range(_LONGEST_NAME, 0, -1) if " ".join(words[at : at + size]) in self._names), 0
            )
            if size:
                found.add(self._names[" ".join(words[at : at + size])])
            at += size or 1
        return frozenset(found)


def _kind(agency_id: str) -> str:
    """Return the kind of a unit ("dishub" of "dishub-33.74")."""
    return agency_id.rpartition("-")[0]
