"""The intake that every channel uses: it appends each message, sealed, to the citizen's mailbox or to the spool, or the future fails."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import cache, partial
from uuid import UUID, uuid4

import orjson
import structlog

from channels.futures import failed
from channels.safe import Outcome, Receipt, Safe
from channels.sizes import check_bytes, check_packed
from complaints import ids
from complaints.bus import Producer, Record
from complaints.bus.envelope import encode, enveloped
from complaints.crypto import Keyring
from complaints.errors import ContractViolation
from complaints.mail import Received, SendReport
from complaints.message import InboundMessage, pack
from complaints.runtime import telemetry
from complaints.storage.spool import Spool

log = structlog.get_logger()


class Intake:
    """Takes the messages of one channel. Thread-safe. Each ends on Kafka or in the spool, or its future fails."""

    def __init__(
        self,
        channel: str,
        *,
        keyring: Keyring,
        producer: Producer,
        spool: Spool,
        mint: Callable[[], UUID] = uuid4,
    ) -> None:
        """Start to drain the records that a former run left in the spool.

        Args:
            channel: the name of the channel.
            keyring: makes pseudonyms, and seals messages.
            producer: writes records to Kafka.
            spool: holds records while Kafka is away. Closed by `close`.
            mint: returns the id of a message whose protocol has none.
        """
        self._channel = channel
        self._source = f"/channels/{channel}".encode()
        self._keyring = keyring
        self._mint = mint
        self._safe = Safe(channel, producer=producer, spool=spool)
        self._seconds = telemetry.INTAKE_SECONDS.labels(channel)
        self._counter = cache(partial(telemetry.MESSAGES_IN.labels, channel))

    def take(self, message: InboundMessage) -> "Future[Receipt]":
        """Keep a message in the mailbox of its citizen.

        Returns:
            A future of the receipt. It fails with IntakeFull if neither Kafka nor the spool can take it (refuse the message for now;
            upstream may send it again), and with ContractViolation if it is too large (refuse the message for good).
        """
        try:
            record, receipt = self.record(message)
        except ContractViolation as error:
            return failed(error)
        return self._keep(record, receipt)

    def reject(self, content: bytes, error: Exception, *, name: str, account: str = "") -> "Future[Receipt]":
        """Keep what the channel cannot read, as bytes. The future is like that of `take`.

        Args:
            content: the bytes as they came.
            error: why they cannot be read.
            name: the upstream's stable identifier of them, which may hold the sender's identity.
            account: our account that received them.
        """
        try:
            record, receipt = self.rejected(content, error, name=name, account=account)
        except ContractViolation as fault:
            return failed(fault)
        return self._keep(record, receipt)

    def report(self, report: SendReport) -> "Future[Receipt]":
        """Keep what an upstream reports about a text that an account sent, whichever process received it."""
        return self._keep(encode(report, source=self._source.decode()), Receipt(Outcome.published, report.id, ""))

    def record(self, message: InboundMessage) -> tuple[Record, Receipt]:
        """Return the record of a message, and its receipt once the record is safe.

        Raises:
            ContractViolation: the message is too large.
        """
        packed = pack(message)
        check_packed(packed)
        found = ids.message_id(self._channel, message.upstream_id) if message.upstream_id else self._mint()
        if message.sender:
            alone = f"\0{found}" if message.shared else ""
            citizen, code = self._keyring.pseudonym(self._channel, message.sender + alone), ""
        else:
            citizen = code = message.about or self._keyring.tracking_code(found)
        month = f"{message.received_at:%Y-%m}"
        record = self._received(
            {
                "id": str(found),
                "citizen": citizen,
                "channel": self._channel,
                "account": message.account,
                "received_at": _time(message.received_at),
                "month": month,
                "sealed": self._keyring.seal(packed, owner=found, month=month),
            }
        )
        return record, Receipt(Outcome.published, found, code)

    def rejected(self, content: bytes, error: Exception, *, name: str, account: str = "") -> tuple[Record, Receipt]:
        """Return the record of what the channel cannot read, and its receipt once the record is safe (see `reject`).

        Raises:
            ContractViolation: it is too large.
        """
        now, hidden = datetime.now(UTC), self._keyring.pseudonym(self._channel, f"unread\0{name}")
        found, month = ids.message_id(self._channel, f"unread/{hidden}"), f"{now:%Y-%m}"
        check_bytes(content)
        telemetry.DEAD_LETTERS.labels(self._channel).inc()
        log.warning("a message cannot be read", channel=self._channel, error_class=type(error).__name__)
        record = self._received(
            {
                "id": str(found),
                "citizen": hidden,
                "channel": self._channel,
                "account": account,
                "received_at": _time(now),
                "month": month,
                "sealed": self._keyring.seal(content, owner=found, month=month),
                "fault": str(error),
                "error_class": type(error).__name__,
            }
        )
        return record, Receipt(Outcome.published, found, "")

    def _received(self, said: dict[str, str]) -> Record:
        key = said["citizen"].encode()
        return enveloped(
            Received,
            key=key,
            value=orjson.dumps(said),
            id_=said["id"],
            source=self._source,
            time=said["received_at"],
        )

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
        outcome = answer.result().outcome.value if error is None else type(error).__name__
        self._counter(outcome).inc()
        self._seconds.observe(time.monotonic() - started)


def _time(moment: datetime) -> str:
    """Return a moment as the models write it."""
    return moment.isoformat().replace("+00:00", "Z")
