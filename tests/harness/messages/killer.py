"""Kills, freezes and wipes the processes of a pipeline while citizens write, and writes down what it has hit."""

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.harness.host import Host, run_host
from tests.harness.messages.deleter import Deleter
from tests.harness.messages.feed import Feed
from tests.harness.messages.hooks import PHASES
from tests.harness.support import KafkaServer

COUNTS: Final = {
    "sms": 2,
    "webhook": 2,
    "web": 2,
    "twitter": 2,
    "telegram": 2,
    "conversation": 2,
    "router": 3,
    "sink": 1,
    "view": 1,
}
"""How many processes of each service there are."""

SINGLE: Final = {"twitter", "telegram"}
"""The services with one account: whichever process owns it is hit."""

CAPACITIES: Final = {"sms": 20, "webhook": 16, "twitter": 4, "telegram": 30}
"""How many texts of all accounts of a channel may be on their way at the same time."""

FROZEN_S: Final = 9.0
"""How long a process is frozen: longer than the group's session timeout of six seconds."""

HIT_S, NUDGE_S = 150.0, 0.7
"""How long an order may wait for something in hand, and after how long some more scripts are released for it."""


class Chaos(NamedTuple):
    """How often a test does what.

    Attributes:
        kills: kill -9 of the processes of each service, at a phase.
        pauses: SIGSTOP of the processes of each service, for longer than the session timeout.
        wipes: the kills after which the folder is deleted.
        kafka: kill -9 of Kafka.
        deletions: how often all records are deleted that the readers of their mailbox have committed.
        pace: how closely the kills follow the citizens, from 0 (as fast as something is in hand) to 1 (spread over all messages).
    """

    kills: Mapping[str, int]
    pauses: Mapping[str, int]
    wipes: int
    kafka: int
    pace: float
    deletions: int = 0


class Action(NamedTuple):
    """One thing to do to a process of a service."""

    service: str
    kind: str
    phase: str
    turn: int


class Pipeline(Host):
    """All processes of ours (see tests.harness.messages.host)."""

    @classmethod
    def start(cls, folder: Path, settings: Mapping[str, Mapping[str, str]]) -> "Pipeline":
        """Start them.

        Args:
            folder: has to be there.
            settings: of each process by its name.
        """
        for name in ("orders", "wipes"):
            (folder / name).mkdir()
        (folder / "processes.json").write_text(json.dumps(settings))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LAPOR_")}
        return cls(folder, run_host("messages.host", folder, (), environment))

    def take_back(self, name: str) -> None:
        """Take an order back that was not carried out."""
        (self.folder / "orders" / name).unlink(missing_ok=True)


