"""The partitions of a step's mailbox that a worker holds: which they are, where each goes on, and the records that come."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Final

import structlog
from confluent_kafka import Consumer, Message
from confluent_kafka import TopicPartition as ConfluentPartition
from confluent_kafka.admin import AdminClient

from complaints.bus import StoredRecord
from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import extent, is_end, kept
from complaints.bus.deleted import Gap
from complaints.bus.membership import Membership
from complaints.bus.step import kafka
from complaints.bus.step.contract import StepTopics
from complaints.bus.step.held.flow import Flow
from complaints.bus.step.held.refusals import Refusals
from complaints.bus.step.identity import Identity
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.place.due import Due
from complaints.bus.step.place.ends import Ends
from complaints.bus.step.place.places import Places, position_of
from complaints.bus.step.place.positions import Known, Position
from complaints.bus.step.place.same import Same
from complaints.bus.step.states.records import mark_of
from complaints.bus.step.states.restore import Restorer
from complaints.errors import ConfigurationError

log = structlog.get_logger()

POLL_S, BUSY_POLL_S = 0.2, 0.0
"""Seconds that a poll waits for the first record: usually, and while states are still being copied."""

END_S: Final = 30.0
"""Seconds within which the end of a partition is committed after it was reached. Retention deletes only what is much older."""


class Mailbox:
    """The mailbox as one worker sees it. For the worker's thread."""

    def __init__(
        self, spec: StepTopics, options: WorkerOptions, identity: Identity, *, restorer: Restorer, same: Same
    ) -> None:
        """Join the group at the first `poll`."""
        self._spec, self._options, self._identity, self._restorer = spec, options, identity, restorer
        self._admin = AdminClient(profiles.admin(options.brokers))
        self.same = same
        self._due, self._ends, self._places = Due(), Ends(), Places(spec, identity.member)
        self._refusals, self._membership = Refusals(spec.name), Membership(spec.name)
        self._next: dict[int, int] = {}
        self.flow = Flow(self._next, stop=self._stop, let=self._let)
        """Decides which partitions deliver records."""
        self.assigned: frozenset[int] | None = None
        """The partitions that the group has given to this worker; None before the first time, and during a rebalance."""
        self.epoch = 0
        """Number of times that partitions were given or taken away."""
        self.consumer: Consumer = Consumer(
            profiles.mailbox(options.brokers, group=spec.name, member=identity.member, client=identity.client)
        )
        self._extent = partial(extent, self.consumer, spec.mailbox, brokers=options.brokers)
        self._kept = partial(kept, options.brokers, spec.mailbox)
        told = {"on_assign": self._on_assign, "on_revoke": self._on_revoke, "on_lost": self._on_revoke}
        self.consumer.subscribe([spec.mailbox], **told)

    @property
    def ready(self) -> list[int]:
        """The partitions that this worker handles now: it holds them, and their states are complete."""
        return list(self._next)

    @property
    def proven(self) -> list[int]:
        """The ready partitions whose records before their position are certainly those that were handled."""
        return [partition for partition in self._next if not self._unproven(partition)]

    @property
    def whole(self) -> list[int]:
        """The proven partitions that are certainly no longer refused: one that is tried again must first have a record handled."""
        return [partition for partition in self.proven if not self._refusals.is_open(partition)]

    @property
    def refused(self) -> Mapping[int, str]:
        """Why each refused partition waits for an operator: the sentence that says what to do."""
        return self._refusals.why

    @property
    def gaps(self) -> Mapping[int, Gap]:
        """By partition, the offsets that Kafka deleted before they were handled, until a position after them is committed."""
        return self._places.gaps

    def position(self, partition: int) -> int:
        """Return the next offset to handle in a partition that is ready: what the last commit said."""
        return self._next[partition]

    def go_back(self, offsets: Mapping[int, int]) -> None:
        """Read some partitions again, each from the offset of a polled record that was left out."""
        for partition, offset in offsets.items():
            self._seek(partition, offset)

    def try_again(self, told: Collection[int]) -> None:
        """Begin again with the refused partitions whose turn it is (see Refusals.due)."""
        due = set(self._refusals.due(told))
        self.same.look(now=bool(due))
        away = self.same.away(self.assigned or ())
        for partition in due & away:
            self._refusals.refuse(partition, self.same.why(partition))
        for partition in due - away:
            self._places.again(partition)
            self._restorer.again(partition)
        for partition in away.intersection(self._next):
            self.refuse(partition, self.same.why(partition))

    def refuse(self, partition: int, error: ConfigurationError) -> None:
        """Handle nothing more of a partition until an operator corrects an error. The caller must drop uncommitted results."""
        self.epoch += 1
        self._refusals.refuse(partition, error)
        self._refusals.at_work(partition)
        self._take_away(partition)

    def at(self, offsets: Mapping[int, int]) -> dict[int, Position]:
        """Return the positions for offsets that are the next to be handled (see Places.at)."""
        return self._places.at(offsets)

    def handled(self, positions: Mapping[int, Position]) -> None:
        """Note where partitions go on after a commit."""
        self._places.handled(positions)
        self._refusals.handled(positions)
        self._next |= {partition: at.offset for partition, at in positions.items() if partition in self._next}
        self._due.drop(positions)

    def passed(self, positions: Mapping[int, int], *, within_s: float) -> None:
        """Note next offsets that were reached with nothing to handle, and that are to be committed within some seconds."""
        self._next |= (held := {at: offset for at, offset in positions.items() if at in self._next})
        self._due.note(held, within_s=within_s)

    def due(self) -> dict[int, int]:
        """Return the positions to commit now even if nothing else is, because the group would otherwise seem to be behind.

        Only proven partitions are among them: a commit would end what an operator decided about a partition that turns out to be refused.
        """
        return self._due.of(self.proven)

    def poll(self, most: int, wait_s: float = POLL_S) -> list[StoredRecord]:
        """Return the next records of the partitions that are ready. What a rebalance overtakes is dropped and read again.

        Raises:
            BusUnavailable: Kafka did not answer, the group gives no share, or the client has ended itself, for example since it was fenced.
            ConfigurationError: a state has a newer format, or a topic was made anew or has grown under this worker.
        """
        if self._restorer.busy:
            self._restore()
        else:
            self.flow.begin_rest()
        if at_end := self._ends.passed(self._next):
            self.passed(at_end, within_s=END_S)
        before, wait_s = self.epoch, BUSY_POLL_S if self._restorer.busy else wait_s
        records = kafka.polled(self.consumer, most, wait_s=wait_s, gather_s=self._options.gather_s)
        self._membership.check()
        if before != self.epoch:  # a rebalance in between: what was read may be another worker's by now
            self.rewind()
            return []
        taken = [record for message, record in records if self._is_taken(message, record) and record is not None]
        for partition in list(self._places.proof.wrong):
            with self._refusals.of(partition):
                self._begin(partition, self._places.begin_anew(partition, *self._extent(partition)))
                self._let(partition)
            if partition in self.refused:
                self._take_away(partition)
        return taken

    def _is_taken(self, message: Message, record: StoredRecord | None) -> bool:
        """Return whether a message is to be handled. A message of a stopped partition was fetched before it was stopped."""
        partition = message.partition() or 0
        flows = self.flow.is_open(partition)
        if not flows and not self._unproven(partition):
            self._ends.dropped(partition)
            self._stop([partition])  # it may have been read for the proof alone
            return False
        if record is None and not is_end(message):
            return False
        proof, offset = self._places.proof, message.offset() or 0
        if not proof.look(partition, offset, None if record is None else record.timestamp_ms) or not flows:
            return False
        if record is None:
            self._ends.reached(partition, offset)
            return False
        self._ends.took(partition, offset)
        proof.took(partition, mark_of(message))
        return True

    def rewind(self) -> None:
        """Read again from the last commit. A partition that has just gone to another worker is left out."""
        for partition in self._next.keys() & {at.partition for at in self.consumer.assignment()}:
            self._seek(partition, self._next[partition])

    def close(self) -> None:
        """Leave the group's partitions to the others, and close all connections."""
        self.consumer.close()
        self._restorer.close()

    def _on_assign(self, consumer: Consumer, partitions: list[ConfluentPartition]) -> None:
        """Read the committed offsets, and after them the end of the state topic, which so covers them. All wait for the restore."""
        self.epoch += 1
        self.assigned = frozenset(at.partition for at in partitions)
        self._membership.given()
        self._forget()
        found = kafka.committed(consumer, partitions, beat=self._options.heartbeat)
        committed = {number: position_of(at) for number, at in found.items() if at.offset >= 0}
        self._places = Places(self._spec, self._identity.member, self.same.begin(), committed, self._kept)
        away = self.same.away(self.assigned)
        places = kafka.starts(found, self._extent, away=away)
        starts = [ConfluentPartition(self._spec.mailbox, *place) for place in places.items()]
        consumer.assign(starts)
        consumer.pause(starts)
        for partition in away:
            self._refusals.refuse(partition, self.same.why(partition))
        self._restorer.begin({*places} - away, committed, lambda at, to: self._places.behind(at, to, *self._extent(at)))

    def _on_revoke(self, consumer: Consumer, partitions: list[ConfluentPartition]) -> None:
        self.epoch += 1
        self.assigned = None
        self._membership.taken()
        self._restorer.cancel([at.partition for at in partitions])
        self._forget()
        consumer.unassign()

    def _forget(self) -> None:
        """Forget what was known of the partitions."""
        self._next.clear()
        self.flow.forget()
        self._refusals.clear()
        self._due, self._ends, self._places = Due(), Ends(), Places(self._spec, self._identity.member)

    def _restore(self) -> None:
        """Copy one slice of states, and let the partitions that are complete begin."""
        for partition, known in self._restorer.step().items():
            with self._refusals.of(partition):
                self._restored(partition, known)
        for writer in self._restorer.stuck() - {self._identity.member}:
            kafka.fence(self._admin, self._options, group=self._spec.name, id_=writer)

    def _restored(self, partition: int, known: Known | ConfigurationError) -> None:
        """Let a partition begin.

        Raises:
            ConfigurationError: an operator has to decide.
        """
        if isinstance(known, ConfigurationError):
            raise known
        offset = self._places.begin(partition, known, *self._extent(partition))
        self._begin(partition, offset)
        self.flow.begin(partition, is_first=self._unproven(partition))
        log.info("partition ready", step=self._spec.name, partition=partition, offset=offset)

    def _take_away(self, partition: int) -> None:
        """Stop the records of a partition that had begun and is refused now."""
        self._places.drop(partition)
        self._ends.dropped(partition)
        del self._next[partition]
        self._due.drop([partition])
        self._stop([partition])

    def _unproven(self, partition: int) -> bool:
        """Return whether a partition is ready and not proven: until it is, it is read, whatever is paused or held."""
        return partition in self._next and self._places.proof.is_open(partition)

    def _stop(self, partitions: Collection[int]) -> None:
        self.consumer.pause([ConfluentPartition(self._spec.mailbox, at) for at in partitions if not self._unproven(at)])

    def _let(self, partition: int) -> None:
        self._seek(partition, self._next[partition])
        self.consumer.resume([ConfluentPartition(self._spec.mailbox, partition)])

    def _begin(self, partition: int, offset: int) -> None:
        """Note where a partition begins."""
        self._next[partition] = offset
        if not self._places.is_committed(partition, offset):
            self.passed({partition: offset}, within_s=0.0)

    def _seek(self, partition: int, offset: int) -> None:
        self._ends.dropped(partition)
        place = ConfluentPartition(self._spec.mailbox, partition, self._places.proof.start(partition, offset))
        kafka.seek(self.consumer, place)
