"""confluent-kafka behind the bus: for those who move many records (router, sink, replay)."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future
from typing import Any, TypeVar, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer
from confluent_kafka import TopicPartition as ConfluentPartition

from complaints.bus import Batch, Headers, Offsets, Position, Record, StoredRecord, TopicPartition
from complaints.errors import BusUnavailable, ContractViolation

SESSION_TIMEOUT_MS = 10_000
"""A killed worker's partitions wait so long for a new owner; below 6 s the broker refuses, and a pause of a busy machine is no death."""

SCAN_TIMEOUT_S = 10.0
"""A broker that holds a record gives it in milliseconds; after this it is away."""

_IDLE_S = 0.2

T = TypeVar("T")
_PASSING_ERRORS = {
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001  # librdkafka names its local errors so
    KafkaError._TRANSPORT,  # noqa: SLF001  # the same
    KafkaError._MAX_POLL_EXCEEDED,  # noqa: SLF001  # the same
}
"""What librdkafka heals by itself."""

_STARTING = {KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError._TRANSPORT}  # noqa: SLF001  # as above
"""What a broker answers in its first moments, or a connection that it has just cut."""

_REBALANCING = {KafkaError.ILLEGAL_GENERATION, KafkaError.REBALANCE_IN_PROGRESS, KafkaError.UNKNOWN_MEMBER_ID}
"""A commit that met a member joining or leaving: a moment later the group is in step again."""

COMMIT_PATIENCE_S, COMMIT_PAUSE_S = 15.0, 0.1
"""Longer than SESSION_TIMEOUT_MS, after which the group no longer waits for a member that died while it joined."""

_END = KafkaError._PARTITION_EOF  # noqa: SLF001  # the same


class ConfluentProducer:
    """A Producer: idempotent, acks=all, keyed by murmur2 as Kafka's Java client and kafka-python do."""

    def __init__(self, brokers: str, *, timeout_s: float = 30.0, linger_ms: int = 5) -> None:
        """Start; the broker need not be there yet.

        Args:
            brokers: host:port, comma-separated.
            timeout_s: seconds after which an unanswered record's future fails.
            linger_ms: milliseconds that records wait for company in one request.
        """
        self._producer = Producer(
            {
                "bootstrap.servers": brokers,
                "acks": "all",
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "linger.ms": linger_ms,
                "delivery.timeout.ms": int(timeout_s * 1000),
                "request.timeout.ms": max(int(timeout_s * 1000) - linger_ms, 1),
                "queue.buffering.max.messages": 500_000,
                "reconnect.backoff.max.ms": 1000,
                "logger": _quiet(),
            }
        )
        self._stop = threading.Event()
        self._poller = threading.Thread(target=self._serve, name="confluent-producer", daemon=True)
        self._poller.start()

    def _serve(self) -> None:
        while not self._stop.is_set():
            self._producer.poll(0.1)

    def send(self, record: Record) -> "Future[Position]":
        """Enqueue a record (see Producer)."""
        answer: Future[Position] = Future()

        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is None:
                answer.set_result(Position(message.topic() or "", message.partition() or 0, message.offset() or 0))
            else:
                answer.set_exception(_mapped(error))

        try:
            self._produce(record, delivered)
        except KafkaException as error:
            answer.set_exception(_mapped(error.args[0]))
        return answer

    def write(self, records: Collection[Record], timeout_s: float) -> None:
        """Write records and return when Kafka has all of them.

        A future for each costs as much as the rest of the way to Kafka; whoever needs only the answer for all saves it.

        Args:
            records: of any topics.
            timeout_s: seconds to wait for the last answer.

        Raises:
            BusUnavailable: Kafka did not take all of them in time.
            ContractViolation: it never will take one of them.
        """
        answers: list[KafkaError | None] = []  # a list, since callbacks come from two threads and appending is atomic

        def delivered(error: KafkaError | None, _message: Message) -> None:
            answers.append(error)

        try:
            for record in records:
                self._produce(record, delivered)
        except KafkaException as error:
            raise _mapped(error.args[0]) from error
        self.flush(timeout_s)
        for refused in filter(None, answers):
            raise _mapped(refused)
        if len(answers) < len(records):
            raise BusUnavailable(f"Kafka gave {len(answers)} answers to {len(records)} records")

    def _produce(self, record: Record, delivered: Callable[[KafkaError | None, Message], None]) -> None:
        while True:
            try:
                self._producer.produce(
                    record.topic, record.value, record.key, on_delivery=delivered, headers=list(record.headers)
                )
            except BufferError:
                self._producer.poll(0.05)  # the local queue is full: wait for answers
            else:
                return

    def flush(self, timeout_s: float) -> None:
        """Wait for all answers (see Producer)."""
        left = self._producer.flush(timeout_s)
        if left:
            raise BusUnavailable(f"Kafka did not take {left} records within {timeout_s} s")

    def close(self) -> None:
        """Flush and let go."""
        self._producer.flush(5.0)
        self._stop.set()
        self._poller.join()


