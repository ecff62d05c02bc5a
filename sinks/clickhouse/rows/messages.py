"""Makes the rows of what became of messages and of replies. They have no text, no address, and no code of a secret report."""

from collections.abc import Callable

from complaints.bus import StoredRecord
from complaints.bus.envelope import type_in, type_of
from complaints.errors import ContractViolation
from complaints.mail import Delivery, MessageEvent, MessageKind, ReplyEvent
from normalizer.masking import mask
from sinks.clickhouse.rows.values import UINT8, Json, Row, Rows, count, flag, moment, place_on_kafka, text, uuid

MESSAGES = "message_rows"
REPLIES = "reply_rows"
DELIVERIES = "delivery_rows"
TABLES = (MESSAGES, REPLIES, DELIVERIES)

PART = "part"
"""The kind of a message that is the rest of a long one, whose first part says what it became."""


def rows(event: Json, record: StoredRecord) -> Rows:
    """Return the row of an event of lapor.message-events.

    Raises:
        ContractViolation: it is of a type that the topic does not carry, or a value is missing or does not fit its column.
    """
    type_ = type_in(record)
    found = _ROWS.get(type_)
    if found is None:
        raise ContractViolation("it is of a type that the topic does not carry")
    table, make = found
    return [(table, _known(event) | make(event) | place_on_kafka(record))]


def _known(event: Json) -> Row:
    secret = flag(event, "secret")
    return {
        "channel": text(event, "channel"),
        "account": text(event, "account", ""),
        "kind": text(event, "kind"),
        "complaint_id": uuid(event, "complaint_id") if event.get("complaint_id") is not None else None,
        "tracking_code": "" if secret else text(event, "tracking_code", ""),
        "secret": secret,
        "at": moment(event, "at"),
    }


def _message(event: Json) -> Row:
    """Return the columns of `message_rows` alone. The rest of a long message is a part of it, not another complaint."""
    kind = text(event, "kind")
    is_part = event.get("whole_id") is not None and kind != MessageKind.repeated.value
    return {
        "kind": PART if is_part else kind,
        "message_id": uuid(event, "id"),
        "whole_id": uuid(event, "whole_id") if event.get("whole_id") is not None else None,
        "partial": flag(event, "partial"),
        "doubtful": flag(event, "doubtful"),
        "unread": flag(event, "unread"),
        "received_at": moment(event, "received_at"),
    }


def _reply(event: Json) -> Row:
    return {"reply_id": uuid(event, "id"), "created_at": moment(event, "created_at")}


def _delivery(event: Json) -> Row:
    return {
        "delivery_id": uuid(event, "id"),
        "reply_id": uuid(event, "reply_id"),
        "outcome": text(event, "outcome"),
        "attempt": count(event, "attempt", UINT8, 1),
        "reason": mask(text(event, "reason", "")),
    }


_ROWS: dict[bytes, tuple[str, Callable[[Json], Row]]] = {
    type_of(MessageEvent): (MESSAGES, _message),
    type_of(ReplyEvent): (REPLIES, _reply),
    type_of(Delivery): (DELIVERIES, _delivery),
}
