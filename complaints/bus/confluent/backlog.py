"""Measures from outside how far each consumer group is behind: how many records wait for it, and how old the oldest is."""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from typing import TypeVar

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, IsolationLevel, KafkaException, Message
from confluent_kafka import TopicPartition as ConfluentPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._group import ConsumerGroupDescription
from confluent_kafka.admin._listoffsets import OffsetSpec

from complaints.bus import Backlog, Offsets, TopicPartition
from complaints.bus.confluent import profiles
from complaints.errors import BusUnavailable

T = TypeVar("T")
Place = tuple[TopicPartition, int]
"""A partition, and an offset in it."""

READ_TIMEOUT_S = 5.0
"""Seconds to wait for an answer, and for the oldest records of all lagging partitions together. A broker that is up needs milliseconds."""

POLL_S = 0.2
"""Maximum number of seconds of one poll."""


_FIRST: OffsetSpec = OffsetSpec.earliest()  # type: ignore[no-untyped-call]  # the library leaves them untyped
_END: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # the same
_COMMITTED, _UNCOMMITTED = IsolationLevel.READ_COMMITTED, IsolationLevel.READ_UNCOMMITTED


class Backlogs:
    """Asks Kafka how far each consumer group is behind. Each request ends at most a second after the timeout, and no progress changes."""

    def __init__(self, brokers: str, *, timeout_s: float = READ_TIMEOUT_S) -> None:
        """Keep the settings. Does not wait for Kafka."""
        self._timeout_s = timeout_s
        self._brokers = brokers
        self._admin = AdminClient(profiles.admin(brokers))

    def of_all(self, expected: Mapping[str, Iterable[str]]) -> list[Backlog]:
        """Return the backlog of every existing and every expected group, ordered by name.

        The backlog covers the partitions for which the group has committed an offset or which a member holds, and all partitions of the
        topics that are expected of the group. If it has committed nothing for a partition, all records that Kafka still has wait.
        Partitions that no longer exist or have no leader now are left out.

        Raises:
            BusUnavailable: Kafka did not answer in time.
        """
        try:
            return self._of_all(expected)
        except (KafkaException, TimeoutError) as error:
            raise BusUnavailable(f"the progress of the consumer groups could not be read: {error}") from error

    def held_up(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the partitions in which an open transaction holds up readers, each with its beginning in milliseconds since 1970.

        Args:
            partitions: the partitions to check.

        Raises:
            BusUnavailable: Kafka did not answer in time.
        """
        asked = set(partitions)
        try:
            stable, ends = self._offsets(asked, _END), self._offsets(asked, _END, _UNCOMMITTED)
            open_ = {(at, offset) for at, offset in stable.items() if offset < ends.get(at, 0)}
            stamps = self._timestamps(open_, isolation_level="read_uncommitted")  # at the offset is its first record
        except (KafkaException, TimeoutError) as error:
            raise BusUnavailable(f"the open transactions could not be read: {error}") from error
        return {at: stamp for (at, _), stamp in sorted(stamps.items()) if stamp is not None}

    def _of_all(self, expected: Mapping[str, Iterable[str]]) -> list[Backlog]:
        listed = self._answer(self._admin.list_consumer_groups(request_timeout=self._timeout_s))
        if listed.errors:  # if one broker does not answer, the groups that it coordinates are missing from the list
            raise KafkaException(listed.errors[0])
        members, done = {}, {}
        for group in sorted({group.group_id for group in listed.valid} | set(expected)):
            members[group], held = self._described(group)
            wanted = {at for topic in expected.get(group, ()) for at in self._partitions(topic)}
            done[group] = dict.fromkeys(held | wanted, -1) | self._committed(group)
        everything = {at for progress in done.values() for at in progress}
        firsts, ends = self._offsets(everything, _FIRST), self._offsets(everything, _END)
        behind = _behind(done, firsts, ends)
        stamps = self._timestamps({place for places in behind.values() for place in places})
        found = []
        for group, places in behind.items():
            there = {place: count for place, count in places.items() if stamps.get(place, 0) is not None}
            ages = [stamp for place in there if (stamp := stamps.get(place)) is not None]
            waiting, oldest_ms = sum(there.values()), min(ages, default=None)
            deleted = sum(max(0, firsts.get(at, 0) - offset) for at, offset in done[group].items() if offset >= 0)
            found.append(
                Backlog(group=group, members=members[group], waiting=waiting, oldest_ms=oldest_ms, deleted=deleted)
            )
        return found

    def _described(self, group: str) -> tuple[int, set[TopicPartition]]:
        """Return the number of members of a consumer group, and the partitions that are assigned to them now."""
        asked = self._admin.describe_consumer_groups([group], request_timeout=self._timeout_s)
        found: ConsumerGroupDescription = self._answer(asked[group])
        held = {(at.topic, at.partition) for member in found.members for at in member.assignment.topic_partitions}
        return len(found.members), held

    def _committed(self, group: str) -> dict[TopicPartition, int]:
        asked = self._admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(group)], request_timeout=self._timeout_s
        )
        found = self._answer(asked[group]).topic_partitions
        return {(at.topic, at.partition): at.offset for at in found if at.offset >= 0}

    def _partitions(self, topic: str) -> set[TopicPartition]:
        found = self._admin.list_topics(topic, timeout=self._timeout_s).topics[topic]
        return {(topic, partition) for partition in found.partitions}

    def _offsets(
        self, partitions: set[TopicPartition], which: OffsetSpec, isolation: IsolationLevel = _COMMITTED
    ) -> Offsets:
        """Return one offset of each partition, without the partitions that no longer exist or have no leader now.

        Args:
            partitions: the partitions.
            which: _FIRST for the offset of the first record that Kafka still has; _END for the end of what may be read: the offset of the
                first record of a transaction that is still open, or of the next record if none is open.
            isolation: with _UNCOMMITTED the end is that of all records.
        """
        if not partitions:
            return {}
        asked = {ConfluentPartition(topic, partition): which for topic, partition in partitions}
        found: dict[TopicPartition, int] = {}
        answers = self._admin.list_offsets(asked, isolation_level=isolation, request_timeout=self._timeout_s)
        for at, answer in answers.items():
            try:
                found[at.topic, at.partition] = int(self._answer(answer).offset)
            except KafkaException as error:
                if not (error.args[0].retriable() or _is_gone(error)):
                    raise
        return found

    def _answer(self, asked: "Future[T]") -> T:
        # librdkafka enforces the timeout itself; this one is for the case that it fails to
        return asked.result(self._timeout_s + 1.0)

    def _timestamps(self, places: set[Place], **settings: str) -> dict[Place, int | None]:
        """Return, by place (a partition and an offset), the timestamp in milliseconds of the first record at or after it; None if none is.

        Places that could not be read in time are left out. Between a place and the end there may be only transaction markers and records
        of aborted transactions, which nobody handles.
        Groups can be at different places of one partition, but a consumer reads only one: each round reads one place per partition.
        """
        found: dict[Place, int | None] = {}
        deadline = time.monotonic() + self._timeout_s
        by_partition: dict[TopicPartition, list[int]] = defaultdict(list)
        for at, offset in sorted(places):
            by_partition[at].append(offset)
        consumer = Consumer(profiles.peeker(self._brokers, **settings))
        try:
            for number in range(max(map(len, by_partition.values()), default=0)):
                now = {at: offsets[number] for at, offsets in by_partition.items() if number < len(offsets)}
                stamps = _first_stamps(consumer, now, deadline)
                found |= {(at, now[at]): stamp for at, stamp in stamps.items()}
        finally:
            consumer.close()
        return found


def _behind(done: Mapping[str, Offsets], firsts: Offsets, ends: Offsets) -> dict[str, dict[Place, int]]:
    """Return, by group, the next offset in each partition that the group has not read to the end, with the number of offsets left.

    If Kafka has already deleted records after the committed offset, the next offset is that of the first record that Kafka still has.
    Partitions that no longer exist or have no leader now are left out.

    Args:
        done: the committed offset of each partition, by group; -1 if the group has committed nothing for it.
        firsts: the offset of the first record that Kafka still has, by partition.
        ends: the offset of the end, by partition.
    """
    behind: dict[str, dict[Place, int]] = {group: {} for group in done}
    for group, progress in done.items():
        for at, committed in progress.items():
            if at in firsts and at in ends:
                offset = max(committed, firsts[at])  # records that retention has deleted do not wait
                if offset < ends[at]:
                    behind[group][at, offset] = ends[at] - offset
    return behind


def _first_stamps(consumer: Consumer, places: Offsets, deadline: float) -> dict[TopicPartition, int | None]:
    """Return, by partition, the timestamp in milliseconds of the first record at or after the given offset; None if the end comes first.

    Partitions of which neither a record nor the end was read before the deadline are left out.

    Args:
        consumer: the consumer to read with; it has no partitions afterwards.
        places: one offset for each partition.
        deadline: the end of the waiting, by time.monotonic().
    """
    found = dict[TopicPartition, int | None]()
    consumer.assign([ConfluentPartition(topic, partition, offset) for (topic, partition), offset in places.items()])
    while len(found) < len(places) and time.monotonic() < deadline:
        message: Message | None = consumer.poll(min(POLL_S, max(0.0, deadline - time.monotonic())))
        if message is None:
            continue
        at, error = (message.topic() or "", message.partition() or 0), message.error()
        if at in found or at not in places or (error is not None and error.name() != "_PARTITION_EOF"):
            continue
        found[at] = message.timestamp()[1] if error is None else None
        consumer.pause([ConfluentPartition(*at)])
    # librdkafka keeps a pause even after the assignment ends
    consumer.resume([ConfluentPartition(*at) for at in found])
    consumer.unassign()
    return found


def _is_gone(error: KafkaException) -> bool:
    return bool(error.args[0].name() in {"UNKNOWN_TOPIC_OR_PART", "UNKNOWN_PARTITION"})
