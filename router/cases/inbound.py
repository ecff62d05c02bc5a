"""Reads a record of a case's mailbox: a complaint or a command, with the few rules that types cannot say."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from complaints import tracking
from complaints.bus import StoredRecord
from complaints.bus.envelope import decode_one_of, type_of
from complaints.command import Command, CommandKind
from complaints.errors import ContractViolation
from complaints.event import Complaint
from router.cases.document.plain import moment_of

_TAKES: Final[dict[bytes, type[Complaint | Command]]] = {type_of(Complaint): Complaint, type_of(Command): Command}

_OF_TWO: Final = frozenset(
    (
        CommandKind.adopt,
        CommandKind.confirm,
        CommandKind.reject,
        CommandKind.second,
        CommandKind.leave,
        CommandKind.forget,
        CommandKind.echo,
    )
)
"""The commands in which one case speaks to another."""


class Inbound(NamedTuple):
    """A record of the mailbox.

    Attributes:
        event: the complaint or command.
        at: when Kafka appended the record.
        at_ms: the same in milliseconds since 1970.
        offset: the record's offset in its partition.
    """

    event: Complaint | Command
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
    def command(self) -> Command | None:
        """The command; None if it is a complaint."""
        return self.event if isinstance(self.event, Command) else None


def read(record: StoredRecord) -> Inbound:
    """Return what a record of the mailbox holds.

    Raises:
        ContractViolation: the record is no complaint and no command of a known major version, or lacks a field, or a field has a wrong
            value.
    """
    event = decode_one_of(record, _TAKES, "case")
    if why := _wrong(event, record.key or b""):
        raise ContractViolation(f"{record.position}: {why}")
    return Inbound(event, moment_of(record.timestamp_ms), record.timestamp_ms, record.offset)


def _wrong(event: Complaint | Command, key: bytes) -> str:
    """Return what is wrong with an event beside the types of its fields; empty if nothing is."""
    if event.tracking_code.encode() != key:
        return "the record's key is not its tracking code"
    if not tracking.is_canonical(event.tracking_code):
        return "the tracking code is none of ours in its canonical form"
    return "" if isinstance(event, Complaint) else _lacks(event)


def _lacks(command: Command) -> str:
    """Return what a command of its kind lacks; empty if it lacks nothing."""
    if command.kind is CommandKind.add and (command.addition is None or command.reading is None):
        return "a command to add needs an addition and a reading"
    if command.kind is CommandKind.status and command.sender is None:
        return "a command that asks for the status needs a sender"
    if command.other is None:
        return f"a command to {command.kind.value} needs the other case" if command.kind in _OF_TWO else ""
    return "" if tracking.is_canonical(command.other) else "other is no tracking code in its canonical form"
