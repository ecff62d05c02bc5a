"""Makes the rows of what became of messages and of replies. They have no text, no address, and no code of a secret report."""

from uuid import UUID

from complaints.bus import StoredRecord
from complaints.mail import Delivery, MessageEvent, MessageKind, ReplyEvent
from complaints.tracking import Numbers
from normalizer.masking import mask
from sinks.clickhouse.rows.values import Row, Rows, moment, place_on_kafka

MESSAGES = "message_rows"
REPLIES = "reply_rows"
DELIVERIES = "delivery_rows"
TABLES = (MESSAGES, REPLIES, DELIVERIES)

PART = "part"
"""The kind of a message that is the rest of a long one, whose first part says what it became."""


def rows(event: MessageEvent | ReplyEvent | Delivery, record: StoredRecord, number: Numbers) -> Rows:
    """Return the row of an event of lapor.message-events.

    Raises:
        ContractViolation: a value does not fit its column.
    """
    known = {
        "channel": event.channel,
        "account": event.account,
        "kind": event.kind.value,
        "complaint_id": _id(event.complaint_id, number),
        "case_number": "" if event.secret else number.of(event.tracking_code),
        "secret": event.secret,
        "at": moment(event.at),
        **place_on_kafka(record),
    }
    match event:
        case MessageEvent():
            return [(MESSAGES, known | _message(event, number))]
        case ReplyEvent():
            return [(REPLIES, known | {"reply_id": number.id(event.id), "created_at": moment(event.created_at)})]
        case Delivery():
            return [(DELIVERIES, known | _delivery(event, number))]


def _message(event: MessageEvent, number: Numbers) -> Row:
    """Return the columns of `message_rows` alone. The rest of a long message is a part of it, not another complaint."""
    is_part = event.whole_id is not None and event.kind is not MessageKind.repeated
    return {
        "kind": PART if is_part else event.kind.value,
        "message_id": number.id(event.id),
        "whole_id": _id(event.whole_id, number),
        "partial": event.partial,
        "doubtful": event.doubtful,
        "unread": event.unread,
        "received_at": moment(event.received_at),
    }


def _delivery(event: Delivery, number: Numbers) -> Row:
    return {
        "delivery_id": number.id(event.id),
        "reply_id": number.id(event.reply_id),
        "outcome": event.outcome.value,
        "reason": mask(event.reason),
    }


def _id(of: UUID | None, number: Numbers) -> UUID | None:
    return None if of is None else number.id(of)
