"""How many deliver_sm per second one process of the SMS channel acknowledges, and two, beside Kannel's bearerbox on the same SMSC."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import psutil

from benchmarks import texts
from benchmarks.figures import Figure, of_rounds, percentile
from benchmarks.processes import Say, explained, folder, free_port, kafka, process, stop
from benchmarks.sms.feeder import Feeder, Run, frames_of
from complaints.bus.confluent import ConfluentScanner
from complaints.contract import CONVERSATIONS
from complaints.crypto import load_or_create_secret
from complaints.errors import UnavailableError

ONE, TWO = 0.8, 1.2
"""The least that one process and two processes acknowledge, as shares of what Kannel does."""

P99_MS: Final = 50
"""The maximum time of the answer at half the rate of one process, for 99 of 100 messages."""

WINDOW: Final = 64
"""The maximum number of deliver_sm without an answer on each link. A larger one gives a higher rate, and answers that wait longer."""

WARM_UP: Final = 2_000
"""Messages before those that count: imports, connections, and Kafka's first segments."""

LONG: Final = 3
"""Of ten messages so many come in two or three parts."""

PATIENT_S: Final = 8.0
"""Seconds of the run at half the rate."""

LINKS: Final = ("a", "two")
"""Two links, whose mailboxes are in different halves of the partitions, so that two processes get one each."""

KANNEL, BEARERBOX = "kannel", "bearerbox"

MS = 1000.0


class Found(NamedTuple):
    """The measurements: the rates of each round, and the answers at half the rate."""

    ours: list[float]
    kannels: list[float]
    both: list[float]
    kannels_again: list[float]
    patient: Run


