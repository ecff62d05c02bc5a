"""From deliver_sm on: how long until a reader of the facts sees the owner, the SMSC has the reply, and analysts see the case."""

import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID, uuid4

import orjson

from benchmarks import texts
from benchmarks.figures import Figure, percentile
from benchmarks.processes import LOOPBACK, Say, folder, spent
from benchmarks.sms import chain
from benchmarks.sms.feeder import Feeder, frames_of
from complaints.bus.confluent import ConfluentConsumer
from complaints.bus.envelope import decode, type_in, type_of
from complaints.contract import CASE_EVENTS, COMPLAINTS
from complaints.errors import UnavailableError
from complaints.event import Complaint
from complaints.fact import FactKind
from complaints.runtime.settings import Settings
from lapor.local.note import sole
from lapor.local.up import Up
from lapor.processes.secret import keyring
from lapor.processes.wiring import case_numbers, store


class Rate(NamedTuple):
    """One rate, and its bars in milliseconds: each holds, or else twice what the bare chain of transactions takes in the same run.

    Attributes:
        per_second: deliver_sm per second.
        owner_p50: for the owner, for half of the messages; four times that for 99 of 100.
        reply_p50: likewise for the reply.
        cpu: processor milliseconds of a message, or else one and a half times the bare chain's.
    """

    per_second: float
    owner_p50: float = 0
    reply_p50: float = 0
    cpu: float | None = None


RATES: Final = (Rate(1), Rate(20, 25, 45), Rate(60), Rate(200, 70, 160, 4.5))

CHAIN_SHARE, CHAIN_CPU_SHARE, TAIL = 2.0, 1.5, 4.0
"""How much of the bare chain's time and processor time is allowed, and how much later than half of the messages the last may be."""

VISIBLE_S: Final = 3
"""The bar for the row in ClickHouse, in seconds."""

WARM_UP, WARM_UP_PER_S = 1_500, 60.0
"""Messages before the first that counts, and how many a second: what a process loads, compiles and remembers at first use."""

LOOKED, LOOKED_PER_S = 240, 20.0
"""Messages after the last that count for times, and how many a second: their rows are looked for in ClickHouse, which is load too."""

SAMPLE_EVERY: Final = 10
"""Each tenth of these is looked for."""

LOOK_EVERY_S: Final = 0.25
"""Looking is load, too."""

PATIENCE_S: Final = 30.0
"""Seconds after the last message after which an answer that has not come counts as lost."""

WINDOW: Final = 1_000
LINK: Final = "bench"

MS = 1000.0

_COMPLAINT: Final = type_of(Complaint)


@dataclass(slots=True)
class Seen:
    """When what was seen, in seconds of the monotonic clock of this process, by the number of the sender."""

    numbers: Mapping[str, str]
    of: dict[UUID, str] = field(default_factory=dict)
    sent: dict[str, float] = field(default_factory=dict)
    complaints: dict[str, float] = field(default_factory=dict)
    owners: dict[str, float] = field(default_factory=dict)
    replies: dict[str, float] = field(default_factory=dict)
    visible: dict[str, float] = field(default_factory=dict)

    def since_sent(self, numbers: Sequence[str], seen: Mapping[str, float]) -> list[float]:
        """Return the seconds from the sending of each message until it was seen."""
        return [seen[number] - self.sent[number] for number in numbers]

    def reply(self, number: str) -> None:
        """Note that the SMSC has a reply to a number."""
        self.replies.setdefault(number, time.monotonic())


def measure(*, seconds: float, say: Say) -> list[Figure]:
    """Send short messages to a stack of our own and take the times.

    Raises:
        UnavailableError: the stack does not start, or a message did not arrive.
    """
    counts = [int(rate.per_second * seconds) for rate in RATES]
    limits = chain.measure(
        [(rate.per_second, count) for rate, count in zip(RATES, counts, strict=True)],
        warm_up=(WARM_UP_PER_S, WARM_UP),
        say=say,
    )
    figures: list[Figure] = []
    with folder() as data, Feeder() as feeder, _stack(data, feeder, say) as stack:
        source = texts.varied(short=True)
        parts = [[(item.sender, item.text) for item in islice(source, count)] for count in (WARM_UP, *counts, LOOKED)]
        keys = keyring(stack.settings)
        seen, stop = (
            Seen({keys.pseudonym("sms", f"+{one}"): one for part in parts for one, _ in part}),
            threading.Event(),
        )
        feeder.submitted = seen.reply
        sampled = [number for number, _ in parts[-1][::SAMPLE_EVERY]]
        with ThreadPoolExecutor(2) as watchers:
            watching = [watchers.submit(_watch_kafka, stack.settings, seen, stop)]
            try:
                _send(feeder, WARM_UP_PER_S, parts[0], seen)
                for rate, part, limit in zip(RATES, parts[1:-1], limits, strict=True):
                    say(f"sending {len(part)} deliver_sm, {rate.per_second:g} per second")
                    before = spent()
                    counted = _send(feeder, rate.per_second, part, seen)
                    cpu = {name: (now - before.get(name, 0.0)) / len(part) for name, now in spent().items()}
                    figures += _figures(seen, counted, rate, limit, cpu)
                watching.append(watchers.submit(_watch_clickhouse, stack.settings, sampled, seen, stop))
                _send(feeder, LOOKED_PER_S, parts[-1], seen)
                _wait(feeder, seen.visible, sampled, "are not in ClickHouse")
            finally:
                stop.set()
            for watcher in watching:
                watcher.result(PATIENCE_S)
    return [*figures, _visible(seen, sampled)]


