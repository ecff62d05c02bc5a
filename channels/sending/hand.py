"""The texts that a worker has in hand: what the committed states of its partitions say, and what a turn makes of them."""

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import count
from typing import Final
from uuid import uuid4

import structlog

from channels.sending.accounts import Accounts, Flight
from channels.sending.draft import Draft
from channels.sending.inbox import Inbox
from channels.sending.loading import load
from channels.sending.outcomes import judged
from channels.sending.queue import Queue
from channels.sending.spec import SenderSpec
from channels.sending.texts import Text, cursor_value
from complaints.bus import StoredRecord
from complaints.bus.step.store import Store
from complaints.mail import DeliveryOutcome
from complaints.runtime import telemetry

log = structlog.get_logger()

INTENT_MS: Final = 3_500
"""How long an intent may be carried out: a process that was stopped meanwhile wakes up before another one can have its partitions, or
after the intent has expired (see STEP_SESSION_MS, of which a heartbeat's interval may have gone already)."""

FULL: Final = 5_000
"""How many texts of a partition are in hand at most. An account that fails for hours must not fill the memory."""

FRESH, FRESH_AGAIN = 1_000, 300
"""With how many texts that were not tried yet no more of a partition are read, and with how many reading goes on: what waits in the mailbox
need not be written again."""

SWEEP_MOST: Final = 500
"""How many states of a partition whose time is over are deleted in one turn."""


