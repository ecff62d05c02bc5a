"""The code that consumer, producer and scanner share: the conversion of records, and the mapping of Kafka's errors."""

import time
from collections.abc import Callable
from contextlib import closing
from typing import Final, TypeVar, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message
from confluent_kafka import TopicPartition as ConfluentPartition

from complaints.bus import Headers, Offsets, StoredRecord, TopicPartition
from complaints.bus.confluent import profiles
from complaints.bus.tail import Last, Marks
from complaints.errors import BusUnavailable, ContractViolation

END: Final = KafkaError._PARTITION_EOF  # noqa: SLF001  # librdkafka's local errors begin with an underscore

_PASSING_ERRORS = {
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001  # the same
    KafkaError._TRANSPORT,  # noqa: SLF001  # the same
    KafkaError._MAX_POLL_EXCEEDED,  # noqa: SLF001  # the same
}
"""Errors from which librdkafka recovers on its own."""


ANSWER_S: Final = 5.0
"""Seconds to wait for one answer of a broker. One that is up needs milliseconds."""

PATIENCE_S: Final = 10.0
"""Seconds for which a request is repeated while its errors may pass."""

PAUSE_S: Final = 0.1
"""Seconds between two requests to a broker that is starting."""

_STARTING = {
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.FENCED_LEADER_EPOCH,
    KafkaError.UNKNOWN_LEADER_EPOCH,
    KafkaError._TRANSPORT,  # noqa: SLF001  # the client's own errors have names with an underscore
    KafkaError._UNKNOWN_PARTITION,  # noqa: SLF001  # it has no leader, as far as the client knows
}
"""Errors of a broker that has just started, or of a connection that it has just closed."""

T = TypeVar("T")


def is_record(message: Message) -> bool:
    """Return whether a polled message is a record, not the mark of the end of a partition or an error that passes on its own.

    Raises:
        BusUnavailable: the message is an error from which librdkafka does not recover.
    """
    error = message.error()
    if error is None:
        return True
    if error.code() == END or error.code() in _PASSING_ERRORS or error.retriable():
        return False
    raise BusUnavailable(f"Kafka answers: {error}")


def is_end(message: Message) -> bool:
    """Return whether a polled message marks the end of a partition; its offset is the one after all that the partition has."""
    error = message.error()
    return error is not None and error.code() == END


def epoch_of(message: Message) -> int:
    """Return the epoch of the leader that appended a record; -1 if it is not known."""
    epoch = message.leader_epoch()
    return -1 if epoch is None else epoch


def stored(message: Message) -> StoredRecord:
    """Convert a polled message of confluent-kafka to a StoredRecord. A header without a value gets an empty one."""
    return StoredRecord(
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        message.key(),
        message.value(),
        _headers(message),
        message.timestamp()[1],
    )


class Polled(StoredRecord):
    """A record whose headers are made when they are asked for: the sink asks for few, and making and freeing them takes time."""

    __slots__ = ("_message",)

    def __init__(self, message: Message) -> None:
        """Take all but the headers of a polled message."""
        self._message = message
        self.topic, self.partition, self.offset = message.topic() or "", message.partition() or 0, message.offset() or 0
        self.key, self.value, self.timestamp_ms = message.key(), message.value(), message.timestamp()[1]

    def __getattr__(self, name: str) -> Headers:
        """Make the headers; Python asks here for what is not there yet."""
        if name != "headers":
            raise AttributeError(name)
        self.headers = found = _headers(self._message)
        return found


