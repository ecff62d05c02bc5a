"""One client's connection: whole PDUs in, answers out, and a window of deliver_sm each of which waits for its answer.

The octets of messages are coded by smpp34. Its server is not used: it admits every password, sends only well-formed
PDUs, and waits 30 s for a client that no longer answers; a stand-in for tests needs the opposite of all three.
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
_LONGEST = 64 << 10  # octets; a longer command_length is a stream out of step
_LAST_SEQUENCE = 0x7FFF_FFFF
_RESPONSE = 0x8000_0000
_INTERFACE_VERSION = b"\x02\x10\x00\x01\x34"  # optional parameter sc_interface_version: SMPP 3.4


class Command(IntEnum):
    """The commands of SMPP 3.4 that a client and an SMSC exchange here."""

    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15
    GENERIC_NACK = 0x8000_0000


class Status(IntEnum):
    """The command_status values that are given or looked for here."""

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
    """The bind ended before the answer came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a client answered: the command and its status."""

    command: int
    status: int


class Owner(Protocol):
    """What a session asks of the SMSC that owns it; nothing here may block."""

    def admit(self, system_id: str, password: str) -> Status:
        """Say whether a client may bind."""

    def bound(self, session: "Session") -> None:
        """Hear that a session can be used."""

    def lost(self, session: "Session") -> None:
        """Hear that a session has ended."""

    def submitted(self, session: "Session", message: smpp34.SubmitSm) -> tuple[int, str]:
        """Take a message and return the status and the id to answer with."""


class Session(asyncio.Protocol):
    """One connection of a client, before, during and after its bind."""

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
        """Whether messages can be delivered on this bind."""
        return self.bind in {Command.BIND_RECEIVER, Command.BIND_TRANSCEIVER} and self._transport is not None

    @property
    def in_flight(self) -> int:
        """How many PDUs wait for their answer."""
        return len(self._waiting)

    async def request(self, pdu: Callable[[int], bytes], timeout_s: float) -> Answer:
        """Send one PDU within the window and wait for its answer.

        Args:
            pdu: makes the octets from the sequence number given to it.
            timeout_s: how long the answer may take, in seconds.

        Raises:
            SessionLostError: the bind ended first.
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
        """Take leave of the client and close; a client that does not answer is closed all the same."""
        if self.bind is not None:
            with contextlib.suppress(TimeoutError, SessionLostError):
                await self._exchange(lambda sequence: _pdu(Command.UNBIND, sequence), timeout_s)
        self.abort()

    def abort(self) -> None:
        """Cut the connection as a broken link does."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; the client must bind next."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        host, port = transport.get_extra_info("peername")[:2]
        self.peer = f"{host}:{port}"
        self._heard = asyncio.get_running_loop().time()
        self._pulse = asyncio.create_task(self._keep_alive())

    def connection_lost(self, exc: Exception | None) -> None:
        """End: whatever waits for an answer hears that none will come."""
        del exc
        self._transport = None
        if self._pulse is not None:
            self._pulse.cancel()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(SessionLostError("the bind has ended"))
        self._owner.lost(self)

    def data_received(self, data: bytes) -> None:
        """Cut the stream into whole PDUs and act on each."""
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
        if len(fields) < 2:  # noqa: PLR2004 - the two that are needed, name and password
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
        """Ask a silent client for a sign of life; a client that gives none is half-open, and cut off."""
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
