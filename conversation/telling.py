"""Tells a citizen something: by which account, to which address, and when, so that nobody hears more per hour than is allowed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from complaints.bus import Record
from complaints.crypto import Keyring
from complaints.mail import Delivery, DeliveryOutcome, ReplyKind
from complaints.tracking import names_mailbox
from conversation import records
from conversation.citizen import DAY_MS, HOUR_MS, MOST_WAITING, Document, Landing, case_of_complaint, landing
from conversation.records import time_text, whole_id

NO_ADDRESS: Final = "no address of the citizen is known"
"""Why a citizen cannot be told anything whose state was lost or deleted. On the web, whose mailbox is the code, nothing is sent: what would
be told is on the page of the case."""


SILENT: Final = "the citizen has asked for silence"
"""Why a citizen is not told anything that he has not asked for since his STOP."""

TOO_MANY: Final = "too many texts wait for the citizen"
"""Why a text is never sent that had to give way."""

NEVER_ARRIVED: Final = "the text with the question never arrived"
"""Why a case learns that its question is not heard; the upstream's own words about it stay with the delivery."""

TOLD_TODAY: Final = "the citizen has heard within a day that somebody else adds to the case"
"""Why a citizen is not told of each addition that is not his own: whoever has the code could fill his telephone."""

_ANSWERS: Final = {ReplyKind.status.value, ReplyKind.small_talk.value}
"""The replies that answer a question. They go where the question came from, and give way first if too many wait."""

_NOTHING_NEW: Final = {
    ReplyKind.received.value,
    ReplyKind.completed.value,
    ReplyKind.small_talk.value,
    ReplyKind.merged.value,
    ReplyKind.unmerged.value,
}
"""The replies after which the same words are still the same message: they say only that we have received something, or that others have
reported it, too."""

_QUESTIONS: Final = {ReplyKind.question.value, ReplyKind.reminded.value}
_FAILED: Final = {DeliveryOutcome.undeliverable, DeliveryOutcome.expired}
_PERHAPS_HEARD: Final = {DeliveryOutcome.sent, DeliveryOutcome.unknown}


