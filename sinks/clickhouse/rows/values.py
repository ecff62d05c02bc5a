"""Reads values from the JSON of a record, each with a check that it fits its column.

The text of a ContractViolation has the name of the field and not its value, which may be private.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from complaints.bus import StoredRecord
from complaints.errors import ContractViolation
from normalizer.masking import mask

Json = dict[str, Any]
"""An object of the JSON, by the names of its fields."""

Row = dict[str, Any]
"""The values of one row, by the names of their columns. Times are milliseconds since 1970, which the driver takes as they are."""

Rows = list[tuple[str, Row]]
"""Rows, each with the name of its table."""

UINT8, UINT16, UINT32 = (1 << 8) - 1, (1 << 16) - 1, (1 << 32) - 1
INT32, INT64 = (1 << 31) - 1, (1 << 63) - 1
"""The largest numbers that ClickHouse's integer columns can hold."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def loaded(value: bytes | None) -> Json:
    """Return the JSON object in the value of a record.

    Raises:
        ContractViolation: there is no value, or it is no JSON object.
    """
    if value is None:
        raise ContractViolation("it has no value")
    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise ContractViolation(f"it is no JSON: {error}") from None
    if type(found) is not dict:
        raise ContractViolation("it is no JSON object")
    return found


def text(of: Json, key: str, default: str | None = None) -> str:
    """Return a text; `default` if it is missing or null.

    Raises:
        ContractViolation: it is no text, or it is missing and there is no default.
    """
    found = of.get(key)
    if type(found) is str:
        return found
    if found is None and default is not None:
        return default
    raise ContractViolation(f"{key} must be a text")


def flag(of: Json, key: str) -> bool:
    """Return True or False; False if it is missing.

    Raises:
        ContractViolation: it is neither.
    """
    found = of.get(key, False)
    if type(found) is not bool:
        raise ContractViolation(f"{key} must be true or false")
    return found


def count(of: Json, key: str, most: int, default: int | None = None) -> int:
    """Return a whole number of at least 0; `default` if it is missing or null.

    Args:
        of: the object.
        key: the name of the field.
        most: the largest number that the column can hold.
        default: the number for a missing field.

    Raises:
        ContractViolation: it is no such number, or it is missing and there is no default.
    """
    found = of.get(key)
    if found is None and default is not None:
        return default
    if type(found) is not int or found < 0:
        raise ContractViolation(f"{key} must be a whole number of at least 0")
    return held(found, most, key)


def held(number: int, most: int, key: str) -> int:
    """Return `number`, which must not be larger than `most`.

    Raises:
        ContractViolation: it is larger.
    """
    if number > most:
        raise ContractViolation(f"{key} is too large for its column")
    return number


def share(of: Json, key: str, default: float | None = None) -> float:
    """Return a number from 0 to 1, such as a probability; `default` if it is missing or null.

    Raises:
        ContractViolation: it is no such number, or it is missing and there is no default.
    """
    found: Any = of.get(key)
    if found is None and default is not None:
        return default
    if type(found) not in {int, float} or not 0 <= found <= 1:
        raise ContractViolation(f"{key} must be a number from 0 to 1")
    return float(found)


def degrees(of: Json, key: str, most: int) -> float:
    """Return an angle in degrees, rounded to two decimals, which is about a kilometre on the ground.

    Raises:
        ContractViolation: it is missing, or no number from -`most` to `most`.
    """
    found: Any = of.get(key)
    if type(found) not in {int, float} or not -most <= found <= most:
        raise ContractViolation(f"{key} must be a number from -{most} to {most}")
    return round(float(found), 2)


def uuid(of: Json, key: str) -> UUID:
    """Return a UUID.

    Raises:
        ContractViolation: it is missing or no UUID.
    """
    try:
        return UUID(text(of, key))
    except ValueError:
        raise ContractViolation(f"{key} must be a UUID") from None


def moment(of: Json, key: str) -> int:
    """Return a time, which must have an offset from UTC, in milliseconds since 1970.

    Raises:
        ContractViolation: it is missing or no such time.
    """
    try:
        found = datetime.fromisoformat(text(of, key))
    except ValueError:
        raise ContractViolation(f"{key} must be a time in ISO 8601") from None
    if found.tzinfo is None:
        raise ContractViolation(f"{key} must have an offset from UTC")
    return (found - _EPOCH) // _MS


def day(of: Json, key: str) -> date:
    """Return a date.

    Raises:
        ContractViolation: it is missing or no date.
    """
    try:
        return date.fromisoformat(text(of, key))
    except ValueError:
        raise ContractViolation(f"{key} must be a date in ISO 8601") from None


def part(of: Json, key: str) -> Json:
    """Return an object that must be there.

    Raises:
        ContractViolation: it is missing or no object.
    """
    found = maybe(of, key)
    if found is None:
        raise ContractViolation(f"{key} is missing")
    return found


def maybe(of: Json, key: str) -> Json | None:
    """Return an object; None if it is missing or null.

    Raises:
        ContractViolation: it is something else.
    """
    found = of.get(key)
    if found is not None and type(found) is not dict:
        raise ContractViolation(f"{key} must be an object")
    return found


def parts(of: Json, key: str) -> list[Json]:
    """Return a list of objects; an empty one if it is missing.

    Raises:
        ContractViolation: it is no list, or something in it is no object.
    """
    return _list(of, key, dict)


def texts(of: Json, key: str) -> list[str]:
    """Return a list of texts; an empty one if it is missing.

    Raises:
        ContractViolation: it is no list, or something in it is no text.
    """
    return _list(of, key, str)


def _list(of: Json, key: str, kind: type) -> list[Any]:
    found = of.get(key)
    if found is None:
        return []
    if type(found) is not list or not {type(each) for each in found} <= {kind}:
        raise ContractViolation(f"{key} must be a list of {'texts' if kind is str else 'objects'}")
    return found


_masked = lru_cache(maxsize=8192)(mask)
"""Masks a text once for the fact, the documents and the complaint of a case, which come in one batch."""


def shown(words: str, *, secret: bool) -> str:
    """Return a free text as analysts see it: masked, and empty if the report is secret."""
    return "" if secret else _masked(words)


def place_on_kafka(record: StoredRecord) -> Row:
    """Return the columns that every table has: when Kafka appended the record, in milliseconds since 1970, and where."""
    return {
        "appended_at": record.timestamp_ms,
        "kafka_partition": record.partition,
        "kafka_offset": record.offset,
    }
