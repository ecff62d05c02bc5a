"""Finds who looks into abuse of office in an agency."""

from collections.abc import Mapping, Sequence
from typing import Final

from normalizer.places.gazetteer import PROVINCE
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
"""Share of the score of the agency that looks into another official who is accused: it comes before that of the unit in which he acts."""

_OTHER_DOOR: Final = 0.3
"""Share of the score of an agency that may also look into the head of a region."""


def watchdog_of(agency: Agency, rules: Rules, registry: Registry, groups: Groups = NO_GROUPS) -> Agency | None:
    """Return the agency that looks into abuse of office in an agency: usually an inspectorate, sometimes the agency itself.

    The rule for the agency applies, or else that for its nearest parent that has one; None if there is none.
    If the head of a regional government is accused, the inspectorate of the Ministry of Home Affairs looks into a governor, and that of
    the province into a regent or mayor (UU 23/2014 Pasal 373 to 380).

    Args:
        agency: the agency that is complained of.
        rules: the rules, which say who looks into national agencies.
        registry: the agencies that exist.
        groups: the word groups of the text with their positions; they show whether a head of region is accused.
    """
    for body in (agency, *registry.parents(agency.id)):
        if body.id == "polri":
            return registry.get(rules.oversight.police)
        if body.id in rules.oversight.itself:
            return body
        if body.id in rules.oversight.national:
            return registry.get(rules.oversight.national[body.id])
        if body.kind == "government" and body.region:
            return _over_government(body.region, rules, registry, groups)
    return None


def accused(facts: Facts, rules: Rules) -> list[tuple[str, float]]:
    """Return the ids of the agencies that look into the heads of regions whom the reader found accused, each with its share of the score.

    Empty if there are none. The Corruption Eradication Commission is the other door for a governor (UU 19/2019 Pasal 11).
    """
    groups, place = facts.reading.groups, facts.place
    for group, body in rules.oversight.accused.items():
        if group in groups:
            return [(body, _OTHERS)]
    if "accused_council" in groups and place.province:
        seat = place.province if "council_province" in groups else place.regency or place.province
        return [(f"dprd-{seat}", _OTHERS)]
    if "accused_inspectorate" in groups and place.province:
        centre = "inspectorate_province" in groups or place.regency is None or place.province == DKI
        return [(rules.oversight.national["kemendagri"] if centre else f"inspektorat-{place.province}", _OTHERS)]
    if "accused_governor" in groups:
        return [(rules.oversight.national["kemendagri"], 1.0), ("kpk", _OTHER_DOOR)]
    if "accused_mayor" in groups and place.province and place.province != DKI:
        return [(f"inspektorat-{place.province}", 1.0), (rules.oversight.national["kemendagri"], _OTHER_DOOR)]
    return []


def _over_government(region: str, rules: Rules, registry: Registry, groups: Groups) -> Agency | None:
    if "accused_council" in groups:
        return registry.unit("dprd", region)
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
