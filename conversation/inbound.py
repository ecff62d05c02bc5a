"""Reads a record of a citizen's mailbox, checked without a model."""

from typing import Any, Final, NamedTuple

from complaints.bus import StoredRecord
from complaints.bus.envelope import checked, taken
from complaints.errors import ContractViolation
from complaints.mail import Delivery, Due, Received, Reply
from complaints.values import Event

_TAKES: Final = taken(
    {
        Received: ("id", "citizen", "channel", "received_at", "month", "sealed"),
        Reply: ("id", "citizen", "tracking_code", "channel", "kind", "text", "created_at", "caused_by"),
        Delivery: ("id", "reply_id", "citizen", "outcome"),
        Due: ("id", "key", "at"),
    }
)
_TEXTS = frozenset({"account", "fault", "error_class", "complaint_id", "part", "topic", "region"})
_NUMBERS = frozenset({"hop", "additions", "attempt"})


class Inbound(NamedTuple):
    """A record of the mailbox.

    Attributes:
        model: the class of the event.
        body: the event as plain data.
        citizen: the record's key.
    """

    model: type[Event]
    body: dict[str, Any]
    citizen: str


def read(record: StoredRecord) -> Inbound:
    """Return what a record of the mailbox holds. Fields that this program does not know are kept.

    Raises:
        ContractViolation: the record is of a type that no conversation takes, or lacks a field, or a field has the wrong type.
    """
    model, body = checked(record, _TAKES, "conversation")
    for name, value in body.items():
        if name in _TEXTS and not isinstance(value, str):
            raise ContractViolation(f"{record.position}: {name} is no text")
        if name in _NUMBERS and (not isinstance(value, int) or value < 0):
            raise ContractViolation(f"{record.position}: {name} is no number")
    citizen: str = body["key"] if model is Due else body["citizen"]
    if citizen.encode("utf-8", "surrogatepass") != record.key:
        raise ContractViolation(f"{record.position}: the record's key is not that of its mailbox")
    return Inbound(model, body, citizen)
