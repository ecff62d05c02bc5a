"""Keeps records safe: on Kafka, which has acknowledged them, or else in the spool, which has fsynced them."""

import threading
import time
from collections import Counter, deque
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from uuid import UUID

import structlog

from complaints.bus import Position, Producer, Record
from complaints.contract import CONVERSATIONS
from complaints.errors import BusUnavailable, ContractViolation, IntakeFull
from complaints.runtime import telemetry
from complaints.storage.spool import Spool, Spooled

log = structlog.get_logger()

DRAIN_BATCH = 200
"""Number of spooled records read at once while the spool drains: enough to fill a request, and few enough for memory."""

DRAIN_PAUSE_S = 1.0
"""Seconds between two checks whether Kafka is back."""

ASK_S = 5.0
"""Seconds between two records that are tried on Kafka while it seems to be away: each waits for the producer's timeout."""

SLOW_S = 0.5
"""Seconds that the drain waits for answers, which take milliseconds, so that a partition without a leader does not hold up others."""

REFUSED = "Kafka refuses a record as too large that is within our limits: run `lapor topics apply`"


class Outcome(StrEnum):
    """The place where a message is safe."""

    published = "published"
    spooled = "spooled"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that a message is safe. A channel may acknowledge a message only if it has the receipt.

    Attributes:
        outcome: where the message is safe.
        message_id: the id of the message, and of the complaint or the command that it becomes.
        tracking_code: the tracking code that keys its mailbox if the channel does not know senders, as on the web; otherwise empty.
    """

    outcome: Outcome
    message_id: UUID
    tracking_code: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """A record to keep, the receipt that is valid once the record is on Kafka, and the future of the receipt."""

    record: Record
    receipt: Receipt
    answer: "Future[Receipt]"


class Safe:
    """Writes records to Kafka, or to the spool while Kafka does not take them. Thread-safe.

    Each citizen's messages keep their order: one is sent only after Kafka has answered the one before it, or waits behind it in the spool.
    """

    def __init__(self, channel: str, *, producer: Producer, spool: Spool) -> None:
        """Start to drain the records that a former run left in the spool.

        Args:
            channel: the name of the channel.
            producer: writes records to Kafka.
            spool: holds records while Kafka does not take them. `close` closes it.
        """
        self._channel = channel
        self._producer = producer
        self._spool = spool
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._under_way = dict[bytes, deque[_Kept]]()  # per key with a record on its way: the records after it
        self._waiting = Counter(spool.keys(CONVERSATIONS))
        self._sent_again = dict[int, Future[Position]]()  # by sequence number in the spool
        self._arrived = set[int]()  # on Kafka, but not yet removed from the spool
        self._answered_s = self._ask_at = 0.0
        self._is_away = False
        self._drainer = threading.Thread(target=self._drain, name=f"drain-{channel}", daemon=True)
        self._drainer.start()

    def keep(self, record: Record, receipt: Receipt) -> "Future[Receipt]":
        """Keep a record.

        Returns:
            A future of the receipt, whose outcome names the place of the record. It fails with IntakeFull if neither Kafka nor the
            spool can take the record now.
        """
        one, spooling = _Kept(record, receipt, Future()), list[tuple[_Kept, Future[None]]]()
        with self._lock:
            if _is_ordered(record) and record.key in self._under_way:
                self._under_way[record.key].append(one)
                return one.answer
            if self._waiting[record.key] or self._is_spooling():
                spooling = self._append([one])
            elif _is_ordered(record):
                self._under_way[record.key] = deque()
        if spooling:
            self._answer_once_spooled(spooling)
        else:
            self._send(one)
        return one.answer

    def _send(self, one: _Kept) -> None:
        sent = partial(self._sent, one, time.monotonic())
        self._producer.send(one.record).add_done_callback(sent)

    def _sent(self, one: _Kept, started_s: float, sent: "Future[Position]") -> None:
        """Answer for a record that Kafka took or refused, and send the next of its key. If Kafka was away, spool it and all after it."""
        error, following = sent.exception(), None
        spooling = list[tuple[_Kept, Future[None]]]()
        self._heard(error, started_s)
        with self._lock:
            behind = self._under_way.pop(one.record.key, deque()) if _is_ordered(one.record) else deque[_Kept]()
            if isinstance(error, BusUnavailable):
                spooling = self._append([one, *behind])
            elif behind:
                following = behind.popleft()
                self._under_way[one.record.key] = behind
        if following is not None:
            self._send(following)
        match error:
            case None:
                one.answer.set_result(one.receipt)
            case BusUnavailable():
                self._answer_once_spooled(spooling)
            case ContractViolation():  # all sizes were checked before, so the topic's limit is below the declared one
                log.error(REFUSED, channel=self._channel, topic=one.record.topic, error=str(error))
                one.answer.set_exception(IntakeFull(f"{REFUSED}: {error}"))
            case _:
                one.answer.set_exception(error)

    def _heard(self, error: BaseException | None, started_s: float = 0.0) -> None:
        """Note an answer. Kafka is away as a whole if it has answered nothing since the record that now failed was sent."""
        if not isinstance(error, BusUnavailable):
            self._is_away, self._answered_s = False, time.monotonic()
        elif self._answered_s < started_s:
            self._is_away = True

    def _is_spooling(self) -> bool:
        """Return whether to spool a record at once, because Kafka is away. Every ASK_S one record is tried on Kafka nevertheless."""
        is_asked = time.monotonic() >= self._ask_at
        if self._is_away and is_asked:
            self._ask_at = time.monotonic() + ASK_S
        return self._is_away and not is_asked

    def _append(self, kept: Collection[_Kept]) -> "list[tuple[_Kept, Future[None]]]":
        """Append records to the spool. Call it with the lock held, so that no later record of a citizen overtakes them."""
        self._waiting.update(one.record.key for one in kept if _is_ordered(one.record))
        return [(one, self._spool.append(one.record)) for one in kept]

    def _answer_once_spooled(self, spooling: "Iterable[tuple[_Kept, Future[None]]]") -> None:
        def spooled(one: _Kept, appended: "Future[None]") -> None:
            error = appended.exception()
            if error is None:
                one.answer.set_result(Receipt(Outcome.spooled, one.receipt.message_id, one.receipt.tracking_code))
            else:
                self._gone([one.record])
                one.answer.set_exception(error)

        for one, appended in spooling:
            appended.add_done_callback(partial(spooled, one))

    def _gone(self, records: Iterable[Record]) -> None:
        """Note that records no longer wait in the spool."""
        with self._lock:
            for key in (record.key for record in records if _is_ordered(record)):
                self._waiting[key] -= 1
                if not self._waiting[key]:
                    del self._waiting[key]

    @property
    def waiting(self) -> int:
        """The number of records that wait in the spool."""
        return len(self._spool)

    def close(self) -> None:
        """Stop draining. Records that still wait stay on disk for the next start."""
        self._stop.set()
        self._drainer.join()
        self._spool.close()

    def _drain(self) -> None:
        while not self._stop.wait(DRAIN_PAUSE_S):
            try:
                self._drain_all()
            except IntakeFull as error:  # a failing disk may recover
                log.warning("the spool cannot be drained", channel=self._channel, error=str(error))
            telemetry.SPOOLED.labels(self._channel).set(len(self._spool))

    def _drain_all(self) -> None:
        """Send the spooled records, oldest first. If one fails, skip the others of its key: other partitions may be well."""
        failed, after = set[bytes](), 0
        while not self._stop.is_set() and (page := self._spool.oldest(DRAIN_BATCH, after=after)):
            after = page[-1].seq
            self._sent_again = {seq: sent for seq, sent in self._sent_again.items() if not _has_failed(sent)}
            self._drain_some([spooled for spooled in page if spooled.seq not in self._arrived], failed)
            self._forget()
            telemetry.SPOOLED.labels(self._channel).set(len(self._spool))

    def _drain_some(self, left: Sequence[Spooled], failed: set[bytes]) -> None:
        """Send some records, each citizen's one after the other, and add the keys of those that do not arrive to `failed`."""
        refusals = list[str]()
        while left and not self._stop.is_set():
            wave, left = _next_of_each(left, failed)
            for spooled in wave:
                if spooled.seq not in self._sent_again:
                    self._sent_again[spooled.seq] = self._producer.send(spooled.record)
            wait([self._sent_again[spooled.seq] for spooled in wave], SLOW_S)
            for spooled in wave:
                refusals += self._drained(spooled, failed)
        if refusals:
            log.error(REFUSED, channel=self._channel, spooled=len(refusals), error=refusals[0])

    def _drained(self, spooled: Spooled, failed: set[bytes]) -> list[str]:
        """Note whether a sent record has arrived, and return Kafka's reason if it refuses the record."""
        if not self._sent_again[spooled.seq].done():  # the next pass looks again
            failed.add(spooled.record.key)
            return []
        error = self._sent_again.pop(spooled.seq).exception()
        if not isinstance(error, BusUnavailable):  # a failure proves nothing: all may be of one partition
            self._heard(error)
        if error is None:
            self._arrived.add(spooled.seq)
            self._gone([spooled.record])
            return []
        failed.add(spooled.record.key)
        return [] if isinstance(error, BusUnavailable) else [str(error)]

    def _forget(self) -> None:
        """Remove arrived records from the spool. If the disk fails, they stay there, but this process does not send them again."""
        arrived = sorted(self._arrived)
        try:
            for at in range(0, len(arrived), DRAIN_BATCH):
                self._spool.remove(arrived[at : at + DRAIN_BATCH])
                self._arrived.difference_update(arrived[at : at + DRAIN_BATCH])
        except IntakeFull as error:
            log.warning("the spool cannot forget what has arrived", channel=self._channel, error=str(error))


def _is_ordered(record: Record) -> bool:
    """Return whether a record must not overtake others of its key: a citizen's messages must not, reports about texts may."""
    return record.topic == CONVERSATIONS


def _has_failed(sent: "Future[Position]") -> bool:
    return sent.done() and sent.exception() is not None


def _next_of_each(left: Sequence[Spooled], failed: Collection[bytes]) -> tuple[list[Spooled], list[Spooled]]:
    """Return the records that can be sent at once, and those that must follow, without the keys that have failed."""
    now, later, citizens = list[Spooled](), list[Spooled](), set[bytes]()
    for spooled in left:
        key = spooled.record.key
        if key in failed:
            continue
        if key in citizens:
            later.append(spooled)
        else:
            now.append(spooled)
            if _is_ordered(spooled.record):
                citizens.add(key)
    return now, later
