"""Composes the reply to the citizen about the facts of a record."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from complaints import tracking
from complaints.calendar import jakarta_day, written_day
from complaints.case import Case, Question
from complaints.command import Add, OfCitizen, words_of
from complaints.event import Complaint
from complaints.fact import Added, Asked, Echoed, Fact, Reclassified, Reopened, said_in, text_of
from complaints.ids import derived, reply_name
from complaints.mail import Reply, ReplyKind
from complaints.telling import (
    BY_CODE,
    COMPLETE_BY,
    LAST_LEVEL,
    PUBLIC,
    class_named,
    completed_as,
    hidden_as,
    is_deemed,
    kind_of,
    moves,
    put_off_as,
)
from complaints.wording import question, reminder, text
from normalizer import emergency
from normalizer.masking import mask
from normalizer.parts import own_words
from router.cases.document.waits import due_of

_TELLS_DUE: Final = frozenset(("diteruskan", "diproses", "ditunda", "dibuka kembali"))
"""The states for which the reply to `status` has the day of the deadline."""

_ANSWERED: Final = frozenset(("ditanggapi", "selesai"))
"""The states in which the latest answer stands."""

_CODE_LIKE: Final = "@@@@@ @@@@@ @"
"""Placeholder in a cached sentence for the code, which always has this length."""


def reply_to(
    facts: Sequence[Fact],
    case: Case,
    *,
    was_merged: bool = False,
    by_code: bool = False,
    danger: bool | None = None,
) -> Reply | None:
    """Return the reply to the citizen; None if the facts need none.

    Args:
        facts: the facts of one record, oldest first.
        case: the document after them.
        was_merged: whether the case was a supporter before.
        by_code: whether somebody else who has the code sent the record: the citizen is not thanked for what he did not write.
        danger: whether the complaint that opens the case reports danger, if that is known.
    """
    telling: Fact | None = None
    kind: ReplyKind | None = None
    for fact in facts:
        if isinstance(fact, Asked):  # takes precedence
            telling, kind = fact, ReplyKind.question
            break
        if kind is None:
            telling, kind = fact, kind_of(fact, was_merged=was_merged)
        elif kind is ReplyKind.completed and isinstance(fact, Reopened):  # by the addition (see telling.first_of)
            telling, kind = fact, ReplyKind.reopened
    if telling is None or kind is None:
        return None
    first, complaint = facts[0], case.complaint
    if kind is ReplyKind.completed and isinstance(first, Added) and first.companion and not any(map(moves, facts)):
        return None
    ending = _ending(first, complaint) if danger is None else emergency.OCCASION if danger else ""
    added_as = _added_as(facts, case, by_code=by_code) if kind is ReplyKind.completed else ""
    reply = Reply(
        id=derived(first.caused_by, reply_name(kind.value)),
        citizen=complaint.reporter_ref,
        tracking_code=case.tracking_code,
        channel=complaint.channel,
        kind=kind,
        text=_sentence(kind, telling, case, ending, added_as=added_as),
        created_at=first.at,
        caused_by=first.caused_by,
        part=telling.part if isinstance(telling, Asked) else None,
        by_code=by_code or None,
        urgent=True if ending and not by_code else None,
    )
    return _about(reply, case, hides=kind is ReplyKind.hidden)


def _added_as(facts: Sequence[Fact], case: Case, *, by_code: bool) -> str:
    """Return the occasion of the sentence that tells the citizen what became of an addition."""
    if by_code:
        return BY_CODE
    is_answered = case.state == "digabung" and case.heard and case.heard.answer
    return completed_as("ditanggapi" if is_answered else case.state, moves=any(map(moves, facts)))


def status_for(asked: OfCitizen, case: Case | None, at: datetime) -> Reply:
    """Return the answer to a citizen who asks for the status of a case.

    If the message reports danger to life, the reply ends with the number for emergencies. Otherwise it repeats the owner's latest answer,
    for the citizen of the case only: the first delivery of that answer may have failed.
    """
    sender = asked.sender
    assert sender is not None
    answer = _answer_again(case) if case and sender.reporter_ref == case.complaint.reporter_ref else ""
    said = asked.addition.text if isinstance(asked, Add) else words_of(asked)
    ending = emergency.OCCASION if emergency.tells_of_danger(said) else "latest_answer" if answer else ""
    reply = Reply(
        id=derived(asked.id, reply_name(ReplyKind.status.value)),
        citizen=sender.reporter_ref,
        tracking_code=asked.tracking_code,
        channel=sender.channel,
        kind=ReplyKind.status,
        text=_unknown(asked.tracking_code, sender.channel, ending)
        if case is None
        else status_of_case(case, sender.channel, at=at, ending=ending, answer=answer),
        created_at=at,
        caused_by=asked.id,
        urgent=True if ending == emergency.OCCASION else None,
        private=True,  # so a code without a case is answered as that of a secret report
    )
    # what a case got on one channel is not shown in public on another
    return reply if case is None else _about(reply, case, hides=case.complaint.channel != sender.channel)


def _about(reply: Reply, case: Case, *, hides: bool) -> Reply:
    """Return a reply with the fields about its case. It is private if the person or the report is hidden, or `hides` is true."""
    complaint, place = case.complaint, case.complaint.place
    region = place.village or place.district or place.regency or place.province
    return replace(
        reply,
        complaint_id=case.complaint_id,
        hop=case.hop,
        topic=complaint.topic,
        region=None if region is None else region.code,
        additions=len(complaint.additions),
        secret=complaint.secret,
        private=hides or complaint.secret or complaint.anonymous,
    )


def _unknown(code: str, channel: str, ending: str) -> str:
    return text("status_unknown", channel, ending=ending, code=tracking.spaced(code))


def _answer_again(case: Case) -> str:
    """Return the latest answer to the citizen if it still stands, otherwise an empty text."""
    if case.state == "digabung":
        words = case.heard.answer if case.heard else ""
    else:
        words = case.answers[-1].text if case.state in _ANSWERED and case.answers else ""
    return _of_officer(words, case.complaint.channel)


def status_of_case(
    case: Case, channel: str = "", *, at: datetime | None = None, ending: str = "", answer: str = ""
) -> str:
    """Return the text for a citizen who asks for the status of a case.

    Args:
        case: the document of the case.
        channel: the name of the channel by which he asks; empty: that of the complaint.
        at: when he asks; after the day of the deadline the text says that it is over. None if nobody asks.
        ending: the occasion of the sentence that follows; empty for none.
        answer: the latest answer, if the sentence that follows quotes it.
    """
    due = min((one.due for one in case.deadlines if one.duty in COMPLETE_BY), default=None)
    heard, occasion = case.heard, f"status_{case.state}"
    if heard and case.state == "digabung":
        occasion += "_ditanggapi" if heard.answer else "_ditangani"
    elif case.state in _TELLS_DUE and due and at and jakarta_day(at) > due:
        level = case.escalation.level if case.escalation else 0
        occasion = "status_terlambat_ombudsman" if level >= LAST_LEVEL else "status_terlambat"
    return text(
        occasion,
        channel or case.complaint.channel,
        ending=ending,
        code=tracking.spaced(case.tracking_code),
        owner=(heard or case).owner.name,
        since=written_day(case.chain[-1].since),
        due="-" if due is None else written_day(due),
        **({"answer": answer} if answer else {}),
    )


def _ending(first: Fact, complaint: Complaint) -> str:
    """Return the occasion of the sentence that ends the reply to a message about danger to life now; otherwise an empty text."""
    return emergency.occasion(first.kind, own_words(complaint.title, complaint.text), said_in(first))


def _sentence(kind: ReplyKind, fact: Fact, case: Case, ending: str, *, added_as: str) -> str:  # noqa: C901  # a branch for each kind
    """Return the sentence that tells the citizen of a fact, followed by that of `ending` (see complaints.wording.text)."""
    channel, owner = case.complaint.channel, case.owner.name
    code = tracking.spaced(case.tracking_code)
    heard = case.heard if case.state == "digabung" else None
    if isinstance(fact, Echoed) and fact.agency:
        owner = fact.agency.name
    elif heard:
        owner = heard.owner.name
    occasion = kind.value
    match kind:
        case ReplyKind.answered:
            return text("answered", channel, code=code, owner=owner, answer=_of_officer(text_of(fact), channel))
        case ReplyKind.put_off:
            return _put_off(fact, case, channel, code=code, owner=owner)
        case ReplyKind.withdrawn:
            return text("deemed_withdrawn" if is_deemed(fact) else "withdrawn", channel, code=code)
        case ReplyKind.reminded if case.question:
            return _asking(case.question, case, "reminded")
        case ReplyKind.question if isinstance(fact, Asked):
            return _asking(Question(part=fact.part, text=fact.text or "", at=fact.at), case, "asked", ending)
        case ReplyKind.hidden:
            occasion = hidden_as(fact.kind)
        case ReplyKind.completed:
            occasion = added_as
        case ReplyKind.merged if heard:
            occasion = "merged_ditangani"
    return _kept(occasion, channel, owner, ending=ending).replace(_CODE_LIKE, code)


def _of_officer(words: str, channel: str) -> str:
    """Return an officer's text as one line, masked if the channel is public."""
    said = " ".join(words.split())
    return mask(said) if channel in PUBLIC else said


