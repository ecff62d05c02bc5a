"""What a case waits for; while it waits for its citizen the completion stands still, no longer than the law gives him."""

from datetime import datetime, timedelta
from typing import Final

from complaints.telling import COMPLETE_BY
from router.cases.document.plain import Document, time_text
from router.deadlines import Deadlines, day_of, province_of

_WAITS: Final = (("waits_since", "complete_since"), ("decision_waits_since", "declared_since"))
"""The fields of the moments since which the completion and the decision wait for the citizen, and since which the report is complete."""


def standing(case: Document) -> str:
    """Return the state of an open case: what it waits for."""
    if case.get("question"):
        return "perlu dilengkapi"
    if case.get("postponed"):
        return "ditunda"
    if case["triage"]:
        return "diterima"
    if case.get("reopened_at"):
        return "dibuka kembali"
    return "diproses" if case.get("accepted_at") else "diteruskan"


def latest_answer(asked_at: str) -> str:
    """Return until when a citizen can answer a question so that the completion waits for him (UU 25/2009 Pasal 44 ayat (4))."""
    until = datetime.fromisoformat(asked_at) + timedelta(days=Deadlines.load().statute["citizen"])
    return time_text(int(until.timestamp() * 1000))


def is_over(case: Document, moment: str, duty: str = "complete") -> bool:
    """Return whether the days for a duty were over at a moment: nobody turns red into green by asking."""
    due = next((one["due"] for one in case["deadlines"] if one["duty"] == duty), None)
    return due is not None and day_of(moment, province_of(case)).isoformat() > due


def stop_waiting(case: Document, moment: str) -> None:
    """Note that the report is complete since a moment, or since the days of the citizen were over."""
    for wait, since in _WAITS:
        if wait in case:
            _stop(case, wait, since, moment)


def end_waits(case: Document, moment: str) -> None:
    """Note of each wait whose days are over that the report is complete since then."""
    for wait, since in _WAITS:
        if wait in case and not _can_answer(case, wait, moment):
            _stop(case, wait, since, moment)


def close_question(case: Document, moment: str) -> None:
    """Close the open question, if there is one, without an addition of the citizen, whoever closes it and however.

    Each wait in which he can still answer is forgotten, as if nothing had been asked; one whose days are over has moved its clock.
    """
    case.pop("question", None)
    end_waits(case, moment)
    for wait, _ in _WAITS:
        case.pop(wait, None)


def _can_answer(case: Document, wait: str, moment: str) -> bool:
    province = province_of(case)
    return day_of(moment, province) <= day_of(latest_answer(case[wait]), province)


def _stop(case: Document, wait: str, since: str, moment: str) -> None:
    began = case.pop(wait)
    case[since] = until = min(moment, latest_answer(began), key=datetime.fromisoformat)
    if wait == "waits_since":
        waited = datetime.fromisoformat(until) - datetime.fromisoformat(began)
        case["paused_s"] = case.get("paused_s", 0) + max(0, int(waited.total_seconds()))


def due_of(fact: Document, case: Document) -> str:
    """Return the day to which a fact puts a case off, or by which the case must be completed now: none after the law's own for a decision.

    Source: UU 25/2009 Pasal 50, which no class and no extension moves.
    """
    if fact.get("until"):
        until: str = fact["until"]
        return until
    days: list[str] = [one["due"] for one in case["deadlines"] if one["duty"] in COMPLETE_BY]
    return min(days)
