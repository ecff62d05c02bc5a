"""The producer of kafka-python, which channels use: it starts while Kafka is away, and no answer comes later than its timeout."""

import contextlib
import threading
import time
from concurrent.futures import Future, InvalidStateError, wait
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from complaints.bus import Position, Record
from complaints.errors import BusUnavailable, ContractViolation
from complaints.limits import HEADER_ROOM_BYTES, RECORD_BYTES
from complaints.runtime import telemetry

RECONNECT_PAUSE_S = 1.0
"""The minimum number of seconds between two attempts to reach a broker that is away: each attempt blocks a channel for up to
BOOTSTRAP_TIMEOUT_MS."""

BOOTSTRAP_TIMEOUT_MS = 2000
"""Milliseconds to wait for a first connection: a running broker answers at once, and a channel that waits keeps a citizen waiting."""


GRACE_S, WATCH_EVERY_S = 1.0, 0.25
"""The number of seconds by which an answer may exceed its timeout before the client counts as hung, and the number between two checks."""


class KafkaPythonProducer:
    """A Producer that connects at the first send, and again after the broker was away. So a channel can start while Kafka is away.

    The class enforces the timeout itself. If a broker dies while kafka-python 3.0.12 asks it for a producer id, the client waits for that
    answer for ever and expires no record. So a thread watches the answers. If one is more than GRACE_S late, all futures that are still
    waiting fail with BusUnavailable, and the next send makes a new client.
    """

    def __init__(self, brokers: str, *, timeout_s: float, linger_ms: int = 5) -> None:
        """Store the settings and start the thread that watches for late answers. The first send makes the connection."""
        self._brokers = brokers.split(",")
        self._timeout_s = timeout_s
        self._linger_ms = linger_ms
        self._lock = threading.Lock()
        self._client: Any = None
        self._next_attempt = 0.0
        self._waiting: dict[Future[Position], float] = {}
        self._closed = threading.Event()
        self._watch = threading.Thread(target=self._replace_when_late, name="kafka-python-watch", daemon=True)
        self._watch.start()

    def send(self, record: Record) -> "Future[Position]":
        """Enqueue a record and return the future of its position (see Producer)."""
        answer: Future[Position] = Future()
        try:
            client = self._connected()
            with self._lock:
                self._waiting[answer] = time.monotonic() + self._timeout_s + GRACE_S
            answer.add_done_callback(self._forget)
            client.send(record.topic, value=record.value, key=record.key, headers=list(record.headers)).add_both(
                lambda outcome: _settle(answer, outcome)
            )
        except (KafkaError, BusUnavailable) as error:
            _settle(answer, error)
        return answer

    def flush(self, timeout_s: float) -> None:
        """Wait until each record sent so far is acknowledged or has failed (see Producer)."""
        with self._lock:
            waiting = list(self._waiting)
        if wait(waiting, timeout=timeout_s).not_done:
            raise BusUnavailable(f"Kafka did not acknowledge all records within {timeout_s} s")

    def close(self) -> None:
        """Stop the watching thread, wait at most the producer's timeout for unacknowledged records, and close the connection."""
        self._closed.set()
        self._watch.join()
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close(timeout=self._timeout_s)

    def _forget(self, answer: "Future[Position]") -> None:
        with self._lock:
            self._waiting.pop(answer, None)

    def _replace_when_late(self) -> None:
        while not self._closed.wait(WATCH_EVERY_S):
            with self._lock:
                late = next(iter(self._waiting.values()), float("inf")) < time.monotonic()
                if not late:
                    continue
                client, self._client = self._client, None
                waiting = list(self._waiting)
            telemetry.RETRIES.labels("kafka-client").inc()
            for answer in waiting:
                _settle(answer, BusUnavailable("the Kafka client did not answer in time"))
            if client is not None:
                threading.Thread(
                    target=client.close, kwargs={"timeout": 0}, name="kafka-python-close", daemon=True
                ).start()

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                if time.monotonic() < self._next_attempt:
                    raise BusUnavailable("Kafka is away")
                try:
                    self._client = self._connect()
                except KafkaError:
                    self._next_attempt = time.monotonic() + RECONNECT_PAUSE_S
                    raise
            return self._client

    def _connect(self) -> Any:
        timeout_ms = int(self._timeout_s * 1000)
        return KafkaProducer(
            bootstrap_servers=self._brokers,
            acks="all",
            enable_idempotence=True,
            linger_ms=self._linger_ms,
            batch_size=1 << 18,
            max_block_ms=timeout_ms,
            request_timeout_ms=max(timeout_ms - 500, 500),
            delivery_timeout_ms=timeout_ms,
            bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
            reconnect_backoff_max_ms=1000,
            max_request_size=RECORD_BYTES + HEADER_ROOM_BYTES,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )


def _settle(answer: "Future[Position]", outcome: Any) -> None:
    with contextlib.suppress(InvalidStateError):  # failed as late already; the client answers after all
        if isinstance(outcome, BaseException):
            answer.set_exception(_mapped(outcome))
        else:
            answer.set_result(Position(outcome.topic, outcome.partition, outcome.offset))


def _mapped(error: BaseException) -> BusUnavailable | ContractViolation:
    if isinstance(error, (MessageSizeTooLargeError, RecordListTooLargeError)):
        return ContractViolation(f"the record is larger than {RECORD_BYTES} bytes, Kafka never accepts it: {error}")
    return error if isinstance(error, BusUnavailable) else BusUnavailable(f"Kafka did not accept the record: {error}")
