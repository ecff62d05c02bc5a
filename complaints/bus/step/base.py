"""What every worker of a step stands on: its identity, its states, its mailbox, and the transaction that ties them together."""

import time
from contextlib import ExitStack
from dataclasses import dataclass

from confluent_kafka.admin import AdminClient

from complaints.bus.confluent import profiles
from complaints.bus.step import kafka
from complaints.bus.step.batch import Pending
from complaints.bus.step.contract import StepTopics
from complaints.bus.step.identity import Identity, claim
from complaints.bus.step.mailbox import Mailbox
from complaints.bus.step.metrics import Metrics
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.store import Progress, Store
from complaints.bus.step.transaction import Transactions
from complaints.bus.step.watchdog import Aside


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The parts that do not depend on what a worker does with its records. For the worker's thread."""

    options: WorkerOptions
    member: str
    topic_id: str
    store: Store
    mailbox: Mailbox
    writer: Transactions
    metrics: Metrics

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
            topics: of the step.
            options: how the worker runs.
            identity: what `claim` returned, if it was called early; None to call it now.
            closing: whatever must be closed is put onto it.
            shared: whether the process goes on without this worker if Kafka's client hangs.

        Raises:
            ConfigurationError: another worker has this ordinal, or the folder cannot be written.
            BusUnavailable: Kafka did not answer in time.
        """
        identity = identity or claim(topics.name, options)
        closing.callback(identity.lock.close)
        store = Store(options.folder / "states")
        closing.callback(store.close)
        topic_id = kafka.topic_ids(AdminClient(profiles.admin(options.brokers)), topics.states)[topics.states]
        mailbox = Mailbox(topics, options, identity, store=store, topic_id=topic_id)
        closing.callback(mailbox.close)
        aside = Aside() if shared else None
        if aside is not None:
            closing.callback(aside.close)
        return cls(
            options=options,
            member=identity.member,
            topic_id=topic_id,
            store=store,
            mailbox=mailbox,
            writer=Transactions(identity.producer, topics, id_=identity.member, beat=options.heartbeat, aside=aside),
            metrics=Metrics(topics.name, store),
        )

    def commit(self, pending: Pending) -> None:
        """Commit what is pending, and only then update the local copy.

        Raises:
            Refused: the broker will never take one of the records.
            Aborted: nothing of it is committed.
            Fenced: this worker must stop.
            UnavailableError: it is committed, and the disk does not take the copy.
        """
        work, phase = pending.work, self.options.phase
        began = time.monotonic()
        self.writer.begin()
        phase("begun")
        self.writer.produce(work)
        phase("produced")
        self.writer.flush()
        phase("flushed")
        if work.positions:
            self.writer.send_offsets(work.positions, self.mailbox.consumer)
            phase("offsets sent")
        delivered = self.writer.commit()
        phase("committed")
        self.metrics.committed(time.monotonic() - began)
        self.mailbox.handled(work.positions)
        now_ms = self.options.now_ms()
        progress = {
            partition: Progress(self.topic_id, delivered[partition], now_ms, offset, self.member)
            for partition, offset in work.positions.items()
        }
        self.store.apply(work.changes, progress)
        phase("stored")
