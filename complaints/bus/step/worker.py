"""The worker of a step: reads a batch of the mailbox, applies the function, and commits everything in one transaction."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from confluent_kafka import Consumer, KafkaException, Message
from confluent_kafka import TopicPartition as ConfluentPartition
from confluent_kafka.admin import AdminClient

from complaints.bus import StoredRecord
from complaints.bus.confluent.client import is_record, settings, stored
from complaints.bus.step import kafka
from complaints.bus.step.attempts import DEATHS, Attempts, KillsTheWorker
from complaints.bus.step.batch import Decider, Pending
from complaints.bus.step.contract import StepSpec
from complaints.bus.step.identity import Identity, await_sole, claim
from complaints.bus.step.restore import Position, Restorer
from complaints.bus.step.store import Progress, Store
from complaints.bus.step.timers import Timers
from complaints.bus.step.transaction import Aborted, Refused, Transactions
from complaints.errors import BusUnavailable, ConfigurationError, ContractViolation
from complaints.runtime.fuse import Fuse

log = structlog.get_logger()

POLL_S, BUSY_POLL_S = 0.2, 0.0
"""How long a poll waits for the first record, and while states are still being copied."""

RETRIES: Final = 2
"""How often an aborted transaction is tried again before its records are read again."""

OFFSETS_PATIENCE_S: Final = 12.0
"""How long to wait for committed offsets that an open transaction holds: longer than its timeout and the broker's sweep."""

SEEK_PATIENCE_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """How a worker runs.

    Attributes:
        brokers: host:port, separated by commas.
        ordinal: the worker's number, from 0; no two workers of a step have the same.
        folder: where it keeps its states; its own.
        batch: records per transaction at most.
        fuse: how many dead letters in a row stop it.
        heartbeat: is called in each turn of the loop.
        now_ms: the present time in milliseconds since 1970, for timers.
        phase: is called at each phase of a batch, for tests and tracing.
    """

    brokers: str
    ordinal: int
    folder: Path
    batch: int = 500
    fuse: int = 100
    heartbeat: Callable[[], None] = lambda: None
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    phase: Callable[[str], None] = lambda _: None


