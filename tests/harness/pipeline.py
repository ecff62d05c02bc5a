"""Steps without Kafka: their mailboxes and states in memory, all that they have written, and a clock that a test moves."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import msgspec

from complaints.bus import Record, StoredRecord
from complaints.bus.deadletter import of_record
from complaints.bus.envelope import decode, encode, type_of
from complaints.bus.step.contract import Function, State
from complaints.case import Case
from complaints.contract import CASES, COMPLAINTS, CONVERSATIONS
from complaints.errors import ContractViolation
from complaints.values import Event
from conversation import records
from router.cases.step import timer
from tests.harness.cases.log import TOPICS, Entry, Topics
from tests.harness.support import NOON_MS, as_stored

E = TypeVar("E", bound=Event)

TIMERS: Final[dict[str, Callable[[bytes, int], Record]]] = {CONVERSATIONS: records.due, COMPLAINTS: timer}
"""What makes the record of a timer, by mailbox."""


@dataclass(kw_only=True)
class Pipeline:
    """Steps and what they have written. All that a record leads to is handled before the next one.

    Attributes:
        steps: by mailbox.
        now_ms: the clock, in milliseconds since 1970.
        has_poison: whether a record that a step cannot take becomes a dead letter; else it is a fault of the test.
        written: the records of each topic.
        came_ms: when each of them came.
        states: by mailbox and key.
    """

    steps: dict[str, Function] = field(default_factory=dict)
    now_ms: int = NOON_MS
    has_poison: bool = False
    written: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    came_ms: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    states: dict[tuple[str, bytes], State] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The clock as a moment."""
        return datetime.fromtimestamp(self.now_ms / 1000, UTC)

    def take(self, *handed: Record) -> None:
        """Let the steps handle records and all that follows from them."""
        waiting = deque(handed)
        while waiting:
            waiting.extend(self.handle(self.write(waiting.popleft())))

    def write(self, record: Record) -> StoredRecord:
        """Append a record to its topic, and return it as the topic has it."""
        into = self.written[record.topic]
        into.append(record)
        self.came_ms[record.topic].append(self.now_ms)
        return as_stored(record, offset=len(into) - 1, at_ms=self.now_ms)

    def handle(self, record: StoredRecord) -> tuple[Record, ...]:
        """Let the step of a mailbox handle a record of it, and return what it writes."""
        if (step := self.steps.get(record.topic)) is None:
            return ()
        at = (record.topic, record.key or b"")
        try:
            effect = step(self.states.get(at), record)
        except ContractViolation as error:
            if not self.has_poison:
                raise
            return (encode(of_record(record, error), source="/tests"),)
        if effect.state is None:
            self.states.pop(at, None)
        elif isinstance(effect.state, State):
            self.states[at] = effect.state
            if record.topic == COMPLAINTS:
                self.write(Record(CASES, at[1], effect.state.value))
        return effect.outputs

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
