"""The intake of every channel: it seals each message, and writes it to the citizen's mailbox or to the spool, or its future fails."""

import time
from concurrent.futures import Future
from functools import cache, partial

from channels.futures import failed
from channels.safe import Outcome, Receipt, Safe
from channels.sealing import Sealing
from complaints.bus import Producer, Record
from complaints.bus.envelope import encode
from complaints.crypto import Keyring
from complaints.errors import ContractViolation
from complaints.mail import SendReport
from complaints.message import InboundMessage
from complaints.runtime import telemetry
from complaints.storage.spool import Spool


class Intake:
    """Takes the messages of one channel. Thread-safe. Each message is on Kafka or in the spool when its future succeeds."""

    def __init__(
        self,
        channel: str,
        *,
        keyring: Keyring,
        producer: Producer,
        spool: Spool,
    ) -> None:
        """Start to drain the records that a former run left in the spool.

        Args:
            channel: the name of the channel.
            keyring: makes pseudonyms, and seals messages.
            producer: writes records to Kafka.
            spool: holds records while Kafka is away. `close` closes it.
        """
        self._channel = channel
        self._source = f"/channels/{channel}"
        self._sealing = Sealing(channel, keyring=keyring)
        self._safe = Safe(channel, producer=producer, spool=spool)
        self._seconds = telemetry.INTAKE_SECONDS.labels(channel)
        self._counter = cache(partial(telemetry.MESSAGES_IN.labels, channel))

    def take(self, message: InboundMessage) -> "Future[Receipt]":
        """Write a message to the mailbox of its citizen.

        Returns:
            A future of the receipt. It fails with IntakeFull if neither Kafka nor the spool can take the message (refuse it for now;
            upstream may send it again), and with ContractViolation if the message exceeds our own limits (refuse it for good).
        """
        try:
            record, receipt = self.record(message)
        except ContractViolation as error:
            return failed(error)
        return self._keep(record, receipt)

    def reject(self, content: bytes, error: Exception, *, name: str, account: str = "") -> "Future[Receipt]":
        """Write a message that the channel cannot read, as bytes, so that it becomes a dead letter. The future is like that of `take`.

        Args:
            content: the bytes as received.
            error: why they cannot be read.
            name: the upstream's stable identifier of the message, which may contain the sender's identity.
            account: our account that received it.
        """
        try:
            record, receipt = self.rejected(content, error, name=name, account=account)
        except ContractViolation as fault:
            return failed(fault)
        return self._keep(record, receipt)

    def report(self, report: SendReport) -> "Future[Receipt]":
        """Write an upstream's report about a sent text to the account's mailbox; any process may have received it."""
        return self._keep(encode(report, source=self._source), Receipt(Outcome.published, report.id, ""))

    def record(self, message: InboundMessage) -> tuple[Record, Receipt]:
        """Return the record of a message, and the receipt that is valid once the record is safe (see Sealing)."""
        return self._sealing.record(message)

    def rejected(self, content: bytes, error: Exception, *, name: str, account: str = "") -> tuple[Record, Receipt]:
        """Return the record of a message that the channel cannot read, and the receipt that is valid once it is safe (see Sealing)."""
        return self._sealing.rejected(content, error, name=name, account=account)

    @property
    def waiting(self) -> int:
        """The number of records that wait in the spool."""
        return self._safe.waiting

    def close(self) -> None:
        """Stop draining. Records that still wait stay on disk for the next start."""
        self._safe.close()

    def _keep(self, record: Record, receipt: Receipt) -> "Future[Receipt]":
        started = time.monotonic()
        answer = self._safe.keep(record, receipt)
        answer.add_done_callback(partial(self._measure, started))
        return answer

    def _measure(self, started: float, answer: "Future[Receipt]") -> None:
        error = answer.exception()
        outcome = answer.result().outcome if error is None else type(error).__name__
        self._counter(outcome).inc()
        self._seconds.observe(time.monotonic() - started)
