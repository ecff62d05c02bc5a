"""Opens what channels put into the mailboxes of citizens."""

from dataclasses import dataclass
from uuid import UUID

from complaints.contract import CONVERSATIONS
from complaints.crypto import Keyring
from complaints.mail import Received
from complaints.message import InboundMessage, unpack
from tests.harness.fakes import MemoryProducer


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message in a mailbox.

    Attributes:
        id: the id of the message.
        mailbox: the key of the mailbox: a pseudonym, or on the web a tracking code.
        message: the message, opened.
    """

    id: UUID
    mailbox: str
    message: InboundMessage


def received(producer: MemoryProducer) -> list[Received]:
    """Return the records of messages, sealed, in the order in which they were appended."""
    return producer.events(CONVERSATIONS, Received)


def opened(record: Received, keys: Keyring) -> InboundMessage:
    """Return the message in a record of a mailbox, as the conversation opens it."""
    packed = keys.unseal(record.sealed, owner=record.id, month=record.month)
    return unpack(packed, channel=record.channel, account=record.account, received_at=record.received_at)


def kept(producer: MemoryProducer, keys: Keyring) -> list[Kept]:
    """Return the messages that could be read, in the order in which they were appended."""
    return [
        Kept(id=record.id, mailbox=record.citizen, message=opened(record, keys))
        for record in received(producer)
        if record.fault is None
    ]
