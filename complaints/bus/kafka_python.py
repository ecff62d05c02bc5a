"""The bus on kafka-python: the producer that channels use, and the administrator of topics."""

import contextlib
import dataclasses
import threading
import time
from concurrent.futures import Future, InvalidStateError, wait
from typing import Any

from kafka import KafkaAdminClient, KafkaProducer
from kafka import TopicPartition as KafkaTopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import (
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAlreadyExistsError,
)

from complaints.bus import MAX_RECORD_BYTES, Offsets, Position, Record
from complaints.contract import Topic, topics
from complaints.errors import BusUnavailable, ContractViolation
from complaints.runtime import telemetry

RECONNECT_PAUSE_S = 1.0
"""The minimum number of seconds between two attempts to reach a broker that is away: each attempt blocks a channel for up to
BOOTSTRAP_TIMEOUT_MS."""

BOOTSTRAP_TIMEOUT_MS = 2000
"""Milliseconds to wait for a first connection: a running broker answers at once, and a channel that waits keeps a citizen waiting."""


GRACE_S, WATCH_EVERY_S = 1.0, 0.25
"""The number of seconds by which an answer may exceed its timeout before the client counts as hung, and the number between two checks."""

HEADER_ROOM_BYTES = 20_000
"""The number of bytes for the key and the CloudEvents attributes, in addition to a value of MAX_RECORD_BYTES."""


class KafkaPythonProducer:
    """A Producer that connects at the first send, and again after the broker was away. So a channel can start while Kafka is away.

    The class enforces the timeout itself. If a broker dies while kafka-python 3.0.12 asks it for a producer id, the client waits for that
    answer for ever and expires no record. So a thread watches the answers. If one is more than GRACE_S late, all futures that are still
    waiting fail with BusUnavailable, and the next send makes a new client.
    """

    def __init__(self, brokers: str, *, timeout_s: float, linger_ms: int = 5) -> None:
        """Store the settings and start the thread that watches for late answers. The first send makes the connection.

        Args:
            brokers: host:port, separated by commas.
            timeout_s: seconds after which the future of an unanswered record fails.
            linger_ms: milliseconds for which a record waits for others to share its request.
        """
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
        """Wait until each record sent so far is acknowledged or has failed (see Producer).

        Raises:
            BusUnavailable: some records were neither after `timeout_s` seconds.
        """
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
            max_request_size=MAX_RECORD_BYTES + HEADER_ROOM_BYTES,
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
        return ContractViolation(f"the record is larger than {MAX_RECORD_BYTES} bytes, Kafka never accepts it: {error}")
    return error if isinstance(error, BusUnavailable) else BusUnavailable(f"Kafka did not accept the record: {error}")


class KafkaPythonAdmin:
    """Creates topics and reads the offsets of topics and consumer groups, with kafka-python (see Admin)."""

    def __init__(self, brokers: str, *, timeout_s: float = 10.0) -> None:
        """Connect to Kafka.

        Args:
            brokers: host:port, separated by commas.
            timeout_s: seconds to wait for each answer.

        Raises:
            BusUnavailable: no broker answered.
        """
        try:
            self._client = KafkaAdminClient(
                bootstrap_servers=brokers.split(","),
                request_timeout_ms=int(timeout_s * 1000),
                bootstrap_timeout_ms=int(timeout_s * 1000),
            )
        except KafkaError as error:
            raise BusUnavailable(f"no Kafka at {brokers}: {error}") from error

    def ensure_topics(self, replication: int = -1) -> list[str]:
        """Create the declared topics that do not exist, and return their names (see Admin).

        Args:
            replication: the number of copies of each partition; -1 means the broker's default.

        Raises:
            BusUnavailable: Kafka did not create or list the topics.
        """
        try:
            missing = [topic for name, topic in topics().items() if name not in set(self._client.list_topics())]
            for topic in missing:
                self._create(topic, replication)
        except KafkaError as error:
            raise BusUnavailable(f"the topics could not be created: {error}") from error
        return [topic.name for topic in missing]

    def _create(self, topic: Topic, replication: int) -> None:
        configs = {"retention.ms": str(topic.retention_ms)}
        wanted = {"num_partitions": topic.partitions, "replication_factor": replication, "configs": configs}
        try:
            self._client.create_topics({topic.name: wanted}, wait_for_metadata=True)
        except TopicAlreadyExistsError:
            return  # another process created it first

    def create_like(self, name: str, like: str, *, retention_ms: int) -> None:
        """Create the topic `name` with as many partitions as the declared topic `like`, unless `name` exists (see Admin).

        Raises:
            BusUnavailable: Kafka did not create the topic.
        """
        try:
            self._create(dataclasses.replace(topics()[like], name=name, retention_ms=retention_ms), replication=-1)
        except KafkaError as error:
            raise BusUnavailable(f"the topic {name} could not be created: {error}") from error

    def end_offsets(self, topic: str) -> Offsets:
        """Return, for each partition of a topic, the offset after its last record (see Admin).

        Raises:
            BusUnavailable: Kafka did not return the offsets.
        """
        try:
            partitions = [entry["partition_index"] for entry in self._client.describe_topics([topic])[0]["partitions"]]
            wanted = {KafkaTopicPartition(topic, partition): OffsetSpec.LATEST for partition in partitions}
            found = self._client.list_partition_offsets(wanted)
        except KafkaError as error:
            raise BusUnavailable(f"the ends of {topic} could not be read: {error}") from error
        return {(at.topic, at.partition): answer.offset for at, answer in found.items()}

    def group_offsets(self, group: str) -> Offsets:
        """Return the offset that a consumer group has committed for each partition, without partitions for which it has none (see Admin).

        Raises:
            BusUnavailable: Kafka did not return the offsets.
        """
        try:
            found = self._client.list_group_offsets(group)
        except KafkaError as error:
            raise BusUnavailable(f"the progress of {group} could not be read: {error}") from error
        return {(at.topic, at.partition): answer.offset for at, answer in found.get(group, {}).items()}

    def close(self) -> None:
        """Close the connection to Kafka."""
        self._client.close()
