"""Finds the owner of a case, and what the citizen is asked so that there can be one."""

from typing import Final

from complaints.case import OPEN
from complaints.fact import FactKind
from router.cases.document.plain import Document
from router.cases.draft import Draft
from router.cases.roles import Law

MOST_QUESTIONS: Final = 3
"""The maximum number of questions to the citizen, of the service and of owners together."""

_OF_OVERSIGHT: Final = ("date", "chronology", "evidence")
"""The parts that a report of oversight needs beside the subject and the place, the most needed first. Other reports are handled without
them, and a question would only delay them (docs/adr/0028-what-is-asked.md)."""


def route(draft: Draft, law: Law) -> str | None:
    """Decide who owns the case. After an addition there is a fact only if the owner changes, or becomes or ceases to be a triage desk.

    Whom a person gave the case keeps it, whatever the citizen adds: only a person or a refusal moves it on.
    Return the part for which the citizen should be asked, because the new owner's tier depends on it; None if there is none.
    """
    case = draft.now
    elsewhere = case.get("refused_elsewhere", ())
    if case.get("given") and case["owner"]["id"] not in elsewhere:
        return None
    refusals, complaint = case["refusals"], case["complaint"]
    hops = sum([not said["late"] for said in refusals])
    suggested = [said["suggested"] for said in refusals if said.get("suggested")]
    if suggested:
        complaint = {**complaint, "suggested": suggested}
    disposition = law.route(complaint, [*(said["agency_id"] for said in refusals), *elsewhere], hops)
    owner, former = disposition["owner"], case["owner"]
    moves = former is None or owner["id"] != former["id"]
    if not moves and disposition["triage"] == case["triage"]:
        return None
    put(draft, disposition)
    asks: str | None = disposition.get("asks")
    return asks


def put(draft: Draft, disposition: Document, **about: Document) -> None:
    """Add the fact that the case is now the owner's whom a disposition names. `about` are further fields of the fact."""
    case = draft.now
    owner, former = disposition["owner"], case["owner"]
    moves = former is None or owner["id"] != former["id"]
    hop = len(case["chain"]) if moves else case["hop"]
    previous = {"previous_owner": former} if former is not None and moves else {}
    draft.add(FactKind.routed, disposition={"hop": hop, "owner": owner, **previous, **disposition}, **about)


def is_out_of_reach(complaint: Document) -> bool:
    """Return whether nobody can ask the citizen of a complaint: an officer recorded it, and there is no address for a question."""
    return bool(complaint.get("recorded_by"))


def ask(draft: Draft, tier_of: str | None) -> None:
    """Ask the citizen for the most needed part that is missing: one short question at a time.

    The subject and the place are asked for if a triage desk waits for them; then what the owner's tier depends on; then what a report of
    oversight needs. Nobody is asked who cannot be reached: the case would wait for an answer that nobody can give.

    Args:
        draft: the facts so far.
        tier_of: the part on which the tier of a new owner depends; None if there is none.
    """
    case = draft.now
    complaint = case["complaint"]
    if case["state"] not in OPEN or is_out_of_reach(complaint):
        return
    missing = complaint.get("missing") or ()
    waited_for = next((part for part in ("subject", "place") if part in missing), None) if case["triage"] else None
    part = waited_for or tier_of
    if part is None and complaint.get("oversight"):
        part = next((part for part in _OF_OVERSIGHT if part in missing and part not in case.get("asked", ())), None)
    if part and case["questions"] < MOST_QUESTIONS:
        draft.add(FactKind.asked, part=part)
