"""What a citizen's state knows of his cases: the open question, where replies go, and the complaint as long as it is read again."""

from typing import Final

from msgspec import ValidationError, convert, json, to_builtins
from msgspec.structs import replace

from complaints.event import Complaint
from complaints.mail import ReplyKind
from complaints.message import InboundMessage
from conversation import citizen as memory
from conversation.citizen import LARGEST_COMPLAINT, Document
from normalizer.language.cues import can_be_agreed_to


def heard(state: Document, reply: Document, at_ms: int) -> None:
    """Note in a citizen's state what a reply tells of its case (see complaints.mail.Reply).

    A question about an earlier state of the case, because the citizen has added a message since, is not opened. The tracking code of a
    reply is always right: if another complaint had the code, the case got the next one.

    Args:
        state: of the citizen; is changed.
        reply: the reply.
        at_ms: the time of its record in milliseconds since 1970.
    """
    if reply["kind"] in {ReplyKind.status.value, ReplyKind.small_talk.value} or not reply.get("complaint_id"):
        return
    case = memory.case_of_complaint(state, reply["complaint_id"])
    if case is None:
        case = {"id": reply["complaint_id"], "code": reply["tracking_code"]}
        memory.add_case(state, case)
    case["code"], case["secret"] = reply["tracking_code"], bool(reply.get("secret"))
    for name in ("topic", "region"):
        if reply.get(name) and not case.get(name):
            case[name] = reply[name]
    now, known = (reply.get("hop", 0), reply.get("additions", 0)), (case.get("hop", 0), case.get("additions", 0))
    if reply["kind"] in _QUESTIONS and now < known:
        return
    case["hop"], case["additions"] = now
    _note_told(case, reply, at_ms)


_QUESTIONS: Final = {ReplyKind.question.value, ReplyKind.reminded.value}
_STILL_ASKED: Final = {
    ReplyKind.put_off.value,
    ReplyKind.merged.value,
    ReplyKind.next_right.value,
    ReplyKind.hidden.value,
    ReplyKind.rated.value,
}
"""The replies that leave the question of the case open."""

_STILL_ANSWERED: Final = {
    ReplyKind.completed.value,
    ReplyKind.hidden.value,
    ReplyKind.closed.value,
    ReplyKind.rated.value,
    ReplyKind.put_off.value,
}
"""The replies after which an answer can still be disputed."""


_STILL_OPEN_AGAIN: Final = frozenset(kind.value for kind in ReplyKind) - {
    ReplyKind.answered.value,
    ReplyKind.withdrawn.value,
    ReplyKind.archived.value,
    ReplyKind.closed.value,
}
"""The replies that leave a case open again: all but those of its next end."""


_MARKS: Final = (
    ("answered_ms", ReplyKind.answered.value, _STILL_ANSWERED),
    ("withdrawn_ms", ReplyKind.withdrawn.value, frozenset((ReplyKind.hidden.value,))),
    ("archived_ms", ReplyKind.archived.value, frozenset((ReplyKind.hidden.value,))),
    ("closed_ms", ReplyKind.closed.value, frozenset((ReplyKind.rated.value, ReplyKind.hidden.value))),
    ("reopened_ms", ReplyKind.reopened.value, _STILL_OPEN_AGAIN),
)
"""The times that are kept of a case, each with the reply that sets it and those that leave it."""


def _note_told(case: Document, reply: Document, at_ms: int) -> None:
    """Note what the citizen now knows: a question that is open, an answer that he may dispute, a closing that he may rate."""
    kind = reply["kind"]
    if kind in _QUESTIONS:
        case["asked_ms"], case["asked_by"] = at_ms, reply["id"]
        if kind == ReplyKind.question.value:
            case["part"] = reply.get("part")
            case["polar"] = not reply.get("part") and can_be_agreed_to(reply.get("text") or "")
    elif kind not in _STILL_ASKED:
        case.pop("asked_ms", None)
    for name, said, left in _MARKS:
        if kind == said:
            case[name] = at_ms
        elif kind not in left:
            case.pop(name, None)


def is_alive(case: Document) -> bool:
    """Return whether a case is neither withdrawn, archived nor closed."""
    return not (case.get("withdrawn_ms") or case.get("archived_ms") or case.get("closed_ms"))


def new_case(complaint: Complaint, message: InboundMessage) -> Document:
    """Return what the state keeps of a new case."""
    case: Document = {
        "code": complaint.tracking_code,
        "id": str(complaint.id),
        "to": {"account": message.account, "address": address_of(message)},
    }
    if message.thread:
        case["thread"] = message.thread
    if complaint.topic:
        case["topic"] = complaint.topic
    place = complaint.place
    if region := place.village or place.district or place.regency or place.province:
        case["region"] = region.code
    if complaint.oversight:
        case["oversight"] = True
    if complaint.secret:
        case["secret"] = True
    if complaint.anonymous:
        case["anonymous"] = True
    if message.thread or not message.sender or {"place", "subject"} & set(complaint.missing):
        keep(case, complaint)
    return case


def address_of(message: InboundMessage) -> dict[str, str]:
    """Return the address for replies to a message."""
    return {"sender": message.sender, **message.reply_to}


def keep(case: Document, complaint: Complaint | None) -> None:
    """Keep a complaint whole with its case, unless it is too long, so that a further message is read together with it."""
    case.pop("complaint", None)
    if complaint is not None:
        additions = tuple([replace(one, raw=replace(one.raw, body=b"")) for one in complaint.additions])
        bare = replace(complaint, raw=replace(complaint.raw, body=b""), additions=additions)
        if len(json.encode(bare)) <= LARGEST_COMPLAINT:
            case["complaint"] = to_builtins(bare)


def kept(case: Document) -> Complaint | None:
    """Return the complaint that is kept whole with a case, or None if it is not, or no longer."""
    kept = case.get("complaint")
    if kept is None:
        return None
    try:
        return convert(kept, Complaint)
    except ValidationError:  # of another version of the program: as good as not known
        return None
