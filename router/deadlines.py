"""The legal deadlines of a case: each duty counts from an event of its own, in the days of the place where it happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Final, Literal, NamedTuple

from msgspec.structs import replace

from complaints.case import Case
from complaints.command import NEIGHBOURS
from complaints.disposition import Counted, Deadline, Duty, Terms
from complaints.event import Complaint
from complaints.runtime import packaged
from normalizer.zones import local_day, midnight_ms

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


_CACHED: Final = 8192
"""Maximum number of cached results, one per set of days and terms."""

Light = Literal["hijau", "kuning", "merah", "done"]
"""The state of a deadline: at least two working days are left after today, fewer are left, none is left; or the duty was fulfilled."""

_GREEN_FROM: Final = 2
"""The number of working days after today with which a deadline is green."""


class Days(NamedTuple):
    """The days on which the duties of a case began and were fulfilled, at the place where it happened; None if not yet.

    Attributes:
        received: the day of receipt.
        forwarded: the day on which the case first had an owner that is no triage desk.
        complete: the day on which the report was complete, or will count as complete at the latest.
        declared: the same for the statute's day for the decision, which does not move after an owner declared the report complete.
        followed_up: the day on which an owner first did something.
        checked: the day on which an owner or the service first said whether the report is complete.
        first_answered: the day of the first answer.
        answered: the day of the last answer, unless it was disputed.
        closed: the day on which the case was closed.
    """

    received: date
    forwarded: date | None
    complete: date
    declared: date
    followed_up: date | None
    checked: date | None
    first_answered: date | None
    answered: date | None
    closed: date | None


class Counts(NamedTuple):
    """The numbers of working days that count for a case, and the regulation that sets them."""

    regulation: str
    forward: int
    first_follow_up: int
    complete: int
    close: int


@dataclass(frozen=True, slots=True, eq=False)
class Deadlines:
    """Days by regulation, class and agency.

    Attributes:
        regulations: the rows of deadlines.yaml, in the order of the days from which they apply.
        statute: the ceilings of the statute in calendar days, which no regulation moves.
        internal: the days that no law sets, for reminders and escalation.
        variants: by agency id or kind of unit ("dishub"), the duties whose working days differ.
        version: of the data.
    """

    regulations: tuple[Mapping[str, Any], ...]
    statute: Mapping[str, Any]
    internal: Mapping[str, int]
    variants: Mapping[str, Mapping[str, Any]]
    version: str

    @classmethod
    @cache
    def load(cls) -> "Deadlines":
        """Return the days of all regulations from the packaged data file, which is read once: each caller gets the same object."""
        document = packaged.document("router", "deadlines.yaml")
        regulations = tuple(sorted(document["regulations"], key=lambda regulation: regulation["from"]))
        return Deadlines(
            regulations=regulations,
            statute=document["statute"],
            internal=document["internal"],
            variants=document["variants"],
            version=packaged.version("router", "deadlines.yaml"),
        )

    def terms(self, complaint: Complaint) -> Terms:
        """Return the days that count for a complaint to its end (see complaints.disposition.Terms).

        They are those of the regulation in force on the day of receipt; before the first one, those of the first.
        """
        return _terms(self, local_day(complaint.received_at, _province(complaint)))

    def of(self, case: Case) -> tuple[Deadline, ...]:
        """Return the deadlines of a case.

        Forwarding counts from the receipt, the first follow-up from the first forwarding, completion from the complete report, and closing
        from the answer. A duty that has not begun has no deadline. A wait for the citizen's answer stops the completion, at most for the
        days that the statute gives him. A disputed answer fulfils no duty, and starts no clock anew.
        """
        complaint = case.complaint
        terms = case.terms or self.terms(complaint)
        kind = "berkadar" if complaint.oversight else complaint.complaint_class.value
        if self.variants and (own := self.variants.get(self._variant(case.owner.id))):
            terms = replace(terms, **own)
        complete = terms.complete.get(kind, terms.complete["pengaduan"])
        if case.extended_at:
            complete += (complete + 1) // 2
        counts = Counts(terms.regulation, terms.forward, terms.first_follow_up, complete, terms.close)
        return _deadlines(self, self._days(case), counts)

    def _days(self, case: Case) -> Days:
        province = province_of(case)
        received = local_day(case.complaint.received_at, province)
        forwarded = _day(case.forwarded_at, province)
        for hop in case.chain:
            if not hop.triage:
                since = local_day(hop.since, province)
                forwarded = since if forwarded is None or since < forwarded else forwarded
                break
        answers = case.answers
        # a supporter that ends with its main case had no answer of its own that was not disputed
        stands = bool(answers) and case.state in _ANSWERED and case.ended_by != NEIGHBOURS
        return Days(
            received=received,
            forwarded=forwarded,
            complete=self._complete(case.complete_since, case.waits_since, province) or received,
            declared=self._complete(case.declared_since, case.decision_waits_since, province) or received,
            followed_up=_day(case.followed_up_at, province),
            checked=_day(case.checked_at, province),
            first_answered=local_day(answers[0].at, province) if answers else None,
            answered=local_day(answers[-1].at, province) if stands else None,
            closed=_day(case.ended_at, province) if case.state == "closed" else None,
        )

    def _complete(self, since: datetime | None, waits: datetime | None, province: str | None) -> date | None:
        """Return the day from which a report is complete: at the latest the last one on which the citizen can answer an open question."""
        if waits is not None:
            return later(local_day(waits, province), self.statute["citizen"])
        return _day(since, province)

    def _variant(self, agency_id: str) -> str:
        unit = agency_id.rpartition("-")[0]
        return agency_id if agency_id in self.variants else unit


_ANSWERED: Final = frozenset(("answered", "closed"))
"""The states in which the last answer is valid."""


def light(deadline: Deadline, today: date) -> Light:
    """Return the state of a deadline on a day at the place of the case."""
    if deadline.done is not None:
        return "done"
    if today > deadline.due:
        return "merah"
    return "hijau" if working_days_between(today, deadline.due) >= _GREEN_FROM else "kuning"


def _day(moment: datetime | None, province: str | None) -> date | None:
    return None if moment is None else local_day(moment, province)


def over_ms(deadline: Deadline, province: str | None) -> int:
    """Return the moment at which a deadline is over, in milliseconds since 1970: the midnight after its last day, at the place."""
    return _after_ms(deadline.due, province)


@lru_cache(maxsize=_CACHED)
def _after_ms(day: date, province: str | None) -> int:
    return midnight_ms(later(day, 1), province)


@lru_cache(maxsize=_CACHED)
def working_days_after_ms(day: date, count: int, province: str | None) -> int:
    """Return the end of the day that is `count` working days after a day, in the province's time, in milliseconds since 1970."""
    return midnight_ms(later(working_day(day, count), 1), province)


