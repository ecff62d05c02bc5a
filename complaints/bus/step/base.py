"""The parts that every worker of a step has: its identity, its states, its mailbox, and the transaction that ties them together."""

import time
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass

import structlog
from confluent_kafka.admin import AdminClient

from complaints.bus import StoredRecord, control
from complaints.bus.confluent import profiles
from complaints.bus.control import Refusal
from complaints.bus.deleted import DeletedUnread, lost
from complaints.bus.step import kafka
from complaints.bus.step.batch import Pending
from complaints.bus.step.contract import StepTopics
from complaints.bus.step.held.fuses import Fuses
from complaints.bus.step.held.orders import Orders
from complaints.bus.step.identity import Identity, claim
from complaints.bus.step.mailbox import Mailbox
from complaints.bus.step.metrics import Metrics
from complaints.bus.step.murmur2 import misplaced
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.place.positions import Known, Mark, Progress
from complaints.bus.step.place.same import Same, require_partitions
from complaints.bus.step.states.restore import Restorer
from complaints.bus.step.states.store import Store
from complaints.bus.step.transaction import Aborted, Refused, Transactions
from complaints.bus.step.watchdog import Aside
from complaints.errors import ConfigurationError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The parts that do not depend on what a worker does with its records. For the worker's thread."""

    options: WorkerOptions
    member: str
    states_id: str
    store: Store
    mailbox: Mailbox
    writer: Transactions
    metrics: Metrics
    orders: Orders
    fuses: Fuses

    @classmethod
    def opened(
        cls,
        topics: StepTopics,
        options: WorkerOptions,
        *,
        identity: Identity | None,
        closing: ExitStack,
        shared: bool = False,
    ) -> "Base":
        """Claim the ordinal, fence the former process that had it, open the local copy of the states, and prepare to join the group.

        Args:
            topics: the topics of the step.
            options: how the worker runs.
            identity: what `claim` returned, if it was called early; None to call it now.
            closing: gets a callback for each part that must be closed.
            shared: whether the process goes on without this worker if Kafka's client hangs.

        Raises:
            ConfigurationError: another worker has this ordinal, the folder cannot be written, or a topic has another number of partitions
                than it was made with.
            BusUnavailable: Kafka did not answer in time.
        """
        identity = identity or claim(topics.name, options)
        closing.callback(identity.lock.close)
        store = Store(options.folder / "states")
        closing.callback(store.close)
        orders = Orders(options.brokers, topics.name)
        closing.callback(orders.close)
        orders.begin()
        admin = AdminClient(profiles.admin(options.brokers))
        found = kafka.described(admin, topics.mailbox, topics.states)
        require_partitions(found, orders.partitions)
        states_id, partitions = found[topics.states].topic_id, found[topics.mailbox].partitions
        same = Same(admin, topics.mailbox, (topics.states, states_id), partitions=partitions)
        restorer = Restorer(topics, options, store, topic_id=states_id)
        mailbox = Mailbox(topics, options, identity, restorer=restorer, same=same)
        closing.callback(mailbox.close)
        aside = Aside() if shared else None
        if aside is not None:
            closing.callback(aside.close)
        return cls(
            options=options,
            member=identity.member,
            states_id=states_id,
            store=store,
            mailbox=mailbox,
            writer=Transactions(
                identity.producer,
                topics,
                id_=identity.member,
                beat=options.heartbeat,
                aside=aside,
                states_id=states_id,
            ),
            metrics=Metrics(topics.name, store),
            orders=orders,
            fuses=Fuses(
                topics.name,
                options.fuse,
                orders,
                partitions=partitions,
                reads=topics.reads,
            ),
        )

    def poll(self, most: int, *wait_s: float) -> list[StoredRecord]:
        """Return the next records that may be handled, after a look at the orders of operators (see Mailbox.poll)."""
        self.orders.look()
        if self.mailbox.flow.pause(is_paused=self.orders.paused):
            log.warning("paused" if self.orders.paused else "resumed", step=self.writer.topics.name)
        self.mailbox.try_again(self.orders.refused(self.writer.topics.name))
        polled = self.mailbox.poll(most, *wait_s)
        tried = self.fuses.tried(polled)
        ends = {record.partition: record.offset for record in tried}
        left = [record for record in reversed(polled) if record.offset > ends.get(record.partition, -1)]
        self.mailbox.go_back({record.partition: record.offset for record in left})
        return tried

    def hold(self, crowded: Collection[int] = ()) -> None:
        """Stop the records of partitions that are held, and of `crowded` ones."""
        self.mailbox.flow.hold(self.fuses.waiting() | set(crowded))

    def tell(self, also: Callable[[int], str] = lambda _: "") -> None:
        """Write to the control topic which partitions wait for operators and which no longer do; `also` adds to a partition's reason."""
        step = self.writer.topics.name
        refused = {at: f"{why}{also(at)}" for at, why in self.mailbox.refused.items()}
        told, now_ms = self.orders.refused(step), self.options.now_ms()
        new = [
            Refusal(partition=at, why=why, since_ms=told[at].since_ms if at in told else now_ms)
            for at, why in refused.items()
            if at not in told or told[at].why != why
        ]
        over = [at for at in self.mailbox.whole if at in told] if told else []
        if new or over:
            records = [*(control.hold(step, why) for why in new), *(control.release(step, at) for at in over)]
            try:
                self.commit(Pending(outputs=[(record, None) for record in records]))
            except (Aborted, Refused):  # they wait all the same, and it is written at the next turn
                self.metrics.aborted()
                return
            self.orders.wrote(records)
        self.metrics.refused.set(len(refused))

    def require_work(self) -> None:
        """Refuse to go on if this worker can do nothing.

        Raises:
            ConfigurationError: all partitions of the mailbox wait for operators.
        """
        refused = self.mailbox.refused
        if len(refused) == self.fuses.partitions:
            raise ConfigurationError(
                f"all partitions of {self.writer.topics.mailbox} are refused, and `lapor doctor` says why each is: {refused[min(refused)]}"
            )

    def lost(self) -> list[tuple[StoredRecord, DeletedUnread]]:
        """Return a record and an error for each partition that lost records and whose position is due, for a dead letter."""
        mailbox, topics = self.mailbox, self.writer.topics
        due = mailbox.due() if mailbox.gaps else {}
        return [lost(topics.name, topics.mailbox, at, gap) for at, gap in mailbox.gaps.items() if at in due]

    def refuses(self, pending: Pending) -> bool:
        """Return whether the broker will never accept what is pending. Nothing of it is committed.

        After a refused record the client also fails the next transaction, whatever is in it, so an aborted one is tried again.

        Raises:
            Aborted: this is not known, because the broker accepted nothing in time.
            Fenced: this worker must stop.
        """
        work = pending.work._replace(positions=self.mailbox.at(pending.positions))
        for last in (False, False, True):
            self.writer.begin()
            try:
                self.writer.produce(work)
                self.writer.flush()
            except Refused:
                return True
            except Aborted:
                if last:
                    raise
            else:
                self.writer.abort()
                return False
        return False

    def commit(self, pending: Pending) -> Collection[Mark]:
        """Commit what is pending, and only then update the local copy. Return the last record of each partition of the states.

        Raises:
            Refused: the broker will never take one of the records.
            Aborted: nothing of it is committed.
            Fenced: this worker must stop.
            ConfigurationError: a record in another partition than its key's would become a dead letter, and a topic has grown.
            BusUnavailable: it is not known whether it has.
            UnavailableError: it is committed, but the local copy cannot be written.
        """
        if any(misplaced(record, self.fuses.partitions) for record in pending.dead):
            self.mailbox.same.require()
        positions, phase = self.mailbox.at(pending.positions), self.options.phase
        work = pending.work._replace(positions=positions)
        began = time.monotonic()
        self.writer.begin()
        phase("begun")
        self.writer.produce(work)
        phase("produced")
        self.writer.flush()
        phase("flushed")
        if positions:
            self.writer.send_offsets(positions, self.mailbox.consumer)
            phase("offsets sent")
        delivered = self.writer.commit()
        phase("committed")
        self.metrics.committed(time.monotonic() - began)
        self.mailbox.handled(positions)
        self.mailbox.flow.again(pending.counted.released)
        self.fuses.committed(pending.counted)
        now_ms, progress = self.options.now_ms(), dict[int, Progress]()
        for partition, position in positions.items():
            last = delivered[partition]
            progress[partition] = Progress(self.states_id, last.offset + 1, now_ms, Known(position=position), last)
        self.store.apply(work.changes, progress)
        phase("stored")
        return delivered.values()
