"""Routes a case to its owner, and asks the citizen for the parts that its report lacks."""

from typing import Final

from msgspec.structs import replace

from complaints.case import OPEN
from complaints.disposition import Disposition, Handling
from complaints.event import Complaint, MissingPart
from complaints.fact import Asked, Routed
from router.cases.draft import Draft
from router.cases.roles import Law
from router.facts import tells_of_danger

MOST_QUESTIONS: Final = 3
"""The maximum number of questions to the citizen, of the service and of owners together."""

_NEEDED: Final[tuple[MissingPart, ...]] = ("subject", "place")
"""The parts for which a triage desk waits."""

_OF_OVERSIGHT: Final[tuple[MissingPart, ...]] = ("date", "chronology", "evidence")
"""The parts that a report of oversight needs as well as subject and place, the most needed first. Other reports are handled without
them, and a question would only delay them (docs/adr/0028-what-is-asked.md)."""


def route(draft: Draft, law: Law) -> MissingPart | None:
    """Route the case, and add a fact if its owner changes, or becomes or ceases to be a triage desk.

    An owner to whom a person gave the case keeps it, whatever the citizen adds: only a person or a refusal moves it on.
    Return the part for which the citizen should be asked, because the new owner's tier depends on it; None if there is none.
    """
    case = draft.now
    elsewhere = case.refused_elsewhere
    if case.given and case.owner.id not in elsewhere:
        return None
    refusals = case.refusals
    disposition = law.route(
        case.complaint,
        [*(said.agency_id for said in refusals), *elsewhere],
        sum([not said.late for said in refusals]),
        [said.suggested for said in refusals if said.suggested],
    )
    if disposition.owner.id == case.owner.id and disposition.triage == case.triage:
        return None
    put(draft, disposition)
    return disposition.asks


def put(draft: Draft, disposition: Disposition, *, handling: Handling | None = None) -> None:
    """Add the fact that gives the case to the owner of a disposition."""
    case = draft.now
    former = case.owner if case.chain else None
    if former is not None and disposition.owner.id == former.id:
        disposition = replace(disposition, hop=case.hop)
    else:
        disposition = replace(disposition, hop=len(case.chain), previous_owner=former)
    draft.add(Routed(**draft.head(Routed), disposition=disposition, handling=handling))


def is_out_of_reach(complaint: Complaint) -> bool:
    """Return whether nobody can ask the citizen of a complaint: an officer recorded it, and there is no address for a question."""
    return complaint.recorded_by is not None


def ask(draft: Draft, tier_of: MissingPart | None) -> None:
    """Ask the citizen for the most needed part that is missing: one short question at a time.

    The subject and the place are asked for if a triage desk waits for them; then what the owner's tier depends on; then what a report of
    oversight needs. A citizen who cannot be reached is not asked: the case would wait for an answer that nobody can give.
    """
    case = draft.now
    complaint = case.complaint
    if case.state not in OPEN or is_out_of_reach(complaint):
        return
    missing = complaint.missing
    if "subject" in missing and tells_of_danger(complaint):  # whoever cries for help is asked where, and not what
        missing = () if complaint.place.regency else ("place",)
    waited_for = next((part for part in _NEEDED if part in missing), None) if case.triage else None
    part = waited_for or tier_of
    if part is None and complaint.oversight:
        part = next((part for part in _OF_OVERSIGHT if part in missing and part not in case.asked), None)
    if part and case.questions < MOST_QUESTIONS:
        draft.add(Asked(**draft.head(Asked), part=part))