class ConfluentConsumer:
    """A BatchConsumer. Members share each topic by ranges: the sticky strategies balance the sum, and gave one member all complaints."""

    def __init__(self, brokers: str, *, group: str, topics: Collection[str]) -> None:
        """Join the group at the first poll.

        Args:
            brokers: host:port, comma-separated.
            group: the consumer group.
            topics: what to read; from the first record where the group has no progress yet.
        """
        self._revoked: Callable[[Collection[TopicPartition]], None] = lambda _: None
        self._handed_over = 0
        self._consumer = Consumer(
            {
                "bootstrap.servers": brokers,
                "group.id": group,
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "auto.offset.reset": "earliest",
                "partition.assignment.strategy": "range",
                "session.timeout.ms": SESSION_TIMEOUT_MS,
                "heartbeat.interval.ms": SESSION_TIMEOUT_MS // 4,
                "fetch.wait.max.ms": 50,
                "topic.metadata.refresh.interval.ms": 30_000,
                "reconnect.backoff.max.ms": 1000,
                "logger": _quiet(),
            }
        )
        self._consumer.subscribe(list(topics), on_revoke=self._on_revoke, on_lost=self._on_lost)

    def _on_lost(self, *_: object) -> None:
        self._handed_over += 1
        self._revoked(())

    def _on_revoke(self, _: Consumer, partitions: list[ConfluentPartition]) -> None:
        self._handed_over += 1
        self._revoked([(partition.topic, partition.partition) for partition in partitions])

    def poll(self, *, max_records: int, timeout_s: float) -> Batch:
        """Return what there is (see BatchConsumer)."""
        first = self._consumer.poll(timeout_s)
        if first is None:
            return []
        before = self._handed_over
        # What already waits on this side comes with it; waiting for a full batch would cost the first one its latency.
        rest = self._consumer.consume(max_records - 1, timeout=0) if max_records > 1 else []
        # All partitions go at once (range): the first record is the next owner's when they went in between, and comes again.
        ours = rest if before != self._handed_over else (first, *rest)
        return [_stored(message) for message in ours if _is_record(message)]

    def commit(self, offsets: Offsets, notes: Mapping[TopicPartition, str] | None = None) -> None:
        """Store progress (see BatchConsumer)."""
        if not offsets:
            return
        marks = [
            ConfluentPartition(topic, partition, offset, metadata=(notes or {}).get((topic, partition), ""))
            for (topic, partition), offset in offsets.items()
        ]
        deadline = time.monotonic() + COMMIT_PATIENCE_S
        while True:
            try:
                self._consumer.commit(offsets=marks, asynchronous=False)
            except KafkaException as error:
                if error.args[0].code() not in _REBALANCING or time.monotonic() > deadline:
                    raise BusUnavailable(f"progress could not be stored: {error}") from error
                time.sleep(COMMIT_PAUSE_S)
            else:
                return

    def committed(self) -> Mapping[TopicPartition, tuple[int, str]]:
        """Return stored progress (see BatchConsumer)."""
        try:
            found = self._consumer.committed(self._consumer.assignment(), timeout=SCAN_TIMEOUT_S)
        except KafkaException as error:
            raise BusUnavailable(f"progress could not be read: {error}") from error
        return {(at.topic, at.partition): (at.offset if at.offset >= 0 else -1, at.metadata or "") for at in found}

    def on_revoke(self, callback: Callable[[Collection[TopicPartition]], None]) -> None:
        """Set the call before a hand-over (see BatchConsumer)."""
        self._revoked = callback

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close()


