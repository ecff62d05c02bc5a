"""What a step's worker needs of Kafka: its two consumers, its transactional producer, ids of topics, and a fence."""

import contextlib
import time
from collections.abc import Mapping
from typing import Any, Final

from confluent_kafka import Consumer, ConsumerGroupState, KafkaError, KafkaException, Producer, TopicCollection
from confluent_kafka import TopicPartition as ConfluentPartition
from confluent_kafka.admin import AdminClient

from complaints.bus.confluent.client import settings
from complaints.errors import BusUnavailable

TRANSACTION_TIMEOUT_MS: Final = 5_000
"""How long a hung transaction may block the readers of its outputs, before the broker's sweep aborts it."""

SESSION_TIMEOUT_MS: Final = 6_000
"""How long the partitions of a worker that died wait for it, or for another worker. The broker refuses less."""

ANSWER_S: Final = 5.0
"""How long to wait for one answer of the broker."""

FENCE_S: Final = 10.0
"""How long a fence may take: the coordinator first aborts the open transaction."""

PAUSE_S: Final = 0.2

_NOT_YET = {
    KafkaError.UNSTABLE_OFFSET_COMMIT,
    KafkaError._TIMED_OUT,  # noqa: SLF001  # librdkafka names its local errors so
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.NOT_COORDINATOR,
}
"""Answers about committed offsets while a transaction holds them, or while the broker starts."""


def transactional_id(step: str, ordinal: int) -> str:
    """Return the transactional id of a worker; its group instance id is the same."""
    return f"{step}-{ordinal}"


def mailbox_consumer(brokers: str, *, group: str, member: str, client: str) -> Consumer:
    """Return the consumer of the mailbox: a static member that sees only committed records and starts nowhere by itself.

    Args:
        brokers: host:port, separated by commas.
        group: the step's name.
        member: the group instance id.
        client: says on which disk the worker keeps its states.
    """
    return Consumer(
        settings(
            brokers,
            group_id=group,
            group_instance_id=member,
            client_id=client,
            isolation_level="read_committed",
            enable_auto_commit=False,
            enable_auto_offset_store=False,
            auto_offset_reset="error",
            partition_assignment_strategy="range",
            session_timeout_ms=SESSION_TIMEOUT_MS,
            heartbeat_interval_ms=SESSION_TIMEOUT_MS // 4,
            queued_max_messages_kbytes=16_384,
            fetch_queue_backoff_ms=20,
            fetch_wait_max_ms=20,
        )
    )


def states_consumer(brokers: str, *, isolation: str) -> Consumer:
    """Return a consumer that copies the state topic, outside any group.

    Args:
        brokers: host:port, separated by commas.
        isolation: read_committed to read states, read_uncommitted to see the true end of the topic.
    """
    return Consumer(
        settings(
            brokers,
            group_id="lapor-restore",  # librdkafka requires a name; nothing is ever committed under it
            isolation_level=isolation,
            enable_auto_commit=False,
            enable_auto_offset_store=False,
            enable_partition_eof=True,
            auto_offset_reset="error",
            fetch_message_max_bytes=8 << 20,
            queued_max_messages_kbytes=32_768,
            fetch_wait_max_ms=20,
            check_crcs=False,
        )
    )


def transactional_producer(brokers: str, id_: str, *, linger_ms: int = 5) -> Producer:
    """Return a producer whose first call must be init_transactions.

    Args:
        brokers: host:port, separated by commas.
        id_: the transactional id.
        linger_ms: milliseconds that a record waits for others to join its request.
    """
    return Producer(
        settings(
            brokers,
            transactional_id=id_,
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
            acks="all",
            enable_idempotence=True,
            linger_ms=linger_ms,
            compression_type="lz4",
            partitioner="murmur2_random",
            queue_buffering_max_messages=100_000,
            message_max_bytes=1_048_576,
        )
    )


def fence(brokers: str, id_: str) -> bool:
    """Abort the open transaction of a worker that hangs or died, and refuse everything else it does under its id.

    Returns:
        Whether the broker has done so.
    """
    producer = transactional_producer(brokers, id_)
    with contextlib.suppress(KafkaException):
        producer.init_transactions(FENCE_S)
        return True
    return False


def topic_ids(admin: AdminClient, *topics: str) -> dict[str, str]:
    """Return the ids of topics: a topic that is deleted and made anew has another one.

    Raises:
        BusUnavailable: the broker did not answer, or one of them does not exist.
    """
    found: dict[str, str] = {}
    try:
        for name, answer in admin.describe_topics(TopicCollection(list(topics)), request_timeout=ANSWER_S).items():
            found[name] = str(answer.result(ANSWER_S + 1).topic_id)
    except (KafkaException, TimeoutError) as error:
        raise BusUnavailable(f"the topics {', '.join(topics)} could not be described: {error}") from error
    return found


def committed(
    consumer: Consumer, partitions: list[ConfluentPartition], *, patience_s: float
) -> Mapping[int, ConfluentPartition]:
    """Return the committed offset of each partition. It waits for transactions that still hold one.

    Args:
        consumer: of the mailbox; it reads committed offsets only.
        partitions: of the mailbox.
        patience_s: seconds to wait for open transactions.

    Raises:
        BusUnavailable: the broker did not answer, or a transaction stayed open.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            found = consumer.committed(partitions, timeout=1.0)
            faults = [at.error for at in found if at.error is not None]
            if not faults:
                return {at.partition: at for at in found}
            fault = faults[0]
        except KafkaException as error:
            fault = error.args[0]
        if fault.code() not in _NOT_YET or time.monotonic() > deadline:
            raise BusUnavailable(f"the committed offsets could not be read: {fault}")
        time.sleep(PAUSE_S)


def rival(admin: AdminClient, *, group: str, member: str, client: str) -> str:
    """Return the host of a live worker with the same ordinal on another disk, or an empty string if there is none.

    Args:
        admin: asks the broker.
        group: the step's name.
        member: the group instance id.
        client: this worker's client id; a former process on the same disk has the same one, and is dead.
    """
    try:
        asked = admin.describe_consumer_groups([group], request_timeout=ANSWER_S)
        described: Any = asked[group].result(ANSWER_S + 1)
    except (KafkaException, TimeoutError):
        return ""
    if described.state in {ConsumerGroupState.DEAD, ConsumerGroupState.EMPTY}:
        return ""
    for one in described.members:
        if one.group_instance_id == member and one.client_id != client:
            return str(one.host)
    return ""