@dataclass
class Killer:
    """Does what a `Chaos` says: a track for each process and one for Kafka, at once."""

    pipeline: Pipeline
    server: KafkaServer
    feed: Feed
    chaos: Chaos
    seed: int
    deleter: Deleter
    kafka_kills: int = 0
    _number: int = 0
    _done: int = 0
    _all: int = 0
    _failed: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """Do everything, and return when that is done."""
        tracks = self._tracks()
        self._all = sum(map(len, tracks))
        self._release()
        with ThreadPoolExecutor(len(tracks) + 2) as pool:
            running = [pool.submit(self._track, track) for track in tracks]
            running.append(pool.submit(self._kill_kafka))
            running.append(pool.submit(self._delete))
            for one in running:
                one.result()

    def _tracks(self) -> Sequence[Sequence[tuple[list[str], Action]]]:
        """Return what is done to each process, in an order of its own."""
        dice, actions = random.Random(self.seed), list[Action]()
        for kind, counts in (("kill", self.chaos.kills), ("pause", self.chaos.pauses)):
            for service, number in counts.items():
                phases = [PHASES[service][at % len(PHASES[service])] for at in range(number)]
                actions += [Action(service, kind, phase, dice.choice((1, 1, 2))) for phase in phases]
        dice.shuffle(actions)
        kills = [at for at, action in enumerate(actions) if action.kind == "kill"]
        wiped = set(dice.sample(kills, self.chaos.wipes))
        tracks: dict[str, list[tuple[list[str], Action]]] = {}
        turns: Counter[str] = Counter()
        for at, action in enumerate(actions):
            action = action._replace(kind="wipe") if at in wiped else action  # noqa: PLW2901
            names = [f"{action.service}-{number}" for number in range(COUNTS[action.service])]
            if action.service not in SINGLE:
                names = [names[turns[action.service] % len(names)]]
                turns[action.service] += 1
            tracks.setdefault(names[0], []).append((names, action))
        return list(tracks.values())

    def _release(self) -> None:
        self.feed.release(0.95 * (self._done + 3) / (self._all + 3))

    def _track(self, track: Sequence[tuple[list[str], Action]]) -> None:
        for number, (names, action) in enumerate(track):
            while not self._is_time(number / len(track)) and not self._failed:
                time.sleep(0.05)
            if self._failed:
                return
            hit = self._hit(names, action)
            with self._lock:
                self._done += 1
            self._release()
            if action.kind == "pause":
                time.sleep(FROZEN_S)
                os.kill(hit["pid"], signal.SIGCONT)

    def _is_time(self, share: float) -> bool:
        """Return whether the other tracks, which are not all of the same length, and the citizens are far enough for the next action."""
        return self._done >= 0.8 * share * self._all and self.feed.share >= self.chaos.pace * self._done / self._all

    def _hit(self, names: Sequence[str], action: Action) -> dict[str, Any]:
        """Order a signal, and return the hit."""
        with self._lock:
            self._number += 1
            id_ = str(self._number)
        how = "SIGSTOP" if action.kind == "pause" else "SIGKILL"
        for name in names:
            if action.kind == "wipe":
                (self.pipeline.folder / "wipes" / name).touch()
            self.pipeline.order(name, id=id_, phase=action.phase, turn=action.turn, signal=how, kind=action.kind)
        began = nudged = time.monotonic()
        while (hit := next((one for one in self.pipeline.hits() if one["id"] == id_), None)) is None:
            now = time.monotonic()
            if now > began + HIT_S:
                self._failed = True
            assert not self._failed, f"{names} had nothing in hand for {HIT_S} s: {action}"
            if now > nudged + NUDGE_S:
                nudged = now
                self.feed.release_more(4)
            time.sleep(0.05)
        for name in names:
            if name != hit["name"]:
                self.pipeline.take_back(name)
                (self.pipeline.folder / "wipes" / name).unlink(missing_ok=True)
        return hit

    def _kill_kafka(self) -> None:
        for number in range(self.chaos.kafka):
            while self._done < (number + 0.5) / self.chaos.kafka * self._all and not self._failed:
                time.sleep(0.05)
            self.server.kill()
            self.kafka_kills += 1
            time.sleep(0.5)
            self.server.start()

    def _delete(self) -> None:
        for number in range(self.chaos.deletions):
            while self._done < (number + 0.25) / self.chaos.deletions * self._all and not self._failed:
                time.sleep(0.05)
            while not self.deleter.delete() and not self._failed:
                time.sleep(0.5)

    def bound(self) -> int:
        """Return how many outcomes may be unknown at most.

        A kill makes those unknown that were in hand. After a pause the account goes to another process and comes back, and after a kill of
        Kafka its partitions may be shared anew: each may hit what all accounts of the channel, or of all channels, have on their way.
        """
        total = 0
        for hit in self.pipeline.hits():
            capacity = CAPACITIES.get(hit["name"].rpartition("-")[0], 0)
            total += hit["intents"] if hit["signal"] == "SIGKILL" else hit["intents"] + 2 * capacity
        return total + self.kafka_kills * sum(CAPACITIES.values())

    def report(self) -> dict[str, Any]:
        """Return what was done, for the log."""
        hits, ended = self.pipeline.hits(), Counter[str]()
        for line in self.pipeline.lines("events.jsonl"):
            if line["event"] != "started":
                ended[f"{line['name'].rpartition('-')[0]} {line.get('status', line['event'])}"] += 1
        dead = [hit for hit in hits if hit["signal"] == "SIGKILL"]
        return {
            "seed": self.seed,
            "kills": len(dead),
            "kills_by_service": dict(sorted(Counter(hit["name"].rpartition("-")[0] for hit in dead).items())),
            "kills_by_phase": dict(sorted(Counter(hit["phase"] for hit in dead).items())),
            "in_hand": f"{min((hit['records'] for hit in hits), default=0)} to {max((hit['records'] for hit in hits), default=0)}",
            "pauses": [f"{hit['name']} {hit['phase']}" for hit in hits if hit["signal"] == "SIGSTOP"],
            "wipes": sum(hit["kind"] == "wipe" for hit in hits),
            "kafka_kills": self.kafka_kills,
            "deletions": self.deleter.deletions,
            "deleted": self.deleter.records,
            "intents_at_kills": sum(hit["intents"] for hit in dead),
            "exits": dict(sorted(ended.items())),
        }
