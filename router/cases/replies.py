"""Composes the reply to the citizen about what a record led to."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from complaints import tracking
from complaints.calendar import jakarta_day, written_day
from complaints.fact import FactKind
from complaints.ids import reply_name
from complaints.mail import ReplyKind
from complaints.telling import (
    COMPLETE_BY,
    LAST_LEVEL,
    PUBLIC,
    class_named,
    completed_as,
    hidden_as,
    kind_of,
    put_off_as,
)
from complaints.wording import question, reminder, text
from normalizer import emergency
from normalizer.masking import mask
from router.cases.document.plain import Document, text_id
from router.cases.document.waits import due_of
from router.cases.inbound import Inbound

_ASKED: Final = FactKind.asked.value

_REOPENED: Final = FactKind.reopened.value

_ANSWERED: Final = ReplyKind.answered
_COMPLETED: Final = ReplyKind.completed
_MERGED: Final = ReplyKind.merged
_PUT_OFF: Final = ReplyKind.put_off
_QUESTION: Final = ReplyKind.question
_REMINDED: Final = ReplyKind.reminded
_WITHDRAWN: Final = ReplyKind.withdrawn
_HIDDEN: Final = ReplyKind.hidden

_TELLS_DUE: Final = frozenset(("diteruskan", "diproses", "ditunda", "dibuka kembali"))
"""The states whose status tells the day of the deadline."""

_CODE_LIKE: Final = "@@@@@ @@@@@ @"
"""Stands for a code, which always has this length, in a sentence that is kept."""


def reply_to(
    facts: Sequence[Document], case: Document, *, was_merged: bool = False, by_code: bool = False
) -> Document | None:
    """Return the reply to the citizen as plain data (see complaints.mail.Reply); None if he need not hear of the facts.

    Args:
        facts: what one record led to, oldest first.
        case: the document after them.
        was_merged: whether the case was a supporter before.
        by_code: whether the record is of somebody else who has the code: the citizen is not thanked for what he did not write.
    """
    telling: Document | None = None
    kind: ReplyKind | None = None
    for fact in facts:
        if fact["kind"] == _ASKED:  # takes precedence
            telling, kind = fact, _QUESTION
            break
        if kind is None:
            telling, kind = fact, _kind_of(fact, was_merged)
        elif kind is _COMPLETED and fact["kind"] == _REOPENED:  # by the addition (see complaints.telling.first_of)
            telling, kind = fact, ReplyKind.reopened
    if telling is None or kind is None:
        return None
    first, complaint, named = facts[0], case["complaint"], str(kind)
    ending = _ending(first, complaint)
    added_as = _added_as(facts, case, by_code=by_code) if kind is _COMPLETED else ""
    reply = {
        "id": text_id(first["caused_by"], reply_name(named)),
        "citizen": complaint["reporter_ref"],
        "complaint_id": case["complaint_id"],
        "tracking_code": case["tracking_code"],
        "channel": complaint["channel"],
        "kind": named,
        "text": _sentence(kind, telling, case, ending, added_as=added_as),
        "created_at": first["at"],
        "caused_by": first["caused_by"],
        "hop": case["hop"],
    }
    if by_code:
        reply["by_code"] = True
    elif ending:
        reply["urgent"] = True
    if telling["kind"] == _ASKED and telling.get("part"):
        reply["part"] = telling["part"]
    return reply | _about(case, hides=kind is _HIDDEN)


def moves(fact: Document) -> bool:
    """Return whether a fact gives the case to another owner than before."""
    return "previous_owner" in (fact.get("disposition") or ())


def _added_as(facts: Sequence[Document], case: Document, *, by_code: bool) -> str:
    """Return the occasion of the sentence that tells the citizen what became of an addition."""
    if by_code:
        return "completed_by_code"
    is_answered = case["state"] == "digabung" and (case.get("heard") or {}).get("answer")
    return completed_as("ditanggapi" if is_answered else case["state"], moves=any(map(moves, facts)))


def _kind_of(fact: Document, was_merged: bool) -> ReplyKind | None:  # of one caller
    return kind_of(
        fact["kind"],
        moves=moves(fact),
        was_merged=was_merged,
        level=fact.get("level"),
        event=fact.get("event"),
    )


def is_for_nothing(record: Inbound, facts: Sequence[Document]) -> bool:
    """Return whether a citizen's command changed nothing, so that he must hear how his case stands."""
    return facts[0]["kind"] == FactKind.declined and record.body.get("sender") is not None


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
        "text": _unknown(asked.code, sender["channel"])
        if case is None
        else status_of_case(case, sender["channel"], at=asked.at),
        "created_at": asked.at,
        "caused_by": asked.id,
    }
    # a code that is none is answered as one of a secret report is
    if case is None:
        return {**reply, "hop": 0, "additions": 0, "secret": False, "private": True}
    # what was told on one channel is told in public on no other one
    return {**reply, "hop": case["hop"], **_about(case, hides=case["complaint"]["channel"] != sender["channel"])}


def _about(case: Document, *, hides: bool = False) -> Document:
    """Return what a reply tells of its case beside the text: of a hidden person or report, and if it `hides`, to its citizen alone."""
    complaint, about = case["complaint"], {}
    if topic := complaint.get("topic"):
        about["topic"] = topic
    if region := _region(complaint.get("place") or {}):
        about["region"] = region
    about["additions"] = len(complaint.get("additions", ()))
    about["secret"] = bool(complaint.get("secret"))
    about["private"] = bool(hides or about["secret"] or complaint.get("anonymous"))
    return about


