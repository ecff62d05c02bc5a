"""Describes records that Kafka deleted before they were read, or lost after they were handled, for a dead letter."""

from typing import NamedTuple

from complaints.bus import StoredRecord
from complaints.errors import PoisonError


class Gap(NamedTuple):
    """Offsets whose records Kafka no longer has. Some or all of them may be transaction markers.

    Attributes:
        first: the first of them.
        end: the offset after the last.
        handled: whether they were handled before Kafka lost them; otherwise they were deleted unread.
    """

    first: int
    end: int
    handled: bool = False


class DeletedUnread(PoisonError):
    """Records that retention or an operator deleted before they were handled.

    Attributes:
        reader: the name of the reader that had not handled them. Each reader of a topic has a loss of its own.
    """

    def __init__(self, reason: str, reader: str) -> None:
        super().__init__(reason)
        self.reader = reader


class LostHandled(DeletedUnread):
    """Records that were handled before Kafka lost them, together with the results."""


def lost(reader: str, topic: str, partition: int, gap: Gap) -> tuple[StoredRecord, DeletedUnread]:
    """Return the record and the error from which the dead letter of a gap is made."""
    place = StoredRecord(topic, partition, gap.first, b"", None, (), 0)
    if gap.handled:
        return place, LostHandled(
            f"Kafka has lost what {reader} handled from {gap.first} to {gap.end - 1} of {topic}/{partition}, at most"
            f" {gap.end - gap.first} records, and the states after them: it was restored from an older copy, or lost power. Messages of"
            " that time are lost with their cases, unless a newer copy of Kafka can be restored; replies to them may have been sent",
            reader,
        )
    reason = (
        f"Kafka deleted the offsets {gap.first} to {gap.end - 1} of {topic}/{partition} before {reader} read them: at most"
        f" {gap.end - gap.first} records, some or all of which may be markers of transactions. Its retention is too short, or somebody"
        " deleted them"
    )
    return place, DeletedUnread(reason, reader)
