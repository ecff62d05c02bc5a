"""The router's step beside Quix Streams: the same function with state, the same complaints, the same Kafka, in turn in one run."""

import importlib.util
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import psutil

from benchmarks import texts
from benchmarks.figures import Figure, of_rounds
from benchmarks.processes import Say, explained, folder, installed, kafka, process, wait_until
from benchmarks.step.broker import Broker, committed
from complaints.bus.confluent import ConfluentProducer
from complaints.contract import CASE_EVENTS, COMPLAINTS, CONVERSATIONS
from complaints.errors import ConfigurationError, UnavailableError
from lapor.processes.secret import keyring
from normalizer.complaint import Normaliser
from router.cases.step import STEP

BAR: Final = 1.3
"""Our worker's complaints per second over those of Quix Streams."""

RATE: Final = 4_000
"""The minimum rate of one process of the router, in complaints per second."""

FROM, TO = 0.1, 0.95
"""The shares of the complaints between which the time counts: before, programs load and tables fill; after, there is less than a batch."""

START_S: Final = 60.0

SLOWEST_PER_S: Final = 400.0
"""A tenth of what is expected: a slower program is stuck."""

OURS, QUIX = "router", "quix"


class Outputs(NamedTuple):
    """The output of a round.

    Attributes:
        facts: the number of facts.
        replies: the number of replies.
        digest: of all keys and values, in any order.
    """

    facts: int
    replies: int
    digest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast one round was.

    Attributes:
        per_s: complaints per second.
        cpu_us: processor time of the worker's process in microseconds per complaint.
    """

    per_s: float
    cpu_us: float


def measure(*, events: int, rounds: int, say: Say) -> list[Figure]:
    """Measure both, in turn.

    Raises:
        ConfigurationError: quixstreams is not installed.
        UnavailableError: something did not start or stopped making progress, or the outputs of two rounds differ.
    """
    if importlib.util.find_spec("quixstreams") is None:
        raise ConfigurationError(
            "quixstreams is not installed here: `make bench` measures with an environment that has it"
        )
    with folder() as data, kafka(data) as brokers:
        broker = Broker(brokers)
        fill(broker, data, events, say)
        paces: dict[str, list[Pace]] = {OURS: [], QUIX: []}
        found: set[Outputs] = set()
        for number in range(1, rounds + 1):
            for name in (OURS, QUIX):
                pace = _round(broker, name, events, data / f"{name}-{number}")
                found.add(outputs(broker))
                said = f"{name} {pace.per_s:,.0f} complaints/s, {pace.cpu_us:.0f} us CPU per complaint"
                say(f"round {number} of {rounds}: {said}")
                _check(found, events)
                paces[name].append(pace)
        broker.close()
    return _figures(paces, events)


def _figures(paces: Mapping[str, list[Pace]], events: int) -> list[Figure]:
    both = list(zip(paces[OURS], paces[QUIX], strict=True))
    return [
        of_rounds(
            "router: ours over Quix Streams", [ours.per_s / quix.per_s for ours, quix in both], "x", at_least=BAR
        ),
        of_rounds("router: ours", [pace.per_s for pace in paces[OURS]], "complaints/s", at_least=RATE),
        of_rounds("router: Quix Streams", [pace.per_s for pace in paces[QUIX]], "complaints/s"),
        of_rounds("router: ours, CPU", [pace.cpu_us for pace in paces[OURS]], "us per complaint"),
        of_rounds("router: Quix Streams, CPU", [pace.cpu_us for pace in paces[QUIX]], "us per complaint"),
        Figure(name="router: complaints in each round", value=events, unit="complaints"),
    ]


def fill(broker: Broker, data: Path, events: int, say: Say) -> None:
    """Normalise complaints and write them to the mailbox of cases.

    Raises:
        UnavailableError: Kafka does not accept them.
    """
    say(f"normalising {events:,} complaints and writing them to {COMPLAINTS}")
    keys, producer = keyring(installed(data)), ConfluentProducer(broker.address)
    for record in texts.records(events, Normaliser.load(), keys):
        producer.send(record)
    producer.flush(START_S)
    producer.close()
    if (there := broker.written(COMPLAINTS)) != events:
        raise UnavailableError(f"{there} of {events} complaints are on Kafka")


def outputs(broker: Broker) -> Outputs:
    """Return what the facts and replies on Kafka amount to."""
    counts, digest = dict.fromkeys((CASE_EVENTS, CONVERSATIONS), 0), 0
    for message in committed(broker.address, (CASE_EVENTS, CONVERSATIONS)):
        topic = message.topic() or ""
        counts[topic] += 1
        digest = (digest + hash((topic, message.key(), message.value()))) & (1 << 64) - 1
    return Outputs(counts[CASE_EVENTS], counts[CONVERSATIONS], digest)


def _check(found: set[Outputs], events: int) -> None:
    """See that each round wrote the same: none is faster because it did less, or did something twice."""
    first = next(iter(found))
    if len(found) != 1 or first.replies != events:
        raise UnavailableError(f"{events} complaints led to other facts and replies in another round: {found}")


def _round(broker: Broker, name: str, events: int, data: Path) -> Pace:
    """Let one of them handle all complaints, from the first, with no states."""
    broker.begin_anew()
    data.mkdir()
    group = STEP if name == OURS else data.name
    arguments = (
        ["lapor", "run", "router"] if name == OURS else ["benchmarks.step.quix_app", broker.address, group, str(data)]
    )
    environment = {"LAPOR_KAFKA": broker.address, "LAPOR_DATA": str(data), "LAPOR_ORDINAL": "0"}
    log = data / "log"
    with explained(log), process(arguments, log, environment) as worker:
        pace = timed(lambda: broker.handled(group), events, worker.pid, lambda: worker.poll() is None)
    broker.forget(group)
    return pace


def timed(done: Callable[[], int], events: int, pid: int, alive: Callable[[], bool]) -> Pace:
    """Return the pace between two commits: the first one at or after the share FROM of all complaints, and likewise TO.

    Args:
        done: returns the number of complaints that are committed.
        events: the number of all complaints.
        pid: of the worker's process.
        alive: whether it still runs.

    Raises:
        UnavailableError: the worker ended, or stopped making progress.
    """
    worker = psutil.Process(pid)

    def reached(share: float) -> tuple[int, float, float]:
        seen = 0

        def there() -> bool:
            nonlocal seen
            seen = done()
            return seen >= events * share

        patience_s = START_S + events * share / SLOWEST_PER_S
        wait_until(there, timeout_s=patience_s, what=f"{share:.0%} of {events} complaints", alive=alive)
        times = worker.cpu_times()
        return seen, time.monotonic(), times.user + times.system

    first, began, cpu_began = reached(FROM)
    last, ended, cpu_ended = reached(TO)
    reached(1.0)
    return Pace(per_s=(last - first) / (ended - began), cpu_us=(cpu_ended - cpu_began) / (last - first) * 1e6)
