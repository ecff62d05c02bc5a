"""The contract of every door, and the ack rule: upstream hears "yes" only after Kafka acked or the spool fsynced."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Protocol
from uuid import UUID

import structlog

from complaints import ids, telemetry
from complaints.bus import MAX_RECORD_BYTES, Position, Producer, Record
from complaints.envelope import encode
from complaints.errors import BusUnavailable, ContractViolation, IntakeFull, PoisonError
from complaints.event import Complaint, DeadLetter
from complaints.message import InboundMessage
from complaints.spool import Spool

log = structlog.get_logger()

Normalise = Callable[[InboundMessage], Complaint]

DRAIN_BATCH = 200
"""Spooled records in flight at once while the spool drains: enough to fill a request, few enough to keep their order cheap."""

DRAIN_PAUSE_S = 1.0
"""Between two looks whether Kafka is back."""


class Outcome(StrEnum):
    """Where a message is safe."""

    published = "published"
    spooled = "spooled"
    dead_lettered = "dead_lettered"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that a message is safe: only with one in hand may a door say yes.

    Attributes:
        outcome: where it is.
        complaint_id: of the complaint, or of the dead letter where the message was poison.
        tracking_code: for the citizen; empty where the message was poison.
    """

    outcome: Outcome
    complaint_id: UUID
    tracking_code: str


class Channel(Protocol):
    """A door. It owns its connections and threads, and shares nothing with other doors but the Intake's type."""

    name: str

    def run(self, intake: "Intake", stop: threading.Event) -> None:
        """Serve until `stop` is set, then let go of upstream in its protocol's own way and return.

        May block. Must pass each message to `intake` and say yes upstream only when the future it gets is done; must say no, or
        nothing, when that future fails. Connection faults are its own to heal, with a bound, jitter and a metric; raises only what it
        cannot answer for, and is then restarted.
        """


class Intake:
    """The one way in. Thread-safe. Everything handed in ends on Kafka or in the spool, or its future fails with IntakeFull."""

    def __init__(self, channel: str, *, normalise: Normalise, producer: Producer, spool: Spool) -> None:
        """Start draining what a former run left in the spool.

        Args:
            channel: the door's name.
            normalise: the pure normaliser.
            producer: where complaints go.
            spool: where they wait when Kafka is away. Closed by `close`.
        """
        self._channel = channel
        self._normalise = normalise
        self._producer = producer
        self._spool = spool
        self._stop = threading.Event()
        self._bus_answers = True
        self._drainer = threading.Thread(target=self._drain, name=f"drain-{channel}", daemon=True)
        self._drainer.start()

    def accept(self, message: InboundMessage) -> "Future[Receipt]":
        """Make the message a complaint and keep it.

        A message that the normaliser cannot read is poison: it becomes a dead letter and the receipt says so.

        Returns:
            A future of the receipt. It fails with IntakeFull where neither Kafka nor the spool can take it (say no upstream, it may
            come again) or with ContractViolation where Kafka never will (it is too large: refuse it upstream for good).
        """
        try:
            complaint = self._normalise(message)
            record = encode(complaint, source=f"/channels/{self._channel}")
        except Exception as error:  # noqa: BLE001  # whatever our own code trips over fails the same way next time: poison, kept with its bytes
            return self.reject(f"{self._channel}/{message.upstream_id}", payload=message.body, error=error)
        if len(record.value) > MAX_RECORD_BYTES:
            fault = ContractViolation(f"the complaint has {len(record.value)} bytes, Kafka takes {MAX_RECORD_BYTES}")
            return self.reject(f"{self._channel}/{message.upstream_id}", payload=message.body, error=fault)
        return self._keep(record, Receipt(Outcome.published, complaint.id, complaint.tracking_code))

    def reject(self, source_key: str, *, payload: bytes, error: Exception) -> "Future[Receipt]":
        """Keep a message that cannot become a complaint, as a dead letter with its reason.

        Args:
            source_key: the channel and the upstream's identifier, or a digest where it has none; the dead letter's id derives from it.
            payload: the bytes as they came.
            error: why; a PoisonError, or whatever our own code tripped over.

        Returns:
            A future like that of `accept`.
        """
        letter = DeadLetter(
            id=ids.dead_letter_id(source_key),
            channel=self._channel,
            source_key=source_key,
            reason=str(error) if isinstance(error, PoisonError) else f"our own fault: {error!r}",
            error_class=type(error).__name__,
            at=datetime.now(UTC),
            payload=payload,
        )
        log.warning("dead letter", source_key=source_key, error_class=letter.error_class)
        telemetry.DEAD_LETTERS.labels(self._channel).inc()
        record = encode(letter, source=f"/channels/{self._channel}")
        if len(record.value) > MAX_RECORD_BYTES:
            refused: Future[Receipt] = Future()
            refused.set_exception(
                ContractViolation(f"the message has {len(payload)} bytes, more than Kafka can ever keep")
            )
            return refused
        return self._keep(record, Receipt(Outcome.dead_lettered, letter.id, ""))

    @property
    def waiting(self) -> int:
        """How many records wait in the spool."""
        return len(self._spool)

    def close(self) -> None:
        """Stop draining; what still waits stays on disk for the next start."""
        self._stop.set()
        self._drainer.join()
        self._spool.close()

    def _keep(self, record: Record, receipt: Receipt) -> "Future[Receipt]":
        started = time.monotonic()
        answer: Future[Receipt] = Future()
        answer.add_done_callback(partial(self._measure, started))
        if len(self._spool):  # behind those that wait, so that the order holds
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
        outcome = Outcome.spooled if receipt.outcome is Outcome.published else receipt.outcome
        spooled = Receipt(outcome, receipt.complaint_id, receipt.tracking_code)

        def kept(appended: "Future[None]") -> None:
            error = appended.exception()
            if error is None:
                answer.set_result(spooled)
            else:
                answer.set_exception(error)

        self._spool.append(record).add_done_callback(kept)

    def _measure(self, started: float, answer: "Future[Receipt]") -> None:
        error = answer.exception()
        outcome = answer.result().outcome.value if error is None else type(error).__name__
        telemetry.MESSAGES_IN.labels(self._channel, outcome).inc()
        telemetry.INTAKE_SECONDS.labels(self._channel).observe(time.monotonic() - started)

    def _drain(self) -> None:
        more = False
        while not self._stop.wait(0 if more else DRAIN_PAUSE_S):
            try:
                more = self._drain_some()
            except (
                IntakeFull
            ) as error:  # a full or failing disk may pass; what Kafka has is sent again, under the same ids
                log.warning("the spool cannot be drained", channel=self._channel, error=str(error))
                more = False
            telemetry.SPOOLED.labels(self._channel).set(len(self._spool))

    def _drain_some(self) -> bool:
        """Send the oldest records; True where all of them arrived and there may be more."""
        batch = self._spool.oldest(
            DRAIN_BATCH if self._bus_answers else 1
        )  # one is enough to see whether Kafka is back
        if not batch:
            return False
        sent = [self._producer.send(spooled.record) for spooled in batch]
        arrived = 0
        for answer in sent:
            if (error := answer.exception()) is not None:
                if not isinstance(error, BusUnavailable):
                    log.error("Kafka refuses what is spooled: mend the topic", channel=self._channel, error=str(error))
                break
            arrived += 1
        if arrived:
            self._spool.remove_through(batch[arrived - 1].seq)
        self._bus_answers = arrived == len(batch)
        return self._bus_answers


__all__ = ["Channel", "Intake", "IntakeFull", "Outcome", "Receipt"]
