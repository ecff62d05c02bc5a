"""The group consumer of confluent-kafka, for the sink, which reads many records."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, Message
from confluent_kafka import TopicPartition as ConfluentPartition

from complaints.bus import Batch, Offsets, TopicPartition
from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import (
    ANSWER_S,
    Polled,
    extent,
    is_end,
    is_record,
    patiently,
    regrown,
)
from complaints.bus.deleted import Gap
from complaints.bus.membership import Membership
from complaints.bus.tail import Last, last_of
from complaints.errors import BusUnavailable

log = structlog.get_logger()

_REBALANCING = {KafkaError.ILLEGAL_GENERATION, KafkaError.REBALANCE_IN_PROGRESS, KafkaError.UNKNOWN_MEMBER_ID}
"""Errors of a commit while a member joins or leaves. A moment later the group is stable again."""

COMMIT_PATIENCE_S, COMMIT_PAUSE_S = 15.0, 0.1
"""Seconds for which a commit is repeated, and the pause between two tries. The first is longer than profiles.GROUP_SESSION_MS, after which
the group drops a member that died while it joined."""

SETTLE_S = 10.0
"""Seconds between two checks for partitions in which only transaction markers follow the committed offset."""


def say(at: TopicPartition, gap: Gap) -> None:
    """Log what Kafka deleted before it was read."""
    log.error("deleted unread", at=at, first=gap.first, end=gap.end)


class ConfluentConsumer:
    """Reads the records of topics in batches for a consumer group (see BatchConsumer). It sees committed records only."""

    def __init__(
        self,
        brokers: str,
        *,
        group: str,
        topics: Collection[str],
        deleted: Callable[[TopicPartition, Gap], None] = say,
    ) -> None:
        """Prepare the consumer. It joins the group at the first `poll`.

        Args:
            brokers: host:port, separated by commas.
            group: the consumer group.
            topics: the topics to read, from the first record if the group has no committed offset yet.
            deleted: called with the offsets that Kafka deleted before the group had committed them, before the group skips them.
        """
        self._brokers, self._deleted, self._gaps = brokers, deleted, dict[TopicPartition, Gap]()
        self._read, self._ends = dict[TopicPartition, int](), dict[TopicPartition, int]()
        self._marks = defaultdict[TopicPartition, dict[int, Last]](dict)
        self._next, self._held = dict[TopicPartition, int](), frozenset[TopicPartition]()
        self._revoked: Callable[[Collection[TopicPartition]], None] = lambda _: None
        self._handed_over, self._membership, self._settled = 0, Membership(group), time.monotonic()
        self._consumer = Consumer(profiles.group_reader(brokers, group))
        self._consumer.subscribe(
            list(topics), on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_lost
        )

    def _on_assign(self, consumer: Consumer, partitions: list[ConfluentPartition]) -> None:
        """Begin at the committed offset, or else at the first record that Kafka still has.

        If the committed offset is beyond the end, or after another record than the group has read, the topic has lost records. Then the
        partition is read from its first record; rows that are written again replace themselves.

        Raises:
            BusUnavailable: Kafka did not answer in time. The client's own errors would not leave `poll` as Python exceptions.
        """
        self._membership.given()
        topic = partitions[0].topic if partitions else ""
        committed = patiently(topic, lambda: consumer.committed(partitions, timeout=ANSWER_S))
        marks = {(at.topic, at.partition): mark for at in committed if (mark := _mark_in(at.metadata)) is not None}
        lost = regrown(self._brokers, marks)
        for at in committed:
            first, end = extent(consumer, at.topic, at.partition, brokers=self._brokers)
            place = (at.topic, at.partition)
            known = 0 <= at.offset <= end and place not in lost
            if known and at.offset < first:
                self._gaps[place] = Gap(at.offset, first)
            elif not known and at.offset >= 0:
                log.warning("read from the first record", at=place, committed=at.offset, end=end)
            self._next[place] = max(first, at.offset) if known else first
            self._marks[place] = {marks[place].offset: marks[place]} if known and place in marks else {}
        consumer.assign([ConfluentPartition(*place, offset) for place, offset in self._next.items()])

    def _on_lost(self, *_: object) -> None:
        self._forget()
        self._revoked(())

    def _forget(self) -> None:
        self._membership.taken()
        self._handed_over += 1
        self._read, self._ends, self._gaps, self._next, self._held = {}, {}, {}, {}, frozenset()
        self._marks.clear()

    def _on_revoke(self, _: Consumer, partitions: list[ConfluentPartition]) -> None:
        self._revoked([(partition.topic, partition.partition) for partition in partitions])
        self._forget()

    def poll(self, *, max_records: int, timeout_s: float) -> Batch:
        """Return the first record that arrives within `timeout_s` seconds and those already fetched, at most `max_records`; empty if none.

        The first record is left out if its partition goes to another member meanwhile.

        Raises:
            BusUnavailable: Kafka answered with an error that does not pass on its own, or the group gives no share (see Membership).
        """
        self._settle()
        first = self._consumer.poll(timeout_s)
        self._membership.check()
        for place, gap in list(self._gaps.items()):
            self._deleted(place, gap)
            self.commit({place: gap.end})
            self._gaps.pop(place, None)
        if first is None:
            return []
        before = self._handed_over
        # Take what has already been fetched. Waiting for a full batch would delay the first record.
        rest = self._consumer.consume(max_records - 1, timeout=0) if max_records > 1 else []
        # With range assignment all partitions are revoked at once. If that happened in between, the first record belongs to the
        # next owner, which will read it again.
        ours = rest if before != self._handed_over else (first, *rest)
        records = [Polled(message) for message in ours if self._is_record(message)]
        for place, last in last_of(records).items():
            marks = self._marks[place]
            latest_ms = max([last.latest_ms, *(mark.latest_ms for mark in marks.values())])
            marks[last.offset] = last._replace(latest_ms=latest_ms)
        return records

    def _is_record(self, message: Message) -> bool:
        """Return whether a message is a record, and note where its partition ends."""
        at = (message.topic() or "", message.partition() or 0)
        if at in self._held:
            return False
        if is_end(message):
            self._ends[at] = message.offset() or 0
        elif is_record(message):
            self._read[at] = (message.offset() or 0) + 1
            self._ends.pop(at, None)
            return True
        return False

    def _settle(self) -> None:
        """Commit the ends of partitions that were read and committed to their last record: retention may delete the markers after it."""
        if time.monotonic() - self._settled < SETTLE_S:
            return
        self._settled = time.monotonic()
        self.commit({at: offset for at, offset in self._next.items() if self._behind(at, offset) > offset})

    def commit(self, offsets: Offsets) -> None:
        """Store the group's offsets on Kafka (see BatchConsumer). Repeat for COMMIT_PATIENCE_S while members join or leave.

        If the end of a partition was reached, the offset after its last record is stored as the end, after any transaction markers.
        Otherwise the offset would be before the log's first record as soon as retention deletes the markers.
        """
        if not offsets:
            return
        marks = [
            ConfluentPartition(*at, self._behind(at, offset), metadata=self._mark(at, offset))
            for at, offset in offsets.items()
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
                self._next |= {(at.topic, at.partition): at.offset for at in marks}
                return

    def hold(self, partitions: Collection[TopicPartition], *, again: Collection[TopicPartition] = ()) -> None:
        """Stop delivering the records of some partitions until a later call no longer names them (see BatchConsumer)."""
        held = frozenset(partitions) & self._next.keys()
        free, new = (self._held - held) | (self._next.keys() & set(again)) - held, held - self._held
        self._held = held
        try:
            if new:
                self._consumer.pause([ConfluentPartition(*at) for at in new])
            for at in free & self._next.keys():
                self._ends.pop(at, None)
                self._consumer.seek(ConfluentPartition(*at, self._next[at]))
                self._consumer.resume([ConfluentPartition(*at)])
        except KafkaException as error:
            raise BusUnavailable(f"held partitions cannot be read on: {error}") from error

    def _behind(self, at: TopicPartition, offset: int) -> int:
        return max(offset, self._ends.get(at, 0)) if offset == self._read.get(at, self._next.get(at)) else offset

    def _mark(self, at: TopicPartition, offset: int) -> str:
        """Return the metadata to commit with an offset: the last record that was read before it; empty if none was."""
        marks = self._marks[at]
        last = max((one for one in marks if one < offset), default=None)
        self._marks[at] = {one: mark for one, mark in marks.items() if last is None or one >= last}
        return "" if last is None else " ".join(map(str, marks[last]))

    def on_revoke(self, callback: Callable[[Collection[TopicPartition]], None]) -> None:
        """Register the function to call when partitions go to another member (with them) or were lost (with an empty collection)."""
        self._revoked = callback

    def close(self) -> None:
        """Leave the consumer group and close the connection."""
        self._consumer.close()


def _mark_in(metadata: str | None) -> Last | None:
    """Return the record in the metadata of an offset; None if somebody else has committed the offset."""
    match (metadata or "").split():
        case [offset, at_ms, latest_ms] if (offset + at_ms + latest_ms).isdecimal():
            return Last(int(offset), int(at_ms), int(latest_ms))
        case _:
            return None
