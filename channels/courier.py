"""Carries replies from Kafka to citizens: each once in normal running, and what became of it is on record."""

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog

from channels.base import Letter, Sends
from channels.correspondence import Correspondence, Outgoing
from channels.futures import failed
from channels.intake import delivery_of
from channels.known_cases import KnownCases
from channels.safe import Receipt
from complaints.bus import BatchConsumer, StoredRecord
from complaints.bus.deadletter import of_record
from complaints.bus.envelope import CHANNEL_HEADER, decode
from complaints.crypto import Keyring
from complaints.errors import BusUnavailable, IntakeFull, PoisonError, Undeliverable, UpstreamUnavailable
from complaints.event import DeadLetter, Delivery, DeliveryOutcome, Reply
from complaints.runtime import telemetry

log = structlog.get_logger()

MOST_AT_ONCE = 100
"""Letters on their way together."""

TURN_S = 0.2
"""The longest wait for replies while nothing is sent: what a citizen waits more at the most."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 900.0
"""Backoff between two tries of one letter."""

HOUR_S = 3600.0

FORGET_AFTER_S = 60 * 24 * HOUR_S
"""Twice as long as Kafka keeps replies: one that is read again is still known."""

BURST_S = 5.0
"""After so long the outcomes of what was handed over are recorded before the rest goes: a crash sends no more than that twice."""

LAST_WAIT_S = 5.0
"""What an answer has left when the door stops; the rest is sent again after the next start."""

ANSWER_TIMEOUT_S = 60.0
"""Longer than any channel waits for its upstream; after it the letter counts as not sent."""

Keep = Callable[[Delivery | DeadLetter], "Future[Receipt]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a citizen may hear.

    Attributes:
        per_hour: most letters to one recipient within an hour; more wait. None where it costs nobody anything.
        max_age_s: seconds after which a reply is of no use any more.
    """

    per_hour: int | None
    max_age_s: float