def measure(*, messages: int, rounds: int, say: Say) -> list[Figure]:
    """Feed one process, then two, each in turn with Kannel.

    Raises:
        UnavailableError: a part does not start, or a message was not answered or is not on Kafka.
    """
    with folder() as data, Feeder() as feeder, kafka(data) as brokers, ExitStack() as running:
        ports = {name: feeder.listen(name) for name in (*LINKS, KANNEL)}
        beside = shutil.which(BEARERBOX) is not None
        bench = _Bench(feeder, data, brokers, ports, say)
        running.enter_context(bench.channel(0, LINKS))
        running.enter_context(_bearerbox(data, feeder, ports[KANNEL], wanted=beside))
        for name in (*LINKS, *([KANNEL] if beside else [])):
            bench.feed((name,), WARM_UP)
        ours, kannels = bench.in_turn(LINKS[:1], messages, rounds, beside=beside)
        patient = bench.patiently(sorted(ours)[len(ours) // 2] / 2)
        for name in LINKS[1:]:
            feeder.unbind(name)
        running.enter_context(bench.channel(1, LINKS, moves=True))
        for name in LINKS:
            bench.feed((name,), WARM_UP)
        both, again = bench.in_turn(LINKS, messages, rounds, beside=beside)
        _check(brokers, bench.acknowledged)
        return _figures(Found(ours, kannels, both, again, patient))


class _Bench:
    """The channel's processes and what they are fed."""

    def __init__(self, feeder: Feeder, data: Path, brokers: str, ports: Mapping[str, int], say: Say) -> None:
        self._feeder, self._data, self._brokers, self._ports, self._say = feeder, data, brokers, ports, say
        self._texts = ((item.sender, item.text) for item in texts.varied(short=True))
        self._pids: list[int] = []
        self.acknowledged = 0

    @contextmanager
    def channel(self, ordinal: int, links: Sequence[str], *, moves: bool = False) -> Iterator[None]:
        """Run a process of the channel as it is run in earnest, until its links are bound.

        Args:
            ordinal: of the process.
            links: all links of the channel.
            moves: whether one link moves from the other process to this one.
        """
        log = self._data / f"sms-{ordinal}.log"
        load_or_create_secret(self._data / "secret")
        environment = {
            "LAPOR_DATA": str(self._data / f"lapor-{ordinal}"),
            "LAPOR_SECRET_FILE": str(self._data / "secret"),
            "LAPOR_ORDINAL": str(ordinal),
            "LAPOR_KAFKA": self._brokers,
            "LAPOR_SMPP": ",".join(f"{name}=smpp://lapor:secret08@127.0.0.1:{self._ports[name]}" for name in links),
            "LAPOR_LOG_LEVEL": "WARNING",
        }
        with explained(log), process(["lapor", "run", "sms"], log, environment) as running:
            self._pids.append(running.pid)
            self._feeder.bound(*links)
            if moves:
                self._feeder.serve(30.0, lambda: len(self._owners(links)) == len(links))
                if len(owners := self._owners(links)) < len(links):
                    raise UnavailableError(f"one process has all links: {owners}")
            self._say(f"{len(self._pids)} process(es) have bound {len(links)} links")
            yield

    def _owners(self, links: Sequence[str]) -> set[int]:
        """Return the processes that have bound these links at this moment."""
        try:
            peers = {self._feeder.peer(name) for name in links}
        except AssertionError:
            return set()
        return {pid for pid in self._pids for one in psutil.Process(pid).net_connections() if one.laddr.port in peers}

    def feed(self, names: Sequence[str], messages: int, *, per_second: float | None = None) -> list[Run]:
        """Feed this number of messages over links, shared among them."""
        share = messages // len(names)
        frames = {name: frames_of(list(islice(self._texts, share)), long_every=LONG) for name in names}
        runs = list(self._feeder.feed(frames, window=WINDOW, per_second=per_second).values())
        if any(run.statuses.keys() != {0} for run in runs):
            raise UnavailableError(f"not every message was acknowledged: {[run.statuses for run in runs]}")
        if KANNEL not in names:
            self.acknowledged += sum(run.statuses[0] for run in runs)
        return runs

    def in_turn(
        self, links: Sequence[str], messages: int, rounds: int, *, beside: bool
    ) -> tuple[list[float], list[float]]:
        """Return the rates of this pipeline and of Kannel in each round."""
        rates: dict[bool, list[float]] = {True: [], False: []}
        for number in range(rounds):
            for names in (links, (KANNEL,))[: 1 + beside]:
                runs = self.feed(names, messages)
                rate = sum(run.statuses[0] for run in runs) / max(run.seconds for run in runs)
                rates[KANNEL in names].append(rate)
                slow = percentile([one for run in runs for one in run.latencies_s], 0.99) * MS
                self._say(f"round {number + 1}: {'+'.join(names)} {rate:,.0f}/s, p99 {slow:.0f} ms")
        return rates[False], rates[True]

    def patiently(self, per_second: float) -> Run:
        """Feed one link at a steady rate."""
        messages = int(per_second * PATIENT_S / (1 + LONG * 0.133))
        run = self.feed(LINKS[:1], messages, per_second=per_second)[0]
        self._say(f"at {run.rate:,.0f}/s: p99 {percentile(run.latencies_s, 0.99) * MS:.1f} ms")
        return run


def _check(brokers: str, acknowledged: int) -> None:
    """See that what was acknowledged is on Kafka."""
    scanner = ConfluentScanner(brokers)
    stored = sum(len(batch) for batch in scanner.scan(CONVERSATIONS, start={}))
    scanner.close()
    if stored != acknowledged:
        raise UnavailableError(f"{acknowledged} messages were acknowledged, {stored} are on Kafka")


def _figures(found: Found) -> list[Figure]:
    slow = [latency * MS for latency in found.patient.latencies_s]
    name = "SMS intake"
    figures = [
        of_rounds(f"{name}: one process, one link", found.ours, "deliver_sm/s"),
        of_rounds(f"{name}: two processes, two links", found.both, "deliver_sm/s"),
        Figure(
            name=f"{name}: p50 of the answer at {found.patient.rate:,.0f}/s", value=percentile(slow, 0.5), unit="ms"
        ),
        Figure(
            name=f"{name}: p99 of the answer at {found.patient.rate:,.0f}/s",
            value=percentile(slow, 0.99),
            unit="ms",
            below=P99_MS,
        ),
    ]
    if found.kannels:
        one = [our / other for our, other in zip(found.ours, found.kannels, strict=True)]
        two = [our / other for our, other in zip(found.both, found.kannels_again, strict=True)]
        figures += [
            of_rounds("- Kannel's bearerbox in the same run", found.kannels + found.kannels_again, "deliver_sm/s"),
            of_rounds("- one process over Kannel", one, "x", at_least=ONE),
            of_rounds("- two processes over Kannel", two, "x", at_least=TWO),
        ]
    return figures


@contextmanager
def _bearerbox(data: Path, feeder: Feeder, port: int, *, wanted: bool) -> Iterator[None]:
    """Run Kannel's bearerbox with a store on disk, as the nearest to what our acknowledgement means."""
    if not wanted:
        yield
        return
    config = data / "kannel.conf"
    (data / "kannel-store").mkdir()
    config.write_text(
        f"group = core\nadmin-port = {free_port()}\nadmin-password = p\nsmsbox-port = {free_port()}\n"
        f"store-type = spool\nstore-location = {data}/kannel-store\nlog-level = 3\n\n"
        "group = smsc\nsmsc = smpp\nsmsc-id = bench\ninterface-version = 34\ntransceiver-mode = true\n"
        f"host = 127.0.0.1\nport = {port}\nsmsc-username = lapor\nsmsc-password = secret08\n"
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
            feeder.bound(KANNEL)
        yield
    finally:
        stop(running)
