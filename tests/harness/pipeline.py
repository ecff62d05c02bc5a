"""Steps without Kafka: their mailboxes and states in memory, all that they have written, and a clock that a test moves."""

from collections import defaultdict, deque
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Self, TypeVar

import msgspec

from complaints.bus import Record, StoredRecord
from complaints.bus.deadletter import of_record
from complaints.bus.envelope import decode, encode, type_of
from complaints.bus.step.contract import Effect, Function, State
from complaints.case import Case
from complaints.contract import CASES, COMPLAINTS, CONVERSATIONS
from complaints.errors import ContractViolation
from complaints.values import Event
from conversation import records
from router.cases.step import timer
from tests.harness.cases.log import TOPICS, Entry, Topics
from tests.harness.support import NOON_MS, as_stored

E = TypeVar("E", bound=Event)

Box = tuple[str, bytes]
"""A mailbox: its topic and its key."""

TIMERS: Final[dict[str, Callable[[bytes, int], Record]]] = {CONVERSATIONS: records.due, COMPLAINTS: timer}
"""What makes the record of a timer, by mailbox."""


@dataclass(kw_only=True)
class Pipeline:
    """Steps, what they have written, and what nobody has handled yet.

    What one record leads to is appended to all mailboxes at once, as a transaction does it. Each mailbox keeps its order; between
    mailboxes there is none, so a test may work on them in any order.

    Attributes:
        steps: by mailbox.
        now_ms: the clock, in milliseconds since 1970.
        has_poison: whether a record that a step cannot take becomes a dead letter; else it is a fault of the test.
        written: the records of each topic.
        came_ms: when each of them came.
        states: by mailbox and key.
        waiting: what is in mailboxes, in the order in which it was appended.
    """

    steps: dict[str, Function] = field(default_factory=dict)
    now_ms: int = NOON_MS
    has_poison: bool = False
    written: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    came_ms: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    states: dict[tuple[str, bytes], State] = field(default_factory=dict)
    waiting: deque[StoredRecord] = field(default_factory=deque)

    @property
    def now(self) -> datetime:
        """The clock as a moment."""
        return datetime.fromtimestamp(self.now_ms / 1000, UTC)

    def twin(self) -> Self:
        """Return another one, at the same point, which goes its own way from here; the steps are the same."""
        twin = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, dict | list | deque):
                setattr(twin, name, copy(value))
        twin.written, twin.came_ms = (
            defaultdict(list, {topic: [*of] for topic, of in kept.items()}) for kept in (self.written, self.came_ms)
        )
        return twin

    def take(self, *handed: Record) -> None:
        """Let the steps handle records and all that follows from them."""
        self.append(*handed)
        while self.waiting:
            self.handle(self.waiting.popleft())

    def append(self, *records: Record) -> None:
        """Append records to their topics."""
        for record in records:
            stored = self.write(record)
            if self.is_taken(record):
                self.waiting.append(stored)

    def is_taken(self, record: Record) -> bool:
        """Return whether a step handles a record."""
        return record.topic in self.steps

    def write(self, record: Record) -> StoredRecord:
        """Append a record to its topic alone, and return it as the topic has it."""
        into = self.written[record.topic]
        into.append(record)
        self.came_ms[record.topic].append(self.now_ms)
        return as_stored(record, offset=len(into) - 1, at_ms=self.now_ms)

    def handle(self, record: StoredRecord) -> tuple[Record, ...]:
        """Let the step of a mailbox handle a record of it, and return what it wrote."""
        at = (record.topic, record.key or b"")
        try:
            effect = self.steps[record.topic](self.states.get(at), record)
        except ContractViolation as error:
            if not self.has_poison:
                raise
            effect = Effect(outputs=(encode(of_record(record, error), source="/tests"),))
        if effect.state is None:
            self.states.pop(at, None)
        elif isinstance(effect.state, State):
            self.states[at] = effect.state
            if record.topic == COMPLAINTS:
                self.write(Record(CASES, at[1], effect.state.value))
        self.append(*effect.outputs)
        return effect.outputs

    @property
    def busy(self) -> list[Box]:
        """The mailboxes that hold something: those that have waited longest come first."""
        return list(dict.fromkeys((one.topic, one.key or b"") for one in self.waiting))

    def next_in(self, box: Box) -> StoredRecord | None:
        """Take the next record out of a mailbox; None if it holds none."""
        found = next((one for one in self.waiting if (one.topic, one.key) == box), None)
        if found is not None:
            self.waiting.remove(found)
        return found

    def kept(self, mailbox: str) -> dict[bytes, bytes]:
        """Return the states of a mailbox by their keys."""
        return {key: state.value for (topic, key), state in self.states.items() if topic == mailbox}

    def ring(self) -> None:
        """Let the timers ring that are due."""
        while due := self._due(self.now_ms):
            for due_ms, topic, key in due:
                self.take(TIMERS[topic](key, due_ms))

    def wait(self, **time: float) -> None:
        """Let time pass, and let the timers ring that are due meanwhile, in their order."""
        until_ms = self.now_ms + int(timedelta(**time) / timedelta(milliseconds=1))
        while due := self._due(until_ms):
            due_ms, topic, key = min(due)
            self.now_ms = max(self.now_ms, due_ms)
            self.take(TIMERS[topic](key, due_ms))
        self.now_ms = until_ms

    def _due(self, until_ms: int) -> list[tuple[int, str, bytes]]:
        return [
            (state.due_ms, topic, key)
            for (topic, key), state in self.states.items()
            if topic in TIMERS and state.due_ms is not None and state.due_ms <= until_ms
        ]

    def events(self, topic: str, model: type[E]) -> list[E]:
        """Return the events of a model that were written to a topic, oldest first."""
        found = [record for record in self.written[topic] if dict(record.headers)["ce_type"] == type_of(model)]
        return [decode(as_stored(record), model) for record in found]

    def case(self, code: str) -> Case:
        """Return the case with a code."""
        return msgspec.json.decode(self.states[COMPLAINTS, code.encode()].value, type=Case)

    def topics(self) -> Topics:
        """Return what was written as a reader of Kafka finds it."""
        return Topics(*(self._entries(f"lapor.{name}") for name in TOPICS))

    def _entries(self, topic: str) -> list[Entry]:
        came = zip(self.written[topic], self.came_ms[topic], strict=True)
        return [
            Entry(0, offset, one.key, one.value, dict(one.headers), at_ms) for offset, (one, at_ms) in enumerate(came)
        ]
