"""One worker of a step with an empty function, or the plain loop beside it: reads a whole mailbox, prints its pace as JSON, and ends.

python -m benchmarks.step.speed_app step|plain BROKERS NAME RECORDS FOLDER
"""

import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from confluent_kafka import Consumer, Message, Producer

from complaints.bus import Record, StoredRecord
from complaints.bus.confluent import profiles
from complaints.bus.step.contract import Effect, State, StepSpec
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.worker import Worker

MAILBOX = "bench.mailbox"

STATE_BYTES, OUTPUT_BYTES = 2_000, 700
"""The sizes of the trial that chose the runtime: a case of 2 kB, and facts and replies of some hundred bytes."""

BATCH = 500
"""The default batch size of a step."""

WARM_UP = 0.1
"""The share of the records that passes before the clock starts: imports, the group's join, the first segments."""

FILLER = orjson.dumps({"text": "Jalan di depan pasar berlubang sejak bulan lalu dan belum diperbaiki. " * 40})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast one run was.

    Attributes:
        per_s: records a second, from the end of the warm-up to the last commit.
        cpu_us: processor microseconds of the process for each record.
        p50_ms: the median time of a batch, from its poll to its commit.
    """

    per_s: float
    cpu_us: float
    p50_ms: float


class Clock:
    """Takes the time of the records behind the warm-up."""

    def __init__(self, records: int) -> None:
        self._records, self._began, self._cpu, self._first = records, 0.0, 0.0, 0
        self._batches: list[float] = []
        self.seen = 0

    @property
    def done(self) -> bool:
        """True if all records were handled."""
        return self.seen >= self._records

    def batch(self, seconds: float, count: int) -> None:
        """Note a batch that is committed."""
        self.seen += count
        if self._began:
            self._batches.append(seconds)
        elif self.seen >= self._records * WARM_UP:
            self._began, self._cpu, self._first = time.monotonic(), time.process_time(), self.seen

    def pace(self) -> Pace:
        """Return the figures."""
        handled = self.seen - self._first
        return Pace(
            per_s=handled / (time.monotonic() - self._began),
            cpu_us=(time.process_time() - self._cpu) / handled * 1e6,
            p50_ms=sorted(self._batches)[len(self._batches) // 2] * 1000,
        )


def outputs_of(topic: str, key: bytes, offset: int) -> tuple[Record, ...]:
    """Return one output, and for every other record a second one."""
    one = Record(topic=topic, key=key, value=FILLER[:OUTPUT_BYTES])
    return (one, one) if offset % 2 else (one,)


def run_step(brokers: str, name: str, records: int, folder: Path) -> Pace:
    """Run the worker until it has committed all records."""
    handled, state = 0, State(FILLER[:STATE_BYTES])

    def empty(_: State | None, record: StoredRecord) -> Effect:
        nonlocal handled
        handled += 1
        return Effect(state, outputs_of(f"{name}.out", record.key or b"", record.offset))

    def dead(record: StoredRecord, error: Exception, _: int) -> tuple[Record, ...]:
        raise AssertionError(f"{record.position} is a dead letter: {error}")

    spec = StepSpec(name=name, mailbox=MAILBOX, states=f"{name}.states", function=empty, dead_letter=dead)
    worker, clock = Worker(spec, WorkerOptions(brokers=brokers, ordinal=0, folder=folder, batch=BATCH)), Clock(records)
    worker.open()
    while not clock.done:
        before, began = handled, time.monotonic()
        worker.turn()
        worker.propose_timers()
        if handled > before:
            clock.batch(time.monotonic() - began, handled - before)
    pace = clock.pace()
    worker.close()
    return pace


def run_plain(brokers: str, name: str, records: int) -> Pace:
    """Read, write the same records without a transaction and without states to read, and commit the offsets, batch by batch."""
    consumer = Consumer(profiles.group_reader(brokers, name) | {"enable.auto.offset.store": True})
    consumer.subscribe([MAILBOX])
    producer = Producer(profiles.writer(brokers, timeout_s=30.0) | {"compression.type": "lz4"})
    clock, state = Clock(records), FILLER[:STATE_BYTES]
    while not clock.done:
        began = time.monotonic()
        first = consumer.poll(0.2)
        if first is None:
            continue
        messages: list[Message] = [first, *consumer.consume(BATCH - 1, timeout=0)]
        for message in messages:
            if message.error() is not None:
                raise AssertionError(str(message.error()))
            key = message.key() or b""
            for output in outputs_of(f"{name}.out", key, message.offset() or 0):
                producer.produce(output.topic, output.value, output.key)
            producer.produce(f"{name}.states", state, key, partition=message.partition() or 0)
        producer.flush()
        consumer.commit(asynchronous=False)
        clock.batch(time.monotonic() - began, len(messages))
    pace = clock.pace()
    consumer.close()
    return pace


def main() -> None:
    """Run what the arguments say, and print the pace."""
    which, brokers, name, records, folder = sys.argv[1:]
    run = (
        run_step(brokers, name, int(records), Path(folder))
        if which == "step"
        else run_plain(brokers, name, int(records))
    )
    (Path(folder) / "pace.json").write_bytes(orjson.dumps(asdict(run)))


if __name__ == "__main__":
    main()