def _put_off(fact: Fact, case: Case, channel: str, **values: str) -> str:
    """Return the sentence with the day to which a case was put off and the owner's reason, or with its new class and day."""
    due = written_day(due_of(fact, case))
    if isinstance(fact, Reclassified):
        complaint = case.complaint
        named = class_named(complaint.complaint_class, oversight=complaint.oversight)
        return text("reclassified", channel, **values, due=due, named=named)
    reason = _of_officer(text_of(fact), channel)
    answer = {"answer": reason} if reason else {}
    return text(put_off_as(fact, has_reason=bool(reason)), channel, **values, **answer, due=due)


def _asking(asked: Question, case: Case, occasion: str, ending: str = "") -> str:
    """Return the text of a question: the owner's own words, or the sentence for a missing part."""
    channel, owner, part = case.complaint.channel, case.owner.name, asked.part
    code = tracking.spaced(case.tracking_code)
    if part is None:
        asker = (asked.agency or case.owner).name
        return text(occasion, channel, code=code, owner=asker, answer=_of_officer(asked.text, channel))
    again = occasion == "reminded"
    if part == "place" and (choices := case.complaint.place.choices):
        return question(part, channel, [one.name for one in choices], again=again, ending=ending, code=code)
    return _kept(f"question_{part}", channel, owner, again=again, ending=ending).replace(_CODE_LIKE, code)


@lru_cache(maxsize=8192)
def _kept(occasion: str, channel: str, owner: str, *, again: bool = False, ending: str = "") -> str:
    if again:
        return reminder(occasion, channel, code=_CODE_LIKE, owner=owner)
    return text(occasion, channel, ending=ending, code=_CODE_LIKE, owner=owner)
