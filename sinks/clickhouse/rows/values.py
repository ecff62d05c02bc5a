"""Makes the values that every row needs: times in milliseconds, numbers that fit their columns, and texts as analysts see them."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from complaints.bus import StoredRecord
from complaints.errors import ContractViolation
from normalizer.masking import mask

Row = dict[str, Any]
"""The values of one row, by the names of their columns: plain data, because a file declares the columns.
Times are milliseconds since 1970, which the driver takes as they are."""

Values = tuple[Any, ...]
"""The values of a row alone."""

Rows = list[tuple[str, Row]]
"""Rows, each with the name of its table."""

UINT8, UINT16, UINT32 = (1 << 8) - 1, (1 << 16) - 1, (1 << 32) - 1
INT32, INT64 = (1 << 31) - 1, (1 << 63) - 1
"""The largest numbers that ClickHouse's integer columns can hold."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_EARLIEST_MS = (datetime(1900, 1, 1, tzinfo=UTC) - _EPOCH) // _MS
_LATEST_MS = (datetime(2300, 1, 1, tzinfo=UTC) - _EPOCH) // _MS - 1
"""The first and the last time that a DateTime64 holds. Beyond them ClickHouse keeps a number that clients cannot read."""


def held(number: int, most: int, name: str, *, least: int = 0) -> int:
    """Return `number`, which must be from `least` to `most`.

    Raises:
        ContractViolation: it is not.
    """
    if not least <= number <= most:
        raise ContractViolation(f"{name} is too {'large' if number > most else 'small'} for its column")
    return number


def moment(at: datetime) -> int:
    """Return a time in milliseconds since 1970.

    Raises:
        ContractViolation: ClickHouse has no such time.
    """
    return held((at - _EPOCH) // _MS, _LATEST_MS, "a time", least=_EARLIEST_MS)


def maybe_moment(at: datetime | None) -> int | None:
    """Return a time in milliseconds since 1970; None if there is none."""
    return None if at is None else moment(at)


_masked = lru_cache(maxsize=8192)(mask)
"""Masks a text once for the fact, the documents and the complaint of a case, which come in one batch."""


def shown(words: str, *, secret: bool) -> str:
    """Return a free text as analysts see it: masked, and empty if the report is secret."""
    return "" if secret else _masked(words)


def place_on_kafka(record: StoredRecord) -> Row:
    """Return the columns that every table has: when Kafka appended the record, in milliseconds since 1970, and where.

    Raises:
        ContractViolation: ClickHouse has no such time.
    """
    return {
        "appended_at": held(record.timestamp_ms, _LATEST_MS, "the time of its record", least=_EARLIEST_MS),
        "kafka_partition": record.partition,
        "kafka_offset": record.offset,
    }
