"""Finds the reports of a history that one government's own units handled, and says which reports it leaves out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ops.quality.labelled import Labelled
from router.agencies.resolve import resolve
from router.facts import is_outside
from router.routing import Router
from router.within import House


@dataclass(frozen=True, slots=True)
class Own:
    """The reports that a government's own units handled, and the others of a history.

    Attributes:
        reports: the reports, each with the name of a unit.
        outside: the numbers of reports that went to agencies outside the government, by the agency's name.
        elsewhere: the number of reports left out because their texts name another region, and their units' names no place.
        unknown: the numbers of reports by unit names that the registry does not know; they count as units of the government.
    """

    reports: list[Labelled]
    outside: Mapping[str, int]
    elsewhere: int
    unknown: Mapping[str, int]

    def sentences(self) -> list[str]:
        """Return sentences for people about the reports that were left out, and the unknown names that were taken."""
        found = (
            [f"{sum(self.outside.values())} reports went to agencies outside the government"] if self.outside else []
        )
        if self.elsewhere:
            found.append(f"{self.elsewhere} reports are about another region")
        if self.unknown:
            listed = ", ".join(f"{name!r} ({count})" for name, count in self.unknown.items())
            found.append(f"names that the registry does not know, taken as units of the government's own: {listed}")
        return found


def own_of(history: Sequence[Labelled], house: House, router: Router) -> Own:
    """Return the reports of a history that a government's own units handled.

    A report counts unless the officer chose an agency outside the government. A name that the registry does not know counts unless it names
    another region. A report whose text names another region does not count, unless the unit's name contains a place.
    """
    written = Counter(report.best[0] for report in history)
    outside, unknown = {}, {}
    for name, reports in written.most_common():
        agency = resolve(router.registry, name, house.region)
        if agency is None and not is_outside(router.reader.read(name).place, house.region):
            unknown[name] = reports
        elif agency is None or not house.has(agency, router.registry):
            outside[name] = reports
    inside = [report for report in history if report.best[0] not in outside]
    kept = [report for report in inside if not _is_of_another(report, house, router)]
    return Own(kept, outside, len(inside) - len(kept), unknown)


def _is_of_another(report: Labelled, house: House, router: Router) -> bool:
    named = resolve(router.registry, report.best[0])
    if named is not None and named.region:
        return False
    place = router.reader.read(report.text, title=report.title, address=report.address).place
    return is_outside(place, house.region)
