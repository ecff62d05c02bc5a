"""Reads a record of a citizen's mailbox, checked without a model, and tells whether its message is the same as an earlier one."""

from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from complaints.bus import StoredRecord
from complaints.bus.envelope import checked, taken
from complaints.errors import ContractViolation
from complaints.mail import Delivery, Due, Received, Reply
from complaints.message import InboundMessage, made
from complaints.tracking import names_mailbox
from complaints.values import Event
from conversation import citizen as memory
from conversation.citizen import Document

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


def message_of(said: Document, fields: Document) -> InboundMessage:
    """Return the message in a record from its fields.

    Raises:
        ContractViolation: they are not those of a message.
    """
    received_at = datetime.fromisoformat(said["received_at"])
    return made(fields, channel=said["channel"], account=said.get("account", ""), received_at=received_at)


def words_of_page(state: Document, citizen: str, message_id: str) -> str | None:
    """Return the digest of the complaint of a page with this id, which is known as long as its case; None if there is none.

    Its key is never forgotten: what comes under it later with another content is added, and has not been taken for nothing.
    """
    case = memory.case_of_complaint(state, message_id) if names_mailbox(citizen) else None
    return None if case is None else str(case.get("words", ""))


def words_of(message: InboundMessage) -> str:
    """Return the digest of a message's words; empty if it has files or no words, because those are never the same.

    By the web the client names its sending, so the digest is of all that it says: another content under the same name is not the same.
    """
    if not message.sender:
        return blake2b(message.body + message.act.encode(), digest_size=8).hexdigest()
    if message.attachments or not message.text.strip():
        return ""
    about = "\0".join((message.reply_to.get("from", ""), message.about, message.text))
    return blake2b(about.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
