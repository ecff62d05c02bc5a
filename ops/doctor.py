"""The judgements of `lapor doctor`: what works, what does not, and what to do. The caller passes the observations and the time."""

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from pathlib import Path

from complaints.bus import Offsets
from complaints.contract import CASE_EVENTS, CASES, COMPLAINTS, CONVERSATIONS, DEAD_LETTERS, MESSAGE_EVENTS, topics
from complaints.errors import LaporError
from complaints.runtime.telemetry import Heartbeat
from ops.answers import Answers
from ops.casework.gone import Orphans

LEAST_FREE_BYTES = 1 << 30
"""Free disk space in bytes below which the spools and the embedded servers will soon run out of space."""

CLOCKS_DIFFER_S = 2.0
"""Seconds by which a file's time may be later than the start of a process that has read it as it is: start times are counted from the
machine's boot, and some disks round file times to two seconds."""

READERS = {
    "lapor-conversation": (CONVERSATIONS,),
    "lapor-router": (COMPLAINTS,),
    "lapor-sink": (CASE_EVENTS, CASES, MESSAGE_EVENTS, DEAD_LETTERS),
}
"""The consumer groups of every installation, with the topics that each must read to the end, even if it has committed nothing yet."""

LOOK_BACK_S = 600.0
"""Seconds for which restarts are shown. A service without heartbeats is restarted every two minutes: ten minutes show a series."""

CRASH_LOOP = 3
"""Number of restarts within LOOK_BACK_S that counts as a crash loop: a short lack of memory causes only one or two."""

CALM_S = 150.0
"""Seconds of running after which a series of restarts is over: longer than the supervisor waits for the first heartbeat (120 s)."""


class Level(StrEnum):
    """The severity of a finding. The value is printed before the finding."""

    ok = "ok"
    warn = "warn"
    """Worth a look; it may pass by itself."""
    wait = "wait"
    """Not ready yet, which is not a fault."""
    fail = "FAIL"
    """Somebody must act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The judgement about one part of the system.

    Attributes:
        what: the name of the part.
        level: the severity.
        detail: what was observed.
        advice: what to do if the level is not ok.
    """

    what: str
    level: Level
    detail: str = ""
    advice: str = ""

    @property
    def lines(self) -> list[str]:
        """The finding as lines of text, with the advice only if the level is not ok."""
        advice = [f"     -> {self.advice}"] if self.advice and self.level is not Level.ok else []
        return [f"{self.level.value:<4} {self.what}: {self.detail}", *advice]


def exit_status(levels: Iterable[Level]) -> int:
    """Return 1 if something is wrong, else 2 if something is not ready yet, else 0."""
    seen = set(levels)
    if Level.fail in seen:
        return 1
    return 2 if Level.wait in seen else 0


def guarded(what: str, look: Callable[[], Finding], advice: str) -> Finding:
    """Return the finding of a check, or one of level fail if the check raises a LaporError."""
    try:
        return look()
    except LaporError as error:
        return Finding(what=what, level=Level.fail, detail=str(error), advice=advice)


def of_router(what: str, path: Path, load: Callable[[Path], str], *, started: float) -> Finding:
    """Judge a file or folder that the router loads at its start: whether it is valid, and has not changed since the start.

    Args:
        what: the name of the part ("model", "allotments").
        path: the file or folder.
        load: reads it and returns a description; raises LaporError if it has a mistake.
        started: when the first service that uses it started, in seconds since 1970; 0 if none runs.
    """
    before = "a service that starts again leaves the file out, and the rules decide in its place"
    if what == "allotments":
        before = (
            "a service that starts again leaves the file out, and the national rules decide there; `lapor agency check` names all mistakes."
            " If the folder is missing or empty, the national rules decide everywhere"
        )
    advice = f"correct {path}, since `lapor up` does not start with it: {before}"
    found = guarded(what, lambda: Finding(what=what, level=Level.ok, detail=f"{load(path)} ({path})"), advice)
    if found.level is Level.ok and started and _changed(path) > started + CLOCKS_DIFFER_S:
        return Finding(
            what=what,
            level=Level.warn,
            detail=f"{found.detail}, changed after the stack started: the running services may use what was there before, or nothing",
            advice="restart the stack to take it",
        )
    return found


def _changed(path: Path) -> float:
    """Return when a file, or a folder or one of its files, last changed, in seconds since 1970."""
    return max(float(one.stat().st_mtime) for one in (path, *(path.iterdir() if path.is_dir() else ())))


def misspelt(sentence: str) -> Finding:
    """Warn about a variable that nothing reads, so that the setting it was meant for keeps its default."""
    return Finding(what="settings", level=Level.warn, detail=sentence, advice="`lapor settings` lists all variables")


def disk(data: Path) -> Finding:
    """Judge the free space of the data folder and of its subfolders on other disks. The disk with the least free space counts.

    Args:
        data: the data folder, which need not exist yet.
    """
    above = next(parent for parent in (data, *data.parents) if parent.exists())
    own = sorted(one for one in data.iterdir() if one.is_dir()) if data.is_dir() else []
    disks = {_disk_of(folder): folder for folder in reversed([above, *own])}
    free, folder = min((shutil.disk_usage(one).free, one) for one in disks.values())
    return Finding(
        what="disk",
        level=Level.ok if free >= LEAST_FREE_BYTES else Level.fail,
        detail=f"{free >> 20} MiB free at {folder}",
        advice="free some space, or set LAPOR_DATA to another disk",
    )


def _disk_of(folder: Path) -> int:
    """Return the device number of the file system that a folder is on."""
    return folder.stat().st_dev


