"""The commands of a case's owner, and of triage desks. Each function adds the facts of its command, or returns why it is declined."""

from datetime import date, timedelta
from typing import Final

from complaints import command
from complaints import fact as happened
from complaints.case import Case
from complaints.command import Worded
from complaints.fact import Archived, Prioritised, Reclassified, Rerouted, Result
from normalizer.zones import local_day
from router.cases.draft import Declined, Draft
from router.cases.owners import MOST_QUESTIONS, is_out_of_reach, put, route
from router.cases.roles import Law
from router.cases.rules import leaving
from router.deadlines import province_of

MOST_OWNERS: Final = 30
"""The number of owners after which a case can no longer be handed on: its owner must handle it or refuse it."""

LONGEST: Final = timedelta(days=366)
"""The longest time for which a case can be put off: enough for a matter that needs the next year's budget."""


def words(said: Worded) -> str:
    """Return the text of a command without blanks around it; may be empty."""
    return said.text.strip()


def note(said: Worded) -> str | None:
    """Return the text of a command that needs none; None if it is empty."""
    return words(said) or None


def _today(draft: Draft) -> date:
    """Return the day of the record at the place of the case."""
    return local_day(draft.record.at, province_of(draft.now))


def verify(draft: Draft, said: command.Verify, _: Law) -> Declined | None:
    """Note that the report is complete."""
    if draft.now.verified_at and draft.now.question is None:
        return Declined("The report was already said to be complete.", Result.already_applied)
    draft.add(happened.Verified(**draft.head(happened.Verified), text=note(said)))
    return None


def accept(draft: Draft, said: command.Accept, _: Law) -> Declined | None:
    """Note that the owner accepts the case. A triage desk can, too: then it handles the matter itself."""
    if draft.now.accepted_at:
        return Declined("The case was already accepted.", Result.already_applied)
    draft.add(happened.Accepted(**draft.head(happened.Accepted), text=note(said)))
    return None


def refuse(draft: Draft, said: command.Refuse, law: Law) -> Declined | None:
    """Note the refusal. If the present owner refuses, route the case again; the agency that the refusal suggests weighs as evidence."""
    owner, suggested = draft.now.owner.id, said.to
    if suggested is not None:
        if not law.knows(suggested):
            return Declined(f"No agency has the id {suggested}: it cannot be suggested.")
        if suggested == said.actor:
            return Declined("An agency cannot suggest itself and refuse.")
    if said.actor == owner and any(answer.agency.id == owner for answer in draft.now.answers):
        return Declined(f"{law.name(owner)} has answered the case: it can no longer be refused.")
    draft.add(happened.Refused(**draft.head(happened.Refused), text=words(said), to=suggested))
    if said.actor == owner:
        route(draft, law)
    elif draft.is_full():
        return Declined("The case has moved on, and has no room for another refusal.")
    return None


def hand_on(draft: Draft, said: command.HandOn, law: Law) -> Declined | None:
    """Give the case to another unit of the owner's government that has not owned it before."""
    case, to = draft.now, said.to
    owner = case.owner.id
    if not law.knows(to):
        return Declined(f"No agency has the id {to}: a case is handed on to a unit of the owner's government.")
    if not law.same_government(owner, to):
        return Declined(f"{law.name(to)} is not of the owner's government: refuse the case and suggest it.")
    if to == owner:
        return Declined(f"{law.name(to)} has the case: it is handed on to another unit.", Result.already_applied)
    if why := refused_by(to, case, law) or _had_by(to, case, law):
        return Declined(why)
    if len(case.chain) >= MOST_OWNERS:
        return Declined(f"The case has had {MOST_OWNERS} owners: it cannot be handed on.")
    draft.add(happened.HandedOn(**draft.head(happened.HandedOn), text=words(said), to=to))
    put(draft, law.given(draft.now.complaint, to, owner))
    return None


def refused_by(agency_id: str, case: Case, law: Law) -> str:
    """Return a sentence if an agency has refused a case, or a case with which it was merged; empty if it has not."""
    if any(said.agency_id == agency_id for said in case.refusals):
        return f"{law.name(agency_id)} has refused this case: it never gets it back."
    if agency_id in case.refused_elsewhere:
        return f"{law.name(agency_id)} has refused the case with which this one was merged: it does not get it."
    return ""


def _had_by(agency_id: str, case: Case, law: Law) -> str:
    if any(hop.owner.id == agency_id for hop in case.chain):
        return f"{law.name(agency_id)} has had the case: it cannot be handed back."
    return ""


def ask(draft: Draft, said: command.Ask, law: Law) -> Declined | None:
    """Ask the citizen, in the owner's own words, if he can be reached. Our own open question for a part is dropped."""
    case = draft.now
    if is_out_of_reach(case.complaint):
        by = law.name(case.complaint.recorded_by or "")
        return Declined(f"The citizen has no address for a question: ask {by}, whose officer recorded what he said.")
    if case.question is not None and case.question.part in {None, "subject"}:
        return Declined("A question to the citizen is open: one at a time.")
    if case.questions >= MOST_QUESTIONS:
        return Declined(f"The citizen was asked {MOST_QUESTIONS} times: the case is handled with what there is.")
    draft.add(happened.Asked(**draft.head(happened.Asked), text=words(said)))
    return None


