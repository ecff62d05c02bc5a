"""Reads and writes ClickHouse's compressed frames: a checksum, a method, two sizes and the data."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Final

import lz4.block  # type: ignore[import-untyped]
import zstandard
from clickhouse_cityhash.cityhash import CityHash128  # type: ignore[import-untyped]

from embedded.clickhouse.errors import (
    CANNOT_DECOMPRESS,
    CHECKSUM_DOESNT_MATCH,
    TOO_LARGE_SIZE_COMPRESSED,
    UNKNOWN_CODEC,
    ProtocolError,
)
from embedded.clickhouse.native.reader import ByteReader

NONE: Final = 0x02
LZ4: Final = 0x82
ZSTD: Final = 0x90

# ClickHouse's own limit for a frame (DBMS_MAX_COMPRESSED_SIZE).
MAX_FRAME_BYTES: Final = 1 << 30
# Uncompressed bytes that ClickHouse and its clients put into one frame.
FRAME_BYTES: Final = 1 << 20
_HEADER: Final = struct.Struct("<BII")
_CHECKSUM_BYTES: Final = 16

Compressor = Callable[[bytes], bytes]


def _lz4(data: bytes) -> bytes:
    return bytes(lz4.block.compress(data, store_size=False))


def _lz4hc(data: bytes) -> bytes:
    return bytes(lz4.block.compress(data, mode="high_compression", store_size=False))


def _zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=1).compress(data)


def _plain(data: bytes) -> bytes:
    return data


def method_named(name: str) -> tuple[int, Compressor]:
    """Return the codec that the setting `network_compression_method` names: LZ4, LZ4HC, ZSTD or NONE.

    Args:
        name: The codec's name in upper or lower case. An unknown or empty name gives LZ4, the default.

    Returns:
        The method byte of the frame header, and the function that compresses one frame's content.
    """
    codecs = {"LZ4HC": (LZ4, _lz4hc), "ZSTD": (ZSTD, _zstd), "NONE": (NONE, _plain)}
    return codecs.get(name.upper(), (LZ4, _lz4))


def checksum(data: bytes) -> bytes:
    """Return the CityHash128 of the data in the protocol's byte order: the high half first, each half little-endian."""
    low_first = int(CityHash128(data)).to_bytes(_CHECKSUM_BYTES, "little")
    return low_first[8:] + low_first[:8]


def frames(data: bytes, method: int, compressor: Compressor) -> Iterator[bytes]:
    """Compress a block's bytes and yield frames, each a checksum, a header and the compressed form of at most 1 MiB of them.

    `method` is the header's byte for the compressor; see `method_named`.
    """
    for start in range(0, len(data), FRAME_BYTES):
        part = data[start : start + FRAME_BYTES]
        packed = compressor(part)
        frame = _HEADER.pack(method, len(packed) + _HEADER.size, len(part)) + packed
        yield checksum(frame) + frame


def _unpack(method: int, packed: bytes, size: int) -> bytes:
    if method == NONE:
        return packed
    if method == LZ4:
        try:
            return bytes(lz4.block.decompress(packed, uncompressed_size=size))
        except (lz4.block.LZ4BlockError, ValueError) as error:
            raise ProtocolError(CANNOT_DECOMPRESS, f"Cannot decompress LZ4: {error}") from error
    if method != ZSTD:
        raise ProtocolError(UNKNOWN_CODEC, f"Unknown codec family code: {method}")
    try:
        if zstandard.frame_content_size(packed) != size:
            raise ProtocolError(CANNOT_DECOMPRESS, "Cannot decompress ZSTD: the frame has another size than announced")
        return zstandard.ZstdDecompressor().decompress(packed, max_output_size=size, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise ProtocolError(CANNOT_DECOMPRESS, f"Cannot decompress ZSTD: {error}") from error


def read_frame(source: ByteReader, most_bytes: int = MAX_FRAME_BYTES) -> bytes:
    """Read one compressed frame, whose compressed and uncompressed sizes are limited, and return its uncompressed content.

    Raises:
        ProtocolError: The checksum is wrong, a size in the header is too large or too small, the codec is unknown, or the data
            cannot be decompressed to the announced size.
    """
    expected = source.take(_CHECKSUM_BYTES)
    header = source.take(_HEADER.size)
    method, packed_size, size = _HEADER.unpack(header)
    if not _HEADER.size <= packed_size <= most_bytes or not 0 < size <= most_bytes:
        raise ProtocolError(TOO_LARGE_SIZE_COMPRESSED, f"Invalid sizes of a compressed frame: {packed_size}, {size}")
    packed = source.take(packed_size - _HEADER.size)
    if checksum(header + packed) != expected:
        raise ProtocolError(CHECKSUM_DOESNT_MATCH, "Checksum doesn't match: corrupted data")
    data = _unpack(method, packed, size)
    if len(data) != size:
        raise ProtocolError(CANNOT_DECOMPRESS, f"A frame holds {len(data)} bytes, but {size} were announced")
    return data
