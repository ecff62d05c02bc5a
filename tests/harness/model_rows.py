"""The rows of an event as its model gives them: slower than the sink, and another way to the same answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

from complaints.bus import StoredRecord
from complaints.bus.envelope import decode, type_of
from complaints.case import Case
from complaints.contract import CASE_EVENTS, CASES, DEAD_LETTERS, MESSAGE_EVENTS
from complaints.event import AgencyRef, Complaint, DeadLetter, Deadline, Disposition, Pin, Place, Region
from complaints.fact import Fact, FactKind, field_of
from complaints.mail import Delivery, MessageEvent, ReplyEvent
from complaints.tracking import names_mailbox
from normalizer.masking import mask
from normalizer.parts import title_of
from tests.harness.numbers import number

Row = dict[str, Any]

NUMBERED = ("case_number", "continues", "main", "other", "continued_as")
"""The columns with case numbers."""

IDS = ("complaint_id", "caused_by", "event_id", "message_id", "whole_id", "reply_id", "delivery_id", "dead_letter_id")
"""The columns with what stands for ids."""


def reference(record: StoredRecord) -> list[tuple[str, Row]]:
    """Return the rows of a valid record, each with the name of its table."""
    match record.topic:
        case topic if topic == CASE_EVENTS:
            rows = _fact(decode(record, Fact))
        case topic if topic == CASES:
            rows = [("case_now", _case(decode(record, Case)))]
        case topic if topic == MESSAGE_EVENTS:
            rows = [_of_message(record)]
        case topic if topic == DEAD_LETTERS:
            rows = [("dead_letter_rows", _dead_letter(decode(record, DeadLetter)))]
        case topic:
            raise AssertionError(topic)
    place = {
        "appended_at": record.timestamp_ms,
        "kafka_partition": record.partition,
        "kafka_offset": record.offset,
    }
    return [(table, _numbered(row) | place) for table, row in rows]


def _numbered(row: Row) -> Row:
    codes = {name: number(row[name]) for name in NUMBERED if row.get(name)}
    ids = {name: number.id(row[name]) for name in IDS if row.get(name)}
    return row | codes | ids


def ms(at: datetime) -> int:
    """Return a time in milliseconds since 1970."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _shown(text: str, *, secret: bool) -> str:
    return "" if secret else mask(text)


def _hidden(agency_id: str, *, secret: bool) -> str:
    """Return an agency's id; of a secret report without a district's or village's code ("kec-33.74.08" has eight characters of code)."""
    kind, _, code = agency_id.rpartition("-")
    return f"{kind}-{code[:5]}" if secret and len(code) > 5 and code[:2].isdigit() and code[2] == "." else agency_id


def _owner(owner: AgencyRef, *, secret: bool) -> Row:
    hidden = _hidden(owner.id, secret=secret)
    return {"owner_id": hidden, "owner": owner.name if hidden == owner.id else "an office below the regency"}


def _region(level: str, region: Region | None) -> Row:
    return {f"{level}_code": region.code if region else "", level: region.name if region else ""}


def _position(pin: Pin | None) -> Row:
    return {name: round(getattr(pin, name), 2) if pin else None for name in ("latitude", "longitude")}


def _described(complaint: Complaint) -> Row:
    place: Place = complaint.place
    hidden = complaint.secret
    made = complaint.title == title_of(complaint.text)
    return {
        "channel": complaint.channel,
        "received_at": ms(complaint.received_at),
        "title": title_of(_shown(complaint.text, secret=hidden)) if made else _shown(complaint.title, secret=hidden),
        "occurred_on": complaint.occurred_on.date if complaint.occurred_on else None,
        "occurred_precision": complaint.occurred_on.precision.value if complaint.occurred_on else "",
        "secret": complaint.secret,
        "anonymous": complaint.anonymous,
        "class": complaint.complaint_class.value,
        "oversight": complaint.oversight,
        "topic": complaint.topic or "",
        **_region("province", place.province),
        **_region("regency", place.regency),
        **_region("district", None if hidden else place.district),
        **_region("village", None if hidden else place.village),
        **_position(None if hidden else place.pin),
        "missing": list(complaint.missing),
        "attachments": len(complaint.attachments),
        "reporter": _reporter(complaint),
        "continues": "" if complaint.secret else complaint.continues or "",
        "recorded_by": complaint.recorded_by or "",
        "source": complaint.source or "",
        "normaliser_version": complaint.normaliser_version,
    }


