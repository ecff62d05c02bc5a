"""Makes the rows of facts: one for every fact, one for the complaint that opened a case, and one for each disposition."""

from functools import cache
from typing import Final

from complaints.bus import StoredRecord
from complaints.disposition import Disposition
from complaints.event import Complaint
from complaints.fact import Added, Declined, Fact, Opened, Routed, Seconded
from complaints.tracking import Numbers
from sinks.clickhouse.rows.complaints import described
from sinks.clickhouse.rows.dispositions import deadline, owned, without_district
from sinks.clickhouse.rows.values import UINT16, UINT32, Row, Rows, held, moment, place_on_kafka, shown

CASE_EVENTS = "case_event_rows"
COMPLAINTS = "complaint_rows"
DISPOSITIONS = "disposition_rows"
TABLES = (CASE_EVENTS, COMPLAINTS, DISPOSITIONS)

_HIDDEN: Final[Row] = {"other": "", "agency_id": "", "text": "", "continued_as": ""}
"""The columns that are empty in the row of a fact of a secret report."""

_NONE: Final[Row] = {
    "received_at": None, "part": "", "duty": "", "level": 0, "stars": None, "command": "", "result": "", **_HIDDEN,
}  # fmt: skip
"""The columns that are empty in the rows of most kinds of facts."""


def rows(fact: Fact, record: StoredRecord, number: Numbers) -> Rows:
    """Return the rows of a fact.

    Raises:
        ContractViolation: a value does not fit its column.
    """
    secret = fact.secret or (isinstance(fact, Opened) and fact.complaint.secret)
    known = {
        "complaint_id": number.id(fact.complaint_id),
        "case_number": "" if secret else number.of(fact.tracking_code),
        "at": moment(fact.at),
        **place_on_kafka(record),
    }
    event = {
        "event_id": number.id(fact.id),
        "version": held(fact.version, UINT32, "version"),
        "caused_by": number.id(fact.caused_by),
    }
    found: Rows = [(CASE_EVENTS, _event(fact, known | event, number, secret=secret))]
    match fact:
        case Opened():
            found.append((COMPLAINTS, {**known, **_complaint(fact.complaint, number)}))
        case Routed():
            found.append((DISPOSITIONS, {**known, **event, **_disposition(fact.disposition, secret=secret)}))
    return found


def _event(fact: Fact, known: Row, number: Numbers, *, secret: bool) -> Row:
    """Return the row of `case_event_rows`, with what is known already. The text is that of the addition if the fact is one."""
    kind, own, to = _of_kind(type(fact))
    row: Row = {**known, "kind": kind, "actor": _agency(fact.actor, secret=secret), "secret": secret, **_NONE}
    for name in own:
        row[name] = getattr(fact, name) or _NONE[name]
    if to and (agency := getattr(fact, to)):
        row["agency_id"] = getattr(agency, "id", agency)
    match fact:
        case Opened():
            row["received_at"] = moment(fact.complaint.received_at)
        case Routed():
            row["agency_id"] = fact.disposition.owner.id
        case Added():
            row["received_at"], row["text"] = moment(fact.addition.received_at), fact.addition.text
        case Seconded():
            row["text"] = ""  # the words are in the supporter's own case, which may become secret
        case Declined():
            row["command"], row["result"] = fact.command.value, fact.result.value
    if secret:
        return row | _HIDDEN
    row["text"] = shown(row["text"], secret=False)
    row["other"], row["continued_as"] = number.of(row["other"]), number.of(row["continued_as"])
    return row


@cache
def _of_kind(model: type[Fact]) -> tuple[str, list[str], str]:
    """Return the name of a kind of fact, which columns of `case_event_rows` are fields of it, and which field has an agency."""
    fields = model.__struct_fields__
    to = next((name for name in ("to", "agency") if name in fields), "")
    return str(model.__struct_config__.tag), [name for name in _NONE if name in fields], to


def _complaint(complaint: Complaint, number: Numbers) -> Row:
    """Return the columns of `complaint_rows` alone: the complaint as it came."""
    return {
        "channel": complaint.channel,
        "received_at": moment(complaint.received_at),
        "text": shown(complaint.text, secret=complaint.secret),
        **described(complaint, number),
        "parts": held(complaint.raw.parts, UINT16, "parts"),
        "partial": complaint.raw.partial,
    }


def _disposition(disposition: Disposition, *, secret: bool) -> Row:
    """Return the columns of `disposition_rows` alone.

    They have the rules and laws of the evidence but not the citizen's words that it quotes. For a secret complaint there are no
    alternatives, because they name its surroundings.
    """
    previous = disposition.previous_owner
    return {
        **owned(disposition, secret=secret),
        "deadlines": [deadline(one) for one in disposition.deadlines],
        "previous_owner_id": _agency(previous.id, secret=secret) if previous else "",
        "rules": [reason.rule for reason in disposition.evidence],
        "laws": [reason.law for reason in disposition.evidence if reason.law],
        "alternatives": [] if secret else [(one.id, one.name, one.score) for one in disposition.alternatives],
    }


def _agency(agency_id: str, *, secret: bool) -> str:
    return without_district(agency_id) if secret else agency_id
