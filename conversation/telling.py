"""Tells a citizen something: by which account, to which address, and when, so that nobody hears more per hour than is allowed."""

from typing import Final
from uuid import UUID

from msgspec.structs import replace

from complaints.bus import Record
from complaints.bus.envelope import encode
from complaints.calendar import moment_of
from complaints.crypto import Keyring
from complaints.mail import Delivery, DeliveryOutcome, Reply, ReplyKind, Send
from complaints.tracking import names_mailbox
from conversation import records
from conversation.cases import ANSWERS, QUESTIONS
from conversation.citizen import HOUR_MS, MOST_WAITING, Cause, Citizen, Leaving, Told, Waiting, Where
from conversation.parts import DAY_MS
from conversation.turn import Rules

NO_ADDRESS: Final = "no address of the citizen is known"
"""Why a citizen cannot be told anything whose state was lost or deleted. On the web, whose mailbox is the code, nothing is sent: what would
be told is on the page of the case."""

SILENT: Final = "the citizen has asked for silence"
"""Why a citizen is not told anything that he has not asked for since his STOP."""

TOO_MANY: Final = "too many texts wait for the citizen"
"""Why a text is never sent that had to give way."""

NEVER_ARRIVED: Final = "the text with the question never arrived"
"""Why a case learns that its question is not heard; the upstream's own words about it stay with the delivery."""

NEVER_KNOWN: Final = "neither the question nor its reminder is known to have been sent"
"""Why a case learns that its question is not heard of whose text there is no outcome, or none that says that it left."""

UNKNOWN_MS: Final = 14 * DAY_MS
"""How long it is waited for the news that a question was sent, since it was last asked: longer than a sender may be away, and so much less
than the days of the law that nobody is deemed to have withdrawn meanwhile."""

TOLD_TODAY: Final = "the citizen has heard within a day that somebody else adds to the case"
"""Why a citizen is not told of each addition that is not his own: whoever has the code could fill his telephone."""

_NOTHING_NEW: Final = {
    ReplyKind.received,
    ReplyKind.completed,
    ReplyKind.small_talk,
    ReplyKind.merged,
    ReplyKind.unmerged,
}
"""The replies after which the same words are still the same message: they say only that we have received something, or that others have
reported it, too."""

_FAILED: Final = {DeliveryOutcome.undeliverable, DeliveryOutcome.expired}
_PERHAPS_HEARD: Final = {DeliveryOutcome.sent, DeliveryOutcome.unknown}