def _reporter(complaint: Complaint) -> str:
    unknown = complaint.secret or complaint.anonymous or complaint.recorded_by or names_mailbox(complaint.reporter_ref)
    return "" if unknown or not complaint.reporter_ref else "R" + number(f"reporter {complaint.reporter_ref}")[1:]


def _deadlines(deadlines: tuple[Deadline, ...]) -> list[Any]:
    return [
        (deadline.duty, deadline.days, deadline.counted, deadline.begins, deadline.due, deadline.source)
        for deadline in deadlines
    ]


_OWN = ("part", "duty", "level", "stars", "other", "to", "agency", "command", "result", "continued_as")


def _fact(fact: Any) -> list[tuple[str, Row]]:
    complaint, addition = field_of(fact, "complaint"), field_of(fact, "addition")
    secret = fact.secret or (complaint is not None and complaint.secret)
    known = {
        "complaint_id": fact.complaint_id,
        "case_number": "" if secret else fact.tracking_code,
        "at": ms(fact.at),
    }
    step = {"event_id": fact.id, "version": fact.version, "caused_by": fact.caused_by}
    received = complaint or addition
    own = {name: field_of(fact, name) for name in _OWN}
    decided = field_of(fact, "disposition")
    agency = own["agency"] or (decided.owner if decided else None)
    said = addition.text if addition else field_of(fact, "text") or ""
    event = {
        "kind": fact.kind.value,
        "received_at": ms(received.received_at) if received else None,
        "actor": _hidden(fact.actor, secret=secret),
        "secret": secret,
        "part": own["part"] or "",
        "duty": own["duty"] or "",
        "level": own["level"] or 0,
        "stars": own["stars"],
        "other": "" if secret else own["other"] or "",
        "agency_id": "" if secret else own["to"] or (agency.id if agency else ""),
        "text": "" if fact.kind == "seconded" else _shown(said, secret=secret),
        "command": own["command"].value if own["command"] else "",
        "result": own["result"].value if own["result"] else "",
        "continued_as": "" if secret else own["continued_as"] or "",
    }
    rows = [("case_event_rows", known | step | event)]
    if fact.kind is FactKind.opened:
        first = {
            "text": _shown(complaint.text, secret=complaint.secret),
            "parts": complaint.raw.parts,
            "partial": complaint.raw.partial,
        }
        rows.append(("complaint_rows", known | _described(complaint) | first))
    if fact.kind is FactKind.routed:
        rows.append(("disposition_rows", known | step | _disposition(fact.disposition, secret=secret)))
    return rows


def _disposition(made: Disposition, *, secret: bool) -> Row:
    return {
        "hop": made.hop,
        **_owner(made.owner, secret=secret),
        "previous_owner_id": _hidden(made.previous_owner.id, secret=secret) if made.previous_owner else "",
        "triage": made.triage,
        "confidence": made.confidence,
        "explanation": _shown(made.explanation, secret=secret),
        "rules": [evidence.rule for evidence in made.evidence],
        "laws": [evidence.law for evidence in made.evidence if evidence.law],
        "alternatives": [] if secret else [(other.id, other.name, other.score) for other in made.alternatives],
        "deadlines": _deadlines(made.deadlines),
        "rules_version": made.rules_version,
        "registry_version": made.registry_version,
    }


