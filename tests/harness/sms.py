"""An SMSC that says what it is told to, and a whole SMS door beside it on a Kafka in memory."""

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
from channels.sms.channel import SmsChannel
from channels.sms.memory import Memory
from channels.sms.window import Window
from complaints.contract import COMPLAINTS
from complaints.crypto import Keyring
from complaints.event import Complaint, ReplyKind
from complaints.runtime.settings import Address, parse_address
from complaints.storage.spool import Spool
from normalizer.complaint import Normaliser
from tests.harness.fakes import MemoryProducer

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
) -> bytes:
    """Return a deliver_sm."""
    tail = bytes([esm_class, 0, 0, 0, 0, 0, 0, coding, 0, len(text)]) + text + tlvs
    return frame(DELIVER, sequence, b"\0\1\1" + source + b"\0\0\x011708\0" + tail)


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

        The door sends an enquire_link whenever the link was silent for long, which on a busy machine may be before any
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
            assert chunk, "the door closed the connection"
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


class NotingIntake(Intake):
    """The real intake, which also notes the outcomes of what was sent."""

    outcomes: list[tuple[str, bool, str]]

    def delivered(self, upstream_id: str, *, ok: bool, detail: str = "") -> bool:
        """Note it."""
        self.outcomes.append((upstream_id, ok, detail))
        return True


class Listens(Protocol):
    """An SMSC that a door can be told of."""

    @property
    def address(self) -> Address:
        """Where it listens."""


class House:
    """A door with its intake, on a Kafka in memory."""

    def __init__(self, folder: Path, keys: Keyring, smscs: Sequence[Listens]) -> None:
        reads = Normaliser.load()
        self.bus, self.stop = MemoryProducer(), threading.Event()
        self.spool = Spool(folder / "s.db", max_bytes=1 << 20)
        self.memory = Memory(folder / "m.db", window_s=86_400.0, part_timeout_s=1800.0)
        self.intake = NotingIntake(
            "sms",
            normalise=lambda m: reads.normalise(m, keys),
            producer=self.bus,
            spool=self.spool,
        )
        self.intake.outcomes = []
        self.door = SmsChannel(
            [smsc.address for smsc in smscs], memory=self.memory, pseudonym=lambda text: text[-20:], turned=lambda: None
        )
        self.fault: Exception | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.door.run(self.intake, self.stop)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test looks at it
            self.fault = error

    @property
    def binds_up(self) -> int:
        """How many binds can send."""
        return sum(bind.up for bind in self.door._binds.values())

    @property
    def leaving(self) -> bool:
        """Whether the first bind takes its leave."""
        session = next(iter(self.door._binds.values()))._session
        return session is not None and session._leaving

    @property
    def window(self) -> Window:
        """The outgoing side of the first bind, which is up."""
        session = next(iter(self.door._binds.values()))._session
        assert session is not None
        return session._window

    @property
    def came(self) -> list[Complaint]:
        """The complaints."""
        return self.bus.events(COMPLAINTS, Complaint)

    def close(self) -> None:
        """Stop the door."""
        self.stop.set()
        self.thread.join(30)
        assert not self.thread.is_alive()
        self.intake.close()
