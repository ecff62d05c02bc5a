"""Makes dead letters of records that could not be processed. Each has the reason and the record's position, which gives its id."""

from datetime import UTC, datetime

from msgspec import json

from complaints import ids
from complaints.bus import StoredRecord
from complaints.bus.deleted import DeletedUnread
from complaints.errors import words
from complaints.event import DeadLetter
from complaints.limits import RECORD_BYTES

KEPT_BYTES = 700_000
"""The maximum number of bytes of a record's value in its dead letter: base64 adds a third, and Kafka accepts 1 MB."""

REASON_CHARACTERS = 2_000
"""The maximum length of the reason: an error may quote what it could not read."""

KEPT_HEADERS, KEPT_HEADER_BYTES = 30, 500
"""The maximum number of headers in a dead letter, and the maximum length of each name and value. CloudEvents needs seven short headers."""

_CUT = ("; ", " bytes, of which the first ", " are here")
"""The end of the reason of a dead letter whose value was cut, around the two numbers of bytes."""


def of_record(record: StoredRecord, error: Exception, *, attempts: int = 1) -> DeadLetter:
    """Return the dead letter of a record that was read from a topic and cannot be processed.

    Its id depends only on the record's position, so every reader gives it the same id, and a record is put back once. For records that
    Kafka deleted unread, the id also has the reader's name, because each reader has a loss of its own. The dead letter keeps the first
    KEPT_BYTES bytes of the value and the first KEPT_HEADERS headers, each cut to KEPT_HEADER_BYTES; the reason says if the value was cut. A
    control character takes six bytes in JSON: a dead letter that would be too large for Kafka has no headers and half of the value.
    """
    whole = _of_record(record, error, attempts=attempts, kept_bytes=KEPT_BYTES, kept_headers=KEPT_HEADERS)
    if len(json.encode(whole)) <= RECORD_BYTES:
        return whole
    return _of_record(record, error, attempts=attempts, kept_bytes=KEPT_BYTES // 2, kept_headers=0)


def _of_record(
    record: StoredRecord, error: Exception, *, attempts: int, kept_bytes: int, kept_headers: int
) -> DeadLetter:
    value = record.value or b""
    cut = f"{_CUT[0]}{len(value)}{_CUT[1]}{kept_bytes}{_CUT[2]}" if len(value) > kept_bytes else ""
    return DeadLetter(
        id=ids.dead_letter_id(f"{record.position}{f'/{error.reader}' if isinstance(error, DeletedUnread) else ''}"),
        source_topic=record.topic,
        source_partition=record.partition,
        source_offset=record.offset,
        source_key=str(record.position),
        reason=f"{words(error, REASON_CHARACTERS)}{cut}",
        error_class=type(error).__name__,
        attempts=attempts,
        at=datetime.now(UTC),
        payload=value[:kept_bytes],
        headers={
            name[:KEPT_HEADER_BYTES]: content[:KEPT_HEADER_BYTES].decode("utf-8", "replace")
            for name, content in record.headers[:kept_headers]
        },
    )


def is_cut(letter: DeadLetter) -> bool:
    """Return whether a dead letter lacks a part of its record: of the value or of the headers."""
    value_cut = letter.reason.endswith(f"{_CUT[1]}{len(letter.payload)}{_CUT[2]}")
    headers_cut = not letter.headers or len(letter.headers) >= KEPT_HEADERS
    return value_cut or headers_cut or any(map(_is_cut, (*letter.headers, *letter.headers.values())))


def _is_cut(text: str) -> bool:
    """Return whether the name or the value of a header was cut, or was no text."""
    return len(text.encode()) >= KEPT_HEADER_BYTES or "\ufffd" in text
