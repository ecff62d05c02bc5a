"""Makes the row of a case: its document as it is now."""

from complaints.bus import StoredRecord
from complaints.case import Case
from complaints.errors import ContractViolation
from complaints.tracking import Numbers
from sinks.clickhouse.rows.complaints import described
from sinks.clickhouse.rows.dispositions import deadline, named, owned, without_district
from sinks.clickhouse.rows.values import UINT16, UINT32, Row, Rows, held, maybe_moment, moment, place_on_kafka, shown

TABLE = "case_now"
_HOUR_S = 3600


def rows(case: Case, record: StoredRecord, number: Numbers) -> Rows:
    """Return the row of a case document. Its text is that of the complaint and all additions; empty if it is secret.

    Each message is masked, and then the whole again: a name may be in one message and the cue before it in another.

    Raises:
        ContractViolation: a value does not fit its column.
    """
    complaint, chain, answers, question = case.complaint, case.chain, case.answers, case.question
    if not chain:
        raise ContractViolation("chain is empty")
    secret, additions = complaint.secret, complaint.additions
    first = named(chain[0].owner, secret=secret)
    messages = [shown(text, secret=secret) for text in (complaint.text, *(addition.text for addition in additions))]
    row = {
        "complaint_id": number.id(case.complaint_id),
        "case_number": "" if secret else number.of(case.tracking_code),
        "version": held(case.version, UINT32, "version"),
        "state": case.state,
        "channel": complaint.channel,
        "received_at": moment(complaint.received_at),
        "first_routed_at": moment(chain[0].since),
        "first_answered_at": moment(answers[0].at) if answers else None,
        "first_follow_up_at": maybe_moment(case.followed_up_at),
        **_life(case, number, secret=secret),
        "changed_at": moment(case.changed_at),
        "first_owner_id": first["owner_id"],
        "first_owner": first["owner"],
        **owned(case, secret=secret),
        **_of_main(case, secret=secret),
        "deadlines": [(*deadline(one), one.done) for one in case.deadlines],
        "owner_since": moment(chain[-1].since),
        "refusals": held(len(case.refusals), UINT16, "refusals"),
        "additions": held(len(additions), UINT16, "additions"),
        "answers": held(len(answers), UINT16, "answers"),
        "questions": held(case.questions, UINT16, "questions"),
        "question": (question.part or "owner") if question else "",
        "question_at": moment(question.at) if question else None,
        "text": shown("\n".join(messages), secret=secret) if additions else messages[0],
        **described(complaint, number),
        **place_on_kafka(record),
    }
    return [(TABLE, row)]


def _of_main(case: Case, *, secret: bool) -> Row:
    """Return the columns that a supporter has from its main case: the owner, whose case it is now. Its own explanation names another."""
    return {} if case.heard is None else {**named(case.heard.owner, secret=secret), "explanation": ""}


def _paused_s(case: Case) -> int:
    """Return for how long the case waited: to the second it would tell when a citizen wrote, so to the hour if nobody is to know him."""
    exact = held(case.paused_s, UINT32, "paused_s")
    return exact - exact % _HOUR_S if case.complaint.secret or case.complaint.anonymous else exact


def _life(case: Case, number: Numbers, *, secret: bool) -> Row:
    """Return the columns that say how a case lives and ends."""
    ended_by = case.ended_by or ""
    return {
        "accepted_at": maybe_moment(case.accepted_at),
        "ended_at": maybe_moment(case.ended_at),
        "ended_by": without_district(ended_by) if secret else ended_by,
        "deemed": case.deemed,
        "incomplete": case.incomplete,
        "extended": case.extended_at is not None,
        "paused_s": _paused_s(case),
        "disputes": held(case.disputes, UINT16, "disputes"),
        "stars": case.rating.stars if case.rating else None,
        "overdue": sorted(case.overdue),
        "escalation": case.escalation.level if case.escalation else 0,
        "urgent": case.urgent is not None,
        "main": "" if secret else number.of(case.main),
        "supporters": held(case.supporters, UINT32, "supporters"),
    }
