"""The waits of a case. A wait for its citizen stops the completion, at most for the days that the law gives him."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from complaints.case import OPEN, Case, CaseState
from complaints.disposition import Duty
from normalizer.zones import local_day
from router.deadlines import Deadlines, province_of


def standing(case: Case) -> CaseState:
    """Return the state of an open case, which follows from what it waits for."""
    if case.question is not None:
        return "awaiting_citizen"
    if case.postponed is not None:
        return "postponed"
    if case.triage:
        return "received"
    if case.reopened_at is not None:
        return "reopened"
    return "routed" if case.accepted_at is None else "accepted"


def stood(case: Case) -> Case:
    """Return an open case in its present state (see `standing`); any other case unchanged."""
    return replace(case, state=standing(case)) if case.state in OPEN else case


def latest_answer(asked_at: datetime) -> datetime:
    """Return the moment until which the completion waits for the answer to a question (UU 25/2009 Pasal 44 ayat (4))."""
    return asked_at + timedelta(days=Deadlines.load().statute["citizen"])


def is_over(case: Case, moment: datetime, duty: Duty = "complete") -> bool:
    """Return whether the days for a duty were over at a moment: after that, a question stops no clock."""
    due = next((one.due for one in case.deadlines if one.duty == duty), None)
    return due is not None and local_day(moment, province_of(case)) > due


def stop_waiting(case: Case, moment: datetime) -> Case:
    """Return the case with its waits ended: its report is complete since the moment, or since the citizen's days were over."""
    return _decidable(_complete(case, moment), moment)


def end_waits(case: Case, moment: datetime) -> Case:
    """Return the case in which the waits with days that are over have ended: its report is complete since then."""
    if case.waits_since is not None and not _can_answer(case, case.waits_since, moment):
        case = _complete(case, moment)
    if case.decision_waits_since is not None and not _can_answer(case, case.decision_waits_since, moment):
        case = _decidable(case, moment)
    return case


def close_question(case: Case, moment: datetime) -> Case:
    """Return the case with its question, if one is open, closed without an addition of the citizen.

    A wait in which he could still answer is forgotten, as if nothing had been asked. A wait with days that are over keeps its effect.
    """
    return replace(end_waits(case, moment), question=None, waits_since=None, decision_waits_since=None)


def _can_answer(case: Case, since: datetime, moment: datetime) -> bool:
    province = province_of(case)
    return local_day(moment, province) <= local_day(latest_answer(since), province)


def _complete(case: Case, moment: datetime) -> Case:
    """Return the case with the wait of the completion ended."""
    began = case.waits_since
    if began is None:
        return case
    until = min(moment, latest_answer(began))
    paused_s = case.paused_s + max(0, int((until - began).total_seconds()))
    return replace(case, waits_since=None, complete_since=until, paused_s=paused_s)


def _decidable(case: Case, moment: datetime) -> Case:
    """Return the case with the wait of the statute's ceiling for the decision ended."""
    began = case.decision_waits_since
    if began is None:
        return case
    return replace(case, decision_waits_since=None, declared_since=min(moment, latest_answer(began)))
