"""Shares what the benchmarks of a million states need: states as a worker writes them, and the times of a worker that starts with them."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import orjson
from confluent_kafka import Consumer, Producer
from confluent_kafka import TopicPartition as ConfluentPartition

from benchmarks.figures import Figure
from benchmarks.processes import Say, explained, process
from benchmarks.step.broker import ANSWER_S, reader
from complaints.bus import Record
from complaints.bus.confluent import ConfluentProducer, profiles
from complaints.bus.confluent.client import is_record
from complaints.bus.step.kafka import init_transactions, transactional_id
from complaints.bus.step.place.positions import position_key
from complaints.bus.step.states.records import state_headers
from complaints.bus.step.states.store import StoredState
from complaints.contract import topics
from complaints.errors import ConfigurationError, UnavailableError

FRESH_S, WARM_S, PEAK_MIB = 60, 15, 600
"""The bars of a million states: the seconds of a start with an empty disk and after a kill, and the most memory."""

PER_TRANSACTION: Final = 2_000

PATIENCE_S: Final = 300.0
"""Seconds for a worker to handle a record of each partition."""

BYTES_PER_STATE: Final = 5_000
"""The maximum size of a state on Kafka's disk and the worker's together."""


class Place(NamedTuple):
    """A step as it runs.

    Attributes:
        service: the name by which `lapor run` runs it.
        step: its name.
        states: its topic of states.
        seen: the topic on which each record of the mailbox leads to an output in the partition of its key.
    """

    service: str
    step: str
    states: str
    seen: str

    @property
    def partitions(self) -> int:
        """The number of partitions of all its topics."""
        return topics()[self.states].partitions


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start of a worker.

    Attributes:
        first_s: seconds until the first partition has handled a fresh record.
        all_s: seconds until each partition has.
        peak_mib: the most resident memory of the worker.
    """

    first_s: float
    all_s: float
    peak_mib: float


def check_room(data: Path, states: int) -> None:
    """See that the disk has room.

    Raises:
        ConfigurationError: it has not.
    """
    if shutil.disk_usage(data).free < states * BYTES_PER_STATE:
        raise ConfigurationError(f"{states:,} states need {states * BYTES_PER_STATE >> 30} GiB in {data.parent}")


def fill(brokers: str, place: Place, states: Iterator[tuple[bytes, StoredState]]) -> float:
    """Write states with the step's positions as its worker writes them, and return the average size of a state."""
    writer = transactional_id(place.step, 0)
    producer = Producer(profiles.transactional(brokers, writer))
    init_transactions(producer, writer, lambda: None)
    # no record was handled on this Kafka: the positions say that the mailbox begins with what comes next
    position, total, number = orjson.dumps({"offset": 0, "writer": writer}), 0, 0
    while part := list(islice(states, PER_TRANSACTION)):
        producer.begin_transaction()
        for key, state in part:
            producer.produce(place.states, state.value, key, headers=state_headers(state))
            total += len(state.value)
        for partition in range(place.partitions):
            producer.produce(place.states, position, position_key(place.step), partition)
        producer.commit_transaction(ANSWER_S)
        number += len(part)
    return total / number


def start(brokers: str, data: Path, place: Place, fresh: Iterator[Record]) -> Start:
    """Start a worker when a fresh record waits in each partition, and kill it when it has handled them."""
    _send(brokers, place, fresh)
    log, outputs = data / f"{place.service}.log", _from_now(brokers, place)
    environment = {"LAPOR_KAFKA": brokers, "LAPOR_DATA": str(data / "lapor"), "LAPOR_ORDINAL": "0"}
    with closing(outputs), explained(log):
        began = time.monotonic()
        with process(["lapor", "run", place.service], log, environment) as worker:
            times = [at - began for at in _first_outputs(outputs, worker, place.partitions)]
            peak = _peak_mib(worker.pid)
            worker.kill()
            worker.wait(ANSWER_S)
    return Start(first_s=times[0], all_s=times[-1], peak_mib=peak)


def starts(brokers: str, data: Path, place: Place, fresh: Iterator[Record], say: Say) -> tuple[Start, Start]:
    """Start a worker with an empty disk, and again after a kill -9."""
    empty = start(brokers, data, place, fresh)
    say(f"empty disk: the first partition works after {empty.first_s:.1f} s, all after {empty.all_s:.1f} s")
    warm = start(brokers, data, place, fresh)
    say(f"after kill -9: the first partition works after {warm.first_s:.1f} s, all after {warm.all_s:.1f} s")
    return empty, warm


def figures(name: str, empty: Start, warm: Start, each: float) -> list[Figure]:
    """Return the figures of two starts.

    Args:
        name: of what there are a million.
        empty: with an empty disk.
        warm: after a kill.
        each: bytes of a state.
    """
    return [
        Figure(name=f"{name}: start with an empty disk", value=empty.all_s, unit="s", below=FRESH_S),
        Figure(name="- until the first partition works", value=empty.first_s, unit="s"),
        Figure(name=f"{name}: start after a kill -9", value=warm.all_s, unit="s", below=WARM_S),
        Figure(name=f"{name}: peak memory", value=max(empty.peak_mib, warm.peak_mib), unit="MiB", below=PEAK_MIB),
        Figure(name="- after the kill -9", value=warm.peak_mib, unit="MiB"),
        Figure(name="- bytes of a state", value=each, unit="bytes"),
    ]


def _send(brokers: str, place: Place, fresh: Iterator[Record]) -> None:
    """Send records until each partition has a new one."""
    producer = ConfluentProducer(brokers)
    left = set(range(place.partitions))
    while left:
        left.discard(producer.send(next(fresh)).result(ANSWER_S).partition)
    producer.close()


def _from_now(brokers: str, place: Place) -> Consumer:
    consumer = reader(brokers)
    at = [ConfluentPartition(place.seen, partition) for partition in range(place.partitions)]
    ends = [consumer.get_watermark_offsets(one, timeout=ANSWER_S) for one in at]
    consumer.assign(
        [ConfluentPartition(place.seen, one.partition, end[1] if end else 0) for one, end in zip(at, ends, strict=True)]
    )
    return consumer


def _first_outputs(outputs: Consumer, worker: "subprocess.Popen[bytes]", partitions: int) -> list[float]:
    """Return when the first output of each partition was seen, in seconds of the monotonic clock, earliest first."""
    seen: dict[int, float] = {}
    deadline = time.monotonic() + PATIENCE_S
    while len(seen) < partitions:
        for message in outputs.consume(100, timeout=0.05):
            if is_record(message):
                seen.setdefault(message.partition() or 0, time.monotonic())
        if worker.poll() is not None:
            raise UnavailableError("the worker ended")
        if time.monotonic() > deadline:
            raise UnavailableError(f"{len(seen)} of {partitions} partitions work after {PATIENCE_S:.0f} s")
    return sorted(seen.values())


def _peak_mib(pid: int) -> float:
    """Return the most resident memory that a process had so far, in MiB, as Linux tells it."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise UnavailableError(f"/proc/{pid}/status does not tell the peak of the memory")
