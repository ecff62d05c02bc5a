"""The texts that a worker holds in memory: it loads them from the committed states of its partitions, and each turn works on them."""

import random
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import count
from typing import Final
from uuid import uuid4

import structlog

from channels.sending.accounts import Accounts, Flight
from channels.sending.draft import Draft
from channels.sending.inbox import Inbox
from channels.sending.loading import load, stored_text
from channels.sending.outcomes import judged
from channels.sending.queue import MARGIN_MS, Queue
from channels.sending.spec import SenderSpec
from channels.sending.texts import Stage, Text, cursor_value
from complaints.bus import StoredRecord
from complaints.bus.step.states.store import Store
from complaints.mail import DeliveryOutcome
from complaints.runtime import telemetry

log = structlog.get_logger()

INTENT_MS: Final = 3_500
"""How long an attempt is valid. It is shorter than the time until another process can have the partitions of one that was suspended
(STEP_SESSION_MS, less one heartbeat interval), so a process that wakes up later than that finds its attempts expired."""

ENOUGH: Final = 20_000
"""From this number of texts on, most of them parked, an account has enough; loading them takes about 2 s. A partition whose accounts all
have enough is not read any further, so an urgent text there is not found."""

MOST: Final = 200_000
"""From this number of texts on, over all accounts, a partition is not read if any of its accounts has enough. Most are parked: 100 MB."""

PROBES: Final = 3
"""The maximum number of texts of an account that are tried at once while its link fails."""

STEP_MOST: Final = 500
"""The maximum number, per turn, of parked texts of an account that are handled, and of texts that are given to other accounts."""

SWEEP_MOST: Final = 500
"""The maximum number of due states of a partition that are deleted in one turn."""


