"""The legal deadlines of a case: each duty counts from an event of its own, in the days of the place where it happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Final, Literal, NamedTuple

from complaints.runtime import packaged
from normalizer.zones import local_day

Duty = Literal["forward", "first_follow_up", "complete", "close", "statute_completeness", "statute_decision"]

_SATURDAY: Final = 5
_CACHED: Final = 8192
"""Maximum number of cached results, one per set of days, class and variant."""


class Days(NamedTuple):
    """The days on which the duties of a case began, at the place where it happened.

    Attributes:
        received: the day of receipt.
        forwarded: the day on which the case first had an owner that is no triage desk; None if it never had one.
        complete: the day on which the report was complete, or will count as complete at the latest.
        answered: the day of the answer that nobody disputed; None if there is none.
    """

    received: date
    forwarded: date | None
    complete: date
    answered: date | None


@dataclass(frozen=True, slots=True, eq=False)
class Deadlines:
    """Days by regulation, class and agency.

    Attributes:
        regulations: the rows of deadlines.yaml, in the order of the days from which they apply.
        statute: the ceilings of the statute in calendar days, which no regulation moves.
        variants: by agency id or kind of unit ("dishub"), the duties whose working days differ.
    """

    regulations: tuple[Mapping[str, Any], ...]
    statute: Mapping[str, Any]
    variants: Mapping[str, Mapping[str, Any]]

    @classmethod
    def load(cls) -> "Deadlines":
        """Return the days of all regulations from the packaged data file, which is read once: each caller gets the same object."""
        return _load()

    def of(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the deadlines of a case, each a Deadline as plain data. The list is kept: callers must not change it.

        To forward counts from the receipt, to follow up first from the first forwarding, to complete from the complete report, and to
        close from the answer: what has not begun has no deadline. A wait for the citizen's answer stops the completion, no longer than
        the statute gives him. The regulation in force on the day of receipt applies, to the end; before the first one, the first.

        Args:
            case: the document of the case (see complaints.case.Case).
        """
        complaint = case["complaint"]
        kind = "berkadar" if complaint.get("oversight") else complaint.get("class") or ""
        return _deadlines(self, self._days(case), kind, self._variant(case["owner"]["id"]))

    def _days(self, case: Mapping[str, Any]) -> Days:
        complaint = case["complaint"]
        province = ((complaint.get("place") or {}).get("province") or {}).get("code")

        def day(moment: str) -> date:
            return local_day(datetime.fromisoformat(moment), province)

        forwarded = next((hop["since"] for hop in case["chain"] if not hop["triage"]), None)
        question = case.get("question")
        received = day(complaint["received_at"])
        complete = day(case["complete_since"]) if case.get("complete_since") else received
        return Days(
            received=received,
            forwarded=day(forwarded) if forwarded else None,
            complete=later(day(question["at"]), self.statute["citizen"]) if question else complete,
            answered=day(case["answers"][-1]["at"]) if case["state"] == "ditanggapi" else None,
        )

    def _variant(self, agency_id: str) -> str:
        if not self.variants:
            return ""
        unit = agency_id.rpartition("-")[0]
        return agency_id if agency_id in self.variants else unit if unit in self.variants else ""


@cache
def _load() -> Deadlines:
    document = packaged.document("router", "deadlines.yaml")
    regulations = tuple(sorted(document["regulations"], key=lambda regulation: regulation["from"]))
    return Deadlines(regulations=regulations, statute=document["statute"], variants=document["variants"])


@lru_cache(maxsize=_CACHED)
def _deadlines(deadlines: Deadlines, days: Days, kind: str, variant: str) -> list[dict[str, Any]]:
    in_force = [regulation for regulation in deadlines.regulations if regulation["from"] <= days.received]
    regulation = {
        **(in_force or deadlines.regulations)[0 if not in_force else -1],
        **deadlines.variants.get(variant, {}),
    }
    complete = regulation["complete"]
    working: list[tuple[Duty, date | None, int]] = [
        ("forward", days.received, regulation["forward"]),
        ("first_follow_up", days.forwarded, regulation["first_follow_up"]),
        ("complete", days.complete, complete.get(kind, complete["pengaduan"])),
        ("close", days.answered, regulation["close"]),
    ]
    statute = deadlines.statute
    calendar: list[tuple[Duty, date, int, str]] = [
        ("statute_completeness", days.received, statute["completeness"], statute["completeness_article"]),
        ("statute_decision", days.complete, statute["decision"], statute["decision_article"]),
    ]
    found = [
        _deadline(duty, begins, count, "working", regulation["id"])
        for duty, begins, count in working
        if begins is not None
    ]
    return found + [_deadline(duty, begins, count, "calendar", article) for duty, begins, count, article in calendar]


def _deadline(duty: Duty, begins: date, days: int, counted: str, source: str) -> dict[str, Any]:
    due = working_day(begins, days) if counted == "working" else later(begins, days)
    return {
        "duty": duty,
        "days": days,
        "counted": counted,
        "begins": begins.isoformat(),
        "due": due.isoformat(),
        "source": source,
    }


def later(day: date, days: int) -> date:
    """Return the day that is some calendar days later; at the end of the calendar (year 9999) the last day of the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max


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
