"""Kafka as the benchmarks of steps see it: the progress of a step, the contents of its outputs, and a new beginning."""

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, Final

import orjson
from confluent_kafka import Consumer, KafkaError, KafkaException, Message
from confluent_kafka import TopicPartition as ConfluentPartition
from confluent_kafka.admin import AdminClient

from benchmarks.processes import wait_until
from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import END, is_record
from complaints.bus.kafka_python import KafkaPythonAdmin
from complaints.contract import CASE_EVENTS, CASES, COMPLAINTS, CONVERSATIONS, topics
from complaints.errors import UnavailableError
from ops.offsets import EARLIEST, offsets_of, set_offsets
from ops.topics import apply
from router.cases.step import STEP

ANSWER_S: Final = 10.0
"""Seconds for one answer of Kafka."""

PATIENCE_S: Final = 60.0
"""Seconds for what takes several answers: a group without members, a topic that is gone, a topic that is read to its end."""

OUTPUTS: Final = (CASES, CASE_EVENTS, CONVERSATIONS)
"""The topics that the router's step writes."""


class Broker:
    """Kafka as it is seen from outside the step."""

    def __init__(self, brokers: str) -> None:
        self.address = brokers
        self._asks = KafkaPythonAdmin(brokers, timeout_s=ANSWER_S)
        self._admin = AdminClient(profiles.admin(brokers))

    def close(self) -> None:
        """Close the connections."""
        self._asks.close()

    def written(self, topic: str) -> int:
        """Return the number of offsets of a topic: its records, and in a topic of transactions also their markers."""
        return sum(self._asks.end_offsets(topic).values())

    def handled(self, group: str, mailbox: str = COMPLAINTS) -> int:
        """Return the number of records that a group has committed. With transactions, all that they led to is committed too."""
        return sum(offset for (topic, _), offset in self._asks.group_offsets(group).items() if topic == mailbox)

    def begin_at_first(self, step: str, mailbox: str) -> None:
        """Let a step that has no positions begin with the first record of its mailbox."""
        set_offsets(self._asks, step, offsets_of(self._asks, mailbox, EARLIEST, partitions=()))

    def begin_anew(self) -> None:
        """Make the outputs of the router's step anew, and set its offsets to the first complaint.

        A step keeps its positions with its states, so that new offsets alone would not make it handle anything twice.

        Raises:
            UnavailableError: a topic or the group's last member does not go away.
        """
        self._admin.delete_topics(list(OUTPUTS), request_timeout=ANSWER_S)

        def gone() -> bool:
            return not self._admin.list_topics(timeout=ANSWER_S).topics.keys() & set(OUTPUTS)

        wait_until(gone, timeout_s=PATIENCE_S, what="deleting topics", alive=lambda: True)
        self.forget(STEP)
        apply(self._asks, topics().values())
        self.begin_at_first(STEP, COMPLAINTS)

    def forget(self, group: str) -> None:
        """Remove a group with its progress, if there is one. A static member that has stopped delays this by its session timeout."""

        def gone() -> bool:
            try:
                self._admin.delete_consumer_groups([group], request_timeout=ANSWER_S)[group].result(ANSWER_S)
            except KafkaException as error:
                return bool(error.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND)
            return True

        wait_until(gone, timeout_s=PATIENCE_S, what=f"removing the group {group}", alive=lambda: True)


def reader(brokers: str, **others: Any) -> Consumer:
    """Return a consumer that sees only committed records and stores no progress.

    Args:
        brokers: host:port.
        others: further settings by librdkafka's names, with underscores instead of dots.
    """
    more = {name.replace("_", "."): value for name, value in others.items()}
    return Consumer(profiles.scanner(brokers) | {"enable.partition.eof": False} | more)


def committed(brokers: str, names: Collection[str]) -> Iterator[Message]:
    """Yield all committed records of topics.

    Raises:
        UnavailableError: they could not be read to their ends in time.
    """
    consumer = reader(brokers, enable_partition_eof=True)
    try:
        known = consumer.list_topics(timeout=ANSWER_S).topics
        left = {(name, partition) for name in names for partition in known[name].partitions}
        consumer.assign([ConfluentPartition(name, partition, 0) for name, partition in left])
        deadline = time.monotonic() + PATIENCE_S
        while left:
            if time.monotonic() > deadline:
                raise UnavailableError(f"{', '.join(names)} could not be read to the end within {PATIENCE_S:.0f} s")
            for message in consumer.consume(5000, timeout=0.2):
                error = message.error()
                if error is not None and error.code() == END:
                    left.discard((message.topic() or "", message.partition() or 0))
                elif is_record(message):
                    deadline = time.monotonic() + PATIENCE_S
                    yield message
    finally:
        consumer.close()


@contextmanager
def watching(brokers: str, take: Callable[[dict[str, str]], None]) -> Iterator[None]:
    """Call a function with each fact as soon as it arrives, as at any reader of committed records, until the block ends."""
    stop = threading.Event()

    def watch() -> None:
        consumer = reader(brokers, fetch_wait_max_ms=100)
        partitions = consumer.list_topics(CASE_EVENTS, timeout=ANSWER_S).topics[CASE_EVENTS].partitions
        consumer.assign([ConfluentPartition(CASE_EVENTS, partition, 0) for partition in partitions])
        while not stop.is_set():
            message = consumer.poll(0.1)
            if message is not None and is_record(message):
                take(orjson.loads(message.value() or b"{}"))
        consumer.close()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join(PATIENCE_S)
