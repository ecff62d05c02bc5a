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
from benchmarks.processes import LOOPBACK, Say, folder
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
    """One rate, and its bars in milliseconds; None where there is none.

    Attributes:
        per_second: deliver_sm per second.
        share: of the seconds that the whole measurement has for each rate.
        owner_p50: for the owner, for half of the messages.
        owner_p99: for the owner, for 99 of 100.
        reply_p50: for the reply, for half of the messages.
    """

    per_second: float
    share: float
    owner_p50: float
    owner_p99: float | None
    reply_p50: float | None


RATES: Final = (Rate(20, 1.0, 40, 150, 80), Rate(200, 0.5, 200, None, None))

VISIBLE_S: Final = 3
"""The bar for the row in ClickHouse, in seconds, at the first rate."""

WARM_UP_S: Final = 5.0
"""Seconds of the same rate before the first message that counts: connections, imports and tables that load at first use."""

SAMPLE_EVERY: Final = 10
"""Each tenth message is looked for in ClickHouse: the looking is load too."""

LOOK_EVERY_S: Final = 0.05
PATIENCE_S: Final = 30.0
"""What has not come so long after the last message is lost."""

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

    Args:
        seconds: for how long at the first rate, after the warm-up.
        say: is called with each line of progress.

    Raises:
        UnavailableError: the stack does not start, or a message did not arrive.
    """
    figures: list[Figure] = []
    with folder() as data, Feeder() as feeder, _stack(data, feeder, say) as stack:
        source = texts.varied(short=True)
        parts = [
            [
                (item.sender, item.text)
                for item in islice(source, int(rate.per_second * (WARM_UP_S + seconds * rate.share)))
            ]
            for rate in RATES
        ]
        keys = keyring(stack.settings)
        seen, stop = (
            Seen({keys.pseudonym("sms", f"+{one}"): one for part in parts for one, _ in part}),
            threading.Event(),
        )
        feeder.submitted = seen.reply
        sampled = [number for number, _ in parts[0][int(RATES[0].per_second * WARM_UP_S) :: SAMPLE_EVERY]]
        with ThreadPoolExecutor(2) as watchers:
            watching = [
                watchers.submit(_watch_kafka, stack.settings, seen, stop),
                watchers.submit(_watch_clickhouse, stack.settings, sampled, seen, stop),
            ]
            try:
                for rate, part in zip(RATES, parts, strict=True):
                    say(f"sending {len(part)} deliver_sm, {rate.per_second:g} per second")
                    counted = _send(feeder, rate, part, seen)
                    figures += _figures(seen, counted, rate)
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


def _send(feeder: Feeder, rate: Rate, messages: Sequence[tuple[str, str]], seen: Seen) -> list[str]:
    """Send messages at their times, wait for all that follows, and return the senders of those that count."""
    numbers = [number for number, _ in messages]
    run = feeder.feed({LINK: frames_of(messages)}, window=WINDOW, per_second=rate.per_second)[LINK]
    seen.sent.update(zip(numbers, run.sent_s, strict=True))
    counted = numbers[int(rate.per_second * WARM_UP_S) :]
    _wait(feeder, seen.owners, counted, "have no owner")
    _wait(feeder, seen.replies, counted, "have no reply")
    return counted


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


def _figures(seen: Seen, counted: Sequence[str], rate: Rate) -> list[Figure]:
    owned, stood, replied = (
        [one * MS for one in seen.since_sent(counted, where)] for where in (seen.owners, seen.complaints, seen.replies)
    )
    name, notes = f"SMS latency at {rate.per_second:g}/s: deliver_sm to", {"messages": len(counted)}
    return [
        Figure(
            name=f"{name} its owner on Kafka, p50",
            value=percentile(owned, 0.5),
            unit="ms",
            below=rate.owner_p50,
            spread=(min(owned), max(owned)),
            notes=notes,
        ),
        Figure(name="- p99", value=percentile(owned, 0.99), unit="ms", below=rate.owner_p99),
        Figure(name="- of it, to the complaint on Kafka, p50", value=percentile(stood, 0.5), unit="ms"),
        Figure(
            name=f"{name} the reply submitted, p50",
            value=percentile(replied, 0.5),
            unit="ms",
            below=rate.reply_p50,
            spread=(min(replied), max(replied)),
            notes=notes,
        ),
        Figure(name="- p99", value=percentile(replied, 0.99), unit="ms"),
    ]


def _visible(seen: Seen, sampled: Sequence[str]) -> Figure:
    visible = seen.since_sent(sampled, seen.visible)
    return Figure(
        name="SMS latency: deliver_sm to the case in ClickHouse, max",
        value=max(visible),
        unit="s",
        below=VISIBLE_S,
        spread=(min(visible), max(visible)),
        notes={"messages": len(sampled), "p50": percentile(visible, 0.5)},
    )
