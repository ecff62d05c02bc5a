"""The code that consumer, producer and scanner share: the conversion of records, and the mapping of Kafka's errors."""

import time
from collections.abc import Callable
from typing import Final, TypeVar, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message
from confluent_kafka import TopicPartition as ConfluentPartition

from complaints.bus import Headers, StoredRecord
from complaints.bus.confluent import profiles
from complaints.errors import BusUnavailable, ContractViolation

END: Final = KafkaError._PARTITION_EOF  # noqa: SLF001  # librdkafka's local errors begin with an underscore

_PASSING_ERRORS = {
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001  # the same
    KafkaError._TRANSPORT,  # noqa: SLF001  # the same
    KafkaError._MAX_POLL_EXCEEDED,  # noqa: SLF001  # the same
}
"""Errors from which librdkafka recovers by itself."""


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
}
"""Errors of a broker that has just started, or of a connection that it has just closed."""

T = TypeVar("T")


def is_record(message: Message) -> bool:
    """Return whether a polled message is a record. It is none if it marks the end of a partition or is an error that passes by itself.

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


def patiently(topic: str, ask: Callable[[], T]) -> T:
    """Return the answer to a request; repeat the request for at most PATIENCE_S while its errors may pass, as at a broker's start.

    Args:
        topic: the name of the topic, for the error.
        ask: makes the request.

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


def extent(consumer: Consumer, topic: str, partition: int) -> tuple[int, int]:
    """Return the offset of the first record of a partition, and the one after all that a consumer may read.

    Raises:
        BusUnavailable: the broker did not answer in time.
    """
    at = ConfluentPartition(topic, partition)
    return patiently(topic, lambda: consumer.get_watermark_offsets(at, timeout=ANSWER_S)) or (0, 0)


def has_regrown(consumer: Consumer, topic: str, partition: int, last: tuple[int, int]) -> bool:
    """Return whether a partition lost records and has others in their place: later ones at or before the offset of one that was read.

    If a broker's clock was ahead for a moment, it may say so of a partition that lost nothing: then see is_there.

    Args:
        consumer: asks the broker.
        topic: of LogAppendTime.
        partition: its number.
        last: the offset of the last record that was read, and its time in milliseconds since 1970.

    Raises:
        BusUnavailable: the broker did not answer in time.
    """
    offset, at_ms = last
    later = ConfluentPartition(topic, partition, at_ms + 1)
    (found,) = patiently(topic, lambda: consumer.offsets_for_times([later], timeout=ANSWER_S))
    return 0 <= found.offset <= offset


def is_there(brokers: str, topic: str, partition: int, last: tuple[int, int]) -> bool:
    """Return whether a record that was read is still in its place: then none before it was lost, though one may seem to be later.

    It seems so if the broker's clock was ahead for a moment.

    Args:
        brokers: host:port, separated by commas.
        topic: its name.
        partition: its number.
        last: the offset of the record, and its time in milliseconds since 1970.

    Raises:
        BusUnavailable: the broker did not answer in time.
    """
    consumer, until = Consumer(profiles.scanner(brokers)), time.monotonic() + ANSWER_S
    consumer.assign([ConfluentPartition(topic, partition, last[0])])
    try:
        while time.monotonic() < until:
            message = consumer.poll(PAUSE_S)
            if message is not None and (is_record(message) or is_end(message)):
                return message.error() is None and (message.offset(), message.timestamp()[1]) == last
    finally:
        consumer.close()
    raise BusUnavailable(f"{topic}/{partition} could not be read within {ANSWER_S:.0f} s")


def mapped(error: KafkaError) -> BusUnavailable | ContractViolation:
    """Return this project's error for Kafka's error of a write: ContractViolation if the record is too large, else BusUnavailable."""
    if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
        return ContractViolation(f"the record is too large for Kafka: {error}")
    return BusUnavailable(f"Kafka did not accept the record: {error}")


def _headers(message: Message) -> Headers:
    found = cast("list[tuple[str, bytes | None]]", message.headers() or [])
    return tuple([(name, value or b"") for name, value in found])
