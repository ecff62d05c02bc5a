"""Reads a record of a case's mailbox, a complaint or a command, and checks the few rules that types cannot express."""

from datetime import datetime
from typing import Final, NamedTuple, cast
from uuid import UUID

from complaints import tracking
from complaints.bus import StoredRecord
from complaints.bus.envelope import decode_one_of, type_of
from complaints.calendar import moment_of
from complaints.command import AnyCommand, Command, OfTwo
from complaints.errors import ContractViolation
from complaints.event import Complaint
from normalizer.complaint import VERSION

_TAKES: Final[dict[bytes, type[Complaint | AnyCommand]]] = {
    type_of(Complaint): Complaint,
    type_of(Command): cast("type[AnyCommand]", Command),
}


class Inbound(NamedTuple):
    """A record of the mailbox."""

    event: Complaint | AnyCommand
    at: datetime
    at_ms: int
    offset: int

    @property
    def id(self) -> UUID:
        """The id of the complaint or command."""
        return self.event.id

    @property
    def code(self) -> str:
        """The record's key: the tracking code of the case."""
        return self.event.tracking_code

    @property
    def command(self) -> AnyCommand | None:
        """The command; None if it is a complaint."""
        return None if isinstance(self.event, Complaint) else self.event

    @property
    def danger(self) -> bool | None:
        """True if the title or the text of a complaint reports danger, as its normaliser found; None if it must be found here.

        The finding of another version of the normaliser does not count.
        """
        event = self.event
        return event.danger if isinstance(event, Complaint) and event.normaliser_version == VERSION else None


def read(record: StoredRecord) -> Inbound:
    """Return the complaint or command in a record of the mailbox.

    Raises:
        ContractViolation: the record is no complaint and no command of a known major version, or lacks a field, or a field has a wrong
            value.
    """
    event = decode_one_of(record, _TAKES, "case")
    if why := _wrong(event, record.key or b""):
        raise ContractViolation(f"{record.position}: {why}")
    return Inbound(event, moment_of(record.timestamp_ms), record.timestamp_ms, record.offset)


def _wrong(event: Complaint | AnyCommand, key: bytes) -> str:
    """Return what is wrong with an event apart from the types of its fields; empty if nothing is."""
    if event.tracking_code.encode() != key:
        return "the record's key is not its tracking code"
    if not tracking.is_canonical(event.tracking_code):
        return "the tracking code is none of ours in its canonical form"
    if isinstance(event, OfTwo) and not tracking.is_canonical(event.other):
        return "other is no tracking code in its canonical form"
    return ""
