"""Tells whether a message and the event that it became have a size that every part of the program can handle. Pure."""

from collections.abc import Iterator

from complaints.bus import Record
from complaints.command import Command
from complaints.errors import ContractViolation
from complaints.event import Complaint, Event, Raw
from complaints.limits import COMPLAINT_BYTES, MESSAGE_BYTES, RECORD_BYTES
from complaints.message import InboundMessage


def fault_of(message: InboundMessage, event: Event, record: Record) -> ContractViolation | None:
    """Return the error that says which size is too large, or None if all sizes are allowed.

    Args:
        message: the message.
        event: the event that it became.
        record: the record of the event.
    """
    in_record = len(record.value)
    sizes = (
        ("the message has", sum(len(text.encode("utf-8", "surrogatepass")) for text in _texts(message)), MESSAGE_BYTES),
        ("the event without the raw message has", in_record - _base64_bytes(_raw_of(event)), COMPLAINT_BYTES),
        ("the event has", in_record, RECORD_BYTES),
    )
    for what, size, limit in sizes:
        if size > limit:
            return ContractViolation(f"{what} {size} bytes; at most {limit} are allowed")
    return None


def _texts(message: InboundMessage) -> Iterator[str]:
    yield from (message.text, message.title, message.address, message.occurred, message.addressed_to, message.topic)
    yield from (message.sender, message.thread, *message.tagged, *message.reply_to.keys(), *message.reply_to.values())
    for file in message.attachments:
        yield from (file.name, file.media_type, file.sha256 or "", file.url or "")


def _raw_of(event: Event) -> Raw | None:
    match event:
        case Complaint():
            return event.raw
        case Command(addition=addition) if addition is not None:
            return addition.raw
        case _:
            return None


def _base64_bytes(raw: Raw | None) -> int:
    """Return the number of bytes that the raw message takes in the JSON of the event."""
    return 0 if raw is None else 4 * -(-len(raw.body) // 3)
