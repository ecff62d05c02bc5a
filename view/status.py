"""The status of a case, which anybody with its tracking code may see. Pure."""

from complaints.case import Case, CaseStatus
from complaints.telling import complete_by
from complaints.tracking import names_mailbox
from normalizer.masking import mask


def status_of(case: Case) -> CaseStatus:
    """Return the status of a case: the latest answer is masked, a supporter's is its main case's, and a secret report has none."""
    secret, heard = case.complaint.secret, case.heard
    answer = mask(case.answers[-1].text) if case.answers else ""
    if heard is not None:
        answer = heard.answer
    return CaseStatus(
        complaint_id=case.complaint_id,
        tracking_code=case.tracking_code,
        channel=case.complaint.channel,
        received_at=case.complaint.received_at,
        state=case.state,
        owner=(heard or case).owner.name,
        since=case.chain[-1].since if case.chain else case.changed_at,
        due=complete_by(case.deadlines),
        answer="" if secret else answer,
        secret=secret,
        anonymous=case.complaint.anonymous,
        by_code=names_mailbox(case.complaint.reporter_ref),
        content=case.complaint.raw.digest or "",
    )
