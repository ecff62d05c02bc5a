"""A million cases: how long a worker with an empty disk takes until it works, how long after a kill -9, and how much memory it needs."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Final
from uuid import UUID

import orjson
from confluent_kafka import Consumer, Producer
from confluent_kafka import TopicPartition as ConfluentPartition

from benchmarks import texts
from benchmarks.figures import Figure
from benchmarks.processes import Say, explained, folder, kafka, process
from benchmarks.step.broker import ANSWER_S, reader
from complaints import tracking
from complaints.bus import Record, StoredRecord
from complaints.bus.confluent import ConfluentProducer, profiles
from complaints.bus.confluent.client import is_record
from complaints.bus.step.contract import State, position_key
from complaints.bus.step.kafka import init_transactions, transactional_id
from complaints.bus.step.restore import state_headers
from complaints.bus.step.store import StoredState
from complaints.case import FORMAT
from complaints.contract import CASE_EVENTS, CASES, COMPLAINTS, topics
from complaints.errors import ConfigurationError, UnavailableError
from complaints.runtime.settings import Settings
from lapor.processes.wiring import keyring, normaliser, router
from router.cases.step import STEP, CaseStep

FRESH_S, WARM_S, PEAK_MIB = 60, 15, 600

TEMPLATES: Final = 500
"""Number of real complaints whose documents are repeated, each time with another code and id."""

PER_TRANSACTION: Final = 2_000

PATIENCE_S: Final = 300.0
"""Seconds for a worker to handle a complaint of each partition."""

BYTES_PER_CASE: Final = 5_000
"""The maximum size of a case on Kafka's disk and the worker's together."""

FIRST: Final = 1_764_000_000_000
"""When the cases were last changed, in milliseconds since 1970."""

_KEY: Final = b"a secret of no installation"

PARTITIONS: Final = topics()[CASES].partitions


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start of a worker.

    Attributes:
        first_s: seconds until the first partition has handled a fresh complaint.
        all_s: seconds until each partition has.
        peak_mib: the most resident memory of the worker.
    """

    first_s: float
    all_s: float
    peak_mib: float


def measure(*, cases: int, say: Say) -> list[Figure]:
    """Write cases, and start a worker twice: with an empty disk, and after a kill -9.

    Args:
        cases: how many.
        say: is called with each line of progress.

    Raises:
        ConfigurationError: the disk has no room for them.
        UnavailableError: something did not start or did not come to work.
    """
    with folder() as data:
        if shutil.disk_usage(data).free < cases * BYTES_PER_CASE:
            raise ConfigurationError(f"{cases:,} cases need {cases * BYTES_PER_CASE >> 30} GiB in {data.parent}")
        with kafka(data) as brokers:
            complaints = texts.records(cases, normaliser(), keyring(Settings.read(data=data)))
            began = time.monotonic()
            each = _fill(brokers, cases, list(islice(complaints, TEMPLATES)))
            say(f"{cases:,} cases of {each:,.0f} bytes on average, written in {time.monotonic() - began:.0f} s")
            fresh = _start(brokers, data, complaints)
            say(f"empty disk: the first partition works after {fresh.first_s:.1f} s, all after {fresh.all_s:.1f} s")
            warm = _start(brokers, data, complaints)
            say(f"after kill -9: the first partition works after {warm.first_s:.1f} s, all after {warm.all_s:.1f} s")
    name = f"{cases:,} cases"
    return [
        Figure(name=f"{name}: start with an empty disk", value=fresh.all_s, unit="s", below=FRESH_S),
        Figure(name="- until the first partition works", value=fresh.first_s, unit="s"),
        Figure(name=f"{name}: start after a kill -9", value=warm.all_s, unit="s", below=WARM_S),
        Figure(name=f"{name}: peak memory", value=max(fresh.peak_mib, warm.peak_mib), unit="MiB", below=PEAK_MIB),
        Figure(name="- after the kill -9", value=warm.peak_mib, unit="MiB"),
        Figure(name="- bytes of a case's document", value=each, unit="bytes"),
    ]


