"""The limit of the design on this machine: the chain of transactions that one SMS takes, in loops that do nothing else."""

import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final

from confluent_kafka import Consumer, Producer

from benchmarks.processes import Say, explained, folder, kafka, process, spent, wait_until
from benchmarks.sms.chain_app import (
    ACCOUNTS,
    BATCH,
    CASES,
    CITIZENS,
    COMPLAINTS,
    CONVERSATIONS,
    EVENTS,
    FACTS,
    LOOPS,
    NEIGHBOURS,
    SENDS,
    Output,
    value_of,
)
from complaints.bus.confluent import profiles
from complaints.bus.kafka_python import KafkaPythonAdmin
from complaints.bus.step.kafka import polled
from complaints.contract import Topic
from ops.topics import apply

PARTITIONS: Final = 3
"""As many as `lapor up` makes."""

PATIENCE_S: Final = 30.0
START_S: Final = 60.0

_MESSAGE: Final = Output(CONVERSATIONS, "m", 1_200)


@dataclass(slots=True)
class Passed:
    """When what of a message was seen, in seconds of the machine's monotonic clock, by its number."""

    sent: dict[str, float] = field(default_factory=dict)
    owned: dict[str, float] = field(default_factory=dict)
    submitted: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The time that the bare chain takes at one rate.

    Attributes:
        owner_s: seconds from each message to its fact.
        reply_s: seconds to its text, which leaves when the attempt is committed.
        cpu_s: processor seconds of a message, Kafka's with them.
    """

    owner_s: Sequence[float]
    reply_s: Sequence[float]
    cpu_s: float


def measure(rates: Sequence[tuple[float, int]], *, warm_up: tuple[float, int], say: Say) -> list[Limit]:
    """Return what each rate costs.

    Args:
        rates: messages a second, and how many.
        warm_up: the same of the messages before the first that counts.
        say: called with each line of progress.

    Raises:
        UnavailableError: a loop does not start, or a message is lost.
    """
    with folder() as data, kafka(data) as brokers, ExitStack() as closing:
        _make(brokers)
        log = data / "chain.log"
        closing.enter_context(explained(log))
        for name in LOOPS:
            closing.enter_context(process(["benchmarks.sms.chain_app", name, brokers], log, {}))
        passed, stop = Passed(), threading.Event()
        watcher = threading.Thread(target=_watch, args=(brokers, passed, stop), daemon=True)
        watcher.start()
        closing.callback(watcher.join)
        closing.callback(stop.set)
        producer = Producer(profiles.writer(brokers, timeout_s=PATIENCE_S) | {"linger.ms": 0})
        _pass(producer, passed, (1, 1), patience_s=START_S)
        _pass(producer, passed, warm_up)
        return [_limit(producer, passed, rate, say) for rate in rates]


def _limit(producer: Producer, passed: Passed, rate: tuple[float, int], say: Say) -> Limit:
    say(f"the bare chain, {rate[0]:g} per second")
    before = spent()
    numbers = _pass(producer, passed, rate)
    return Limit(
        owner_s=[passed.owned[one] - passed.sent[one] for one in numbers],
        reply_s=[passed.submitted[one] - passed.sent[one] for one in numbers],
        cpu_s=(sum(spent().values()) - sum(before.values())) / len(numbers),
    )


def _pass(
    producer: Producer, passed: Passed, rate: tuple[float, int], *, patience_s: float = PATIENCE_S
) -> Sequence[str]:
    """Write messages at their times, wait until all have passed, and return their numbers."""
    per_second, count = rate
    first, began = len(passed.sent), time.monotonic()
    numbers = [str(first + number) for number in range(count)]
    for at, number in enumerate(numbers):
        while (early := began + at / per_second - time.monotonic()) > 0:
            producer.poll(early)
        passed.sent[number] = time.monotonic()
        producer.produce(CONVERSATIONS, value_of(_MESSAGE), number)
    producer.flush(PATIENCE_S)
    wait_until(
        lambda: all(one in passed.owned and one in passed.submitted for one in numbers),
        timeout_s=patience_s,
        what="the bare chain",
    )
    return numbers


def _make(brokers: str) -> None:
    admin = KafkaPythonAdmin(brokers)
    kept, compacted = {"cleanup.policy": "delete"}, {"cleanup.policy": "compact"}
    topics = dict.fromkeys((CONVERSATIONS, COMPLAINTS, SENDS, NEIGHBOURS, FACTS, EVENTS), kept)
    topics |= dict.fromkeys((CITIZENS, CASES, ACCOUNTS), compacted)
    apply(
        admin,
        [
            Topic(name=name, models=(), partitions=PARTITIONS, settings=settings, what="For a benchmark.")
            for name, settings in topics.items()
        ],
    )
    admin.close()


def _watch(brokers: str, passed: Passed, stop: threading.Event) -> None:
    """Note when facts are readable as committed, and when texts left."""
    consumer = Consumer(
        profiles.scanner(brokers)
        | {"enable.partition.eof": False, "auto.offset.reset": "earliest", "group.id": "bare-watch"}
    )
    consumer.subscribe([FACTS, EVENTS])
    while not stop.is_set():
        read = (record for _, record in polled(consumer, BATCH, wait_s=0.1, gather_s=0.0) if record is not None)
        for record in read:
            number, value = (record.key or b"").decode(), record.value or b""
            if record.topic == FACTS:
                passed.owned.setdefault(number, time.monotonic())
            elif value.startswith(b"t"):
                passed.submitted.setdefault(number, float(value[1 : value.index(b";")]))
    consumer.close()