class Worker:
    """One worker of a step, for one thread. Everything it remembers beside committed states can be lost."""

    def __init__(self, spec: StepSpec, options: WorkerOptions) -> None:
        """Claim the ordinal on this disk, and open the local copy of the states.

        Args:
            spec: the step.
            options: how this worker runs.

        Raises:
            ConfigurationError: another worker with this ordinal runs here, or the folder cannot be written.
        """
        self._spec, self._options = spec, options
        self._identity: Identity = claim(options.folder, step=spec.name, ordinal=options.ordinal)
        self._store = Store(options.folder / "states")
        self._attempts = Attempts(options.folder / "in-hand.json")
        self._decider = Decider(spec, self._store, Fuse(options.fuse))
        self._timers = Timers(spec, self._store, options.now_ms)
        self._admin = AdminClient(settings(options.brokers))
        self._restorer = Restorer(options.brokers, spec, self._store, now_ms=options.now_ms)
        self._epoch = 0
        self._next: dict[int, int] = {}
        self._committed: dict[int, Position] = {}
        self._topic_id = ""
        self._writer: Transactions
        self._consumer: Consumer

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set.

        Raises:
            Fenced: another worker took over; this process must end.
            ConfigurationError: a partition has no position, a state has a newer format, or another worker has this ordinal.
            BusUnavailable: Kafka did not answer for so long that a new start is the better try.
            FuseBlown: too many records became dead letters.
        """
        with self._connected():
            while not stop.is_set():
                self._options.heartbeat()
                if self._restorer.busy:
                    self._restore()
                if records := self._poll():
                    self._options.phase("polled")
                    self._handle(records)
                self._propose_timers()
        self._attempts.close()

    @contextmanager
    def _connected(self) -> Iterator[None]:
        spec, options, identity = self._spec, self._options, self._identity
        await_sole(self._admin, identity, step=spec.name, ordinal=options.ordinal)
        producer = kafka.transactional_producer(options.brokers, identity.member)
        try:
            producer.init_transactions(kafka.FENCE_S)  # aborts what a former process under this id left open
        except KafkaException as error:
            raise BusUnavailable(f"{identity.member} could not begin: {error}") from error
        self._topic_id = kafka.topic_ids(self._admin, spec.states)[spec.states]
        self._writer = Transactions(producer, id_=identity.member, mailbox=spec.mailbox, states=spec.states)
        self._consumer = kafka.mailbox_consumer(
            options.brokers, group=spec.name, member=identity.member, client=identity.client
        )
        self._consumer.subscribe(
            [spec.mailbox], on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_revoke
        )
        try:
            yield
        finally:
            self._consumer.close()
            self._restorer.close()
            self._store.close()
            self._identity.lock.close()

    def _on_assign(self, consumer: Consumer, partitions: list[ConfluentPartition]) -> None:
        """Read the committed offsets, and after them the end of the state topic, which so covers them. All wait for the restore."""
        self._epoch += 1
        self._committed, self._next = {}, {}
        found = kafka.committed(consumer, partitions, patience_s=OFFSETS_PATIENCE_S) if partitions else {}
        for partition, at in found.items():
            if at.offset >= 0:
                self._committed[partition] = Position(at.offset, at.metadata or "")
        starts = [ConfluentPartition(at.topic, at.partition, max(0, found[at.partition].offset)) for at in partitions]
        consumer.assign(starts)
        consumer.pause(starts)
        self._restorer.begin([at.partition for at in partitions], self._topic_id)

    def _on_revoke(self, consumer: Consumer, partitions: list[ConfluentPartition]) -> None:
        self._epoch += 1
        self._restorer.cancel([at.partition for at in partitions])
        self._next, self._committed = {}, {}
        self._timers.forget()
        consumer.unassign()

    def _restore(self) -> None:
        """Copy one slice of states, and let the partitions that are complete begin."""
        for partition, position in self._restorer.step().items():
            offset = self._start_of(partition, position)
            self._seek(partition, offset)
            self._consumer.resume([ConfluentPartition(self._spec.mailbox, partition)])
            self._next[partition] = offset
            log.info("partition ready", step=self._spec.name, partition=partition, offset=offset)
        for writer in self._restorer.stuck() - {self._identity.member}:
            log.warning("fencing a worker that left a transaction open", step=self._spec.name, writer=writer)
            kafka.fence(self._options.brokers, writer)

    def _start_of(self, partition: int, position: Position | None) -> int:
        """Return where a partition begins: at the later of the committed offset and the position in the state topic.

        A broker that was killed may forget committed offsets without an error.

        Raises:
            ConfigurationError: there is neither.
        """
        known = [at.offset for at in (position, self._committed.get(partition)) if at is not None]
        if not known:
            raise ConfigurationError(
                f"{self._spec.name} has no position in {self._spec.mailbox}/{partition}: neither a committed offset nor one in"
                f" {self._spec.states}. If the topic is new, commit its first offsets with `lapor topics apply`; otherwise decide"
                f" where to go on, and say so with `lapor offsets set {self._spec.name}`"
            )
        return max(known)

    def _seek(self, partition: int, offset: int) -> None:
        deadline = time.monotonic() + SEEK_PATIENCE_S
        while True:
            try:
                self._consumer.seek(ConfluentPartition(self._spec.mailbox, partition, offset))
            except KafkaException as error:  # a fetcher that has not started yet
                if time.monotonic() > deadline:
                    raise BusUnavailable(
                        f"{self._spec.mailbox}/{partition} cannot be read from {offset}: {error}"
                    ) from error
                time.sleep(0.02)
            else:
                return

    def _poll(self) -> list[StoredRecord]:
        before = self._epoch
        first = self._consumer.poll(BUSY_POLL_S if self._restorer.busy else POLL_S)
        messages: list[Message] = [] if first is None else [first]
        if first is not None and self._options.batch > 1:
            messages += self._consumer.consume(self._options.batch - 1, timeout=0)
        if before != self._epoch:  # a rebalance in between: what was read may be another worker's by now
            self._rewind()
            return []
        return [stored(message) for message in messages if is_record(message) and message.partition() in self._next]

    def _rewind(self) -> None:
        """Read again from the last commit. A partition that has just gone to another worker is left out."""
        assigned = {at.partition for at in self._consumer.assignment()}
        for partition, offset in self._next.items():
            if partition in assigned:
                self._seek(partition, offset)

    def _handle(self, records: Sequence[StoredRecord]) -> None:
        """Handle records of the mailbox, in as many transactions as it takes.

        An aborted transaction is tried again at once, because after a record that the broker refused the client fails the next one too.
        If that does not help, the group has changed, and what is left is read again.
        """
        waiting, retries = [list(records)], 0
        while waiting:
            part = waiting.pop()
            size = self._attempts.batch_of(part)
            if size < len(part):
                waiting.append(part[size:])
                part = part[:size]
            try:
                rest = self._transact(part)
            except Refused as error:
                if len(part) == 1:
                    self._transact(part, dead=ContractViolation(str(error)))
                else:
                    middle = len(part) // 2
                    waiting += [part[middle:], part[:middle]]
            except Aborted as error:
                log.warning("transaction aborted", step=self._spec.name, error=str(error))
                retries += 1
                if retries > RETRIES:
                    self._rewind()
                    return
                waiting.append(part)
            else:
                retries = 0
                if rest:
                    waiting.append(rest)

    def _transact(self, records: list[StoredRecord], *, dead: Exception | None = None) -> list[StoredRecord]:
        """Handle records in one transaction, and return those that it left because their work took too long.

        Args:
            records: of one batch.
            dead: why the one record becomes a dead letter without being tried.
        """
        deaths = self._attempts.begin(records)
        if deaths >= DEATHS and dead is None:
            dead = KillsTheWorker(f"the worker died {deaths} times with this record alone in hand")
        pending = self._decider.decide(records, attempt=deaths + 1, dead=dead)
        self._commit(pending)
        done = [record for record in records if record.offset < pending.positions.get(record.partition, 0)]
        self._timers.handled(done)
        return records[len(done) :]

    def _commit(self, pending: Pending) -> None:
        """Commit what is pending, and only then update the local copy."""
        work, phase = pending.work, self._options.phase
        self._writer.begin()
        phase("begun")
        self._writer.produce(work)
        phase("produced")
        self._writer.flush()
        phase("flushed")
        if work.positions:
            self._writer.send_offsets(work.positions, self._consumer)
            phase("offsets sent")
        delivered = self._writer.commit()
        phase("committed")
        self._next |= {partition: offset for partition, offset in work.positions.items() if partition in self._next}
        now_ms, member = self._options.now_ms(), self._identity.member
        progress = {
            partition: Progress(self._topic_id, delivered[partition], now_ms, offset, member)
            for partition, offset in work.positions.items()
        }
        self._store.apply(work.changes, progress)
        phase("stored")

    def _propose_timers(self) -> None:
        """Append the timers that are due to the step's own mailbox, behind what is still unread."""
        if records := self._timers.due(self._next):
            with suppress(Aborted):  # they are proposed again
                self._commit(Pending(outputs=records))
                self._timers.written()
