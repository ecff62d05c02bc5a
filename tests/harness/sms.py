"""An SMSC that says what it is told to, and the whole SMS channel beside it on a Kafka in memory."""

import socket
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from channels.base import Letter
from channels.intake import Intake
from channels.sms.account import SmsAccount
from channels.sms.bind import DEFAULT_LIMITS
from channels.sms.channel import SmsChannel
from channels.sms.links import Link
from channels.sms.text import text_of
from channels.sms.window import Limits
from complaints.contract import CONVERSATIONS, SENDS
from complaints.crypto import Keyring
from complaints.mail import Received, ReplyKind, SendReport
from complaints.message import InboundMessage
from complaints.runtime.address import Address, parse_address
from complaints.storage.spool import Spool
from tests.harness.fakes import MemoryProducer
from tests.harness.mailboxes import opened

BIND_RESP, DELIVER, DELIVER_RESP, ENQUIRE, ENQUIRE_RESP = 0x80000009, 0x5, 0x80000005, 0x15, 0x80000015
SUBMIT, SUBMIT_RESP, UNBIND, NACK = 0x4, 0x80000004, 0x6, 0x80000000


PATIENCE_S = 30.0
"""How long one side waits for the other: much longer than a busy machine needs."""


def frame(command: int, sequence: int, body: bytes = b"", *, status: int = 0) -> bytes:
    """Return a PDU."""
    return struct.pack(">IIII", 16 + len(body), command, status, sequence) + body


CITIZEN = {"sender": "6281100000001", "from": "1708"}


def letter(text: str, address: Mapping[str, str] | None = None) -> Letter:
    """Return a letter to a citizen."""
    return Letter(
        reply_id=uuid4(),
        tracking_code="2Q74GVWWCE3",
        kind=ReplyKind.received,
        address=CITIZEN if address is None else address,
        text=text,
    )


def deliver(  # noqa: PLR0913  # the fields that tests vary
    sequence: int,
    text: bytes,
    *,
    source: bytes = b"6281100000001",
    esm_class: int = 0,
    coding: int = 0,
    tlvs: bytes = b"",
    ton: int = 1,
) -> bytes:
    """Return a deliver_sm."""
    tail = bytes([esm_class, 0, 0, 0, 0, 0, 0, coding, 0, len(text)]) + text + tlvs
    return frame(DELIVER, sequence, bytes([0, ton, 1]) + source + b"\0\0\x011708\0" + tail)


def packed_septets(text: str, *, fill: int = 0) -> bytes:
    """Return ASCII letters as eight septets in seven octets (3GPP TS 23.038 6.1.2.1), behind some spare bits."""
    number = sum(ord(letter) << 7 * at for at, letter in enumerate(text)) << fill
    return number.to_bytes((7 * len(text) + fill + 7) // 8, "little")


class OddSmsc:
    """Listens, and says what it is told to."""

    def __init__(self, user: str) -> None:
        self._user = user
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE_S)
        self._link: socket.socket | None = None

    @property
    def address(self) -> Address:
        """Where it listens."""
        port = self._listener.getsockname()[1]
        return parse_address(f"smpp://{self._user}:secret08@127.0.0.1:{port}", scheme="smpp", default_port=2775)

    def accept(self, *answer: bytes) -> None:
        """Take a connection, read the bind and write the answer in one piece."""
        self._link = self._listener.accept()[0]
        self._link.settimeout(PATIENCE_S)
        assert self.read()[1] == 0x9
        self.write(*answer)

    def write(self, *frames: bytes) -> None:
        """Write PDUs in one piece."""
        assert self._link is not None
        self._link.sendall(b"".join(frames))

    def read(self) -> tuple[int, int, int, int]:
        """Return the header of the next PDU, as `read_whole` takes it: length, command, status, sequence."""
        return self.read_whole()[0]

    def read_whole(self) -> tuple[tuple[int, int, int, int], bytes]:
        """Return the header and the body of the next PDU that is no enquire_link.

        The channel sends an enquire_link whenever the link was silent for long, which on a busy machine may be before any
        PDU that a test waits for. It is answered here, as every SMSC does.
        """
        while True:
            length, command, status, sequence = struct.unpack(">IIII", self._exactly(16))
            body = self._exactly(length - 16)
            if command != ENQUIRE:
                return (length, command, status, sequence), body
            self.write(frame(ENQUIRE_RESP, sequence))

    def _exactly(self, count: int) -> bytes:
        assert self._link is not None
        got = b""
        while len(got) < count:
            chunk = self._link.recv(count - len(got))
            assert chunk, "the channel closed the connection"
            got += chunk
        return got

    def detach(self) -> socket.socket:
        """Give the connection away, so that another may be taken beside it."""
        assert self._link is not None
        link, self._link = self._link, None
        return link

    def drop(self) -> None:
        """Cut the connection without a word."""
        assert self._link is not None
        self._link.close()

    def close(self) -> None:
        """Stop listening."""
        if self._link is not None:
            self._link.close()
        self._listener.close()


