"""A million cases: how long a worker with an empty disk takes until it works, how long after a kill -9, and how much memory it needs."""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

import orjson

from benchmarks import texts
from benchmarks.figures import Figure
from benchmarks.processes import Say, folder, installed, kafka
from benchmarks.step.million import Place, check_room, figures, fill, starts
from complaints import tracking
from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import encode
from complaints.bus.step.contract import State
from complaints.bus.step.states.store import StoredState
from complaints.case import FORMAT
from complaints.command import Accept, Answer
from complaints.contract import CASE_EVENTS, CASES, COMPLAINTS
from complaints.runtime.settings import Settings
from lapor.processes.routing import router
from lapor.processes.secret import keyring
from normalizer.complaint import Normaliser
from router.cases.step import STEP, CaseStep
from router.routing import Router

TEMPLATES: Final = 500
"""Number of real complaints whose documents are repeated, each time with another code and id."""

PLACE: Final = Place("router", STEP, CASES, CASE_EVENTS)

_KEY: Final = b"a secret of no installation"


def measure(*, cases: int, say: Say) -> list[Figure]:
    """Write cases, and start a worker twice: with an empty disk, and after a kill -9.

    Raises:
        ConfigurationError: the disk has no room for them.
        UnavailableError: something did not start or did not come to work.
    """
    with folder() as data:
        check_room(data, cases)
        with kafka(data) as brokers:
            complaints = texts.records(cases, Normaliser.load(), keyring(installed(data)))
            began = time.monotonic()
            made = list(islice(complaints, TEMPLATES))
            each = fill(brokers, PLACE, documents(cases, made, router(Settings.read()), datetime.now(UTC)))
            say(f"{cases:,} cases of {each:,.0f} bytes on average, written in {time.monotonic() - began:.0f} s")
            empty, warm = starts(brokers, data, PLACE, complaints, say)
    return figures(f"{cases:,} cases", empty, warm, each)


def documents(cases: int, complaints: list[Record], law: Router, at: datetime) -> Iterator[tuple[bytes, StoredState]]:
    """Yield the key and the document of each case: what the step makes of a few complaints, with other codes and ids.

    All were accepted by their owners, so the next of their timers is that of the completion, or, of some at a triage desk, an earlier one.
    """
    yield from copied([opened(one, law, at, accept=True) for one in complaints], range(cases))


class Template(NamedTuple):
    """A case of which others are made: its code, its id, the document, and when its timer is due, in milliseconds since 1970."""

    code: bytes
    id: bytes
    document: bytes
    due_ms: int


def opened(complaint: Record, law: Router, at: datetime, *, accept: bool) -> Template:
    """Return the case that a complaint becomes that is received at a time, and that its owner accepts if that is wanted."""
    step = CaseStep(law)
    state, _ = handled(step, None, received_at(complaint, at), at)
    case = orjson.loads(state.value)
    if accept:
        state, _ = handled(step, state, by_owner(Accept, case, at), at)
    return Template(complaint.key, case["complaint_id"].encode(), state.value, state.due_ms or 0)


def handled(step: CaseStep, state: State | None, record: Record, at: datetime) -> tuple[State, list[Record]]:
    """Return the state after a record of the mailbox that Kafka appended at a time, and what the step writes."""
    at_ms, offset = int(at.timestamp() * 1000), 0 if state is None else 1
    effect = step(state, StoredRecord(COMPLAINTS, 0, offset, record.key, record.value, record.headers, at_ms))
    assert isinstance(effect.state, State)
    return effect.state, list(effect.outputs)


def by_owner(kind: type[Accept | Answer], case: Mapping[str, Any], at: datetime, *, text: str = "") -> Record:
    """Return a command by which the owner of a case acts on it at a time."""
    command = kind(
        id=uuid5(UUID(case["complaint_id"]), kind.__name__),
        tracking_code=case["tracking_code"],
        actor=case["owner"]["id"],
        received_at=at,
        text=text,
    )
    return encode(command, source="/benchmarks")


def received_at(complaint: Record, at: datetime) -> Record:
    """Return a complaint as one that is received at a time."""
    value = orjson.dumps(orjson.loads(complaint.value) | {"received_at": at.isoformat().replace("+00:00", "Z")})
    return Record(topic=complaint.topic, key=complaint.key, value=value, headers=complaint.headers)


def copied(templates: Sequence[Template], numbers: range) -> Iterator[tuple[bytes, StoredState]]:
    """Yield the key and the state of each of some cases, whose codes and ids derive from their numbers."""
    for number, (code, id_, document, due_ms) in zip(numbers, cycle(templates), strict=False):
        new_id = UUID(int=number)
        new_code = tracking.code_for(new_id, key=_KEY).encode()
        yield (
            new_code,
            StoredState(FORMAT, due_ms, document.replace(code, new_code).replace(id_, str(new_id).encode())),
        )
