"""What the program says about itself: JSON logs without message text, metrics declared once, and a heartbeat for each loop."""

import contextlib
import json
import logging
import os
import threading
import time
from pathlib import Path

import structlog
from prometheus_client import Counter, Gauge, Histogram

MESSAGES_IN = Counter(
    "lapor_messages_in_total", "Messages that a door received, by what became of them.", ["channel", "outcome"]
)
INTAKE_SECONDS = Histogram(
    "lapor_intake_seconds",
    "Seconds from receiving a message to knowing that it is safe.",
    ["channel"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10),
)
SPOOLED = Gauge("lapor_spool_records", "Records that wait in a door's spool for Kafka.", ["channel"])
EVENTS_ROUTED = Counter(
    "lapor_events_routed_total", "Events that the router took, by what became of them.", ["outcome"]
)
ROWS_STORED = Counter("lapor_rows_stored_total", "Rows that the sink inserted.", ["table"])
REPLIES = Counter("lapor_replies_total", "Replies to citizens, by what became of them.", ["channel", "outcome"])
DEAD_LETTERS = Counter("lapor_dead_letters_total", "Dead letters written, by who wrote them.", ["by"])
X_READS_SHARE = Gauge(
    "lapor_x_reads_share", "Share of the month's budget of posts read from X; at 1 the door stops reading."
)
RETRIES = Counter("lapor_retries_total", "Tries after a failure, by what was tried.", ["what"])


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
"""Libraries whose INFO is about themselves."""


def configure_logging(service: str, level: str = "INFO") -> None:
    """Write structlog and standard-library logs as JSON lines to stderr, each with the service's name.

    Args:
        service: "channel-sms", "router".
        level: DEBUG, INFO, WARNING or ERROR.
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
    logging.getLogger("clickhouse_driver").setLevel(
        logging.CRITICAL
    )  # it logs a trace a try; its errors reach us as exceptions


class Heartbeat:
    """A file whose modification time says when a loop last turned; read from outside by `lapor doctor` and health checks."""

    WRITE_EVERY_S = 1.0
    """Often enough to notice a stuck loop within seconds, rare enough to cost nothing."""

    STALE_AFTER_S = 30.0
    """A loop that has not turned for so long is stuck: no turn waits longer than this for anything."""

    def __init__(self, folder: Path, name: str) -> None:
        """Name the file.

        Args:
            folder: where the heartbeats of all services stand.
            name: the service's.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / name
        self._last = 0.0
        self._lock = threading.Lock()

    def beat(self, **state: object) -> None:
        """Say that the loop turned; `state` is what else is worth knowing, such as how many were handled."""
        now = time.monotonic()
        with self._lock:
            if now - self._last < self.WRITE_EVERY_S:
                return
            self._last = now
            draft = self._path.with_suffix(".new")
            try:
                draft.write_text(json.dumps({"pid": os.getpid(), "at": time.time(), **state}))
                draft.replace(self._path)
            except OSError:  # a full disk ends no loop; the file's time, which needs no room, still tells that it turns
                with contextlib.suppress(OSError):
                    os.utime(self._path)

    @classmethod
    def age_s(cls, folder: Path, name: str) -> float | None:
        """Return the seconds since the service's loop turned last, or None where it never did."""
        try:
            return time.time() - (folder / name).stat().st_mtime
        except FileNotFoundError:
            return None
