"""Finds the ends of blocks in a stream of ClickHouse's Native format, and adapts blocks to the client's protocol revision."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from embedded.clickhouse import revisions
from embedded.clickhouse.errors import INCORRECT_DATA, NOT_IMPLEMENTED, ProtocolError
from embedded.clickhouse.native.layout import layout_of
from embedded.clickhouse.native.reader import ByteReader
from embedded.clickhouse.native.shapes import MAX_ROWS
from embedded.clickhouse.native.writer import string, varint

# ClickHouse's own limit for the columns of a Native block.
MAX_COLUMNS: Final = 1_000_000
_FIELD_IS_OVERFLOWS: Final = 1
_FIELD_BUCKET: Final = 2
# The info before a block: field 1 says "no overflow", field 2 gives the bucket as -1, and 0 ends the info.
_BLOCK_INFO: Final = b"\x01\x00\x02" + struct.pack("<i", -1) + b"\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The name and the type of a column, as ClickHouse spells them."""

    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockHead:
    """The names and types of a block's columns, and its number of rows, without the data."""

    columns: tuple[Column, ...]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of a result.

    Attributes:
        columns: The block's columns.
        rows: The number of rows.
        data: The bytes of the block in the form for the client's revision, including the info that precedes it.
    """

    columns: tuple[Column, ...]
    rows: int
    data: bytes


class _Ended(Exception):
    """A reader asked for more bytes, but all bytes of the result were read."""


def read_block(reader: ByteReader, revision: int, sink: Callable[[bytes], object] | None) -> BlockHead:
    """Read one block from a client and pass its bytes on in the form that chDB reads (that of revision 0).

    Args:
        reader: The reader, positioned at the block's info.
        revision: The revision that both sides agreed on.
        sink: Receives the block's bytes, in pieces; None discards them.

    Returns:
        The block's columns and number of rows.

    Raises:
        ProtocolError: The bytes are not a valid block, a column has sparse or other custom serialization, or the type of a
            column is not supported.
    """
    if revision >= revisions.BLOCK_INFO:
        _read_block_info(reader)
    reader.relay(sink)
    try:
        head = _walk(reader, custom=revision >= revisions.CUSTOM_SERIALIZATION)
    finally:
        reader.relay(None)
    return head


def _read_block_info(reader: ByteReader) -> None:
    while field := reader.varint():
        if field == _FIELD_IS_OVERFLOWS:
            reader.u8()
        elif field == _FIELD_BUCKET:
            reader.i32()
        else:
            raise ProtocolError(INCORRECT_DATA, f"Field {field} of a block's info is unknown")


def _walk(reader: ByteReader, *, custom: bool) -> BlockHead:
    count, rows = reader.varint(), reader.varint()
    if count > MAX_COLUMNS or rows > MAX_ROWS:
        raise ProtocolError(INCORRECT_DATA, f"Suspiciously many columns or rows in Native format: {count}, {rows}")
    columns = []
    for _ in range(count):
        column = Column(name=reader.text(), type=reader.text())
        columns.append(column)
        if custom and reader.drop(1) != b"\x00":
            raise ProtocolError(NOT_IMPLEMENTED, f"Custom serialization of column {column.name} is not supported")
        if rows:
            layout_of(column.type)(reader)(reader, rows)
    return BlockHead(columns=tuple(columns), rows=rows)


def block_info(revision: int) -> bytes:
    """Return the bytes of the info that precedes every block: no overflow, no bucket. Empty for a revision without such info."""
    return _BLOCK_INFO if revision >= revisions.BLOCK_INFO else b""


def header_block(columns: Sequence[Column], revision: int) -> bytes:
    """Return the bytes of a block, with its info, that has these columns but no rows. Without columns it marks the end of data."""
    custom = b"\x00" if revision >= revisions.CUSTOM_SERIALIZATION else b""
    parts = [block_info(revision), varint(len(columns)), b"\x00"]
    for column in columns:
        parts += [string(column.name), string(column.type), custom]
    return b"".join(parts)


def fit_blocks(data: bytes, revision: int, describe: Callable[[], Sequence[Column]] = tuple) -> Iterator[Block]:
    """Split a result of chDB into blocks, and yield each in the form for a client of this revision.

    Args:
        data: Blocks in Native format, one after the other.
        revision: The revision that both sides agreed on.
        describe: Returns the result's columns as DESCRIBE gives them; empty if they are not known. In Native format chDB leaves
            out the time zone of a DateTime column, as for clients from before 2018; it is restored from these columns, unless
            their number differs from the block's. It is called only for such a column.

    Raises:
        ProtocolError: The bytes are not valid, or the type of a column is not supported. AggregateFunction is supported only
            in the last column, where it takes all remaining bytes, because the length of its states is unknown.
    """
    reader = ByteReader(_once(data))
    while True:
        parts: list[bytes] = [block_info(revision)]
        reader.relay(parts.append)
        try:
            count = reader.varint()
        except _Ended:
            return
        rows = reader.varint()
        columns = tuple(
            _pass_column(reader, rows, revision, place=(at, count), describe=describe) for at in range(count)
        )
        reader.relay(None)
        yield Block(columns=columns, rows=rows, data=b"".join(parts))


def _pass_column(
    reader: ByteReader, rows: int, revision: int, *, place: tuple[int, int], describe: Callable[[], Sequence[Column]]
) -> Column:
    name = reader.text()
    kind = reader.drop(reader.drop_varint()).decode("utf-8", "surrogateescape")
    (at, count), shown = place, kind
    if kind == "DateTime" and len(described := describe()) == count and described[at].type.startswith("DateTime("):
        shown = described[at].type
    reader.emit(string(shown) + (b"\x00" if revision >= revisions.CUSTOM_SERIALIZATION else b""))
    if at == count - 1 and kind.startswith("AggregateFunction"):
        # The length of its states is unknown. In the last column they are the rest of the chunk.
        reader.skip(reader.buffered)
    elif rows:
        layout_of(kind)(reader)(reader, rows)
    return Column(name=name, type=shown)


def _once(data: bytes) -> Callable[[], bytes]:
    chunks = iter((data,))

    def pull() -> bytes:
        for chunk in chunks:
            return chunk
        raise _Ended

    return pull
