"""Finds the agency that investigates abuse of office in another agency."""

from collections.abc import Mapping, Sequence
from typing import Final

from normalizer.places.gazetteer import PROVINCE
from normalizer.results import PlaceReading
from router.agencies.registry import DKI, Agency, Registry
from router.facts import Facts
from router.rulebook.rules import Rules

Groups = Mapping[str, Sequence[int]]
"""The word groups that a text has, each with the positions of its words."""

NO_GROUPS: Final[Groups] = {}

_ACCUSED_BEFORE: Final = 2
_ACCUSED_AFTER: Final = 3
"""Maximum distance in words of an accusation before and after the title of a head of region (the region's name may come between)."""

_OTHERS: Final = 1.6
"""Share of the score for the agency that investigates any other accused official: it ranks before the one for the unit he works in."""

_OTHER_DOOR: Final = 0.3
"""Share of the score for an agency that may also investigate the accused official."""

OF_REGION: Final = frozenset(("accused_governor", "accused_mayor", "accused_inspectorate"))
"""The word groups of accused officials of regions into whom the Ministry of Home Affairs may look."""


def watchdog_of(agency: Agency, rules: Rules, registry: Registry, groups: Groups = NO_GROUPS) -> Agency | None:
    """Return the agency that investigates abuse of office in an agency: usually an inspectorate, sometimes the agency itself.

    The rule for the agency applies, or else that for its nearest parent that has one; None if there is none. No inspectorate of a ministry
    investigates a minister, or the staff of a local office.
    If the head of a regional government is accused, the inspectorate of the Ministry of Home Affairs investigates a governor, and that of
    the province a regent or mayor (UU 23/2014 Pasal 373 to 380).
    """
    for body in (agency, *registry.parents(agency.id)):
        if body.kind == "government" and body.region:
            return _over_government(body.region, rules, registry, groups)
        if "accused_minister" in groups:
            continue
        if "accused_regional_staff" in groups:
            return None
        if body.id == "polri":
            members = "accused_police" in groups
            return registry.get(rules.oversight.accused["accused_police"] if members else rules.oversight.police)
        if body.id in rules.oversight.itself:
            return body
        if body.id in rules.oversight.national:
            over = "accused_central_auditor" in groups
            return body if over else registry.get(rules.oversight.national[body.id])
    return None


def accused(facts: Facts, rules: Rules) -> list[tuple[str, float]]:
    """Return the ids of the agencies that investigate the officials whom the reader found accused, each with its share of the score.

    Empty if there are none. The Corruption Eradication Commission may also investigate a governor (UU 19/2019 Pasal 11).
    """
    groups = facts.reading.groups
    for group, body in rules.oversight.accused.items():
        if group in groups:
            return [(body, _OTHERS), *((one, _OTHER_DOOR) for one in rules.oversight.beside.get(group, ()))]
    if "accused_governor" in groups and "accused_council" not in groups and "accused_inspectorate" not in groups:
        return [(rules.oversight.national["kemendagri"], 1.0), ("kpk", _OTHER_DOOR)]
    return _accused_in(facts.place, groups, rules) if facts.place.province else []


def _accused_in(place: PlaceReading, groups: Groups, rules: Rules) -> list[tuple[str, float]]:
    """Return the agencies that investigate accused officials of a region whose province is known, each with its share of the score."""
    centre = rules.oversight.national["kemendagri"]
    in_province = place.regency is None or place.province == DKI
    if "accused_council" in groups:
        seat = place.province if "council_province" in groups else place.regency or place.province
        return [(f"dprd-{seat}", _OTHERS)]
    if "accused_inspectorate" in groups:
        above = "inspectorate_province" in groups or in_province
        return [(centre if above else f"inspektorat-{place.province}", _OTHERS)]
    if "accused_mayor" in groups and place.province != DKI:
        return [(f"inspektorat-{place.province}", 1.0), (centre, _OTHER_DOOR)]
    if "accused_regional_staff" in groups and "no_answer" not in groups:
        provincial = "accused_province_office" in groups or in_province
        return [(f"inspektorat-{place.province if provincial else place.regency}", 1.0)]
    return []


def lacks_region(facts: Facts) -> bool:
    """Return whether staff of a local office are accused but its province is not known, so that no agency to investigate it is found."""
    return facts.oversight and facts.place.province is None and "regional_staff_acts" in facts.reading.groups


def _over_government(region: str, rules: Rules, registry: Registry, groups: Groups) -> Agency | None:
    if "accused_council" in groups:
        return registry.unit("dprd", region)
    if "accused_regional_staff" not in groups and ("central_staff" in groups or "accused_national_staff" in groups):
        return None
    if "accused_province_office" in groups:
        region = region[:PROVINCE]
    mayor = _is_accused("mayor", groups) or "accused_inspectorate" in groups
    if _is_accused("governor", groups) or (mayor and len(region) == PROVINCE):
        return registry.get(rules.oversight.national["kemendagri"])
    return registry.unit("inspektorat", region[:PROVINCE] if mayor else region)


def _is_accused(head: str, groups: Groups) -> bool:
    """Return whether the text accuses a head of region; not "mohon pak bupati ...".

    It does if an accusation is near his title ("bupati X diduga ..."), or if the reader found that he takes money or is the one who acts.
    """
    if f"accused_{head}" in groups:
        return True
    if f"told_{head}" in groups:
        return False
    accusations = groups.get("accusation", ())
    return any(-_ACCUSED_BEFORE <= at - named <= _ACCUSED_AFTER for named in groups.get(head, ()) for at in accusations)