def _unknown(code: str, channel: str) -> str:
    return text("status_unknown", channel, code=tracking.spaced(code))


def status_of_case(case: Document, channel: str = "", *, at: str = "") -> str:
    """Return what a citizen hears who asks how a case stands.

    Args:
        case: the document of the case.
        channel: the name of the channel by which he asks; empty: that of the complaint.
        at: when he asks, as ISO 8601: after the day of the deadline he hears that it is over; empty if nobody asks.
    """
    due = min((one["due"] for one in case["deadlines"] if one["duty"] in COMPLETE_BY), default=None)
    heard, occasion = case.get("heard"), f"status_{case['state']}"
    if heard and case["state"] == "digabung":
        occasion += "_ditanggapi" if heard.get("answer") else "_ditangani"
    elif (
        case["state"] in _TELLS_DUE and due and at and jakarta_day(datetime.fromisoformat(at)) > date.fromisoformat(due)
    ):
        level = (case.get("escalation") or {}).get("level", 0)
        occasion = "status_terlambat_ombudsman" if level >= LAST_LEVEL else "status_terlambat"
    return text(
        occasion,
        channel or case["complaint"]["channel"],
        code=tracking.spaced(case["tracking_code"]),
        owner=(heard or case)["owner"]["name"],
        since=written_day(datetime.fromisoformat(case["chain"][-1]["since"])),
        due="-" if due is None else written_day(date.fromisoformat(due)),
    )


def _ending(first: Document, complaint: Document) -> str:
    """Return the occasion of the sentence behind the reply to words that tell of danger to life now; else an empty text."""
    said = first.get("addition", first).get("text") or ""
    return emergency.occasion(first["kind"], (complaint["title"], complaint["text"]), said)


def _sentence(kind: ReplyKind, fact: Document, case: Document, ending: str, *, added_as: str) -> str:
    """Return the sentence that tells the citizen of a fact, with the one behind it (see complaints.wording.text)."""
    channel, owner = case["complaint"]["channel"], case["owner"]["name"]
    code = tracking.spaced(case["tracking_code"])
    heard = case.get("heard") if case["state"] == "digabung" else None
    if fact.get("event") and fact.get("agency"):
        owner = fact["agency"]["name"]
    elif heard:
        owner = heard["owner"]["name"]
    if kind is _ANSWERED:
        return text("answered", channel, code=code, owner=owner, answer=_of_officer(fact["text"], channel))
    if kind is _PUT_OFF:
        return _put_off(fact, case, channel, code=code, owner=owner)
    if kind is _WITHDRAWN:
        return text("deemed_withdrawn" if fact.get("deemed") else "withdrawn", channel, code=code)
    if kind is _REMINDED:
        return _asking(case["question"], case, "reminded")
    if kind is _QUESTION:
        return _asking(fact, case, "asked", ending)
    occasion = hidden_as(fact["kind"]) if kind is _HIDDEN else str(kind)
    if kind is _COMPLETED:
        occasion = added_as
    elif kind is _MERGED and heard:
        occasion = "merged_ditangani"
    return _kept(occasion, channel, owner, ending=ending).replace(_CODE_LIKE, code)


def _of_officer(words: str, channel: str) -> str:
    """Return what an officer wrote as one line; masked where everybody reads it."""
    said = " ".join(words.split())
    return mask(said) if channel in PUBLIC else said


def _put_off(fact: Document, case: Document, channel: str, **values: str) -> str:
    """Return until when a case was put off, with the owner's reason; or what its class is now, and its new day."""
    due = written_day(date.fromisoformat(due_of(fact, case)))
    if fact["kind"] == FactKind.reclassified:
        complaint = case["complaint"]
        named = class_named(complaint["class"], oversight=bool(complaint.get("oversight")))
        return text("reclassified", channel, **values, due=due, named=named)
    reason = _of_officer(fact["text"], channel)
    if reason:
        values["answer"] = reason
    return text(put_off_as(fact["kind"], fact.get("event"), has_reason=bool(reason)), channel, **values, due=due)


def _asking(asked: Document, case: Document, occasion: str, ending: str = "") -> str:
    """Return the question, in the owner's own words or for a part that is missing."""
    channel, owner, part = case["complaint"]["channel"], case["owner"]["name"], asked.get("part")
    code = tracking.spaced(case["tracking_code"])
    if not part:
        asker = (asked.get("agency") or case["owner"])["name"]
        return text(occasion, channel, code=code, owner=asker, answer=_of_officer(asked["text"], channel))
    again = occasion == "reminded"
    if part == "place" and (choices := _choices(case["complaint"].get("place") or {})):
        return question(part, channel, choices, again=again, ending=ending, code=code)
    return _kept(f"question_{part}", channel, owner, again=again, ending=ending).replace(_CODE_LIKE, code)


@lru_cache(maxsize=8192)
def _kept(occasion: str, channel: str, owner: str, *, again: bool = False, ending: str = "") -> str:
    if again:
        return reminder(occasion, channel, code=_CODE_LIKE, owner=owner)
    return text(occasion, channel, ending=ending, code=_CODE_LIKE, owner=owner)


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
