"""Kills workers at phases, freezes them, wipes their folders and kills Kafka, while records flow; and writes down what it has hit."""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol

from tests.harness.host import NEIGHBOURS, Host, run_host
from tests.harness.support import KafkaServer

PHASES = ("polled", "deciding", "begun", "produced", "flushed", "offsets sent", "committed", "stored")
READERS = ("sink", "view")

FROZEN_S = 7.5
"""How long a worker is frozen: longer than the group's session timeout of six seconds."""

HIT_S, NUDGE_S, NUDGES = 200.0, 5.0, 40
"""How long an order may wait for records in hand, after how long some more are released for it, and which part of those that are left."""


class Chaos(NamedTuple):
    """How often a test does what.

    Attributes:
        workers: of the router.
        kills: kill -9 of a worker at a phase.
        pauses: SIGSTOP at a phase, for longer than the session timeout.
        wipes: kills after which the worker's folder is deleted; they count as kills, too.
        kafka: kill -9 of Kafka.
        readers: kill -9 of the sink, and as many of the view; if none, neither of them runs.
        neighbours: workers of the search for duplicates, which are killed as those of the router.
    """

    workers: int
    kills: int
    pauses: int
    wipes: int
    kafka: int
    readers: int
    neighbours: int = 0

    @property
    def names(self) -> list[str]:
        """The names of the workers."""
        return [*map(str, range(self.workers)), *(f"{NEIGHBOURS}{number}" for number in range(self.neighbours))]


class Flow(Protocol):
    """What brings the records to the mailboxes while workers are killed."""

    def release(self, number: int) -> None:
        """Let some more records come."""

    @property
    def left(self) -> int:
        """How many records are not released."""


class Processes(Host):
    """The workers, the sink and the view of one test (see tests.harness.router_host)."""

    stop_s: ClassVar[float] = 90.0

    @classmethod
    def start(cls, folder: Path, chaos: Chaos, settings: Mapping[str, str]) -> "Processes":
        """Start them.

        Args:
            folder: has to be there.
            chaos: says how many there are.
            settings: by their names without LAPOR_.
        """
        for name in ("orders", "wipes", "data"):
            (folder / name).mkdir()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LAPOR_")} | {
            "LAPOR_DATA": str(folder / "data"),
            "LAPOR_ROUTER_BATCH": "40",
            "LAPOR_NEIGHBOURS_BATCH": "40",
            "LAPOR_SINK_INTERVAL_S": "0.5",
            **{f"LAPOR_{name}": value for name, value in settings.items()},
        }
        names = [*chaos.names, *(READERS if chaos.readers else ())]
        return cls(folder, run_host("router_host", folder, names, environment))

    def hit(self, id_: str) -> dict[str, Any] | None:
        """Return the hit of an order; None if it was not carried out yet."""
        return next((hit for hit in self.hits() if hit["id"] == id_), None)

    def exits(self) -> Counter[str]:
        """Return how often which process ended how."""
        ended = (line for line in self.lines("events.jsonl") if line["event"] == "ended")
        names = (("router" if line["name"].isdigit() else line["name"], line["status"]) for line in ended)
        return Counter(f"{name} {status}" for name, status in names)

    def signal(self, name: str, number: int) -> None:
        """Send a signal to a process, whatever it does."""
        pid = next(
            line["pid"] for line in reversed(self.lines("events.jsonl")) if line["name"] == name and "pid" in line
        )
        with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
            os.kill(pid, number)


