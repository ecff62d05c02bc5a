"""The steps of the conversation and of the router without Kafka: mailboxes in memory and a clock that a test moves."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from msgspec import structs

from complaints import ids
from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import decode, encode
from complaints.command import Command
from complaints.contract import CASE_EVENTS, COMPLAINTS, CONVERSATIONS, MESSAGE_EVENTS, SENDS
from complaints.crypto import Keyring
from complaints.event import Complaint
from complaints.mail import Delivery, DeliveryOutcome, MessageEvent, Received, ReplyEvent, Send
from complaints.message import Fragment, InboundMessage, pack
from conversation.reading import Reads
from conversation.records import Rules
from conversation.step import ConversationStep
from normalizer.complaint import Normaliser
from router.cases.step import CaseStep
from router.routing import Router
from tests.harness.pipeline import Pipeline
from tests.harness.support import message


def as_text(body: bytes, _alphabet: int) -> tuple[str, str, str | None]:
    """Decode the bytes of a test's SMS."""
    return body.decode("utf-8", "replace"), "gsm7", None


@dataclass
class Town(Pipeline):
    """Citizens, cases and what was written about them.

    Attributes:
        keys: of the installation.
        law: routes complaints; None leaves the mailboxes of the cases unread.
        reads: reads messages.
        rules: of the conversation.
        is_sending: whether accounts send each text at once; else a test tells its outcome.
    """

    keys: Keyring
    law: Any
    reads: Normaliser
    rules: Rules = field(default_factory=Rules)
    is_sending: bool = True
    counts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        reads = Reads(normaliser=self.reads, text_of={"sms": as_text})
        self.step = ConversationStep(self.keys, reads, self.rules, self.counts.append)
        self.steps[CONVERSATIONS] = self.step
        if self.law is not None:
            self.steps[COMPLAINTS] = CaseStep(self.law)

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

    def is_taken(self, record: Record) -> bool:
        """Return whether a step handles a record, or an account sends it."""
        return super().is_taken(record) or (record.topic == SENDS and self.is_sending)

    def handle(self, record: StoredRecord) -> tuple[Record, ...]:
        """Let the step of a mailbox handle a record of it, or an account send a text, and return what was written."""
        if record.topic != SENDS:
            return super().handle(record)
        told = self._told(decode(record, Send), DeliveryOutcome.sent)[1]
        for one in told:
            self.append(one)
        return told

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
        """Tell the citizen's mailbox what became of a text, if it concerns him, and return the outcome."""
        delivery, told = self._told(send, outcome)
        for one in told:
            self.take(one)
        return delivery

    def _told(self, send: Send, outcome: DeliveryOutcome) -> tuple[Delivery, tuple[Record, ...]]:
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
        record = encode(delivery, source="/tests", topic=CONVERSATIONS)
        return delivery, (record,) if delivery.concerns_citizen else ()

    def state(self, citizen: str) -> bytes:
        """Return the state of a citizen, opened."""
        key = citizen.encode()
        return self.keys.unseal_state(self.states[CONVERSATIONS, key].value, key=key)

    @property
    def facts(self) -> int:
        """The number of facts so far."""
        return len(self.written[CASE_EVENTS])


@cache
def law_and_reader() -> tuple[Router, Normaliser]:
    """Return what decides and reads in all towns."""
    return Router.load(), Normaliser.load()


def town_of(*told: str, **pause: float) -> Town:
    """Return a town with the law in which somebody has reported something, with a pause after each report: a minute unless it is given."""
    made = Town(Keyring.from_secret(b"s" * 32), *law_and_reader())
    for text in told:
        made.say(text)
        made.wait(**(pause or {"minutes": 1}))
    return made
