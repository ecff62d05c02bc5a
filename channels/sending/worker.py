"""The worker of a sender's step: it commits an attempt in one transaction, then sends the text, and settles it in another transaction."""

import time
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from typing import Final

import structlog

from channels.sending.accounts import Accounts
from channels.sending.draft import Draft
from channels.sending.hand import INTENT_MS, Hand
from channels.sending.inbox import Inbox
from channels.sending.spec import SenderSpec
from channels.sending.texts import Unreadable
from complaints.bus import StoredRecord
from complaints.bus.step.base import Base
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.place.positions import Mark
from complaints.bus.step.transaction import Aborted, Refused
from complaints.errors import BusUnavailable, ConfigurationError

log = structlog.get_logger()

IDLE_S, FLYING_S, LEAST_S = 0.2, 0.005, 0.001
"""How long a poll waits, in seconds: while no text is on its way, while one is, and at least."""

SWEEP_S: Final = 1.0
"""Seconds between two sweeps for states that are due."""

SKIPPED_S: Final = 10.0
"""Positions that only pass records of other channels are committed this late: nobody waits for them, and a commit is a transaction."""

FINISH_S: Final = 8.0
"""How long a process that ends waits for outcomes. SMSCs answer within seconds; a supervisor gives a process 15 s to end, and a bind
needs up to 5 of them to unbind."""

ABORTS: Final = 5
"""After this many aborted transactions in a row, the worker is replaced by a new one."""

AWAY_S: Final = 3.0
"""If an aborted transaction took longer than this, Kafka was away. The worker is replaced, as its client may hang on stale state."""


class Clock:
    """The time by Kafka's clock, which stamps the texts. By this machine's own, which may jump days ahead, all would seem expired."""

    def __init__(self) -> None:
        self._ahead_ms: float | None = None

    def hear(self, marks: Collection[Mark]) -> None:
        """Take the time from the marks of records that were just committed."""
        if marks:
            self._ahead_ms = max(mark.at_ms for mark in marks) - time.monotonic() * 1000

    @property
    def is_known(self) -> bool:
        """True if any committed record has told the time."""
        return self._ahead_ms is not None

    def now_ms(self) -> int | None:
        """Return the present time in milliseconds since 1970; None if it is not known."""
        return None if self._ahead_ms is None else int(time.monotonic() * 1000 + self._ahead_ms)


