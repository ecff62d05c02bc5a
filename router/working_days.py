"""Counts working days by Indonesia's calendar: weekends, national holidays and days of joint leave (*cuti bersama*) do not count. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Final

_SATURDAY: Final = 5


def later(day: date, days: int) -> date:
    """Return the day that is some calendar days later; at the end of the calendar (year 9999) the last day of the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max


@lru_cache(maxsize=8192)
def working_day(start: date, count: int) -> date:
    """Return the day that is `count` working days after `start`.

    If `count` is 0, return `start`. At the end of the calendar (year 9999), return the last day of the calendar.
    """
    day, left = start, count
    while left > 0:
        if day >= date.max - timedelta(days=1):
            return date.max
        day += timedelta(days=1)
        left -= is_working(day)
    return day


def working_days_between(after: date, until: date) -> int:
    """Return the number of working days after one day, up to and including another."""
    return sum(is_working(after + timedelta(days=number)) for number in range(1, (until - after).days + 1))


def is_working(day: date) -> bool:
    """Return whether a day is a working day."""
    return day.weekday() < _SATURDAY and day not in days_off(day.year)


@cache
def days_off(year: int) -> Mapping[date, str]:
    """Return the national holidays and the days of joint leave of a year, with their names."""
    import holidays  # loads a hundred calendars: only with the first deadline, not with every command

    return dict(holidays.country_holidays("ID", years=year, categories=("public", "government")))
