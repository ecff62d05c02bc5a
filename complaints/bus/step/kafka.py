"""The requests of a step's worker to Kafka apart from its records: a fence, ids of topics, committed offsets, and other members."""

import contextlib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

import structlog
from confluent_kafka import (
    Consumer,
    ConsumerGroupState,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicCollection,
)
from confluent_kafka import TopicPartition as ConfluentPartition
from confluent_kafka.admin import AdminClient

from complaints.bus import StoredRecord
from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import ANSWER_S, is_record, stored
from complaints.bus.step.options import WorkerOptions
from complaints.errors import BusUnavailable

log = structlog.get_logger()

FENCE_S: Final = 10.0
"""Seconds that a fence may take: the coordinator first aborts the open transaction."""

SLICE_S: Final = 1.0
"""Seconds between two heartbeats during a longer wait."""

PAUSE_S: Final = 0.2

OFFSETS_PATIENCE_S: Final = 12.0
"""Seconds to wait for committed offsets that an open transaction holds: longer than its timeout and the broker's sweep."""

SEEK_S: Final = 5.0
"""Seconds for which a fetcher that has just been given a partition may refuse to seek in it."""

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


def init_transactions(producer: Producer, id_: str, beat: Callable[[], None]) -> None:
    """Abort the transaction that a former process left open under a transactional id, and fence that process.

    Raises:
        BusUnavailable: the broker did not answer in time.
    """
    deadline = time.monotonic() + FENCE_S
    while True:
        beat()
        try:
            with contextlib.suppress(KafkaException):
                # one that is not connected yet is given its id half a second later
                producer.list_topics(timeout=SLICE_S)
            producer.init_transactions(SLICE_S)
        except KafkaException as error:
            if not error.args[0].retriable() or time.monotonic() > deadline:
                raise BusUnavailable(f"{id_} could not begin: {error}") from error
        else:
            return


def fence(admin: AdminClient, options: WorkerOptions, *, group: str, id_: str) -> None:
    """Abort the open transaction of a worker that hangs or died, and refuse everything else it does under its id.

    A worker that is in its group is left alone: the group forgets one that died or hangs before it gives its partitions to others, and
    the transaction that is waited for may be another step's. The caller asks again.
    """
    with contextlib.suppress(BusUnavailable):
        if all(one.group_instance_id != id_ for one in _members(admin, group)):
            log.warning("fencing a worker that left a transaction open", step=group, writer=id_)
            init_transactions(Producer(profiles.transactional(options.brokers, id_)), id_, options.heartbeat)


class Described(NamedTuple):
    """A topic as Kafka has it.

    Attributes:
        topic_id: its id; a topic that is deleted and made anew gets another one.
        partitions: the number of its partitions.
        leaderless: the partitions without a leader, because no running broker has a copy.
    """

    topic_id: str
    partitions: int
    leaderless: frozenset[int] = frozenset()


def described(admin: AdminClient, *topics: str) -> dict[str, Described]:
    """Return the ids and the partitions of topics.

    Raises:
        BusUnavailable: the broker did not answer, or one of them does not exist.
    """
    found: dict[str, Described] = {}
    try:
        for name, answer in admin.describe_topics(TopicCollection(list(topics)), request_timeout=ANSWER_S).items():
            topic = answer.result(ANSWER_S + 1)
            away = frozenset(one.id for one in topic.partitions if one.leader is None or one.leader.id < 0)
            found[name] = Described(str(topic.topic_id), len(topic.partitions), away)
    except (KafkaException, TimeoutError) as error:
        raise BusUnavailable(f"the topics {', '.join(topics)} could not be described: {error}") from error
    return found


