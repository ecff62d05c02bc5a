"""The group consumer of confluent-kafka, for the services that read many records: router, sink and the senders of replies."""

import time
from collections.abc import Callable, Collection

from confluent_kafka import Consumer, KafkaError, KafkaException
from confluent_kafka import TopicPartition as ConfluentPartition

from complaints.bus import Batch, Offsets, TopicPartition
from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import is_record, stored
from complaints.errors import BusUnavailable

_REBALANCING = {KafkaError.ILLEGAL_GENERATION, KafkaError.REBALANCE_IN_PROGRESS, KafkaError.UNKNOWN_MEMBER_ID}
"""Errors of a commit while a member joins or leaves. A moment later the group is stable again."""

COMMIT_PATIENCE_S, COMMIT_PAUSE_S = 15.0, 0.1
"""Seconds for which a commit is repeated, and the pause between two tries. The first is longer than profiles.GROUP_SESSION_MS, after which
the group drops a member that died while it joined."""


class ConfluentConsumer:
    """Reads the records of topics in batches for a consumer group (see BatchConsumer). It sees committed records only."""

    def __init__(self, brokers: str, *, group: str, topics: Collection[str]) -> None:
        """Prepare the consumer. It joins the group at the first `poll`.

        Args:
            brokers: host:port, separated by commas.
            group: the consumer group.
            topics: the topics to read, from the first record if the group has no committed offset yet.
        """
        self._revoked: Callable[[Collection[TopicPartition]], None] = lambda _: None
        self._handed_over = 0
        self._consumer = Consumer(profiles.group_reader(brokers, group))
        self._consumer.subscribe(list(topics), on_revoke=self._on_revoke, on_lost=self._on_lost)

    def _on_lost(self, *_: object) -> None:
        self._handed_over += 1
        self._revoked(())

    def _on_revoke(self, _: Consumer, partitions: list[ConfluentPartition]) -> None:
        self._handed_over += 1
        self._revoked([(partition.topic, partition.partition) for partition in partitions])

    def poll(self, *, max_records: int, timeout_s: float) -> Batch:
        """Return the first record that arrives within `timeout_s` seconds and those already fetched, at most `max_records`; empty if none.

        The first record is left out if its partition goes to another member meanwhile.

        Raises:
            BusUnavailable: Kafka answered with an error that does not pass by itself.
        """
        first = self._consumer.poll(timeout_s)
        if first is None:
            return []
        before = self._handed_over
        # Take what has already been fetched. Waiting for a full batch would delay the first record.
        rest = self._consumer.consume(max_records - 1, timeout=0) if max_records > 1 else []
        # With range assignment all partitions are revoked at once. If that happened in between, the first record belongs to the
        # next owner, which will read it again.
        ours = rest if before != self._handed_over else (first, *rest)
        return [stored(message) for message in ours if is_record(message)]

    def commit(self, offsets: Offsets) -> None:
        """Store the group's offsets on Kafka (see BatchConsumer). Repeat for COMMIT_PATIENCE_S while members join or leave.

        Raises:
            BusUnavailable: they could not be stored.
        """
        if not offsets:
            return
        marks = [ConfluentPartition(topic, partition, offset) for (topic, partition), offset in offsets.items()]
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

    def on_revoke(self, callback: Callable[[Collection[TopicPartition]], None]) -> None:
        """Register the function to call when partitions go to another member (with them) or were lost (with an empty collection)."""
        self._revoked = callback

    def close(self) -> None:
        """Leave the consumer group and close the connection."""
        self._consumer.close()