def kafka(ends_of: Callable[[str], Offsets]) -> Finding:
    """Count the topics and their records.

    Args:
        ends_of: returns, for each partition of a topic, the offset after its last record (see GroupAdmin.end_offsets).

    Raises:
        BusUnavailable: the offsets of a topic could not be read.
    """
    ends = {name: ends_of(name) for name in topics()}
    held = sum(sum(offsets.values()) for offsets in ends.values())
    return Finding(what="kafka", level=Level.ok, detail=f"{len(ends)} topics, {held} records")


def clickhouse(store: Answers) -> Finding:
    """Count the complaints and the dead letters. One of the last day is a warning: it may be of an acknowledged message.

    Raises:
        LaporError: ClickHouse does not answer, or refuses the query because a table is missing.
    """
    (complaints,), *_ = store.execute("SELECT count() FROM complaints")
    (dead,), *_ = store.execute("SELECT count() FROM dead_letters")
    (recent,), *_ = store.execute("SELECT count() FROM dead_letters WHERE at > now() - INTERVAL 1 DAY")
    level, of_today = (Level.warn, f", {recent} of them within a day") if recent else (Level.ok, "")
    advice = "`lapor deadletters list --since 24h` says why, and which were put back; docs/operations.md"
    return Finding(
        what="clickhouse", level=level, detail=f"{complaints} complaints, {dead} dead letters{of_today}", advice=advice
    )


def orphaned(found: Sequence[Orphans]) -> Finding:
    """Judge the open cases whose owner no longer exists: no desk sees them until they are given to another agency."""
    if not found:
        return Finding(what="owners", level=Level.ok, detail="the owner of every open case exists")
    number = sum(len(one.numbers) for one in found)
    return Finding(
        what="owners",
        level=Level.warn,
        detail=f"open cases of units that no longer exist: {number}; {'; '.join(map(str, found))}",
        advice="`lapor case rehome --dry-run` says to which agency each would go, secret ones too, and `lapor case rehome` gives them;"
        " one alone: `lapor case reroute CODE --as DESK --to AGENCY --text WHY` (`lapor agency check` names the desk)",
    )


def dashboard(address: str, pid: int) -> Finding:
    """Say where the dashboard is, and whether its process (0: none) runs. Its deaths are among the restarts."""
    state = f"somebody looks (pid {pid})" if pid else "starts when somebody looks"
    return Finding(what="dashboard", level=Level.ok, detail=f"http://{address}/, {state}")


def not_ready(name: str) -> Finding:
    """Return the finding for a part that `lapor up` has not started yet, or is still starting."""
    return Finding(what=name, level=Level.wait, detail="starting")


def ago(age_s: float) -> str:
    """Return an age in words. It is not known if it is negative, because the clock was set back since."""
    if -CLOCKS_DIFFER_S <= age_s < inf:
        return f"{max(0.0, age_s):.0f} s ago"
    return "at a time that is ahead of now: the clock was wrong then, or is now"


def loops(data: Path, services: Mapping[str, int]) -> Iterator[Finding]:
    """Judge the heartbeat of each loop.

    Args:
        data: the data folder.
        services: the names of the heartbeats that must exist, with the pids of their processes.
    """
    for name, pid in services.items():
        age = Heartbeat.age_s(data / "heartbeats", name)
        seen = "no heartbeat yet" if age is None else f"last heartbeat {ago(age)}"
        yield Finding(
            what=name,
            level=Level.ok if age is not None and age < Heartbeat.STALE_AFTER_S else Level.fail,
            detail=f"{seen} (pid {pid})",
            advice=f"read {log_of(data, name)}",
        )


def others(data: Path, steps: Collection[str]) -> Iterator[Finding]:
    """Judge the further workers of steps on this machine, which `lapor up` did not start and does not restart."""
    folder = data / "heartbeats"
    for path in sorted(folder.iterdir()) if folder.exists() else ():
        step, _, ordinal = path.name.rpartition("-")
        age = Heartbeat.age_s(folder, path.name)
        if step not in steps or not ordinal.isdigit() or age is None:
            continue
        well = age < Heartbeat.STALE_AFTER_S
        yield Finding(
            what=f"worker {ordinal} of {step}",
            level=Level.ok if well else Level.fail,
            detail=f"last heartbeat {ago(age)}{'' if well else ': it was killed, or hangs, and has not been started again'}",
            advice=f"start it again: LAPOR_ORDINAL={ordinal} lapor run {step}. If it is not needed any more, delete {path}",
        )


def restarts(data: Path, times: Mapping[str, Sequence[float]], *, now: float) -> Iterator[Finding]:
    """Judge the restarts of processes.

    Args:
        data: the data folder.
        times: the times of the restarts by the name of the process, in seconds since 1970.
        now: the present time in seconds since 1970.
    """
    minutes = f"in the last {LOOK_BACK_S / 60:.0f} minutes"
    recent = {name: [at for at in of_it if now - at < LOOK_BACK_S] for name, of_it in times.items()}
    if not any(recent.values()):
        yield Finding(what="restarts", level=Level.ok, detail=f"none {minutes}")
    for name, of_it in recent.items():
        if not of_it:
            continue
        loop = len(of_it) >= CRASH_LOOP and -CLOCKS_DIFFER_S <= now - of_it[-1] < CALM_S
        log = data / "logs" / f"{name}.log"
        yield Finding(
            what=f"restarts of {name}",
            level=Level.fail if loop else Level.warn,
            detail=f"{len(of_it)} {minutes}, the last {ago(now - of_it[-1])}",
            advice=f"it keeps dying: read the reason in {log} and correct it; `lapor up` continues to restart it"
            if loop
            else f"read in {log} why it ended",
        )


def log_of(data: Path, name: str) -> Path:
    """Return the path of a service's log. Channels that share a process share its log."""
    own, shared = (data / "logs" / f"{log}.log" for log in (name, "channels"))
    return shared if shared.exists() and not own.exists() else own
