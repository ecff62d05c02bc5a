"""The processor time of the whole loop: SMS in, to the reply out and the row in ClickHouse, process by process."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Final

import psutil
from clickhouse_driver import Client

from benchmarks import texts
from benchmarks.figures import Figure
from benchmarks.processes import LOOPBACK, Say, explained, folder, free_port, process, seconds, wait_until
from benchmarks.sms.feeder import Feeder, frames_of
from complaints.crypto import load_or_create_secret
from complaints.errors import UnavailableError
from embedded.clickhouse.accounts import SINK, kept_passwords
from embedded.kafka.ready import wait_ready

BAR_US: Final = 1_300
"""The most processor time of a complaint, over our processes, Kafka and ClickHouse."""

WARM_UP: Final = 2_000
"""Complaints before those that count."""

WINDOW: Final = 100
"""deliver_sm without an answer at once."""

SUBMITS: Final = 100
"""submit_sm without an answer at once: what the operator grants (LAPOR_SMPP_WINDOW)."""

SLOWEST_PER_S: Final = 100.0
START_S: Final = 300.0

LINK: Final = "bench"


def measure(*, messages: int, say: Say) -> list[Figure]:
    """Send messages through a stack of our own, and take the processor time of each of its processes.

    Args:
        messages: how many, each of another citizen and each a complaint; WARM_UP more do not count.
        say: is called with each line of progress.

    Raises:
        UnavailableError: something did not start, or a message, a reply or a row is missing.
    """
    items = [(item.sender, item.text) for item in islice(texts.varied(short=True), WARM_UP + messages)]
    with folder() as data, Feeder() as feeder, ExitStack() as stack:
        loop = _Loop(data, feeder, stack, say)
        loop.start()
        loop.send(items[:WARM_UP])
        before, began = loop.spent(), time.monotonic()
        loop.send(items[WARM_UP:])
        took_s = time.monotonic() - began
        after = loop.spent()
    each = {name: (after[name] - before[name]) / messages * 1e6 for name in after}
    return [
        Figure(name="whole loop: processor time of a complaint", value=sum(each.values()), unit="us", below=BAR_US),
        *(Figure(name=f"- {part}", value=us, unit="us") for part, us in each.items()),
        Figure(name="- complaints per second", value=messages / took_s, unit="complaints/s"),
    ]


class _Loop:
    """The stack: the servers and our processes, each by itself so that its time is known."""

    def __init__(self, data: Path, feeder: Feeder, stack: ExitStack, say: Say) -> None:
        self._data, self._feeder, self._stack, self._say = data, feeder, stack, say
        self._environment: dict[str, str] = {}
        self._processes: dict[str, psutil.Process] = {}
        self._answered: set[str] = set()
        self._sent = 0
        self._store = ""
        feeder.submitted = self._answered.add

    def start(self) -> None:
        """Start everything, and wait until the SMSC is bound."""
        kafka, store = free_port(), free_port()
        smsc = self._feeder.listen(LINK)
        self._run("Kafka", ["embedded.kafka", "--port", str(kafka), "--data-dir", str(self._data / "kafka")])
        place = str(self._data / "clickhouse")
        self._store = f"clickhouse://{SINK}:{kept_passwords(Path(place) / 'passwords')[SINK]}@{LOOPBACK}:{store}/lapor"
        self._run("ClickHouse", ["embedded.clickhouse", "--port", str(store), "--data-dir", place])
        wait_ready(LOOPBACK, kafka, START_S, alive=self._processes["Kafka"].is_running)
        wait_until(self._stores, timeout_s=START_S, what="ClickHouse", alive=self._processes["ClickHouse"].is_running)
        load_or_create_secret(self._data / "lapor" / "secret")
        self._environment = {
            "LAPOR_DATA": str(self._data / "lapor"),
            "LAPOR_KAFKA": f"{LOOPBACK}:{kafka}",
            "LAPOR_CLICKHOUSE": self._store,
            "LAPOR_SMPP": f"{LINK}=smpp://lapor:secret08@{LOOPBACK}:{smsc}",
            "LAPOR_SMPP_WINDOW": str(SUBMITS),
            "LAPOR_LOG_LEVEL": "WARNING",
            "LAPOR_VIEW": f"{LOOPBACK}:{free_port()}",
            "LAPOR_VIEW_KEY": "a key of no installation, long enough",
            "MALLOC_ARENA_MAX": "2",
        }
        topics = self._run("topics", ["lapor", "topics", "apply"])
        if topics.wait(START_S):
            raise UnavailableError("the topics could not be made")
        del self._processes["topics"]
        for service in ("sms", "conversation", "router", "sink", "view"):
            self._run(service, ["lapor", "run", service])
        self._feeder.bound(LINK)
        self._say(f"{', '.join(self._processes)} run")

    def _run(self, name: str, arguments: Sequence[str]) -> psutil.Process:
        log = self._data / f"{name}.log"
        self._stack.enter_context(explained(log))
        started = self._stack.enter_context(process(arguments, log, self._environment))
        self._processes[name] = psutil.Process(started.pid)
        return self._processes[name]

    def _stores(self) -> bool:
        try:
            return bool(self._ask("SELECT 1"))
        except (OSError, EOFError):
            return False

    def _ask(self, query: str) -> int:
        client = Client.from_url(self._store)
        try:
            found: int = client.execute(query)[0][0]
        finally:
            client.disconnect()
        return found

    def send(self, messages: Sequence[tuple[str, str]]) -> None:
        """Send messages, and wait until each has its reply and its case is in ClickHouse.

        Raises:
            UnavailableError: one was not in time.
        """
        self._sent += len(messages)
        began = time.monotonic()
        run = self._feeder.feed({LINK: frames_of(messages)}, window=WINDOW)[LINK]
        if run.statuses.keys() != {0}:
            raise UnavailableError(f"not every message was acknowledged: {run.statuses}")
        self._say(
            f"{len(messages):,} acknowledged, {run.rate:,.0f}/s; {len(self._answered):,} of {self._sent:,} replies"
        )
        patience_s = 60 + len(messages) / SLOWEST_PER_S
        self._feeder.serve(patience_s, lambda: len(self._answered) >= self._sent)
        took_s = time.monotonic() - began
        rows, deadline = 0, time.monotonic() + patience_s
        while rows < self._sent and time.monotonic() < deadline:
            self._feeder.serve(1.0)
            rows = self._ask(_ROWS)
        if len(self._answered) < self._sent or rows < self._sent:
            raise UnavailableError(f"of {self._sent} messages {len(self._answered)} have a reply and {rows} a row")
        self._say(f"{len(messages):,} have their replies after {took_s:.0f} s, and their rows")

    def spent(self) -> dict[str, float]:
        """Return the processor time of each process with its children so far, in seconds."""
        return {name: sum(map(seconds, (one, *one.children(recursive=True)))) for name, one in self._processes.items()}


_ROWS = "SELECT uniqExact(complaint_id) FROM cases WHERE owner_id != ''"