def answer(draft: Draft, said: command.Answer, _: Law) -> Declined | None:
    """Answer the citizen. A repeated answer is declined as already applied, unless the citizen disputed it in between."""
    case, text = draft.now, words(said)
    if text.endswith("?"):
        return Declined("An answer does not end with a question: ask the citizen, and the case waits for what he says.")
    last = case.answers[-1] if case.answers else None
    if (
        last
        and case.state == "answered"
        and last.text == text
        and last.agency.id == said.actor
        and last.final >= bool(said.final)
    ):
        return Declined("This answer was already given.", Result.already_applied)
    draft.add(happened.Answered(**draft.head(happened.Answered), text=text, final=said.final or None))
    if draft.is_full():
        return Declined("The case has no room for another answer.")
    return None


def extend(draft: Draft, said: command.Extend, _: Law) -> Declined | None:
    """Extend the time to complete the case by half: once, and only before it is over."""
    case = draft.now
    if case.extended_at:
        return Declined("The days were already extended: that is possible once.")
    if "complete" in case.overdue:
        return Declined(
            "The days were over once, which no longer class undoes: they cannot be extended. Answer, or put the case off."
        )
    due = next(one.due for one in case.deadlines if one.duty == "complete")
    if _today(draft) > due:
        return Declined(f"The days to complete the case were over on {due}: they cannot be extended any more.")
    draft.add(happened.Extended(**draft.head(happened.Extended), text=words(said)))
    return None


def postpone(draft: Draft, said: command.Postpone, _: Law) -> Declined | None:
    """Put the case off to a later day. No clock stops."""
    until = said.until
    if until <= _today(draft):
        return Declined("A case is put off to a day after today.")
    if until > _today(draft) + LONGEST:
        return Declined(f"A case is put off by {LONGEST.days} days at most.")
    if draft.now.question is not None:
        return Declined("A question to the citizen is open: the case waits for him already.")
    draft.add(happened.Postponed(**draft.head(happened.Postponed), text=words(said), until=until))
    return None


def close(draft: Draft, said: command.Close, _: Law) -> Declined | None:
    """Close an answered case before the clock does. The citizen can open it again."""
    draft.add(happened.Closed(**draft.head(happened.Closed), text=words(said)))
    return None


def reroute(draft: Draft, said: command.Reroute, law: Law) -> Declined | None:
    """Give the case to an agency, and name others as well if asked to. An agency that refused the case never gets it back."""
    case, to, beside = draft.now, said.to, said.beside or ()
    if not law.knows(to):
        return Declined(f"No agency has the id {to}: a case is given to an agency.")
    if unknown := next((one for one in beside if not law.knows(one)), None):
        return Declined(f"No agency has the id {unknown}: it cannot be named beside the owner.")
    if why := refused_by(to, case, law):
        return Declined(why)
    if to == case.owner.id and not case.triage and not beside:
        return Declined(f"{law.name(to)} owns the case already.", Result.already_applied)
    draft.add(Rerouted(**draft.head(Rerouted), text=words(said), to=to))
    put(draft, law.given(draft.now.complaint, to, said.actor, beside))
    if draft.is_full():
        return Declined("The case has no room for another owner: its present one must handle it.")
    return None


def reclassify(draft: Draft, said: command.Reclassify, law: Law) -> Declined | None:
    """Correct the class, or whether it is a report of oversight: together they determine the days to complete the case.

    A supporter that becomes a report of oversight leaves its main case.
    """
    complaint, named, oversight = draft.now.complaint, said.complaint_class, said.oversight
    if named is None and oversight is None:
        return Declined("Nothing is said of the class: give --class, --oversight or --no-oversight.")
    if named in {None, complaint.complaint_class} and oversight in {None, complaint.oversight}:
        return Declined("The case has this class already.", Result.already_applied)
    before = draft.now
    draft.add(Reclassified(**draft.head(Reclassified), text=words(said), complaint_class=named, oversight=oversight))
    if before.main and leaving.is_now_of_abuse(before, draft.now):
        leaving.leave(draft, law, "A report of abuse is handled by itself.")
    return None


def prioritise(draft: Draft, said: command.Prioritise, _: Law) -> Declined | None:
    """Mark the case as urgent, with the reason; or, without one, take the mark away."""
    why, before = note(said), draft.now.urgent
    if why is None and before is None:
        return Declined("The case is not marked as urgent: give the reason with --text.")
    if why == before:
        return Declined("The case is already marked as urgent for this reason.", Result.already_applied)
    draft.add(Prioritised(**draft.head(Prioritised), text=why))
    return None


def archive(draft: Draft, said: command.Archive, _: Law) -> Declined | None:
    """Put spam aside. Nothing is deleted."""
    if draft.now.supporters:
        return Declined("The case has supporters: it is no spam.")
    draft.add(Archived(**draft.head(Archived), text=words(said)))
    return None
