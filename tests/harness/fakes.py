"""A Kafka that lives in memory, for tests whose subject is not Kafka; tests/unit/harness/test_fakes.py holds it to the contract."""

from collections import defaultdict
from concurrent.futures import Future
from enum import StrEnum
from threading import Lock
from typing import TypeVar

from complaints.bus import Position, Record, StoredRecord
from complaints.bus.envelope import decode, type_of
from complaints.errors import BusUnavailable, ContractViolation
from complaints.event import Event

E = TypeVar("E", bound=Event)


class Mode(StrEnum):
    """How the broker is."""

    up = "up"
    away = "away"
    rejecting = "rejecting"


class MemoryProducer:
    """A Producer (see complaints.bus). Each topic has one partition; a future is done when `send` returns."""

    def __init__(self, mode: Mode = Mode.up, *, largest: int = 1 << 20) -> None:
        """Begin empty.

        Args:
            mode: may be changed at any time.
            largest: bytes of a record's value; a larger one is never taken.
        """
        self.mode = mode
        self.closed = False
        self._largest = largest
        self._lock = Lock()
        self._stored: dict[str, list[StoredRecord]] = defaultdict(list)

    def send(self, record: Record) -> "Future[Position]":
        """Store a record, or fail as the mode says."""
        answer: Future[Position] = Future()
        if self.mode is Mode.away:
            answer.set_exception(BusUnavailable("the broker in memory is away"))
        elif self.mode is Mode.rejecting or len(record.value) > self._largest:
            answer.set_exception(ContractViolation("the broker in memory never takes this record"))
        else:
            with self._lock:
                log = self._stored[record.topic]
                log.append(
                    StoredRecord(record.topic, 0, len(log), record.key, record.value, record.headers, timestamp_ms=0)
                )
                at = log[-1].position
            answer.set_result(at)
        return answer

    def flush(self, timeout_s: float) -> None:
        """Return at once: nothing is ever under way."""

    def close(self) -> None:
        """Note it."""
        self.closed = True

    def forget(self) -> None:
        """Be empty again."""
        self._stored.clear()

    def stored(self, topic: str) -> list[StoredRecord]:
        """Return what a topic holds, in order."""
        return list(self._stored[topic])

    def events(self, topic: str, model: type[E]) -> list[E]:
        """Return the events of a model on a topic, in order; a mailbox also carries others."""
        of_model = ("ce_type", type_of(model))
        return [decode(record, model) for record in self.stored(topic) if of_model in record.headers]
