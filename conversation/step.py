"""The function of the conversation's step: from a citizen's state and a record of his mailbox to the next state and records."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

from msgspec import json
from msgspec.structs import replace

from complaints import ids
from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import decode_one_of, type_of
from complaints.bus.step.contract import KEEP, SKEW_MS, Effect, Keep, State
from complaints.calendar import moment_of
from complaints.crypto import Keyring
from complaints.errors import ContractViolation, PoisonError
from complaints.mail import Delivery, Due, MessageEvent, MessageKind, Received, Reply
from complaints.message import InboundMessage, unpack
from complaints.tracking import names_mailbox
from conversation import parts, records
from conversation.citizen import DECODER, MESSAGES_MS, MOST_MESSAGES, Citizen, Landing, where_from
from conversation.landing import Lands
from conversation.passing import Landed
from conversation.reading import Reads, words_of
from conversation.records import Rules, Turn
from conversation.telling import Telling, heard
from normalizer.complaint import unread
from normalizer.emergency import tells_of_danger

STEP: Final = "lapor-conversation"
"""The name of the step: its consumer group, and the prefix of its workers' transactional ids."""

FORMAT: Final = 1
"""The version of the format of a citizen's state."""

Event = Received | Reply | Delivery | Due
"""The events that a mailbox takes."""

_TAKES: Final[dict[bytes, type[Event]]] = {type_of(model): model for model in (Received, Reply, Delivery, Due)}

Count = Callable[[str], None]
"""Counts records by what they led to: a kind of message, "part", "delivered again", "told", "outcome" or "timer"."""


