"""Compresses results and expands request bodies: gzip, deflate, lz4, zstd (bodies only), and ClickHouse's own frames."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import IO, Final, Protocol

import lz4.frame  # type: ignore[import-untyped]
import zstandard

from embedded.clickhouse.errors import CANNOT_DECOMPRESS, NOT_IMPLEMENTED, ServerError, too_large
from embedded.clickhouse.native.reader import ByteReader
from embedded.clickhouse.protocol.compress import frames, method_named, read_frame

_GZIP_BITS: Final = 31
_READ_BYTES: Final = 1 << 20
_WINDOW_BYTES: Final = 8 << 20  # what every decoder must have (RFC 8878, 3.1.1.1.2)


class Coder(Protocol):
    """Compresses a result piece by piece."""

    def code(self, piece: bytes) -> bytes:
        """Return the bytes that can be sent after this piece of the result; may be empty."""

    def end(self) -> bytes:
        """Return the bytes that end the result."""


class _Zlib:
    def __init__(self, bits: int) -> None:
        self._coder = zlib.compressobj(1, wbits=bits)

    def code(self, piece: bytes) -> bytes:
        return self._coder.compress(piece)

    def end(self) -> bytes:
        return self._coder.flush()


class _Lz4:
    def __init__(self) -> None:
        self._coder = lz4.frame.LZ4FrameCompressor()
        self._begun = False

    def code(self, piece: bytes) -> bytes:
        return self._begin() + bytes(self._coder.compress(piece))

    def end(self) -> bytes:
        return self._begin() + bytes(self._coder.flush())

    def _begin(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        return bytes(self._coder.begin())


class _Frames:
    """ClickHouse's own frames, each of at most 1 MiB."""

    def __init__(self, method: str) -> None:
        self._method, self._compressor = method_named(method)

    def code(self, piece: bytes) -> bytes:
        return b"".join(frames(piece, self._method, self._compressor))

    def end(self) -> bytes:
        return b""


class Plain:
    """Leaves a result as it is."""

    def code(self, piece: bytes) -> bytes:
        """Return the piece."""
        return piece

    def end(self) -> bytes:
        """Return nothing."""
        return b""


def framing(method: str) -> Coder:
    """Return the coder for ClickHouse's own frames, with a method of the setting `network_compression_method`."""
    return _Frames(method)


_CODERS: Final[Mapping[str, Callable[[], Coder]]] = {
    "lz4": _Lz4,
    "gzip": lambda: _Zlib(_GZIP_BITS),
    "deflate": lambda: _Zlib(zlib.MAX_WBITS),
}
"""The codings of results, the best one first."""

_ACCEPTED: Final = re.compile(r"\s*([\w-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d*)?)\s*)?", re.IGNORECASE)


def accepted(accepts: str) -> tuple[str, Coder]:
    """Return the coding that a header Accept-Encoding prefers, with its coder; of equal ones the best; an empty name if none is known.

    A part of another form than `name` or `name;q=weight` names no coding (RFC 9110, 12.5.3). A coding of weight 0 is not accepted.
    """
    named = filter(None, map(_ACCEPTED.fullmatch, accepts.split(",")))
    weights = {part[1].lower(): float(part[2] or 1) for part in named}
    name = max(_CODERS, key=lambda name: weights.get(name, 0.0))
    return (name, _CODERS[name]()) if weights.get(name) else ("", Plain())


def expand(source: IO[bytes], target: IO[bytes], *, coding: str, framed: bool, most: int) -> None:
    """Write the expanded content of a request body to a file.

    Args:
        source: The body as received.
        target: The file for its content.
        coding: The Content-Encoding header; empty if there is none.
        framed: Whether the decoded body is in ClickHouse's own frames.
        most: The maximum size of the content in bytes.

    Raises:
        ServerError: The coding is unknown, the body is damaged, or its content is too large.
    """
    try:
        pieces = _expanded(source, coding.strip().lower())
        _write(_unframed(pieces, most) if framed else pieces, target, most)
    except (zlib.error, RuntimeError, EOFError, zstandard.ZstdError) as error:
        raise ServerError(CANNOT_DECOMPRESS, f"The body is not {coding or 'compressed'}: {error}") from error


def _write(pieces: Iterator[bytes], target: IO[bytes], most: int) -> None:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise too_large("A body", most)
        target.write(piece)


def _expanded(source: IO[bytes], coding: str) -> Iterator[bytes]:
    if coding in {"", "identity"}:
        yield from iter(lambda: source.read(_READ_BYTES), b"")
    elif coding == "lz4":
        with lz4.frame.open(source, "rb") as content:
            yield from iter(lambda: content.read(_READ_BYTES), b"")
    elif coding in {"gzip", "x-gzip", "deflate"}:
        decoder = zlib.decompressobj(_GZIP_BITS if "gzip" in coding else zlib.MAX_WBITS)
        while piece := decoder.unconsumed_tail or source.read(_READ_BYTES):
            yield decoder.decompress(piece, _READ_BYTES)
        if not decoder.eof:
            raise EOFError("it ends too soon")
    elif coding == "zstd":
        with zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES).stream_reader(
            source, read_across_frames=True
        ) as content:
            yield from iter(lambda: content.read(_READ_BYTES), b"")
    else:
        raise ServerError(NOT_IMPLEMENTED, f"Content-Encoding {coding} is not among gzip, deflate, lz4 and zstd")


def _unframed(pieces: Iterator[bytes], most: int) -> Iterator[bytes]:
    """Yield the contents of ClickHouse's frames."""
    for first in pieces:
        reader = ByteReader(chain((first,), pieces, _cut()).__next__)
        yield read_frame(reader, most)
        while reader.buffered:
            yield read_frame(reader, most)


def _cut() -> Iterator[bytes]:
    """Raise the error for a body that ends inside a frame."""
    raise EOFError("it ends inside a frame")
    yield b""
