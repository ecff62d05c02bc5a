"""Sends replies to a citizen: by which account, to which address and when, within the limits per hour."""

from typing import Final
from uuid import UUID

from msgspec.structs import replace

from complaints.calendar import moment_of
from complaints.crypto import Keyring
from complaints.mail import NOTHING_NEW, QUESTIONS, Delivery, DeliveryOutcome, Reply, ReplyKind, Send
from complaints.tracking import names_mailbox
from conversation.citizen import HOUR_MS, MOST_WAITING, Cause, Citizen, KnownCase, Leaving, Told, Waiting, Where
from conversation.parts import DAY_MS
from conversation.records import Reason, Rules, Turn, question_unheard, reply_event, undeliverable, unsent
from normalizer.language.cues import can_be_agreed_to

UNKNOWN_MS: Final = 14 * DAY_MS
"""How long the outcome of a question is awaited since it was last asked: longer than a sender may be away, and well within the legal days
after which a citizen is deemed to have withdrawn."""

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


class Telling:
    """Sends replies, and follows their outcomes."""

    def __init__(self, keyring: Keyring, rules: Rules) -> None:
        self._keyring, self._rules = keyring, rules

    def tell(self, turn: Turn, reply: Reply) -> None:
        """Send a reply. If the limit per hour is reached, the text waits in the state. A question that is not sent is not open."""
        state, at_ms = turn.state, turn.at_ms
        where, apart = _where(state, reply)
        reply = _on_record(state, replace(reply, private=True) if apart else reply)
        about = state.case_of_complaint(reply.complaint_id)
        reason = _withheld(turn, reply, about, where)
        if reason is not None:
            if about is not None and reply.kind is ReplyKind.question and not names_mailbox(reply.citizen):
                about.asked_ms = 0
            turn.outputs += unsent(reply, reason, at_ms)
            return
        turn.outputs.append(reply_event(reply, at_ms, account=where.account))
        message = state.landing(str(reply.caused_by))
        is_own = message is not None and message.at_ms > at_ms - HOUR_MS
        cause = Cause.by_code if reply.by_code else Cause.own if is_own else Cause.other
        state.waiting.append(Waiting(reply=reply, account=where.account, address=where.address, cause=cause))
        self.due(turn)
        _give_way(turn)

    def due(self, turn: Turn) -> None:
        """Send the waiting texts that are urgent or within the limit per hour now."""
        state, at_ms, still = turn.state, turn.at_ms, list[Waiting]()
        for one in state.waiting:
            has_room = len(_heard(state, one.cause, at_ms - HOUR_MS)) < self._rules.per_hour
            if has_room or one.reply.urgent:
                state.told.append(Told(at_ms=at_ms, cause=one.cause))
                if message := _message(one.reply):
                    state.leaving.append(Leaving(at_ms=at_ms, reply_id=str(one.reply.id), message=message))
                about = state.case_of_complaint(one.reply.complaint_id) if one.reply.kind in QUESTIONS else None
                if about is not None and (one.reply.kind is ReplyKind.question or about.unheard_ms):
                    about.unheard_ms = at_ms + UNKNOWN_MS
                turn.write(self._send(one, at_ms))
            else:
                still.append(one)
        state.waiting = still

    @staticmethod
    def outcome(turn: Turn, delivery: Delivery) -> None:
        """Note what a citizen may have received. If it is a question that did not arrive, tell its case.

        The outcome is one that concerns him (Delivery.concerns_citizen).
        """
        state, reply_id = turn.state, str(delivery.reply_id)
        about = state.case_of_complaint(delivery.complaint_id)
        is_last = about is None or about.asked_by == reply_id  # else the case has asked again
        if about is not None and is_last and delivery.outcome is not DeliveryOutcome.unknown:
            about.unheard_ms = 0
        if delivery.outcome not in {DeliveryOutcome.undeliverable, DeliveryOutcome.expired}:
            state.told += [
                Told(at_ms=turn.at_ms, message=one.message) for one in state.leaving if one.reply_id == reply_id
            ]
            state.leaving = [one for one in state.leaving if one.reply_id != reply_id]
        elif is_last:
            command = question_unheard(delivery.reply_id, delivery.tracking_code, Reason.never_arrived, turn.at_ms)
            turn.outputs.append(command)

    @staticmethod
    def unheard(turn: Turn) -> None:
        """Tell cases that their questions are not known to have been sent."""
        for case in turn.state.cases:
            if 0 < case.unheard_ms <= turn.at_ms:
                case.unheard_ms = 0
                if case.asked_ms:
                    command = question_unheard(UUID(case.asked_by), case.code, Reason.never_known, turn.at_ms)
                    turn.outputs.append(command)

    def times_ms(self, state: Citizen) -> list[int]:
        """Return when texts may be sent or questions are unheard, in milliseconds since 1970."""
        times = [case.unheard_ms for case in state.cases if case.unheard_ms]
        for cause in {one.cause for one in state.waiting}:
            recent = _heard(state, cause)[-self._rules.per_hour :]
            times.append(recent[0] + HOUR_MS if len(recent) == self._rules.per_hour else 0)
        return times

    def _send(self, waiting: Waiting, at_ms: int) -> Send:
        reply, month = waiting.reply, f"{moment_of(at_ms):%Y-%m}"
        return Send(
            id=reply.id,
            account=waiting.account,
            channel=reply.channel,
            citizen=reply.citizen,
            complaint_id=reply.complaint_id,
            tracking_code=reply.tracking_code,
            kind=reply.kind,
            month=month,
            sealed=self._keyring.seal_text(reply.text, waiting.address, owner=reply.id, month=month),
            created_at=reply.created_at,
            expires_at=reply.created_at + self._rules.useful_for,
            secret=reply.secret,
            private=reply.private or reply.secret,
            urgent=reply.urgent,
        )