class Telling:
    """The outward side of the conversation."""

    def __init__(self, keyring: Keyring, rules: Rules) -> None:
        self._keyring, self._rules = keyring, rules

    def tell(self, state: Citizen, reply: Reply, at_ms: int) -> list[Record]:
        """Return the records by which a citizen hears a reply. What the hour has no room for waits in the state."""
        where, apart = _where(state, reply)
        reply = _on_record(state, replace(reply, private=True) if apart else reply)
        if _is_silent(state, reply):
            return _unsent(state, reply, SILENT, at_ms)
        if not where.account:
            state.told.append(Told(at_ms=at_ms, message=_message(reply)))
            return _unsent(state, reply, NO_ADDRESS, at_ms)
        if _is_told_today(state, reply, at_ms):
            return _unsent(state, reply, TOLD_TODAY, at_ms)
        told = records.reply_event(reply, at_ms, account=where.account)
        cause = _cause(state, reply, at_ms)
        state.waiting.append(Waiting(reply=reply, account=where.account, address=where.address, cause=cause))
        sent = self.due(state, at_ms)
        return [told, *sent, *_give_way(state, at_ms)]

    def due(self, state: Citizen, at_ms: int) -> list[Record]:
        """Return the records of the texts for which the hour has room now, and remove them from the state."""
        sent: list[Record] = []
        still: list[Waiting] = []
        for one in state.waiting:
            has_room = len(_heard(state, one.cause, at_ms - HOUR_MS)) < self._rules.per_hour
            if has_room or one.reply.urgent:
                state.told.append(Told(at_ms=at_ms, cause=one.cause))
                if message := _message(one.reply):
                    state.leaving.append(Leaving(at_ms=at_ms, reply_id=str(one.reply.id), message=message))
                _await_outcome(state, one.reply, at_ms)
                sent.append(self._send(one, at_ms))
            else:
                still.append(one)
        state.waiting = still
        return sent

    @staticmethod
    def follows(delivery: Delivery) -> bool:
        """Return whether something follows from an outcome of a reply: that the citizen may have heard something new, or no question."""
        kind, outcome = delivery.kind, delivery.outcome
        return (kind in QUESTIONS and outcome in _FAILED) or (kind not in _NOTHING_NEW and outcome in _PERHAPS_HEARD)

    @staticmethod
    def outcome(state: Citizen, delivery: Delivery, at_ms: int) -> list[Record]:
        """Note what a citizen may have heard, and return the record by which a case learns that he never got its question."""
        reply_id = str(delivery.reply_id)
        about = state.case_of_complaint(delivery.complaint_id)
        if about is not None and about.asked_by == reply_id and delivery.outcome is not DeliveryOutcome.unknown:
            about.unheard_ms = 0
        if delivery.outcome in _FAILED:
            if about is not None and about.asked_by != reply_id:  # it was asked again, or another one
                return []
            return [records.question_unheard(delivery.reply_id, delivery.tracking_code, NEVER_ARRIVED, at_ms)]
        state.told += [Told(at_ms=at_ms, message=one.message) for one in state.leaving if one.reply_id == reply_id]
        state.leaving = [one for one in state.leaving if one.reply_id != reply_id]
        return []

    @staticmethod
    def unheard(state: Citizen, at_ms: int) -> list[Record]:
        """Return the records by which cases learn that nobody knows of their questions that they were sent."""
        late = [case for case in state.cases if 0 < case.unheard_ms <= at_ms]
        for case in late:
            case.unheard_ms = 0
        return [
            records.question_unheard(UUID(case.asked_by), case.code, NEVER_KNOWN, at_ms)
            for case in late
            if case.asked_ms
        ]

    def due_ms(self, state: Citizen) -> int | None:
        """Return when there is something to do, in milliseconds since 1970: the hour has room, or a question is unheard; None if never."""
        times = [case.unheard_ms for case in state.cases if case.unheard_ms]
        for cause in {one.cause for one in state.waiting}:
            recent = _heard(state, cause)[-self._rules.per_hour :]
            times.append(recent[0] + HOUR_MS if len(recent) == self._rules.per_hour else 0)
        return min(times, default=None)

    def _send(self, waiting: Waiting, at_ms: int) -> Record:
        reply, month = waiting.reply, f"{moment_of(at_ms):%Y-%m}"
        send = Send(
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
        return encode(send, source=records.SOURCE)


def _await_outcome(state: Citizen, reply: Reply, at_ms: int) -> None:
    """Wait for the news that a question was sent, and of its reminder if there was none of the question."""
    about = state.case_of_complaint(reply.complaint_id) if reply.kind in QUESTIONS else None
    if about is not None and (reply.kind is ReplyKind.question or about.unheard_ms):
        about.unheard_ms = at_ms + UNKNOWN_MS


def _unsent(state: Citizen, reply: Reply, reason: str, at_ms: int) -> list[Record]:
    """Return the records of a reply that is not sent. A question that its citizen will not hear is not open: its case learns that."""
    unsent = list(records.unsent(reply, reason, at_ms))
    if reply.kind is not ReplyKind.question or names_mailbox(reply.citizen):
        return unsent
    about = state.case_of_complaint(reply.complaint_id)
    if about is not None:
        about.asked_ms = 0
    return [*unsent, records.question_unheard(reply.id, reply.tracking_code, reason, at_ms)]


def _is_silent(state: Citizen, reply: Reply) -> bool:
    """Return whether a reply is none to a message of the citizen since he asked for silence, nor about a complaint since then."""
    about = state.case_of_complaint(reply.complaint_id)
    if not state.silent_ms or (about is not None and about.after_stop):
        return False
    cause = state.landing(str(reply.caused_by))
    return cause is None or cause.at_ms < state.silent_ms


def _cause(state: Citizen, reply: Reply, at_ms: int) -> Cause:
    """Return whose doing a reply tells of."""
    if reply.by_code:
        return Cause.by_code
    message = state.landing(str(reply.caused_by))
    return Cause.own if message is not None and message.at_ms > at_ms - HOUR_MS else Cause.other


def _heard(state: Citizen, cause: Cause, since_ms: int = 0) -> list[int]:
    """Return when the citizen heard something of a cause after a time; both in milliseconds since 1970."""
    return [one.at_ms for one in state.told if one.cause is cause and one.at_ms > since_ms]


def _is_told_today(state: Citizen, reply: Reply, at_ms: int) -> bool:
    """Return whether a reply tells only that somebody else has added to a case, again within a day; note that it is told."""
    about = state.case_of_complaint(reply.complaint_id)
    if about is None or not reply.by_code or reply.kind is not ReplyKind.completed:
        return False
    if about.by_code_ms > at_ms - DAY_MS:
        return True
    about.by_code_ms = at_ms
    return False


def _where(state: Citizen, reply: Reply) -> tuple[Where, bool]:
    """Return the account and the address for a reply, and whether others would read it there who have not read the report.

    It goes where the complaint was told; an answer goes where the question came from; and what a direct message led to, by one, as long as
    he writes so. If that is a group in which the report was not told, or a post though it was told in a direct message, or nobody knows
    where it was told, it is for the citizen alone, also if the report is not secret.
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
    """Return a reply as it goes on record.

    The status of a secret report, or of a case that is not the citizen's, has no case there: whoever reads the records could join who asks
    with who complained, and would learn a code.
    """
    if reply.kind is not ReplyKind.status:
        return reply
    if not reply.secret and state.case_of_complaint(reply.complaint_id) is not None:
        return reply
    return replace(reply, complaint_id=None, tracking_code="")


def _message(reply: Reply) -> str:
    """Return the message that a reply answers; empty if the reply tells nothing new."""
    return "" if reply.kind in _NOTHING_NEW else str(reply.caused_by)


def _give_way(state: Citizen, at_ms: int) -> list[Record]:
    """Remove the texts that are too many, and return the records that say so."""
    gone: list[Record] = []
    while len(state.waiting) > MOST_WAITING:
        waiting = list(enumerate(state.waiting))
        of_others = [number for number, one in waiting if one.cause is Cause.by_code]
        answers = [number for number, one in waiting if one.reply.kind in ANSWERS]
        reply = state.waiting.pop(next(iter((*of_others, *answers)), 0)).reply
        gone.append(records.undeliverable(reply, TOO_MANY, at_ms))
        if reply.kind in QUESTIONS:
            gone.append(records.question_unheard(reply.id, reply.tracking_code, TOO_MANY, at_ms))
    return gone
