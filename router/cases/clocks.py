"""The clocks of a case: when its next timer is due, and the facts that follow from it. Pure: the time is that of the timer's record."""

from datetime import datetime
from typing import Final

from complaints import command, telling
from complaints import fact as happened
from complaints.case import OPEN, Case, Question
from complaints.fact import Result
from normalizer.zones import local_day, midnight_ms
from router.cases.draft import Declined, Draft
from router.cases.roles import Law
from router.deadlines import Deadlines, days_after_ms, over_ms, province_of, working_days_after_ms

LAST_LEVEL: Final = telling.LAST_LEVEL
"""The last step of the ladder."""

_GRACE_MS: Final = 6 * 3_600_000
"""Milliseconds from the citizen's last day until a question closes: his answer may still lie in the mailbox of a step that was down."""

_NEEDED: Final = ("subject", "place")
"""The parts without which nobody can handle a report."""


def due_ms(case: Case, changed_ms: int) -> int | None:
    """Return when the next timer of a case is due, in milliseconds since 1970; None if the case waits for nothing.

    The time is after the last change of the case, even if the moment has passed. So two timers of a case that find something to do never
    have the same id, and neither do their facts and replies.
    """
    earliest = min([moment for moment, _ in _moments(case)], default=None)
    return None if earliest is None else max(earliest, changed_ms + 1)


def due(draft: Draft, _: command.Due, law: Law) -> Declined | None:
    """Add the facts of everything that is due. A timer that fires twice adds nothing the second time. It is never declined."""
    come = [what for moment, what in _moments(draft.now) if moment <= draft.record.at_ms]
    for duty in [one.duty for one in draft.now.deadlines if _OVERDUE + one.duty in come]:
        draft.add(happened.Overdue(**draft.head(happened.Overdue, duty), duty=duty))
    if _POSTPONED in come:
        draft.add(happened.Resumed(**draft.head(happened.Resumed)))
    if _CLOSING in come:
        draft.add(happened.Closed(**draft.head(happened.Closed)))
    if any(what.startswith(_OVERDUE) or what == _LADDER for what in come) and _escalate(draft, law) == LAST_LEVEL:
        return None  # the citizen gets one notice at a time: his question is still due, and follows with the next timer
    if _QUESTION in come:
        _close_question(draft)
    elif _REMINDER in come:
        draft.add(happened.Reminded(**draft.head(happened.Reminded)))
    return None


def unheard(draft: Draft, said: command.Unheard, _: Law) -> Declined | None:
    """Close a question that never reached the citizen: the case stops waiting, and his silence is not deemed a withdrawal.

    A case that nobody can handle without the answer stays at its triage desk.
    """
    if draft.now.question is None:
        return Declined("No question is open.", Result.already_applied)
    draft.add(happened.Unheard(**draft.head(happened.Unheard), text=said.text))
    return None


_OVERDUE, _LADDER, _QUESTION, _REMINDER, _POSTPONED, _CLOSING = (
    "overdue/",
    "ladder",
    "question",
    "reminder",
    "postponed",
    "closing",
)


def _moments(case: Case) -> list[tuple[int, str]]:
    """Return all that a case waits for, each with its moment in milliseconds since 1970."""
    if case.state in OPEN:
        province = province_of(case)
        found = _of_deadlines(case, province)
        if case.question is not None:
            found += _of_citizen(case.question, province)
        if case.postponed is not None:
            found.append((midnight_ms(case.postponed.until, province), _POSTPONED))
        return found
    if case.state == "answered":
        return [(over_ms(one, province_of(case)), _CLOSING) for one in case.deadlines if one.duty == "close"]
    return []


def _of_deadlines(case: Case, province: str | None) -> list[tuple[int, str]]:
    """Return the ends of the deadlines whose duties are not fulfilled, and the next step of the ladder if one is over."""
    found: list[tuple[int, str]] = []
    late_from: list[int] = []
    for deadline in case.deadlines:
        if deadline.done is not None:
            continue
        over = over_ms(deadline, province)
        if deadline.duty in case.overdue:
            late_from.append(over)
        else:
            found.append((over, _OVERDUE + deadline.duty))
    escalation = case.escalation
    if late_from and escalation and escalation.level < LAST_LEVEL:
        step = _working_days_after(escalation.at, province, Deadlines.load().internal["escalate"])
        found.append((max(step, min(late_from)), _LADDER))  # a deadline that was moved since is not over yet
    return found


def _of_citizen(question: Question, province: str | None) -> list[tuple[int, str]]:
    """Return when the citizen is reminded of the open question, and when it closes."""
    days, asked = Deadlines.load(), question.at
    closes = days_after_ms(local_day(asked, province), days.statute["citizen"], province) + _GRACE_MS
    if question.reminded_at is not None:
        return [(closes, _QUESTION)]
    return [(_working_days_after(asked, province, days.internal["remind"]), _REMINDER), (closes, _QUESTION)]


def _working_days_after(moment: datetime, province: str | None, count: int) -> int:
    return working_days_after_ms(local_day(moment, province), count, province)


def _escalate(draft: Draft, law: Law) -> int | None:
    """Take the next step of the ladder, and return its number; None if there is none."""
    escalation = draft.now.escalation
    level = 1 if escalation is None else escalation.level + 1
    if level > LAST_LEVEL:
        return None
    agency = law.ladder(draft.now, level)
    draft.add(happened.Escalated(**draft.head(happened.Escalated, str(level)), level=level, agency=agency))
    return level


def _close_question(draft: Draft) -> None:
    """Close a question that was not answered within the days of the law (UU 25/2009 Pasal 44 ayat (4) and (5)).

    The case is handled with what there is; if nobody can handle it without the answer, the citizen is deemed to have withdrawn.
    """
    if _is_needed(draft.now):
        draft.add(happened.Withdrawn(**draft.head(happened.Withdrawn), deemed=True))
    else:
        draft.add(happened.Unanswered(**draft.head(happened.Unanswered)))


def _is_needed(case: Case) -> bool:
    """Return whether nobody can handle the case without the answer to its open question."""
    return case.triage and case.question is not None and case.question.part in _NEEDED
