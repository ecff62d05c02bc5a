"""Native blocks on their way through: told where they end, and fitted to the revision the two sides agreed on."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from embedded.clickhouse.errors import INCORRECT_DATA, NOT_IMPLEMENTED, ProtocolError
from embedded.clickhouse.native.layout import layout_of
from embedded.clickhouse.native.reader import ByteReader
from embedded.clickhouse.native.shapes import MAX_ROWS
from embedded.clickhouse.protocol import revisions
from embedded.clickhouse.protocol.wire import string, varint

# ClickHouse's own bound on the columns of a Native block.
MAX_COLUMNS: Final = 1_000_000
_FIELD_IS_OVERFLOWS: Final = 1
_FIELD_BUCKET: Final = 2
# Field 1: no overflow; field 2: bucket -1; 0 ends the block's info.
_BLOCK_INFO: Final = b"\x01\x00\x02" + struct.pack("<i", -1) + b"\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column's name and type as ClickHouse spells them."""

    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockHead:
    """What a block is, without its data."""

    columns: tuple[Column, ...]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of a result, ready for the client."""

    columns: tuple[Column, ...]
    rows: int
    data: bytes


class _Ended(Exception):
    """The bytes of a finished result are used up."""


def read_block(reader: ByteReader, revision: int, sink: Callable[[bytes], object] | None) -> BlockHead:
    """Walk over one block a client sent, passing it on in the form that chDB reads (revision 0).

    Args:
        reader: Stands at the block's info.
        revision: The revision both sides agreed on.
        sink: Takes the block's bytes, in pieces; None throws them away.

    Raises:
        ProtocolError: The bytes are no block, or one with sparse or other custom serialization.
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
            raise ProtocolError(NOT_IMPLEMENTED, f"Custom serialization of column {column.name} is not read")
        if rows:
            layout_of(column.type)(reader)(reader, rows)
    return BlockHead(columns=tuple(columns), rows=rows)


def block_info(revision: int) -> bytes:
    """The bytes before a block: nothing for clients that are too old for them."""
    return _BLOCK_INFO if revision >= revisions.BLOCK_INFO else b""


def header_block(columns: Sequence[Column], revision: int) -> bytes:
    """A block of no rows that tells names and types; without columns, the mark of the data's end."""
    custom = b"\x00" if revision >= revisions.CUSTOM_SERIALIZATION else b""
    parts = [block_info(revision), varint(len(columns)), b"\x00"]
    for column in columns:
        parts += [string(column.name), string(column.type), custom]
    return b"".join(parts)


def fit_blocks(data: bytes, revision: int, described: Sequence[Column] = ()) -> Iterator[Block]:
    """Cut a result of chDB into blocks as a client of this revision reads them.

    Args:
        data: Blocks in Native format, one after the other.
        revision: The revision both sides agreed on.
        described: The result's columns as DESCRIBE tells them. In Native format chDB leaves the time zone of a
            DateTime column out, as for clients of before 2018; it is put back from here.

    Raises:
        ProtocolError: A column that is not the last has a type whose length is unknown (AggregateFunction).
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
        types = [column.type for column in described] if len(described) == count else [""] * count
        columns = tuple(
            _pass_column(reader, rows, revision, known=known, last=at == count - 1) for at, known in enumerate(types)
        )
        reader.relay(None)
        yield Block(columns=columns, rows=rows, data=b"".join(parts))


def _pass_column(reader: ByteReader, rows: int, revision: int, *, known: str, last: bool) -> Column:
    name = reader.text()
    kind = reader.drop(reader.drop_varint()).decode("utf-8", "surrogateescape")
    shown = known if kind == "DateTime" and known.startswith("DateTime(") else kind
    reader.emit(string(shown) + (b"\x00" if revision >= revisions.CUSTOM_SERIALIZATION else b""))
    if last and kind.startswith("AggregateFunction"):
        # Its states have no length of their own; as the last column they take what is left of the chunk.
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
