"""What is up, what is not, and what to do about it: conclusions from what was seen, without a look of their own at the clock."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from complaints.bus import Admin
from complaints.contract import CASE_EVENTS, COMPLAINTS, DEAD_LETTERS, DELIVERIES, DISPOSITIONS, topics
from complaints.errors import LaporError
from complaints.runtime.compiled import Build
from complaints.runtime.telemetry import Heartbeat
from ops.cases import Answers

LEAST_FREE_BYTES = 1 << 30
"""Below it the spools and the embedded servers are soon out of disk."""

READERS = {
    "lapor-router": (COMPLAINTS, CASE_EVENTS),
    "lapor-sink": (COMPLAINTS, DISPOSITIONS, CASE_EVENTS, DELIVERIES, DEAD_LETTERS),
}
"""The consumer groups that every installation has, and what each must read to the end; one that never committed is behind by all."""

LOOK_BACK_S = 600.0
"""Restarts within it are shown. A service whose loop never turns is started again every two minutes: ten show a series of them."""

CRASH_LOOP = 3
"""Restarts within LOOK_BACK_S that are no accident: a machine that was short of memory for a moment makes one or two."""

CALM_S = 150.0
"""A series is over when its service has run for so long: longer than the supervisor waits for the first turn of a loop (120 s)."""


class Level(StrEnum):
    """How well something is; its value is what stands before a finding."""

    ok = "ok"
    warn = "warn"
    """Worth a look; it may pass by itself."""
    wait = "wait"
    """It is not there yet, and that is no fault."""
    fail = "FAIL"
    """Somebody must do something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: it is.
        level: how well it is.
        detail: what was seen.
        advice: what to do where it is not well.
    """

    what: str
    level: Level
    detail: str = ""
    advice: str = ""

    @property
    def lines(self) -> list[str]:
        """The finding as text."""
        advice = [f"     -> {self.advice}"] if self.advice and self.level is not Level.ok else []
        return [f"{self.level.value:<4} {self.what}: {self.detail}", *advice]


def exit_status(levels: Iterable[Level]) -> int:
    """Return 1 where something is wrong, else 2 where something is not there yet, else 0."""
    seen = set(levels)
    if Level.fail in seen:
        return 1
    return 2 if Level.wait in seen else 0


def guarded(what: str, look: Callable[[], Finding], advice: str) -> Finding:
    """Return what a look finds; a failed look is a finding too."""
    try:
        return look()
    except LaporError as error:
        return Finding(what=what, level=Level.fail, detail=str(error), advice=advice)


def build(found: Build) -> Finding:
    """Say whether the modules that read and route texts are compiled, and fail if their sources have changed since."""
    if found.stale:
        return Finding(
            what="build",
            level=Level.fail,
            detail=f"{', '.join(found.stale)}: changed after being compiled",
            advice="run `make setup`",
        )
    return Finding(what="build", level=Level.ok, detail=str(found))


def disk(data: Path) -> Finding:
    """Look whether the data folder has room."""
    folder = next(parent for parent in (data, *data.parents) if parent.exists())
    free = shutil.disk_usage(folder).free
    return Finding(
        what="disk",
        level=Level.ok if free >= LEAST_FREE_BYTES else Level.fail,
        detail=f"{free >> 20} MiB free at {folder}",
        advice="free some, or set LAPOR_DATA to another disk",
    )


def kafka(admin: Admin) -> Finding:
    """Look whether the topics are there."""
    ends = {name: admin.end_offsets(name) for name in topics()}
    held = sum(sum(offsets.values()) for offsets in ends.values())
    return Finding(what="kafka", level=Level.ok, detail=f"{len(ends)} topics, {held} records")


def clickhouse(store: Answers) -> Finding:
    """Look whether the tables are there."""
    (complaints,), *_ = store.execute("SELECT count() FROM complaints")
    (dead,), *_ = store.execute("SELECT count() FROM dead_letters")
    return Finding(what="clickhouse", level=Level.ok, detail=f"{complaints} complaints, {dead} dead letters")


def not_ready(name: str) -> Finding:
    """Return the finding of a part that `lapor up` has not started yet, or whose start it waits for."""
    return Finding(what=name, level=Level.wait, detail="starting")


def loops(data: Path, services: Mapping[str, int]) -> Iterator[Finding]:
    """Look whether the loop of each service turns.

    Args:
        data: the data folder.
        services: the doors and workers that should run, with their pids.
    """
    for name, pid in services.items():
        age = Heartbeat.age_s(data / "heartbeats", name)
        seen = "loop has never turned" if age is None else f"loop turned {age:.0f} s ago"
        yield Finding(
            what=name,
            level=Level.ok if age is not None and age < Heartbeat.STALE_AFTER_S else Level.fail,
            detail=f"{seen} (pid {pid})",
            advice=f"read {log_of(data, name)}",
        )


def restarts(data: Path, times: Mapping[str, Sequence[float]], *, now: float) -> Iterator[Finding]:
    """Conclude from when processes were started again.

    Args:
        data: the data folder.
        times: by the name of a process, in seconds since 1970.
        now: the same.
    """
    minutes = f"in the last {LOOK_BACK_S / 60:.0f} minutes"
    recent = {name: [at for at in of_it if now - at < LOOK_BACK_S] for name, of_it in times.items()}
    if not any(recent.values()):
        yield Finding(what="restarts", level=Level.ok, detail=f"none {minutes}")
    for name, of_it in recent.items():
        if not of_it:
            continue
        loop = len(of_it) >= CRASH_LOOP and now - of_it[-1] < CALM_S
        log = data / "logs" / f"{name}.log"
        yield Finding(
            what=f"restarts of {name}",
            level=Level.fail if loop else Level.warn,
            detail=f"{len(of_it)} {minutes}, the last {now - of_it[-1]:.0f} s ago",
            advice=f"it ends again and again: {log} says why; mend that, `lapor up` goes on starting it"
            if loop
            else f"{log} says why it ended",
        )


def log_of(data: Path, name: str) -> Path:
    """Return the log of a service; doors that share a process share its log."""
    own, shared = (data / "logs" / f"{log}.log" for log in (name, "doors"))
    return shared if shared.exists() and not own.exists() else own
