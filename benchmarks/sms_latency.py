"""From deliver_sm to the owner: how long until a reader of the facts sees him, and until analysts see the case."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from benchmarks import texts
from benchmarks.figures import Figure, percentile
from benchmarks.processes import Say, folder
from complaints.bus.confluent import ConfluentConsumer
from complaints.bus.envelope import decode
from complaints.contract import CASE_EVENTS, COMPLAINTS
from complaints.errors import UnavailableError, UpstreamUnavailable
from complaints.event import Complaint
from complaints.fact import Fact, FactKind
from complaints.runtime.settings import Settings
from lapor.feed.items import Item
from lapor.local.note import sole
from lapor.local.up import Up
from lapor.processes.wiring import keyring, store

P50_MS, P99_MS, VISIBLE_S = 100, 1000, 3

WARM_UP_S = 5.0
"""Seconds of the same rate before the first message that counts: connections, imports and tables that load at first use."""

SENDERS = 16
SAMPLE_EVERY = 10
"""Each tenth message is looked for in ClickHouse: the looking is load too."""

LOOK_EVERY_S = 0.05
PATIENCE_S = 30.0
"""What has not come so long after the last message is lost."""

MS = 1000.0


@dataclass(slots=True)
class Seen:
    """When what was seen, in seconds of this process's monotonic clock."""

    sent: dict[str, float] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    complaints: dict[UUID, float] = field(default_factory=dict)
    owners: dict[UUID, float] = field(default_factory=dict)
    visible: dict[UUID, float] = field(default_factory=dict)

    def since_sent(self, numbers: Sequence[str], seen: dict[UUID, float]) -> list[float]:
        """Return the seconds from the sending of each message until it was seen."""
        return [seen[self.ids[number]] - self.sent[number] for number in numbers]


def measure(*, rate: float, seconds: float, say: Say) -> list[Figure]:
    """Send short messages to a stack of our own and take the times.

    Args:
        rate: messages a second.
        seconds: for how long, after the warm-up.
        say: is told of progress.

    Raises:
        UnavailableError: the stack does not start, or a message did not arrive.
    """
    with folder() as data, _stack(data, say) as stack:
        warm = int(rate * WARM_UP_S)
        items = list(islice(texts.varied(short=True), warm + int(rate * seconds)))
        counted = [item.sender for item in items[warm:]]
        sampled = counted[::SAMPLE_EVERY]
        seen, stop = Seen(), threading.Event()
        with ThreadPoolExecutor(2) as watchers:
            watching = [
                watchers.submit(_watch_kafka, stack.settings, seen, stop),
                watchers.submit(_watch_clickhouse, stack.settings, sampled, seen, stop),
            ]
            try:
                say(f"sending {len(items)} deliver_sm, {rate:g} a second; the first {warm} do not count")
                _send(items, rate, seen, stack.stack.controls["smsc"])
                _wait(seen, counted, sampled)
            finally:
                stop.set()
            for watcher in watching:
                watcher.result(PATIENCE_S)
        return _figures(seen, counted, sampled)


@contextmanager
def _stack(data: Path, say: Say) -> Iterator[Up]:
    unset = dict.fromkeys(("kafka", "clickhouse", "smpp", "x_api", "web"))
    with sole(data):
        stack = Up(Settings.read(data=data, **unset), say=say)
        try:
            stack.start(threading.Event())
            yield stack
        finally:
            stack.stop()


def _send(items: Sequence[Item], rate: float, seen: Seen, control: str) -> None:
    """Hand each message to the SMSC at its time; a sender that is late does not make the next one late."""
    began = time.monotonic()

    def send(place: int) -> None:
        time.sleep(max(0.0, began + place / rate - time.monotonic()))
        item = items[place]
        seen.sent[item.sender] = time.monotonic()
        answer = http.post(f"{control}/deliver", json={"source": item.sender, "text": item.text})
        if answer.status_code != httpx.codes.OK or answer.json().get("status") != 0:
            raise UpstreamUnavailable(f"the SMSC says {answer.status_code}: {answer.text[:200]}")

    with httpx.Client(timeout=PATIENCE_S, trust_env=False) as http, ThreadPoolExecutor(SENDERS) as pool:
        for _ in pool.map(send, range(len(items))):
            pass


