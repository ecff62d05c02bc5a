"""The router's step without Kafka: mailboxes in memory, for tests of what a case does."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, get_args
from uuid import uuid5

import msgspec
from msgspec.structs import replace

from complaints import ids
from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import encode
from complaints.bus.step.contract import Effect, State
from complaints.command import CITIZEN, Add, AnyCommand, Command, CommandKind, MessageReading
from complaints.contract import CASE_EVENTS, COMPLAINTS, CONVERSATIONS, NEIGHBOURS
from complaints.disposition import Disposition
from complaints.event import Addition, Complaint, Raw
from complaints.fact import AnyFact, Fact
from complaints.mail import Reply
from router.cases.step import CaseStep, timer
from router.routing import Router
from tests.harness.facts import Facts
from tests.harness.pipeline import Pipeline
from tests.harness.support import NOON, NOON_MS, as_stored


def plain(event: Any) -> Any:
    """Return an event, or a part of one, as plain data: with the fields that have their defaults, and without those that are None."""
    if isinstance(event, msgspec.Struct):
        fields = zip(event.__struct_fields__, event.__struct_encode_fields__, strict=True)
        kind = {"kind": event.kind.value} if isinstance(event, Command | Fact) else {}
        return kind | {name: plain(value) for field, name in fields if (value := getattr(event, field)) is not None}
    if isinstance(event, list | tuple):
        return [plain(one) for one in event]
    return msgspec.to_builtins(event, str_keys=True)


def routed(router: Router, complaint: Complaint, *refused_by: str) -> Disposition:
    """Return the disposition of a complaint after refusals."""
    return replace(router.route(complaint, refused_by), hop=len(refused_by))


def stored(event: Complaint | Command, *, offset: int = 0, at_ms: int = NOON_MS) -> StoredRecord:
    """Return a complaint or a command as the mailbox holds it."""
    return as_stored(encode(event, source="/tests"), offset=offset, at_ms=at_ms)


def added(to: Complaint, text: str = "di Jalan Pemuda", *, number: int = 0, at: datetime = NOON, **reading: Any) -> Add:
    """Return the command by which the citizen adds a text; `reading` is what the channel read in it."""
    upstream_id = f"{to.raw.upstream_id}+{number}"
    raw = Raw(body=text.encode(), coding="gsm7", upstream_id=upstream_id)
    return Add(
        id=uuid5(to.id, upstream_id),
        tracking_code=to.tracking_code,
        actor=CITIZEN,
        received_at=at,
        addition=Addition(text=text, received_at=at, raw=raw),
        reading=MessageReading(**reading),
    )


def said(
    kind: CommandKind, of: Complaint, actor: str, text: str = "bukan kami", *, nonce: str = "0", **fields: Any
) -> AnyCommand:
    """Return a command of an agency, or of the citizen, with those of the fields that its kind has."""
    model = OF_KIND[kind]
    fields = {"received_at": NOON, "text": text, **fields}
    made: AnyCommand = model(
        id=ids.command_id(of.id, kind.value, actor=actor, nonce=nonce),
        tracking_code=of.tracking_code,
        actor=actor,
        **{name: value for name, value in fields.items() if name in model.__struct_fields__},
    )
    return made


OF_KIND: Final = {CommandKind(model.__struct_config__.tag): model for model in get_args(AnyCommand)}
"""The Structs of commands, by their kinds."""


@dataclass
class House(Pipeline):
    """The router's step alone. What the cases write to each other waits until a test lets them hear it.

    Attributes:
        law: decides who owns a complaint.
        facts: all facts, oldest first.
        replies: all replies, oldest first.
    """

    law: Any = field(default_factory=Router.load)
    facts: Facts = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.steps[COMPLAINTS] = self._step

    def _step(self, state: State | None, record: StoredRecord) -> Effect:
        return CaseStep(self.law)(state, record)  # by the law of now

    def hear(self, event: Complaint | Command, *, at_ms: int = NOON_MS) -> Facts:
        """Let the step handle a complaint or command, and return the facts."""
        self.now_ms = at_ms
        return self.work(stored(event, at_ms=at_ms))

    def work(self, record: StoredRecord) -> Facts:
        """Let the step handle a record, and return the facts."""
        outputs = self.handle(record)
        facts = [msgspec.json.decode(one.value, type=AnyFact) for one in outputs if one.topic == CASE_EVENTS]
        self.facts += facts
        self.replies += [msgspec.json.decode(one.value, type=Reply) for one in outputs if one.topic == CONVERSATIONS]
        return facts

    def deliver(self, *, at_ms: int = NOON_MS) -> Facts:
        """Let the cases hear what they wrote to each other, until they have nothing more to say, and return the facts."""
        facts, self.now_ms = list[Any](), at_ms
        while self.waiting:
            facts += self.work(as_stored(self.waiting.popleft(), at_ms=at_ms))
        return facts

    def ring_out(self, code: str, *, until_ms: int) -> Facts:
        """Let the timers of a case fire, each at its moment, up to a moment, and return the facts."""
        facts: Facts = []
        while (due := self.dues.get(code.encode())) is not None and due <= until_ms:
            facts += self.work(as_stored(timer(code.encode(), due), at_ms=due))
        return facts

    @property
    def dues(self) -> dict[bytes, int | None]:
        """By tracking code, when the case wants its timer, in milliseconds since 1970."""
        return {key: state.due_ms for (topic, key), state in self.states.items() if topic == COMPLAINTS}

    @property
    def documents(self) -> dict[bytes, bytes]:
        """By tracking code, the bytes of the case."""
        return self.kept(COMPLAINTS)

    @property
    def neighbours(self) -> list[Record]:
        """The records to the step that looks for duplicates."""
        return self.written[NEIGHBOURS]
