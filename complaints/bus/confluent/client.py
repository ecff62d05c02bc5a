"""The code that consumer, producer and scanner share: the conversion of records, and the mapping of Kafka's errors."""

from typing import Final, cast

from confluent_kafka import KafkaError, Message

from complaints.bus import Headers, StoredRecord
from complaints.errors import BusUnavailable, ContractViolation

END: Final = KafkaError._PARTITION_EOF  # noqa: SLF001  # librdkafka's local errors begin with an underscore

_PASSING_ERRORS = {
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001  # the same
    KafkaError._TRANSPORT,  # noqa: SLF001  # the same
    KafkaError._MAX_POLL_EXCEEDED,  # noqa: SLF001  # the same
}
"""Errors from which librdkafka recovers by itself."""


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


def mapped(error: KafkaError) -> BusUnavailable | ContractViolation:
    """Return this project's error for Kafka's error of a write: ContractViolation if the record is too large, else BusUnavailable."""
    if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
        return ContractViolation(f"the record is too large for Kafka: {error}")
    return BusUnavailable(f"Kafka did not accept the record: {error}")


def _headers(message: Message) -> Headers:
    found = cast("list[tuple[str, bytes | None]]", message.headers() or [])
    return tuple([(name, value or b"") for name, value in found])
