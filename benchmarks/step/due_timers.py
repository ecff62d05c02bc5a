"""Ten thousand timers that are due at once: whether each fires once, and how long fresh records wait beside them."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import orjson
from confluent_kafka import Consumer, Producer
from confluent_kafka import TopicPartition as ConfluentPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its stubs forget it

from benchmarks.figures import Figure, percentile
from benchmarks.processes import Say, explained, folder, kafka, process, wait_until
from benchmarks.step.broker import ANSWER_S, reader
from benchmarks.step.timers_step import MAILBOX, OUT, STATES
from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import is_record
from complaints.errors import UnavailableError

PARTITIONS: Final = 12
"""As many as the topics of the product have."""

RATE: Final = 200
"""Fresh records per second."""

P99_MS: Final = 500

LEAD_S: Final = 10.0
"""Seconds from the setting of the timers until they are due."""

WARM_UP_S: Final = 3.0
"""Seconds of fresh records before the timers are due, which do not count."""

PATIENCE_S: Final = 60.0
"""Seconds for the first record, and for the last timer."""

SETTLE_S: Final = 2.0
"""Seconds after the last timer in which one that fires twice would be seen."""

MS = 1000.0


@dataclass(slots=True)
class Seen:
    """The output of the step.

    Attributes:
        sent: when each fresh record was sent, by its key, in seconds of the monotonic clock.
        fresh: when it came out.
        set: the number of timers that are set.
        fired: how often each key's timer fired.
    """

    sent: dict[bytes, float] = field(default_factory=dict)
    fresh: dict[bytes, float] = field(default_factory=dict)
    set: int = 0
    fired: Counter[bytes] = field(default_factory=Counter)


def measure(*, timers: int, say: Say) -> list[Figure]:
    """Set timers, let them become due at once, and send fresh records meanwhile.

    Args:
        timers: how many.
        say: is called with each line of progress.

    Raises:
        UnavailableError: something did not start, or a timer did not fire exactly once.
    """
    with folder() as data, kafka(data) as brokers:
        _make_topics(brokers)
        log, seen, stop = data / "worker.log", Seen(), threading.Event()
        watcher = threading.Thread(target=_watch, args=(brokers, seen, stop), daemon=True)
        with explained(log), process(["benchmarks.step.timers_step", brokers, str(data / "states")], log, {}):
            watcher.start()
            try:
                counted, took_s = _run(brokers, timers, seen, say)
            finally:
                stop.set()
                watcher.join(PATIENCE_S)
    late = [(seen.fresh[key] - seen.sent[key]) * MS for key in counted]
    return [
        Figure(
            name=f"timers: fresh records beside {timers:,} due timers, p99",
            value=percentile(late, 0.99),
            unit="ms",
            below=P99_MS,
            spread=(min(late), max(late)),
            notes={"fresh": len(late), "p50": percentile(late, 0.5)},
        ),
        Figure(name="timers: until all had fired, each once", value=took_s, unit="s"),
    ]


def _run(brokers: str, timers: int, seen: Seen, say: Say) -> tuple[list[bytes], float]:
    """Return the keys of the fresh records that were sent while timers fired, and the seconds until all had fired."""
    producer = Producer(profiles.writer(brokers, timeout_s=30.0, linger_ms=0))
    _set(producer, "first", time.time_ns() // 1_000_000 + 86_400_000)
    wait_until(lambda: seen.set >= 1, timeout_s=PATIENCE_S, what="the first record")
    say(f"setting {timers:,} timers that are due in {LEAD_S:.0f} s")
    due_s = time.time() + LEAD_S
    for number in range(timers):
        _set(producer, f"timer-{number}", int(due_s * 1000))
    producer.flush(PATIENCE_S)
    wait_until(lambda: seen.set > timers, timeout_s=PATIENCE_S, what="setting the timers")
    if time.time() > due_s - WARM_UP_S:
        raise UnavailableError(
            f"{timers} timers could not be set in time: this machine is too slow for the measurement"
        )
    time.sleep(due_s - WARM_UP_S - time.time())
    said = orjson.dumps({"do": "fresh"})
    began, number, ended = time.monotonic(), 0, 0.0
    due = began + due_s - time.time()
    while not ended:
        while (left := began + number / RATE - time.monotonic()) > 0:
            producer.poll(left)
        key = f"fresh-{number}".encode()
        seen.sent[key] = now = time.monotonic()
        producer.produce(MAILBOX, said, key)
        number += 1
        if len(seen.fired) == timers:
            ended = now
        elif now > due + PATIENCE_S:
            raise UnavailableError(f"{len(seen.fired)} of {timers} timers fired within {PATIENCE_S:.0f} s")
    producer.flush(PATIENCE_S)
    wait_until(lambda: len(seen.fresh) == number, timeout_s=PATIENCE_S, what="the last fresh record")
    time.sleep(SETTLE_S)
    if twice := sum(times > 1 for times in seen.fired.values()):
        raise UnavailableError(f"{twice} timers fired more than once")
    return [key for key, at in seen.sent.items() if at >= due], ended - due


def _set(producer: Producer, key: str, due_ms: int) -> None:
    producer.produce(MAILBOX, orjson.dumps({"do": "set", "due_ms": due_ms}), key.encode())
    producer.poll(0)


def _make_topics(brokers: str) -> None:
    """Make the topics and commit the first offsets of the step, as an installer does."""
    admin = AdminClient(profiles.admin(brokers))
    made = admin.create_topics(
        [
            NewTopic(MAILBOX, PARTITIONS),
            NewTopic(OUT, PARTITIONS),
            NewTopic(STATES, PARTITIONS, config={"cleanup.policy": "compact"}),
        ]
    )
    for one in made.values():
        one.result(ANSWER_S)
    group = Consumer(profiles.group_reader(brokers, MAILBOX))
    group.commit(
        offsets=[ConfluentPartition(MAILBOX, partition, 0) for partition in range(PARTITIONS)], asynchronous=False
    )
    group.close()


def _watch(brokers: str, seen: Seen, stop: threading.Event) -> None:
    consumer = reader(brokers, fetch_wait_max_ms=100)
    consumer.assign([ConfluentPartition(OUT, partition, 0) for partition in range(PARTITIONS)])
    while not stop.is_set():
        for message in consumer.consume(500, timeout=0.02):
            if not is_record(message):
                continue
            now, key = time.monotonic(), message.key() or b""
            match message.value():
                case b"set":
                    seen.set += 1
                case b"fired":
                    seen.fired[key] += 1
                case _:
                    seen.fresh.setdefault(key, now)
    consumer.close()
