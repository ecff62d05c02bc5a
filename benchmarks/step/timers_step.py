"""A small step with timers, and its worker: `python -m benchmarks.step.timers_step BROKERS FOLDER`, until SIGTERM."""

import signal
import sys
import threading
from pathlib import Path
from typing import Final

import orjson

from complaints.bus import Record, StoredRecord
from complaints.bus.step.contract import Effect, State, StepSpec
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.worker import Worker

MAILBOX: Final = "bench-timers"
STATES: Final = "bench-timers.states"
OUT: Final = "bench-timers.out"


def handle(state: State | None, record: StoredRecord) -> Effect:
    """Set the timer of a key, let it fire, or pass a fresh record on."""
    said = orjson.loads(record.value or b"{}")
    match said["do"]:
        case "set":
            return Effect(State(b"waits", said["due_ms"]), (_out(record, b"set"),))
        case "fire" if state is not None and state.due_ms == said["due_ms"]:
            return Effect(State(b"fired"), (_out(record, b"fired"),))
        case "fresh":
            return Effect(outputs=(_out(record, b"fresh"),))
    return Effect()


def _out(record: StoredRecord, value: bytes) -> Record:
    return Record(topic=OUT, key=record.key or b"", value=value)


def _timer(key: bytes, due_ms: int) -> Record:
    return Record(topic=MAILBOX, key=key, value=orjson.dumps({"do": "fire", "due_ms": due_ms}))


def _dead_letter(record: StoredRecord, error: Exception, _: int) -> tuple[Record, ...]:
    raise AssertionError(f"{record.position} cannot be handled") from error


SPEC: Final = StepSpec(
    name=MAILBOX, mailbox=MAILBOX, states=STATES, function=handle, dead_letter=_dead_letter, timer=_timer
)


def main() -> None:
    """Run one worker."""
    brokers, folder = sys.argv[1:]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Worker(SPEC, WorkerOptions(brokers=brokers, ordinal=0, folder=Path(folder))).run(stop)


if __name__ == "__main__":
    main()