def patiently(topic: str, ask: Callable[[], T]) -> T:
    """Return the answer to a request; repeat the request for at most PATIENCE_S while its errors may pass, as at a broker's start.

    Raises:
        BusUnavailable: the request failed with an error that does not pass, or was still failing after that time.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return ask()
        except KafkaException as error:
            if (not error.args[0].retriable() and error.args[0].code() not in _STARTING) or time.monotonic() > deadline:
                raise BusUnavailable(f"{topic} could not be read: {error}") from error
            time.sleep(PAUSE_S)


def extent(consumer: Consumer, topic: str, partition: int, *, brokers: str = "") -> tuple[int, int]:
    """Return the offset of the first record of a partition, and the one after all that a consumer may read.

    On its own, a client takes minutes to learn that a partition has a leader again; `list_topics` makes it ask. Within a callback of the
    client itself that is not possible: the next callback would then end the process by an assertion of confluent_kafka.

    Args:
        consumer: the client that asks.
        topic: the name of the topic.
        partition: its number.
        brokers: host:port, separated by commas, for a second client that asks instead, within a callback of `consumer`.

    Raises:
        BusUnavailable: the broker did not answer in time.
    """
    at = ConfluentPartition(topic, partition)

    def ask() -> tuple[int, int] | None:
        try:
            return consumer.get_watermark_offsets(at, timeout=ANSWER_S)
        except KafkaException as error:
            if error.args[0].code() != KafkaError._UNKNOWN_PARTITION:  # noqa: SLF001  # the same
                raise
            if brokers:
                with closing(Consumer(profiles.scanner(brokers))) as other:
                    other.list_topics(topic, timeout=ANSWER_S)
                    return other.get_watermark_offsets(at, timeout=ANSWER_S)
            consumer.list_topics(topic, timeout=ANSWER_S)
            raise

    return patiently(topic, ask) or (0, 0)


def regrown(brokers: str, marks: Marks) -> list[TopicPartition]:
    """Return the partitions that lost records and got others in their place, so that the last record that was read is no longer there.

    If compaction or retention may have deleted that record, a newer record at or before its offset shows the same.

    Raises:
        BusUnavailable: the broker did not answer in time.
    """
    if not marks:
        return []
    consumer, found = Consumer(profiles.prober(brokers)), list[TopicPartition]()
    try:
        spans = {at: extent(consumer, *at) for at in marks}
        there = {at: last.offset for at, last in marks.items() if spans[at][0] <= last.offset < spans[at][1]}
        firsts = _firsts_at(consumer, there)
        for at, last in marks.items():
            first = firsts.get(at)
            if first is not None and first.error() is None and first.offset() == last.offset:
                if first.timestamp()[1] != last.at_ms:
                    found.append(at)
            elif last.offset >= spans[at][1] or _has_later(consumer, at, last):
                found.append(at)
    finally:
        consumer.close()
    return found


def _has_later(consumer: Consumer, at: TopicPartition, last: Last) -> bool:
    """Return whether a partition has a record at or before the last offset that is newer than all records that were read up to there."""
    later = ConfluentPartition(*at, last.latest_ms + 1)
    (found,) = patiently(at[0], lambda: consumer.offsets_for_times([later], timeout=ANSWER_S))
    return 0 <= found.offset <= last.offset


def kept(brokers: str, topic: str, partition: int, epoch: int, end: int) -> int:
    """Return the offset, at most `end`, before which all records of a partition were appended in a leader epoch or an earlier one.

    A broker that lost the end of its log starts with a later epoch. Epochs never fall within a log, so a binary search finds the offset.

    Raises:
        BusUnavailable: the broker did not answer in time.
    """
    consumer = Consumer(profiles.prober(brokers))
    try:
        low, high = extent(consumer, topic, partition)[0], end
        while low < high:
            middle = (low + high) // 2
            found = _firsts_at(consumer, {(topic, partition): middle})[topic, partition]
            if found.error() is None and (found.offset() or 0) < high and epoch_of(found) <= epoch:
                low = (found.offset() or 0) + 1
            else:
                high = middle
        return min(low, end)
    finally:
        consumer.close()


def _firsts_at(consumer: Consumer, offsets: Offsets) -> dict[TopicPartition, Message]:
    """Return the first record at or after an offset of each partition, or its end.

    Raises:
        BusUnavailable: the broker did not answer in time.
    """
    consumer.assign([ConfluentPartition(*at, offset) for at, offset in offsets.items()])
    found, until = dict[TopicPartition, Message](), time.monotonic() + ANSWER_S
    while len(found) < len(offsets):
        message = consumer.poll(PAUSE_S)
        if message is not None and (is_record(message) or is_end(message)):
            at = (message.topic() or "", message.partition() or 0)
            found.setdefault(at, message)
        elif time.monotonic() > until:
            left = ", ".join(f"{topic}/{partition}" for topic, partition in offsets.keys() - found)
            raise BusUnavailable(f"{left} could not be read within {ANSWER_S:.0f} s")
    return found


def mapped(error: KafkaError) -> BusUnavailable | ContractViolation:
    """Return this project's error for Kafka's error of a write: ContractViolation if the record is too large, else BusUnavailable."""
    if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
        return ContractViolation(f"the record is too large for Kafka: {error}")
    return BusUnavailable(f"Kafka did not accept the record: {error}")


def _headers(message: Message) -> Headers:
    found = tuple(cast("list[tuple[str, bytes]]", message.headers() or []))
    if None in [value for _, value in found]:
        return tuple([(name, value or b"") for name, value in found])
    return found