class ConversationStep:
    """The function of the conversation's step (see complaints.bus.step.contract.Function)."""

    def __init__(self, keyring: Keyring, reads: Reads, rules: Rules, count: Count = lambda _: None) -> None:
        self._keyring, self._reads, self._count = keyring, reads, count
        self._lands = Lands(keyring, reads, rules)
        self._telling = Telling(keyring, rules)
        self._part_timeout_ms = rules.part_timeout_ms

    def __call__(self, state: State | None, record: StoredRecord) -> Effect:
        """Return the effect of a record.

        Raises:
            ContractViolation: the record is poison.
        """
        event, key = _read(record), record.key or b""
        before = None if state is None else self._keyring.unseal_state(state.value, key=key)
        known = Citizen() if before is None else DECODER.decode(before)
        turn = Turn(citizen=key.decode(), state=known, at_ms=record.timestamp_ms)
        match event:
            case Received():
                self._received(turn, _in_time(event, turn.at_ms))
            case Reply():
                self._count("told")
                heard(turn.state, event, turn.at_ms)
                turn.replies.append(event)
            case Delivery():
                self._count("outcome")
                self._telling.outcome(turn, event)
            case Due():
                self._count("timer")
        self._go_on(turn)
        return Effect(self._next(turn, before, key, state), tuple(turn.outputs))

    def dead_letter(self, record: StoredRecord, letter: Record) -> tuple[Record, ...]:
        """Return the records for a record that could not be handled: its dead letter, and for a message what it became.

        A message that can be unsealed still opens a case, unread, at the triage desk. A reply is recorded as not sent, without its text.
        """
        try:
            event = _read(record)
        except PoisonError:
            return (letter,)
        if isinstance(event, Reply):
            return records.unheard(event, letter, record.timestamp_ms)
        if not isinstance(event, Received):
            return (letter,)
        event = _in_time(event, record.timestamp_ms)
        turn = Turn(citizen=event.citizen, state=Citizen(), at_ms=record.timestamp_ms)
        landed = Landed(MessageKind.dead_letter)
        try:
            if not event.fault:
                landed = self._opened_unread(turn, event)
        except Exception:  # noqa: BLE001  # then only its dead letter is kept
            turn.outputs.clear()
        turn.write(_event(turn, event, event.id, landed))
        return (letter, *turn.outputs)

    def _opened_unread(self, turn: Turn, said: Received) -> Landed:
        id_ = said.id
        message = self._reads.decoded(self._message(said), str(id_))
        code = self._keyring.tracking_code(id_) if message.sender or message.about else turn.citizen
        turn.write(unread(message, id_=id_, code=code, citizen=turn.citizen))
        return Landed(MessageKind.complaint, code, str(id_), message.secret, unread=True)

    def _received(self, turn: Turn, said: Received) -> None:
        id_, name, is_page = said.id, str(said.id), names_mailbox(turn.citizen)
        known = turn.state.landing(name)
        if known is not None and (said.fault or not is_page):
            self._count("delivered again")
            return
        if said.fault:
            turn.outputs.append(records.dead_letter(said, turn.at_ms))
            self._note(turn, said, id_, Landed(MessageKind.dead_letter))
            return
        message = self._message(said)
        if message.sender:
            turn.state.to = where_from(message)
        if message.fragment is not None and message.fragment.total > 1:
            self._part(turn, said, message)
            return
        message = self._reads.decoded(message, name)
        words = words_of(message)
        earlier = known or (turn.state.case_of_complaint(name) if is_page else None)
        if earlier is not None:
            id_ = ids.changed_id(id_, words)
            if words == earlier.words or turn.state.landing(str(id_)) is not None:
                self._count("delivered again")
                return
        is_changed = earlier is not None and not message.about
        lands = self._lands
        landed = lands.add_changed(turn, message, id_) if is_changed else lands.land(turn, message, id_, words)
        self._note(turn, said, id_, landed, words=words)

    def _message(self, said: Received) -> InboundMessage:
        """Return the message in a record, its text not decoded yet.

        Raises:
            ContractViolation: it cannot be unsealed with our keys, or is no message.
        """
        packed = self._keyring.unseal(said.sealed, owner=said.id, month=said.month)
        return unpack(packed, channel=said.channel, account=said.account, received_at=said.received_at)

    def _part(self, turn: Turn, said: Received, message: InboundMessage) -> None:
        found = parts.take(turn.state.groups, message, str(said.id), turn.at_ms)
        if found is not None and found.is_whole:
            self._whole(turn, found)
        elif found is not None:
            where = found.went or parts.Went()
            again = Landed(MessageKind.repeated, where.code, where.complaint, where.secret)
            self._note(turn, said, said.id, again, whole_id=UUID(where.id) if where.id else None)
        else:
            self._count("part")
            for group in turn.state.groups:
                if group.went is None and group.last_ms == turn.at_ms:
                    group.urgent = tells_of_danger(self._reads.decoded(parts.so_far(group), "").text)

    def _whole(self, turn: Turn, group: parts.Group) -> None:
        """Handle a long message that goes on, and record for each of its parts what it became."""
        first, *rest = [part.id for part in group.parts]
        message = self._reads.decoded(parts.so_far(group), first)
        id_, words, late_for = UUID(first), words_of(message), parts.former(turn.state.groups, group)
        lands, doubtful = self._lands, group.is_doubtful
        landed = lands.add_late(turn, message, id_, late_for) if late_for else lands.land(turn, message, id_, words)
        note = partial(self._note, turn, message, partial=message.partial, doubtful=doubtful)
        note(id_, landed, words=words)
        for part_id in rest:
            note(UUID(part_id), landed, whole_id=id_)
        for part_id in group.again:
            self._note(turn, message, UUID(part_id), replace(landed, kind=MessageKind.repeated), whole_id=id_)
        group.go(parts.Went(id=first, code=landed.code, complaint=landed.complaint_id, secret=landed.secret))

    def _note(
        self, turn: Turn, said: Received | InboundMessage, id_: UUID, landed: Landed, *, words: str = "", **about: Any
    ) -> None:
        """Record and remember what a message became."""
        self._count(landed.kind.value)
        turn.write(_event(turn, said, id_, landed, **about))
        landing = Landing(
            id=str(id_),
            at_ms=turn.at_ms,
            words=words,
            kind=landed.kind,
            code=landed.code,
            complaint_id=landed.complaint_id,
            secret=landed.secret,
        )
        turn.state.messages = [*turn.state.messages, landing][-MOST_MESSAGES:]

    def _go_on(self, turn: Turn) -> None:
        """Handle messages that have waited long enough, send the replies that are due, and forget what is too old."""
        for group in parts.overdue(turn.state.groups, turn.at_ms, self._part_timeout_ms):
            self._whole(turn, group)
        for reply in turn.replies:
            self._telling.tell(turn, reply)
        self._telling.due(turn)
        self._telling.unheard(turn)
        turn.state.prune(turn.at_ms)

    def _next(self, turn: Turn, before: bytes | None, key: bytes, state: State | None) -> State | Keep | None:
        """Return the next state, sealed; None if nothing is left in it; KEEP if it is unchanged."""
        if turn.state.is_empty:
            return KEEP if state is None else None
        times = [group.due_ms(self._part_timeout_ms) for group in turn.state.groups if group.went is None]
        times += self._telling.times_ms(turn.state)
        times += [oldest.at_ms + MESSAGES_MS + 1 for oldest in turn.state.messages[:1]]
        after, due_ms = json.encode(turn.state), min(times, default=None)
        if after == before and state is not None and due_ms == state.due_ms:
            return KEEP
        return State(self._keyring.seal_state(after, key=key), due_ms)


def _read(record: StoredRecord) -> Event:
    """Return the event in a record of the mailbox.

    Raises:
        ContractViolation: the record has another type or another mailbox's key, or a field is missing or has a wrong value.
    """
    event = decode_one_of(record, _TAKES, "conversation")
    if (event.key if isinstance(event, Due) else event.citizen).encode() != record.key:
        raise ContractViolation(f"{record.position}: the record's key is not that of its mailbox")
    return event


def _in_time(said: Received, at_ms: int) -> Received:
    """Return a message received no later than Kafka got it: a channel's clock may be days ahead, and legal days are counted from it."""
    is_ahead = said.received_at.timestamp() * 1000 > at_ms + SKEW_MS
    return replace(said, received_at=moment_of(at_ms)) if is_ahead else said


def _event(turn: Turn, said: Received | InboundMessage, id_: UUID, landed: Landed, **about: Any) -> MessageEvent:
    """Return the event that records what a message became."""
    return MessageEvent(
        id=id_,
        citizen=turn.citizen,
        channel=said.channel,
        account=said.account,
        kind=landed.kind,
        complaint_id=UUID(landed.complaint_id) if landed.complaint_id else None,
        tracking_code=landed.code,
        unread=landed.unread,
        received_at=said.received_at,
        at=moment_of(turn.at_ms),
        secret=landed.secret,
        **about,
    )
