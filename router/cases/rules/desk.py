"""The commands of triage desks and the national administrator. Each function adds the facts, or returns why it is declined."""

from complaints import command
from complaints.fact import Archived, Prioritised, Reclassified, Rerouted, Result
from router.cases.draft import Declined, Draft
from router.cases.owners import put
from router.cases.roles import Law
from router.cases.rules import leaving
from router.cases.rules.owner import note, refused_by, words


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
