"""The clock of the commands and processes."""

from datetime import UTC, date, datetime


def today() -> date:
    """Return the present day in the capital's time zone, which applies if no place is known (see normalizer.zones.local_day)."""
    from normalizer.zones import local_day  # most commands need no tables

    return local_day(datetime.now(UTC), None)
