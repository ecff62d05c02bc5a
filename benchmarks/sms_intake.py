"""How many deliver_sm a second the SMS door answers with yes on one bind, beside Kannel's bearerbox fed by the same SMSC."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from benchmarks import texts
from benchmarks.figures import Figure, percentile
from benchmarks.processes import Say, explained, folder, free_port, kafka, process, stop
from benchmarks.sms_feeder import Feeder, Run
from complaints.bus.confluent import ConfluentScanner
from complaints.contract import COMPLAINTS
from complaints.errors import UnavailableError

RATE, P99_MS = 1500, 150

WINDOW = 64
"""deliver_sm without an answer at once. At the bar's rate each may take 43 ms."""

WARM_UP = 2000
"""Messages before those that count: tables that load at first use, and Kafka's first segments."""

BEARERBOX = "bearerbox"

MS = 1000.0


def measure(*, messages: int, rounds: int, say: Say) -> list[Figure]:
    """Feed the door and Kannel in turn.

    Args:
        messages: in each round, after the warm-up.
        rounds: of each.
        say: is told of progress.

    Raises:
        UnavailableError: a part does not start, or a message was not answered or does not stand on Kafka.
    """
    count = WARM_UP + messages * rounds
    items = [(item.sender, item.text) for item in islice(texts.varied(short=True), count)]
    ours: list[Run] = []
    kannels: list[Run] = []
    with folder() as data, Feeder() as to_us, Feeder() as to_kannel, _door(data, to_us, say) as brokers:
        beside = shutil.which(BEARERBOX) is not None
        with _bearerbox(data, to_kannel, wanted=beside):
            for feeder in (to_us, to_kannel)[: 1 + beside]:
                feeder.feed(items[:WARM_UP], window=WINDOW)
            for number in range(rounds):
                batch = items[WARM_UP + number * messages : WARM_UP + (number + 1) * messages]
                for name, feeder, runs in (("the door", to_us, ours), ("Kannel", to_kannel, kannels))[: 1 + beside]:
                    run = feeder.feed(batch, window=WINDOW)
                    runs.append(run)
                    say(f"{name}: {run.rate:,.0f}/s, p99 {percentile(run.latencies_s, 0.99) * MS:.0f} ms")
        scanner = ConfluentScanner(brokers)
        stored = {record.key for batch in scanner.scan(COMPLAINTS, start={}) for record in batch}
    if len(stored) != count:
        raise UnavailableError(f"{count} messages were answered with yes, {len(stored)} stand on Kafka")
    return _figures(ours, kannels)


def _figures(ours: Sequence[Run], kannels: Sequence[Run]) -> list[Figure]:
    rates = [run.rate for run in ours]
    latencies = [latency * MS for run in ours for latency in run.latencies_s]
    found = [
        _rates("SMS intake on one bind, acked deliver_sm", rates, at_least=RATE),
        Figure(name="- p50 of the answer", value=percentile(latencies, 0.5), unit="ms"),
        Figure(name="- p99 of the answer", value=percentile(latencies, 0.99), unit="ms", below=P99_MS),
    ]
    if kannels:
        others = [run.rate for run in kannels]
        slow = [latency * MS for run in kannels for latency in run.latencies_s]
        ratios = [our / other for our, other in zip(rates, others, strict=True)]
        found += [
            _rates("- Kannel's bearerbox in the same run", others),
            Figure(name="- Kannel's p99 of the answer", value=percentile(slow, 0.99), unit="ms"),
            Figure(name="- ours over Kannel's", value=sorted(ratios)[len(ratios) // 2], unit="", spread=_ends(ratios)),
        ]
    return found


def _rates(name: str, values: Sequence[float], *, at_least: float | None = None) -> Figure:
    median = sorted(values)[len(values) // 2]
    return Figure(name=name, value=median, unit="messages/s", at_least=at_least, spread=_ends(values))


def _ends(values: Sequence[float]) -> tuple[float, float]:
    return min(values), max(values)


@contextmanager
def _door(data: Path, feeder: Feeder, say: Say) -> Iterator[str]:
    """Run the door as it is run in earnest, on a Kafka of its own, and give Kafka's address."""
    with kafka(data) as brokers:
        log = data / "sms.log"
        environment = {
            "LAPOR_DATA": str(data / "lapor"),
            "LAPOR_KAFKA": brokers,
            "LAPOR_CLICKHOUSE": f"clickhouse://default@127.0.0.1:{free_port()}/lapor",  # asked for the state of cases only
            "LAPOR_SMPP": f"smpp://lapor:secret08@127.0.0.1:{feeder.port}",
            "LAPOR_LOG_LEVEL": "WARNING",
        }
        with explained(log), process(["lapor", "run", "sms"], log, environment):
            feeder.bound()
            say("the door has bound")
            yield brokers


@contextmanager
def _bearerbox(data: Path, feeder: Feeder, *, wanted: bool) -> Iterator[None]:
    """Run Kannel's bearerbox with a store on disk, as the nearest to what our yes means."""
    if not wanted:
        yield
        return
    config = data / "kannel.conf"
    (data / "kannel-store").mkdir()
    config.write_text(
        f"group = core\nadmin-port = {free_port()}\nadmin-password = p\nsmsbox-port = {free_port()}\n"
        f"store-type = spool\nstore-location = {data}/kannel-store\nlog-level = 3\n\n"
        "group = smsc\nsmsc = smpp\nsmsc-id = bench\ninterface-version = 34\ntransceiver-mode = true\n"
        f"host = 127.0.0.1\nport = {feeder.port}\nsmsc-username = lapor\nsmsc-password = secret08\n"
        'system-type = ""\naddress-range = ""\n\n'
        f"group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = {free_port()}\n",
        "utf-8",
    )
    with (data / "kannel.log").open("wb") as log:
        running = subprocess.Popen(  # noqa: S603  # our own command line
            [shutil.which(BEARERBOX) or BEARERBOX, "-v", "3", str(config)], cwd=data, stdout=log, stderr=log
        )
    try:
        with explained(data / "kannel.log"):
            feeder.bound()
        yield
    finally:
        stop(running)
