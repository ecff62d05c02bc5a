"""The building blocks of layouts: functions that pass over a column of each kind in ClickHouse's Native format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from embedded.clickhouse.errors import INCORRECT_DATA, NOT_IMPLEMENTED, ProtocolError
from embedded.clickhouse.native.reader import ByteReader

# A column consists of a prefix (state that precedes the data) and a body. A Layout reads the prefix and returns a Body,
# which passes over the data of a given number of rows. Both raise ProtocolError if the bytes are not valid.
Body = Callable[[ByteReader, int], None]
Layout = Callable[[ByteReader], Body]

# ClickHouse's own limit for the rows in a Native header, against corrupt ones.
MAX_ROWS: Final = 10**12
# Bits of the index word of LowCardinality: the index width, whether a global dictionary is used, and whether keys
# follow in the block.
_LC_WIDTH_MASK: Final = 0xFF
_LC_GLOBAL_DICTIONARY: Final = 1 << 8
_LC_ADDITIONAL_KEYS: Final = 1 << 9
# The discriminator of rows that belong to no variant.
_NO_VARIANT: Final = 255


def fixed(width: int) -> Layout:
    """Return the layout (the way to pass over the bytes) of a column whose values all have this width in bytes, without prefix."""

    def body(reader: ByteReader, rows: int) -> None:
        reader.skip(width * rows)

    return lambda _reader: body


def string_body(reader: ByteReader, rows: int) -> None:
    """Pass over the data of a String column: one string per row, each after its length."""
    reader.skip_strings(rows)


def string(_reader: ByteReader) -> Body:
    """Return the function that passes over the data of a String column. It reads nothing, because the prefix is empty."""
    return string_body


def nullable(inner: Layout) -> Layout:
    """Return the layout of a Nullable column, from that of its values: a byte per row that marks nulls, then a value per row."""

    def prefix(reader: ByteReader) -> Body:
        inner_body = inner(reader)

        def body(reader: ByteReader, rows: int) -> None:
            reader.skip(rows)
            inner_body(reader, rows)

        return body

    return prefix


def tuple_of(inners: list[Layout]) -> Layout:
    """Return the layout of a Tuple column, from those of its elements: the prefixes of all elements, then the data of each.

    A Tuple without elements has one byte per row.
    """
    if not inners:
        return fixed(1)

    def prefix(reader: ByteReader) -> Body:
        bodies = [inner(reader) for inner in inners]

        def body(reader: ByteReader, rows: int) -> None:
            for inner_body in bodies:
                inner_body(reader, rows)

        return body

    return prefix


def array_of(inner: Layout) -> Layout:
    """Return the layout of an Array column, from that of its elements: eight bytes per row for an offset, then all elements."""

    def prefix(reader: ByteReader) -> Body:
        inner_body = inner(reader)

        def body(reader: ByteReader, rows: int) -> None:
            if rows == 0:
                return
            # Offsets are cumulative, so the last one is the number of elements.
            reader.skip(8 * (rows - 1))
            elements = reader.u64()
            if elements > MAX_ROWS:
                raise ProtocolError(INCORRECT_DATA, f"An array column claims {elements} elements")
            inner_body(reader, elements)

        return body

    return prefix


def low_cardinality(dictionary: Layout) -> Layout:
    """Return the layout of a LowCardinality column, from that of its dictionary's type.

    Its prefix is the version 1. Its data are one or more parts. Each has an index word, the keys of the dictionary if the word
    announces them, the number of the part's rows, and one index per row.
    """

    def body(reader: ByteReader, rows: int) -> None:
        while rows > 0:
            word = reader.u64()
            width = word & _LC_WIDTH_MASK
            if width > 3 or word & _LC_GLOBAL_DICTIONARY:  # noqa: PLR2004 - UInt8 to UInt64
                raise ProtocolError(INCORRECT_DATA, f"The index word {word:#x} of a LowCardinality column is unknown")
            if word & _LC_ADDITIONAL_KEYS:
                dictionary(reader)(reader, min(reader.u64(), MAX_ROWS))
            count = reader.u64()
            if not 0 < count <= rows:
                raise ProtocolError(INCORRECT_DATA, f"A LowCardinality column has {count} rows, but {rows} are left")
            reader.skip(count << width)
            rows -= count

    def prefix(reader: ByteReader) -> Body:
        version = reader.u64()
        if version != 1:
            raise ProtocolError(INCORRECT_DATA, f"LowCardinality version {version} is unknown")
        return body

    return prefix


def variant(inners: list[Layout]) -> Layout:
    """Return the layout of a Variant column, from those of its types, in the order of their discriminators.

    Its data are a discriminator byte per row, the index of the type of the row's value (255 for none), then the values of
    each type.
    """

    def prefix(reader: ByteReader) -> Body:
        mode = reader.u64()
        if mode != 0:
            raise ProtocolError(NOT_IMPLEMENTED, "Compact discriminators of a Variant are not supported")
        bodies = [inner(reader) for inner in inners]

        def body(reader: ByteReader, rows: int) -> None:
            discriminators = reader.take(rows)
            counts = [discriminators.count(at) for at in range(len(bodies))]
            if sum(counts) + discriminators.count(_NO_VARIANT) != rows:
                raise ProtocolError(INCORRECT_DATA, "A Variant column names a type that it does not have")
            for inner_body, count in zip(bodies, counts, strict=True):
                inner_body(reader, count)

        return body

    return prefix
