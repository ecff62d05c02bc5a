"""Makes the row of a case: its document as it is now."""

from complaints.bus import StoredRecord
from complaints.errors import ContractViolation
from sinks.clickhouse.rows.complaints import described
from sinks.clickhouse.rows.dispositions import deadline, named, owned, without_district
from sinks.clickhouse.rows.values import (
    UINT8,
    UINT16,
    UINT32,
    Json,
    Row,
    Rows,
    count,
    day,
    flag,
    held,
    maybe,
    moment,
    part,
    parts,
    place_on_kafka,
    shown,
    text,
    uuid,
)

TABLE = "case_now"


def rows(case: Json, record: StoredRecord) -> Rows:
    """Return the row of a case document. Its text is that of the complaint and all additions; empty if it is secret.

    Each message is masked, and then the whole again: a name may be in one message and the cue before it in another.

    Raises:
        ContractViolation: a value is missing or does not fit its column.
    """
    complaint, chain, answers = part(case, "complaint"), parts(case, "chain"), parts(case, "answers")
    if not chain:
        raise ContractViolation("chain is empty")
    additions, question = parts(complaint, "additions"), maybe(case, "question")
    secret = flag(complaint, "secret")
    messages = [shown(text(message, "text"), secret=secret) for message in (complaint, *additions)]
    row = {
        "complaint_id": uuid(case, "complaint_id"),
        "tracking_code": "" if secret else text(case, "tracking_code"),
        "version": count(case, "version", UINT32),
        "state": text(case, "state"),
        "channel": text(complaint, "channel"),
        "received_at": moment(complaint, "received_at"),
        "first_routed_at": moment(chain[0], "since"),
        "first_answered_at": moment(answers[0], "at") if answers else None,
        "first_follow_up_at": moment(case, "followed_up_at") if case.get("followed_up_at") else None,
        **_life(case, secret=secret),
        "changed_at": moment(case, "changed_at"),
        **_first(part(chain[0], "owner"), secret=secret),
        **owned(case, secret=secret),
        **_of_main(case, secret=secret),
        "deadlines": [
            (*deadline(one), day(one, "done") if one.get("done") else None) for one in parts(case, "deadlines")
        ],
        "owner_since": moment(chain[-1], "since"),
        "refusals": held(len(parts(case, "refusals")), UINT16, "refusals"),
        "additions": held(len(additions), UINT16, "additions"),
        "answers": held(len(answers), UINT16, "answers"),
        "questions": count(case, "questions", UINT16, 0),
        "question": text(question, "part", "owner") if question else "",
        "question_at": moment(question, "at") if question else None,
        "text": shown("\n".join(messages), secret=secret) if additions else messages[0],
        **described(complaint),
        **place_on_kafka(record),
    }
    return [(TABLE, row)]


def _first(owner: Json, *, secret: bool) -> Row:
    return {f"first_{name}": value for name, value in named(owner, secret=secret).items()}


def _of_main(case: Json, *, secret: bool) -> Row:
    """Return the columns that a supporter has from its main case: the owner, whose case it is now. Its own explanation names another."""
    heard = maybe(case, "heard")
    return {} if heard is None else {**named(part(heard, "owner"), secret=secret), "explanation": ""}


def _life(case: Json, *, secret: bool) -> Row:
    """Return the columns that say how a case lives and ends."""
    rating, escalation = maybe(case, "rating"), maybe(case, "escalation")
    return {
        "accepted_at": moment(case, "accepted_at") if case.get("accepted_at") else None,
        "ended_at": moment(case, "ended_at") if case.get("ended_at") else None,
        "ended_by": without_district(text(case, "ended_by", "")) if secret else text(case, "ended_by", ""),
        "deemed": flag(case, "deemed"),
        "incomplete": flag(case, "incomplete"),
        "extended": bool(case.get("extended_at")),
        "paused_s": count(case, "paused_s", UINT32, 0),
        "disputes": count(case, "disputes", UINT16, 0),
        "stars": count(rating, "stars", UINT8) if rating else None,
        "overdue": sorted(maybe(case, "overdue") or {}),
        "escalation": count(escalation, "level", UINT8) if escalation else 0,
        "main": "" if secret else text(case, "main", ""),
        "supporters": count(case, "supporters", UINT32, 0),
    }