class ConfluentScanner:
    """A Scanner."""

    def __init__(self, brokers: str) -> None:
        """Keep the settings; `brokers` is host:port, comma-separated."""
        self._consumer = Consumer(
            {
                "bootstrap.servers": brokers,
                "group.id": "lapor-scan",  # librdkafka wants a name; nothing is ever committed under it
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 50,
                "logger": _quiet(),
            }
        )

    def scan(self, topic: str, *, start: Offsets | None = None, since_ms: int | None = None) -> Iterator[Batch]:
        """Yield what stands there now (see Scanner)."""
        spans = {}
        for partition in self._partitions(topic):
            first, end = self._ends(topic, partition)
            begin = max(first, (start or {}).get((topic, partition), first))
            if since_ms is not None:
                begin = self._offset_at(topic, partition, since_ms)
            if 0 <= begin < end:
                spans[partition] = (begin, end)
        yield from self._spans(topic, spans)

    def ends(self, topic: str) -> Offsets:
        """Return each partition's end (see Scanner)."""
        return {(topic, partition): self._ends(topic, partition)[1] for partition in self._partitions(topic)}

    def read(self, position: Position) -> StoredRecord | None:
        """Return one record (see Scanner)."""
        first, end = self._ends(position.topic, position.partition)
        if not first <= position.offset < end:
            return None
        span = {position.partition: (position.offset, position.offset + 1)}
        return next((stored for batch in self._spans(position.topic, span) for stored in batch), None)

    def _spans(self, topic: str, spans: dict[int, tuple[int, int]]) -> Iterator[Batch]:
        left = {partition: end for partition, (_, end) in spans.items()}
        self._consumer.assign([ConfluentPartition(topic, partition, begin) for partition, (begin, _) in spans.items()])
        silent_since = time.monotonic()
        try:
            while left:
                messages = self._consumer.consume(2000, timeout=_IDLE_S)
                batch = [_stored(message) for message in messages if _is_record(message)]
                batch = [stored for stored in batch if stored.offset < left.get(stored.partition, 0)]
                for message in messages:
                    _close_partition(left, message)
                if messages:
                    silent_since = time.monotonic()
                elif time.monotonic() - silent_since > SCAN_TIMEOUT_S:
                    raise BusUnavailable(f"Kafka gave nothing of {topic} for {SCAN_TIMEOUT_S} s")
                if batch:
                    yield batch
        finally:
            self._consumer.unassign()

    def _partitions(self, topic: str) -> list[int]:
        found = _patiently(topic, lambda: self._consumer.list_topics(topic, timeout=SCAN_TIMEOUT_S).topics[topic])
        return sorted(found.partitions)

    def _ends(self, topic: str, partition: int) -> tuple[int, int]:
        at = ConfluentPartition(topic, partition)
        first, end = _patiently(topic, lambda: self._consumer.get_watermark_offsets(at, timeout=SCAN_TIMEOUT_S))
        return first, end

    def _offset_at(self, topic: str, partition: int, since_ms: int) -> int:
        at = ConfluentPartition(topic, partition, since_ms)
        found = _patiently(topic, lambda: self._consumer.offsets_for_times([at], timeout=SCAN_TIMEOUT_S))
        return int(found[0].offset)  # -1 where nothing is so young

    def close(self) -> None:
        """Let go."""
        self._consumer.close()


def _patiently(topic: str, ask: Callable[[], T]) -> T:
    """Ask again while a broker that has just started does not yet lead its partitions."""
    deadline = time.monotonic() + SCAN_TIMEOUT_S
    while True:
        try:
            return ask()
        except KafkaException as error:
            if (not error.args[0].retriable() and error.args[0].code() not in _STARTING) or time.monotonic() > deadline:
                raise BusUnavailable(f"{topic} could not be read: {error}") from error
            time.sleep(COMMIT_PAUSE_S)


def _close_partition(left: dict[int, int], message: Message) -> None:
    partition = message.partition() or 0
    error = message.error()
    if error is not None:
        if error.code() == _END:
            left.pop(partition, None)
    elif (message.offset() or 0) >= left.get(partition, 0) - 1:
        left.pop(partition, None)


def _is_record(message: Message) -> bool:
    error = message.error()
    if error is None:
        return True
    if error.code() == _END or error.code() in _PASSING_ERRORS or error.retriable():
        return False  # librdkafka goes on by itself
    raise BusUnavailable(f"Kafka answers: {error}")


def _stored(message: Message) -> StoredRecord:
    return StoredRecord(
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        message.key(),
        message.value(),
        _headers(message),
        message.timestamp()[1],
    )


def _headers(message: Message) -> Headers:
    found = cast("list[tuple[str, bytes | None]]", message.headers() or [])
    return tuple([(name, value or b"") for name, value in found])


def _mapped(error: KafkaError) -> BusUnavailable | ContractViolation:
    if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
        return ContractViolation(f"Kafka never takes a record so large: {error}")
    return BusUnavailable(f"Kafka did not take the record: {error}")


def _quiet() -> Any:
    """Keep librdkafka off stderr; its errors reach us as results."""
    return logging.getLogger("librdkafka")