class Sender:
    """One worker of the step. Nothing that it holds in memory needs to survive: the committed states have it. Call it from one thread."""

    def __init__(self, spec: SenderSpec, options: WorkerOptions, accounts: Accounts) -> None:
        self._spec, self._options, self._accounts = spec, options, accounts
        self._inbox = Inbox(spec.channel, accounts, keyring=spec.keyring)
        self._closing = ExitStack()
        self._epoch, self._aborts, self._clock = 0, 0, Clock()
        self._sweep_at, self._flush_at = 0.0, 0.0
        self._passed: dict[int, int] = {}
        self._leaving = False
        self._base: Base
        self._hand: Hand

    def open(self) -> None:
        """Claim the ordinal, and prepare to join the group.

        Raises:
            ConfigurationError: another worker has this ordinal, or the folder cannot be written.
            BusUnavailable: Kafka did not answer in time.
        """
        self._base = Base.opened(self._spec.topics, self._options, identity=None, closing=self._closing, shared=True)
        self._accounts.place(self._base.fuses.partitions)
        self._forget()

    def finish(self) -> None:
        """Send no more texts, and wait for the outcomes of those on their way, for at most FINISH_S: else those outcomes stay unknown.

        Raises:
            LaporError: as `turn` does.
        """
        self._leaving = True
        until = time.monotonic() + FINISH_S
        while self._accounts.flying(self._base.mailbox.proven) and time.monotonic() < until:
            self.turn()

    def close(self) -> None:
        """Leave the group and free the ordinal. The accounts stay as they are. A second call does nothing."""
        self._closing.close()

    def turn(self) -> None:
        """Poll once, and handle what has come and what is due in at most one transaction.

        Raises:
            Fenced: this worker must end; a new one may begin.
            ConfigurationError: no partition can go on before an operator decides, a state has a newer format, or a topic refuses a record.
            UnavailableError: Kafka or the disk failed; a new worker should try again.
        """
        base = self._base
        self._options.heartbeat()
        base.metrics.look()
        records = base.poll(self._options.batch, self._wait_s())
        try:
            self._follow()
            if self._clock.is_known or self._hear_time():
                self._work(records)
        except Unreadable as error:  # nothing of the turn is committed; all is loaded anew without that partition
            base.mailbox.refuse(error.partition, error)
            base.mailbox.rewind()
        else:
            base.hold(self._hand.crowded())
        base.tell(self._unread)

    def _unread(self, partition: int) -> str:
        """Return, as sentences, what waits while a partition is refused: pages do, because their cursor is one of its states."""
        names = self._accounts.of_partition(partition)
        polled = [name for name in names if self._accounts[name].polled]
        others = [name for name in names if name not in polled]
        waits = (
            f". Until then no new message of {', '.join(polled)} is taken: all wait at their upstream, which may not keep them for longer"
            " than a day"
        )
        comes = f". Until then nothing is sent by {', '.join(others)}; what citizens write there is taken"
        return (waits if polled else "") + (comes if others else "")

    def _work(self, records: Sequence[StoredRecord]) -> None:
        """Handle records, outcomes, pages and due states in one transaction."""
        base, passed = self._base, self._passed | {record.partition: record.offset + 1 for record in records}
        ours = [record for record in records if self._inbox.ours(record)]
        began, draft = time.monotonic(), self._draft()
        for record, error in base.lost():
            draft.dead(record, error)
        self._hand.turn(ours, draft, last=self._leaving or base.mailbox.flow.paused)
        for partition, why in draft.pending.counted.held.items():
            passed[partition] = why.offset + 1
        self._passed = passed
        if began > self._sweep_at:
            self._sweep_at = 0.0 if self._hand.sweep(draft) else began + SWEEP_S
        about = draft.finished() | {record.partition for record in ours} | base.mailbox.due().keys()
        draft.pending.positions |= self._positions(about)
        worked_s = time.monotonic() - began
        if draft.pending.positions and self._commit(draft) and ours:
            base.metrics.handled(ours, function_s=worked_s, dead=len(draft.pending.dead), now_ms=draft.now_ms)

    def _draft(self) -> Draft:
        """Return an empty transaction."""
        here_ms = self._options.now_ms()
        return Draft(
            channel=self._spec.channel,
            now_ms=self._clock.now_ms() or here_ms,
            until_ms=here_ms + INTENT_MS,
            store=self._base.store,
            early=self._hand.early,
            reported=self._spec.reported,
            fuses=self._base.fuses,
        )

    def _hear_time(self) -> bool:
        """Learn Kafka's time by committing the positions of all whole partitions; return False if the transaction was aborted."""
        draft = self._draft()
        draft.pending.positions |= self._positions(set(self._base.mailbox.whole))
        return not draft.pending.positions or self._commit(draft)

    def _forget(self) -> None:
        """Drop the texts in memory; they are loaded again from the committed states."""
        self._hand = Hand(self._spec, self._base.store, accounts=self._accounts, inbox=self._inbox)
        self._passed = {}

    def _follow(self) -> None:
        """Follow the partitions that the group has assigned or revoked."""
        mailbox = self._base.mailbox
        if self._epoch != mailbox.epoch:
            self._epoch = mailbox.epoch
            self._base.fuses.forget()
            self._forget()
        if mailbox.assigned is not None:
            self._accounts.follow(mailbox.assigned)
        for partition in mailbox.proven:
            if partition not in self._hand.loaded:
                self._hand.load(partition)

    def _positions(self, partitions: set[int]) -> dict[int, int]:
        """Return the positions to commit. They always include the partitions that the turn is about: committing them fences old workers."""
        mailbox = self._base.mailbox
        behind = self._passed
        if behind and time.monotonic() > self._flush_at:
            partitions = partitions | behind.keys()
        return {at: max(mailbox.position(at), behind.get(at, 0)) for at in partitions}

    def _commit(self, draft: Draft) -> bool:
        """Commit a turn, and then submit its texts. Return whether it was committed; if not, everything is as it was before the turn."""
        began = time.monotonic()
        try:
            self._clock.hear(self._base.commit(draft.pending))
        except Refused as error:
            self._refuse(draft, error)
            return False
        except Aborted as error:
            self._base.metrics.aborted()
            log.warning("transaction aborted", step=self._spec.topics.name, error=str(error))
            self._aborts += 1
            if self._aborts >= ABORTS or time.monotonic() - began > AWAY_S:
                raise BusUnavailable(f"transactions are aborted: {error}") from error
            self._forget()
            self._base.mailbox.rewind()
            return False
        self._aborts, self._flush_at = 0, time.monotonic() + SKIPPED_S
        for partition in draft.pending.positions:
            self._passed.pop(partition, None)
        self._accounts.settled(draft.settled)
        for text in draft.submits:
            self._accounts.submit(text, self._options.now_ms)
        if draft.submits:
            self._options.phase("submitted")
        for done in draft.after:
            done()
        draft.count()
        return True

    def _refuse(self, draft: Draft, error: Refused) -> None:
        """Stop the partitions whose records Kafka refuses for good. Nothing of the turn is committed, and the other partitions go on."""
        base, cure = self._base, "Raise max.message.bytes of the topics to what is declared, with `lapor topics apply`"
        base.metrics.aborted()
        refused = [at for at in sorted(draft.pending.positions) if base.refuses(draft.part(at))]
        if not refused:
            raise ConfigurationError(f"a topic takes less than it should: {error}. {cure}") from error
        for at in refused:
            why = f"what is to be written about the accounts of {self._spec.topics.mailbox}/{at} is refused: {error}"
            base.mailbox.refuse(at, ConfigurationError(f"{why}. {cure}; the partition then goes on by itself"))
        self._forget()
        base.mailbox.rewind()

    def _wait_s(self) -> float:
        """Return how long the next poll may wait for a record."""
        if self._accounts.answered:
            return 0.0
        usual = FLYING_S if self._accounts.flying(self._base.mailbox.proven) else IDLE_S
        if self._base.mailbox.flow.paused:
            return usual
        return max(LEAST_S, min([usual, *self._hand.waits(self._clock.now_ms() or self._options.now_ms())]))
