"""Takes the messages that one SMSC delivers, and answers each once it is safe, as received: decoding and joining come later."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Final
from uuid import uuid5

import structlog

from channels.intake import Intake
from channels.safe import Receipt
from channels.sms import pdu
from channels.sms.account import account_name
from channels.sms.coding import as_written
from channels.sms.links import Link
from channels.sms.numbers import e164
from channels.sms.parse import Segment
from channels.sms.pdu import Pdu
from channels.sms.receipts import DeliveryReceipt
from channels.sms.segments import is_person
from channels.sms.session import Answer
from complaints.errors import ContractViolation, MalformedMessage
from complaints.ids import NAMESPACE
from complaints.mail import SendReport
from complaints.message import Fragment, InboundMessage

log = structlog.get_logger()

MACHINE: Final = "machine"
"""Why a message is ignored: no person wrote it, or its sender has no number to answer to (an operator's advertisement)."""

_DIGITS: Final = tuple(map(str, range(256)))
"""Each octet's value in decimal digits."""


class Receiver:
    """Takes the messages and the receipts of one link. The thread of its bind calls it; it answers from any thread."""

    def __init__(self, link: Link, *, intake: Intake, twins: Sequence[Link]) -> None:
        """Make the receiver of a link.

        Args:
            link: the link.
            intake: keeps messages and reports.
            twins: the links whose texts the receipts of this link may be about, this link included.
        """
        self._link = link
        self._account = account_name(link)
        self._twins = tuple(map(account_name, twins))
        self._intake = intake
        self._torn = _Tally("octets behind a message were ignored", self._account)
        self._unread = _Tally("a receipt cannot be read", self._account)
        self._reads_receipts = False

    def take(self, messages: Sequence[Pdu], answer: Answer) -> None:
        """Keep messages, and answer each when it is safe or cannot be kept.

        A message that is marked as a receipt, but does not read like one, is a citizen's message if this link's receipts have been read
        before. Otherwise it may be a receipt in an unknown form. A reply to it could cause another such receipt, without end, so it becomes
        a dead letter.
        """
        now = datetime.now(UTC)
        for message in messages:
            said = partial(_settle, partial(answer, message))
            if message.torn:
                self._torn.add()
            if (segment := message.segment) is None:
                assert message.fault is not None
                self._reject(message.payload, message.fault).add_done_callback(said)
            elif segment.mistaken and not self._reads_receipts:
                self._unread.add()
                self._reject(segment.body, _mistaken(), sender=segment.source).add_done_callback(said)
            elif not (segment.receipt or (self._link.plain_receipts and segment.report)):
                self._intake.take(self._inbound(segment, now)).add_done_callback(said)
            elif segment.report is None:
                self._unread.add()
                answer(message, pdu.OK)
            elif segment.report.final:
                self._reads_receipts = True
                self._report(segment.report, self._twins, partial(answer, message))
            else:
                answer(message, pdu.OK)

    def _inbound(self, segment: Segment, now: datetime) -> InboundMessage:
        address = {
            "sender": segment.source,
            "from": segment.destination,
            "ton": _DIGITS[segment.ton],
            "npi": _DIGITS[segment.npi],
            "from_ton": _DIGITS[segment.from_ton],
            "from_npi": _DIGITS[segment.from_npi],
        }
        ignored = MACHINE if segment.machine or not is_person(address) else ""
        reference, total, sequence = (not ignored and segment.concat) or (0, 1, 1)
        body, alphabet = as_written(
            segment.body, segment.data_coding, header=segment.header, alphabet=self._link.alphabet
        )
        return InboundMessage(
            channel="sms",
            account=self._account,
            received_at=now,
            sender=e164(segment.source, segment.ton),
            reply_to=address,
            ignored=ignored,
            fragment=Fragment(reference=reference, total=total, sequence=sequence, data_coding=alphabet),
            text="",
            body=body,
            coding="sms",
        )

    def _reject(self, content: bytes, fault: MalformedMessage, *, sender: str = "") -> "Future[Receipt]":
        name = f"{self._link.name}|{sha256(sender.encode() + content).hexdigest()}"
        return self._intake.reject(content, fault, name=name, account=self._account)

    def _report(self, receipt: DeliveryReceipt, accounts: Sequence[str], answer: Callable[[int], None]) -> None:
        """Write a receipt to the mailbox of each account that may have sent its text, one after the other, and then answer it."""
        upstream_id = self._link.reported_id(receipt.message_id)
        account, rest = accounts[0], accounts[1:]
        report = SendReport(
            id=uuid5(NAMESPACE, f"report/{account}/{upstream_id}/{receipt.state}"),
            account=account,
            channel="sms",
            upstream_id=upstream_id,
            ok=receipt.ok,
            detail=receipt.detail,
            at=datetime.now(UTC),
        )

        def kept(outcome: "Future[Receipt]") -> None:
            if rest and outcome.exception() is None:
                self._report(receipt, rest, answer)
            else:
                _settle(answer, outcome)

        self._intake.report(report).add_done_callback(kept)


def _mistaken() -> MalformedMessage:
    return MalformedMessage(
        "marked as a delivery receipt without the words of one, on a link none of whose receipts was read"
    )


class _Tally:
    """Counts a fault of an SMSC, and logs it at each power of two, so that a fault in every message does not fill the disk."""

    def __init__(self, what: str, account: str) -> None:
        self._what, self._account, self._count = what, account, 0

    def add(self) -> None:
        """Count one more."""
        self._count += 1
        if self._count & (self._count - 1) == 0:
            log.warning(self._what, account=self._account, so_far=self._count)


def _settle(answer: Callable[[int], None], kept: "Future[Receipt]") -> None:
    match kept.exception():
        case None:
            answer(pdu.OK)
        case ContractViolation():
            answer(pdu.PERMANENT)
        case _:
            answer(pdu.TEMPORARY)
