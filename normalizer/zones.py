"""The day in the time zone of a province."""

from datetime import UTC, date, datetime, timedelta

from normalizer.places.gazetteer import PROVINCE

_WIB_OFFSET, _WITA_OFFSET, _WIT_OFFSET = timedelta(hours=7), timedelta(hours=8), timedelta(hours=9)

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
    there = _offset(province)
    written = moment.utcoffset()
    if written == there or written is None:
        return moment.date()
    try:
        return (moment + (there - written)).date()
    except OverflowError:
        return moment.date()


def midnight_ms(day: date, province: str | None) -> int:
    """Return the moment at which a day begins in the time zone of a province, in milliseconds since 1970.

    Args:
        day: the day.
        province: as for `local_day`.
    """
    there = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int(there.timestamp() - _offset(province).total_seconds()) * 1000


def _offset(province: str | None) -> timedelta:
    zone = (province or "")[:PROVINCE]
    return _WIT_OFFSET if zone in _WIT else _WITA_OFFSET if zone in _WITA else _WIB_OFFSET
