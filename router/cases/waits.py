"""What a case waits for; while it waits for its citizen the completion stands still, no longer than the law gives him."""

from datetime import datetime, timedelta

from router.cases.plain import Document, time_text
from router.deadlines import Deadlines, day_of, province_of


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
    for wait, since in (("waits_since", "complete_since"), ("decision_waits_since", "declared_since")):
        began = case.pop(wait, None)
        if began is None:
            continue
        until = min(moment, latest_answer(began), key=datetime.fromisoformat)
        case[since] = until
        if wait == "waits_since":
            waited = datetime.fromisoformat(until) - datetime.fromisoformat(began)
            case["paused_s"] = case.get("paused_s", 0) + max(0, int(waited.total_seconds()))


def waited_for_nothing(case: Document, moment: str) -> None:
    """Note that the report was complete all the time: a wait in which the citizen could still answer has moved no clock."""
    province = province_of(case)
    for wait in ("waits_since", "decision_waits_since"):
        if wait in case and day_of(moment, province) <= day_of(latest_answer(case[wait]), province):
            del case[wait]
    stop_waiting(case, moment)


def due_of(fact: Document, case: Document) -> str:
    """Return the day to which a fact puts a case off, or by which the case must be completed now."""
    day: str = fact.get("until") or next(one["due"] for one in case["deadlines"] if one["duty"] == "complete")
    return day
