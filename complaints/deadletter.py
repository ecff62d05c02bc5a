"""What could not be read becomes a dead letter that says where it stood and why; two readers of one record write the same one."""

from datetime import UTC, datetime

from complaints import ids
from complaints.bus import StoredRecord
from complaints.errors import PoisonError
from complaints.event import DeadLetter


def of_record(record: StoredRecord, error: PoisonError) -> DeadLetter:
    """Return the dead letter of a record that was read from a topic."""
    return DeadLetter(
        id=ids.dead_letter_id(str(record.position)),
        source_topic=record.topic,
        source_partition=record.partition,
        source_offset=record.offset,
        source_key=str(record.position),
        reason=str(error),
        error_class=type(error).__name__,
        at=datetime.now(UTC),
        payload=record.value or b"",
        headers={name: value.decode("utf-8", "replace") for name, value in record.headers},
    )
