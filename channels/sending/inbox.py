"""Reads the records of a sender's mailbox: texts to send, and reports about sent texts. Records of other channels are skipped."""

from collections.abc import Callable
from functools import cache
from typing import Final

import structlog
from msgspec.structs import replace

from channels.sending.accounts import Accounts
from channels.sending.draft import Draft
from channels.sending.queue import MARGIN_MS, Queue
from channels.sending.texts import BEYOND, Text, about_of, new_text
from complaints.bus import StoredRecord
from complaints.bus.envelope import CHANNEL_HEADER, decode, encode, type_in, type_of
from complaints.bus.step.murmur2 import misplaced
from complaints.contract import SENDS, topics
from complaints.crypto import Keyring
from complaints.errors import ContractViolation
from complaints.mail import DeliveryOutcome, Send, SendReport

log = structlog.get_logger()

_SEND: Final = type_of(Send)
_REPORT: Final = type_of(SendReport)

READDRESSED_HEADER: Final = "ce_readdressed"
"""The header of a text that was given to this account by another one. It is not given away again: two processes with different accounts
would pass it back and forth for ever."""


STEP: Final = "lapor-sender-"
"""The prefix of the name of a sender's step; the name of its channel follows."""


@cache
def channels() -> frozenset[bytes]:
    """Return the names of all channels that send texts."""
    return frozenset(step.removeprefix(STEP).encode() for step in topics()[SENDS].steps)


def channel_of(record: StoredRecord) -> bytes:
    """Return the channel that a record is for: from its header, or else the part of its key before the slash."""
    for name, value in record.headers:
        if name == CHANNEL_HEADER:
            return value
    return (record.key or b"").partition(b"/")[0]


def is_for(channel: bytes, record: StoredRecord) -> bool:
    """Return whether a record is for this channel, or for none that exists: each sender writes the same dead letter for that one."""
    said = channel_of(record)
    return said == channel or said not in channels()


class Inbox:
    """Turns records into queued texts and into what a turn writes. For the sender's thread."""

    def __init__(self, channel: str, accounts: Accounts, *, keyring: Keyring) -> None:
        self._channel, self._prefix = channel.encode(), f"{channel}/".encode()
        self._accounts, self._keyring = accounts, keyring

    def ours(self, record: StoredRecord) -> bool:
        """Return whether a record is for this channel, or for none that exists (see is_for)."""
        return is_for(self._channel, record)

    def take(self, record: StoredRecord, draft: Draft, queue_of: Callable[[str], Queue]) -> None:
        """Take a record of this channel, unless the fuse holds its partition because of an earlier record of the turn."""
        if record.partition in draft.pending.counted.held:
            return
        try:
            self._read(record, draft, queue_of)
        except ContractViolation as error:
            log.warning("dead letter", channel=draft.channel, at=str(record.position), error=str(error))
            draft.dead(record, error)
        else:
            draft.counted(record, None)

    def _read(self, record: StoredRecord, draft: Draft, queue_of: Callable[[str], Queue]) -> None:
        kind = type_in(record)
        if (channel := channel_of(record)) != self._channel:
            raise ContractViolation(f"{record.position} is for {channel[:60]!r}, which is no channel that sends texts")
        if (wrong := misplaced(record, draft.fuses.partitions)) is not None:
            raise wrong
        if kind == _SEND:
            send = decode(record, Send)
            self._check(record, send.account)
            self._take_send(record, send, draft, queue_of)
        elif kind == _REPORT:
            report = decode(record, SendReport)
            self._check(record, report.account)
            draft.report(record.partition, report, flies=self._accounts.flies(report.account))
        else:
            raise ContractViolation(f"{record.position} is neither a text to send nor a report: {kind!r}")

    def _check(self, record: StoredRecord, account: str) -> None:
        """Raise ContractViolation if the record's key is not the account, or the account cannot be this channel's."""
        name = account.encode()
        if name != record.key:
            raise ContractViolation(f"{record.position} is for {account}, but its key is {record.key!r}")
        known = account in self._accounts
        if not known and (not name.startswith(self._prefix) or any(byte <= BEYOND[0] for byte in name)):
            raise ContractViolation(f"{account!r} is no account of {self._channel.decode()}")

    def _take_send(self, record: StoredRecord, send: Send, draft: Draft, queue_of: Callable[[str], Queue]) -> None:
        try:
            text = new_text(record, send, self._keyring, now_ms=draft.now_ms)
        except ContractViolation:
            draft.deliver(about_of(send), DeliveryOutcome.undeliverable, reason="the text cannot be opened")
            raise
        if send.account not in self._accounts:
            self.readdress(text, draft, again=any(name == READDRESSED_HEADER for name, _ in record.headers))
            return
        queue = queue_of(send.account)
        if text.key in queue:  # it was written twice
            return
        draft.save(text)
        if queue.parks:
            queue.parked.add(text.key, text.expires_ms, citizen=send.citizen, urgent=bool(send.urgent))
        else:
            queue.add(text)

    def readdress(self, text: Text, draft: Draft, *, again: bool = False) -> None:
        """Give a text whose account is not set up here to another account of the channel.

        Args:
            text: a waiting text.
            draft: the transaction to write to.
            again: whether another process gave the text to this account; then it is undeliverable. A text that was stored under this
                account is given away nevertheless: each time takes a rebalance, so it cannot go on for ever.
        """
        if text.expires_ms <= draft.now_ms + MARGIN_MS:
            draft.deliver(text.about, DeliveryOutcome.expired)
            return
        if again:
            reason = "the account is not set up in any process of the channel"
            log.warning("undeliverable", account=text.send.account, reply=str(text.send.id), reason=reason)
            draft.deliver(text.about, DeliveryOutcome.undeliverable, reason=reason)
            return
        other = self._accounts.first
        if other is None:
            draft.deliver(text.about, DeliveryOutcome.undeliverable, reason="there is no account that could send it")
            return
        log.info("a text goes to another account", former=text.send.account, account=other, reply=str(text.send.id))
        record = encode(replace(text.send, account=other), source=draft.source)
        headers = (*record.headers, (READDRESSED_HEADER, text.send.account.encode()))
        draft.write(record._replace(headers=headers), text.partition)
