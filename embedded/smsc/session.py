"""One client's SMPP connection: answers the client's PDUs, sends it PDUs, and checks that it is still there.

The number of PDUs sent without an answer is limited.

smpp34 encodes and decodes the messages. Its server is not used: it admits every password, sends only well-formed PDUs
and waits 30 s for a client that no longer answers. A stand-in for tests needs the opposite of all three.
"""

import asyncio
import contextlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import smpp34

_HEADER = struct.Struct(">IIII")
_LONGEST = 64 << 10  # octets; a longer command_length means that the stream is out of step
_LAST_SEQUENCE = 0x7FFF_FFFF  # the highest sequence number; 1 follows
_RESPONSE = 0x8000_0000  # command_id bit of a response
_INTERFACE_VERSION = b"\x02\x10\x00\x01\x34"  # optional parameter sc_interface_version: SMPP 3.4


class Command(IntEnum):
    """The command_id values of SMPP 3.4 that this SMSC uses."""

    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15
    GENERIC_NACK = 0x8000_0000


class Status(IntEnum):
    """The command_status values of SMPP 3.4 that this SMSC sends by itself or checks for; a test can order others."""

    OK = 0x00
    BAD_LENGTH = 0x02
    BAD_COMMAND = 0x03
    NOT_BOUND = 0x04
    ALREADY_BOUND = 0x05
    BAD_PASSWORD = 0x0E
    BAD_SYSTEM_ID = 0x0F
    QUEUE_FULL = 0x14
    THROTTLED = 0x58
    TEMPORARY = 0x64


class SessionLostError(ConnectionError):
    """The client's connection ended before a PDU was sent to it, or before the client's answer came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A client's answer to a PDU: its command_id and its command_status."""

    command: int
    status: int


class Owner(Protocol):
    """The SMSC, as far as a session (the connection of one client) calls it. No method may block."""

    def admit(self, system_id: str, password: str) -> Status:
        """Return OK if a client may bind with this name and password, otherwise the status of the refusal."""

    def bound(self, session: "Session") -> None:
        """Note that the client of a session has bound, so that messages can be exchanged with it."""

    def lost(self, session: "Session") -> None:
        """Note that the connection of a session has ended; it may never have bound."""

    def submitted(self, session: "Session", message: smpp34.SubmitSm) -> tuple[int, str]:
        """Take a message that the client sent; return the command_status (0 to accept it) and the message id for the answer."""


