"""The legal deadlines: the last working day of each duty, counted from the day of receipt and never restarted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Literal

from complaints.calendar import jakarta_day
from complaints.runtime import packaged

Duty = Literal["forward", "first_follow_up", "complete", "auto_close"]

_SATURDAY = 5
_CACHED_DAYS = 4096
"""Maximum number of cached results, one per day of receipt, class and variant: enough for years."""


@dataclass(frozen=True, slots=True, eq=False)
class Deadlines:
    """Working days by regulation, class and agency.

    Attributes:
        regulations: the rows of deadlines.yaml, in the order of the days from which they apply.
        variants: by agency id or kind of unit ("dishub"), the duties whose working days differ.
    """

    regulations: tuple[Mapping[str, Any], ...]
    variants: Mapping[str, Mapping[str, Any]]

    @classmethod
    def load(cls) -> "Deadlines":
        """Return the working days of all regulations from the packaged data file, which is read once: each caller gets the same object."""
        return _load()

    def of(
        self, received_at: datetime, *, complaint_class: str, oversight: bool, agency_id: str
    ) -> list[dict[str, Any]]:
        """Return the deadlines of the owner's four duties: to forward, to follow up first, to complete, and to close automatically.

        Each is a Deadline as plain data. The list is kept: callers must not change it.

        The regulation that is in force on the day of receipt in Jakarta applies; before the first regulation, the first one applies.

        Args:
            received_at: the time of receipt, with a time zone.
            complaint_class: the value of a ComplaintClass; any other text counts as a complaint.
            oversight: whether it is a report of abuse of office, which has a deadline of its own in any class.
            agency_id: the id of the owner.
        """
        day = jakarta_day(received_at)
        return _deadlines(self, day, "berkadar" if oversight else complaint_class, self._variant(agency_id))

    def _variant(self, agency_id: str) -> str:
        if not self.variants:
            return ""
        unit = agency_id.rpartition("-")[0]
        return agency_id if agency_id in self.variants else unit if unit in self.variants else ""


@cache
def _load() -> Deadlines:
    document = packaged.document("router", "deadlines.yaml")
    regulations = tuple(sorted(document["regulations"], key=lambda regulation: regulation["from"]))
    return Deadlines(regulations=regulations, variants=document["variants"])


@lru_cache(maxsize=_CACHED_DAYS)
def _deadlines(deadlines: Deadlines, day: date, kind: str, variant: str) -> list[dict[str, Any]]:
    in_force = [regulation for regulation in deadlines.regulations if regulation["from"] <= day]
    regulation = {
        **(in_force or deadlines.regulations)[0 if not in_force else -1],
        **deadlines.variants.get(variant, {}),
    }
    complete = regulation["complete"]
    days: dict[Duty, int] = {
        "forward": regulation["forward"],
        "first_follow_up": regulation["first_follow_up"],
        "complete": complete.get(kind, complete["pengaduan"]),
        "auto_close": regulation["first_follow_up"] + regulation["auto_close"],
    }
    return [
        {"duty": duty, "working_days": count, "due": working_day(day, count).isoformat(), "source": regulation["id"]}
        for duty, count in days.items()
    ]


def working_day(start: date, count: int) -> date:
    """Return the day that is `count` working days after `start`: weekends, national holidays and days of joint leave do not count.

    If `count` is 0, return `start`. At the end of the calendar (year 9999), return the last day of the calendar.
    """
    day, left = start, count
    while left > 0:
        if day >= date.max - timedelta(days=1):
            return date.max
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY and day not in _days_off(day.year):
            left -= 1
    return day


@cache
def _days_off(year: int) -> frozenset[date]:
    """Return the national holidays and the days of joint leave (*cuti bersama*) of a year."""
    import holidays  # loads a hundred calendars: only with the first deadline, not with every command

    return frozenset(holidays.country_holidays("ID", years=year, categories=("public", "government")))
