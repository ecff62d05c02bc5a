"""What is up, what is not, and what to do about it."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from complaints.bus import Admin
from complaints.contract import CASE_EVENTS, COMPLAINTS, DEAD_LETTERS, DISPOSITIONS, topics
from complaints.errors import LaporError
from complaints.runtime.telemetry import Heartbeat
from ops.cases import Answers

LEAST_FREE_BYTES = 1 << 30
"""Below it the spools and the embedded servers are soon out of disk."""

MOST_LAG = 10_000
"""Records: a worker so far behind needs more workers or is stuck. A whole month of the service in 2016 was 20,000."""


READERS = {
    "lapor-router": (COMPLAINTS, CASE_EVENTS),
    "lapor-sink": (COMPLAINTS, DISPOSITIONS, CASE_EVENTS, DEAD_LETTERS),
}
"""The consumer groups and what each must read to the end; one that never committed is behind by all there is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: it is.
        well: whether it is as it should be.
        detail: what was seen.
        advice: what to do where it is not well.
    """

    what: str
    well: bool
    detail: str = ""
    advice: str = ""


def guarded(what: str, look: Callable[[], Finding], advice: str) -> Finding:
    """Return what a look finds; a failed look is a finding too."""
    try:
        return look()
    except LaporError as error:
        return Finding(what, well=False, detail=str(error), advice=advice)


def disk(data: Path) -> Finding:
    """Look whether the data folder has room."""
    folder = next(parent for parent in (data, *data.parents) if parent.exists())
    free = shutil.disk_usage(folder).free
    return Finding(
        "disk",
        well=free >= LEAST_FREE_BYTES,
        detail=f"{free >> 20} MiB free at {folder}",
        advice="free some, or set LAPOR_DATA to another disk",
    )


def kafka(admin: Admin) -> Iterator[Finding]:
    """Look whether the topics are there and how far behind the workers are."""
    ends = {name: admin.end_offsets(name) for name in topics()}
    held = sum(sum(offsets.values()) for offsets in ends.values())
    yield Finding("kafka", well=True, detail=f"{len(ends)} topics, {held} records")
    for group, topics_read in READERS.items():
        done = admin.group_offsets(group)
        lag = sum(end - max(0, done.get(at, 0)) for topic in topics_read for at, end in ends[topic].items())
        yield Finding(
            f"lag of {group}",
            well=lag <= MOST_LAG,
            detail=f"{lag} records",
            advice=f"start another `lapor run {group.removeprefix('lapor-')}`, or read its log",
        )


def clickhouse(store: Answers) -> Finding:
    """Look whether the tables are there."""
    (complaints,), *_ = store.execute("SELECT count() FROM complaints")
    (dead,), *_ = store.execute("SELECT count() FROM dead_letters")
    return Finding("clickhouse", well=True, detail=f"{complaints} complaints, {dead} dead letters")


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
            name,
            well=age is not None and age < Heartbeat.STALE_AFTER_S,
            detail=f"{seen} (pid {pid})",
            advice=f"read {_log_of(data, name)}",
        )


def _log_of(data: Path, name: str) -> Path:
    """Return the log of a service; doors that share a process share its log."""
    own, shared = (data / "logs" / f"{log}.log" for log in (name, "doors"))
    return shared if shared.exists() and not own.exists() else own
