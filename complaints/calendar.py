"""Moments by their milliseconds, and the calendar of the national service: a day begins and ends at midnight in Jakarta. Pure."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)

MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
"""The months in the form in which people write them in Indonesian."""

WIB = timedelta(hours=7)
"""The offset of Jakarta's time (*Waktu Indonesia Barat*) from UTC; it is the same all year."""


@lru_cache(maxsize=1024)
def moment_of(milliseconds: int) -> datetime:
    """Return a moment in UTC, from its milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def ms_of(moment: datetime) -> int:
    """Return a moment in milliseconds since 1970."""
    return round((moment - _EPOCH) / _MS)


def jakarta_day(moment: datetime) -> date:
    """Return the date that it is in Jakarta at a moment.

    If that date is outside the range of Python's `date` (years 1 to 9999), return the date in the moment's own time zone.
    """
    try:
        return (moment.astimezone(UTC) + WIB).date()
    except OverflowError:
        return moment.date()


def written_day(moment: date) -> str:
    """Return a date in the form in which people write it, such as "3 Nov 2026". A moment's date is that of Jakarta."""
    if isinstance(moment, datetime):
        moment = jakarta_day(moment)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