@pytest.fixture
def smscs() -> Iterator[list[OddSmsc]]:
    """Two SMSCs that say what they are told to."""
    made = [OddSmsc("lapor"), OddSmsc("lapor2")]
    yield made
    for smsc in made:
        smsc.close()


def submitted(smsc: OddSmsc) -> tuple[int, list[bytes], bytes]:
    """Return the next submit_sm: its sequence number, its first strings, and its user data."""
    header, body = smsc.read_whole()
    assert header[1] == SUBMIT
    service, rest = body.split(b"\0", 1)
    source, rest = rest[2:].split(b"\0", 1)
    destination, rest = rest[2:].split(b"\0", 1)
    assert service == b""
    length = rest[9]
    return header[3], [source, destination, rest[:1], rest[5:6], rest[7:8]], rest[10 : 10 + length]


def taken(smsc: OddSmsc, sequence: int, message_id: bytes = b"m1") -> None:
    """Answer a submit_sm with yes."""
    smsc.write(frame(SUBMIT_RESP, sequence, message_id + b"\0"))


def unpacked(keys: Keyring, received: Sequence[Received]) -> list[InboundMessage]:
    """Return the messages in records of the mailboxes of citizens, as the conversation opens them."""
    return [opened(one, keys) for one in received if one.fault is None]


def joined(messages: Sequence[InboundMessage]) -> list[str]:
    """Return the texts of messages: parts are joined by sender, our number, reference and total. The real joining is the conversation's."""
    groups: dict[object, dict[int, InboundMessage]] = {}
    for number, message in enumerate(messages):
        part = message.fragment
        assert part is not None
        alone = number if part.total == 1 else None
        key = (message.sender, message.reply_to["from"], part.reference, part.total, alone)
        groups.setdefault(key, {})[part.sequence] = message
    wholes = [[group[number] for number in sorted(group)] for group in groups.values()]
    return [
        text_of(b"".join(part.body for part in whole), whole[0].fragment.data_coding if whole[0].fragment else 0)[0]
        for whole in wholes
    ]


class Listens(Protocol):
    """An SMSC that a channel can be told of."""

    @property
    def address(self) -> Address:
        """Where it listens."""


def link_to(
    smsc: Listens, *, per_second: float | None = None, receipt_id: str = "", plain_receipts: bool = False
) -> Link:
    """Return a link to an SMSC, which has the name of its account there."""
    return Link(
        name=smsc.address.user,
        address=smsc.address,
        per_second=per_second,
        receipt_id=receipt_id,
        plain_receipts=plain_receipts,
    )


class House:
    """The channel with its intake, on a Kafka in memory. Its accounts are begun by hand: the sender step is no part of it."""

    def __init__(
        self,
        folder: Path,
        keys: Keyring,
        smscs: Sequence[Listens | Link],
        *,
        limits: Limits = DEFAULT_LIMITS,
        begin: bool = True,
    ) -> None:
        self.bus, self.stop, self._keys = MemoryProducer(), threading.Event(), keys
        self.spool = Spool(folder / "s.db", max_bytes=1 << 20)
        self.intake = Intake("sms", keyring=keys, producer=self.bus, spool=self.spool)
        self.channel = SmsChannel(
            [smsc if isinstance(smsc, Link) else link_to(smsc) for smsc in smscs],
            intake=self.intake,
            turned=lambda: None,
            limits=limits,
        )
        self.fault: Exception | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        if begin:
            for account in self.channel.accounts:
                account.begin(None)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.channel.run(self.stop)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test looks at it
            self.fault = error

    @property
    def account(self) -> SmsAccount:
        """The first account."""
        return self.channel.accounts[0]

    @property
    def binds_up(self) -> int:
        """The number of binds that can send."""
        return sum(account.up for account in self.channel.accounts)

    @property
    def leaving(self) -> bool:
        """Whether the first bind takes its leave."""
        session = self.account._bind._session
        return session is not None and session._leaving

    @property
    def received(self) -> list[Received]:
        """The records in the mailboxes of citizens."""
        return self.bus.events(CONVERSATIONS, Received)

    @property
    def came(self) -> list[InboundMessage]:
        """The messages in the mailboxes of citizens."""
        return unpacked(self._keys, self.received)

    @property
    def texts(self) -> list[str]:
        """What citizens wrote, with the parts joined."""
        return joined(self.came)

    @property
    def unread(self) -> list[bytes]:
        """The bytes that could not be read."""
        return [
            self._keys.unseal(one.sealed, owner=one.id, month=one.month)
            for one in self.received
            if one.fault is not None
        ]

    @property
    def reports(self) -> list[SendReport]:
        """What SMSCs reported."""
        return self.bus.events(SENDS, SendReport)

    def close(self) -> None:
        """Stop the channel."""
        self.stop.set()
        self.thread.join(30)
        assert not self.thread.is_alive()
        self.intake.close()
