"""Ten thousand of a million open cases are due at the same moment: how long until each is handled, and how long fresh complaints wait."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Final

from confluent_kafka import Producer

from benchmarks import texts
from benchmarks.figures import Figure, percentile
from benchmarks.processes import Say, explained, folder, installed, kafka, process, wait_until
from benchmarks.step.broker import watching
from benchmarks.step.million import check_room, fill
from benchmarks.step.million_cases import PLACE, TEMPLATES, Template, copied, opened, received_at
from complaints.bus import Record
from complaints.bus.confluent import profiles
from complaints.bus.step.states.store import StoredState
from complaints.errors import UnavailableError
from complaints.fact import FactKind
from complaints.runtime.settings import Settings
from lapor.processes.routing import router
from lapor.processes.secret import keyring
from normalizer.complaint import Normaliser
from router.routing import Router

RATE: Final = 200
"""Fresh complaints per second."""

P99_MS, ALL_S = 500, 60
"""The bars: a fresh complaint's way to its owner, and the seconds until all that were due were handled."""

START_S: Final = 300.0
"""Seconds until the worker has all states."""

BEFORE_S, AFTER_S = 10.0, 5.0
"""Seconds of fresh complaints before the moment, which warm the worker up and do not count, and after the last timer."""

PATIENCE_S: Final = 120.0
"""Seconds for the last timer, or the last fresh complaint."""

FRESH: Final = 20_000
"""How many complaints are ready to be sent: more than all the waiting takes."""

BEFORE_MS: Final = 3_600_000
"""How long before the moment the worker starts, in milliseconds of its own clock: the complaints that warm it up are due days later."""

DAY_MS, MS = 86_400_000, 1000.0


@dataclass(slots=True)
class Seen:
    """The times read from the facts, in seconds of the monotonic clock of this process.

    Attributes:
        sent: when each fresh complaint was sent, by its id.
        routed: when its owner was seen.
        late: when each case was first seen to be late, by its code.
        times: how often each case was late with a duty, by both.
    """

    sent: dict[str, float] = field(default_factory=dict)
    routed: dict[str, float] = field(default_factory=dict)
    late: dict[str, float] = field(default_factory=dict)
    times: Counter[tuple[str, str]] = field(default_factory=Counter)

    def take(self, fact: dict[str, str]) -> None:
        """Note when a fact has arrived."""
        if fact["kind"] == FactKind.routed.value:
            self.routed.setdefault(fact["complaint_id"], time.monotonic())
        elif fact["kind"] == FactKind.overdue.value:
            self.late.setdefault(fact["tracking_code"], time.monotonic())
            self.times[fact["tracking_code"], fact["duty"]] += 1


def measure(*, cases: int, due: int, say: Say) -> list[Figure]:
    """Write cases, start a worker, and let its clock pass the moment at which some of them are due.

    Raises:
        ConfigurationError: the disk has no room for them.
        UnavailableError: something did not start, or a case that was due was not handled exactly once.
    """
    with folder() as data:
        check_room(data, cases)
        with kafka(data) as brokers:
            complaints = texts.records(TEMPLATES + FRESH, Normaliser.load(), keyring(installed(data)))
            moment_ms, states = _states(cases, due, list(islice(complaints, TEMPLATES)))
            fresh = list(complaints)  # made before: that takes as long as routing them
            began = time.monotonic()
            each = fill(brokers, PLACE, states)
            say(f"{cases:,} cases of {each:,.0f} bytes on average, written in {time.monotonic() - began:.0f} s")
            seen = Seen()
            log, clock = data / "router.log", data / "clock"
            environment = {
                "LAPOR_KAFKA": brokers,
                "LAPOR_DATA": str(data / "lapor"),
                "LAPOR_ORDINAL": "0",
                "LAPOR_DEMO_CLOCK": str(clock),
            }
            feeder = Feeder(brokers, iter(fresh), seen)
            feeder.set_clock(clock, moment_ms - BEFORE_MS)
            with explained(log), process(["lapor", "run", "router"], log, environment), watching(brokers, seen.take):
                return _run(feeder, due, moment_ms, clock, say)


def _states(cases: int, due: int, complaints: list[Record]) -> tuple[int, Iterator[tuple[bytes, StoredState]]]:
    """Return the moment at which some cases are due, and the states: no other is due by then.

    The owners of all but those have accepted their case. What is due is the first follow-up.
    """
    law, at = router(Settings.read()), datetime.now(UTC)
    waiting = [opened(one, law, at, accept=False) for one in complaints]
    ((moment_ms, _),) = Counter(one.due_ms for one in waiting if b'"triage":false' in one.document).most_common(1)
    first = [one for one in waiting if one.due_ms == moment_ms]
    others = _later(complaints, law, at, moment_ms)
    return moment_ms, chain(copied(others, range(due, cases)), copied(first, range(due)))


