"""Finds the offices around a case: its triage desks, its owner's government, and whom it escalates to."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from complaints.disposition import AgencyRef, Disposition, Evidence
from complaints.runtime import packaged
from router.agencies.registry import Agency, Registry
from router.desks import Desks
from router.facts import Facts

_MANAGING, _NATIONAL, _OVERSIGHT = "managing_officer", "national_administrator", "oversight"

GIVEN: Final = 0.99
"""The probability that an agency to which a person gives a case must handle it."""


def is_desk(agency_id: str, facts: Facts, desks: Desks) -> bool:
    """Return whether an agency is a triage desk for a place: its government's managing officer, its government, or the national one."""
    passed: set[str] = set()
    while True:
        desk = desks.of(facts, passed)
        if desk.id == agency_id:
            return True
        if desk.id in passed or not desk.region:
            return False
        passed.add(desk.id)


def same_house(registry: Registry, one: str, other: str) -> bool:
    """Return whether two agencies belong to one government or national body; an unknown agency belongs to none."""
    first, second = registry.get(one), registry.get(other)
    return first is not None and second is not None and house_of(registry, first).id == house_of(registry, second).id


def house_of(registry: Registry, agency: Agency) -> Agency:
    """Return the government, or the national body just below the national administrator, that an agency is or belongs to."""
    line = (agency, *registry.parents(agency.id))
    government = next((one for one in line if one.kind == "government"), None)
    if government is not None:
        return government
    below = [one for one in line if one.id != registry.administrator_id]
    return below[-1] if below else agency


def of_ladder(registry: Registry, desks: Desks, owner_id: str, facts: Facts, level: int) -> Agency:
    """Return the agency in which an overdue case escalates at a level from 1 on."""
    role = roles()["ladder"][level - 1]
    owner = registry.get(owner_id) or registry.national_administrator
    if role == _MANAGING:
        house = house_of(registry, owner)
        return (desks.officer(house.region, facts) if house.region else None) or house
    if role == _NATIONAL:
        return registry.national_administrator
    return (registry.get(roles()["next_right"]) or owner) if role == _OVERSIGHT else owner


@cache
def roles() -> Mapping[str, Any]:
    """Return the roles, the ladder and the next right (roles.yaml)."""
    found: Mapping[str, Any] = packaged.document("router", "roles.yaml")
    return found


def given(registry: Registry, agency_id: str, by: str, beside: Sequence[str], *, is_desk: bool) -> Disposition:
    """Return the disposition by which a person gives a complaint to an agency, without the version of the rules.

    Raises:
        KeyError: the registry has no such agency.
    """
    owner, giver = registry.get(agency_id), registry.get(by)
    if owner is None:
        raise KeyError(agency_id)
    named = tuple(one for one in map(registry.get, beside) if one is not None)
    return Disposition(
        owner=AgencyRef(id=owner.id, name=owner.name),
        confidence=GIVEN,
        explanation=explain_given(owner, giver.name if giver else by, beside=named, desk=is_desk),
        evidence=(Evidence(rule=f"given:{by}", weight=GIVEN),),
        beside=tuple([AgencyRef(id=one.id, name=one.name) for one in named]),
        rules_version="",
        registry_version=registry.version,
    )


def explain_given(agency: Agency, by: str, *, beside: tuple[Agency, ...], desk: bool) -> str:
    """Return the Indonesian sentence that a person gave the case to an agency."""
    how = f"dipilah oleh {by}" if desk else f"dialihkan oleh {by}"
    also = f", bersama {' dan '.join(one.name for one in beside)}" if beside else ""
    return f"Laporan Anda kini ditangani {agency.name}{also}, {how}."
