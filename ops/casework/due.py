"""Says of a case in the list by deadlines how urgent it is. Pure."""

from datetime import date
from typing import Any

from complaints import tracking
from complaints.case import CaseState
from complaints.disposition import AgencyRef, Deadline
from ops.casework.layout import DUTIES
from router.deadlines import light

Entry = dict[str, Any]
"""A case in the list, as plain data."""


def entry(code: str, state: CaseState, owner: AgencyRef, deadline: Deadline, today: date) -> Entry:
    """Return what the list says of a case.

    Args:
        code: its tracking code.
        state: its state.
        owner: its owner.
        deadline: its next deadline.
        today: the day at its place.
    """
    return {
        "code": code,
        "state": state,
        "owner": {"id": owner.id, "name": owner.name},
        "duty": deadline.duty,
        "due": deadline.due.isoformat(),
        "light": light(deadline.model_dump(mode="json", exclude_none=True), today),
        "source": deadline.source,
    }


def line(one: Entry) -> str:
    """Return a line of the list for people."""
    duty = DUTIES[one["duty"]]
    owner = f"{one['owner']['name']} ({one['owner']['id']})"
    return f"{one['due']}  {one['light']:7} {tracking.spaced(one['code'])}  {duty:27} {one['state']:17} {owner}"