def _watch_kafka(settings: Settings, seen: Seen, stop: threading.Event) -> None:
    """Note when complaints and the facts with their owners arrive here as at any other consumer."""
    keys = keyring(settings)
    senders: dict[str, str] = {}
    consumer = ConfluentConsumer(
        settings.kafka_required(), group=f"bench-{uuid4().hex}", topics=(COMPLAINTS, CASE_EVENTS)
    )
    while not stop.is_set():
        batch = consumer.poll(max_records=100, timeout_s=0.1)
        now = time.monotonic()
        for record in batch:
            if record.topic == CASE_EVENTS:
                fact = decode(record, Fact)
                if fact.kind is FactKind.routed:
                    seen.owners.setdefault(fact.complaint_id, now)
                continue
            complaint = decode(record, Complaint)
            seen.complaints.setdefault(complaint.id, now)
            for number in seen.sent.keys() - senders.keys():
                senders[number] = keys.pseudonym("sms", number)
            seen.ids.update((number, complaint.id) for number in senders if senders[number] == complaint.reporter_ref)
    consumer.close()


def _watch_clickhouse(settings: Settings, sampled: Sequence[str], seen: Seen, stop: threading.Event) -> None:
    """Ask for the sampled cases until each is there with its owner."""
    clickhouse = store(settings)
    while not stop.wait(LOOK_EVERY_S):
        waiting = tuple(seen.ids[number] for number in sampled if number in seen.ids)
        waiting = tuple(found for found in waiting if found not in seen.visible)
        if waiting:
            rows = clickhouse.execute(_OWNED, {"ids": waiting})
            now = time.monotonic()
            seen.visible.update((row[0], now) for row in rows)
    clickhouse.close()


_OWNED = "SELECT complaint_id FROM cases WHERE complaint_id IN %(ids)s AND owner_id != ''"


def _wait(seen: Seen, counted: Sequence[str], sampled: Sequence[str]) -> None:
    deadline = time.monotonic() + PATIENCE_S

    def missing(numbers: Sequence[str], where: Callable[[], dict[UUID, float]]) -> int:
        return sum(seen.ids.get(number) not in where() for number in numbers)

    while (lost := missing(counted, lambda: seen.owners)) or (unseen := missing(sampled, lambda: seen.visible)):
        if time.monotonic() > deadline:
            what = f"{lost} have no owner" if lost else f"{unseen} are not in ClickHouse"
            raise UnavailableError(f"of {len(counted)} messages {what} after {PATIENCE_S:.0f} s")
        time.sleep(LOOK_EVERY_S)


def _figures(seen: Seen, counted: Sequence[str], sampled: Sequence[str]) -> list[Figure]:
    owned = [seconds * MS for seconds in seen.since_sent(counted, seen.owners)]
    stood = [seconds * MS for seconds in seen.since_sent(counted, seen.complaints)]
    visible = seen.since_sent(sampled, seen.visible)
    routed = [both - first for both, first in zip(owned, stood, strict=True)]
    spread, notes = (min(owned), max(owned)), {"messages": len(counted)}
    name = "SMS latency: deliver_sm to its owner on Kafka"
    return [
        Figure(name=f"{name}, p50", value=percentile(owned, 0.5), unit="ms", below=P50_MS, spread=spread, notes=notes),
        Figure(name=f"{name}, p99", value=percentile(owned, 0.99), unit="ms", below=P99_MS, spread=spread, notes=notes),
        Figure(name="- of it, to the complaint on Kafka, p50", value=percentile(stood, 0.5), unit="ms"),
        Figure(name="- of it, from there to the owner, p50", value=percentile(routed, 0.5), unit="ms"),
        Figure(
            name="SMS latency: deliver_sm to the case in ClickHouse, max",
            value=max(visible),
            unit="s",
            below=VISIBLE_S,
            spread=(min(visible), max(visible)),
            notes={"messages": len(sampled), "p50": percentile(visible, 0.5)},
        ),
    ]
