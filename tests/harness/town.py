"""The steps of the conversation and of the router without Kafka: mailboxes in memory and a clock that a test moves."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec
from msgspec import structs

from complaints import ids
from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import decode, encode, type_of
from complaints.bus.step.contract import Effect, State
from complaints.case import Case
from complaints.command import Command
from complaints.contract import CASE_EVENTS, COMPLAINTS, CONVERSATIONS, MESSAGE_EVENTS, SENDS
from complaints.crypto import Keyring
from complaints.event import Complaint
from complaints.mail import Delivery, DeliveryOutcome, MessageEvent, Received, ReplyEvent, Send
from complaints.message import Fragment, InboundMessage, pack
from complaints.values import Event
from conversation import records
from conversation.reading import Reads
from conversation.step import ConversationStep
from conversation.turn import Rules
from normalizer.complaint import Normaliser
from router.cases.step import CaseStep, timer
from router.routing import Router
from tests.harness.support import NOON, message

E = TypeVar("E", bound=Event)

Function = Callable[[State | None, StoredRecord], Effect]

NOON_MS = int(NOON.timestamp() * 1000)


_TIMERS: dict[str, Callable[[bytes, int], Record]] = {CONVERSATIONS: records.due, COMPLAINTS: timer}


def as_text(body: bytes, _alphabet: int) -> tuple[str, str, str | None]:
    """Decode the bytes of a test's SMS."""
    return body.decode("utf-8", "replace"), "gsm7", None


