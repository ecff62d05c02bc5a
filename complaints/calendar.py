"""The calendar of the national service: its days are those of Jakarta. Pure."""

from datetime import UTC, date, datetime, timedelta

WIB = timedelta(hours=7)
"""The offset of Jakarta's time (*Waktu Indonesia Barat*) from UTC; it is the same all year."""


def jakarta_day(moment: datetime) -> date:
    """Return the day in Jakarta of a moment. If that day is beyond the calendar's range, return the day in the moment's own zone."""
    try:
        return (moment.astimezone(UTC) + WIB).date()
    except OverflowError:
        return moment.date()
