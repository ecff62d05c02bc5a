"""The partitions of a step's mailbox that a worker holds: which they are, where each goes on, and the records that come."""

import math
import time
from collections.abc import Collection, Mapping
from typing import Final

import structlog
from confluent_kafka import Consumer, Message
from confluent_kafka import TopicPartition as ConfluentPartition
from confluent_kafka.admin import AdminClient

from complaints.bus import StoredRecord
from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import extent, is_end, is_record, stored
from complaints.bus.deleted import Gap
from complaints.bus.step import kafka
from complaints.bus.step.contract import StepTopics
from complaints.bus.step.ends import Ends
from complaints.bus.step.identity import Identity
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.places import Places
from complaints.bus.step.positions import Position
from complaints.bus.step.restore import Restorer
from complaints.bus.step.same import Same
from complaints.runtime.telemetry import STEP_RESTORE_SECONDS

log = structlog.get_logger()

POLL_S, BUSY_POLL_S = 0.2, 0.0
"""How long a poll waits for the first record, and while states are still being copied."""

OFFSETS_PATIENCE_S: Final = 12.0
"""How long to wait for committed offsets that an open transaction holds: longer than its timeout and the broker's sweep."""

LAST_S: Final = 1.0
"""How long partitions that may kill the worker wait for the others: so these get on between two deaths."""

END_S: Final = 30.0
"""How soon it is committed that the end of a partition was reached. Retention deletes what is much older."""


