"""A step that counts, and its worker as a process that can be killed at any phase. It imports little: a hundred of them are started."""

import json
import os
import random
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import OURS
from complaints.bus.step.contract import Effect, State, StepSpec
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.worker import Worker
from complaints.runtime.telemetry import Heartbeat
from tests.harness.logs import plain_logs

COMMAND = OURS + b"command.v1"
"""The type of the commands, by which they are ours."""


def count(state: State | None, record: StoredRecord) -> Effect:
    """Count a command once, and say so; some commands misbehave on purpose."""
    document: dict[str, Any] = json.loads(state.value) if state else {"n": 0, "seen": []}
    command: dict[str, Any] = json.loads(record.value or b"{}")
    match command.get("do"):
        case "raise":
            raise ValueError("on purpose")
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            threading.Event().wait()
        case "forget":
            return Effect(state=None)
        case "huge":
            return Effect(
                outputs=(
                    Record(
                        topic=f"{record.topic}.out",
                        key=b"huge",
                        value=random.Random(command["id"]).randbytes(command["bytes"]),
                    ),
                )
            )
    if command["id"] in document["seen"]:
        return Effect()
    document["n"] += 1
    document["seen"] = [*document["seen"], command["id"]][-50:]
    said = {"key": (record.key or b"").decode(), "id": command["id"], "v": document["n"], "p": record.partition}
    output = Record(topic=f"{record.topic}.out", key=record.key or b"", value=json.dumps(said).encode())
    return Effect(State(json.dumps(document).encode(), command.get("due_ms")), (output,))


def spec(name: str, *, format_: int = 1) -> StepSpec:
    """Return the counting step of a name; its topics have the same name."""

    def dead(record: StoredRecord, error: Exception, attempts: int) -> tuple[Record, ...]:
        said = {"id": json.loads(record.value or b"{}").get("id"), "why": repr(error), "attempts": attempts}
        return (Record(topic=f"{name}.dead", key=record.key or b"", value=json.dumps(said).encode()),)

    def timer(key: bytes, due_ms: int) -> Record:
        return Record(topic=name, key=key, value=json.dumps({"id": f"due-{key.decode()}-{due_ms}"}).encode())

    upgrades = {number: (lambda value: value) for number in range(1, format_)}
    return StepSpec(
        name=name,
        mailbox=name,
        states=f"{name}.states",
        function=count,
        dead_letter=dead,
        timer=timer,
        format=format_,
        upgrades=upgrades,
    )


def dying() -> Callable[[str], None]:
    """Return the function that a worker calls at each phase. It sends its own process a signal at the phase that the environment names.

    KILL_AT is the phase, KILL_TURN the turn of it (1), KILL_BY the signal (SIGKILL).
    """
    at, turn = os.environ.get("KILL_AT", ""), int(os.environ.get("KILL_TURN", "1"))
    how = signal.Signals[os.environ.get("KILL_BY", "SIGKILL")]
    seen = 0

    def phase(now: str) -> None:
        nonlocal seen
        seen += now == at
        if now == at and seen == turn:
            os.kill(os.getpid(), how)
            time.sleep(0.05)  # a stop takes a moment

    return phase


def main() -> None:
    """Run one worker until SIGTERM, as the environment says."""
    brokers, name, ordinal, folder = sys.argv[1:]
    plain_logs()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if limit := int(os.environ.get("FILE_BYTES", "0")):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    shift_ms = int(os.environ.get("NOW_SHIFT_MS", "0"))
    options = WorkerOptions(
        brokers=brokers,
        ordinal=int(ordinal),
        folder=Path(folder),
        batch=int(os.environ.get("BATCH", "20")),
        fuse=int(os.environ.get("FUSE", "100")),
        now_ms=lambda: time.time_ns() // 1_000_000 + shift_ms,
        phase=dying(),
        heartbeat=Heartbeat(Path(folder).parent / "heartbeats", Path(folder).name).beat,
    )
    try:
        Worker(spec(name, format_=int(os.environ.get("FORMAT", "1"))), options).run(stop)
    except Exception as error:
        sys.stderr.write(f"STOPPED {type(error).__name__}: {error}\n")
        raise SystemExit(3) from error


if __name__ == "__main__":
    main()
