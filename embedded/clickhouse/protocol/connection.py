"""The socket of one client, with timeouts, a check for input without waiting, and compressed or plain blocks."""

from __future__ import annotations

import select
import socket
import time
from contextlib import suppress
from typing import Final

from embedded.clickhouse.errors import INCORRECT_DATA, ConnectionLostError, ProtocolError
from embedded.clickhouse.limits import PACKET_S
from embedded.clickhouse.native.reader import ByteReader
from embedded.clickhouse.protocol.compress import MAX_FRAME_BYTES, Compressor, frames, read_frame

# Size of one read; a block of the drivers' usual size arrives in a few of these.
_RECEIVE_BYTES: Final = 256 << 10
# The timeout of a read for which no time is left; zero would mean no timeout at all.
_AT_ONCE_S: Final = 0.001
# How long a client may go on sending after an error that ends its connection.
_LINGER_S: Final = 1.0


class Channel:
    """The socket of one connected client, with timeouts. Every read from it, and every write, can raise ConnectionLostError.

    Args:
        connected: The socket. `close` closes it.
        idle_timeout_s: The maximum silence of the client between packets, in seconds.
        hello_timeout_s: The maximum time until its whole hello has arrived, in seconds.
        io_timeout_s: The maximum duration of one read or write within a packet, in seconds.
        packet_timeout_s: The maximum time until a whole query has arrived, in seconds.

    Attributes:
        reader: The reader for everything except compressed blocks; see `blocks`.
    """

    def __init__(
        self,
        connected: socket.socket,
        *,
        idle_timeout_s: float,
        hello_timeout_s: float,
        io_timeout_s: float,
        packet_timeout_s: float = PACKET_S,
    ) -> None:
        self._socket = connected
        self._idle_timeout_s = idle_timeout_s
        self._whole_by_s: float | None = time.monotonic() + hello_timeout_s
        self._io_timeout_s, self._packet_timeout_s = io_timeout_s, packet_timeout_s
        self._waiting = False
        self._frame_bytes = MAX_FRAME_BYTES
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.settimeout(io_timeout_s)
        self.reader = ByteReader(self._pull)
        self._unpacked = ByteReader(self._pull_frame)

    def _pull(self) -> bytes:
        try:
            if self._whole_by_s is not None:
                self._socket.settimeout(max(_AT_ONCE_S, self._whole_by_s - time.monotonic()))
            elif self._waiting:
                self._socket.settimeout(self._idle_timeout_s)
            data = self._socket.recv(_RECEIVE_BYTES)
        except OSError as error:
            raise ConnectionLostError(str(error)) from error
        if not data:
            raise ConnectionLostError("The client closed the connection")
        return data

    def _pull_frame(self) -> bytes:
        return read_frame(self.reader, self._frame_bytes)

    def packet_type(self) -> int:
        """Wait for the client's next packet, and read and return only the number that says its type.

        Raises:
            ConnectionLostError: The client left, or no packet came within the idle timeout.
            ProtocolError: The number is longer than 64 bits.
        """
        self._waiting = True
        try:
            return self.reader.varint()
        finally:
            self._waiting = False
            self._socket.settimeout(self._io_timeout_s)

    def greeted(self, frame_bytes: int, most_s: float | None = None) -> None:
        """End the timeout of the hello, because the client has logged in.

        Args:
            frame_bytes: The maximum size of its compressed frames.
            most_s: The maximum duration of one read or write within a packet, in seconds; None for the `io_timeout_s` of all clients.
        """
        self._frame_bytes = frame_bytes
        self._io_timeout_s = min(self._io_timeout_s, most_s or self._io_timeout_s)
        self.came_whole()

    def expect_whole(self) -> None:
        """Begin the time for a packet, in which all of it must come, however slowly its bytes come (see `came_whole`)."""
        self._whole_by_s = time.monotonic() + self._packet_timeout_s

    def came_whole(self) -> None:
        """End the timeout of a packet, because all of it has arrived."""
        self._whole_by_s = None
        self._socket.settimeout(self._io_timeout_s)

    def blocks(self, *, compressed: bool) -> ByteReader:
        """Return the reader from which to read the block of a data packet: one that decompresses it, or the plain `reader`."""
        return self._unpacked if compressed else self.reader

    def end_block(self, *, compressed: bool) -> None:
        """Check that a block, after it was read, ended at the end of its last compressed frame.

        An uncompressed block has no frames and is not checked.

        Raises:
            ProtocolError: The last frame holds more bytes than the block.
        """
        if compressed and self._unpacked.buffered:
            raise ProtocolError(INCORRECT_DATA, f"{self._unpacked.buffered} bytes follow a block in its last frame")

    def send(self, *parts: bytes) -> None:
        """Write all the given pieces of bytes, joined, to the client.

        Raises:
            ConnectionLostError: The client is gone, or did not read within the timeout.
        """
        try:
            self._socket.sendall(parts[0] if len(parts) == 1 else b"".join(parts))
        except OSError as error:
            raise ConnectionLostError(str(error)) from error

    def has_input(self) -> bool:
        """Return, without waiting, whether the client sent something that was not read yet, or closed the connection.

        Raises:
            ConnectionLostError: The socket is closed or broken.
        """
        if self.reader.buffered:
            return True
        # Not select(): it fails for descriptors above 1023, and the engine holds many.
        waiting = select.poll()
        try:
            waiting.register(self._socket, select.POLLIN)
            return bool(waiting.poll(0))
        except (OSError, ValueError) as error:
            raise ConnectionLostError(str(error)) from error

    def linger(self) -> None:
        """Let a client that is still sending read the last output. Closing a socket with unread input would discard that output."""
        until = time.monotonic() + _LINGER_S
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            while (left := until - time.monotonic()) > 0:
                self._socket.settimeout(left)
                if not self._socket.recv(_RECEIVE_BYTES):
                    break

    def close(self) -> None:
        """Close the client's socket."""
        self._socket.close()


def packed(block: bytes, codec: tuple[int, Compressor] | None) -> bytes:
    """Return a block's bytes as the client gets them: in frames compressed with the codec, or unchanged if the codec is None."""
    return block if codec is None else b"".join(frames(block, *codec))