class Hand:
    """The texts of the partitions that are ready. After a rebalance or an aborted transaction it is dropped, and loaded anew."""

    def __init__(self, spec: SenderSpec, store: Store, *, accounts: Accounts, inbox: Inbox) -> None:
        """Begin with no partition.

        Args:
            spec: the channel's sender.
            store: the committed states.
            accounts: of the channel.
            inbox: reads records.
        """
        self._spec, self._store, self._accounts, self._inbox = spec, store, accounts, inbox
        self._name, self._numbers = uuid4().hex[:16], count()
        self._queues: dict[str, Queue] = {}
        self._orphans: dict[bytes, Text] = {}
        self._settled: Counter[str] = Counter()
        self._crowded: set[int] = set()
        self.early: dict[bytes, bytes] = {}
        """The reports that wait for the outcome of their text."""
        self.loaded: set[int] = set()
        """The partitions that are in it."""

    def load(self, partition: int) -> None:
        """Take a partition that is ready, and begin its accounts.

        Raises:
            ConfigurationError: a state cannot be read.
        """
        found = load(self._store, partition, self._spec.keyring)
        self.early |= found.early
        for text in found.texts:
            if text.send.account in self._accounts:
                self._queue(text.send.account).add(text)
            else:
                self._orphans[text.key] = text
            if text.token and not self._accounts.knows(text.token):
                self._accounts.give_up(text)
        self._accounts.forget(partition, {text.token for text in found.texts if text.token})
        self.loaded.add(partition)
        for name in self._accounts.of_partition(partition):
            self._accounts.begin(name, found.cursors.get(name))

    def turn(self, records: Iterable[StoredRecord], draft: Draft, *, last: bool) -> None:
        """Do what there is to do.

        Args:
            records: of this channel.
            draft: is written on.
            last: whether no more texts leave.

        Raises:
            FuseBlown: too many records became dead letters.
        """
        self._settle(draft)
        for record in records:
            self._inbox.take(record, draft, self._queue)
        self._take_pages(draft)
        self._give_away(draft)
        if not last:
            self._choose(draft)

    def sweep(self, draft: Draft) -> bool:
        """Delete states whose time is over, and return whether there are more."""
        more = False
        for partition in self.loaded:
            timers = self._store.due(partition, draft.now_ms, SWEEP_MOST)
            more = more or len(timers) == SWEEP_MOST
            for timer in timers:
                if (partition, timer.key) in draft.pending.states:  # written in this turn
                    continue
                draft.drop(partition, timer.key, former_ms=timer.due_ms)
                if self.early.pop(timer.key, None) is not None:
                    draft.unknown_report()
        return more

    def crowded(self) -> set[int]:
        """Return the partitions with so many texts in hand that no more of them should be read."""
        fresh: Counter[int] = Counter()
        total: Counter[int] = Counter()
        for name, queue in self._queues.items():
            partition = self._accounts.partition_of(name)
            fresh[partition] += queue.fresh
            total[partition] += len(queue)
        self._crowded = {
            at for at in total if total[at] >= FULL or fresh[at] >= (FRESH_AGAIN if at in self._crowded else FRESH)
        }
        return self._crowded

    def waits(self, now_ms: int) -> Iterator[float]:
        """Yield the seconds until a text may leave, for each account that has room and such a text.

        Args:
            now_ms: the present time in milliseconds since 1970.
        """
        now_s = time.monotonic()
        for name, queue in self._queues.items():
            if self._accounts.free(name) and (wait_s := queue.wait_s(now_ms, now_s)) is not None:
                yield wait_s

    def _queue(self, name: str) -> Queue:
        queue = self._queues.get(name)
        if queue is None:
            queue = self._queues[name] = Queue(self._accounts.bucket(name))
        return queue

    def _settle(self, draft: Draft) -> None:
        """Settle the outcomes that are known."""
        self._settled.clear()
        for token, flight in list(self._accounts.outcomes().items()):
            if flight.partition in self.loaded:  # otherwise it is looked at once the group has shared its partitions
                draft.settled.append(token)
                self._settled[flight.account] += 1
                self._settle_one(draft, token, flight)

    def _settle_one(self, draft: Draft, token: str, flight: Flight) -> None:
        orphan = self._orphans.pop(flight.key, None)
        queue = self._queues.get(flight.account)
        text = orphan if queue is None else queue.get(flight.key)
        if text is None or text.token != token:
            log.error("an outcome without its intent", account=flight.account)
            self._accounts.settled([token])
            return
        verdict = judged(text, flight.answer, pauses=self._spec.pauses, chance=random.random())  # noqa: S311  # no secret
        if verdict.outcome is DeliveryOutcome.sent:
            draft.sent(text, verdict.upstream_id)
        elif verdict.outcome is not None:
            draft.submitted(text.about, verdict.outcome, reason=verdict.reason)
        if (
            queue is None or verdict.pause_s is None
        ):  # the account of an orphan is not set up here, and cannot try again
            draft.settle(text)
            if queue is not None:
                queue.remove(text)
        else:
            log.info("a text is tried again", account=flight.account, reply=str(text.send.id), reason=verdict.reason)
            draft.after.append(telemetry.RETRIES.labels("send").inc)
            text.tries += 1
            text.attempt += verdict.outcome is DeliveryOutcome.unknown
            queue.again(text, draft.now_ms + int(verdict.pause_s * 1000))
            draft.save(text)

    def _take_pages(self, draft: Draft) -> None:
        for name in self._accounts.begun:
            partition = self._accounts.partition_of(name)
            if partition in self.loaded and (page := self._accounts[name].page()) is not None:
                for record in page.records:
                    draft.write(record)
                draft.put(partition, name.encode(), cursor_value(page.cursor))
                draft.after.append(partial(self._accounts.moved, name, page.cursor))

    def _give_away(self, draft: Draft) -> None:
        """Give the texts of accounts that are not set up any more to another account."""
        for text in [text for text in self._orphans.values() if not text.token]:
            del self._orphans[text.key]
            self._inbox.readdress(text, draft)
            draft.settle(text)

    def _choose(self, draft: Draft) -> None:
        now_s = time.monotonic()
        for name, queue in self._queues.items():
            for text in queue.expired(draft.now_ms):
                draft.deliver(text.about, DeliveryOutcome.expired)
                draft.settle(text)
            free = self._accounts.free(name, self._settled[name])
            for text in queue.choose(draft.now_ms, now_s, most=free, intend=partial(self._intend, draft.now_ms)):
                draft.save(text)
                draft.submits.append(text)

    def _intend(self, now_ms: int, text: Text) -> None:
        text.token = f"{self._name}-{next(self._numbers)}"
        text.until_ms = min(now_ms + INTENT_MS, text.expires_ms)
