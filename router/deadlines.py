"""The legal deadlines of a case: each duty counts from an event of its own, in the days of the place where it happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, Final, Literal, NamedTuple

from complaints.command import NEIGHBOURS
from complaints.disposition import Duty
from complaints.runtime import packaged
from normalizer.zones import local_day, midnight_ms
from router.working_days import later, working_day, working_days_between

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
        declared: the same for the ceiling of the decision, which nothing moves after the report was said to be complete.
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
    def load(cls) -> "Deadlines":
        """Return the days of all regulations from the packaged data file, which is read once: each caller gets the same object."""
        return _load()

    def terms(self, complaint: dict[str, Any]) -> dict[str, Any]:
        """Return the days that count for a complaint to its end (see complaints.disposition.Terms).

        They are those of the regulation in force on the day of receipt; before the first one, those of the first.
        """
        return _terms(self, day_of(complaint["received_at"], _province(complaint)))

    def of(self, case: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the deadlines of a case, each a Deadline as plain data. The list is kept: callers must not change it.

        To forward counts from the receipt, to follow up first from the first forwarding, to complete from the complete report, and to
        close from the answer: what has not begun has no deadline. A wait for the citizen's answer stops the completion, no longer than
        the statute gives him. A disputed answer fulfils nothing, and starts nothing anew.

        Args:
            case: the document of the case (see complaints.case.Case).
        """
        complaint = case["complaint"]
        terms = case.get("terms") or self.terms(complaint)
        kind = "berkadar" if complaint.get("oversight") else complaint.get("class") or "pengaduan"
        own = self.variants.get(self._variant(case["owner"]["id"])) if self.variants else None
        days = {**terms, **own} if own else terms
        complete = days["complete"].get(kind, days["complete"]["pengaduan"])
        if case.get("extended_at"):
            complete += (complete + 1) // 2
        counts = Counts(terms["regulation"], days["forward"], days["first_follow_up"], complete, days["close"])
        return _deadlines(self, self._days(case), counts)

    def _days(self, case: dict[str, Any]) -> Days:
        province = _province(case["complaint"])
        received = day_of(case["complaint"]["received_at"], province)
        forwarded = _day(case.get("forwarded_at"), province)
        for hop in case["chain"]:
            if not hop["triage"]:
                since = day_of(hop["since"], province)
                forwarded = since if forwarded is None or since < forwarded else forwarded
                break
        answers = case["answers"]
        # a supporter that ends with its main case had no answer of its own that was not disputed
        stands = bool(answers) and case["state"] in _ANSWERED and case.get("ended_by") != NEIGHBOURS
        return Days(
            received=received,
            forwarded=forwarded,
            complete=self._complete(case, "complete_since", "waits_since", province) or received,
            declared=self._complete(case, "declared_since", "decision_waits_since", province) or received,
            followed_up=_day(case.get("followed_up_at"), province),
            checked=_day(case.get("checked_at"), province),
            first_answered=day_of(answers[0]["at"], province) if answers else None,
            answered=day_of(answers[-1]["at"], province) if stands else None,
            closed=day_of(case["ended_at"], province) if case["state"] == "selesai" else None,
        )

    def _complete(self, case: dict[str, Any], since: str, wait: str, province: str | None) -> date | None:
        """Return the day from which a report is complete: at the latest the last one on which the citizen can answer an open question."""
        if waits := case.get(wait):
            return later(day_of(waits, province), self.statute["citizen"])
        return _day(case.get(since), province)

    def _variant(self, agency_id: str) -> str:
        unit = agency_id.rpartition("-")[0]
        return agency_id if agency_id in self.variants else unit


_ANSWERED: Final = frozenset(("ditanggapi", "selesai"))
"""The states in which the last answer stands."""


def light(deadline: Mapping[str, Any], today: date) -> Light:
    """Return the state of a deadline on a day at the place of the case."""
    if deadline.get("done"):
        return "done"
    due = date.fromisoformat(deadline["due"])
    if today > due:
        return "merah"
    return "hijau" if working_days_between(today, due) >= _GREEN_FROM else "kuning"


@lru_cache(maxsize=_CACHED)
def day_of(moment: str, province: str | None) -> date:
    """Return the day of a moment, as text, at a place."""
    return local_day(datetime.fromisoformat(moment), province)


def _day(moment: str | None, province: str | None) -> date | None:
    return day_of(moment, province) if moment else None


def over_ms(deadline: dict[str, Any], province: str | None) -> int:
    """Return the moment at which a deadline is over, in milliseconds since 1970: the midnight after its last day, at the place."""
    return _after_ms(deadline["due"], province)


@lru_cache(maxsize=_CACHED)
def _after_ms(day: str, province: str | None) -> int:
    return midnight_ms(later(date.fromisoformat(day), 1), province)


@lru_cache(maxsize=_CACHED)
def working_days_after_ms(day: date, count: int, province: str | None) -> int:
    """Return the midnight after the day that is some working days after a day, at a place, in milliseconds since 1970."""
    return midnight_ms(later(working_day(day, count), 1), province)


@lru_cache(maxsize=_CACHED)
def days_after_ms(day: date, count: int, province: str | None) -> int:
    """Return the midnight after the day that is some calendar days after a day, at a place, in milliseconds since 1970."""
    return midnight_ms(later(later(day, count), 1), province)


def province_of(case: dict[str, Any]) -> str | None:
    """Return the code of the province where a case happened; None if it is not known."""
    return _province(case["complaint"])


def _province(complaint: dict[str, Any]) -> str | None:
    code: str | None = ((complaint.get("place") or {}).get("province") or {}).get("code")
    return code


@cache
def _load() -> Deadlines:
    document = packaged.document("router", "deadlines.yaml")
    regulations = tuple(sorted(document["regulations"], key=lambda regulation: regulation["from"]))
    return Deadlines(
        regulations=regulations,
        statute=document["statute"],
        internal=document["internal"],
        variants=document["variants"],
        version=packaged.version("router", "deadlines.yaml"),
    )


@lru_cache(maxsize=_CACHED)
def _terms(deadlines: Deadlines, received: date) -> dict[str, Any]:
    in_force = [regulation for regulation in deadlines.regulations if regulation["from"] <= received]
    regulation = in_force[-1] if in_force else deadlines.regulations[0]
    days = {name: regulation[name] for name in ("forward", "first_follow_up", "close", "complete")}
    return {"regulation": regulation["id"], **days, "version": deadlines.version}


@lru_cache(maxsize=_CACHED)
def _deadlines(deadlines: Deadlines, days: Days, counts: Counts) -> list[dict[str, Any]]:
    statute, source = deadlines.statute, counts.regulation
    forwarded = min((day for day in (days.forwarded, days.first_answered) if day), default=None)
    rows: list[tuple[Duty, date | None, int, str, str, date | None]] = [
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
    return [
        _deadline(duty, begins, count, counted, source, done or days.closed)
        for duty, begins, count, counted, source, done in rows
        if begins is not None
    ]


def _deadline(duty: Duty, begins: date, days: int, counted: str, source: str, done: date | None) -> dict[str, Any]:  # noqa: PLR0913, PLR0917  # the fields of a Deadline
    due = working_day(begins, days) if counted == "working" else later(begins, days)
    found = {
        "duty": duty,
        "days": days,
        "counted": counted,
        "begins": begins.isoformat(),
        "due": due.isoformat(),
        "source": source,
    }
    if done is not None:
        found["done"] = done.isoformat()
    return found
