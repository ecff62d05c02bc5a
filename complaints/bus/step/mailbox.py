"""The partitions of a step's mailbox that a worker holds: which they are, where each goes on, and the records that come."""

import time
from collections.abc import Collection, Mapping
from typing import Final

import structlog
from confluent_kafka import Consumer, KafkaException, Message
from confluent_kafka import TopicPartition as ConfluentPartition

from complaints.bus import StoredRecord
from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import is_record, stored
from complaints.bus.step import kafka
from complaints.bus.step.contract import StepTopics
from complaints.bus.step.identity import Identity
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.restore import Position, Restorer
from complaints.bus.step.store import Store
from complaints.errors import BusUnavailable, ConfigurationError
from complaints.runtime.telemetry import STEP_RESTORE_SECONDS

log = structlog.get_logger()

POLL_S, BUSY_POLL_S = 0.2, 0.0
"""How long a poll waits for the first record, and while states are still being copied."""

OFFSETS_PATIENCE_S: Final = 12.0
"""How long to wait for committed offsets that an open transaction holds: longer than its timeout and the broker's sweep."""

LAST_S: Final = 1.0
"""How long partitions that may kill the worker wait for the others: so these get on between two deaths."""

SEEK_PATIENCE_S: Final = 5.0
"""How long a fetcher that has just been given a partition may refuse to seek in it."""


