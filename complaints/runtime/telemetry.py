"""The program's telemetry: JSON logs without message text, all metrics, and a heartbeat for each loop."""

import contextlib
import json
import logging
import math
import os
import threading
import time
from pathlib import Path

import structlog
from prometheus_client import Counter, Gauge, Histogram

MESSAGES_IN = Counter(
    "lapor_messages_in_total", "Messages that a channel received, by outcome.", ["channel", "outcome"]
)
INTAKE_SECONDS = Histogram(
    "lapor_intake_seconds",
    "Seconds from the receipt of a message until it is safe on Kafka or in the spool.",
    ["channel"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10),
)
SPOOLED = Gauge("lapor_spool_records", "Records that wait for Kafka in a channel's spool.", ["channel"])
EVENTS_ROUTED = Counter(
    "lapor_events_routed_total",
    "Records of the mailbox of cases that the router handled, by what they led to.",
    ["outcome"],
)
ROWS_STORED = Counter("lapor_rows_stored_total", "Rows that the sink inserted.", ["table"])
REPLIES = Counter("lapor_replies_total", "Replies to citizens, by outcome.", ["channel", "outcome"])
DEAD_LETTERS = Counter("lapor_dead_letters_total", "Dead letters written, by writer.", ["by"])
X_READS_SHARE = Gauge(
    "lapor_x_reads_share", "Used share of the monthly budget of posts read from X; at 1 the channel stops reading."
)
VIEW_RECORDS = Counter("lapor_view_records_total", "Records that the view read, by outcome.", ["outcome"])
VIEW_BEHIND = Gauge("lapor_view_behind_seconds", "Age of the oldest record that the view has not read; -1 if unknown.")
MESSAGES_LANDED = Counter(
    "lapor_messages_landed_total",
    "Records of the mailboxes of citizens that the conversation handled, by what they led to.",
    ["outcome"],
)
CASES_COMPARED = Counter(
    "lapor_cases_compared_total",
    "Records of the neighbours' mailbox that the step handled, by what they led to.",
    ["outcome"],
)
RETRIES = Counter("lapor_retries_total", "Repeated attempts after a failure, by kind of attempt.", ["what"])
STEP_BATCH = Histogram(
    "lapor_step_batch_records",
    "Records of a step's mailbox that one transaction handled.",
    ["step"],
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000),
)
STEP_FUNCTION_SECONDS = Histogram(
    "lapor_step_function_seconds",
    "Seconds that a step's function took for the records of one transaction.",
    ["step"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
)
STEP_TRANSACTION_SECONDS = Histogram(
    "lapor_step_transaction_seconds",
    "Seconds from the beginning of a step's transaction to the end of its commit.",
    ["step"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
STEP_RESTORE_SECONDS = Histogram(
    "lapor_step_restore_seconds",
    "Seconds from the assignment of a partition until its states were complete.",
    ["step"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80),
)
STEP_INPUT_AGE_SECONDS = Histogram(
    "lapor_step_input_age_seconds",
    "Seconds from the timestamp of the oldest record of a transaction to its commit.",
    ["step"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 3600),
)
STEP_ABORTED = Counter("lapor_step_aborted_transactions_total", "Transactions of a step that were aborted.", ["step"])
STEP_STATES = Gauge(
    "lapor_step_states", "Entries in the local copy of a step's states, roughly; a timer is one too.", ["step"]
)
STEP_STATE_BYTES = Gauge("lapor_step_state_bytes", "Bytes of the local copy of a step's states, roughly.", ["step"])
STEP_TIMERS = Gauge("lapor_step_timers", "Timers that a worker has proposed and that are not handled yet.", ["step"])
STEP_REFUSED = Gauge("lapor_step_refused_partitions", "Partitions of a worker that wait for an operator.", ["step"])


TALKATIVE = (
    "kafka",
    "aiokafka",
    "httpx",
    "httpcore",
    "uvicorn.access",
    "faust",
    "mode",
    "asyncio",
    "librdkafka",
    "telegram",
)
"""Libraries whose INFO messages are about themselves; only their warnings are logged."""


def configure_logging(service: str, level: str = "INFO") -> None:
    """Write the logs of structlog and the standard library as JSON lines to stderr, each with the name of the service.

    The libraries in TALKATIVE log nothing below WARNING, and clickhouse_driver nothing below CRITICAL.
    """

    def named(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["service"] = service
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        named,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=json.dumps),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    # it logs a traceback per attempt; it also raises its errors as exceptions
    logging.getLogger("clickhouse_driver").setLevel(logging.CRITICAL)


class Heartbeat:
    """A file whose modification time proves that a loop made progress. `lapor doctor` and health checks read it from outside."""

    WRITE_EVERY_S = 1.0
    """Minimum number of seconds between two writes: often enough to notice a stuck loop within seconds, and rare enough to cost nothing."""

    STALE_AFTER_S = 30.0
    """Seconds without a heartbeat after which a loop counts as stuck: no round of a loop waits longer than this for anything."""

    STEP_STALE_AFTER_S = 3.0
    """The same for the worker of a step, which beats each second unless one call of Kafka's client takes longer.

    While it hangs, its partitions stand still, and the readers of its outputs may wait for its open transaction.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Create the folder if it does not exist. The file itself is written by the first `beat`."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / name
        self._last = 0.0
        self._beaten = time.monotonic()
        self._lock = threading.Lock()

    def beat(self, **state: object) -> None:
        """Record that the loop made progress: write the file, with `state` (such as the number of records handled) in it. Thread-safe.

        Does nothing if the last write is less than WRITE_EVERY_S seconds ago. Errors of the disk are ignored.
        """
        now = self._beaten = time.monotonic()
        with self._lock:
            if now - self._last < self.WRITE_EVERY_S:
                return
            self._last = now
            draft = self._path.with_suffix(".new")
            try:
                draft.write_text(json.dumps({"pid": os.getpid(), "at": time.time(), **state}))
                draft.replace(self._path)
            except OSError:  # a full disk must not end the loop; setting the modification time needs no space
                with contextlib.suppress(OSError):
                    os.utime(self._path)

    def end(self) -> None:
        """Remove the file: the loop has ended on purpose, so its silence means nothing."""
        self._last = 0.0
        self._path.unlink(missing_ok=True)

    def seconds_since(self) -> float:
        """Return the seconds since the last call of `beat`, or since this object was made."""
        return time.monotonic() - self._beaten

    def last(self) -> float:
        """Return when the file was last written, by a monotonic clock; 0 before that, and after `end`."""
        return self._last

    @classmethod
    def age_s(cls, folder: Path, name: str) -> float | None:
        """Return the seconds since the last heartbeat of the loop `name` in the folder `folder`, or None if it has no file there.

        The age of a heartbeat in the future, before a clock was set back, is not known: it counts as infinitely old.
        """
        try:
            age_s = time.time() - (folder / name).stat().st_mtime
        except FileNotFoundError:
            return None
        return age_s if age_s > -cls.STALE_AFTER_S else math.inf

    @classmethod
    def stamp(cls, folder: Path, name: str) -> int | None:
        """Return a number that changes with each heartbeat of the loop `name` in the folder `folder`, or None if it has no file there."""
        try:
            return (folder / name).stat().st_mtime_ns
        except FileNotFoundError:
            return None