@contextmanager
def _stack(data: Path, feeder: Feeder, say: Say) -> Iterator[Up]:
    unset = dict.fromkeys(("kafka", "clickhouse", "x_api", "web"))
    smpp = f"{LINK}=smpp://lapor:secret08@{LOOPBACK}:{feeder.listen(LINK)}"
    with sole(data), _set("LAPOR_SMPP", smpp):  # the services read the environment
        stack = Up(Settings.read(data=data, **unset), say=say)
        try:
            with ThreadPoolExecutor(1) as starter:
                started = starter.submit(stack.start, threading.Event())
                feeder.serve(600.0, started.done)  # the link must be answered meanwhile
                started.result()
            feeder.bound(LINK)
            yield stack
        finally:
            stack.stop()


@contextmanager
def _set(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _send(feeder: Feeder, per_second: float, messages: Sequence[tuple[str, str]], seen: Seen) -> list[str]:
    """Send messages at their times, wait for all that follows, and return their senders."""
    numbers = [number for number, _ in messages]
    run = feeder.feed({LINK: frames_of(messages)}, window=WINDOW, per_second=per_second)[LINK]
    seen.sent.update(zip(numbers, run.sent_s, strict=True))
    _wait(feeder, seen.owners, numbers, "have no owner")
    _wait(feeder, seen.replies, numbers, "have no reply")
    return numbers


def _wait(feeder: Feeder, seen: Mapping[str, float], numbers: Sequence[str], what: str) -> None:
    feeder.serve(PATIENCE_S, lambda: all(number in seen for number in numbers))
    if missing := sum(number not in seen for number in numbers):
        raise UnavailableError(f"{missing} of {len(numbers)} messages {what} after {PATIENCE_S:.0f} s")


def _watch_kafka(settings: Settings, seen: Seen, stop: threading.Event) -> None:
    """Note when complaints and the facts with their owners arrive here as at any other consumer."""
    consumer = ConfluentConsumer(
        settings.kafka_required(), group=f"bench-{uuid4().hex}", topics=(COMPLAINTS, CASE_EVENTS)
    )
    early: dict[UUID, float] = {}
    while not stop.is_set():
        batch = consumer.poll(max_records=100, timeout_s=0.1)
        now = time.monotonic()
        for record in batch:
            if record.topic == CASE_EVENTS:
                fact = orjson.loads(record.value or b"{}")
                if fact["kind"] == FactKind.routed.value:
                    early.setdefault(UUID(fact["complaint_id"]), now)
            elif type_in(record) == _COMPLAINT:  # a case's mailbox also has commands: to merge neighbours, of timers
                complaint = decode(record, Complaint)
                if (number := seen.numbers.get(complaint.reporter_ref or "")) is not None:
                    seen.of[complaint.id] = number
                    seen.complaints.setdefault(number, now)
        for found in [one for one in early if one in seen.of]:
            seen.owners.setdefault(seen.of[found], early.pop(found))
    consumer.close()


def _watch_clickhouse(settings: Settings, sampled: Sequence[str], seen: Seen, stop: threading.Event) -> None:
    """Ask for the sampled cases until each is there with its owner."""
    clickhouse, wanted, row_id = store(settings), frozenset(sampled), case_numbers(settings).id
    while not stop.wait(LOOK_EVERY_S):
        waiting = {
            row_id(one): number
            for one, number in list(seen.of.items())
            if number in wanted and number not in seen.visible
        }
        if waiting:
            rows = clickhouse.execute(_OWNED, {"ids": tuple(waiting)})
            now = time.monotonic()
            seen.visible.update((waiting[row[0]], now) for row in rows)
    clickhouse.close()


_OWNED = "SELECT complaint_id FROM cases WHERE complaint_id IN %(ids)s AND owner_id != ''"


def _figures(
    seen: Seen, counted: Sequence[str], rate: Rate, limit: chain.Limit, cpu: Mapping[str, float]
) -> list[Figure]:
    name = f"SMS latency at {rate.per_second:g}/s"
    stood = [one * MS for one in seen.since_sent(counted, seen.complaints)]
    spent_ms = sum(cpu.values()) * MS
    return [
        *_times(f"{name}: deliver_sm to its owner on Kafka", seen.since_sent(counted, seen.owners), limit.owner_s, rate.owner_p50),
        Figure(name="- of it, to the complaint on Kafka, p50", value=percentile(stood, 0.5), unit="ms"),
        *_times(f"{name}: deliver_sm to the reply submitted", seen.since_sent(counted, seen.replies), limit.reply_s, rate.reply_p50),
        Figure(
            name=f"{name}: processor time of a message",
            value=spent_ms,
            unit="ms",
            below=None if rate.cpu is None else max(rate.cpu, CHAIN_CPU_SHARE * limit.cpu_s * MS),
        ),
        Figure(name="- the bare chain's", value=limit.cpu_s * MS, unit="ms"),
    ]  # fmt: skip


def _times(name: str, ours: Sequence[float], chains: Sequence[float], bar: float) -> list[Figure]:
    """Return the times of half and of nearly all messages beside the bare chain's."""
    figures: list[Figure] = []
    for share, allowed in ((0.5, bar), (0.99, TAIL * bar)):
        value, limit = percentile(ours, share) * MS, percentile(chains, share) * MS
        about = f"- p{share * 100:.0f}" if figures else f"{name}, p50"
        figures += [
            Figure(name=about, value=value, unit="ms", below=max(allowed, CHAIN_SHARE * limit)),
            Figure(name="- the bare chain's", value=limit, unit="ms"),
        ]
    return figures


def _visible(seen: Seen, sampled: Sequence[str]) -> Figure:
    visible = seen.since_sent(sampled, seen.visible)
    return Figure(
        name="SMS latency: deliver_sm to the case in ClickHouse, max",
        value=max(visible),
        unit="s",
        below=VISIBLE_S,
        spread=(min(visible), max(visible)),
    )