class Cause(StrEnum):
    """Whose doing a reply tells of. Each has its own room in the hour, so that none keeps another waiting."""

    own = "own"
    """A message of the citizen himself within the hour."""
    by_code = "by_code"
    """Somebody else who has the code."""
    other = "other"
    """An agency, the law or the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingRules:
    """How much a citizen hears.

    Attributes:
        per_hour: the maximum number of texts of one cause that are sent to one citizen within an hour; more wait, but what answers danger
            to life never does.
        useful_for: after this time a text is of no use and is not sent.
    """

    per_hour: int
    useful_for: timedelta


class Telling:
    """The outward side of the conversation."""

    def __init__(self, keyring: Keyring, rules: TellingRules) -> None:
        """Take what telling needs.

        Args:
            keyring: seals the texts.
            rules: how much a citizen hears.
        """
        self._keyring, self._rules = keyring, rules

    def tell(self, state: Document, reply: Document, at_ms: int) -> list[Record]:
        """Return the records by which a citizen hears a reply. What the hour has no room for waits in the state.

        Args:
            state: of the citizen; is changed.
            reply: see complaints.mail.Reply.
            at_ms: the present time in milliseconds since 1970.
        """
        account, address, apart = _where(state, reply)
        reply = _on_record(state, reply | ({"private": True} if apart else {}))
        if _is_silent(state, reply):
            return _unsent(state, reply, SILENT, at_ms)
        if not account:
            state["told"] = [*state["told"], [at_ms, _message(reply), ""]]
            return _unsent(state, reply, NO_ADDRESS, at_ms)
        if _is_told_today(state, reply, at_ms):
            return _unsent(state, reply, TOLD_TODAY, at_ms)
        told = records.reply_event(reply, account=account, at=time_text(at_ms))
        waiting = {"reply": reply, "account": account, "address": address}
        waiting["cause"] = _cause(state, reply, at_ms)
        state["waiting"] = [*state["waiting"], waiting]
        sent = self.due(state, at_ms)
        return [told, *sent, *_give_way(state, at_ms)]

    def due(self, state: Document, at_ms: int) -> list[Record]:
        """Return the records of the texts for which the hour has room now, and remove them from the state."""
        sent: list[Record] = []
        still: list[Document] = []
        for one in state["waiting"]:
            has_room = len(_heard(state, _of(one), at_ms - HOUR_MS)) < self._rules.per_hour
            if has_room or one["reply"].get("urgent"):
                state["told"] = [*state["told"], [at_ms, "", _of(one)]]
                if message := _message(one["reply"]):
                    state["leaving"] = [*state["leaving"], [at_ms, one["reply"]["id"], message]]
                sent.append(self._send(one, at_ms))
            else:
                still.append(one)
        state["waiting"] = still
        return sent

    @staticmethod
    def follows(delivery: Delivery) -> bool:
        """Return whether something follows from an outcome of a reply: that the citizen may have heard something new, or no question."""
        kind, outcome = delivery.kind.value, delivery.outcome
        return (kind in _QUESTIONS and outcome in _FAILED) or (kind not in _NOTHING_NEW and outcome in _PERHAPS_HEARD)

    @staticmethod
    def outcome(state: Document, delivery: Delivery, at_ms: int) -> list[Record]:
        """Note what a citizen may have heard, and return the record by which a case learns that he never got its question.

        Args:
            state: of the citizen; is changed.
            delivery: something follows from it.
            at_ms: the time of its record in milliseconds since 1970.
        """
        reply_id = str(delivery.reply_id)
        if delivery.outcome in _FAILED:
            about = case_of_complaint(state, str(delivery.complaint_id))
            if about is not None and about.get("asked_by") != reply_id:  # it was asked again, or another one
                return []
            code, at = delivery.tracking_code, time_text(at_ms)
            return [records.question_unheard(delivery.reply_id, code, NEVER_ARRIVED, at=at)]
        heard = [message for _, id_, message in state["leaving"] if id_ == reply_id]
        state["told"] = [*state["told"], *[[at_ms, message, ""] for message in heard]]
        state["leaving"] = [one for one in state["leaving"] if one[1] != reply_id]
        return []

    def due_ms(self, state: Document) -> int | None:
        """Return when the hour has room for the next text that waits, in milliseconds since 1970; None if none waits."""
        times = []
        for cause in {_of(one) for one in state["waiting"]}:
            recent = _heard(state, cause)[-self._rules.per_hour :]
            times.append(recent[0] + HOUR_MS if len(recent) == self._rules.per_hour else 0)
        return min(times, default=None)

    def _send(self, waiting: Document, at_ms: int) -> Record:
        reply, month = waiting["reply"], time_text(at_ms)[:7]
        address = waiting["address"]
        sealed = self._keyring.seal_text(reply["text"], address, owner=whole_id(reply["id"]), month=month)
        expires = datetime.fromisoformat(reply["created_at"]) + self._rules.useful_for
        return records.send(
            reply,
            account=waiting["account"],
            month=month,
            sealed=sealed,
            expires_at=expires.isoformat().replace("+00:00", "Z"),
        )


def _unsent(state: Document, reply: Document, reason: str, at_ms: int) -> list[Record]:
    """Return the records of a reply that is not sent. A question that its citizen will not hear is not open: its case learns that."""
    unsent = list(records.unsent(reply, reason, at=time_text(at_ms)))
    if reply["kind"] != ReplyKind.question.value or names_mailbox(reply["citizen"]):
        return unsent
    about = case_of_complaint(state, reply.get("complaint_id"))
    if about is not None:
        about.pop("asked_ms", None)
    return [*unsent, _unheard(reply, reason, at_ms)]


def _unheard(reply: Document, reason: str, at_ms: int) -> Record:
    return records.question_unheard(whole_id(reply["id"]), reply["tracking_code"], reason, at=time_text(at_ms))


def _is_silent(state: Document, reply: Document) -> bool:
    """Return whether a reply is none to a message of the citizen since he asked for silence, nor about a complaint since then."""
    silent_ms = state.get("silent_ms")
    about = case_of_complaint(state, reply.get("complaint_id"))
    if silent_ms is None or (about is not None and about.get("after_stop")):
        return False
    cause = landing(state, reply["caused_by"])
    return cause is None or cause[Landing.AT] < silent_ms


def _cause(state: Document, reply: Document, at_ms: int) -> Cause:
    """Return whose doing a reply tells of."""
    if reply.get("by_code"):
        return Cause.by_code
    message = landing(state, reply["caused_by"])
    return Cause.own if message is not None and message[Landing.AT] > at_ms - HOUR_MS else Cause.other


def _of(waiting: Document) -> str:
    """Return the cause of a text that waits; of one that has waited since before causes were told apart, any but the citizen's message."""
    cause: str = waiting.get("cause", Cause.other)
    return cause