def _later(complaints: list[Record], law: Router, at: datetime, moment_ms: int) -> list[Template]:
    """Return cases that are due a day after a moment or later."""
    made = [opened(one, law, at, accept=True) for one in complaints]
    return [one for one in made if one.due_ms > moment_ms + DAY_MS]


class Feeder:
    """Sends fresh complaints at a rate, as of the router's clock."""

    def __init__(self, brokers: str, complaints: Iterator[Record], seen: Seen) -> None:
        self._producer = Producer(profiles.writer(brokers, timeout_s=30.0) | {"linger.ms": 0})
        self._complaints, self.seen = complaints, seen
        self._next = 0.0
        self.ahead = timedelta()
        """How far the router's clock is ahead."""

    def send(self) -> None:
        """Send the next complaint at its time. A late one does not make the next one late.

        Raises:
            UnavailableError: there is none any more.
        """
        while (left := self._next - time.monotonic()) > 0:
            self._producer.poll(left)
        self._next += 1 / RATE
        complaint = next(self._complaints, None)
        if complaint is None:
            raise UnavailableError(f"{FRESH:,} complaints were sent, and the measurement is not at its end")
        record = received_at(complaint, datetime.now(UTC) + self.ahead)
        self.seen.sent[dict(record.headers)["ce_id"].decode()] = time.monotonic()
        self._producer.produce(record.topic, record.value, record.key, headers=list(record.headers))

    def set_clock(self, clock: Path, now_ms: float) -> None:
        """Let the router take the present for another time.

        Args:
            clock: the file that the router reads.
            now_ms: that time in milliseconds since 1970.
        """
        self.ahead = timedelta(milliseconds=now_ms - time.time() * MS)
        draft = clock.with_suffix(".new")
        draft.write_text(repr(self.ahead / timedelta(milliseconds=DAY_MS)))
        draft.rename(clock)

    def until(self, done: Callable[[], bool], *, timeout_s: float, what: str) -> None:
        """Send complaints until something is so.

        Raises:
            UnavailableError: it was not in time.
        """
        self._next = time.monotonic()
        deadline = self._next + timeout_s
        while not done():
            if time.monotonic() > deadline:
                raise UnavailableError(f"{what}: not within {timeout_s:.0f} s")
            self.send()


def _run(feeder: Feeder, due: int, moment_ms: int, clock: Path, say: Say) -> list[Figure]:
    """Send complaints, let the moment come, and return the figures."""
    seen, began = feeder.seen, time.monotonic()
    feeder.send()
    wait_until(lambda: len(seen.routed) == 1, timeout_s=START_S, what="the first complaint")
    say(f"the worker's first partition works after {time.monotonic() - began:.0f} s")
    feeder.until(_for(BEFORE_S), timeout_s=PATIENCE_S, what="warming up")
    wait_until(lambda: len(seen.routed) == len(seen.sent), timeout_s=START_S, what="all partitions")
    feeder.until(_for(BEFORE_S), timeout_s=PATIENCE_S, what="warming up")
    feeder.set_clock(clock, moment_ms + MS)
    moment = time.monotonic()
    say(f"{due:,} cases are due now")
    feeder.until(lambda: len(seen.late) >= due, timeout_s=PATIENCE_S, what="the last timer")
    took_s = max(seen.late.values()) - moment
    say(f"all were handled after {took_s:.1f} s")
    feeder.until(_for(AFTER_S), timeout_s=PATIENCE_S, what="the time after")
    wait_until(lambda: len(seen.routed) == len(seen.sent), timeout_s=PATIENCE_S, what="the last complaint")
    if len(seen.late) != due or max(seen.times.values()) > 1:
        raise UnavailableError(
            f"{len(seen.late)} cases were late, {due} are right; at most {max(seen.times.values())} times"
        )
    beside = [one for one, at in seen.sent.items() if moment <= at <= moment + took_s]
    return _figures(seen, beside, due, took_s)


def _figures(seen: Seen, beside: list[str], due: int, took_s: float) -> list[Figure]:
    took = [(seen.routed[one] - seen.sent[one]) * MS for one in beside]
    return [
        Figure(
            name=f"{due:,} of a million cases due at once: complaint to its owner beside them, p99",
            value=percentile(took, 0.99),
            unit="ms",
            below=P99_MS,
            spread=(min(took), max(took)),
        ),
        Figure(name="- until all had been handled, each once", value=took_s, unit="s", below=ALL_S),
    ]


def _for(seconds: float) -> Callable[[], bool]:
    """Return what becomes true after some seconds."""
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until
