"""A forward-only reader over pulled chunks that can pass on what it walks over, in bounded memory and without I/O."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

from embedded.clickhouse.errors import INCORRECT_DATA, ProtocolError

# A varint of the protocol is at most 64 bits, that is ten groups of seven.
_MAX_VARINT_BYTES: Final = 10
_CONTINUATION: Final = 0x80
# ClickHouse's own bound on one string of the protocol (DEFAULT_MAX_STRING_SIZE).
MAX_STRING_BYTES: Final = 1 << 30


class ByteReader:
    """Reads the protocol's primitives from chunks that ``pull`` hands out.

    While a sink is set (`relay`), every byte walked over is passed to it, except those taken with `drop`.
    The reader holds one chunk at a time (plus what a primitive spans), however long the stream is.

    Args:
        pull: Returns the next non-empty chunk, or raises when there is none.
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
        """Bytes already pulled and not yet read."""
        return len(self._buf) - self._pos

    def relay(self, sink: Callable[[bytes], object] | None) -> None:
        """Pass what is read from here on to ``sink``; None ends it after flushing."""
        self._flush()
        self._sink = sink
        self._mark = self._pos

    def emit(self, data: bytes) -> None:
        """Put bytes into the relayed stream that were not read from this one."""
        self._flush()
        if self._sink is not None:
            self._sink(data)

    def _flush(self) -> None:
        if self._sink is not None and self._pos > self._mark:
            self._sink(self._buf[self._mark : self._pos])
        self._mark = self._pos

    def _more(self) -> None:
        """Add one chunk, giving up what was read already."""
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
        """Read ``count`` bytes."""
        self._need(count)
        data = self._buf[self._pos : self._pos + count]
        self._pos += count
        return data

    def drop(self, count: int) -> bytes:
        """Read ``count`` bytes and keep them out of the relayed stream."""
        self._need(count)
        self._flush()
        data = self.take(count)
        self._mark = self._pos
        return data

    def drop_varint(self) -> int:
        """Read a LEB128 number and keep it out of the relayed stream."""
        self._flush()
        sink, self._sink = self._sink, None
        try:
            return self.varint()
        finally:
            self._sink, self._mark = sink, self._pos

    def skip(self, count: int) -> None:
        """Walk over ``count`` bytes, holding no more than one chunk of them."""
        while (available := len(self._buf) - self._pos) < count:
            self._pos = len(self._buf)
            count -= available
            self._more()
        self._pos += count

    def u8(self) -> int:
        """Read one byte."""
        if self._pos == len(self._buf):
            self._more()
        value = self._buf[self._pos]
        self._pos += 1
        return value

    def u64(self) -> int:
        """Read a little-endian UInt64."""
        return int.from_bytes(self.take(8), "little")

    def i32(self) -> int:
        """Read a little-endian Int32."""
        return int(struct.unpack("<i", self.take(4))[0])

    def varint(self) -> int:
        """Read a LEB128 number of at most 64 bits.

        Raises:
            ProtocolError: It does not end in time.
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
        """Read a varint that announces a size.

        Raises:
            ProtocolError: It is above ``limit``.
        """
        size = self.varint()
        if size > limit:
            raise ProtocolError(INCORRECT_DATA, f"A size of {size} was announced; at most {limit} is read")
        return size

    def blob(self, limit: int = MAX_STRING_BYTES) -> bytes:
        """Read a string as bytes."""
        return self.take(self.length(limit))

    def text(self, limit: int = MAX_STRING_BYTES) -> str:
        """Read a string; bytes that are no UTF-8 survive as surrogates."""
        return self.blob(limit).decode("utf-8", "surrogateescape")

    def skip_strings(self, count: int) -> None:
        """Walk over ``count`` strings; this is the innermost loop of the package."""
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
