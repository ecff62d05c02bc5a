"""A forward-only reader over chunks of bytes, in bounded memory and without I/O, that can pass on the bytes it reads."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

from embedded.clickhouse.errors import INCORRECT_DATA, ProtocolError

# A varint of the protocol has at most 64 bits, which are ten groups of seven.
_MAX_VARINT_BYTES: Final = 10
_CONTINUATION: Final = 0x80
# ClickHouse's own limit for one string of the protocol (DEFAULT_MAX_STRING_SIZE).
MAX_STRING_BYTES: Final = 1 << 30


class ByteReader:
    """Reads the primitives of the protocol from chunks that ``pull`` returns.

    While a sink is set with `relay`, every byte that is read is also passed to it, except those read with `drop` or
    `drop_varint`. The reader holds one chunk at a time, or all chunks of one primitive, however long the stream is.
    Every method that reads also raises what ``pull`` raises.

    Args:
        pull: Returns the next non-empty chunk, or raises an error if there is none.
    """

    __slots__ = ("_buf", "_mark", "_pos", "_pull", "_sink")

    def __init__(self, pull: Callable[[], bytes]) -> None:
        self._pull = pull
        self._buf = b""
        self._pos = 0
        self._mark = 0
        self._sink: Callable[[bytes], object] | None = None

    @property
    def buffered(self) -> int:
        """The number of bytes that were pulled but not read yet."""
        return len(self._buf) - self._pos

    def relay(self, sink: Callable[[bytes], object] | None) -> None:
        """Pass all bytes that are read from now on to ``sink`` too, in pieces; None ends this.

        The earlier sink, if any, first gets the bytes that were read for it.
        """
        self._flush()
        self._sink = sink
        self._mark = self._pos

    def emit(self, data: bytes) -> None:
        """Pass these bytes, which were not read from the stream, to the sink; do nothing if none is set."""
        self._flush()
        if self._sink is not None:
            self._sink(data)

    def _flush(self) -> None:
        if self._sink is not None and self._pos > self._mark:
            self._sink(self._buf[self._mark : self._pos])
        self._mark = self._pos

    def _more(self) -> None:
        """Pull one chunk from the source and append it to the unread bytes; the bytes read before go to the sink and are released."""
        self._flush()
        chunk = self._pull()
        self._buf = self._buf[self._pos :] + chunk if self._pos < len(self._buf) else chunk
        self._pos = self._mark = 0

    def _need(self, count: int) -> None:
        missing = count - (len(self._buf) - self._pos)
        if missing <= 0:
            return
        self._flush()
        parts = [self._buf[self._pos :]]
        while missing > 0:
            chunk = self._pull()
            parts.append(chunk)
            missing -= len(chunk)
        self._buf = b"".join(parts)
        self._pos = self._mark = 0

    def take(self, count: int) -> bytes:
        """Read ``count`` bytes and return them."""
        self._need(count)
        data = self._buf[self._pos : self._pos + count]
        self._pos += count
        return data

    def drop(self, count: int) -> bytes:
        """Read ``count`` bytes and return them, without passing them to the sink."""
        self._need(count)
        self._flush()
        data = self.take(count)
        self._mark = self._pos
        return data

    def drop_varint(self) -> int:
        """Read a LEB128 number of at most 64 bits and return it, without passing its bytes to the sink.

        Raises:
            ProtocolError: The number does not end after ten bytes.
        """
        self._flush()
        sink, self._sink = self._sink, None
        try:
            return self.varint()
        finally:
            self._sink, self._mark = sink, self._pos

    def skip(self, count: int) -> None:
        """Read ``count`` bytes without returning them, and hold at most one chunk of them in memory. The sink gets them."""
        while (available := len(self._buf) - self._pos) < count:
            self._pos = len(self._buf)
            count -= available
            self._more()
        self._pos += count

    def u8(self) -> int:
        """Read one byte and return its value."""
        if self._pos == len(self._buf):
            self._more()
        value = self._buf[self._pos]
        self._pos += 1
        return value

    def u64(self) -> int:
        """Read a little-endian UInt64 and return it."""
        return int.from_bytes(self.take(8), "little")

    def i32(self) -> int:
        """Read a little-endian Int32 and return it."""
        return int(struct.unpack("<i", self.take(4))[0])

    def varint(self) -> int:
        """Read a LEB128 number of at most 64 bits and return it.

        Raises:
            ProtocolError: The number does not end after ten bytes.
        """
        value = shift = 0
        for _ in range(_MAX_VARINT_BYTES):
            byte = self.u8()
            value |= (byte & 0x7F) << shift
            if byte < _CONTINUATION:
                return value & 0xFFFF_FFFF_FFFF_FFFF
            shift += 7
        raise ProtocolError(INCORRECT_DATA, "A number of the protocol is longer than 64 bits")

    def length(self, limit: int = MAX_STRING_BYTES) -> int:
        """Read a LEB128 number that announces a size, and return it.

        Raises:
            ProtocolError: The size is above ``limit``, or the number does not end after ten bytes.
        """
        size = self.varint()
        if size > limit:
            raise ProtocolError(INCORRECT_DATA, f"A size of {size} was announced; at most {limit} is accepted")
        return size

    def blob(self, limit: int = MAX_STRING_BYTES) -> bytes:
        """Read a string, which follows its length, and return its bytes.

        Raises:
            ProtocolError: The string is longer than ``limit`` bytes, or its length does not end after ten bytes.
        """
        return self.take(self.length(limit))

    def text(self, limit: int = MAX_STRING_BYTES) -> str:
        """Read a string, which follows its length, and return it; bytes that are not valid UTF-8 are kept as surrogates.

        Raises:
            ProtocolError: The string is longer than ``limit`` bytes, or its length does not end after ten bytes.
        """
        return self.blob(limit).decode("utf-8", "surrogateescape")

    def skip_strings(self, count: int) -> None:
        """Read ``count`` strings without returning them. The sink gets their bytes. This is the package's innermost loop.

        Raises:
            ProtocolError: A string is longer than `MAX_STRING_BYTES`, or its length does not end after ten bytes.
        """
        while count > 0:
            buf, pos, left = self._buf, self._pos, count
            try:
                for _ in range(count):
                    size = buf[pos]
                    if size >= _CONTINUATION:
                        break
                    pos += size + 1
                    left -= 1
            except IndexError:
                pass
            overshoot = max(0, pos - len(buf))
            self._pos = min(pos, len(buf))
            self.skip(overshoot)
            count = left
            if count:
                self.skip(self.length())
                count -= 1
