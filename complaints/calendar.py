"""The days of the national service are those of Jakarta. Pure."""

from datetime import UTC, date, datetime, timedelta

WIB = timedelta(hours=7)


def jakarta_day(moment: datetime) -> date:
    """Return the day in Jakarta; at the ends of the calendar the day as it is written."""
    try:
        return (moment.astimezone(UTC) + WIB).date()
    except OverflowError:
        return moment.date()
