"""How many records a second one worker of a step handles, beside a plain loop that reads and writes the same without a transaction."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

from benchmarks.figures import Figure, of_rounds
from benchmarks.processes import Say, explained, folder, kafka, process, wait_until
from benchmarks.step.speed_app import FILLER, MAILBOX, Pace
from complaints.bus import Record
from complaints.bus.confluent import ConfluentProducer, ConfluentScanner
from complaints.bus.kafka_python import KafkaPythonAdmin
from complaints.contract import Topic
from complaints.errors import UnavailableError
from ops.topics import apply

BAR = 20_000
"""Records a second for one worker with an empty function."""

INPUT_BYTES = 1_000
"""The size of a complaint's text and fields."""

RECORDS_PER_KEY = 4
"""A case gets its complaint and some commands: so three of four records meet a state."""

PARTITIONS = 12
"""Of every topic of a step."""

SLOWEST_PER_S = 1_000.0
"""A twentieth of the bar: slower is stuck."""

START_S = 60.0

STEP, PLAIN = "step", "plain"


def measure(*, records: int, rounds: int, say: Say) -> list[Figure]:
    """Measure both, in turn. All records are in the mailbox before the first worker starts.

    Raises:
        UnavailableError: something did not start or does not go on, or a worker wrote other than it should.
    """
    with folder() as data, kafka(data) as brokers:
        _make(brokers, MAILBOX)
        _fill(brokers, records, say)
        paces: dict[str, list[Pace]] = {STEP: [], PLAIN: []}
        for number in range(1, rounds + 1):
            for which in (STEP, PLAIN):
                pace = _round(brokers, which, number, records=records, data=data)
                paces[which].append(pace)
                say(
                    f"round {number} of {rounds}: {which} {pace.per_s:,.0f} records/s, {pace.cpu_us:.0f} us CPU a record"
                )
    return _figures(paces, records)


def _figures(paces: Mapping[str, Sequence[Pace]], records: int) -> list[Figure]:
    ratios = [step.per_s / plain.per_s for step, plain in zip(paces[STEP], paces[PLAIN], strict=True)]
    return [
        of_rounds("step: one worker, empty function", [pace.per_s for pace in paces[STEP]], "records/s", at_least=BAR),
        of_rounds("step: CPU of the worker", [pace.cpu_us for pace in paces[STEP]], "us a record"),
        of_rounds("step: a batch, from its poll to its commit, p50", [pace.p50_ms for pace in paces[STEP]], "ms"),
        of_rounds("step: the plain loop in turn", [pace.per_s for pace in paces[PLAIN]], "records/s"),
        of_rounds("step: its CPU", [pace.cpu_us for pace in paces[PLAIN]], "us a record"),
        of_rounds("step: the step over the plain loop", ratios, "x"),
        Figure(name="step: records in each round", value=records, unit="records"),
    ]


def _make(brokers: str, name: str, *, compacted: bool = False, step: str | None = None) -> None:
    """Make a topic, or if there is one, begin a step that reads it."""
    admin = KafkaPythonAdmin(brokers)
    settings = {"cleanup.policy": "compact" if compacted else "delete"}
    apply(admin, [Topic(name=name, models=(), partitions=PARTITIONS, settings=settings, what="For a benchmark.")])
    if step is not None:
        admin.set_group_offsets(step, admin.first_offsets(MAILBOX))
    admin.close()


def _fill(brokers: str, records: int, say: Say) -> None:
    """Write all records."""
    say(f"writing {records:,} records of {INPUT_BYTES} bytes")
    producer = ConfluentProducer(brokers)
    keys = max(1, records // RECORDS_PER_KEY)
    for number in range(records):
        value = f"{number:012}".encode() + FILLER[: INPUT_BYTES - 12]
        producer.send(Record(topic=MAILBOX, key=f"case-{number % keys:08}".encode(), value=value))
    producer.flush(START_S)
    producer.close()


def _round(brokers: str, which: str, number: int, *, records: int, data: Path) -> Pace:
    name, place = f"bench.{which}-{number}", data / f"{which}-{number}"
    place.mkdir()
    _make(brokers, f"{name}.out")
    _make(brokers, f"{name}.states", compacted=True, step=name if which == STEP else None)
    log, result = data / f"{which}.log", place / "pace.json"
    with (
        explained(log),
        process(["benchmarks.step.speed_app", which, brokers, name, str(records), str(place)], log, {}) as worker,
    ):
        wait_until(
            lambda: result.exists() and worker.poll() is not None,
            timeout_s=START_S + records / SLOWEST_PER_S,
            what=f"{which}: handling {records} records",
            alive=lambda: worker.poll() in {None, 0},
        )
    scanner = ConfluentScanner(brokers)
    written = sum(len(batch) for batch in scanner.scan(f"{name}.out"))
    scanner.close()
    if not records < written <= 2 * records:
        raise UnavailableError(f"{which} wrote {written} outputs for {records} records")
    return Pace(**orjson.loads(result.read_bytes()))
