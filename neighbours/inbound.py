"""Reads a record of the neighbours' mailbox, with the rules that types cannot say."""

from typing import Final

from complaints import tracking
from complaints.bus import StoredRecord
from complaints.bus.envelope import decode_one_of, type_of
from complaints.errors import ContractViolation
from complaints.neighbour import Closed, Joined, Left, Opened, Told

Notice = Opened | Closed | Joined | Left | Told
"""What the mailbox takes."""

_TAKES: Final[dict[bytes, type[Notice]]] = {type_of(model): model for model in (Opened, Closed, Joined, Left, Told)}


def read(record: StoredRecord) -> Notice:
    """Return what a record of the mailbox holds.

    Raises:
        ContractViolation: the record is of a type that no neighbourhood takes, or lacks a field, or a field has a wrong value.
    """
    notice = decode_one_of(record, _TAKES, "neighbourhood")
    if not all(map(tracking.is_canonical, _codes(notice))):
        raise ContractViolation(f"{record.position}: what names a case is no tracking code")
    if notice.key.encode() != record.key:
        raise ContractViolation(f"{record.position}: the record's key is not that of its mailbox")
    return notice


def _codes(notice: Notice) -> tuple[str, ...]:
    """Return the tracking codes in a notice."""
    match notice:
        case Opened() | Closed():
            return (notice.tracking_code,)
        case Joined() | Left():
            return notice.main, notice.supporter
        case Told():
            return (notice.main,)
