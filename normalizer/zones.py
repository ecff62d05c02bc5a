"""The day in the time zone of a province."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from normalizer.places.gazetteer import PROVINCE

_HOUR_S: Final = 3600
_DAY_S: Final = 24 * _HOUR_S
_WIB_S, _WITA_S, _WIT_S = 7 * _HOUR_S, 8 * _HOUR_S, 9 * _HOUR_S
"""The zones, in seconds east of Greenwich."""

_WITA = frozenset(("51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"))
_WIT = frozenset(("81", "82", "91", "92", "93", "94", "95", "96"))
"""Provinces of Central and Eastern Indonesian time (Keppres 41/1987); all others have Western time."""


def local_day(moment: datetime, province: str | None) -> date:
    """Return the day in the time zone of a province, or in Western Indonesian time if the province is not known.

    If the moment has no time zone, or its day there is beyond the calendar (years 1 to 9999), return the day as the moment has it.

    Args:
        moment: the moment.
        province: the code of the province or of a region in it; None if not known.
    """
    day = moment.date()
    later_s = _zone_s(province)
    if moment.tzinfo is not UTC:
        written = moment.utcoffset()
        if written is None:
            return day
        later_s -= written.days * _DAY_S + written.seconds
    days = (moment.hour * _HOUR_S + moment.minute * 60 + moment.second + later_s) // _DAY_S
    if not days:
        return day
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day


def midnight_ms(day: date, province: str | None) -> int:
    """Return the moment at which a day begins in the time zone of a province, in milliseconds since 1970."""
    there = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return (int(there.timestamp()) - _zone_s(province)) * 1000


def zone_of(province: str | None) -> tuple[timedelta, str]:
    """Return by how much the time of a province is ahead of UTC, and the name of its zone."""
    seconds = _zone_s(province)
    name = "WIT" if seconds == _WIT_S else "WITA" if seconds == _WITA_S else "WIB"
    return timedelta(seconds=seconds), name


def _zone_s(province: str | None) -> int:
    zone = (province or "")[:PROVINCE]
    return _WIT_S if zone in _WIT else _WITA_S if zone in _WITA else _WIB_S
