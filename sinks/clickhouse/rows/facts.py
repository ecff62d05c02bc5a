"""Makes the rows of facts: one for every fact, one for the complaint that opened a case, and one for each disposition."""

from complaints.bus import StoredRecord
from complaints.disposition import AgencyRef, Disposition
from complaints.event import Complaint
from complaints.fact import Added, Declined, Fact, Opened, Routed, Seconded, field_of, said_in
from sinks.clickhouse.rows.complaints import described
from sinks.clickhouse.rows.dispositions import deadline, owned, without_district
from sinks.clickhouse.rows.values import UINT16, UINT32, Row, Rows, held, maybe_moment, moment, place_on_kafka, shown

CASE_EVENTS = "case_event_rows"
COMPLAINTS = "complaint_rows"
DISPOSITIONS = "disposition_rows"
TABLES = (CASE_EVENTS, COMPLAINTS, DISPOSITIONS)


def rows(fact: Fact, record: StoredRecord) -> Rows:
    """Return the rows of a fact.

    Raises:
        ContractViolation: a value does not fit its column.
    """
    secret = fact.secret or (isinstance(fact, Opened) and fact.complaint.secret)
    known = {
        "complaint_id": fact.complaint_id,
        "case_number": "" if secret else fact.tracking_code,
        "at": moment(fact.at),
        **place_on_kafka(record),
    }
    event = {
        "event_id": fact.id,
        "version": held(fact.version, UINT32, "version"),
        "caused_by": fact.caused_by,
    }
    found: Rows = [(CASE_EVENTS, {**known, **event, **_event(fact, secret=secret)})]
    match fact:
        case Opened():
            found.append((COMPLAINTS, {**known, **_complaint(fact.complaint)}))
        case Routed():
            found.append((DISPOSITIONS, {**known, **event, **_disposition(fact.disposition, secret=secret)}))
    return found


def _event(fact: Fact, *, secret: bool) -> Row:
    """Return the columns of `case_event_rows` alone. The text is that of the addition if the fact is one."""
    received, said, owner = None, said_in(fact), ""
    match fact:
        case Opened():
            received = fact.complaint.received_at
        case Added():
            received = fact.addition.received_at
        case Routed():
            owner = fact.disposition.owner.id
        case Seconded():
            said = ""  # the words are in the supporter's own case, which may become secret
    agency: AgencyRef | None = field_of(fact, "agency")
    command, result = (fact.command.value, fact.result.value) if isinstance(fact, Declined) else ("", "")
    return {
        "kind": fact.kind.value,
        "received_at": maybe_moment(received),
        "actor": _agency(fact.actor, secret=secret),
        "secret": secret,
        "part": field_of(fact, "part") or "",
        "duty": field_of(fact, "duty") or "",
        "level": field_of(fact, "level") or 0,
        "stars": field_of(fact, "stars"),
        "other": "" if secret else field_of(fact, "other") or "",
        "agency_id": "" if secret else field_of(fact, "to") or (agency.id if agency else owner),
        "text": shown(said, secret=secret),
        "command": command,
        "result": result,
        "continued_as": "" if secret else field_of(fact, "continued_as") or "",
    }


def _complaint(complaint: Complaint) -> Row:
    """Return the columns of `complaint_rows` alone: the complaint as it came."""
    return {
        "channel": complaint.channel,
        "received_at": moment(complaint.received_at),
        "text": shown(complaint.text, secret=complaint.secret),
        **described(complaint),
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
