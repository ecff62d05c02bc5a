"""Kills, freezes and wipes processes and kills Kafka, while work flows, and writes down what it has hit."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from tests.harness.kill.deleter import Deleter
from tests.harness.support import KafkaServer

ROOT: Final = Path(__file__).parents[3]

STEP_PHASES: Final = ("polled", "deciding", "begun", "produced", "flushed", "offsets sent", "committed", "stored")
PHASES: Final[dict[str, tuple[str, ...]]] = {
    "sms": ("submitted", "taken", "kept", "produced", "committed", "begun", "flushed"),
    "webhook": ("kept", "submitted", "taken", "committed", "produced", "begun", "flushed"),
    "web": ("taken", "kept"),
    "twitter": ("submitted", "produced", "committed", "flushed", "begun"),
    "telegram": ("committed", "submitted", "flushed", "begun", "produced"),
    "conversation": STEP_PHASES,
    "router": STEP_PHASES,
    "neighbours": STEP_PHASES,
    "sink": ("inserting", "inserted"),
    "view": ("applying", "applied"),
}
"""The phases of each service at which it has something in hand, the most telling ones first.

At "taken" a message is on its way to Kafka, at "kept" it is there and not acknowledged; at "submitted" texts are on their way; the others
are those of a transaction.
"""

SINGLE: Final = {"twitter", "telegram"}
"""The services with one account: whichever process owns it is hit."""

FROZEN_S: Final = 9.0
"""How long a process is frozen: longer than the group's session timeout of six seconds."""

HIT_S, NUDGE_S = 200.0, 0.7
"""How long an order may wait for something in hand, and after how long some more work is released for it."""

ANY: Final = "any"
"""In the place of a service: whichever."""


class Chaos(NamedTuple):
    """How often a test does what.

    Attributes:
        kills: kill -9 of the processes of each service, at a phase.
        pauses: SIGSTOP of the processes of each service, for longer than the session timeout.
        wipes: the kills of each service, or of ANY, after which the folder is deleted.
        kafka: kill -9 of Kafka.
        deletions: how often all records are deleted that the readers of their mailbox have committed.
        pace: how closely the kills follow the work, from 0 (as fast as something is in hand) to 1 (spread over all of it).
    """

    kills: Mapping[str, int]
    pauses: Mapping[str, int]
    wipes: Mapping[str, int]
    kafka: int
    deletions: int = 0
    pace: float = 0.0


class Action(NamedTuple):
    """One thing to do to a process of a service."""

    service: str
    kind: str
    phase: str
    turn: int


class Work(Protocol):
    """What is done while processes are killed."""

    @property
    def share(self) -> float:
        """The share of it that is done, from 0 to 1."""

    def release(self, done: float) -> None:
        """Let as much of it begin as is right when a share of the kills is done."""

    def nudge(self) -> None:
        """Let a little more of it begin: a process that is to die has nothing in hand."""


