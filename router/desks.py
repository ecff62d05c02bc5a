"""Finds the triage desk that gets a complaint if no responsible agency is known."""

from collections.abc import Collection
from typing import Final

from router.agencies.registry import Agency, Registry
from router.allotments.edition import Allotments
from router.facts import Facts
from router.rulebook.rules import Rules
from router.watchdog import watchdog_of

DESK_IS_RIGHT: Final = 0.1
"""Probability that a triage desk is itself the agency that must handle the complaint: 2 of 18 on labelled reports."""


class Desks:
    """The triage desks: the managing officers of governments or the governments themselves, and the national administrator."""

    def __init__(self, rules: Rules, registry: Registry, allotments: Allotments) -> None:
        self._rules = rules
        self._registry = registry
        self._allotments = allotments

    def of(self, facts: Facts, refused: Collection[str]) -> Agency:
        """Return the nearest triage desk that has not refused: the regency's, the province's, then the national administrator.

        A report of abuse of office goes, instead of to the desk of a regency or province, to the agency that investigates its government,
        because that government may itself be accused.
        """
        for code in (facts.place.regency, facts.place.province):
            desk = self._of_region(Registry.seat(code), facts) if code else None
            if desk and desk.id not in refused:
                return desk
        return self._registry.national_administrator

    def _of_region(self, seat: str, facts: Facts) -> Agency | None:
        government = self._registry.unit("pemda", seat)
        if government and facts.oversight:
            return watchdog_of(government, self._rules, self._registry, facts.reading.groups)
        return self.officer(seat, facts) or government

    def officer(self, region: str, facts: Facts) -> Agency | None:
        """Return the managing officer (*pejabat pengelola pengaduan*) of a region's government, if its file names one."""
        edition = self._allotments.at(region or None, facts.day)
        return edition.agency(edition.officer, facts.place, self._registry) if edition and edition.officer else None
