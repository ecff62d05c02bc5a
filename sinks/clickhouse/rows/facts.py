"""Makes the rows of facts: one for every fact, one for the complaint that opened a case, and one for each disposition."""

from complaints.bus import StoredRecord
from complaints.fact import FactKind
from sinks.clickhouse.rows.complaints import described
from sinks.clickhouse.rows.dispositions import owned, without_district
from sinks.clickhouse.rows.values import (
    UINT8,
    UINT16,
    UINT32,
    Json,
    Row,
    Rows,
    count,
    flag,
    maybe,
    moment,
    part,
    parts,
    place_on_kafka,
    share,
    shown,
    text,
    uuid,
)

CASE_EVENTS = "case_event_rows"
COMPLAINTS = "complaint_rows"
DISPOSITIONS = "disposition_rows"
TABLES = (CASE_EVENTS, COMPLAINTS, DISPOSITIONS)

_SECONDED = FactKind.seconded.value
_OPENED, _ROUTED = FactKind.opened.value, FactKind.routed.value


def rows(fact: Json, record: StoredRecord) -> Rows:
    """Return the rows of a fact. A fact of an unknown kind has only its row of `case_event_rows`.

    Raises:
        ContractViolation: a value is missing or does not fit its column.
    """
    kind = text(fact, "kind")
    complaint = part(fact, "complaint") if kind == _OPENED else maybe(fact, "complaint")
    secret = flag(fact, "secret") or (complaint is not None and flag(complaint, "secret"))
    known = {
        "complaint_id": uuid(fact, "complaint_id"),
        "tracking_code": "" if secret else text(fact, "tracking_code"),
        "at": moment(fact, "at"),
        **place_on_kafka(record),
    }
    event = {
        "event_id": uuid(fact, "id"),
        "version": count(fact, "version", UINT32),
        "caused_by": uuid(fact, "caused_by"),
    }
    found: Rows = [(CASE_EVENTS, known | event | _event(fact, complaint, kind=kind, secret=secret))]
    if kind == _OPENED and complaint is not None:
        found.append((COMPLAINTS, known | _complaint(complaint)))
    elif kind == _ROUTED:
        found.append((DISPOSITIONS, known | event | _disposition(part(fact, "disposition"), secret=secret)))
    return found


def _event(fact: Json, complaint: Json | None, *, kind: str, secret: bool) -> Row:
    """Return the columns of `case_event_rows` alone. The text is that of the addition if the fact is one."""
    addition = maybe(fact, "addition")
    received = complaint or addition
    said = text(addition, "text") if addition else text(fact, "text", "")
    if kind == _SECONDED:
        said = ""  # the words are in the supporter's own case, which may become secret
    return {
        "kind": kind,
        "received_at": moment(received, "received_at") if received else None,
        "actor": _agency(text(fact, "actor"), secret=secret),
        "secret": secret,
        "part": text(fact, "part", ""),
        "duty": text(fact, "duty", ""),
        "level": count(fact, "level", UINT8, 0),
        "stars": count(fact, "stars", UINT8) if fact.get("stars") is not None else None,
        "other": "" if secret else text(fact, "other", ""),
        "agency_id": "" if secret else text(fact, "to", "") or text(maybe(fact, "agency") or {}, "id", ""),
        "text": shown(said, secret=secret),
        "command": text(fact, "command", ""),
        "result": text(fact, "result", ""),
        "continued_as": "" if secret else text(fact, "continued_as", ""),
    }


def _complaint(complaint: Json) -> Row:
    """Return the columns of `complaint_rows` alone: the complaint as it came."""
    raw = part(complaint, "raw")
    return {
        "channel": text(complaint, "channel"),
        "received_at": moment(complaint, "received_at"),
        "text": shown(text(complaint, "text"), secret=flag(complaint, "secret")),
        **described(complaint),
        "parts": count(raw, "parts", UINT16, 1),
        "partial": flag(raw, "partial"),
    }


def _disposition(disposition: Json, *, secret: bool) -> Row:
    """Return the columns of `disposition_rows` alone.

    They have the rules and laws of the evidence but not the citizen's words that it quotes. For a secret complaint there are no
    alternatives, because they name its surroundings.
    """
    previous = maybe(disposition, "previous_owner")
    evidence = [(text(reason, "rule"), text(reason, "law", "")) for reason in parts(disposition, "evidence")]
    others = [
        (text(other, "id"), text(other, "name"), share(other, "score")) for other in parts(disposition, "alternatives")
    ]
    return {
        **owned(disposition, secret=secret),
        "previous_owner_id": _agency(text(previous, "id"), secret=secret) if previous else "",
        "rules": [rule for rule, _ in evidence],
        "laws": [law for _, law in evidence if law],
        "alternatives": [] if secret else others,
    }


def _agency(agency_id: str, *, secret: bool) -> str:
    return without_district(agency_id) if secret else agency_id
