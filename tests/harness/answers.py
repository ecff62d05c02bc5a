"""What clients of ClickHouse answer, as texts that can be compared: every one has types of its own for the same value."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

NONE = "NULL"

_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]00:00:00(\.0+)?(Z|\+00:00)?")
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(\.\d*[1-9])?)\.?0*(Z|\+00:00)?")


def table(rows: Iterable[Sequence[Any]]) -> list[list[str]]:
    """Each row of an answer, each value as text."""
    return [[plain(value) for value in row] for row in rows]


def plain(value: Any) -> str:
    """A value as text: a number to nine digits, a time of UTC without its zone, a day without a time, NULL for none."""
    if value is None or value != value or str(value) in {"NaT", "<NA>"}:  # noqa: PLR0124  # not a number
        return NONE
    if isinstance(value, list | tuple):
        return str([plain(each) for each in value])
    text = str(value.isoformat(" ") if isinstance(value, dt.datetime) else value)
    if match := _MIDNIGHT.fullmatch(text):
        return match[1]
    if match := _TIME.fullmatch(text):
        return f"{match[1]} {match[2]}"
    try:
        return f"{float(text):.9g}"
    except ValueError:
        return text
