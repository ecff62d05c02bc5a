"""Says which records Kafka deleted before they were read, so that nothing is lost unsaid: a dead letter is made of it."""

from typing import NamedTuple

from complaints.bus import StoredRecord
from complaints.errors import PoisonError


class Gap(NamedTuple):
    """Offsets that Kafka deleted before their records were handled. Some or all of them may be markers of transactions.

    Attributes:
        first: the first of them.
        end: the offset after the last.
    """

    first: int
    end: int


class DeletedUnread(PoisonError):
    """Records that retention or an operator deleted before they were handled.

    Attributes:
        reader: who had not handled them. Each reader of a topic has a loss of its own.
    """

    def __init__(self, reason: str, reader: str) -> None:
        """Keep both."""
        super().__init__(reason)
        self.reader = reader


def lost(reader: str, topic: str, partition: int, gap: Gap) -> tuple[StoredRecord, DeletedUnread]:
    """Return the record and the error of which a dead letter is made."""
    reason = (
        f"Kafka deleted the offsets {gap.first} to {gap.end - 1} of {topic}/{partition} before {reader} read them: at most"
        f" {gap.end - gap.first} records, some or all of which may be markers of transactions. Its retention is too short, or somebody"
        " deleted them"
    )
    return StoredRecord(topic, partition, gap.first, b"", None, (), 0), DeletedUnread(reason, reader)
