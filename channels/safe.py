"""Keeps records safe: on Kafka once it has acknowledged them, or else in the spool once they are fsynced."""

import threading
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from uuid import UUID

import structlog

from complaints.bus import Position, Producer, Record
from complaints.errors import BusUnavailable, IntakeFull
from complaints.runtime import telemetry
from complaints.storage.spool import Spool

log = structlog.get_logger()

DRAIN_BATCH = 200
"""Number of spooled records sent at once while the spool drains: enough to fill a request, and few enough to keep their order cheaply."""

DRAIN_PAUSE_S = 1.0
"""Seconds between two checks whether Kafka is back."""


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
    """Writes records to Kafka, or to the spool while Kafka is away, in the order of arrival. Thread-safe."""

    def __init__(self, channel: str, *, producer: Producer, spool: Spool) -> None:
        """Start to drain the records that a former run left in the spool.

        Args:
            channel: the name of the channel.
            producer: writes records to Kafka.
            spool: holds records while Kafka is away. Closed by `close`.
        """
        self._channel = channel
        self._producer = producer
        self._spool = spool
        self._stop = threading.Event()
        self._bus_answers = True
        self._drainer = threading.Thread(target=self._drain, name=f"drain-{channel}", daemon=True)
        self._drainer.start()

    def keep(self, record: Record, receipt: Receipt) -> "Future[Receipt]":
        """Keep a record.

        Returns:
            A future of the receipt, whose outcome says where the record is. It fails with IntakeFull if neither Kafka nor the spool
            can take the record, and with ContractViolation if Kafka will never accept it.
        """
        answer: Future[Receipt] = Future()
        if len(self._spool):  # spooled records wait, and this one must come after them
            self._append(record, receipt, answer)
        else:
            self._producer.send(record).add_done_callback(partial(self._sent, record, receipt, answer))
        return answer

    def _sent(self, record: Record, receipt: Receipt, answer: "Future[Receipt]", sent: "Future[Position]") -> None:
        match sent.exception():
            case None:
                answer.set_result(receipt)
            case BusUnavailable():
                self._append(record, receipt, answer)
            case error:
                answer.set_exception(error)

    def _append(self, record: Record, receipt: Receipt, answer: "Future[Receipt]") -> None:
        spooled = Receipt(Outcome.spooled, receipt.message_id, receipt.tracking_code)

        def kept(appended: "Future[None]") -> None:
            error = appended.exception()
            if error is None:
                answer.set_result(spooled)
            else:
                answer.set_exception(error)

        self._spool.append(record).add_done_callback(kept)

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
        more = False
        while not self._stop.wait(0 if more else DRAIN_PAUSE_S):
            try:
                more = self._drain_some()
            except IntakeFull as error:  # a full or failing disk may recover; records that Kafka has are then sent again, with the same ids
                log.warning("the spool cannot be drained", channel=self._channel, error=str(error))
                more = False
            telemetry.SPOOLED.labels(self._channel).set(len(self._spool))

    def _drain_some(self) -> bool:
        """Send the oldest records. Return True if all of them arrived and there may be more."""
        batch = self._spool.oldest(
            DRAIN_BATCH if self._bus_answers else 1
        )  # one record is enough to find out whether Kafka is back
        if not batch:
            return False
        sent = [self._producer.send(spooled.record) for spooled in batch]
        arrived = 0
        for answer in sent:
            if (error := answer.exception()) is not None:
                if not isinstance(error, BusUnavailable):
                    log.error(
                        "Kafka refuses a spooled record: correct the topic", channel=self._channel, error=str(error)
                    )
                break
            arrived += 1
        if arrived:
            self._spool.remove_through(batch[arrived - 1].seq)
        self._bus_answers = arrived == len(batch)
        return self._bus_answers