class Session(asyncio.Protocol):
    """The SMPP connection of one client, before, during and after its bind.

    Args:
        owner: the SMSC.
        window: maximum number of unanswered PDUs that `request` sent.
        response_timeout_s: maximum time for the answer to an enquire_link, in seconds.
        enquire_link_s: silence of the client after which an enquire_link is sent, in seconds.

    Attributes:
        system_id: the name that the client bound with; empty before.
        bind: the command that the client bound with, which says whether it receives, transmits or both; None before.
        peer: the client's address as host:port.
        delivered: the number of deliver_sm that the client accepted.
    """

    def __init__(self, owner: Owner, *, window: int, response_timeout_s: float, enquire_link_s: float) -> None:
        self.system_id = ""
        self.bind: Command | None = None
        self.peer = ""
        self.delivered = 0
        self._owner = owner
        self._response_timeout_s = response_timeout_s
        self._enquire_link_s = enquire_link_s
        self._window = asyncio.Semaphore(window)
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._sequence = 0
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._heard = 0.0
        self._pulse: asyncio.Task[None] | None = None

    @property
    def receives(self) -> bool:
        """True if messages can be delivered to the client: it is bound as receiver or transceiver, and still connected."""
        return self.bind in {Command.BIND_RECEIVER, Command.BIND_TRANSCEIVER} and self._transport is not None

    @property
    def in_flight(self) -> int:
        """The number of PDUs that were sent to the client and whose answer is still awaited."""
        return len(self._waiting)

    async def request(self, pdu: Callable[[int], bytes], timeout_s: float) -> Answer:
        """Send one PDU to the client and return its answer; first wait while the maximum number of PDUs is unanswered.

        Args:
            pdu: returns the octets of the PDU for a sequence number.
            timeout_s: maximum time for the answer, in seconds. The wait before the PDU is sent is not counted.

        Raises:
            SessionLostError: the connection ended before the PDU was sent, or before the answer.
            TimeoutError: no answer came in time.
        """
        async with self._window:
            return await self._exchange(pdu, timeout_s)

    async def _exchange(self, pdu: Callable[[int], bytes], timeout_s: float) -> Answer:
        if self._transport is None:
            raise SessionLostError("the bind has ended")
        self._sequence = self._sequence % _LAST_SEQUENCE + 1
        sequence = self._sequence
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[sequence] = waiting
        try:
            self._transport.write(pdu(sequence))
            async with asyncio.timeout(timeout_s):
                return await waiting
        finally:
            self._waiting.pop(sequence, None)

    async def unbind(self, timeout_s: float) -> None:
        """Send an unbind if the client is bound, wait at most `timeout_s` seconds for the answer, and abort the connection."""
        if self.bind is not None:
            with contextlib.suppress(TimeoutError, SessionLostError):
                await self._exchange(lambda sequence: _pdu(Command.UNBIND, sequence), timeout_s)
        self.abort()

    def abort(self) -> None:
        """Abort the connection at once and without an unbind, as a broken link does; do nothing if it has ended."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the session of a client that has connected but not bound, and start to check it for silence."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        host, port = transport.get_extra_info("peername")[:2]
        self.peer = f"{host}:{port}"
        self._heard = asyncio.get_running_loop().time()
        self._pulse = asyncio.create_task(self._keep_alive())

    def connection_lost(self, exc: Exception | None) -> None:
        """End the session and tell its owner; every wait for an answer ends with SessionLostError."""
        del exc
        self._transport = None
        if self._pulse is not None:
            self._pulse.cancel()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(SessionLostError("the bind has ended"))
        self._owner.lost(self)

    def data_received(self, data: bytes) -> None:
        """Handle each whole PDU in the received octets; the beginning of a PDU waits for the rest of it.

        A length below 16 octets or above 64 KiB is answered with generic_nack and ends the connection.
        """
        self._heard = asyncio.get_running_loop().time()
        self._buffer += data
        start = 0
        while len(self._buffer) - start >= _HEADER.size:
            length, command, status, sequence = _HEADER.unpack_from(self._buffer, start)
            if not _HEADER.size <= length <= _LONGEST:
                self._send(_pdu(Command.GENERIC_NACK, sequence, Status.BAD_LENGTH))
                if self._transport is not None:
                    self._transport.close()
                return
            if len(self._buffer) - start < length:
                break
            octets = bytes(self._buffer[start : start + length])
            start += length
            if command & _RESPONSE:
                self._answered(sequence, Answer(command=command, status=status))
            else:
                self._asked(command, sequence, octets)
        del self._buffer[:start]

    def _answered(self, sequence: int, answer: Answer) -> None:
        waiting = self._waiting.get(sequence)
        if waiting is not None and not waiting.done():
            self.delivered += answer.command == Command.DELIVER_SM | _RESPONSE and not answer.status
            waiting.set_result(answer)

    def _asked(self, command: int, sequence: int, octets: bytes) -> None:
        if command in {Command.BIND_RECEIVER, Command.BIND_TRANSMITTER, Command.BIND_TRANSCEIVER}:
            self._bind(Command(command), sequence, octets[_HEADER.size :])
        elif command == Command.ENQUIRE_LINK:
            self._send(_pdu(command | _RESPONSE, sequence))
        elif command == Command.UNBIND:
            self._send(_pdu(command | _RESPONSE, sequence))
            if self._transport is not None:
                self._transport.close()
        elif command == Command.SUBMIT_SM:
            self._submit(sequence, octets)
        else:
            self._send(_pdu(Command.GENERIC_NACK, sequence, Status.BAD_COMMAND))

    def _bind(self, command: Command, sequence: int, body: bytes) -> None:
        fields = [value.decode("latin-1") for value in body.split(b"\0")[:2]]
        if len(fields) < 2:  # noqa: PLR2004 - the name and the password are required
            status = Status.BAD_LENGTH
        elif self.bind is not None:
            status = Status.ALREADY_BOUND
        else:
            status = self._owner.admit(*fields)
        if status:
            self._send(_pdu(command | _RESPONSE, sequence, status))
            return
        self.system_id, self.bind = fields[0], command
        self._send(_pdu(command | _RESPONSE, sequence, Status.OK, b"lapor-smsc\0" + _INTERFACE_VERSION))
        self._owner.bound(self)

    def _submit(self, sequence: int, octets: bytes) -> None:
        response = Command.SUBMIT_SM | _RESPONSE
        if self.bind not in {Command.BIND_TRANSMITTER, Command.BIND_TRANSCEIVER}:
            self._send(_pdu(response, sequence, Status.NOT_BOUND))
            return
        try:
            message = smpp34.decode(octets)
        except smpp34.SmppError:
            message = None
        if not isinstance(message, smpp34.SubmitSm):
            self._send(_pdu(Command.GENERIC_NACK, sequence, Status.BAD_LENGTH))
            return
        status, message_id = self._owner.submitted(self, message)
        self._send(_pdu(response, sequence, status, b"" if status else message_id.encode() + b"\0"))

    def _send(self, octets: bytes) -> None:
        if self._transport is not None:
            self._transport.write(octets)

    async def _keep_alive(self) -> None:
        """Send an enquire_link after each silence of `enquire_link_s`; abort if the answer misses the response timeout."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(max(0.01, self._heard + self._enquire_link_s - loop.time()))
            if loop.time() - self._heard < self._enquire_link_s:
                continue
            try:
                await self._exchange(lambda number: _pdu(Command.ENQUIRE_LINK, number), self._response_timeout_s)
            except TimeoutError:
                self.abort()
            except SessionLostError:
                return


def _pdu(command: int, sequence: int, status: int = 0, body: bytes = b"") -> bytes:
    return _HEADER.pack(_HEADER.size + len(body), command, status, sequence) + body