def committed(
    consumer: Consumer, partitions: list[ConfluentPartition], *, beat: Callable[[], None]
) -> Mapping[int, ConfluentPartition]:
    """Return the committed offset of each partition. It waits for transactions that still hold one.

    Raises:
        BusUnavailable: the broker did not answer, or a transaction stayed open.
    """
    deadline = time.monotonic() + OFFSETS_PATIENCE_S
    while partitions:
        beat()
        try:
            found = consumer.committed(partitions, timeout=SLICE_S)
            faults = [at.error for at in found if at.error is not None]
            if not faults:
                return {at.partition: at for at in found}
            fault = faults[0]
        except KafkaException as error:
            fault = error.args[0]
        if fault.code() not in _NOT_YET or time.monotonic() > deadline:
            raise BusUnavailable(f"the committed offsets could not be read: {fault}")
        time.sleep(PAUSE_S)
    return {}


def starts(
    found: Mapping[int, ConfluentPartition], extent: Callable[[int], tuple[int, int]], *, away: Collection[int]
) -> dict[int, int]:
    """Return, for each partition, the existing offset that is nearest to the committed one.

    Retention may have deleted the records there. If the client itself asked the broker for an offset, such as the end, the answer could
    come after a seek and undo it. A partition without a leader (`away`) keeps its committed offset, because it is not read.
    """
    return {
        partition: max(0, at.offset) if partition in away else sorted((*extent(partition), at.offset))[1]
        for partition, at in found.items()
    }


def polled(
    consumer: Consumer, most: int, *, wait_s: float, gather_s: float
) -> list[tuple[Message, StoredRecord | None]]:
    """Return the next messages, each with its record if it is one.

    All are looked at before any is dropped: of an error that ends the client there is one message, and silence after it.

    Raises:
        BusUnavailable: one of them is an error from which the client does not recover.
    """
    first = consumer.poll(wait_s)
    messages: list[Message] = [] if first is None else [first]
    if first is not None and most > 1:
        messages += consumer.consume(most - 1, timeout=gather_s)
    return [(message, stored(message) if is_record(message) else None) for message in messages]


def seek(consumer: Consumer, place: ConfluentPartition) -> None:
    """Let a consumer read a partition from an offset.

    Raises:
        BusUnavailable: it does not within SEEK_S.
    """
    deadline = time.monotonic() + SEEK_S
    while True:
        try:
            consumer.seek(place)
        except KafkaException as error:  # a fetcher that has not started yet
            if time.monotonic() > deadline:
                raise BusUnavailable(f"{place} cannot be read: {error}") from error
            time.sleep(0.02)
        else:
            return


def rival(admin: AdminClient, *, group: str, member: str, client: str) -> str:
    """Return the host of a live worker with the same ordinal on another disk, or an empty string if there is none.

    Args:
        admin: asks the broker.
        group: the step's name.
        member: the group instance id.
        client: this worker's client id; a former process on the same disk has the same one, and is dead.

    Raises:
        BusUnavailable: the broker did not answer.
    """
    found = (one for one in _members(admin, group) if one.group_instance_id == member and one.client_id != client)
    return next((str(one.host) for one in found), "")


def members(brokers: str, group: str) -> frozenset[str] | None:
    """Return the group instance ids of the members of a group; None if Kafka does not say."""
    try:
        return frozenset(str(one.group_instance_id) for one in _members(AdminClient(profiles.admin(brokers)), group))
    except BusUnavailable:
        return None


def _members(admin: AdminClient, group: str) -> Sequence[Any]:
    try:
        # librdkafka aborts the process if a question for a group's coordinator times out before the first connection
        # (confluentinc/librdkafka#4605), so the broker must answer another question first
        admin.list_topics(timeout=SLICE_S)
        asked = admin.describe_consumer_groups([group], request_timeout=ANSWER_S)
        found: Any = asked[group].result(ANSWER_S + 1)
    except (KafkaException, TimeoutError) as error:
        raise BusUnavailable(f"the members of {group} could not be read: {error}") from error
    return () if found.state in {ConsumerGroupState.DEAD, ConsumerGroupState.EMPTY} else list(found.members)
