"""Bare SMSCs in one thread: they deliver as fast as their clients answer, accept what is submitted, and take the times of both."""

import selectors
import socket
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import smpp34

from complaints.errors import UnavailableError

BIND, BIND_RESP, ENQUIRE, ENQUIRE_RESP = 0x9, 0x80000009, 0x15, 0x80000015
SUBMIT, SUBMIT_RESP, DELIVER_RESP, UNBIND, UNBIND_RESP = 0x4, 0x80000004, 0x80000005, 0x6, 0x80000006
_HEADER = struct.Struct(">IIII")

CONNECT_S = 60.0
"""Seconds within which a client that loads its tables first has bound."""

ANSWER_S: Final = 30.0
"""Seconds without any answer after which a client is stuck."""

PART_OCTETS: Final = 134
"""The octets of a part's text: 140 without the user data header, when each character is one octet."""

UDHI: Final = 0x40


@dataclass(slots=True)
class Run:
    """The measurements of one run over one link.

    Attributes:
        seconds: from the first deliver_sm to the last answer.
        sent_s: when each deliver_sm was sent, in seconds of the monotonic clock.
        latencies_s: of each answer, in seconds.
        statuses: how many answers had which status.
    """

    seconds: float = 0.0
    sent_s: list[float] = field(default_factory=list)
    latencies_s: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Acknowledged deliver_sm per second."""
        return self.statuses.get(0, 0) / self.seconds


@dataclass(slots=True, eq=False)
class _Link:
    """One SMSC: its listener, the connection of its client, and what is being delivered.

    Attributes:
        listener: where the client binds.
        connection: of the client that has bound last; None before.
        buffer: what was read and is no whole PDU yet.
        frames: the deliver_sm of the present run.
        run: what comes of them.
    """

    listener: socket.socket
    connection: socket.socket | None = None
    bound: bool = False
    buffer: bytearray = field(default_factory=bytearray)
    frames: Sequence[bytes] = ()
    run: Run = field(default_factory=Run)

    @property
    def unanswered(self) -> int:
        return len(self.run.sent_s) - len(self.run.latencies_s)


class Feeder:
    """Some SMSCs on loopback, each with one bind at a time. All calls come from one thread.

    Attributes:
        submitted: is called with the destination of each submit_sm.
    """

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._links: dict[str, _Link] = {}
        self._submits = 0
        self.submitted: Callable[[str], None] = lambda _: None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for link in self._links.values():
            link.listener.close()
            if link.connection is not None:
                link.connection.close()
        self._selector.close()

    def listen(self, name: str) -> int:
        """Add an SMSC, and return its port."""
        link = _Link(socket.create_server(("127.0.0.1", 0)))
        self._links[name] = link
        self._selector.register(link.listener, selectors.EVENT_READ, link)
        port: int = link.listener.getsockname()[1]
        return port

    def peer(self, name: str) -> int:
        """Return the port from which the client of an SMSC has bound."""
        link = self._links[name]
        assert link.connection is not None
        port: int = link.connection.getpeername()[1]
        return port

    def unbind(self, name: str) -> None:
        """End the connection of a client, so that the next bind of this SMSC is a new one."""
        link = self._links[name]
        if link.connection is not None:
            self._lost(link)

    def bound(self, *names: str, timeout_s: float = CONNECT_S) -> None:
        """Wait until clients have bound to these SMSCs.

        Raises:
            UnavailableError: one did not bind in time.
        """
        deadline = time.monotonic() + timeout_s
        while not all(self._links[name].bound for name in names):
            if time.monotonic() > deadline:
                raise UnavailableError(f"nobody bound to the SMSC within {timeout_s:.0f} s")
            self._turn(0.1)

    def serve(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Answer what comes, for some seconds or until something is so."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not until():
            self._turn(0.02)

    def feed(
        self, frames: Mapping[str, Sequence[bytes]], *, window: int, per_second: float | None = None
    ) -> dict[str, Run]:
        """Deliver frames, given by the name of the SMSC, and return what came of them.

        Args:
            frames: their sequence numbers are their places in the list.
            window: the maximum number of deliver_sm without an answer on each link.
            per_second: the rate on each link; None if it is as fast as the client answers.

        Raises:
            UnavailableError: an answer did not come, or a link broke.
        """
        busy = [self._links[name] for name in frames]
        for name, own in frames.items():
            link = self._links[name]
            link.frames, link.run = own, Run()
        started = heard = time.monotonic()
        answered = 0
        while busy:
            now = time.monotonic()
            due = None if per_second is None else int((now - started) * per_second) + 1
            for link in busy:
                self._deliver(link, window, due)
            self._turn(0.1 if per_second is None else 0.001)
            if (count := sum(len(link.run.latencies_s) for link in busy)) != answered:
                answered, heard = count, time.monotonic()
            elif time.monotonic() - heard > ANSWER_S:
                raise UnavailableError(f"{sum(link.unanswered for link in busy)} messages were not answered")
            for link in [link for link in busy if len(link.run.latencies_s) >= len(link.frames)]:
                link.run.seconds = time.monotonic() - started
                busy.remove(link)
        return {name: self._links[name].run for name in frames}

    def _deliver(self, link: _Link, window: int, due: int | None) -> None:
        at = len(link.run.sent_s)
        upto = min(len(link.frames), len(link.run.latencies_s) + window)
        if due is not None:
            upto = min(upto, due)
        if upto > at:
            if link.connection is None:
                raise UnavailableError("the client closed the link")
            link.run.sent_s += [time.monotonic()] * (upto - at)
            link.connection.sendall(b"".join(link.frames[at:upto]))

    def _turn(self, timeout_s: float) -> None:
        for key, _ in self._selector.select(timeout_s):
            link: _Link = key.data
            if key.fileobj is link.listener:
                self._accept(link)
            else:
                self._read(link)

    def _accept(self, link: _Link) -> None:
        if link.connection is not None:
            self._lost(link)
        connection = link.listener.accept()[0]
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(ANSWER_S)
        link.connection, link.buffer, link.bound = connection, bytearray(), False
        self._selector.register(connection, selectors.EVENT_READ, link)

    def _lost(self, link: _Link) -> None:
        assert link.connection is not None
        self._selector.unregister(link.connection)
        link.connection.close()
        link.connection, link.bound = None, False
        if link.unanswered:
            raise UnavailableError("the client closed the link with messages unanswered")

    def _read(self, link: _Link) -> None:
        assert link.connection is not None
        chunk = link.connection.recv(1 << 18)
        if not chunk:
            self._lost(link)
            return
        buffer, at, out, now = link.buffer, 0, bytearray(), time.monotonic()
        buffer += chunk
        while len(buffer) - at >= _HEADER.size:
            length, command, status, sequence = _HEADER.unpack_from(buffer, at)
            if len(buffer) - at < length:
                break
            if command == DELIVER_RESP:
                link.run.latencies_s.append(now - link.run.sent_s[sequence])
                link.run.statuses[status] = link.run.statuses.get(status, 0) + 1
            else:
                out += self._answer(link, command, sequence, bytes(buffer[at : at + length]))
            at += length
        del buffer[:at]
        if out:
            link.connection.sendall(out)

    def _answer(self, link: _Link, command: int, sequence: int, frame: bytes) -> bytes:
        """Return the answer to what is no answer itself."""
        if command == SUBMIT:
            self._submits += 1
            id_ = b"%x\0" % self._submits
            self.submitted(_destination(frame))
            return _HEADER.pack(16 + len(id_), SUBMIT_RESP, 0, sequence) + id_
        if command == BIND:
            link.bound = True
            return _HEADER.pack(20, BIND_RESP, 0, sequence) + b"smc\0"
        plain = {ENQUIRE: ENQUIRE_RESP, UNBIND: UNBIND_RESP}.get(command)
        return b"" if plain is None else _HEADER.pack(16, plain, 0, sequence)


def _destination(frame: bytes) -> str:
    """Return the destination_addr of a submit_sm."""
    at = frame.index(0, 16) + 1  # behind service_type
    at = frame.index(0, at + 2) + 1  # behind the source
    return frame[at + 2 : frame.index(0, at + 2)].decode("ascii")


def frames_of(messages: Sequence[tuple[str, str]], *, long_every: int = 0) -> list[bytes]:
    """Return the deliver_sm of messages, given as sender and text, numbered from 0.

    Args:
        messages: in ASCII.
        long_every: of ten messages this many are sent in two or three parts, in turn, with that text added.
    """
    frames: list[bytes] = []
    for number, (source, text) in enumerate(messages):
        if number % 10 >= long_every:
            frames.append(_frame(len(frames), source, text.encode("ascii")))
            continue
        total = 2 + number % 2
        body = (text + " ").encode("ascii").ljust(PART_OCTETS * total - 20, b"x")
        for part in range(total):
            header = bytes([5, 0, 3, number & 0xFF, total, part + 1])
            octets = header + body[part * PART_OCTETS : (part + 1) * PART_OCTETS]
            frames.append(_frame(len(frames), source, octets, esm_class=UDHI))
    return frames


def _frame(number: int, source: str, octets: bytes, esm_class: int = 0) -> bytes:
    made: bytes = smpp34.DeliverSm(
        source,
        "1708",
        octets,
        source_addr_ton=1,
        source_addr_npi=1,
        dest_addr_npi=1,
        esm_class=esm_class,
        sequence_number=number,
    ).encode()
    return made
