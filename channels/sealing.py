"""Seals the messages of one channel into records for the mailboxes of the citizens. Thread-safe; does no I/O."""

from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import orjson
import structlog

from channels.safe import Outcome, Receipt
from complaints import ids
from complaints.bus import Record
from complaints.bus.envelope import enveloped
from complaints.crypto import Keyring
from complaints.errors import ContractViolation, words
from complaints.limits import BODY_BYTES, MESSAGE_BYTES
from complaints.mail import Received
from complaints.message import InboundMessage, head_bytes, pack
from complaints.runtime import telemetry

log = structlog.get_logger()

FAULT_CHARACTERS: Final = 2_000
"""The maximum length of the recorded error of an unreadable message, which the error may quote."""


def check_packed(packed: bytes) -> None:
    """Check the sizes of a packed message: of its text and fields as JSON, and of its bytes as received.

    Raises:
        ContractViolation: one of them is too large; the text says which.
    """
    head = head_bytes(packed)
    _check("text and fields", head, MESSAGE_BYTES)
    check_bytes(packed[head:])


def check_bytes(content: bytes) -> None:
    """Check the size of a message's bytes as received.

    Raises:
        ContractViolation: they are too many.
    """
    _check("bytes as received", len(content), BODY_BYTES)


def _check(what: str, size: int, limit: int) -> None:
    if size > limit:
        raise ContractViolation(f"the message has {size} bytes of {what}; at most {limit} are allowed")


class Sealing:
    """Makes the records of one channel."""

    def __init__(self, channel: str, *, keyring: Keyring) -> None:
        self._channel, self._keyring = channel, keyring
        self._source = f"/channels/{channel}".encode()

    def record(self, message: InboundMessage) -> tuple[Record, Receipt]:
        """Return the record of a message, and the receipt that is valid once the record is safe.

        Raises:
            ContractViolation: the message is too large.
        """
        packed = pack(message)
        check_packed(packed)
        found = ids.message_id(self._channel, message.upstream_id) if message.upstream_id else uuid4()
        if message.sender:
            alone = f"\0{found}" if message.shared else ""
            citizen, code = self._keyring.pseudonym(self._channel, message.sender + alone), ""
        else:
            citizen = code = message.about or self._keyring.tracking_code(found)
        received_at = _time(message.received_at)
        month = received_at[:7]
        record = self._received(
            {
                "id": str(found),
                "citizen": citizen,
                "channel": self._channel,
                "account": message.account,
                "received_at": received_at,
                "month": month,
                "sealed": self._keyring.seal(packed, owner=found, month=month),
            }
        )
        return record, Receipt(Outcome.published, found, code)

    def rejected(self, content: bytes, error: Exception, *, name: str, account: str = "") -> tuple[Record, Receipt]:
        """Return the record of a message that the channel cannot read, and the receipt that is valid once it is safe (see Intake.reject).

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
                "fault": words(error, FAULT_CHARACTERS),
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


def _time(moment: datetime) -> str:
    """Return a moment in ISO 8601 with Z for UTC, as the models write it."""
    return moment.isoformat().replace("+00:00", "Z")
