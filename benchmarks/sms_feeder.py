"""A bare SMSC that delivers as fast as its client answers, and takes the time of each answer."""

import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import smpp34

from complaints.errors import UnavailableError

BIND, BIND_RESP, ENQUIRE, ENQUIRE_RESP, DELIVER_RESP = 0x9, 0x80000009, 0x15, 0x80000015, 0x80000005
_HEADER = struct.Struct(">IIII")

CONNECT_S = 30.0
"""A client that loads its tables first has bound by then."""

ANSWER_S = 30.0


@dataclass(slots=True)
class Run:
    """What came of one run.

    Attributes:
        seconds: from the first deliver_sm to the last answer.
        latencies_s: of each answer, in seconds.
        statuses: how many answers had which status.
    """

    seconds: float = 0.0
    latencies_s: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Acked messages a second."""
        return self.statuses.get(0, 0) / self.seconds


class Feeder:
    """Listens on loopback and serves one bind."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(CONNECT_S)
        self.port: int = self._listener.getsockname()[1]
        self._link: socket.socket | None = None
        self._buffer = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._link is not None:
            self._link.close()
        self._listener.close()

    def bound(self) -> None:
        """Wait for the bind and accept it.

        Raises:
            UnavailableError: nobody bound in time.
        """
        try:
            self._link = self._listener.accept()[0]
            self._link.settimeout(ANSWER_S)
            self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for command, _, sequence in self._read():
                if command == BIND:
                    self._link.sendall(_HEADER.pack(20, BIND_RESP, 0, sequence) + b"smc\0")
        except TimeoutError as error:
            raise UnavailableError("nobody bound to the SMSC") from error

    def feed(self, messages: Sequence[tuple[str, str]], *, window: int) -> Run:
        """Deliver messages, given as sender and text, with so many unanswered at once.

        Raises:
            UnavailableError: an answer did not come, or the link broke.
        """
        assert self._link is not None
        frames = [_frame(number, source, text) for number, (source, text) in enumerate(messages)]
        sent, run, at = [0.0] * len(frames), Run(), 0
        started = time.perf_counter()
        try:
            while (answered := len(run.latencies_s)) < len(frames):
                upto = min(len(frames), answered + window)
                if upto > at:
                    now = time.perf_counter()
                    sent[at:upto] = [now] * (upto - at)
                    self._link.sendall(b"".join(frames[at:upto]))
                    at = upto
                self._take(run, sent)
        except (OSError, TimeoutError) as error:
            raise UnavailableError(f"{len(frames) - len(run.latencies_s)} messages were not answered") from error
        run.seconds = time.perf_counter() - started
        return run

    def _take(self, run: Run, sent: list[float]) -> None:
        assert self._link is not None
        for command, status, sequence in self._read():
            if command == DELIVER_RESP:
                run.latencies_s.append(time.perf_counter() - sent[sequence])
                run.statuses[status] = run.statuses.get(status, 0) + 1
            elif command == ENQUIRE:
                self._link.sendall(_HEADER.pack(16, ENQUIRE_RESP, 0, sequence))

    def _read(self) -> list[tuple[int, int, int]]:
        assert self._link is not None
        chunk = self._link.recv(1 << 18)
        if not chunk:
            raise UnavailableError("the client closed the link")
        self._buffer += chunk
        found, at = [], 0
        while len(self._buffer) - at >= _HEADER.size:
            length, command, status, sequence = _HEADER.unpack_from(self._buffer, at)
            if len(self._buffer) - at < length:
                break
            found.append((command, status, sequence))
            at += length
        del self._buffer[:at]
        return found


def _frame(number: int, source: str, text: str) -> bytes:
    made: bytes = smpp34.DeliverSm(
        source,
        "1708",
        text.encode("ascii"),
        source_addr_ton=1,
        source_addr_npi=1,
        dest_addr_npi=1,
        sequence_number=number,
    ).encode()
    return made
