"""Separates a supporter from its main case. It takes over that case's present owner, refusals and standing answer."""

from typing import Final

from msgspec.structs import replace

from complaints.case import Case, Heard
from complaints.command import CASE, EchoedEvent
from complaints.disposition import Handling
from complaints.fact import Reopened, Unmerged
from normalizer.emergency import tells_of_danger as danger_in
from normalizer.matter.signature import is_grave
from router.cases.document.plain import regency_of
from router.cases.draft import Draft
from router.cases.owners import put, route
from router.cases.roles import Law
from router.facts import tells_of_danger, whole_text

_EXPLANATION: Final = "Laporan Anda kini ditangani {owner}, seperti laporan lain tentang hal yang sama."


def parts(before: Case, after: Case, text: str) -> str:
    """Return why an addition separates a supporter from its main case; empty if the supporter stays.

    A matter that the report told before does not count: a person merged the case all the same.
    """
    if is_now_of_abuse(before, after):
        return "The citizen now tells of abuse."
    if is_corrected(before, after):
        return "The citizen has corrected the place."
    if is_grave(text) and not is_grave(whole_text(before.complaint)):
        return "The citizen now tells of a crime, or of a person who was hurt."
    if danger_in(text) and not tells_of_danger(before.complaint):
        return "The citizen now tells of danger to life."
    return ""


def is_now_of_abuse(before: Case, after: Case) -> bool:
    """Return whether a case has become one of oversight."""
    return after.complaint.oversight and not before.complaint.oversight


def is_corrected(before: Case, after: Case) -> bool:
    """Return whether the regency of a case was known, and is another one now."""
    return bool(was := regency_of(before)) and regency_of(after) != was


def is_for_another(before: Case, after: Case) -> bool:
    """Return whether an addition needs another owner than the main case has: it reports abuse of office, or corrects the place."""
    return is_now_of_abuse(before, after) or is_corrected(before, after)


def leave(draft: Draft, law: Law, why: str, *, answered: bool = False) -> None:
    """Add the facts by which a supporter is handled separately again; if `answered`, it keeps the main case's answer."""
    heard = draft.now.heard
    draft.add(
        Unmerged(**draft.head(Unmerged), other=draft.now.main, text=why, event=_kept(heard) if answered else None)
    )
    _take_over(draft, law, heard)


def leave_hidden(draft: Draft, law: Law) -> bool:
    """Add the facts by which a supporter leaves because it becomes secret. Always return True: it has its owner."""
    leave(draft, law, "A secret report is handled by itself.", answered=True)
    return True


def leave_to_tell(draft: Draft, law: Law, before: Case, why: str) -> bool:
    """Add the facts by which a supporter leaves because of its citizen's addition. Return whether it has a new owner already.

    If not, the case must be routed. It has one only if a person gave the main case to its owner and `is_for_another` is false.
    """
    now = draft.now
    heard = now.heard
    draft.add(Unmerged(**draft.head(Unmerged), other=now.main, text=why))
    if is_for_another(before, now) or not (heard and heard.handling and heard.handling.given):
        return False
    return _take_over(draft, law, heard)


def open_again(draft: Draft, law: Law, *, by_law: bool = False, text: str | None = None) -> bool:
    """Add the facts that reopen a case. Unless `by_law`, a supporter gets its main case's owner. Return whether the owner changed."""
    heard = draft.now.heard
    draft.add(Reopened(**draft.head(Reopened), text=text, event=_kept(heard)))
    return not by_law and _take_over(draft, law, heard)


def _kept(heard: Heard | None) -> EchoedEvent | None:
    return "answered" if heard and heard.answer else None


def _take_over(draft: Draft, law: Law, heard: Heard | None) -> bool:
    """Give a former supporter to the owner of its main case, and return whether its owner changed.

    An agency that refused either of the two cases does not get it.
    """
    if heard is None or heard.handling is None:
        return False
    case, owner, handling = draft.now, heard.owner, heard.handling
    former, elsewhere = case.owner.id, case.refused_elsewhere
    refused = {*elsewhere, *(said.agency_id for said in case.refusals)}
    if owner.id == former or owner.id in refused or not law.knows(owner.id):
        if former in elsewhere:
            route(draft, law)
        return former in elsewhere
    disposition = law.given(case.complaint, owner.id, owner.id)
    disposition = replace(
        disposition,
        triage=handling.triage,
        explanation=_EXPLANATION.format(owner=owner.name),
        evidence=tuple([replace(one, rule=f"given:{CASE}") for one in disposition.evidence]),
    )
    put(draft, disposition, handling=handling)
    return True


def handling_of(case: Case) -> Handling:
    """Return how a main case is handled, for its supporters (see complaints.disposition.Handling)."""
    refused = tuple(dict.fromkeys([said.agency_id for said in case.refusals]))
    return Handling(triage=case.triage, given=case.given, refused=refused)
