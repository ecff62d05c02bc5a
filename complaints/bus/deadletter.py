"""What could not be read becomes a dead letter that says where it stood and why; two readers of one record write the same one."""

from datetime import UTC, datetime

from complaints import ids
from complaints.bus import StoredRecord
from complaints.errors import PoisonError
from complaints.event import DeadLetter

KEPT_BYTES = 700_000
"""The most of a record's value that its dead letter holds: base64 makes a third more of it, and Kafka takes 1 MB."""

KEPT_HEADERS, KEPT_HEADER_BYTES = 30, 500
"""CloudEvents needs seven short ones."""


def of_record(record: StoredRecord, error: PoisonError) -> DeadLetter:
    """Return the dead letter of a record that was read from a topic; of a very large one it holds the beginning."""
    value = record.value or b""
    cut = f"; {len(value)} bytes, of which the first {KEPT_BYTES} are here" if len(value) > KEPT_BYTES else ""
    return DeadLetter(
        id=ids.dead_letter_id(str(record.position)),
        source_topic=record.topic,
        source_partition=record.partition,
        source_offset=record.offset,
        source_key=str(record.position),
        reason=f"{error}{cut}",
        error_class=type(error).__name__,
        at=datetime.now(UTC),
        payload=value[:KEPT_BYTES],
        headers={
            name[:KEPT_HEADER_BYTES]: content[:KEPT_HEADER_BYTES].decode("utf-8", "replace")
            for name, content in record.headers[:KEPT_HEADERS]
        },
    )