@lru_cache(maxsize=_CACHED)
def days_after_ms(day: date, count: int, province: str | None) -> int:
    """Return the end of the day that is `count` calendar days after a day, in the province's time, in milliseconds since 1970."""
    return midnight_ms(later(later(day, count), 1), province)


def province_of(case: Case) -> str | None:
    """Return the code of the province where a case happened; None if it is not known."""
    return _province(case.complaint)


def _province(complaint: Complaint) -> str | None:
    province = complaint.place.province
    return None if province is None else province.code


@lru_cache(maxsize=_CACHED)
def _terms(deadlines: Deadlines, received: date) -> Terms:
    in_force = [regulation for regulation in deadlines.regulations if regulation["from"] <= received]
    regulation = in_force[-1] if in_force else deadlines.regulations[0]
    days = {name: regulation[name] for name in ("forward", "first_follow_up", "close", "complete")}
    return Terms(regulation=regulation["id"], version=deadlines.version, **days)


@lru_cache(maxsize=_CACHED)
def _deadlines(deadlines: Deadlines, days: Days, counts: Counts) -> tuple[Deadline, ...]:
    statute, source = deadlines.statute, counts.regulation
    forwarded = min((day for day in (days.forwarded, days.first_answered) if day), default=None)
    rows: list[tuple[Duty, date | None, int, Counted, str, date | None]] = [
        ("forward", days.received, counts.forward, "working", source, forwarded),
        ("first_follow_up", days.forwarded, counts.first_follow_up, "working", source, days.followed_up),
        ("complete", days.complete, counts.complete, "working", source, days.answered),
        ("close", days.answered, counts.close, "working", source, None),
        (
            "statute_completeness",
            days.received,
            statute["completeness"],
            "calendar",
            statute["completeness_article"],
            days.checked,
        ),
        (
            "statute_decision",
            days.declared,
            statute["decision"],
            "calendar",
            statute["decision_article"],
            days.answered,
        ),
    ]
    return tuple(
        [
            Deadline(
                duty=duty,
                days=count,
                counted=counted,
                begins=begins,
                due=working_day(begins, count) if counted == "working" else later(begins, count),
                source=source,
                done=done or days.closed,
            )
            for duty, begins, count, counted, source, done in rows
            if begins is not None
        ]
    )
