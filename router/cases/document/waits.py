"""What a case waits for; while it waits for its citizen the completion stands still, no longer than the law gives him."""

from datetime import date, datetime, timedelta

from msgspec.structs import replace

from complaints.case import OPEN, Case, CaseState
from complaints.disposition import Duty
from complaints.fact import Echoed, Fact, Postponed
from complaints.telling import COMPLETE_BY
from normalizer.zones import local_day
from router.deadlines import Deadlines, province_of


def standing(case: Case) -> CaseState:
    """Return the state of an open case: what it waits for."""
    if case.question is not None:
        return "perlu dilengkapi"
    if case.postponed is not None:
        return "ditunda"
    if case.triage:
        return "diterima"
    if case.reopened_at is not None:
        return "dibuka kembali"
    return "diteruskan" if case.accepted_at is None else "diproses"


def stood(case: Case) -> Case:
    """Return a case in the state that it has by what it waits for now, if it is open."""
    return replace(case, state=standing(case)) if case.state in OPEN else case


def latest_answer(asked_at: datetime) -> datetime:
    """Return until when a citizen can answer a question so that the completion waits for him (UU 25/2009 Pasal 44 ayat (4))."""
    return asked_at + timedelta(days=Deadlines.load().statute["citizen"])


def is_over(case: Case, moment: datetime, duty: Duty = "complete") -> bool:
    """Return whether the days for a duty were over at a moment: nobody turns red into green by asking."""
    due = next((one.due for one in case.deadlines if one.duty == duty), None)
    return due is not None and local_day(moment, province_of(case)) > due


def stop_waiting(case: Case, moment: datetime) -> Case:
    """Note that the report is complete since a moment, or since the days of the citizen were over."""
    return _decidable(_complete(case, moment), moment)


def end_waits(case: Case, moment: datetime) -> Case:
    """Note of each wait whose days are over that the report is complete since then."""
    if case.waits_since is not None and not _can_answer(case, case.waits_since, moment):
        case = _complete(case, moment)
    if case.decision_waits_since is not None and not _can_answer(case, case.decision_waits_since, moment):
        case = _decidable(case, moment)
    return case


def close_question(case: Case, moment: datetime) -> Case:
    """Close the open question, if there is one, without an addition of the citizen, whoever closes it and however.

    Each wait in which he can still answer is forgotten, as if nothing had been asked; one whose days are over has moved its clock.
    """
    return replace(end_waits(case, moment), question=None, waits_since=None, decision_waits_since=None)


def _can_answer(case: Case, since: datetime, moment: datetime) -> bool:
    province = province_of(case)
    return local_day(moment, province) <= local_day(latest_answer(since), province)


def _complete(case: Case, moment: datetime) -> Case:
    """Stop the wait of the completion."""
    began = case.waits_since
    if began is None:
        return case
    until = min(moment, latest_answer(began))
    paused_s = case.paused_s + max(0, int((until - began).total_seconds()))
    return replace(case, waits_since=None, complete_since=until, paused_s=paused_s)


def _decidable(case: Case, moment: datetime) -> Case:
    """Stop the wait of the ceiling of the decision."""
    began = case.decision_waits_since
    if began is None:
        return case
    return replace(case, decision_waits_since=None, declared_since=min(moment, latest_answer(began)))


def due_of(fact: Fact, case: Case) -> date:
    """Return the day to which a fact puts a case off, or by which the case must be completed now: none after the law's own for a decision.

    Source: UU 25/2009 Pasal 50, which no class and no extension moves.
    """
    until = fact.until if isinstance(fact, Postponed | Echoed) else None
    return until or min(one.due for one in case.deadlines if one.duty in COMPLETE_BY)
