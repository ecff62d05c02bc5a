"""The routing worker beside Quix Streams: the same function, the same events, the same Kafka, in turn in one run."""

import importlib.util
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from benchmarks import texts
from benchmarks.figures import Figure, of_rounds
from benchmarks.processes import Say, explained, folder, kafka, process, wait_until
from complaints.bus.confluent import ConfluentProducer, ConfluentScanner
from complaints.contract import COMPLAINTS, DISPOSITIONS, REPLIES
from complaints.errors import ConfigurationError, UnavailableError
from complaints.runtime.settings import Settings
from lapor.processes.wiring import keyring, normaliser
from router.app import GROUP

BAR = 0.9
"""Our worker's events a second over those of Quix Streams."""

WARM_UP = 0.1
"""The share of the events that passes before the clock starts: imports, the group's join, tables and caches."""

LOOK_EVERY_S = 0.1
ANSWER_S = 10.0
START_S = 60.0

SLOWEST_PER_S = 400.0
"""A tenth of what a busy machine of two cores does: slower is stuck."""

OURS, QUIX = "router", "quix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast one round was.

    Attributes:
        per_s: events a second, from the end of the warm-up to the last answer on Kafka.
        cpu_us: processor microseconds of the worker's process for each event.
    """

    per_s: float
    cpu_us: float


class Broker:
    """What Kafka says of its topics and groups."""

    def __init__(self, brokers: str) -> None:
        """Connect; `brokers` is host:port."""
        self.address = brokers
        self._scanner = ConfluentScanner(brokers)
        quiet: dict[str, Any] = {"bootstrap.servers": brokers, "logger": logging.getLogger("librdkafka")}
        self._admin = AdminClient(quiet)

    def written(self, topic: str) -> int:
        """Return how many records were ever written to a topic."""
        return sum(self._scanner.ends(topic).values())

    def forget(self, group: str) -> None:
        """Remove a group with its progress, so that the next member of that name begins at the first record."""

        def gone() -> bool:
            try:
                self._admin.delete_consumer_groups([group], request_timeout=ANSWER_S)[group].result(ANSWER_S)
            except KafkaException as error:
                # NON_EMPTY_GROUP: its member has not quite left yet
                return bool(error.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND)
            return True

        wait_until(gone, timeout_s=START_S, what=f"removing the group {group}", alive=lambda: True)


def measure(*, events: int, rounds: int, say: Say) -> list[Figure]:
    """Measure both, in turn.

    Args:
        events: complaints in the topic.
        rounds: how often each reads all of them.
        say: is told of progress.

    Raises:
        ConfigurationError: quixstreams is not installed.
        UnavailableError: something did not start or does not go on.
    """
    if importlib.util.find_spec("quixstreams") is None:
        raise ConfigurationError("quixstreams is not installed here: `make bench` measures where it is")
    with folder() as data, kafka(data) as brokers:
        broker = Broker(brokers)
        fill(broker, data, events, say)
        paces: dict[str, list[Pace]] = {OURS: [], QUIX: []}
        for number in range(1, rounds + 1):
            for name in (OURS, QUIX):
                pace = _round(broker, name, number, data=data)
                say(f"round {number} of {rounds}: {name} {pace.per_s:,.0f} events/s, {pace.cpu_us:.0f} us CPU an event")
                paces[name].append(pace)
    return _figures(paces, events)


def _figures(paces: Mapping[str, list[Pace]], events: int) -> list[Figure]:
    both = list(zip(paces[OURS], paces[QUIX], strict=True))
    ratio = of_rounds(
        "router: ours over Quix Streams", [ours.per_s / quix.per_s for ours, quix in both], "x", at_least=BAR
    )
    explaining = [
        of_rounds(f"router: {label}{what}", [getattr(pace, field) for pace in paces[name]], unit)
        for field, what, unit in (("per_s", "", "events/s"), ("cpu_us", ", CPU", "us an event"))
        for name, label in ((OURS, "ours"), (QUIX, "Quix Streams"))
    ]
    return [ratio, *explaining, Figure(name="router: events in each round", value=events, unit="events")]


def fill(broker: Broker, data: Path, events: int, say: Say) -> None:
    """Normalise complaints and put them into their topic.

    Raises:
        UnavailableError: Kafka does not take them.
    """
    say(f"normalising {events:,} complaints and writing them to {COMPLAINTS}")
    keys, producer = keyring(Settings.read(data=data)), ConfluentProducer(broker.address)
    for record in texts.records(events, normaliser().normalise, keys):
        producer.send(record)
    producer.flush(START_S)
    producer.close()
    if (there := broker.written(COMPLAINTS)) != events:
        raise UnavailableError(f"{there} of {events} complaints are on Kafka")


def _round(broker: Broker, name: str, number: int, *, data: Path) -> Pace:
    group = GROUP if name == OURS else f"quix-{number}"
    arguments = ["lapor", "run", "router"] if name == OURS else ["benchmarks.quix_app", broker.address, group]
    environment = {"LAPOR_KAFKA": broker.address, "LAPOR_DATA": str(data)}
    log = data / f"{name}.log"
    before = {topic: broker.written(topic) for topic in (DISPOSITIONS, REPLIES)}
    events = broker.written(COMPLAINTS)

    def done() -> int:
        return min(broker.written(topic) - there for topic, there in before.items())

    with explained(log), process(arguments, log, environment) as worker:
        pace = _timed(done, events, psutil.Process(worker.pid), lambda: worker.poll() is None)
    broker.forget(group)
    if (surplus := done() - events) > 0:
        raise UnavailableError(f"{name} answered {surplus} events more than there are")
    return pace


def _timed(done: Callable[[], int], events: int, worker: psutil.Process, alive: Callable[[], bool]) -> Pace:
    """Take the time from the end of the warm-up to the last answer."""
    seen = 0

    @contextmanager
    def until(wanted: float, timeout_s: float) -> Iterator[tuple[float, float]]:
        def there() -> bool:
            nonlocal seen
            seen = done()
            return seen >= wanted

        wait_until(there, timeout_s=timeout_s, what=f"answer {wanted:.0f} of {events}", alive=alive)
        times = worker.cpu_times()
        yield time.monotonic(), times.user + times.system

    with until(events * WARM_UP, START_S + events * WARM_UP / SLOWEST_PER_S) as (began, cpu_began):
        first = seen
    with until(events, events / SLOWEST_PER_S) as (ended, cpu_ended):
        handled = seen - first
    return Pace(per_s=handled / (ended - began), cpu_us=(cpu_ended - cpu_began) / handled * 1e6)