def _fill(brokers: str, cases: int, complaints: list[Record]) -> float:
    """Write cases with the step's positions as its worker writes them, and return the average size of a document."""
    writer = transactional_id(STEP, 0)
    producer = Producer(profiles.transactional(brokers, writer))
    init_transactions(producer, writer, lambda: None)
    headers = state_headers(StoredState(FORMAT, 0, b""))
    # no complaint was handled on this Kafka: the positions say that the mailbox begins with what comes next
    position, total = orjson.dumps({"offset": 0, "writer": writer}), 0
    documents = _documents(cases, complaints)
    while part := list(islice(documents, PER_TRANSACTION)):
        producer.begin_transaction()
        for key, value in part:
            producer.produce(CASES, value, key, headers=headers)
            total += len(value)
        for partition in range(PARTITIONS):
            producer.produce(CASES, position, position_key(STEP), partition)
        producer.commit_transaction(ANSWER_S)
    return total / cases


def _documents(cases: int, complaints: list[Record]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the key and the document of each case: what the step makes of a few complaints, with other codes and ids."""
    step = CaseStep(router(Settings.read()))
    templates: list[tuple[bytes, bytes, bytes]] = []
    for number, complaint in enumerate(complaints):
        stored = StoredRecord(COMPLAINTS, 0, number, complaint.key, complaint.value, complaint.headers, FIRST + number)
        state = step(None, stored).state
        assert isinstance(state, State)
        templates.append((complaint.key, dict(complaint.headers)["ce_id"], state.value))
    for number, (code, id_, document) in zip(range(cases), cycle(templates), strict=False):
        new_id = UUID(int=number)
        new_code = tracking.code_for(new_id, key=_KEY).encode()
        yield new_code, document.replace(code, new_code).replace(id_, str(new_id).encode())


def _start(brokers: str, data: Path, complaints: Iterator[Record]) -> Start:
    """Start a worker when a fresh complaint waits in each partition, and kill it when it has handled them."""
    _send(brokers, complaints)
    log, facts = data / "router.log", _facts_from_now(brokers)
    environment = {"LAPOR_KAFKA": brokers, "LAPOR_DATA": str(data / "lapor"), "LAPOR_ORDINAL": "0"}
    with closing(facts), explained(log):
        began = time.monotonic()
        with process(["lapor", "run", "router"], log, environment) as worker:
            times = [at - began for at in _first_facts(facts, worker)]
            peak = _peak_mib(worker.pid)
            worker.kill()
            worker.wait(ANSWER_S)
    return Start(first_s=times[0], all_s=times[-1], peak_mib=peak)


def _send(brokers: str, complaints: Iterator[Record]) -> None:
    """Send complaints until each partition has a new one."""
    producer = ConfluentProducer(brokers)
    left = set(range(PARTITIONS))
    while left:
        left.discard(producer.send(next(complaints)).result(ANSWER_S).partition)
    producer.close()


def _facts_from_now(brokers: str) -> Consumer:
    consumer = reader(brokers)
    at = [ConfluentPartition(CASE_EVENTS, partition) for partition in range(PARTITIONS)]
    ends = [consumer.get_watermark_offsets(one, timeout=ANSWER_S) for one in at]
    consumer.assign(
        [
            ConfluentPartition(CASE_EVENTS, one.partition, end[1] if end else 0)
            for one, end in zip(at, ends, strict=True)
        ]
    )
    return consumer


def _first_facts(facts: Consumer, worker: subprocess.Popen[bytes]) -> list[float]:
    """Return when the first fact of each partition was seen, in seconds of the monotonic clock, earliest first.

    Raises:
        UnavailableError: the worker ended, or a partition has no fact in time.
    """
    seen: dict[int, float] = {}
    deadline = time.monotonic() + PATIENCE_S
    while len(seen) < PARTITIONS:
        for message in facts.consume(100, timeout=0.05):
            if is_record(message):
                seen.setdefault(message.partition() or 0, time.monotonic())
        if worker.poll() is not None:
            raise UnavailableError("the worker ended")
        if time.monotonic() > deadline:
            raise UnavailableError(f"{len(seen)} of {PARTITIONS} partitions work after {PATIENCE_S:.0f} s")
    return sorted(seen.values())


def _peak_mib(pid: int) -> float:
    """Return the most resident memory that a process had so far, in MiB, as Linux tells it."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise UnavailableError(f"/proc/{pid}/status does not tell the peak of the memory")