class Mailbox:
    """The mailbox as one worker sees it. For the worker's thread."""

    def __init__(self, spec: StepTopics, options: WorkerOptions, identity: Identity, *, restorer: Restorer) -> None:
        """Join the group at the first `poll`.

        Args:
            spec: the step.
            options: how the worker runs.
            identity: who it is.
            restorer: copies the states of the partitions that the group gives to this worker.
        """
        self._spec, self._options, self._identity, self._restorer = spec, options, identity, restorer
        self._same = Same(AdminClient(profiles.admin(options.brokers)), spec.mailbox, (spec.states, restorer.topic_id))
        self._ends, self._places = Ends(), Places(spec, identity.member)
        self._next: dict[int, int] = {}
        self._paused, self._assigned_at = False, 0.0
        self._last: set[int] = set()
        self._last_at = 0.0
        self._held: frozenset[int] = frozenset()
        self.assigned: frozenset[int] | None = None
        """The partitions that the group has given to this worker; None before the first time, and while it shares them anew."""
        self.epoch = 0
        """How often partitions were given or taken away."""
        self._uncommitted: dict[int, int] = {}
        self._commit_at = 0.0
        self.consumer: Consumer = Consumer(
            profiles.mailbox(options.brokers, group=spec.name, member=identity.member, client=identity.client)
        )
        self.consumer.subscribe(
            [spec.mailbox], on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_revoke
        )

    @property
    def ready(self) -> list[int]:
        """The partitions that this worker handles now: it holds them, and their states are complete."""
        return list(self._next)

    @property
    def gaps(self) -> Mapping[int, Gap]:
        """What Kafka deleted of partitions before it was handled, until a position behind it is committed."""
        return self._places.gaps

    @property
    def paused(self) -> bool:
        """Whether no records come."""
        return self._paused

    def position(self, partition: int) -> int:
        """Return the next offset to handle in a partition that is ready: what the last commit said."""
        return self._next[partition]

    def hold(self, partitions: Collection[int]) -> None:
        """Let no records of some partitions come until they are no longer named here. The worker keeps them as long as it polls.

        Args:
            partitions: all that are held from now on; the others go on where the last commit was.
        """
        held = frozenset(partitions) & self._next.keys()
        if held == self._held:
            return
        if new := held - self._held:
            self.consumer.pause([ConfluentPartition(self._spec.mailbox, partition) for partition in new])
        free, self._held = self._held - held, held
        if not self._paused:
            self.again(free)

    def pause(self, *, is_paused: bool) -> None:
        """Let no records come, or let them come again from where the last commit was. The worker keeps its partitions as it polls.

        Args:
            is_paused: whether none come from now on.
        """
        if is_paused == self._paused:
            return
        self._paused = is_paused
        log.warning("paused" if is_paused else "resumed", step=self._spec.name)
        if is_paused:
            self.consumer.pause([ConfluentPartition(self._spec.mailbox, partition) for partition in self._next])
        else:
            self.again(self._next.keys() - self._held)

    def again(self, partitions: Collection[int]) -> None:
        """Let the records of some partitions come again from where the last commit was."""
        for partition in self._next.keys() & partitions:
            self._let(partition, self._next[partition])

    def go_back(self, offsets: Mapping[int, int]) -> None:
        """Read some partitions again from where something that was polled was left out."""
        for partition, offset in offsets.items():
            self._seek(partition, offset)

    def begin_last(self, partitions: Collection[int]) -> None:
        """Let some partitions begin only when the others have had a second, because they may kill the worker again.

        Args:
            partitions: those with a record that was in hand when the worker died.
        """
        self._last = set(partitions)

    def at(self, offsets: Mapping[int, int]) -> dict[int, Position]:
        """Return what is to be known of offsets that are next to be handled."""
        return self._places.at(offsets)

    def handled(self, positions: Mapping[int, Position]) -> None:
        """Note where partitions go on after a commit."""
        self._places.handled(positions)
        self._next |= {partition: at.offset for partition, at in positions.items() if partition in self._next}
        self._uncommitted = {at: offset for at, offset in self._uncommitted.items() if at not in positions}

    def passed(self, positions: Mapping[int, int], *, within_s: float) -> None:
        """Note next offsets before which there is nothing to do, and which are to be committed.

        Args:
            positions: the next offset in each partition.
            within_s: when at the latest.
        """
        held = {partition: offset for partition, offset in positions.items() if partition in self._next}
        self._commit_at = min(time.monotonic() + within_s, self._commit_at if self._uncommitted else math.inf)
        self._next |= held
        self._uncommitted |= held

    def due(self) -> dict[int, int]:
        """Return the positions that are to be committed now, although nothing else is: or the group would seem to be behind."""
        return dict(self._uncommitted) if self._uncommitted and time.monotonic() >= self._commit_at else {}

    def poll(self, most: int, wait_s: float = POLL_S) -> list[StoredRecord]:
        """Return the next records of the partitions that are ready. What a rebalance overtakes is dropped and read again.

        Args:
            most: how many records at most.
            wait_s: how long to wait for the first.

        Raises:
            BusUnavailable: Kafka did not answer, or the client has ended itself, for example because it was fenced.
            ConfigurationError: a partition has no position, a state has a newer format, or the mailbox was made anew.
        """
        self._same.look()
        if self._restorer.busy:
            self._restore()
        elif self._last and self._next and time.monotonic() > self._last_at:
            self._let_last()
        if at_end := self._ends.passed(self._next):
            self.passed(at_end, within_s=END_S)
        before = self.epoch
        first = self.consumer.poll(BUSY_POLL_S if self._restorer.busy else wait_s)
        messages: list[Message] = [] if first is None else [first]
        if first is not None and most > 1:
            messages += self.consumer.consume(most - 1, timeout=self._options.gather_s)
        # looked at before anything is dropped: of an error that ends the client there is one message, and silence after it
        records = [(message, stored(message) if is_record(message) else None) for message in messages]
        if before != self.epoch:  # a rebalance in between: what was read may be another worker's by now
            self.rewind()
            return []
        taken = [record for message, record in records if self._is_taken(message, record) and record is not None]
        for partition in list(self._places.proof.wrong):
            self._begin(partition, self._places.begin_anew(partition, *self._extent(partition)))
            self._let(partition, self._next[partition])
        return taken

    def _is_taken(self, message: Message, record: StoredRecord | None) -> bool:
        """Return whether a message is to be handled. What comes of a partition of which nothing should come was fetched before."""
        partition = message.partition() or 0
        if self._paused or partition in self._held or partition not in self._next:
            self._ends.dropped(partition)
            return False
        if record is None and not is_end(message):
            return False
        proof, offset = self._places.proof, message.offset() or 0
        if not proof.look(partition, offset, None if record is None else record.timestamp_ms):
            return False
        if record is None:
            self._ends.reached(partition, offset)
            return False
        self._ends.took(partition, offset)
        proof.took(record)
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
        self.assigned, self._held = frozenset(at.partition for at in partitions), frozenset()
        self._assigned_at = time.monotonic()
        self._forget()
        topic_id = self._same.begin()
        found = kafka.committed(consumer, partitions, patience_s=OFFSETS_PATIENCE_S, beat=self._options.heartbeat)
        committed = {number: Position(at.offset, at.metadata or "") for number, at in found.items() if at.offset >= 0}
        self._places = Places(self._spec, self._identity.member, topic_id, committed)
        # a number that is there: retention may have passed the committed offset, and what the client asks the broker for, such as the end,
        # may be answered after a seek, which it then undoes
        starts = [ConfluentPartition(at.topic, at.partition, self._inside(found[at.partition])) for at in partitions]
        consumer.assign(starts)
        consumer.pause(starts)
        self._restorer.begin([at.partition for at in partitions], committed)

    def _inside(self, committed: ConfluentPartition) -> int:
        first, end = self._extent(committed.partition)
        return min(max(first, committed.offset), end)

    def _on_revoke(self, consumer: Consumer, partitions: list[ConfluentPartition]) -> None:
        self.epoch += 1
        self.assigned, self._held = None, frozenset()
        self._restorer.cancel([at.partition for at in partitions])
        self._forget()
        consumer.unassign()

    def _forget(self) -> None:
        """Forget what was known of the partitions."""
        self._next, self._uncommitted, self._ends = {}, {}, Ends()
        self._places = Places(self._spec, self._identity.member)

    def _restore(self) -> None:
        """Copy one slice of states, and let the partitions that are complete begin."""
        for partition, known in self._restorer.step().items():
            offset = self._places.begin(partition, known, *self._extent(partition))
            self._begin(partition, offset)
            self._last_at = time.monotonic() + LAST_S
            STEP_RESTORE_SECONDS.labels(self._spec.name).observe(time.monotonic() - self._assigned_at)
            if not self._paused and partition not in self._last:
                self._let(partition, offset)
            log.info("partition ready", step=self._spec.name, partition=partition, offset=offset)
        for writer in self._restorer.stuck() - {self._identity.member}:
            log.warning("fencing a worker that left a transaction open", step=self._spec.name, writer=writer)
            kafka.fence(self._options.brokers, writer, self._options.heartbeat)

    def _let_last(self) -> None:
        """Let the partitions begin that waited for the others."""
        begin, self._last = self._last, set()
        if not self._paused:
            self.again(begin)

    def _let(self, partition: int, offset: int) -> None:
        self._seek(partition, offset)
        self.consumer.resume([ConfluentPartition(self._spec.mailbox, partition)])

    def _begin(self, partition: int, offset: int) -> None:
        """Note where a partition begins."""
        self._next[partition] = offset
        if not self._places.is_committed(partition, offset):
            self.passed({partition: offset}, within_s=0.0)

    def _extent(self, partition: int) -> tuple[int, int]:
        return extent(self.consumer, self._spec.mailbox, partition)

    def _seek(self, partition: int, offset: int) -> None:
        self._ends.dropped(partition)
        place = ConfluentPartition(self._spec.mailbox, partition, self._places.proof.start(partition, offset))
        kafka.seek(self.consumer, place)
