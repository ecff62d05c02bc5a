"""Decides where an open case of a unit that no longer exists goes: to the unit with its task, or to the government's desk. Pure."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from complaints import ids
from complaints.calendar import written_day
from complaints.case import OPEN, Case
from complaints.disposition import AgencyRef
from normalizer.zones import local_day
from ops.acting import managing_officer
from ops.casework.acts import ACTS
from ops.casework.batch import Order
from ops.casework.orders import checked, command, nonce
from router.agencies.registry import Agency, Registry
from router.offices import house_of
from router.routing import Router

_WHY: Final = "{owner} sudah tidak ada per {day}."
"""The reason of the move."""


class Move(NamedTuple):
    """The move of a case to another agency.

    Attributes:
        case: the document of the case.
        to: the id of the agency that gets it.
        by: the id of the triage desk in whose name it is given.
        why: the reason, an Indonesian sentence.
    """

    case: Case
    to: str
    by: str
    why: str

    def order(self, number: int, desk: AgencyRef, at: datetime) -> Order:
        """Return the order to reroute the case. Its command has the same id until something happens to the case."""
        case, fields = self.case, checked(ACTS["reroute"], {"to": self.to, "text": self.why})
        id_ = ids.command_id(case.complaint_id, "reroute", actor=self.by, nonce=nonce(case, fields))
        made = command(ACTS["reroute"], case.tracking_code, id_=id_, agency=self.by, fields=fields, at=at)
        return Order(number, desk, made)

    def about(self) -> dict[str, str]:
        """Return the move as plain data, without its result."""
        return {"code": self.case.tracking_code, "from": self.case.owner.id, "to": self.to, "as": self.by}


def move(case: Case, law: Router, is_gone: Callable[[str], bool], now: datetime) -> Move | None:
    """Return the move of a case whose owner no longer exists; None if the owner exists, or no desk may move the case in its state.

    The new owner is the one that today's rules and allotments choose, without those that refused the case. If it is of another government
    than the former unit, a person had chosen the former government, so the case goes to that government's managing officer, or to the
    government itself, or else to the national administrator.
    """
    former = case.owner.id
    if case.state not in OPEN or not is_gone(former):
        return None
    refused = [one.agency_id for one in case.refusals]
    found = law.route(replace(case.complaint, received_at=now), [former, *refused], hops=0).owner.id
    house = _house(law.registry, former)
    province = case.complaint.place.province.code if case.complaint.place.province else None
    days = (law.allotments.today, local_day(case.complaint.received_at, province))
    desks = [] if house is None else [one for one in _desks(law, house, days) if not is_gone(one)]
    first = [found] if house is None or _house(law.registry, found) == house else desks
    to = next((one for one in (*first, *desks) if not is_gone(one) and one not in refused), law.administrator_id)
    by = next((one for one in desks if law.is_desk(one, case.complaint)), law.administrator_id)
    why = _WHY.format(owner=case.owner.name, day=written_day(local_day(now, province)))
    return Move(case, to, by, why)


def _house(registry: Registry, agency_id: str) -> Agency | None:
    """Return the government or national body of an agency, which may no longer be in the registry; None if it is not known."""
    agency = registry.get(agency_id)
    if agency is not None:
        return house_of(registry, agency)
    region = agency_id.rpartition("-")[2]
    return registry.unit("pemda", Registry.seat(region)) if region[:1].isdigit() else None


def _desks(law: Router, house: Agency, days: Iterable[date]) -> Iterator[str]:
    """Yield the ids of a government's own desks: its managing officers on the given days, then the government itself."""
    for day in days:
        edition = law.allotments.at(house.region, day) if house.region else None
        officer = managing_officer(edition, law.registry) if edition else None
        if officer is not None:
            yield officer.id
    yield house.id
