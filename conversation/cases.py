"""Updates what a citizen's state knows of his cases: the open question, the address of replies, and the complaint kept whole."""

from typing import Final

from msgspec import Raw, ValidationError, json
from msgspec.structs import replace

from complaints.event import Complaint
from complaints.mail import QUESTIONS, Reply, ReplyKind
from complaints.message import InboundMessage
from conversation.citizen import NO_COMPLAINT, Citizen, KnownCase, Where
from normalizer.language.cues import can_be_agreed_to

LARGEST_COMPLAINT: Final = 60_000
"""Maximum number of bytes of a complaint that is kept whole. A longer one is not read again together with its answer."""

ANSWERS: Final = {ReplyKind.status, ReplyKind.small_talk}
"""The replies that answer a question. They go where it came from. If too many texts wait, only those by others' doing go first."""

_STILL_ASKED: Final = {ReplyKind.put_off, ReplyKind.merged, ReplyKind.next_right, ReplyKind.hidden, ReplyKind.rated}
"""The replies that leave the question of the case open."""

_STILL_ANSWERED: Final = {ReplyKind.completed, ReplyKind.hidden, ReplyKind.closed, ReplyKind.rated, ReplyKind.put_off}
"""The replies after which an answer can still be disputed."""

_ENDS: Final = {ReplyKind.answered, ReplyKind.withdrawn, ReplyKind.archived, ReplyKind.closed}
"""The replies after which a case no longer counts as reopened."""


def heard(state: Citizen, reply: Reply, at_ms: int) -> None:
    """Note in a citizen's state what a reply says about its case, also its code: if another complaint had that, the case got the next one.

    A question from before the citizen's latest addition, or from before a change of owner, is not opened.
    """
    if reply.kind in ANSWERS or reply.complaint_id is None:
        return
    case = state.case_of_complaint(reply.complaint_id)
    if case is None:
        case = KnownCase(id=str(reply.complaint_id), code=reply.tracking_code)
        state.add_case(case)
    case.code, case.secret = reply.tracking_code, reply.secret
    case.topic, case.region = case.topic or reply.topic, case.region or reply.region
    if reply.kind in QUESTIONS and (reply.hop, reply.additions) < (case.hop, case.additions):
        return
    case.hop, case.additions = reply.hop, reply.additions
    _note_told(case, reply, at_ms)


def _note_told(case: KnownCase, reply: Reply, at_ms: int) -> None:
    """Note what the citizen now knows: a question that is open, an answer that he may dispute, a closed case that he may rate."""
    kind = reply.kind
    if kind in QUESTIONS:
        case.asked_ms, case.asked_by = at_ms, str(reply.id)
        if kind is ReplyKind.question:
            case.part = reply.part
            case.polar = not reply.part and can_be_agreed_to(reply.text)
    elif kind not in _STILL_ASKED:
        case.asked_ms = 0

    def since(known_ms: int, said: ReplyKind, *, left: bool) -> int:
        return at_ms if kind is said else known_ms * left

    is_hidden = kind is ReplyKind.hidden
    case.answered_ms = since(case.answered_ms, ReplyKind.answered, left=kind in _STILL_ANSWERED)
    case.withdrawn_ms = since(case.withdrawn_ms, ReplyKind.withdrawn, left=is_hidden)
    case.archived_ms = since(case.archived_ms, ReplyKind.archived, left=is_hidden)
    case.closed_ms = since(case.closed_ms, ReplyKind.closed, left=is_hidden or kind is ReplyKind.rated)
    case.rated_ms = since(case.rated_ms, ReplyKind.rated, left=is_hidden)
    case.reopened_ms = since(case.reopened_ms, ReplyKind.reopened, left=kind not in _ENDS)


def new_case(complaint: Complaint, message: InboundMessage) -> KnownCase:
    """Return what the state keeps of a new case."""
    place = complaint.place
    region = place.village or place.district or place.regency or place.province
    case = KnownCase(
        code=complaint.tracking_code,
        id=str(complaint.id),
        to=where_from(message),
        thread=message.thread,
        topic=complaint.topic,
        region=None if region is None else region.code,
        oversight=complaint.oversight,
        secret=complaint.secret,
        anonymous=complaint.anonymous,
        danger=bool(complaint.danger),
    )
    if message.thread or not message.sender or {"place", "subject"} & set(complaint.missing):
        keep(case, complaint)
    return case


def where_from(message: InboundMessage) -> Where:
    """Return where replies to a message go."""
    return Where(account=message.account, address={"sender": message.sender, **message.reply_to})


def keep(case: KnownCase, complaint: Complaint | None) -> None:
    """Keep a complaint whole with its case, unless it is too long, so that a further message is read together with it."""
    case.complaint = NO_COMPLAINT
    if complaint is not None:
        additions = tuple([replace(one, raw=replace(one.raw, body=b"")) for one in complaint.additions])
        bare = json.encode(replace(complaint, raw=replace(complaint.raw, body=b""), additions=additions))
        if len(bare) <= LARGEST_COMPLAINT:
            case.complaint = Raw(bare)


def kept(case: KnownCase) -> Complaint | None:
    """Return the complaint that is kept whole with a case, or None if there is none."""
    try:
        return json.decode(case.complaint, type=Complaint) if case.complaint else None
    except ValidationError:  # written by another version of the program
        return None
