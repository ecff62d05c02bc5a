"""The worker of a step: reads a batch of the mailbox, applies the function, and commits everything in one transaction."""

import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

import structlog

from complaints.bus import StoredRecord
from complaints.bus.step.attempts import DEATHS, Attempts, KillsTheWorker
from complaints.bus.step.base import Base
from complaints.bus.step.batch import Decider, Pending
from complaints.bus.step.contract import State, StepSpec
from complaints.bus.step.identity import Identity
from complaints.bus.step.mailbox import Mailbox
from complaints.bus.step.metrics import Metrics
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.timers import Timers
from complaints.bus.step.transaction import Aborted, Refused
from complaints.errors import ConfigurationError, ContractViolation

log = structlog.get_logger()

RETRIES: Final = 2
"""Number of times that an aborted transaction is tried again before its records are read again."""


COMMIT_LATER_S: Final = 1.0
"""Seconds until positions after records without results are committed. If such records are read again, they have no results again; and a
transaction for each of them would hold up records for which somebody waits."""


_Part = tuple[list[StoredRecord], Exception | None]
"""Records of a batch, and why the one record becomes a dead letter without being tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """The parts of an open worker."""

    base: Base
    attempts: Attempts
    decider: Decider
    timers: Timers

    @property
    def mailbox(self) -> Mailbox:
        return self.base.mailbox

    @property
    def metrics(self) -> Metrics:
        return self.base.metrics


class Worker:
    """One worker of a step. Everything that it remembers apart from committed states can be lost.

    A host calls `open`, then in turn `turn` and `propose_timers` for as long as it likes, then `close`; `run` is the simplest host. All
    calls come from one thread, or from one at a time.
    """

    def __init__(self, spec: StepSpec, options: WorkerOptions, identity: Identity | None = None) -> None:
        """Keep the settings.

        Args:
            spec: the step.
            options: how this worker runs.
            identity: what `claim` returned, if the host called it early; None lets `open` do it.
        """
        self._spec, self._options, self._identity = spec, options, identity
        self._closing = ExitStack()
        self._epoch = 0
        self._parts: _Parts

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set.

        Raises:
            LaporError: see `open` and `turn`.
        """
        try:
            self.open()
            while not stop.is_set():
                self.turn()
                self.propose_timers()
        finally:
            self.close()

    def open(self) -> None:
        """Claim the ordinal, fence the former process that had it, open the local copy of the states, and prepare to join the group.

        Raises:
            ConfigurationError: another worker has this ordinal, or the folder cannot be written.
            BusUnavailable: Kafka did not answer in time.
        """
        spec, options, closing = self._spec, self._options, self._closing
        base = Base.opened(spec, options, identity=self._identity, closing=closing)
        attempts = Attempts(options.folder / "in-hand")
        closing.callback(attempts.close)
        base.mailbox.flow.begin_last(attempts.partitions)
        self._parts = _Parts(
            base=base,
            attempts=attempts,
            decider=Decider(spec, base.store, options=options, attempts=attempts, fuses=base.fuses),
            timers=Timers(spec, base.store, options.now_ms),
        )

    def turn(self) -> None:
        """Poll once, and handle what came.

        Raises:
            Fenced: another worker took over; this process must end.
            ConfigurationError: no partition can begin before an operator decides, a topic was made anew or has grown, or a state has a
                newer format.
            BusUnavailable: Kafka did not answer for so long that the worker should restart.
        """
        self._options.heartbeat()
        parts = self._parts
        parts.metrics.look()
        records = parts.base.poll(self._options.batch)
        if self._epoch != parts.mailbox.epoch:
            self._epoch = parts.mailbox.epoch
            parts.timers.forget()
            parts.base.fuses.forget()
        if due := parts.mailbox.due():
            pending = Pending(positions=due)
            for record, error in parts.base.lost():
                pending.outputs += [(letter, None) for letter in self._spec.dead_letter(record, error, 1)]
            try:
                parts.base.commit(pending)
            except Aborted:  # a loss is reported before anything after it is committed
                parts.metrics.aborted()
                parts.mailbox.rewind()
                records = []
            except Refused as error:
                parts.metrics.aborted()
                for partition, gap in list(parts.mailbox.gaps.items()):
                    self._refuse(partition, f"that {gap.first} to {gap.end - 1} were deleted unread", error)
                parts.mailbox.rewind()
                records = []
        if records:
            self._options.phase("polled")
            self._handle(records)
        parts.base.hold()
        parts.base.tell()
        parts.base.require_work()

    def propose_timers(self) -> None:
        """Append the timers that are due to the step's own mailbox, after the records that are still unread. Do nothing while paused.

        Raises:
            Fenced: another worker took over; this process must end.
        """
        parts = self._parts
        if parts.mailbox.flow.paused:
            return
        if records := parts.timers.due(set(parts.mailbox.proven) - parts.base.fuses.held.keys()):
            try:
                parts.base.commit(Pending(outputs=records))
                parts.timers.written()
            except Aborted:  # they are proposed again
                parts.metrics.aborted()
            except Refused as error:  # the mailbox takes less than is declared, of which doctor speaks
                parts.metrics.aborted()
                parts.timers.refused()
                log.warning(
                    "timers wait: raise max.message.bytes by `lapor topics apply`", step=self._spec.name, why=str(error)
                )
        parts.metrics.timers.set(parts.timers.outstanding)

    def state_of(self, key: bytes) -> State | None:
        """Return the committed state of a key, or None if it has none or its partition is not handled here now.

        Raises:
            ConfigurationError: the state has a newer format than this program knows.
        """
        found = (self._parts.decider.state_of(partition, key) for partition in self._parts.mailbox.ready)
        return next((state for state in found if state is not None), None)

    def close(self) -> None:
        """End in an orderly way: leave the partitions to the others and free the ordinal. Does nothing the second time."""
        self._closing.close()

    def _handle(self, records: Sequence[StoredRecord]) -> None:
        """Handle records of the mailbox, in as many transactions as it takes.

        An aborted transaction is tried again at once, because after a record that the broker refused the client fails the next one too.
        If that does not help, the group has changed, and the remaining records are read again.
        """
        waiting: list[_Part] = [(list(records), None)]
        retries, held = 0, set[int]()
        while waiting:
            part, dead = waiting.pop()
            size = self._parts.attempts.batch_of(part)
            if size < len(part):
                waiting.append((part[size:], None))
                part = part[:size]
            try:
                rest = self._transact(part, held, dead=dead)
            except Refused as error:
                self._parts.metrics.aborted()
                if dead is not None:
                    self._refuse(part[0].partition, str(part[0].position), error)
                    waiting = _without({part[0].partition}, waiting)
                elif len(part) == 1:
                    waiting.append((part, ContractViolation(str(error))))
                else:
                    middle = len(part) // 2
                    waiting += [(part[middle:], None), (part[:middle], None)]
            except Aborted as error:
                self._parts.metrics.aborted()
                log.warning("transaction aborted", step=self._spec.name, error=str(error))
                retries += 1
                if retries > RETRIES:
                    self._parts.mailbox.rewind()
                    return
                waiting.append((part, dead))
            else:
                retries = 0
                waiting = _without(held, [*waiting, (rest, None)])

    def _refuse(self, partition: int, what: str, error: Refused) -> None:
        """Refuse a partition whose dead letter Kafka never accepts: no later record can be handled before it."""
        self._parts.mailbox.refuse(
            partition,
            ConfigurationError(
                f"the dead letter of {what} is refused: {error}. Raise max.message.bytes of the topics to what is declared, with"
                " `lapor topics apply`; the partition then goes on by itself"
            ),
        )

    def _transact(
        self, records: list[StoredRecord], held: set[int], *, dead: Exception | None = None
    ) -> list[StoredRecord]:
        """Handle records in one transaction, and return those that were left for the next one.

        Args:
            records: of one batch.
            held: the partitions of which nothing more of the batch is handled; those that are held from here on are added.
            dead: why the one record becomes a dead letter without being tried.
        """
        parts = self._parts
        deaths = parts.attempts.of(records[0])
        if deaths >= DEATHS and dead is None:
            dead = KillsTheWorker(f"the worker died {deaths} times with this record in hand")
        began = time.monotonic()
        pending = parts.decider.decide(records, dead=dead)
        function_s = time.monotonic() - began
        if pending.outputs or pending.states:
            parts.base.commit(pending)
        else:
            parts.mailbox.passed(pending.positions, within_s=COMMIT_LATER_S)
            parts.base.fuses.committed(pending.counted)
        done = [record for record in records if record.offset < pending.positions.get(record.partition, 0)]
        parts.attempts.committed(done)
        parts.metrics.handled(done, function_s=function_s, dead=len(pending.dead), now_ms=self._options.now_ms())
        parts.timers.handled(done, dead=pending.dead)
        held.update(pending.counted.held)
        return [record for record in records if record.offset >= pending.positions.get(record.partition, 0)]


def _without(held: set[int], parts: Sequence[_Part]) -> list[_Part]:
    """Return the parts of a batch without the records of some partitions."""
    kept = [([record for record in part if record.partition not in held], dead) for part, dead in parts]
    return [(part, dead) for part, dead in kept if part]
