"""Composes the reply to the citizen after each disposition and after the agency's answer. Pure."""

from collections.abc import Sequence

from complaints import ids, tracking
from complaints.case import open_question
from complaints.errors import ContractViolation
from complaints.event import CaseEvent, CaseEventKind, Complaint, Disposition, Refusal, Reply, ReplyKind
from complaints.wording import text

MOST_QUESTIONS = 2
"""Maximum number of questions. After two additions the citizen is not asked again: the triage desk that has the case calls or decides."""


def reply_to(
    complaint: Complaint,
    disposition: Disposition,
    refusals: Sequence[Refusal] = (),
    *,
    after: CaseEventKind | None = None,
) -> Reply:
    """Return the reply to the citizen about a disposition: it tells who has the case, or asks the most important question still open.

    It asks only if a triage desk has the case, the citizen has made fewer than MOST_QUESTIONS additions, and `after` is no refusal.

    Args:
        complaint: the citizen's complaint so far.
        disposition: the router's decision on it.
        refusals: all refusals so far, oldest first.
        after: the kind of case event that led to the disposition; None for the complaint itself.
    """
    kind, occasion = _occasion(complaint, disposition, after)
    return Reply(
        id=ids.reply_id(disposition.id, kind.value),
        complaint_id=complaint.id,
        tracking_code=complaint.tracking_code,
        channel=complaint.channel,
        reply_address=complaint.reply_address,
        kind=kind,
        text=text(
            occasion, complaint.channel, code=tracking.spaced(complaint.tracking_code), owner=disposition.owner.name
        ),
        created_at=disposition.decided_at,
        hop=disposition.hop,
        refusals=tuple(refusals),
        complaint=complaint,
    )


def _occasion(complaint: Complaint, disposition: Disposition, after: CaseEventKind | None) -> tuple[ReplyKind, str]:
    if after is CaseEventKind.not_ours:
        return ReplyKind.moved, "moved"
    part = open_question(complaint)
    if part and disposition.triage and len(complaint.additions) < MOST_QUESTIONS:
        return ReplyKind.question, f"question_{part}"
    if after is CaseEventKind.enriched:
        return ReplyKind.completed, "completed"
    return ReplyKind.received, "received"


def reply_with_answer(event: CaseEvent) -> Reply:
    """Return the reply that brings the owner's answer to the citizen.

    Args:
        event: the case event with the answer (CaseEventKind.answered).

    Raises:
        ContractViolation: the event lacks the complaint, its owner or the text of the answer.
    """
    complaint, owner = event.complaint, event.current_owner
    if complaint is None or owner is None or not event.text.strip():
        raise ContractViolation("an answer must carry the complaint, its owner and the text")
    code = tracking.spaced(complaint.tracking_code)
    return Reply(
        id=ids.reply_id(event.id, ReplyKind.answered.value),
        complaint_id=complaint.id,
        tracking_code=complaint.tracking_code,
        channel=complaint.channel,
        reply_address=complaint.reply_address,
        kind=ReplyKind.answered,
        text=text("answered", complaint.channel, code=code, owner=owner.name, answer=" ".join(event.text.split())),
        created_at=event.at,
        hop=event.hop,
        refusals=event.refusals,
        complaint=complaint,
    )
