"""Turns events into rows: without identity, with masked text, and without the content of secret reports. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from complaints.bus import StoredRecord
from complaints.bus.envelope import decode
from complaints.contract import CASE_EVENTS, COMPLAINTS, DEAD_LETTERS, DELIVERIES, DISPOSITIONS
from complaints.errors import ContractViolation, MalformedMessage
from complaints.event import (
    CaseEvent,
    CaseEventKind,
    Complaint,
    DeadLetter,
    Delivery,
    Disposition,
    Place,
    Region,
)
from normalizer.masking import mask

Row = dict[str, Any]
"""The values of one row, by the names of their columns."""


@dataclass(frozen=True, slots=True)
class Table:
    """The name of the ClickHouse table for the events of one topic, and the function that makes its rows.

    Attributes:
        name: the name of the table.
        row: returns the table's row for a record: the values by the names of their columns. Raises ContractViolation if the record is not
            a valid event of the topic, or a number is too large for its column.
    """

    name: str
    row: Callable[[StoredRecord], Row]


def _shown(text: str, *, secret: bool) -> str:
    return "" if secret else mask(text)


def _region(level: str, region: Region | None) -> Row:
    return {f"{level}_code": region.code if region else "", level: region.name if region else ""}


_UINT8, _UINT16, _INT32, _INT64 = (1 << 8) - 1, (1 << 16) - 1, (1 << 31) - 1, (1 << 63) - 1
"""The largest numbers that ClickHouse's integer columns can hold."""


def _held(number: int, most: int, name: str) -> int:
    """Return `number`, which must not be larger than `most`, the largest number that the column `name` can hold.

    Raises:
        ContractViolation: the number is larger. ClickHouse would refuse the whole batch for ever, so the record becomes a dead letter.
    """
    if number > most:
        raise ContractViolation(f"{name} {number} is too large for its column")
    return number


def _or_none_there(place: int | None) -> int:
    return -1 if place is None else place


def _at(record: StoredRecord) -> Row:
    return {"kafka_partition": record.partition, "kafka_offset": record.offset}


def complaint(record: StoredRecord) -> Row:
    """Return the row of `complaint_rows` for a record with a Complaint.

    Title and text are masked. In a secret complaint they are empty, and so are district and village.

    Raises:
        ContractViolation: the record is not a valid Complaint, or a number is too large for its column.
    """
    event = decode(record, Complaint)
    place = event.place
    return {
        "complaint_id": event.id,
        "tracking_code": event.tracking_code,
        "channel": event.channel,
        "received_at": event.received_at,
        "occurred_on": event.occurred_on.date if event.occurred_on else None,
        "occurred_precision": event.occurred_on.precision.value if event.occurred_on else "",
        "title": _shown(event.title, secret=event.secret),
        "text": _shown(event.text, secret=event.secret),
        "secret": event.secret,
        "anonymous": event.anonymous,
        "class": event.complaint_class.value,
        "oversight": event.oversight,
        "topic": event.topic or "",
        **_region("province", place.province),
        **_region("regency", place.regency),
        **_region("district", None if event.secret else place.district),
        **_region("village", None if event.secret else place.village),
        "missing": list(event.missing),
        "attachments": _held(len(event.attachments), _UINT16, "attachments"),
        "parts": _held(event.raw.parts, _UINT16, "parts"),
        "partial": event.raw.partial,
        "normaliser_version": event.normaliser_version,
        **_at(record),
    }


def disposition(record: StoredRecord) -> Row:
    """Return the row of `disposition_rows` for a record with a Disposition.

    The row has the rules and laws of the evidence but not the citizen's words that it quotes. The explanation is masked. For a secret
    complaint, the explanation and the alternatives are empty.

    Raises:
        ContractViolation: the record is not a valid Disposition, or a number is too large for its column.
    """
    event = decode(record, Disposition)
    return {
        "disposition_id": event.id,
        "complaint_id": event.complaint_id,
        "tracking_code": event.tracking_code,
        "hop": _held(event.hop, _UINT8, "hop"),
        "owner_id": event.owner.id,
        "owner": event.owner.name,
        "previous_owner_id": event.previous_owner.id if event.previous_owner else "",
        "triage": event.triage,
        "confidence": event.confidence,
        "explanation": _shown(event.explanation, secret=event.secret),
        "rules": [evidence.rule for evidence in event.evidence],
        "laws": [evidence.law for evidence in event.evidence if evidence.law],
        "alternatives": [] if event.secret else [(other.id, other.name, other.score) for other in event.alternatives],
        "deadlines": [
            (deadline.duty, _held(deadline.working_days, _UINT16, "working_days"), deadline.due, deadline.source)
            for deadline in event.deadlines
        ],
        "rules_version": event.rules_version,
        "registry_version": event.registry_version,
        "decided_at": event.decided_at,
        **_at(record),
    }


