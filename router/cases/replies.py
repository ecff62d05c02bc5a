"""Composes the reply to the citizen about what a record led to."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from complaints import tracking
from complaints.calendar import written_day
from complaints.fact import FactKind
from complaints.ids import reply_name
from complaints.mail import ReplyKind
from complaints.wording import question, text
from router.cases.inbound import Inbound
from router.cases.plain import Document, text_id

_CODE_LIKE: Final = "@@@@@ @@@@@ @"
"""Stands for a code, which always has this length, in a sentence that is kept."""

_KINDS: Final = {
    FactKind.opened.value: ReplyKind.received,
    FactKind.added.value: ReplyKind.completed,
    FactKind.refused.value: ReplyKind.moved,
    FactKind.answered.value: ReplyKind.answered,
}
"""The reply to which the first fact of a record leads. A fact that is not here leads to none."""


def reply_to(facts: Sequence[Document], case: Document) -> Document | None:
    """Return the reply to the citizen as plain data (see complaints.mail.Reply); None if he need not hear of the facts.

    Args:
        facts: what one record led to, oldest first.
        case: the document after them.
    """
    first = facts[0]
    kind = _KINDS.get(first["kind"])
    if kind is None or (kind is ReplyKind.moved and len(facts) == 1):  # a former owner's refusal moves nothing
        return None
    complaint = case["complaint"]
    asked = next((fact["part"] for fact in facts if fact["kind"] == FactKind.asked.value), None)
    if asked:
        kind = ReplyKind.question
    reply = {
        "id": text_id(first["caused_by"], reply_name(kind.value)),
        "citizen": complaint["reporter_ref"],
        "complaint_id": case["complaint_id"],
        "tracking_code": case["tracking_code"],
        "channel": complaint["channel"],
        "kind": kind.value,
        "text": _sentence(kind, asked, case, first),
        "created_at": first["at"],
        "caused_by": first["caused_by"],
        "hop": case["hop"],
    }
    if asked:
        reply["part"] = asked
    return reply | _about(case)


def status_for(asked: Inbound, case: Document | None) -> Document:
    """Return the answer to a citizen who asks for the status of a case, as plain data (see complaints.mail.Reply).

    Args:
        asked: the command.
        case: the document of the case; None if there is no case with this code.
    """
    sender = asked.body["sender"]
    reply = {"id": text_id(asked.id, reply_name(ReplyKind.status.value)), "citizen": sender["reporter_ref"]}
    if case is not None:
        reply["complaint_id"] = case["complaint_id"]
    reply |= {
        "tracking_code": asked.code,
        "channel": sender["channel"],
        "kind": ReplyKind.status.value,
        "text": _status(asked.code, sender["channel"], case),
        "created_at": asked.at,
        "caused_by": asked.id,
    }
    about = {"additions": 0, "secret": False} if case is None else _about(case)
    return {**reply, "hop": 0 if case is None else case["hop"], **about}


def _about(case: Document) -> Document:
    """Return what a reply tells of its case beside the text."""
    complaint, about = case["complaint"], {}
    if topic := complaint.get("topic"):
        about["topic"] = topic
    if region := _region(complaint.get("place") or {}):
        about["region"] = region
    about["additions"] = len(complaint.get("additions", ()))
    about["secret"] = bool(complaint.get("secret"))
    return about


def _status(code: str, channel: str, case: Document | None) -> str:
    if case is None:
        return text("status_unknown", channel, code=tracking.spaced(code))
    due = next((one["due"] for one in case["deadlines"] if one["duty"] == "complete"), None)
    return text(
        f"status_{case['state']}",
        channel,
        code=tracking.spaced(code),
        owner=case["owner"]["name"],
        since=written_day(datetime.fromisoformat(case["chain"][-1]["since"])),
        due="-" if due is None else written_day(date.fromisoformat(due)),
    )


def _sentence(kind: ReplyKind, asked: str | None, case: Document, first: Document) -> str:
    channel, owner = case["complaint"]["channel"], case["owner"]["name"]
    code = tracking.spaced(case["tracking_code"])
    if kind is ReplyKind.answered:
        return text("answered", channel, code=code, owner=owner, answer=" ".join(first["text"].split()))
    if asked == "place" and (choices := _choices(case["complaint"].get("place") or {})):
        return question(asked, channel, choices, code=code)
    return _kept(f"question_{asked}" if asked else kind.value, channel, owner).replace(_CODE_LIKE, code)


@lru_cache(maxsize=8192)
def _kept(occasion: str, channel: str, owner: str) -> str:
    return text(occasion, channel, code=_CODE_LIKE, owner=owner)


def _choices(place: Document) -> list[str]:
    """Return the names of the regencies between which the citizen can choose (see complaints.values.Place.choices)."""
    pin = place.get("pin")
    if not pin or pin.get("elsewhere") or place.get("regency"):
        return []
    names = [region["name"] for region in pin.get("regencies", ())]
    return names if len(names) > 1 else []


def _region(place: Document) -> str | None:
    for level in ("village", "district", "regency", "province"):
        region = place.get(level)
        if region:
            code: str = region["code"]
            return code
    return None