def _heard(state: Document, cause: str, since_ms: int = 0) -> list[int]:
    """Return when the citizen heard something of a cause after a time; both in milliseconds since 1970."""
    return [at for at, _, of in state["told"] if of == cause and at > since_ms]


def _is_told_today(state: Document, reply: Document, at_ms: int) -> bool:
    """Return whether a reply tells only that somebody else has added to a case, again within a day; note that it is told."""
    about = case_of_complaint(state, reply.get("complaint_id"))
    if about is None or not reply.get("by_code") or reply["kind"] != ReplyKind.completed.value:
        return False
    if about.get("by_code_ms", 0) > at_ms - DAY_MS:
        return True
    about["by_code_ms"] = at_ms
    return False


def _where(state: Document, reply: Document) -> tuple[str, dict[str, str], bool]:
    """Return the account and the address for a reply, and whether others would read it there who have not read the report.

    It goes where the complaint was told; an answer goes where the question came from. If that is a group in which the report was not told,
    it is for the citizen alone, also if the report is not secret: he told it elsewhere.
    """
    case = case_of_complaint(state, reply.get("complaint_id")) or {}
    found = case
    if reply["kind"] in _ANSWERS:
        found = {"to": next((to for id_, _, to in state["questions"] if id_ == reply["caused_by"]), None)}
        state["questions"] = [one for one in state["questions"] if one[0] != reply["caused_by"]]
    where = found.get("to") or state.get("to") or {"account": "", "address": {}}
    group = _group(where)
    is_of_case = bool(reply.get("complaint_id")) or reply["kind"] == ReplyKind.status.value
    return where["account"], where["address"], bool(group) and is_of_case and _group(case.get("to") or {}) != group


def _group(where: Document) -> str:
    """Return the chat of an address in which others read, too; empty if the citizen is alone there, or the channel has no groups."""
    address = where.get("address") or {}
    chat: str = address.get("chat", "")
    return "" if chat == address.get("sender") else chat


def _on_record(state: Document, reply: Document) -> Document:
    """Return a reply as it goes on record.

    The status of a secret report, or of a case that is not the citizen's, has no case there: whoever reads the records could join who asks
    with who complained, and would learn a code.
    """
    if reply["kind"] != ReplyKind.status.value:
        return reply
    if not reply.get("secret") and case_of_complaint(state, reply.get("complaint_id")) is not None:
        return reply
    return {name: value for name, value in reply.items() if name != "complaint_id"} | {"tracking_code": ""}


def _message(reply: Document) -> str:
    """Return the message that a reply answers; empty if the reply tells nothing new."""
    message: str = "" if reply["kind"] in _NOTHING_NEW else reply["caused_by"]
    return message


def _give_way(state: Document, at_ms: int) -> list[Record]:
    """Remove the texts that are too many, and return the records that say so."""
    gone: list[Record] = []
    while len(state["waiting"]) > MOST_WAITING:
        waiting = list(enumerate(state["waiting"]))
        of_others = [number for number, one in waiting if _of(one) == Cause.by_code]
        answers = [number for number, one in waiting if one["reply"]["kind"] in _ANSWERS]
        place = next(iter((*of_others, *answers)), 0)
        first = state["waiting"][place]
        state["waiting"] = [*state["waiting"][:place], *state["waiting"][place + 1 :]]
        gone.append(records.undeliverable(first["reply"], TOO_MANY, at=time_text(at_ms)))
        if first["reply"]["kind"] in _QUESTIONS:
            gone.append(_unheard(first["reply"], TOO_MANY, at_ms))
    return gone
