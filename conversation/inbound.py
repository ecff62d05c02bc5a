"""Reads a record of a citizen's mailbox, and tells whether its message is the same as an earlier one."""

from hashlib import blake2b
from typing import Final

from complaints.bus import StoredRecord
from complaints.bus.envelope import decode_one_of, type_of
from complaints.errors import ContractViolation
from complaints.mail import Delivery, Due, Received, Reply
from complaints.message import InboundMessage
from complaints.tracking import names_mailbox
from conversation.citizen import Citizen

Event = Received | Reply | Delivery | Due
"""What the mailbox takes."""

_TAKES: Final[dict[bytes, type[Event]]] = {type_of(model): model for model in (Received, Reply, Delivery, Due)}


def read(record: StoredRecord) -> Event:
    """Return what a record of the mailbox holds.

    Raises:
        ContractViolation: the record is of a type that no conversation takes, or lacks a field, or a field has a wrong value.
    """
    event = decode_one_of(record, _TAKES, "conversation")
    if (event.key if isinstance(event, Due) else event.citizen).encode() != record.key:
        raise ContractViolation(f"{record.position}: the record's key is not that of its mailbox")
    return event


def words_of_page(state: Citizen, citizen: str, message_id: str) -> str | None:
    """Return the digest of the complaint of a page with this id, which is known as long as its case; None if there is none.

    Its key is never forgotten: what comes under it later with another content is added, and has not been taken for nothing.
    """
    case = state.case_of_complaint(message_id) if names_mailbox(citizen) else None
    return None if case is None else case.words


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
