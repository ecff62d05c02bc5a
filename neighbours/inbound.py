"""Reads a record of the neighbours' mailbox, checked without a model."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from complaints.bus import StoredRecord
from complaints.bus.envelope import checked, taken
from complaints.errors import ContractViolation
from complaints.neighbour import Closed, Joined, Left, Opened, Told
from complaints.tracking import ALPHABET, CODE_LENGTH
from complaints.values import Event

_TAKES: Final = taken(
    {
        Opened: ("id", "tracking_code", "regency", "received_at", "reporter_ref", "signature"),
        Closed: ("id", "tracking_code", "regency"),
        Joined: ("id", "main", "supporter"),
        Left: ("id", "main", "supporter"),
        Told: ("id", "main"),
    }
)
_TEXTS: Final = frozenset({"district", "village", "topic", "class"})
_CODES: Final = frozenset({"tracking_code", "main", "supporter"})


class Inbound(NamedTuple):
    """A record of the mailbox.

    Attributes:
        model: the class of the event.
        body: the event as plain data.
    """

    model: type[Event]
    body: dict[str, Any]


def read(record: StoredRecord) -> Inbound:
    """Return what a record of the mailbox holds. Fields that this program does not know are kept.

    Raises:
        ContractViolation: the record is of a type that no neighbourhood takes, or lacks a field, or a field has the wrong type.
    """
    model, body = checked(record, _TAKES, "neighbourhood")
    for name, value in body.items():
        if name in _TEXTS and value is not None and not isinstance(value, str):
            raise ContractViolation(f"{record.position}: {name} is no text")
        if name in _CODES and not _is_code(value):
            raise ContractViolation(f"{record.position}: {name} is no tracking code")
    if model in (Opened, Closed):
        key = body["regency"]
    else:
        page = body.setdefault("page", 0)
        if type(page) is not int or page < 0 or not isinstance(body.setdefault("body", {}), dict):
            raise ContractViolation(f"{record.position}: page is no number, or body is no object")
        key = f"{body['main']}/{page}"
    if key.encode("utf-8", "surrogatepass") != record.key:
        raise ContractViolation(f"{record.position}: the record's key is not that of its mailbox")
    return Inbound(model, body)


def time_ms(text: str) -> int:
    """Return a moment in milliseconds since 1970.

    Raises:
        ContractViolation: the text is no moment with a time zone.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ContractViolation(f"{text[:40]!r} is no moment") from error
    if at.tzinfo is None or at.timestamp() < 0:
        raise ContractViolation(f"{text[:40]!r} has no time zone, or is before 1970")
    return round(at.timestamp() * 1000)


def _is_code(value: object) -> bool:
    return isinstance(value, str) and len(value) == CODE_LENGTH and all(letter in ALPHABET for letter in value)
