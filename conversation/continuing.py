"""Tells with which case of these days a text goes on that names none: by its matter without a place, a correction, or a photo alone."""

from typing import Final

from complaints.event import Complaint
from complaints.mail import MessageKind
from complaints.message import InboundMessage
from conversation import citizen as memory
from conversation.citizen import Document, Landing
from conversation.matching import answers, is_of, is_other_matter, is_without_matter
from conversation.said import going_on, verdicts
from conversation.said.own import own_words
from conversation.turn import Turn
from normalizer import corrections
from normalizer.complaint import position_of
from normalizer.coordinates import without_positions

JUST_TOLD_MS: Final = memory.HOUR_MS
"""For how long after his own words about a case a citizen's photo without any, or a place alone, is of it."""

_TOLD: Final = {MessageKind.complaint.value, MessageKind.addition.value, MessageKind.answer.value}

_OTHER: Final = "LAINNYA"
"""In the name of a topic: the rest of its field."""


def can_go_on(turn: Turn, text: str, case: Document) -> bool:
    """Return whether a few words can go on with a case of which the citizen has written within the last days."""
    return is_alive(case) and is_of_these_days(turn.state, case) and going_on.is_short(text)


def corrects_latest(turn: Turn, text: str) -> bool:
    """Return whether a text corrects the latest case, which no answer has come to: it is not about the answer to an older one."""
    cases = turn.state["cases"]
    if not cases or verdicts.answered_of(cases[-1:], turn.at_ms):
        return False
    return can_go_on(turn, text, cases[-1]) and going_on.corrects(text)


def is_alive(case: Document) -> bool:
    """Return whether a case is neither withdrawn, archived nor closed."""
    return not (case.get("withdrawn_ms") or case.get("archived_ms") or case.get("closed_ms"))


def is_of_these_days(state: Document, case: Document) -> bool:
    """Return whether a message about a case is among those that are remembered (see citizen.MESSAGES_MS)."""
    return any(known[Landing.CODE] == case["code"] for known in state["messages"])


def shown(turn: Turn, message: InboundMessage) -> Document | None:
    """Return the case of which a message without words of its own is a photo or the position: the one just told; None if there is none."""
    has_what = bool(message.attachments) or position_of(message) is not None
    if not has_what or not going_on.only_shows(without_positions(message.text)) or not turn.state["cases"]:
        return None
    case: Document = turn.state["cases"][-1]
    return case if is_alive(case) and _is_just_told(turn, case) else None


def _is_just_told(turn: Turn, case: Document) -> bool:
    return any(
        known[Landing.CODE] == case["code"]
        and known[Landing.KIND] in _TOLD
        and known[Landing.AT] >= turn.at_ms - JUST_TOLD_MS
        for known in turn.state["messages"]
    )


def continued(turn: Turn, text: str, fresh: Complaint) -> Document | None:
    """Return the case with which a text goes on; None if it is a matter of its own.

    A correction, and words that name no matter, go on with the latest case; so does a place without a matter, if that case has none yet or
    was told just now. A matter without a place goes on with the latest case of that matter.

    Args:
        turn: the record that brought the text.
        text: the citizen's own words.
        fresh: the complaint that the text would be.
    """
    cases: list[Document] = turn.state["cases"]
    if not cases:
        return None
    latest = cases[-1]
    with_latest = can_go_on(turn, text, latest)
    if with_latest and (
        corrections.begins(text) or (not is_other_matter(latest, fresh) and corrections.correction(text) is not None)
    ):
        return latest
    if _is_placed(text, fresh):
        return latest if with_latest and _is_of_latest(turn, text, latest, fresh) else None
    if with_latest and (going_on.tells_a_state(text) or is_without_matter(fresh)):
        return latest
    return next((one for one in reversed(cases) if can_go_on(turn, text, one) and _is_same(one, text, fresh)), None)


def in_thread(turn: Turn, message: InboundMessage, fresh: Complaint, *, since_ms: int) -> Document | None:
    """Return the case of its thread with which a text goes on; None if it tells another matter, or the same one elsewhere.

    A thread is a conversation: what its author tells below one report can be another one, as in a second message by SMS.

    Args:
        turn: the record that brought the text.
        message: the whole message, in a thread with a case.
        fresh: the complaint that the text would be.
        since_ms: a question that was asked earlier, in milliseconds since 1970, is no longer open.
    """
    cases: list[Document] = [case for case in reversed(turn.state["cases"]) if case.get("thread") == message.thread]
    told = next((case for case in cases if is_of(case, fresh)), None)
    if told is not None:
        return told
    latest, text = cases[0], own_words(message)
    if "subject" in fresh.missing or is_without_matter(fresh) or not latest.get("topic"):
        return latest
    is_same = fresh.topic == latest["topic"] or (fresh.place.province is None and _is_same(latest, text, fresh))
    corrects = corrections.begins(text) or (is_same and corrections.correction(text) is not None)
    is_state = going_on.is_short(text) and going_on.tells_a_state(text)
    if corrects or is_state or (is_same and fresh.place.province is None):
        return latest
    return latest if latest.get("asked_ms", 0) > since_ms and answers(latest, fresh) else None


def _is_of_latest(turn: Turn, text: str, latest: Document, fresh: Complaint) -> bool:
    """Return whether a place without a matter is of the latest case: that has no place yet, or it was told just now."""
    names_no_matter = "subject" in fresh.missing
    if not latest.get("region"):
        return names_no_matter or going_on.only_places(text)
    return names_no_matter and _is_just_told(turn, latest) and corrections.is_only_place(text, fresh.place.evidence)


def _is_placed(text: str, fresh: Complaint) -> bool:
    return fresh.place.province is not None or going_on.names_place(text)


def _is_same(case: Document, text: str, fresh: Complaint) -> bool:
    """Return whether a text tells the topic of a case; or one of its field that is the rest of the field, or begins with what is its."""
    mine, other = case.get("topic") or "", fresh.topic or ""
    if not mine or not other:
        return False
    same_field = mine.partition("/")[0] == other.partition("/")[0]
    return mine == other or (same_field and (_OTHER in mine or _OTHER in other or going_on.begins_with_its(text)))
