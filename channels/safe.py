"""Keeps records safe: on Kafka once it has acknowledged them, or else in the spool once they are fsynced."""

import threading
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from uuid import UUID

import structlog

from complaints.bus import Position, Producer, Record
from complaints.errors import BusUnavailable, ContractViolation, IntakeFull
from complaints.runtime import telemetry
from complaints.storage.spool import Spool, Spooled

log = structlog.get_logger()

DRAIN_BATCH = 200
"""Number of spooled records sent at once while the spool drains: enough to fill a request, and few enough for the memory."""

DRAIN_PAUSE_S = 1.0
"""Seconds between two checks whether Kafka is back."""

ASK_S = 5.0
"""Seconds between two records that are tried on Kafka while it seems to be away: each waits as long as the producer does."""

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
        tracking_code: the tracking code of its mailbox if the channel knows no persons, as on the web; otherwise empty.
    """

    outcome: Outcome
    message_id: UUID
    tracking_code: str


class Safe:
    """Writes records to Kafka, or to the spool while Kafka does not take them: those of a key in the order of arrival. Thread-safe."""

    def __init__(self, channel: str, *, producer: Producer, spool: Spool) -> None:
        """Start to drain the records that a former run left in the spool.

        Args:
            channel: the name of the channel.
            producer: writes records to Kafka.
            spool: holds records while Kafka does not take them. Closed by `close`.
        """
        self._channel = channel
        self._producer = producer
        self._spool = spool
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._waiting = Counter(spool.keys())
        self._answered_s = self._ask_at = 0.0
        self._is_away = False
        self._drainer = threading.Thread(target=self._drain, name=f"drain-{channel}", daemon=True)
        self._drainer.start()

    def keep(self, record: Record, receipt: Receipt) -> "Future[Receipt]":
        """Keep a record.

        Returns:
            A future of the receipt, whose outcome says where the record is. It fails with IntakeFull if neither Kafka nor the spool
            can take the record now.
        """
        answer: Future[Receipt] = Future()
        # a record comes after those of its key that wait; one of another key may be of a partition that is well
        if self._waiting[record.key] or self._is_spooling():
            self._append(record, receipt, answer)
        else:
            sent = partial(self._sent, record, receipt, answer, time.monotonic())
            self._producer.send(record).add_done_callback(sent)
        return answer

    def _sent(
        self, record: Record, receipt: Receipt, answer: "Future[Receipt]", started_s: float, sent: "Future[Position]"
    ) -> None:
        error = sent.exception()
        self._heard(error, started_s)
        match error:
            case None:
                answer.set_result(receipt)
            case BusUnavailable():
                self._append(record, receipt, answer)
            case ContractViolation():  # all sizes were checked before: the topic takes less than is declared
                log.error(REFUSED, channel=self._channel, topic=record.topic, error=str(error))
                answer.set_exception(IntakeFull(f"{REFUSED}: {error}"))
            case _:
                answer.set_exception(error)

    def _heard(self, error: BaseException | None, started_s: float = 0.0) -> None:
        """Note whether Kafka is away as a whole: it has answered nothing since a record was sent that has failed now."""
        if not isinstance(error, BusUnavailable):
            self._is_away, self._answered_s = False, time.monotonic()
        elif self._answered_s < started_s:
            self._is_away = True

    def _is_spooling(self) -> bool:
        """Return whether a record is not to be tried on Kafka, which is away. One in a while is, since the spool may be full of others."""
        with self._lock:
            is_asked = time.monotonic() >= self._ask_at
            if self._is_away and is_asked:
                self._ask_at = time.monotonic() + ASK_S
        return self._is_away and not is_asked

    def _append(self, record: Record, receipt: Receipt, answer: "Future[Receipt]") -> None:
        spooled = Receipt(Outcome.spooled, receipt.message_id, receipt.tracking_code)
        with self._lock:
            self._waiting[record.key] += 1

        def kept(appended: "Future[None]") -> None:
            error = appended.exception()
            if error is None:
                answer.set_result(spooled)
            else:
                self._gone([record.key])
                answer.set_exception(error)

        self._spool.append(record).add_done_callback(kept)

    def _gone(self, keys: Iterable[bytes]) -> None:
        """Note that a record of each key waits no more."""
        with self._lock:
            for key in keys:
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
            except IntakeFull as error:  # a full or failing disk may recover; records that Kafka has are then sent again, with the same ids
                log.warning("the spool cannot be drained", channel=self._channel, error=str(error))
            telemetry.SPOOLED.labels(self._channel).set(len(self._spool))

    def _drain_all(self) -> None:
        """Send what waits, the oldest first, and pass over the keys of which a record has failed: of other partitions all may be well."""
        failed, after = set[bytes](), 0
        while not self._stop.is_set() and (page := self._spool.oldest(DRAIN_BATCH, after=after)):
            after = page[-1].seq
            self._drain_some([spooled for spooled in page if spooled.record.key not in failed], failed)
            telemetry.SPOOLED.labels(self._channel).set(len(self._spool))

    def _drain_some(self, batch: list[Spooled], failed: set[bytes]) -> None:
        """Send some records, remove those that arrived, and add the keys of the others to the failed ones."""
        arrived, refusals = list[Spooled](), list[str]()
        for spooled, answer in [(spooled, self._producer.send(spooled.record)) for spooled in batch]:
            error = answer.exception()
            if not isinstance(
                error, BusUnavailable
            ):  # a failure says nothing here: all that waits may be of one partition
                self._heard(error)
            if error is not None:
                failed.add(spooled.record.key)
                if not isinstance(error, BusUnavailable):
                    refusals.append(str(error))
            elif (
                spooled.record.key not in failed
            ):  # or it is sent again, behind the one that has failed, with the same id
                arrived.append(spooled)
        if refusals:
            log.error(REFUSED, channel=self._channel, spooled=len(refusals), error=refusals[0])
        if arrived:
            self._spool.remove([spooled.seq for spooled in arrived])
            self._gone(spooled.record.key for spooled in arrived)
