"""The neighbours' step without Kafka: one mailbox in memory, and what the step writes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

import orjson

from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import encode
from complaints.bus.step.contract import Effect, Keep, State
from complaints.command import EchoedEvent
from complaints.contract import COMPLAINTS, NEIGHBOURS
from complaints.disposition import Handling
from complaints.event import Complaint
from complaints.ids import NAMESPACE
from complaints.neighbour import Closed, Joined, Left, Opened, Told
from complaints.tracking import code_for
from neighbours.step import NeighboursStep
from normalizer.matter.signature import signature
from tests.harness.events import DPU
from tests.harness.pipeline import Pipeline
from tests.harness.stories import Telling

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


@dataclass(kw_only=True)
class QuarterTelling(Telling):
    """A story of a regency: cases by their numbers, and what the step proposes and tells."""

    quarter: Quarter = field(default_factory=Quarter)
    commands: list[dict[str, Any]] = field(default_factory=list)

    @property
    def complaints(self) -> list[Complaint]:
        """None: a case has its number here."""
        return []

    def once(self, step: dict[str, Any]) -> None:
        """Let the step handle a record, and look at what it names beside."""
        verb, words = next(iter(step.items()))
        if verb in TAKES:
            step.pop(verb)
            at = later(**{name: step.pop(name) for name in ("minutes", "hours", "days") if name in step})
            about = {name: step.pop(name) for name in [*step] if name not in SEEN}
            self.commands = self.quarter.put(TAKES[verb](words, at, about))
        for name, wanted in step.items():
            self.look(name, wanted)

    def seen(self, name: str) -> Any:
        """Return what is seen of the last step's commands, or of the states."""
        return SEEN[name](self)

    def of(self, name: str) -> list[int]:
        """Return the numbers of the cases that a field of the commands names."""
        numbers = {code(number): number for number in range(100)}
        return [numbers[one[name]] for one in self.commands]


TAKES: Final[Mapping[str, Callable[[Any, datetime, dict[str, Any]], Any]]] = {
    "opened": lambda number, at, about: opened(number, about.pop("text"), at=at, **about),
    "closed": lambda number, _, about: closed(number, **about),
    "joined": lambda pair, *_: joined(*pair),
    "left": lambda pair, *_: left(*pair),
    "told": lambda number, _, about: told(number, **about),
}
"""What the step can be handed."""

SEEN: Final[Mapping[str, Callable[[QuarterTelling], Any]]] = {
    "merges": lambda telling: [
        list(pair) for pair in zip(telling.of("tracking_code"), telling.of("other"), strict=True)
    ],
    "kinds": lambda telling: [[one["kind"], one["actor"]] for one in telling.commands],
    "says": lambda telling: [[one["text"], one["event"]] for one in telling.commands],
    "keeps": lambda telling: len(telling.quarter.pages),
    "commands": lambda telling: [one["id"] for one in telling.commands],
}
"""What can be seen."""


def later(**more: float) -> datetime:
    """Return a moment after noon."""
    return NOON + timedelta(**more)