def _withheld(turn: Turn, reply: Reply, about: KnownCase | None, where: Where) -> Reason | None:
    """Return why a reply is not sent; None if it is.

    Silence stops it unless a message since the STOP caused it, or its case was opened since. A note that somebody else has added to a case
    is sent once within a day.
    """
    if turn.state.silent_ms and not (about is not None and about.after_stop):
        cause = turn.state.landing(str(reply.caused_by))
        if cause is None or cause.at_ms < turn.state.silent_ms:
            return Reason.silent
    if not where.account:
        turn.state.told.append(Told(at_ms=turn.at_ms, message=_message(reply)))
        return Reason.no_address
    if about is not None and reply.by_code and reply.kind is ReplyKind.completed:
        if about.by_code_ms > turn.at_ms - DAY_MS:
            return Reason.told_today
        about.by_code_ms = turn.at_ms
    return None


def _heard(state: Citizen, cause: Cause, since_ms: int = 0) -> list[int]:
    """Return when texts of a cause were sent, after a time; all in milliseconds since 1970."""
    return [one.at_ms for one in state.told if one.cause is cause and one.at_ms > since_ms]


def _where(state: Citizen, reply: Reply) -> tuple[Where, bool]:
    """Return the account and the address for a reply, and whether it must be private there, even if the report is not secret.

    A reply goes where its case was reported, an answer where the question came from, and a reply to a direct message by direct message, as
    long as the citizen writes so. It is private in a group where the report was not made, in a post if the report was made in a direct
    message, and if nobody knows where it was made.
    """
    case, asked = state.case_of_complaint(reply.complaint_id), str(reply.caused_by)
    told = found = None if case is None else case.to
    if reply.kind in ANSWERS:
        found = next((one.to for one in state.questions if one.id == asked), None)
        state.questions = [one for one in state.questions if one.id != asked]
    elif state.to is not None and "direct" in state.to.address and state.landing(asked) is not None:
        found = state.to
    where = found or state.to or Where(account="", address={})
    group = _group(where)
    is_of_case = reply.complaint_id is not None or reply.kind is ReplyKind.status
    left_direct = told is not None and "direct" in told.address and "direct" not in where.address
    is_apart = told is None or left_direct or (bool(group) and _group(told) != group)
    return where, is_of_case and is_apart


def _group(where: Where) -> str:
    """Return the chat of an address in which others read, too; empty if the citizen is alone there, or the channel has no groups."""
    chat = where.address.get("chat", "")
    return "" if chat == where.address.get("sender") else chat


def _on_record(state: Citizen, reply: Reply) -> Reply:
    """Return a reply for the record: the status of a secret or unknown case has no case there, as readers could join asker and case."""
    hides = reply.secret or state.case_of_complaint(reply.complaint_id) is None
    return replace(reply, complaint_id=None, tracking_code="") if hides and reply.kind is ReplyKind.status else reply


def _message(reply: Reply) -> str:
    """Return the id of the message that a reply answers; empty if the reply says nothing new."""
    return "" if reply.kind in NOTHING_NEW else str(reply.caused_by)


def _give_way(turn: Turn) -> None:
    """Drop the waiting texts beyond the limit, and write their outcomes."""
    waiting = turn.state.waiting
    while len(waiting) > MOST_WAITING:
        of_others = [one for one in waiting if one.cause is Cause.by_code]
        answers = [one for one in waiting if one.reply.kind in ANSWERS]
        first = next(iter((*of_others, *answers, *waiting)))
        waiting.remove(first)
        turn.outputs += undeliverable(first.reply, Reason.too_many, turn.at_ms, asks=QUESTIONS)
