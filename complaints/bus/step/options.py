"""How a worker of a step runs: its brokers, its ordinal, its disk, and what it calls while it works."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """How a worker runs.

    Attributes:
        brokers: host:port, separated by commas.
        ordinal: the worker's number, from 0; no two workers of a step have the same.
        folder: where it keeps its states; its own.
        batch: maximum number of records per transaction.
        gather_s: for how many seconds a poll takes more records after the first one, for a step that nobody waits for: every transaction
            costs the broker as much as many records do. 0 handles at once what is there.
        outputs: number of written records after which a transaction takes no more records: one record may lead to many.
        fuse: number of the step's own records in a row after which a partition is held if all become dead letters.
        heartbeat: is called at least once a second as long as the worker makes progress or waits for Kafka; not while the function works
            on one record, nor within one call of Kafka's client (the offsets, the commit or the end of a transaction: at most 10 s).
        now_ms: the present time in milliseconds since 1970, for timers.
        phase: is called at each phase of a batch, for tests and tracing.
    """

    brokers: str
    ordinal: int
    folder: Path
    batch: int = 500
    gather_s: float = 0.0
    outputs: int = 10_000
    fuse: int = 100
    heartbeat: Callable[[], None] = lambda: None
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    phase: Callable[[str], None] = lambda _: None