@dataclass
class Pipeline:
    """The processes of ours that run (see tests.harness.kill.host), by names such as "sms-0".

    Attributes:
        folder: of the orders, the logs and the processes' data.
        counts: how many processes of each service there are.
        host: starts each of them again.
    """

    folder: Path
    counts: Mapping[str, int]
    host: subprocess.Popen[bytes]

    @classmethod
    def start(
        cls,
        folder: Path,
        counts: Mapping[str, int],
        common: Mapping[str, str],
        own: Mapping[str, Mapping[str, str]] = {},
    ) -> "Pipeline":
        """Start them.

        Args:
            folder: has to be there.
            counts: see above.
            common: the settings of all processes, by their names without LAPOR_.
            own: those of one process or another.
        """
        for name in ("orders", "wipes"):
            (folder / name).mkdir()
        settings = {
            (name := f"{service}-{ordinal}"): {
                "DATA": str(folder / "data" / name),
                "ORDINAL": str(ordinal),
                **common,
                **own.get(name, {}),
            }
            for service, number in counts.items()
            for ordinal in range(number)
        }
        for name in settings:
            (folder / "data" / name).mkdir(parents=True)
        prefixed = {of: {f"LAPOR_{name}": value for name, value in its.items()} for of, its in settings.items()}
        (folder / "processes.json").write_text(json.dumps(prefixed))
        with (folder / "host.log").open("wb") as log:
            command = [sys.executable, "-m", "tests.harness.kill.host", str(folder)]
            environment = {name: value for name, value in os.environ.items() if not name.startswith("LAPOR_")}
            return cls(folder, counts, subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))

    def order(self, name: str, **order: Any) -> None:
        """Order a signal at a phase of a process; its folder is deleted if that is a wipe."""
        if order["kind"] == "wipe":
            (self.folder / "wipes" / name).touch()
        draft = self.folder / "orders" / f".{name}"
        draft.write_text(json.dumps(order))
        draft.rename(self.folder / "orders" / name)

    def take_back(self, name: str) -> None:
        """Take an order back that was not carried out."""
        for kind in ("orders", "wipes"):
            (self.folder / kind / name).unlink(missing_ok=True)

    def hits(self) -> list[dict[str, Any]]:
        """Return what was hit, oldest first."""
        return self.lines("hits.jsonl")

    def lines(self, name: str) -> list[dict[str, Any]]:
        """Return what the processes have noted in a file."""
        try:
            return [json.loads(line) for line in (self.folder / name).read_text().splitlines()]
        except FileNotFoundError:
            return []

    def signal(self, service: str, number: int) -> None:
        """Send a signal to each process of a service, whatever it does."""
        started = {line["name"]: line["pid"] for line in self.lines("events.jsonl") if line["event"] == "started"}
        for name, pid in started.items():
            if service_of(name) == service:
                with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
                    os.kill(pid, number)

    def stop(self) -> None:
        """End all in an orderly way."""
        if self.host.poll() is None:
            self.host.terminate()
        self.host.wait(120)


