"""The settings of every confluent-kafka client, by what it is for, with the brokers as host:port, separated by commas."""

import logging
from typing import Any, Final

from complaints.limits import BATCH_BYTES

GROUP_SESSION_MS: Final = 10_000
"""Milliseconds that the partitions of a killed worker wait for a new owner. The broker refuses less than 6000, and busy machines pause."""

STEP_SESSION_MS: Final = 6_000
"""The same for a step, whose worker its supervisor restarts within seconds under the same name: the least that the broker accepts."""

STEP_POLL_MS: Final = 45_000
"""Milliseconds without a poll after which the group gives a step worker's partitions away: longer than a batch takes with the slowest
answers of Kafka (42 s), and much shorter than the default of five minutes, for which a hanging worker would keep them."""

TRANSACTION_MS: Final = 5_000
"""Milliseconds for which a hung transaction may block the readers of its outputs, before the broker's sweep aborts it."""

RESTORE_FETCH_BYTES: Final = 8 << 20
"""Bytes that a restore fetches of a partition at once: there are many states, and the worker does nothing else meanwhile."""

TAIL_FETCH_BYTES: Final = 1 << 20
TAIL_ANSWER_BYTES: Final = 8 << 20
"""Compressed bytes that a tail fetches of a partition, and in one answer. Uncompressed they are several times as many."""

STEP_WAIT_MS: Final = 200
"""Milliseconds that the broker waits for a first record before it answers a fetch of a mailbox. A record that comes is sent at once, but a
resumed partition is fetched only after the answer. Shorter waits make an idle broker answer more often: 20 ms cost it twice the processor
time. Readers that resume nothing have the client's 500 ms."""

LINGER_MS: Final = 5
"""Milliseconds that a record waits for others to join its request. Without the wait, the owner of a message is found 5 ms sooner at one
message per second, but later at 20 or 60 per second: tried with `python -m benchmarks sms-latency`."""

RETRY_MS: Final = 20
"""Milliseconds before a transaction's first request is sent again, doubled each time, to a second: as Kafka's Java client waits.
Kafka refuses a transaction that begins while the markers of the one before are written, for a few milliseconds. With this client's
100 ms all readers behind an open transaction would wait; 5 ms cost more processor time, and at 200 messages a second more waiting."""

PEEK_BYTES: Final = 1 << 16
"""Bytes that are fetched for the age of the oldest record. Kafka returns at least one record, however large."""

Settings = dict[str, Any]
"""As plain data: librdkafka takes its settings by name, each a text, a number or a boolean."""


def admin(brokers: str) -> Settings:
    """Return the settings of a client that asks about topics and groups."""
    return _client(brokers)


def group_reader(brokers: str, group: str) -> Settings:
    """Return the settings of a member of a consumer group without state, the sink. It never chooses a start itself.

    Members share each topic by ranges. The sticky strategies balance only the sum over all topics, and assigned all complaints to one
    member.
    """
    return _reader(
        brokers,
        group,
        enable_partition_eof=True,
        auto_offset_reset="error",
        partition_assignment_strategy="range",
        session_timeout_ms=GROUP_SESSION_MS,
        heartbeat_interval_ms=GROUP_SESSION_MS // 4,
        topic_metadata_refresh_interval_ms=30_000,
    )


def scanner(brokers: str) -> Settings:
    """Return the settings of a reader outside any group, for people and tools."""
    return _reader(brokers, "lapor-scan", enable_partition_eof=True, auto_offset_reset="error", fetch_wait_max_ms=50)


def prober(brokers: str) -> Settings:
    """Return the settings of a reader outside any group that looks at single records, even after an open transaction."""
    return scanner(brokers) | _named(isolation_level="read_uncommitted", max_partition_fetch_bytes=PEEK_BYTES)


def tail(brokers: str) -> Settings:
    """Return the settings of a reader outside any group that reads for ever from positions of its own."""
    return (
        _reader(
            brokers,
            "lapor-tail",
            enable_partition_eof=True,
            auto_offset_reset="error",
            queued_max_messages_kbytes=16_384,  # by default up to 64 MiB are fetched ahead, and 100,000 records per partition
            fetch_max_bytes=TAIL_ANSWER_BYTES,
        )
        | _named(max_partition_fetch_bytes=TAIL_FETCH_BYTES)
    )


