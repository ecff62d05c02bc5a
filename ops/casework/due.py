"""Makes the entries of the list of cases by deadline. Pure."""

from datetime import date
from typing import Any, Final

from complaints import tracking
from complaints.case import OPEN, CaseState
from complaints.disposition import AgencyRef, Deadline
from complaints.visible import visible
from normalizer.masking import mask
from ops.casework.layout import COLOURS, DUTIES, STATES, WITHHELD
from router.deadlines import light

BEGINNING_CHARACTERS: Final = 60
"""The maximum number of characters of a complaint in the list."""

_NOTHING_DUE: Final = "nothing, closes by itself"
"""The words for the deadline of an answered case: on that day the clock closes it, unless the citizen disputes the answer."""

Entry = dict[str, Any]
"""A case in the list, as plain data."""


def entry(  # noqa: PLR0913  # the parts of a line
    code: str, state: CaseState, owner: AgencyRef, deadline: Deadline, today: date, *, is_gone: bool = False
) -> Entry:
    """Return the entry of a case in the list.

    Args:
        code: its tracking code.
        state: its state.
        owner: its owner.
        deadline: its next deadline.
        today: the present day at its place.
        is_gone: whether its owner no longer exists (see ops.casework.gone).
    """
    return {
        "code": code,
        "state": state,
        "owner": {"id": owner.id, "name": owner.name},
        "duty": deadline.duty,
        "due": deadline.due.isoformat(),
        "light": light(deadline, today),
        "source": deadline.source,
        **({"owner_is_gone": True} if is_gone else {}),
    }


def line(one: Entry) -> str:
    """Return an entry as a line for people."""
    waits = one["duty"] != "close"
    duty, colour = (DUTIES[one["duty"]], COLOURS[one["light"]]) if waits else (_NOTHING_DUE, "-")
    command = ": lapor case rehome" if one["state"] in OPEN else ""
    urgent = "  URGENT" if one.get("urgent") else ""
    gone = f", no longer exists{command}" if one.get("owner_is_gone") else ""
    owner = f"{one['owner']['name']} ({one['owner']['id']}{gone})"
    said = (
        f"{one['due']}  {colour:7} {tracking.spaced(one['code'])}  {duty:27} {STATES[one['state']]:17} {owner}{urgent}"
    )
    added = f"  + {one['added']}" if one.get("added") else ""
    return f"{said}  {one['text']}{added}" if one.get("text") or added else said


def beginning(text: str, *, secret: bool) -> str:
    """Return the beginning of a complaint for the list: in one line, with personal data masked.

    Args:
        text: the text of the complaint, or its beginning.
        secret: whether the report is secret; then none of it is shown.
    """
    if secret:
        return WITHHELD
    words = " ".join(visible(mask(text)).split())
    return words if len(words) <= BEGINNING_CHARACTERS else f"{words[:BEGINNING_CHARACTERS]}…"
