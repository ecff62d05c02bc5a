"""The clock of the commands and processes."""

from datetime import UTC, date, datetime


def today() -> date:
    """Return the day of now where no place is known: that of the capital's time zone (see normalizer.zones.local_day)."""
    from normalizer.zones import local_day  # most commands need no tables

    return local_day(datetime.now(UTC), None)
