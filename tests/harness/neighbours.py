"""The neighbours' step without Kafka: one mailbox in memory, and what the step writes."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import orjson

from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import encode
from complaints.bus.step.contract import Effect, Keep, State
from complaints.command import EchoedEvent
from complaints.contract import COMPLAINTS, NEIGHBOURS
from complaints.disposition import Handling
from complaints.ids import NAMESPACE
from complaints.neighbour import Closed, Joined, Left, Opened, Told
from complaints.tracking import code_for
from neighbours.step import NeighboursStep
from normalizer.matter.signature import signature
from tests.harness.events import DPU
from tests.harness.pipeline import Pipeline

KEY = b"the key of the tests' codes"
NOON = datetime(2026, 11, 3, 5, tzinfo=UTC)


def case_id(number: int) -> UUID:
    """Return the id of the complaint of a number."""
    return uuid5(NAMESPACE, f"neighbour {number}")


def code(number: int) -> str:
    """Return the tracking code of the case of a number."""
    return code_for(case_id(number), key=KEY)


def opened(number: int, text: str, *, at: datetime = NOON, regency: str = "33.74", **more: Any) -> Opened:
    """Return the record of a case that was opened."""
    said = {"reporter_ref": f"person {number}", "topic": None} | more
    return Opened(
        id=case_id(number),
        tracking_code=code(number),
        complaint_id=case_id(number),
        regency=regency,
        received_at=at,
        signature=signature(text, regency=regency),
        **said,
    )


def closed(number: int, *, merged: bool = False) -> Closed:
    """Return the record of a case that can be no main case any more."""
    id_ = uuid5(case_id(number), "closed")
    return Closed(id=id_, tracking_code=code(number), regency="33.74", merged=merged, at=NOON)


def joined(main: int, supporter: int) -> Joined:
    """Return the record of a case that became a supporter."""
    return Joined(id=uuid5(case_id(supporter), "joined"), main=code(main), supporter=code(supporter), at=NOON)


def left(main: int, supporter: int) -> Left:
    """Return the record of a case that is a supporter no longer."""
    return Left(id=uuid5(case_id(supporter), "left"), main=code(main), supporter=code(supporter), at=NOON)


def told(main: int, event: EchoedEvent = "answered", **about: Any) -> Told:
    """Return the record of what a main case tells."""
    owner: dict[str, Any] = {"agency": DPU, "handling": Handling(), "as_of": 3}
    return Told(id=uuid5(case_id(main), event), main=code(main), at=NOON, event=event, **(owner | about))


@dataclass
class Quarter(Pipeline):
    """The step and what it has written.

    Attributes:
        writes: how often a state was written.
    """

    writes: int = 0

    def __post_init__(self) -> None:
        step = NeighboursStep()

        def counted(state: State | None, record: StoredRecord) -> Effect:
            effect = step(state, record)
            self.writes += not isinstance(effect.state, Keep)
            return effect

        self.steps[NEIGHBOURS] = counted

    def put(self, *events: Opened | Closed | Joined | Left | Told, at: datetime | None = None) -> list[dict[str, Any]]:
        """Handle events and all that they lead to in the same mailbox, and return the commands."""
        before = len(self.written[COMPLAINTS])
        for event in events:
            self.hear(
                encode(event, source="/tests"), at or (event.received_at if isinstance(event, Opened) else event.at)
            )
        return self.commands(before)

    def merges(self, *events: Opened | Closed, at: datetime | None = None) -> list[tuple[str, str]]:
        """Handle events, and return the merges that are proposed: supporter and main case."""
        return [(command["tracking_code"], command["other"]) for command in self.put(*events, at=at)]

    def hear(self, record: Record, at: datetime = NOON) -> list[dict[str, Any]]:
        """Handle a record and all that it leads to in the same mailbox, and return the commands."""
        before, self.now_ms = len(self.written[COMPLAINTS]), round(at.timestamp() * 1000)
        self.take(record)
        return self.commands(before)

    def commands(self, since: int = 0) -> list[dict[str, Any]]:
        """Return what was written to the cases, as plain data."""
        return [orjson.loads(output.value) for output in self.written[COMPLAINTS][since:]]

    @property
    def pages(self) -> dict[bytes, bytes]:
        """The states by key."""
        return self.kept(NEIGHBOURS)

    def keep(self, key: bytes, state: bytes) -> None:
        """Set a state."""
        self.states[NEIGHBOURS, key] = State(state)


def later(**more: float) -> datetime:
    """Return a moment after noon."""
    return NOON + timedelta(**more)