def peeker(brokers: str, **more: str) -> Settings:
    """Return the settings of a reader of single records, for their age; `more` are further settings."""
    return _reader(brokers, "lapor-backlog", enable_partition_eof=True, fetch_wait_max_ms=50) | _named(
        max_partition_fetch_bytes=PEEK_BYTES, **more
    )


def mailbox(brokers: str, *, group: str, member: str, client: str) -> Settings:
    """Return the settings of the consumer of a step's mailbox: a static member that never chooses a start itself.

    Args:
        brokers: host:port, separated by commas.
        group: the step's name.
        member: the group instance id.
        client: the client id, which names the disk on which the worker keeps its states.
    """
    return _reader(
        brokers,
        group,
        group_instance_id=member,
        client_id=client,
        enable_partition_eof=True,
        auto_offset_reset="error",
        partition_assignment_strategy="range",
        session_timeout_ms=STEP_SESSION_MS,
        heartbeat_interval_ms=STEP_SESSION_MS // 4,
        max_poll_interval_ms=STEP_POLL_MS,
        queued_max_messages_kbytes=16_384,
        fetch_queue_backoff_ms=20,
        fetch_wait_max_ms=STEP_WAIT_MS,
    )


def states(brokers: str, *, committed: bool) -> Settings:
    """Return the settings of a reader that copies a state topic, outside any group.

    Args:
        brokers: host:port, separated by commas.
        committed: whether it reads states; otherwise it sees the true end of the topic, after open transactions.
    """
    isolation = "read_committed" if committed else "read_uncommitted"
    return _reader(
        brokers,
        "lapor-restore",
        enable_partition_eof=True,
        auto_offset_reset="error",
        queued_max_messages_kbytes=32_768,
        fetch_wait_max_ms=20,
        check_crcs=False,
    ) | _named(isolation_level=isolation, max_partition_fetch_bytes=RESTORE_FETCH_BYTES)


def writer(brokers: str, *, timeout_s: float, is_idempotent: bool = True) -> Settings:
    """Return the settings of a producer without transactions.

    Args:
        brokers: host:port, separated by commas.
        timeout_s: seconds after which a record that Kafka has not answered fails.
        is_idempotent: whether a record that is sent again is written once. The client then needs half a second before its first record.
    """
    return _writer(
        brokers,
        enable_idempotence=is_idempotent,
        linger_ms=LINGER_MS,
        delivery_timeout_ms=int(timeout_s * 1000),
        request_timeout_ms=max(int(timeout_s * 1000) - LINGER_MS, 1),
        queue_buffering_max_messages=500_000,
    )


def transactional(brokers: str, id_: str) -> Settings:
    """Return the settings of a producer whose records appear together, or not at all."""
    return _writer(
        brokers,
        enable_idempotence=True,
        transactional_id=id_,
        transaction_timeout_ms=TRANSACTION_MS,
        linger_ms=LINGER_MS,
        retry_backoff_ms=RETRY_MS,
        compression_type="lz4",
        queue_buffering_max_messages=100_000,
    )


def _client(brokers: str, **others: Any) -> Settings:
    return {
        "bootstrap.servers": brokers,
        "reconnect.backoff.max.ms": 1000,
        "logger": logging.getLogger("librdkafka"),  # keeps librdkafka off stderr; it also returns its errors as results
        **_named(**others),
    }


def _reader(brokers: str, group: str, **others: Any) -> Settings:
    """Return the settings of a consumer, which sees committed records only and stores no progress automatically.

    librdkafka requires a group even for a reader outside any; nothing is ever committed under it.
    """
    return _client(
        brokers,
        group_id=group,
        isolation_level="read_committed",
        enable_auto_commit=False,
        enable_auto_offset_store=False,
        max_partition_fetch_bytes=BATCH_BYTES,
        **others,
    )


def _writer(brokers: str, **others: Any) -> Settings:
    """Return the settings of a producer that waits for all replicas and hashes keys as Kafka's Java client does."""
    return _client(
        brokers,
        acks="all",
        partitioner="murmur2_random",
        message_max_bytes=BATCH_BYTES,
        **others,
    )


def _named(**settings: Any) -> Settings:
    """Return settings by librdkafka's names, which have dots instead of underscores."""
    return {name.replace("_", "."): value for name, value in settings.items()}
