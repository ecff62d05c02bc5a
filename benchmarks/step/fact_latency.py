"""From a complaint to its owner: how long until a reader of the facts sees to whom it was routed, at two rates."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from confluent_kafka import Producer

from benchmarks import texts
from benchmarks.figures import Figure, percentile
from benchmarks.processes import Say, explained, folder, installed, kafka, process
from benchmarks.step.broker import watching
from complaints.bus import Record
from complaints.bus.confluent import profiles
from complaints.errors import UnavailableError
from complaints.fact import FactKind
from lapor.processes.secret import keyring
from normalizer.complaint import Normaliser

RATES: Final = ((20.0, 20.0), (200.0, 100.0))
"""Complaints per second, each with the bar of the median in milliseconds."""

WARM_UP_S: Final = 5.0
"""Seconds of the same rate before the first complaint that counts."""

START_S: Final = 60.0
"""Seconds for the worker to handle its first complaint."""

PATIENCE_S: Final = 30.0
"""Seconds for the facts of the last complaint."""

MS = 1000.0


@dataclass(slots=True)
class Seen:
    """When each complaint was sent and its owner seen, by its id, in seconds of the monotonic clock of this process."""

    sent: dict[str, float] = field(default_factory=dict)
    routed: dict[str, float] = field(default_factory=dict)

    def take(self, fact: dict[str, str]) -> None:
        """Note when a fact has arrived."""
        if fact["kind"] == FactKind.routed.value:
            self.routed.setdefault(fact["complaint_id"], time.monotonic())

    def wait(self, ids: Sequence[str], timeout_s: float) -> None:
        """Wait until the owners of complaints are seen.

        Raises:
            UnavailableError: one was not seen in time.
        """
        deadline = time.monotonic() + timeout_s
        while missing := [one for one in ids if one not in self.routed]:
            if time.monotonic() > deadline:
                raise UnavailableError(f"{len(missing)} of {len(ids)} complaints have no owner after {timeout_s:.0f} s")
            time.sleep(0.05)


def measure(*, seconds: float, say: Say) -> list[Figure]:
    """Send complaints to one worker of the router, and take the times.

    Raises:
        UnavailableError: something did not start, or a complaint got no owner.
    """
    figures: list[Figure] = []
    with folder() as data, kafka(data) as brokers:
        log = data / "router.log"
        environment = {"LAPOR_KAFKA": brokers, "LAPOR_DATA": str(data / "lapor"), "LAPOR_ORDINAL": "0"}
        records = _records(data, sum(_number(rate, seconds) for rate, _ in RATES) + 1)
        seen = Seen()
        with explained(log), process(["lapor", "run", "router"], log, environment), watching(brokers, seen.take):
            seen.wait(_send(brokers, [records.pop()], 1.0, seen), START_S)
            for rate, bar in RATES:
                part, records = records[: _number(rate, seconds)], records[_number(rate, seconds) :]
                say(f"sending {len(part)} complaints, {rate:g} per second")
                ids = _send(brokers, part, rate, seen)
                seen.wait(ids, PATIENCE_S)
                figures += _figures(seen, ids[int(rate * WARM_UP_S) :], rate, bar)
    return figures


def _number(rate: float, seconds: float) -> int:
    return int(rate * (WARM_UP_S + seconds))


def _records(data: Path, count: int) -> list[Record]:
    return list(texts.records(count, Normaliser.load(), keyring(installed(data))))


def _send(brokers: str, records: Sequence[Record], rate: float, seen: Seen) -> list[str]:
    """Send each complaint at its time, and return their ids. A late one does not make the next one late."""
    producer = Producer(profiles.writer(brokers, timeout_s=30.0) | {"linger.ms": 0})
    ids, began = [], time.monotonic()
    for number, record in enumerate(records):
        while (left := began + number / rate - time.monotonic()) > 0:
            producer.poll(left)
        complaint_id = dict(record.headers)["ce_id"].decode()
        ids.append(complaint_id)
        seen.sent[complaint_id] = time.monotonic()
        producer.produce(record.topic, record.value, record.key, headers=list(record.headers))
    producer.flush(PATIENCE_S)
    return ids


def _figures(seen: Seen, ids: Sequence[str], rate: float, bar: float) -> list[Figure]:
    took = [(seen.routed[one] - seen.sent[one]) * MS for one in ids]
    name = f"latency: complaint to its owner at {rate:g}/s"
    return [
        Figure(
            name=f"{name}, p50",
            value=percentile(took, 0.5),
            unit="ms",
            below=bar,
            spread=(min(took), max(took)),
        ),
        Figure(name=f"{name}, p99", value=percentile(took, 0.99), unit="ms"),
    ]