@dataclass
class Town:
    """Citizens, cases and what was written about them.

    Attributes:
        keys: of the installation.
        law: routes complaints; None leaves the mailboxes of the cases unread.
        reads: reads messages.
        rules: of the conversation.
        now_ms: the clock.
        is_sending: whether accounts send each text at once; else a test tells its outcome.
    """

    keys: Keyring
    law: Any
    reads: Normaliser
    rules: Rules = field(default_factory=Rules)
    now_ms: int = NOON_MS
    is_sending: bool = True
    written: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    states: dict[tuple[str, bytes], State] = field(default_factory=dict)
    counts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        reads = Reads(normaliser=self.reads, text_of={"sms": as_text})
        self.step = ConversationStep(self.keys, reads, self.rules, self.counts.append)
        self._functions: dict[str, Function] = {CONVERSATIONS: self.step}
        if self.law is not None:
            self._functions[COMPLAINTS] = CaseStep(self.law)
        self._offset = 0

    def step_in(self, topic: str, function: Function) -> None:
        """Let one more step work on its mailboxes."""
        self._functions[topic] = function

    def citizen(self, sender: str = "6281234567890", channel: str = "sms") -> str:
        """Return the key of a citizen's mailbox."""
        return self.keys.pseudonym(channel, sender)

    def received(self, said: InboundMessage, id_: UUID | None = None) -> Record:
        """Return the record by which a channel hands a message in."""
        found = id_ or (ids.message_id(said.channel, said.upstream_id) if said.upstream_id else uuid4())
        if said.sender:
            citizen = self.keys.pseudonym(said.channel, said.sender + (f"\0{found}" if said.shared else ""))
        else:
            citizen = said.about or self.keys.tracking_code(found)
        event = Received(
            id=found,
            citizen=citizen,
            channel=said.channel,
            account=said.account,
            received_at=said.received_at,
            month="2026-11",
            sealed=self.keys.seal(pack(said), owner=found, month="2026-11"),
        )
        return encode(event, source="/tests")

    def say(self, text: str, *, id_: UUID | None = None, **changes: Any) -> UUID:
        """Let a citizen send a message by SMS, or another channel, and let everything that follows happen. Return the id."""
        fields: dict[str, Any] = {
            "upstream_id": "",
            "account": "sms/link",
            "reply_to": {"from": "1708"},
            "received_at": self.now,
        } | changes
        said = message(text, **fields)
        if said.channel == "sms" and said.fragment is None:
            said = structs.replace(said, text="", body=text.encode(), fragment=Fragment())
        found = id_ or (ids.message_id(said.channel, said.upstream_id) if said.upstream_id else uuid4())
        self.take(self.received(said, found))
        return found

    def part(self, text: str, number: int, total: int = 2, *, reference: int = 7, **changes: Any) -> UUID:
        """Let a citizen send a part of a long SMS."""
        fragment = Fragment(reference=reference, total=total, sequence=number)
        return self.say(text, fragment=fragment, body=text.encode(), **changes)

    @property
    def now(self) -> datetime:
        """The clock as a moment."""
        return datetime.fromtimestamp(self.now_ms / 1000, UTC)

    def take(self, *handed: Record) -> None:
        """Let the steps handle records and all that follows from them."""
        waiting = deque(handed)
        while waiting:
            record = waiting.popleft()
            self.written[record.topic].append(record)
            function = self._functions.get(record.topic)
            if function is not None:
                waiting.extend(self._handle(function, record))
            elif record.topic == SENDS and self.is_sending:
                waiting.append(self._delivery(msgspec.json.decode(record.value, type=Send), DeliveryOutcome.sent)[1])

    def _handle(self, function: Function, record: Record) -> tuple[Record, ...]:
        self._offset += 1
        at = (record.topic, record.key)
        stored = StoredRecord(record.topic, 0, self._offset, record.key, record.value, record.headers, self.now_ms)
        effect = function(self.states.get(at), stored)
        if effect.state is None:
            self.states.pop(at, None)
        elif isinstance(effect.state, State):
            self.states[at] = effect.state
        return effect.outputs

    def wait(self, **time: float) -> None:
        """Let time pass, and let the timers fire that are due meanwhile, in their order."""
        until_ms = self.now_ms + int(timedelta(**time) / timedelta(milliseconds=1))
        while True:
            due = [
                (state.due_ms, topic, key)
                for (topic, key), state in self.states.items()
                if topic in _TIMERS and state.due_ms is not None and state.due_ms <= until_ms
            ]
            if not due:
                break
            due_ms, topic, key = min(due)
            self.now_ms = max(self.now_ms, due_ms)
            self.take(_TIMERS[topic](key, due_ms))
        self.now_ms = until_ms

    def events(self, topic: str, model: type[E]) -> list[E]:
        """Return the events of a model that were written to a topic, oldest first."""
        found = [record for record in self.written[topic] if dict(record.headers)["ce_type"] == type_of(model)]
        return [
            decode(StoredRecord(topic, 0, number, record.key, record.value, record.headers, 0), model)
            for number, record in enumerate(found)
        ]

    @property
    def complaints(self) -> list[Complaint]:
        """The complaints so far."""
        return self.events(COMPLAINTS, Complaint)

    @property
    def commands(self) -> list[Command]:
        """The commands so far."""
        return self.events(COMPLAINTS, Command)

    @property
    def landed(self) -> list[MessageEvent]:
        """What the messages became."""
        return self.events(MESSAGE_EVENTS, MessageEvent)

    @property
    def told(self) -> list[ReplyEvent]:
        """What citizens are told."""
        return self.events(MESSAGE_EVENTS, ReplyEvent)

    @property
    def sends(self) -> list[Send]:
        """What accounts are to send."""
        return self.events(SENDS, Send)

    @property
    def texts(self) -> list[str]:
        """The texts that accounts are to send."""
        return [self.open(send)[0] for send in self.sends]

    def open(self, send: Send) -> tuple[str, dict[str, str]]:
        """Return the text to send and its address."""
        return self.keys.unseal_text(send.sealed, owner=send.id, month=send.month)

    def outcome(self, send: Send, outcome: DeliveryOutcome) -> Delivery:
        """Tell the citizen's mailbox what became of a text, and return what it was told."""
        delivery, record = self._delivery(send, outcome)
        self.take(record)
        return delivery

    def _delivery(self, send: Send, outcome: DeliveryOutcome) -> tuple[Delivery, Record]:
        delivery = Delivery(
            id=ids.delivery_id(send.id, outcome.value),
            reply_id=send.id,
            citizen=send.citizen,
            complaint_id=send.complaint_id,
            tracking_code=send.tracking_code,
            channel=send.channel,
            account=send.account,
            kind=send.kind,
            outcome=outcome,
            at=self.now,
        )
        return delivery, encode(delivery, source="/tests", topic=CONVERSATIONS)

    def case(self, code: str) -> Case:
        """Return the case with a code."""
        return msgspec.json.decode(self.states[COMPLAINTS, code.encode()].value, type=Case)

    def state(self, citizen: str) -> bytes:
        """Return the state of a citizen, opened."""
        key = citizen.encode()
        return self.keys.unseal_state(self.states[CONVERSATIONS, key].value, key=key)

    @property
    def facts(self) -> int:
        """The number of facts so far."""
        return len(self.written[CASE_EVENTS])


@cache
def _law_and_reader() -> tuple[Router, Normaliser]:
    return Router.load(), Normaliser.load()


def town_of(*told: str, **pause: float) -> Town:
    """Return a town with the law in which somebody has reported something, with a pause after each report: a minute unless it is given."""
    law, reader = _law_and_reader()
    made = Town(Keyring.from_secret(b"s" * 32), law, reader)
    for text in told:
        made.say(text)
        made.wait(**(pause or {"minutes": 1}))
    return made