def _case(document: Case) -> Row:
    complaint = document.complaint
    return {
        "complaint_id": document.complaint_id,
        "case_number": "" if complaint.secret else document.tracking_code,
        "version": document.version,
        "state": document.state,
        "first_routed_at": ms(document.chain[0].since),
        "first_answered_at": ms(document.answers[0].at) if document.answers else None,
        "first_follow_up_at": ms(document.followed_up_at) if document.followed_up_at else None,
        "accepted_at": ms(document.accepted_at) if document.accepted_at else None,
        "ended_at": ms(document.ended_at) if document.ended_at else None,
        "ended_by": _hidden(document.ended_by or "", secret=complaint.secret),
        "deemed": document.deemed,
        "incomplete": document.incomplete,
        "extended": document.extended_at is not None,
        "paused_s": document.paused_s // 3600 * 3600 if complaint.secret or complaint.anonymous else document.paused_s,
        "disputes": document.disputes,
        "stars": document.rating.stars if document.rating else None,
        "overdue": sorted(document.overdue),
        "escalation": document.escalation.level if document.escalation else 0,
        "urgent": document.urgent is not None,
        "main": "" if complaint.secret else document.main or "",
        "supporters": document.supporters,
        "changed_at": ms(document.changed_at),
        **{f"first_{name}": of for name, of in _owner(document.chain[0].owner, secret=complaint.secret).items()},
        **_owner((document.heard or document).owner, secret=complaint.secret),
        "owner_since": ms(document.chain[-1].since),
        "triage": document.triage,
        "hop": document.hop,
        "confidence": document.confidence,
        "explanation": "" if document.heard else _shown(document.explanation, secret=complaint.secret),
        "deadlines": [
            (*said, deadline.done)
            for said, deadline in zip(_deadlines(document.deadlines), document.deadlines, strict=True)
        ],
        "refusals": len(document.refusals),
        "additions": len(complaint.additions),
        "answers": len(document.answers),
        "questions": document.questions,
        "question": (document.question.part or "owner") if document.question else "",
        "question_at": ms(document.question.at) if document.question else None,
        "text": _whole(complaint),
        "rules_version": document.rules_version,
        "registry_version": document.registry_version,
        **_described(complaint),
    }


def _whole(complaint: Complaint) -> str:
    if complaint.secret:
        return ""
    whole = "\n".join([mask(complaint.text), *(mask(addition.text) for addition in complaint.additions)])
    return mask(whole) if complaint.additions else whole


def _of_message(record: StoredRecord) -> tuple[str, Row]:
    type_ = dict(record.headers)["ce_type"]
    if type_ == type_of(MessageEvent):
        event = decode(record, MessageEvent)
        own = {name: getattr(event, name) for name in ("whole_id", "partial", "doubtful", "unread")}
        if event.whole_id and event.kind != "repeated":
            own["kind"] = "part"
        return "message_rows", _known(event) | own | {"message_id": event.id, "received_at": ms(event.received_at)}
    if type_ == type_of(ReplyEvent):
        told = decode(record, ReplyEvent)
        return "reply_rows", _known(told) | {"reply_id": told.id, "created_at": ms(told.created_at)}
    sent = decode(record, Delivery)
    own = {"delivery_id": sent.id, "reply_id": sent.reply_id, "outcome": sent.outcome.value}
    return "delivery_rows", _known(sent) | own | {"reason": mask(sent.reason)}


def _known(event: MessageEvent | ReplyEvent | Delivery) -> Row:
    return {
        "channel": event.channel,
        "account": event.account,
        "kind": event.kind.value,
        "complaint_id": event.complaint_id,
        "case_number": "" if event.secret else event.tracking_code,
        "secret": event.secret,
        "at": ms(event.at),
    }


def _dead_letter(event: DeadLetter) -> Row:
    ours = event.error_class in {"MalformedMessage", "ContractViolation", "DeletedUnread", "LostHandled"}
    return {
        "dead_letter_id": event.id,
        "channel": event.channel or "",
        "source_topic": event.source_topic or "",
        "source_partition": -1 if event.source_partition is None else event.source_partition,
        "source_offset": -1 if event.source_offset is None else event.source_offset,
        "reason": mask(event.reason) if ours else "our own fault",
        "error_class": event.error_class,
        "attempts": event.attempts,
        "at": ms(event.at),
    }
