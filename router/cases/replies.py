"""Composes the reply to the citizen about what a record led to."""

from collections.abc import Sequence
from functools import lru_cache

from complaints import tracking
from complaints.event import ReplyKind
from complaints.fact import FactKind
from complaints.ids import reply_name
from complaints.wording import text
from router.cases.plain import Document, text_id

_CODE_LIKE = "@@@@@ @@@@@ @"
"""Stands for a code, which always has this length, in a sentence that is kept."""

_KINDS = {
    FactKind.opened.value: ReplyKind.received,
    FactKind.added.value: ReplyKind.completed,
    FactKind.refused.value: ReplyKind.moved,
    FactKind.answered.value: ReplyKind.answered,
}
"""The reply to which the first fact of a record leads. A fact that is not here leads to none."""


def reply_to(facts: Sequence[Document], case: Document) -> Document | None:
    """Return the reply to the citizen as plain data (see complaints.event.Reply); None if he need not hear of the facts.

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
        "complaint_id": case["complaint_id"],
        "tracking_code": case["tracking_code"],
        "channel": complaint["channel"],
        "reply_address": complaint["reply_address"],
        "kind": kind.value,
        "text": _sentence(kind, asked, case, first),
        "created_at": first["at"],
        "hop": case["hop"],
    }
    if asked:
        reply["part"] = asked
    if topic := complaint.get("topic"):
        reply["topic"] = topic
    if region := _region(complaint.get("place") or {}):
        reply["region"] = region
    reply["additions"] = len(complaint.get("additions", ()))
    return reply


def _sentence(kind: ReplyKind, asked: str | None, case: Document, first: Document) -> str:
    channel, owner = case["complaint"]["channel"], case["owner"]["name"]
    code = tracking.spaced(case["tracking_code"])
    if kind is ReplyKind.answered:
        return text("answered", channel, code=code, owner=owner, answer=" ".join(first["text"].split()))
    return _kept(f"question_{asked}" if asked else kind.value, channel, owner).replace(_CODE_LIKE, code)


@lru_cache(maxsize=8192)
def _kept(occasion: str, channel: str, owner: str) -> str:
    return text(occasion, channel, code=_CODE_LIKE, owner=owner)


def _region(place: Document) -> str | None:
    for level in ("village", "district", "regency", "province"):
        region = place.get(level)
        if region:
            code: str = region["code"]
            return code
    return None
