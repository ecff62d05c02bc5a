"""The intake that every channel uses: it puts each message on Kafka or into the spool, or the message's future fails."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import structlog

from channels import status_requests
from channels.conversation import Added, Conversation
from channels.futures import failed
from channels.safe import Outcome, Receipt, Safe
from channels.sizes import fault_of
from complaints import ids
from complaints.bus import Producer, Record
from complaints.bus.envelope import encode
from complaints.errors import CaseError, ContractViolation, IntakeFull, PoisonError
from complaints.event import Complaint, DeadLetter, Delivery, DeliveryOutcome, Reply
from complaints.limits import RECORD_BYTES
from complaints.message import InboundMessage
from complaints.runtime import telemetry
from complaints.storage.spool import Spool

log = structlog.get_logger()

QUESTIONS_AT_ONCE = 4
"""Number of citizens' questions that are answered at the same time; others wait."""

Normalise = Callable[[InboundMessage], Complaint]
"""The pure normaliser."""

Read = Callable[[InboundMessage], Complaint | Added | Reply]
"""Tells what a message becomes."""


class Intake:
    """Takes the messages of one channel. Thread-safe. Each ends on Kafka or in the spool, or its future fails."""

    def __init__(
        self,
        channel: str,
        *,
        normalise: Normalise,
        producer: Producer,
        spool: Spool,
        conversation: Conversation | None = None,
    ) -> None:
        """Start to drain the records that a former run left in the spool.

        Args:
            channel: the name of the channel.
            normalise: the pure normaliser.
            producer: writes events to Kafka.
            spool: holds events while Kafka is away. Closed by `close`.
            conversation: recognises messages that are not new complaints. Without it, every message is a new complaint.
        """
        self._conversation = conversation
        self._channel = channel
        self._normalise = normalise
        self._safe = Safe(channel, producer=producer, spool=spool)
        self._questions = ThreadPoolExecutor(QUESTIONS_AT_ONCE, thread_name_prefix=f"questions-{channel}")

    def accept(self, message: InboundMessage) -> "Future[Receipt]":
        """Keep a message as a new complaint, an addition to a case, or the reply to a question about a case.

        A message that the normaliser cannot read is poison: it becomes a dead letter, and the receipt says so.

        Returns:
            A future of the receipt. It fails with IntakeFull if neither Kafka nor the spool can take the event (refuse the message for
            now; upstream may send it again), and with ContractViolation if it is too large for Kafka (refuse the message for good).
        """
        if self._conversation is not None:
            if (request := status_requests.parse(message.text)) is not None:
                return self._kept_later(message, partial(self._conversation.answer, request=request))
            if self._conversation.must_look_up(message):
                return self._kept_later(message, self._read)
        return self._kept_as(message, self._read)

    def complete(self, code: str, message: InboundMessage) -> "Future[Receipt]":
        """Add the message to the case with this code. The future is like that of `accept`.

        It also fails with CaseError if there is no such case, or nobody can tell now. May block for seconds.
        """
        return self._kept_as(message, partial(self._added_to, code))

    def delivered(self, upstream_id: str, *, ok: bool, detail: str = "") -> bool:
        """Record upstream's report about the delivery of a reply. A report about an unknown message is ignored.

        Args:
            upstream_id: upstream's identifier of the sent message.
            ok: whether the citizen received it.
            detail: upstream's own words.

        Returns:
            Whether the reply is known. A reply that was sent a moment ago may not be recorded yet; a channel may report it again later.
        """
        reply = None if self._conversation is None else self._conversation.delivered(upstream_id)
        if reply is not None:
            outcome = DeliveryOutcome.delivered if ok else DeliveryOutcome.undeliverable
            self.keep(delivery_of(reply, outcome, upstream_id=upstream_id, reason=detail))
        return reply is not None

    def keep(self, event: Delivery | DeadLetter) -> "Future[Receipt]":
        """Keep an event of the channel itself, as safely as a complaint."""
        record = encode(event, source=f"/channels/{self._channel}")
        return self._keep(record, Receipt(Outcome.published, event.id, ""))

    def _added_to(self, code: str, message: InboundMessage) -> Added:
        if self._conversation is None:
            raise CaseError("this channel keeps no cases")
        return self._conversation.to_case(code, message)

    def _kept_later(self, message: InboundMessage, read: Read) -> "Future[Receipt]":
        """Keep a message in another thread, because looking up a case takes longer than the channel may wait."""
        receipt: Future[Receipt] = Future()

        def look_up() -> None:
            self._kept_as(message, read).add_done_callback(partial(_pass_on, receipt))

        self._questions.submit(look_up)
        return receipt

    def _read(self, message: InboundMessage) -> Complaint | Added:
        fresh = self._normalise(message)
        return fresh if self._conversation is None else self._conversation.addition(message, fresh) or fresh

    def _kept_as(self, message: InboundMessage, read: Read) -> "Future[Receipt]":
        source_key = f"{self._channel}/{message.upstream_id}"
        try:
            found = read(message)
            event = found.command if isinstance(found, Added) else found
            record = encode(event, source=f"/channels/{self._channel}")
        except (IntakeFull, CaseError) as error:
            return failed(error)
        except Exception as error:  # noqa: BLE001  # a bug would fail in the same way next time: the message is poison, kept with its bytes
            return self.reject(source_key, payload=message.body, error=error)
        if (fault := fault_of(message, event, record)) is not None:
            return self.reject(source_key, payload=message.body, error=fault)
        about = found.id if isinstance(found, Complaint) else found.complaint_id
        receipt = Receipt(Outcome.published, about, event.tracking_code)
        match found:
            case Complaint() if self._conversation is not None:
                return self._remembered(found, message.thread, self._keep(record, receipt))
            case Added() if self._conversation is not None:  # at once: what came together is read together
                self._conversation.added(found)
        return self._keep(record, receipt)

    def _remembered(self, complaint: Complaint, thread: str, kept: "Future[Receipt]") -> "Future[Receipt]":
        """Return the future of the receipt, which is done once the complaint is safe and the channel remembers it."""
        receipt: Future[Receipt] = Future()

        def remember(done: "Future[Receipt]") -> None:
            if done.exception() is None and self._conversation is not None:
                self._conversation.acknowledged(complaint, thread)
            _pass_on(receipt, done)

        kept.add_done_callback(remember)
        return receipt

    def reject(self, source_key: str, *, payload: bytes, error: Exception) -> "Future[Receipt]":
        """Keep a message that cannot become a complaint as a dead letter with its reason.

        Args:
            source_key: the channel and upstream's identifier, or a digest if there is none. The id of the dead letter is derived from it.
            payload: the original bytes of the message.
            error: the reason: a PoisonError, or any other exception, which means a bug in this program.

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
        if len(record.value) > RECORD_BYTES:
            return failed(ContractViolation(f"the message has {len(payload)} bytes, which is too large for Kafka"))
        return self._keep(record, Receipt(Outcome.dead_lettered, letter.id, ""))

    @property
    def waiting(self) -> int:
        """The number of records that wait in the spool."""
        return self._safe.waiting

    def close(self) -> None:
        """Stop draining. Records that still wait stay on disk for the next start."""
        self._questions.shutdown()
        self._safe.close()

    def _keep(self, record: Record, receipt: Receipt) -> "Future[Receipt]":
        started = time.monotonic()
        answer = self._safe.keep(record, receipt)
        answer.add_done_callback(partial(self._measure, started))
        return answer

    def _measure(self, started: float, answer: "Future[Receipt]") -> None:
        error = answer.exception()
        outcome = answer.result().outcome.value if error is None else type(error).__name__
        telemetry.MESSAGES_IN.labels(self._channel, outcome).inc()
        telemetry.INTAKE_SECONDS.labels(self._channel).observe(time.monotonic() - started)


def delivery_of(reply: Reply, outcome: DeliveryOutcome, *, upstream_id: str = "", reason: str = "") -> Delivery:
    """Return the event that records the outcome of a reply."""
    return Delivery(
        id=ids.delivery_id(reply.id, outcome.value),
        reply_id=reply.id,
        complaint_id=reply.complaint_id,
        tracking_code=reply.tracking_code,
        channel=reply.channel,
        kind=reply.kind,
        outcome=outcome,
        upstream_id=upstream_id,
        reason=reason,
        at=datetime.now(UTC),
    )


def _pass_on(to: "Future[Receipt]", done: "Future[Receipt]") -> None:
    error = done.exception()
    if error is None:
        to.set_result(done.result())
    else:
        to.set_exception(error)