@dataclass
class Killer:
    """Does what a `Chaos` says: a track per worker and one for Kafka, at once.

    Attributes:
        pace: which share of all may have been begun by now, from 0 to 1.
    """

    processes: Processes
    server: KafkaServer
    feed: Flow
    chaos: Chaos
    seed: int
    records: int
    pace: Callable[[], float] = lambda: 1.0
    kafka_kills: int = 0
    _number: int = 0
    _failed: bool = False
    _stopped: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """Do everything, and return when all workers run again."""
        dice, chaos = random.Random(self.seed), self.chaos
        phases = [PHASES[number % len(PHASES)] for number in range(chaos.kills)]
        kinds = ["kill"] * (chaos.kills - chaos.wipes) + ["wipe"] * chaos.wipes
        dice.shuffle(phases)
        actions = list(zip(kinds, phases, strict=True))
        actions += [("pause", dice.choice(PHASES)) for _ in range(chaos.pauses)]
        # half of the records are kept for the nudges: a slow machine must never run out of them while it waits
        burst = self.records // 2 // (len(actions) + chaos.kafka)
        # each worker gets its share of each kind, in an order of its own
        tracks = [actions[number :: len(chaos.names)] for number in range(len(chaos.names))]
        for track in tracks:
            dice.shuffle(track)
        turns = [[dice.choice((1, 1, 2, 3)) for _ in track] for track in tracks]
        with ThreadPoolExecutor(len(tracks) + 2) as pool:
            done = [
                pool.submit(self._track, name, list(zip(track, turn, strict=True)), burst)
                for name, track, turn in zip(chaos.names, tracks, turns, strict=True)
            ]
            done.append(pool.submit(self._spread, chaos.kafka, len(actions), self._kill_kafka))
            done.append(pool.submit(self._spread, chaos.readers, len(actions), self._kill_readers))
            for one in done:
                one.result()

    def stop(self) -> None:
        """Do nothing more, as soon as the present wait is over."""
        self._stopped = True

    def _track(self, name: str, actions: list[tuple[tuple[str, str], int]], burst: int) -> None:
        for number, ((kind, phase), turn) in enumerate(actions):
            while number > self.pace() * len(actions) and not self._stopped:
                time.sleep(0.1)
            if self._failed or self._stopped:
                return
            if kind == "wipe":
                (self.processes.folder / "wipes" / name).touch()
            how = "SIGSTOP" if kind == "pause" else "SIGKILL"
            hit = self._hit(name, burst, phase=phase, turn=turn, signal=how, kind=kind)
            if kind == "pause":
                time.sleep(FROZEN_S)
                os.kill(hit["pid"], signal.SIGCONT)

    def _hit(self, name: str, burst: int, **order: Any) -> dict[str, Any]:
        """Order a signal, release records, and return the hit."""
        with self._lock:
            self._number += 1
            id_ = str(self._number)
        self.processes.order(name, id=id_, **order)
        self.feed.release(burst)
        began = nudged = time.monotonic()
        while (hit := self.processes.hit(id_)) is None:
            now = time.monotonic()
            self._failed = self._failed or self._stopped
            if now > began + HIT_S:
                self.processes.signal(name, signal.SIGUSR1)
                self._failed = True
            assert not self._failed, f"worker {name} had no records in hand for {HIT_S} s: {order}; {self.feed}"
            if now > nudged + NUDGE_S:
                nudged = now
                self.feed.release(self.feed.left // NUDGES + 1)
            time.sleep(0.02)
        return hit

    def _spread(self, times: int, hits: int, kill: Callable[[], None]) -> None:
        """Kill some times, spread over the hits of the run."""
        for number in range(times):
            while len(self.processes.hits()) < (number + 0.5) / times * hits and not self._failed:
                time.sleep(0.05)
            kill()

    def _kill_kafka(self) -> None:
        self.server.kill()
        self.kafka_kills += 1
        time.sleep(0.5)
        self.server.start()

    def _kill_readers(self) -> None:
        for name in READERS:
            self.processes.signal(name, signal.SIGKILL)

    def report(self) -> dict[str, Any]:
        """Return what was done, for the log."""
        hits = self.processes.hits()
        dead = [hit for hit in hits if hit["signal"] == "SIGKILL"]
        return {
            "seed": self.seed,
            "kills": len(dead),
            "kills_by_phase": dict(sorted(Counter(hit["phase"] for hit in dead).items())),
            "records_in_hand": f"{min(hit['records'] for hit in hits)} to {max(hit['records'] for hit in hits)}",
            "pauses": [hit["phase"] for hit in hits if hit["signal"] == "SIGSTOP"],
            "wipes": sum(hit["kind"] == "wipe" for hit in hits),
            "kafka_kills": self.kafka_kills,
            "exits": dict(sorted(self.processes.exits().items())),
        }


def check_kills(processes: Processes, chaos: Chaos) -> None:
    """Hold that the run did what it promised: a kill that hits nothing proves nothing."""
    hits = processes.hits()
    assert all(hit["records"] for hit in hits)
    dead = Counter(hit["phase"] for hit in hits if hit["signal"] == "SIGKILL")
    assert dead.total() == chaos.kills
    assert min(dead[phase] for phase in PHASES) >= chaos.kills // len(PHASES)
    assert sum(hit["signal"] == "SIGSTOP" for hit in hits) == chaos.pauses
