"""Composes the reply to the citizen about the facts of a record."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from complaints import tracking
from complaints.calendar import jakarta_day, written_day
from complaints.case import Case
from complaints.command import Add, OfCitizen, words_of
from complaints.event import Complaint
from complaints.fact import Added, Asked, Fact, Opened
from complaints.ids import derived, reply_name
from complaints.mail import Reply, ReplyKind
from complaints.telling import LAST_LEVEL, PUBLIC, Asking, Seen, class_named, complete_by, moves, noticed
from complaints.wording import text
from normalizer import emergency
from normalizer.masking import mask

_TELLS_DUE: Final = frozenset(("routed", "accepted", "postponed", "reopened"))
"""The states for which the reply to `status` has the day of the deadline."""

_ANSWERED: Final = frozenset(("answered", "closed"))
"""The states in which the latest answer is valid."""

_HIDDEN: Final = "hidden_sender"
"""The occasion of the sentence that says that the citizen is hidden."""

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
    """Return the reply to the citizen; None if the facts need none. That to a new case says if he is hidden.

    Args:
        facts: the facts of one record, oldest first.
        case: the document after them.
        was_merged: whether the case was a supporter before.
        by_code: whether somebody else who has the code sent the record: the citizen is not thanked for what he did not write.
        danger: whether the words that led to the facts report danger, if that is known; what goes on for hours is found here.
    """
    notice = noticed(facts, _seen(case), was_merged=was_merged, by_code=by_code)
    if notice is None:
        return None
    kind, first, complaint, channel = notice.kind, facts[0], case.complaint, case.complaint.channel
    if kind is ReplyKind.completed and isinstance(first, Added) and first.companion and not any(map(moves, facts)):
        return None
    cries = emergency.cries(first, complaint) if danger is None else danger
    otherwise = _HIDDEN if isinstance(first, Opened) and _is_hidden(complaint) else ""
    ending = emergency.OCCASION if cries or emergency.goes_on(first, complaint) else otherwise
    reply = Reply(
        id=derived(first.caused_by, reply_name(kind.value)),
        citizen=complaint.reporter_ref,
        tracking_code=case.tracking_code,
        channel=channel,
        kind=kind,
        text=notice.sentence(
            channel, tracking.spaced(case.tracking_code), shown=lambda words: _of_officer(words, channel), ending=ending
        ),
        created_at=first.at,
        caused_by=first.caused_by,
        part=notice.fact.part if isinstance(notice.fact, Asked) else None,
        by_code=by_code or None,
        urgent=True if cries and not by_code else None,
    )
    return _about(reply, case, hides=kind is ReplyKind.hidden)


def _seen(case: Case) -> Seen:
    """Return the case as far as a sentence depends on it."""
    complaint, asked = case.complaint, case.question
    heard = case.heard if case.state == "merged" else None
    return Seen(
        owner=case.owner.name,
        heard=heard.owner.name if heard else "",
        state="answered" if heard and heard.answer else case.state,
        due=complete_by(case.deadlines),
        named=class_named(complaint.complaint_class, oversight=complaint.oversight),
        asked=None if asked is None else Asking(asked.part, asked.text, (asked.agency or case.owner).name),
        choices=[one.name for one in complaint.place.choices],
    )


def status_for(asked: OfCitizen, case: Case | None, at: datetime) -> Reply:
    """Return the answer to a citizen who asks for the status of a case.

    If the message reports danger to life, the reply ends with the number for emergencies. Otherwise it repeats the owner's latest answer,
    for the citizen of the case only: the first delivery of that answer may have failed. Without one it says whether he is hidden.
    """
    sender = asked.sender
    assert sender is not None
    own = case if case and sender.reporter_ref == case.complaint.reporter_ref else None
    answer = _answer_again(own) if own else ""
    otherwise = "latest_answer" if answer else _HIDDEN if own and _is_hidden(own.complaint) else ""
    said = asked.addition.text if isinstance(asked, Add) else words_of(asked)
    ending = emergency.OCCASION if emergency.tells_of_danger(said) else otherwise
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
        private=hides or _is_hidden(complaint),
    )


def _is_hidden(complaint: Complaint) -> bool:
    return complaint.secret or complaint.anonymous


def _unknown(code: str, channel: str, ending: str) -> str:
    return text("status_unknown", channel, ending=ending, code=tracking.spaced(code))


def _answer_again(case: Case) -> str:
    """Return the latest answer to the citizen if it is still valid, otherwise an empty text."""
    if case.state == "merged":
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
    due = complete_by(case.deadlines)
    heard, occasion = case.heard, f"status_{case.state}"
    if heard and case.state == "merged":
        occasion += "_answered" if heard.answer else "_handled"
    elif case.state in _TELLS_DUE and due and at and jakarta_day(at) > due:
        level = case.escalation.level if case.escalation else 0
        occasion = "status_overdue_ombudsman" if level >= LAST_LEVEL else "status_overdue"
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


def _of_officer(words: str, channel: str) -> str:
    """Return an officer's text as one line, masked if the channel is public."""
    said = " ".join(words.split())
    return mask(said) if channel in PUBLIC else said