class Mailbox:
    """The mailbox as one worker sees it. For the worker's thread."""

    def __init__(
        self, spec: StepTopics, options: WorkerOptions, identity: Identity, *, store: Store, topic_id: str
    ) -> None:
        """Join the group at the first `poll`.

        Args:
            spec: the step.
            options: how the worker runs.
            identity: who it is.
            store: the local copy of the states.
            topic_id: of the state topic.
        """
        self._spec, self._options, self._identity, self._topic_id = spec, options, identity, topic_id
        self._restorer = Restorer(options.brokers, spec, store, now_ms=options.now_ms)
        self._next: dict[int, int] = {}
        self._committed: dict[int, Position] = {}
        self._paused, self._assigned_at = False, 0.0
        self._last: set[int] = set()
        self._last_at = 0.0
        self._held: frozenset[int] = frozenset()
        self.assigned: frozenset[int] | None = None
        """The partitions that the group has given to this worker; None before the first time, and while it shares them anew."""
        self.epoch = 0
        """How often partitions were given or taken away."""
        self.uncommitted: dict[int, int] = {}
        """Where partitions go on for which the group has committed less, or nothing."""
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
        for partition in free & self._next.keys():
            self._let(partition, self._next[partition])

    def pause(self) -> None:
        """Let no records come until `resume`. The worker keeps its partitions as long as it polls."""
        self._paused = True
        self.consumer.pause([ConfluentPartition(self._spec.mailbox, partition) for partition in self._next])

    def resume(self) -> None:
        """Let records come again, from where the last commit was."""
        self._paused = False
        for partition, offset in self._next.items():
            self._let(partition, offset)

    def begin_last(self, partitions: Collection[int]) -> None:
        """Let some partitions begin only when the others have had a second, because they may kill the worker again.

        Args:
            partitions: those with a record that was in hand when the worker died.
        """
        self._last = set(partitions)

    def handled(self, positions: Mapping[int, int]) -> None:
        """Note the next offsets after a commit."""
        self._next |= {partition: offset for partition, offset in positions.items() if partition in self._next}
        self.uncommitted = {at: offset for at, offset in self.uncommitted.items() if at not in positions}

    def passed(self, positions: Mapping[int, int]) -> None:
        """Note the next offsets behind records that led to nothing, which are to be committed."""
        held = {partition: offset for partition, offset in positions.items() if partition in self._next}
        self._next |= held
        self.uncommitted |= held

    def poll(self, most: int, wait_s: float = POLL_S) -> list[StoredRecord]:
        """Return the next records of the partitions that are ready. What a rebalance overtakes is dropped and read again.

        Args:
            most: how many records at most.
            wait_s: how long to wait for the first.

        Raises:
            BusUnavailable: Kafka did not answer, or the client has ended itself, for example because it was fenced.
            ConfigurationError: a partition has no position, or a state has a newer format.
        """
        if self._restorer.busy:
            self._restore()
        elif self._last and self._next and time.monotonic() > self._last_at:
            self._let_last()
        before = self.epoch
        first = self.consumer.poll(BUSY_POLL_S if self._restorer.busy else wait_s)
        messages: list[Message] = [] if first is None else [first]
        if first is not None and most > 1:
            messages += self.consumer.consume(most - 1, timeout=self._options.gather_s)
        # looked at before anything is dropped: of an error that ends the client there is one message, and silence after it
        records = [stored(message) for message in messages if is_record(message)]
        if before != self.epoch:  # a rebalance in between: what was read may be another worker's by now
            self.rewind()
            return []
        if self._paused:  # what had been fetched before; `resume` goes back to it
            return []
        return [record for record in records if record.partition in self._next and record.partition not in self._held]

    def rewind(self) -> None:
        """Read again from the last commit. A partition that has just gone to another worker is left out."""
        assigned = {at.partition for at in self.consumer.assignment()}
        for partition, offset in self._next.items():
            if partition in assigned:
                self._seek(partition, offset)

    def close(self) -> None:
        """Leave the group's partitions to the others, and close all connections."""
        self.consumer.close()
        self._restorer.close()

    def _on_assign(self, consumer: Consumer, partitions: list[ConfluentPartition]) -> None:
        """Read the committed offsets, and after them the end of the state topic, which so covers them. All wait for the restore."""
        self.epoch += 1
        self.assigned, self._held = frozenset(at.partition for at in partitions), frozenset()
        self._assigned_at = time.monotonic()
        self._committed, self._next, self.uncommitted = {}, {}, {}
        found = kafka.committed(consumer, partitions, patience_s=OFFSETS_PATIENCE_S, beat=self._options.heartbeat)
        for partition, at in found.items():
            if at.offset >= 0:
                self._committed[partition] = Position(at.offset, at.metadata or "")
        starts = [ConfluentPartition(at.topic, at.partition, max(0, found[at.partition].offset)) for at in partitions]
        consumer.assign(starts)
        consumer.pause(starts)
        self._restorer.begin([at.partition for at in partitions], self._topic_id)

    def _on_revoke(self, consumer: Consumer, partitions: list[ConfluentPartition]) -> None:
        self.epoch += 1
        self.assigned, self._held = None, frozenset()
        self._restorer.cancel([at.partition for at in partitions])
        self._next, self._committed, self.uncommitted = {}, {}, {}
        consumer.unassign()

    def _restore(self) -> None:
        """Copy one slice of states, and let the partitions that are complete begin."""
        for partition, position in self._restorer.step().items():
            offset = self._start_of(partition, position)
            self._next[partition] = offset
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
        for partition in begin & self._next.keys():
            if not self._paused:
                self._let(partition, self._next[partition])

    def _let(self, partition: int, offset: int) -> None:
        self._seek(partition, offset)
        self.consumer.resume([ConfluentPartition(self._spec.mailbox, partition)])

    def _start_of(self, partition: int, position: Position | None) -> int:
        """Return where a partition begins: at the later of the committed offset and the position in the state topic.

        A broker that was killed may forget committed offsets without an error.

        Raises:
            ConfigurationError: there is neither.
        """
        committed = self._committed.get(partition)
        known = [at.offset for at in (position, committed) if at is not None]
        if not known and self._was_never_written(partition):
            known = [0]
        if known and (committed is None or committed.offset < max(known)):
            self.uncommitted[partition] = max(known)
        if not known:
            raise ConfigurationError(
                f"{self._spec.name} has no position in {self._spec.mailbox}/{partition}: neither a committed offset nor one in"
                f" {self._spec.states}. If the topic is new, commit its first offsets with `lapor topics apply`; otherwise decide"
                f" where to go on, and say so with `lapor offsets set {self._spec.name}`"
            )
        return max(known)

    def _was_never_written(self, partition: int) -> bool:
        """Return whether nothing was ever in a partition of the mailbox: then there is only one place to begin."""
        at = ConfluentPartition(self._spec.mailbox, partition)
        try:
            return self.consumer.get_watermark_offsets(at, timeout=kafka.ANSWER_S) == (0, 0)
        except KafkaException as error:
            raise BusUnavailable(f"the end of {self._spec.mailbox}/{partition} could not be read: {error}") from error

    def _seek(self, partition: int, offset: int) -> None:
        deadline = time.monotonic() + SEEK_PATIENCE_S
        while True:
            try:
                self.consumer.seek(ConfluentPartition(self._spec.mailbox, partition, offset))
            except KafkaException as error:  # a fetcher that has not started yet
                if time.monotonic() > deadline:
                    raise BusUnavailable(
                        f"{self._spec.mailbox}/{partition} cannot be read from {offset}: {error}"
                    ) from error
                time.sleep(0.02)
            else:
                return