class Hand:
    """The texts of the partitions that are ready. After a rebalance or an aborted transaction it is dropped, and loaded anew."""

    def __init__(self, spec: SenderSpec, store: Store, *, accounts: Accounts, inbox: Inbox) -> None:
        self._spec, self._store, self._accounts, self._inbox = spec, store, accounts, inbox
        self._name, self._numbers = uuid4().hex[:16], count()
        self._queues: dict[str, Queue] = {}
        self._orphans: dict[bytes, Text] = {}
        self._strays: deque[tuple[int, bytes]] = deque()
        self._unsent: list[Text] = []
        self._settled: Counter[str] = Counter()
        self.early: dict[bytes, bytes] = {}
        """The reports that wait for the outcome of their text."""
        self.loaded: set[int] = set()
        """The partitions whose texts are loaded."""

    def load(self, partition: int) -> None:
        """Load the texts of a partition that is ready, and begin its accounts that need a cursor (see Accounts.follow for the others).

        Raises:
            ConfigurationError: a state cannot be read.
        """
        found = load(self._store, partition)
        self.early |= found.early
        for one in found.texts:
            queue = self._queue(one.account) if one.account in self._accounts else None
            if one.token:
                self._load_intent(stored_text(self._store, partition, one.key, self._spec.keyring), queue)
            elif queue is None:
                self._strays.append((partition, one.key))
            elif queue.parks:
                queue.parked.add(one.key, one.expires_ms, citizen=one.citizen, urgent=one.urgent)
            else:
                queue.add(stored_text(self._store, partition, one.key, self._spec.keyring))
        self._accounts.forget(partition, {one.token for one in found.texts if one.token})
        self.loaded.add(partition)
        for name in self._accounts.of_partition(partition):
            if self._accounts[name].polled:
                self._accounts.begin(name, found.cursors.get(name))

    def turn(self, records: Iterable[StoredRecord], draft: Draft, *, last: bool) -> None:
        """Settle outcomes, give stray texts away, take records and pages, and choose the texts to send.

        Args:
            records: the new records of this channel.
            draft: the transaction to write to.
            last: whether to send nothing more.

        Raises:
            ConfigurationError: a state cannot be read.
        """
        for text in self._unsent:
            draft.save(text)
        self._unsent.clear()
        self._settle(draft)
        self._give_away(draft)
        for record in records:
            self._inbox.take(record, draft, self._queue)
        self._take_pages(draft)
        if not last:
            self._choose(draft)

    def sweep(self, draft: Draft) -> bool:
        """Delete states that are due, and return whether there may be more."""
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
        """Return the partitions that should not be read now: all of their accounts have enough texts, or one has and memory is short.

        Also those with texts to give away, so that later texts do not overtake them. Otherwise one full account holds up no others.
        """
        many = sum(map(len, self._queues.values())) >= MOST
        enough = any if many else all
        strays = {partition for partition, _ in self._strays}  # later texts must not overtake them
        return strays | {
            at
            for at in self.loaded
            if (names := self._accounts.of_partition(at)) and enough(map(self._has_enough, names))
        }

    def _has_enough(self, name: str) -> bool:
        queue = self._queues.get(name)
        return queue is not None and len(queue) >= ENOUGH

    def waits(self, now_ms: int) -> Iterator[float]:
        """Yield the seconds until the next text may leave, for each account that has free capacity and a waiting text.

        Args:
            now_ms: the present time in milliseconds since 1970.
        """
        now_s = time.monotonic()
        for name, queue in self._queues.items():
            if self._accounts.free(name) and (wait_s := queue.wait_s(now_ms, now_s)) is not None:
                yield max(wait_s, self._accounts.link(name).wait_s(now_s))

    def _queue(self, name: str) -> Queue:
        queue = self._queues.get(name)
        if queue is None:
            queue = self._queues[name] = Queue(self._accounts.bucket(name))
        return queue

    def _load_intent(self, text: Text, queue: Queue | None) -> None:
        """Take a text whose stored state has an attempt."""
        if queue is not None and self._accounts.unsent(text.token):
            text.stage, text.token, text.until_ms = Stage.waiting, "", 0
            self._unsent.append(text)
        elif not self._accounts.knows(text.token):
            self._accounts.give_up(text)
        if queue is None:
            self._orphans[text.key] = text
        else:
            queue.add(text)

    def _settle(self, draft: Draft) -> None:
        """Settle the outcomes that are known."""
        self._settled.clear()
        for token, flight in list(self._accounts.outcomes().items()):
            if flight.partition in self.loaded:  # otherwise it is settled once the partition is loaded
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
            if queue is not None:
                self._accounts.link(flight.account).took()
        elif verdict.outcome is not None:
            draft.deliver(text.about, verdict.outcome, reason=verdict.reason)
        if queue is None or verdict.pause_s is None:  # an orphan cannot be tried again: its account is not set up here
            draft.settle(text)
            if queue is not None:
                queue.remove(text)
        elif self._account_failed(text):
            log.info("an account fails", account=flight.account, reply=str(text.send.id), reason=verdict.reason)
            draft.after.append(telemetry.RETRIES.labels("send").inc)
            wait_s = self._accounts.link(flight.account).wait_s(time.monotonic())
            queue.again(text, draft.now_ms + int(wait_s * 1000))  # others are tried first, as this text may be at fault
            draft.save(text)
        else:
            log.info("a text is tried again", account=flight.account, reply=str(text.send.id), reason=verdict.reason)
            draft.after.append(telemetry.RETRIES.labels("send").inc)
            text.tries += 1
            text.since = None
            queue.again(text, draft.now_ms + int(verdict.pause_s * 1000))
            draft.save(text)

    def _account_failed(self, text: Text) -> bool:
        """Return whether the account failed rather than this text: the upstream took no other text while this one was tried."""
        link = self._accounts.link(text.send.account)
        if text.since is None:  # it was submitted before the partition was loaded anew
            text.since = link.passed
        if link.passed > text.since:
            return False
        link.failed(time.monotonic(), self._spec.pauses.link_first_s)
        return True

    def _take_pages(self, draft: Draft) -> None:
        for name in self._accounts.begun:
            partition = self._accounts.partition_of(name)
            if partition in self.loaded and (page := self._accounts[name].page()) is not None:
                for record in page.records:
                    draft.write(record, partition)
                draft.put(partition, name.encode(), cursor_value(page.cursor))
                draft.after.append(partial(self._accounts.moved, name, page.cursor))

    def _give_away(self, draft: Draft) -> None:
        """Give texts whose account is not set up here to another account."""
        for _ in range(min(STEP_MOST, len(self._strays))):
            text = stored_text(self._store, *self._strays.popleft(), self._spec.keyring)
            self._inbox.readdress(text, draft)
            draft.settle(text)

    def _choose(self, draft: Draft) -> None:
        now_s = time.monotonic()
        for name, queue in self._queues.items():
            parked = queue.parked.expired(draft.now_ms + MARGIN_MS, STEP_MOST)
            for text in [*queue.expired(draft.now_ms), *(self._parked(name, key, draft) for key in parked)]:
                draft.deliver(text.about, DeliveryOutcome.expired)
                draft.settle(text)
            for _ in range(min(STEP_MOST, queue.room, len(queue.parked))):
                queue.add(self._parked(name, queue.parked.first(), draft))
            free, link = self._accounts.free(name, self._settled[name]), self._accounts.link(name)
            if link.fails:
                free = 0 if link.wait_s(now_s) else min(free, PROBES)
            intend = partial(self._intend, draft.until_ms)
            chosen = queue.choose(draft.now_ms, now_s, most=free, intend=intend, probes=link.fails)
            if chosen and link.fails:
                link.tried(now_s, self._spec.pauses.link_most_s)
            for text in chosen:
                draft.save(text)
                draft.submits.append(text)

    def _parked(self, name: str, key: bytes, draft: Draft) -> Text:
        """Return a parked text of an account: from the draft if it was parked in this turn, else from the store."""
        text = draft.texts.get(key)
        return text or stored_text(self._store, self._accounts.partition_of(name), key, self._spec.keyring)

    def _intend(self, until_ms: int, text: Text) -> None:
        text.token = f"{self._name}-{next(self._numbers)}"
        self._accounts.intended(text.token, text.partition)
        if text.since is None:
            text.since = self._accounts.link(text.send.account).passed
        text.until_ms = until_ms
