"""What the owner of a case does. Each function adds the facts, or returns why the command is not possible."""

from datetime import date, timedelta
from typing import Final

from complaints.fact import FactKind, Result
from router.cases.document.plain import Document
from router.cases.draft import Declined, Draft
from router.cases.inbound import Inbound
from router.cases.owners import MOST_QUESTIONS, is_out_of_reach, put, route
from router.cases.roles import Law
from router.deadlines import day_of, province_of

MOST_OWNERS: Final = 30
"""The greatest length of the chain of owners after which no unit hands a case on: it must handle it, or refuse it."""

LONGEST: Final = timedelta(days=366)
"""For how long a case is put off at most: what waits for the money of the next year."""


def words(record: Inbound) -> str:
    """Return what the actor says, without blanks around it; may be empty."""
    text: str = record.body.get("text") or ""
    return text.strip()


def note(record: Inbound) -> dict[str, str]:
    """Return what the actor says as a field of a fact, for the acts that need no words; empty if he says nothing."""
    said = words(record)
    return {"text": said} if said else {}


def today_of(case: Document, record: Inbound) -> date:
    """Return the day of a record at the place of the case."""
    return day_of(record.at, province_of(case))


def verify(draft: Draft, record: Inbound, _: Law) -> Declined | None:
    """Note that the report is complete."""
    if draft.now.get("verified_at") and not draft.now.get("question"):
        return Declined("The report was already said to be complete.", Result.already_applied)
    draft.add(FactKind.verified, **note(record))
    return None


def accept(draft: Draft, record: Inbound, _: Law) -> Declined | None:
    """Note that the owner accepts the case. A triage desk can, too: then it handles the matter itself."""
    if draft.now.get("accepted_at"):
        return Declined("The case was already accepted.", Result.already_applied)
    draft.add(FactKind.accepted, **note(record))
    return None


def refuse(draft: Draft, record: Inbound, law: Law) -> Declined | None:
    """Note the refusal, and if the owner refuses, find the next one; what the refusal suggests weighs as evidence."""
    owner, suggested = draft.now["owner"]["id"], record.body.get("to")
    if suggested is not None:
        if not law.knows(suggested):
            return Declined(f"No agency has the id {suggested}: it cannot be suggested.")
        if suggested == record.body["actor"]:
            return Declined("An agency cannot suggest itself and refuse.")
    if record.body["actor"] == owner and any(answer["agency"]["id"] == owner for answer in draft.now["answers"]):
        return Declined(f"{law.name(owner)} has answered the case: it can no longer be refused.")
    about = {} if suggested is None else {"to": suggested}
    draft.add(FactKind.refused, text=words(record), **about)
    if record.body["actor"] == owner:
        route(draft, law)
    elif draft.is_full():
        return Declined("The case has moved on, and has no room for another refusal.")
    return None


def hand_on(draft: Draft, record: Inbound, law: Law) -> Declined | None:
    """Give the case to another unit of the owner's government, which has not had it."""
    case, to = draft.now, record.body.get("to")
    owner = case["owner"]["id"]
    if to is None or not law.knows(to):
        return Declined(f"No agency has the id {to}: a case is handed on to a unit of the owner's government.")
    if not law.same_government(owner, to):
        return Declined(f"{law.name(to)} is not of the owner's government: refuse the case and suggest it.")
    if to == owner:
        return Declined(f"{law.name(to)} has the case: it is handed on to another unit.", Result.already_applied)
    if why := refused_by(to, case, law) or _had_by(to, case, law):
        return Declined(why)
    if len(case["chain"]) >= MOST_OWNERS:
        return Declined(f"The case has had {MOST_OWNERS} owners: it cannot be handed on.")
    draft.add(FactKind.handed_on, text=words(record), to=to)
    put(draft, law.given(draft.now["complaint"], to, owner))
    return None


def refused_by(agency_id: str, case: Document, law: Law) -> str:
    """Return that an agency has refused a case, or one with which it was merged; empty if it has not."""
    if any(said["agency_id"] == agency_id for said in case["refusals"]):
        return f"{law.name(agency_id)} has refused this case: it never gets it back."
    if agency_id in case.get("refused_elsewhere", ()):
        return f"{law.name(agency_id)} has refused the case with which this one was merged: it does not get it."
    return ""


def _had_by(agency_id: str, case: Document, law: Law) -> str:
    if any(hop["owner"]["id"] == agency_id for hop in case["chain"]):
        return f"{law.name(agency_id)} has had the case: it cannot be handed back."
    return ""


def ask(draft: Draft, record: Inbound, law: Law) -> Declined | None:
    """Ask the citizen, in the owner's own words, if he can be reached."""
    case = draft.now
    if is_out_of_reach(case["complaint"]):
        by = law.name(case["complaint"]["recorded_by"])
        return Declined(f"The citizen has no address for a question: ask {by}, whose officer recorded what he said.")
    if case.get("question"):
        return Declined("A question to the citizen is open: one at a time.")
    if case["questions"] >= MOST_QUESTIONS:
        return Declined(f"The citizen was asked {MOST_QUESTIONS} times: the case is handled with what there is.")
    draft.add(FactKind.asked, text=words(record))
    return None


def answer(draft: Draft, record: Inbound, _: Law) -> Declined | None:
    """Answer the citizen. The same answer again is already applied, unless it was disputed in between."""
    case, text = draft.now, words(record)
    if text.endswith("?"):
        return Declined("An answer does not end with a question: ask the citizen, and the case waits for what he says.")
    last = case["answers"][-1] if case["answers"] else None
    if (
        last
        and case["state"] == "ditanggapi"
        and last["text"] == text
        and last["agency"]["id"] == record.body["actor"]
        and bool(last.get("final")) >= bool(record.body.get("final"))
    ):
        return Declined("This answer was already given.", Result.already_applied)
    draft.add(FactKind.answered, text=text, **({"final": True} if record.body.get("final") else {}))
    if draft.is_full():
        return Declined("The case has no room for another answer.")
    return None


def extend(draft: Draft, record: Inbound, _: Law) -> Declined | None:
    """Give the owner half of the days again: once, and only before they are over."""
    case = draft.now
    if case.get("extended_at"):
        return Declined("The days were already extended: that is possible once.")
    if "complete" in case.get("overdue", ()):
        return Declined(
            "The days were over once, which no longer class undoes: they cannot be extended. Answer, or put the case off."
        )
    due = next(one["due"] for one in case["deadlines"] if one["duty"] == "complete")
    if today_of(case, record) > date.fromisoformat(due):
        return Declined(f"The days to complete the case were over on {due}: they cannot be extended any more.")
    draft.add(FactKind.extended, text=words(record))
    return None


def postpone(draft: Draft, record: Inbound, _: Law) -> Declined | None:
    """Put the case off to a later day. No clock stops."""
    case, until = draft.now, record.body.get("until")
    if not until or date.fromisoformat(until) <= today_of(case, record):
        return Declined("A case is put off to a day after today.")
    if date.fromisoformat(until) > today_of(case, record) + LONGEST:
        return Declined(f"A case is put off by {LONGEST.days} days at most.")
    if case.get("question"):
        return Declined("A question to the citizen is open: the case waits for him already.")
    draft.add(FactKind.postponed, text=words(record), until=until)
    return None


def close(draft: Draft, record: Inbound, _: Law) -> Declined | None:
    """Close an answered case before the clock does. The citizen can open it again."""
    draft.add(FactKind.closed, text=words(record))
    return None