@dataclass
class Killer:
    """Does what a `Chaos` says: a track for each process and one for Kafka, at once."""

    pipeline: Pipeline
    server: KafkaServer
    work: Work
    chaos: Chaos
    seed: int
    deleter: Deleter | None = None
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
            running.append(pool.submit(self._spread, self.chaos.kafka, 0.5, self._kill_kafka))
            running.append(pool.submit(self._spread, self.chaos.deletions, 0.25, self._delete))
            for one in running:
                one.result()

    def stop(self) -> None:
        """Do nothing more, as soon as the present wait is over."""
        self._failed = True

    def _tracks(self) -> Sequence[Sequence[tuple[list[str], Action]]]:
        """Return what is done to each process, in an order of its own."""
        dice, actions, chaos = random.Random(self.seed), list[Action](), self.chaos
        # the steps share their phases
        begun = Counter(dict.fromkeys(("kill", "pause"), dice.randrange(len(STEP_PHASES))))
        for kind, counts in (("kill", chaos.kills), ("pause", chaos.pauses)):
            for service, number in counts.items():
                first = begun[kind] if PHASES[service] is STEP_PHASES else 0
                begun[kind] += number * (PHASES[service] is STEP_PHASES)
                phases = [PHASES[service][at % len(PHASES[service])] for at in range(first, first + number)]
                actions += [Action(service, kind, phase, dice.choice((1, 1, 2))) for phase in phases]
        dice.shuffle(actions)
        for service, number in chaos.wipes.items():
            kills = [at for at, one in enumerate(actions) if one.kind == "kill" and service in {ANY, one.service}]
            for at in dice.sample(kills, number):
                actions[at] = actions[at]._replace(kind="wipe")
        tracks: dict[str, list[tuple[list[str], Action]]] = {}
        turns: Counter[str] = Counter()
        for action in actions:
            names = [f"{action.service}-{number}" for number in range(self.pipeline.counts[action.service])]
            if action.service not in SINGLE:
                names = [names[turns[action.service] % len(names)]]
                turns[action.service] += 1
            tracks.setdefault(names[0], []).append((names, action))
        return list(tracks.values())

    def _release(self) -> None:
        self.work.release((self._done + 3) / (self._all + 3))

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
        """Return whether the other tracks, which are not all of the same length, and the work are far enough for the next action."""
        return self._done >= 0.8 * share * self._all and self.work.share >= self.chaos.pace * self._done / self._all

    def _hit(self, names: Sequence[str], action: Action) -> dict[str, Any]:
        """Order a signal, and return the hit."""
        with self._lock:
            self._number += 1
            id_ = str(self._number)
        how = "SIGSTOP" if action.kind == "pause" else "SIGKILL"
        for name in names:
            self.pipeline.order(name, id=id_, phase=action.phase, turn=action.turn, signal=how, kind=action.kind)
        began = nudged = time.monotonic()
        while (hit := next((one for one in self.pipeline.hits() if one["id"] == id_), None)) is None:
            now = time.monotonic()
            if now > began + HIT_S:
                self.pipeline.signal(action.service, signal.SIGUSR1)  # each says in its log where it is
                self._failed = True
            assert not self._failed, f"{names} had nothing in hand for {HIT_S} s: {action}; {self.work}"
            if now > nudged + NUDGE_S:
                nudged = now
                self.work.nudge()
            time.sleep(0.05)
        for name in {*names} - {hit["name"]}:
            self.pipeline.take_back(name)
        return hit

    def _spread(self, times: int, first: float, act: Callable[[], None]) -> None:
        """Do something some times, spread over the actions of the run."""
        for number in range(times):
            while self._done < (number + first) / times * self._all and not self._failed:
                time.sleep(0.05)
            act()

    def _kill_kafka(self) -> None:
        self.server.kill()
        self.kafka_kills += 1
        time.sleep(0.5)
        self.server.start()

    def _delete(self) -> None:
        assert self.deleter is not None
        while not self.deleter.delete() and not self._failed:
            time.sleep(0.5)

    def report(self) -> dict[str, Any]:
        """Return what was done, for the log."""
        hits, ended = self.pipeline.hits(), Counter[str]()
        for line in self.pipeline.lines("events.jsonl"):
            if line["event"] != "started":
                ended[f"{service_of(line['name'])} {line.get('status', line['event'])}"] += 1
        dead = [hit for hit in hits if hit["signal"] == "SIGKILL"]
        in_hand = [hit["records"] for hit in hits] or [0]
        found = {
            "seed": self.seed,
            "kills": len(dead),
            "kills_by_service": dict(sorted(Counter(service_of(hit["name"]) for hit in dead).items())),
            "kills_by_phase": dict(sorted(Counter(hit["phase"] for hit in dead).items())),
            "in_hand": f"{min(in_hand)} to {max(in_hand)}",
            "pauses": [f"{hit['name']} {hit['phase']}" for hit in hits if hit["signal"] == "SIGSTOP"],
            "wipes": sum(hit["kind"] == "wipe" for hit in hits),
            "kafka_kills": self.kafka_kills,
            "intents_at_kills": sum(hit["intents"] for hit in dead),
            "exits": dict(sorted(ended.items())),
        }
        if self.deleter is not None:
            found |= {"deletions": self.deleter.deletions, "deleted": self.deleter.records}
        return found


def check_kills(pipeline: Pipeline, chaos: Chaos) -> None:
    """Hold that the run did what it promised: a kill that hits nothing proves nothing."""
    hits = pipeline.hits()
    assert all(hit["records"] for hit in hits)
    for kind, counts in (("SIGKILL", chaos.kills), ("SIGSTOP", chaos.pauses)):
        found = Counter(service_of(hit["name"]) for hit in hits if hit["signal"] == kind)
        assert all(found[service] >= number for service, number in counts.items()), (kind, found)
    phases = Counter(hit["phase"] for hit in hits if hit["signal"] == "SIGKILL")
    of_steps = sum(number for service, number in chaos.kills.items() if PHASES[service] is STEP_PHASES)
    assert min(phases[phase] for phase in STEP_PHASES) >= of_steps // len(STEP_PHASES), phases
    assert sum(hit["kind"] == "wipe" for hit in hits) >= sum(chaos.wipes.values())


def service_of(name: str) -> str:
    """Return the service of a process."""
    return name.rpartition("-")[0]