class Courier:
    """One door's sender of replies; `run` in a thread of its own."""

    def __init__(  # noqa: PLR0913  # it joins what a door has: Kafka's side, the memory and the citizen's side
        self,
        channel: str,
        *,
        consumer: BatchConsumer,
        memory: Correspondence,
        known: KnownCases,
        keyring: Keyring,
        sender: Sends,
        keep: Keep,
        limits: Limits,
    ) -> None:
        """Keep the parts.

        Args:
            channel: the door's name; replies for other doors are passed over.
            consumer: reads the replies' topic; closed when `run` ends.
            memory: the channel's replies.
            known: the channel's memory of cases; learns from the replies.
            keyring: opens reply addresses.
            sender: the channel's.
            keep: puts deliveries and dead letters where they are safe.
            limits: how much a citizen may hear.
        """
        self._channel = channel
        self._consumer = consumer
        self._memory = memory
        self._known = known
        self._keyring = keyring
        self._sender = sender
        self._keep = keep
        self._limits = limits
        self._forgot_s = 0.0
        self._busy = False
        self._settled: list[Delivery] = []
        self._put_off: list[tuple[UUID, float, bool]] = []
        self._stop = threading.Event()
        self._turned: Callable[[], None] = lambda: None

    def run(self, stop: threading.Event, turned: Callable[[], None]) -> None:
        """Carry until `stop` is set; Kafka or a full disk are waited for.

        Args:
            stop: the sign to end.
            turned: is called each time the loop turns, and between letters that take long.
        """
        self._stop, self._turned = stop, turned
        try:
            while not stop.is_set():
                turned()
                try:
                    self.turn()
                except (BusUnavailable, IntakeFull) as error:
                    telemetry.RETRIES.labels("replies").inc()
                    log.warning("replies wait", channel=self._channel, error=str(error))
                    stop.wait(FIRST_PAUSE_S * random.uniform(0.2, 1.0))  # noqa: S311  # jitter, no secret
        finally:
            with contextlib.suppress(BusUnavailable):
                self._consumer.close()

    def turn(self) -> None:
        """Take what Kafka has, send what is due.

        Raises:
            BusUnavailable: Kafka does not give.
            IntakeFull: the disk does not take.
        """
        self._record()  # what the disk did not take in a former turn
        batch = self._consumer.poll(max_records=MOST_AT_ONCE * 5, timeout_s=0.0 if self._busy else TURN_S)
        if batch:
            self._take(batch)
            self._consumer.commit({(record.topic, record.partition): record.offset + 1 for record in batch})
        due = self._memory.due(MOST_AT_ONCE)  # from here on nothing may fail before each is sent or put off
        self._busy = bool(due)
        self._send(due)
        if time.time() - self._forgot_s > HOUR_S:
            self._forgot_s = time.time()
            for remembered in (self._memory, self._known):
                remembered.forget(self._forgot_s - FORGET_AFTER_S)

    def _take(self, batch: Sequence[StoredRecord]) -> None:
        taken = []
        for record in batch:
            if dict(record.headers).get(CHANNEL_HEADER, self._channel.encode()) != self._channel.encode():
                continue
            try:
                reply = decode(record, Reply)
                if reply.channel == self._channel:
                    address = self._keyring.unseal(reply.reply_address, reply.complaint_id)
                    recipient = self._keyring.pseudonym(self._channel, address.get("sender", ""))
                    taken.append((reply, recipient, address.get("thread", "")))
            except PoisonError as error:
                telemetry.DEAD_LETTERS.labels(f"courier-{self._channel}").inc()
                self._keep(of_record(record, error)).result(ANSWER_TIMEOUT_S)
        if taken:
            self._known.hear(taken)  # before the citizen can answer
            self._memory.take([(reply, recipient) for reply, recipient, _ in taken])

    def _send(self, due: Sequence[Outgoing]) -> None:
        on_the_way: dict[Future[str], Outgoing] = {}
        to: Counter[str] = Counter()
        until = time.monotonic() + BURST_S
        for outgoing in due:
            reply = outgoing.reply
            if (held := self._held_back(outgoing)) is not None:
                self._settled.append(delivery_of(reply, held))
            elif self._stop.is_set() or time.monotonic() > until:  # a channel may take seconds for each
                self._put_off.append((reply.id, time.time(), False))
            elif (free_s := self._free_at(outgoing.recipient, to[outgoing.recipient])) > time.time():
                self._put_off.append((reply.id, free_s, False))
            else:
                self._turned()
                to[outgoing.recipient] += 1
                on_the_way[self._handed_over(reply)] = outgoing
        self._wait(on_the_way)
        for answer, outgoing in on_the_way.items():
            self._note(outgoing, answer)
        self._record()

    def _handed_over(self, reply: Reply) -> "Future[str]":
        try:
            return self._sender.send(self._letter(reply))
        except Exception as error:  # noqa: BLE001  # a fault of our own costs this letter, not every door of the process
            return failed(error)

    def _wait(self, on_the_way: Collection["Future[str]"]) -> None:
        """Wait until all are answered, for ANSWER_TIMEOUT_S at the most, and for LAST_WAIT_S once we are to stop."""
        began, asked_to_stop, left = time.monotonic(), None, set(on_the_way)
        while left and time.monotonic() - began < ANSWER_TIMEOUT_S:
            _, left = wait(left, timeout=TURN_S)
            self._turned()
            if self._stop.is_set():
                asked_to_stop = asked_to_stop or time.monotonic()
                if time.monotonic() - asked_to_stop > LAST_WAIT_S:
                    return

    def _record(self) -> None:
        """Record what became of replies: on disk first, so that none is sent again, then on Kafka. What fails is done the next time."""
        if self._put_off:
            self._memory.postpone(self._put_off)
            self._put_off = []
        if self._settled:
            self._memory.settle([(one.reply_id, one.outcome.value, one.upstream_id) for one in self._settled])
            settled, self._settled = self._settled, []
            for delivery in settled:
                telemetry.REPLIES.labels(self._channel, delivery.outcome.value).inc()
                self._keep(delivery)

    def _held_back(self, outgoing: Outgoing) -> DeliveryOutcome | None:
        age_s = (datetime.now(UTC) - outgoing.reply.created_at).total_seconds()
        return DeliveryOutcome.expired if age_s > self._limits.max_age_s else None

    def _free_at(self, recipient: str, on_the_way: int) -> float:
        """Return when the recipient may hear from us again, in seconds since 1970; so many letters are on their way there now."""
        if self._limits.per_hour is None:
            return 0.0
        now = time.time()
        heard = self._memory.sent_since(recipient, now - HOUR_S) + [now] * on_the_way
        return 0.0 if len(heard) < self._limits.per_hour else heard[-self._limits.per_hour] + HOUR_S

    def _letter(self, reply: Reply) -> Letter:
        return Letter(
            reply_id=reply.id,
            tracking_code=reply.tracking_code,
            kind=reply.kind,
            address=self._keyring.unseal(reply.reply_address, reply.complaint_id),
            text=reply.text,
        )

    def _note(self, outgoing: Outgoing, answer: "Future[str]") -> None:
        """Note what became of a letter: it is settled, or put off to be tried again."""
        reply = outgoing.reply
        try:
            self._settled.append(delivery_of(reply, DeliveryOutcome.sent, upstream_id=answer.result(0)))
        except Undeliverable as error:
            self._settled.append(delivery_of(reply, DeliveryOutcome.undeliverable, reason=str(error)))
        except Exception as error:  # noqa: BLE001  # what is no answer of the channel's is a fault that may be mended before the reply is too old
            pause_s = min(FIRST_PAUSE_S * 2 ** min(outgoing.tries - 1, 10), LONGEST_PAUSE_S)
            pause_s *= random.uniform(0.8, 1.2)  # noqa: S311  # jitter, no secret
            telemetry.RETRIES.labels(f"send-{self._channel}").inc()
            passing = isinstance(error, UpstreamUnavailable | TimeoutError)
            say = log.warning if passing else log.error
            say(
                "a reply waits", channel=self._channel, error=str(error) or type(error).__name__, pause_s=round(pause_s)
            )
            self._put_off.append((reply.id, time.time() + pause_s, True))
