"""The worker of a sender's step: what is to be sent becomes an intent in one transaction, is sent after it, and is settled in another."""

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
"""How long a poll waits: with nothing on its way, until the next look at outcomes, and at least."""

SWEEP_S: Final = 1.0
"""How often states are looked for whose time is over."""

SKIPPED_S: Final = 10.0
"""How soon it is committed that there was nothing but records of other channels: nobody waits for that, and it is a transaction."""

FINISH_S: Final = 8.0
"""How long the end of the process waits for outcomes. SMSCs answer within seconds; a supervisor gives a process 15 s to end, and a bind
needs up to 5 of them to take its leave."""

ABORTS: Final = 5
"""After how many transactions in a row that were aborted a new start is the better try."""

AWAY_S: Final = 3.0
"""After how long an aborted transaction means that Kafka was away: what its client knew of it then may let the next one hang."""


class Clock:
    """The time by Kafka's clock, by which texts came. This machine's own may be days ahead for a moment: each text would have expired."""

    def __init__(self) -> None:
        self._ahead_ms: float | None = None

    def hear(self, marks: Collection[Mark]) -> None:
        """Take the time from records that were just committed."""
        if marks:
            self._ahead_ms = max(mark.at_ms for mark in marks) - time.monotonic() * 1000

    @property
    def is_known(self) -> bool:
        """Whether something was heard."""
        return self._ahead_ms is not None

    def now_ms(self) -> int | None:
        """Return the present time in milliseconds since 1970; None if nothing was heard."""
        return None if self._ahead_ms is None else int(time.monotonic() * 1000 + self._ahead_ms)


class Sender:
    """One worker. Everything that it remembers beside committed states can be lost. All calls come from one thread."""

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
        """Let no more texts leave, and wait for the outcomes of those on their way: else they would never be known.

        Raises:
            LaporError: as `turn` does.
        """
        self._leaving = True
        until = time.monotonic() + FINISH_S
        while self._accounts.flying(self._base.mailbox.proven) and time.monotonic() < until:
            self.turn()

    def close(self) -> None:
        """Leave the partitions to the others, and free the ordinal. The accounts stay as they are. Does nothing the second time."""
        self._closing.close()

    def turn(self) -> None:
        """Poll once, and do what there is to do, in at most one transaction.

        Raises:
            Fenced: this worker must end; another one may begin.
            ConfigurationError: no partition can go on before an operator decides, a state has a newer format, or a topic refuses a record.
            UnavailableError: Kafka or the disk did not do its part; a new worker is the better try.
        """
        base = self._base
        self._options.heartbeat()
        base.metrics.look()
        records = base.poll(self._options.batch, self._wait_s())
        try:
            self._follow()
            if self._clock.is_known or self._hear_time():
                self._work(records)
        except Unreadable as error:  # all is as before the turn, and loaded anew without that partition
            base.mailbox.refuse(error.partition, error)
            base.mailbox.rewind()
        else:
            base.hold(self._hand.crowded())
        base.tell(self._unread)

    def _unread(self, partition: int) -> str:
        """Return what else waits with a partition: a page is committed with its cursor, which is a state of it."""
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
        """Do what there is to do."""
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
        """Commit where certain partitions are, which tells Kafka's time; return False if that was aborted."""
        draft = self._draft()
        draft.pending.positions |= self._positions(set(self._base.mailbox.whole))
        return not draft.pending.positions or self._commit(draft)

    def _forget(self) -> None:
        """Forget what the committed states say, until they are loaded again."""
        self._hand = Hand(self._spec, self._base.store, accounts=self._accounts, inbox=self._inbox)
        self._passed = {}

    def _follow(self) -> None:
        """Follow what the group has given or taken away."""
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
        """Return the positions to commit. Those of the partitions that a turn is about are always among them, because they fence."""
        mailbox = self._base.mailbox
        behind = self._passed
        if behind and time.monotonic() > self._flush_at:
            partitions = partitions | behind.keys()
        return {at: max(mailbox.position(at), behind.get(at, 0)) for at in partitions}

    def _commit(self, draft: Draft) -> bool:
        """Commit a turn, and only then do what it intends. If it is aborted, everything is as before it; return whether it was not."""
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
        """Let the partitions wait of which Kafka never takes what a turn writes. All is as before the turn, and the others go on."""
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