def case_event(record: StoredRecord) -> Row:
    """Return the row of `case_event_rows` for a record with a CaseEvent.

    The text is masked, and empty if the complaint is secret. If the event is an addition, the row also describes the complaint after it.

    Raises:
        ContractViolation: the record is not a valid CaseEvent, or a number is too large for its column.
    """
    event = decode(record, CaseEvent)
    completed = event.complaint if event.kind is CaseEventKind.enriched else None
    secret = event.secret or (event.complaint is not None and event.complaint.secret)
    return {
        "event_id": event.id,
        "complaint_id": event.complaint_id,
        "tracking_code": event.tracking_code,
        "kind": event.kind.value,
        "at": event.at,
        "actor": event.actor,
        "hop": _held(event.hop, _UINT8, "hop"),
        "text": _shown(event.text, secret=secret),
        **_completion(completed),
        **_at(record),
    }


def _completion(completed: Complaint | None) -> Row:
    """Return the columns of a case event that describe the whole complaint after an addition, not only what the addition changed.

    The text of the complaint and all additions is masked. In a secret complaint it is empty, and so are district and village.

    Args:
        completed: the complaint with all additions so far; None if the event is no addition: then the values are empty, 0 or False.

    Raises:
        ContractViolation: the number of additions is too large for its column.
    """
    place = completed.place if completed else Place()
    secret = completed is not None and completed.secret
    return {
        "completed_text": _shown(completed.whole_text, secret=secret) if completed else "",
        "class": completed.complaint_class.value if completed else "",
        "oversight": completed is not None and completed.oversight,
        "topic": (completed.topic or "") if completed else "",
        **_region("province", place.province),
        **_region("regency", place.regency),
        **_region("district", None if secret else place.district),
        **_region("village", None if secret else place.village),
        "missing": list(completed.missing) if completed else [],
        "additions": _held(len(completed.additions), _UINT16, "additions") if completed else 0,
    }


def delivery(record: StoredRecord) -> Row:
    """Return the row of `delivery_rows` for a record with a Delivery. The reason is masked.

    Raises:
        ContractViolation: the record is not a valid Delivery.
    """
    event = decode(record, Delivery)
    return {
        "delivery_id": event.id,
        "reply_id": event.reply_id,
        "complaint_id": event.complaint_id,
        "tracking_code": event.tracking_code,
        "channel": event.channel,
        "kind": event.kind.value,
        "outcome": event.outcome.value,
        "reason": mask(event.reason),
        "at": event.at,
        **_at(record),
    }


_WORDED = frozenset({MalformedMessage.__name__, ContractViolation.__name__})
"""The errors whose messages we wrote. The message of another error may quote a citizen, even from a secret report, so it is not copied."""


def dead_letter(record: StoredRecord) -> Row:
    """Return the row of `dead_letter_rows` for a record with a DeadLetter, without the payload and the headers.

    The reason is masked. If the error is neither MalformedMessage nor ContractViolation, the reason is "our own fault" instead. If the
    input did not come from a topic, the source partition and offset are -1.

    Raises:
        ContractViolation: the record is not a valid DeadLetter, or a number is too large for its column.
    """
    event = decode(record, DeadLetter)
    return {
        "dead_letter_id": event.id,
        "channel": event.channel or "",
        "source_topic": event.source_topic or "",
        "source_partition": _held(_or_none_there(event.source_partition), _INT32, "source_partition"),
        "source_offset": _held(_or_none_there(event.source_offset), _INT64, "source_offset"),
        "reason": mask(event.reason) if event.error_class in _WORDED else "our own fault",
        "error_class": event.error_class,
        "attempts": _held(event.attempts, _UINT16, "attempts"),
        "at": event.at,
        **_at(record),
    }


TABLES = {
    COMPLAINTS: Table("complaint_rows", complaint),
    DISPOSITIONS: Table("disposition_rows", disposition),
    CASE_EVENTS: Table("case_event_rows", case_event),
    DELIVERIES: Table("delivery_rows", delivery),
    DEAD_LETTERS: Table("dead_letter_rows", dead_letter),
}
