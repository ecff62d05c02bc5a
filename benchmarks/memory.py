"""Measures the memory that the whole stack holds when nothing comes in."""

import time
from pathlib import Path

import psutil

from benchmarks.figures import Figure
from benchmarks.processes import Say, explained, folder, process, wait_until
from lapor.local.note import Stack

BAR_MIB = 1.1e9 / 2**20
"""1.1 GB."""

IDLE_S = 30.0
"""After so long everything that loads at the start is loaded."""

START_S = 420.0
"""The first start downloads Kafka's jars."""

MIB = 1 << 20


def measure(*, say: Say) -> list[Figure]:
    """Start `lapor up` in a folder of its own, leave it alone, and weigh it.

    Raises:
        UnavailableError: the stack does not start.
    """
    with folder() as data:
        log = data / "up.log"
        arguments = ["lapor", "up", "--data-dir", str(data)]
        with explained(log), process(arguments, log, {"PYTHONUNBUFFERED": "1"}) as up:
            say("starting the stack")
            wait_until(lambda: _ready(log), timeout_s=START_S, what="lapor up", alive=lambda: up.poll() is None)
            say(f"leaving it idle for {IDLE_S:.0f} s")
            time.sleep(IDLE_S)
            weighed = _weigh(up.pid, data)
    parts = [
        Figure(name=f"memory: {name}", value=mib, unit="MiB")
        for name, mib in sorted(weighed.items(), key=lambda part: -part[1])
    ]
    total = Figure(name="memory: the idle stack", value=sum(weighed.values()), unit="MiB", below=round(BAR_MIB))
    return [total, *parts]


def _ready(log: Path) -> bool:
    return "ready." in log.read_text("utf-8", "replace")


def _weigh(up: int, data: Path) -> dict[str, float]:
    """Return the MiB of each service with its children; a page that several processes share counts in equal parts for each (PSS)."""
    stack = Stack.read(data)
    names = {pid: name for name, pid in (stack.services if stack else {}).items()}
    weighed: dict[str, float] = {}

    def add(process: psutil.Process, name: str) -> None:
        weighed[name] = weighed.get(name, 0.0) + process.memory_full_info().pss / MIB
        for child in process.children():
            add(child, names.get(child.pid, name))

    add(psutil.Process(up), "supervisor")
    return weighed
