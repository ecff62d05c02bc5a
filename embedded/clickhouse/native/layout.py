"""Knows how many bytes a column of any type takes in Native format, so that a block's end is found without decoding it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from embedded.clickhouse.errors import INCORRECT_DATA, NOT_IMPLEMENTED, ProtocolError
from embedded.clickhouse.native.reader import ByteReader
from embedded.clickhouse.native.typetext import TypeText, element_type, parse_type

# A column is its prefix (state that precedes the data) and its body. Reading the prefix gives the body's walker.
Body = Callable[[ByteReader, int], None]
Layout = Callable[[ByteReader], Body]

_WIDTHS: Final[dict[str, int]] = {
    "Bool": 1, "Int8": 1, "UInt8": 1, "Enum8": 1, "Nothing": 1,
    "Int16": 2, "UInt16": 2, "Enum16": 2, "Date": 2, "BFloat16": 2,
    "Int32": 4, "UInt32": 4, "Float32": 4, "Date32": 4, "DateTime": 4, "DateTime32": 4, "Time": 4, "IPv4": 4,
    "Decimal32": 4,
    "Int64": 8, "UInt64": 8, "Float64": 8, "DateTime64": 8, "Time64": 8, "Decimal64": 8,
    "Int128": 16, "UInt128": 16, "UUID": 16, "IPv6": 16, "Decimal128": 16,
    "Int256": 32, "UInt256": 32, "Decimal256": 32,
}  # fmt: skip
_ALIASES: Final = {
    "Point": "Tuple(Float64, Float64)",
    "Ring": "Array(Point)",
    "LineString": "Array(Point)",
    "MultiLineString": "Array(LineString)",
    "Polygon": "Array(Ring)",
    "MultiPolygon": "Array(Polygon)",
    "Geometry": "Variant(LineString, MultiLineString, MultiPolygon, Point, Polygon, Ring)",
}
# Decimal(P, S): bytes by the largest precision that fits into them.
_DECIMAL_WIDTHS: Final = ((9, 4), (18, 8), (38, 16), (76, 32))
# ClickHouse's own bound against nonsense in a Native header.
MAX_ROWS: Final = 10**12
# Deeper types than any table has; it keeps a hostile type's text from exhausting the stack.
_MAX_DEPTH: Final = 64
# Bits of LowCardinality's index word: the index width, and whether a dictionary of its own follows.
_LC_WIDTH_MASK: Final = 0xFF
_LC_GLOBAL_DICTIONARY: Final = 1 << 8
_LC_ADDITIONAL_KEYS: Final = 1 << 9
# Rows that belong to no variant carry this discriminator.
_NO_VARIANT: Final = 255


def _fixed(width: int) -> Layout:
    def body(reader: ByteReader, rows: int) -> None:
        reader.skip(width * rows)

    return lambda _reader: body


def _string_body(reader: ByteReader, rows: int) -> None:
    reader.skip_strings(rows)


def _string(_reader: ByteReader) -> Body:
    return _string_body


def _nullable(inner: Layout) -> Layout:
    def prefix(reader: ByteReader) -> Body:
        inner_body = inner(reader)

        def body(reader: ByteReader, rows: int) -> None:
            reader.skip(rows)
            inner_body(reader, rows)

        return body

    return prefix


def _tuple(inners: list[Layout]) -> Layout:
    if not inners:
        return _fixed(1)

    def prefix(reader: ByteReader) -> Body:
        bodies = [inner(reader) for inner in inners]

        def body(reader: ByteReader, rows: int) -> None:
            for inner_body in bodies:
                inner_body(reader, rows)

        return body

    return prefix


def _array(inner: Layout) -> Layout:
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


def _low_cardinality(dictionary: Layout) -> Layout:
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
                raise ProtocolError(INCORRECT_DATA, f"A LowCardinality column holds {count} rows where {rows} are left")
            reader.skip(count << width)
            rows -= count

    def prefix(reader: ByteReader) -> Body:
        version = reader.u64()
        if version != 1:
            raise ProtocolError(INCORRECT_DATA, f"LowCardinality version {version} is unknown")
        return body

    return prefix


def variant(inners: list[Layout]) -> Layout:
    """The layout of Variant over its types in the order of their discriminators."""

    def prefix(reader: ByteReader) -> Body:
        mode = reader.u64()
        if mode != 0:
            raise ProtocolError(NOT_IMPLEMENTED, "Compact discriminators of a Variant are not read")
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


def _decimal(kind: TypeText) -> Layout:
    precision = int(kind.args[0]) if kind.args and kind.args[0].isdecimal() else 10
    for largest, width in _DECIMAL_WIDTHS:
        if precision <= largest:
            return _fixed(width)
    raise ProtocolError(INCORRECT_DATA, f"Decimal precision {precision} is out of range")


def _layout_of_low_cardinality(args: list[str], depth: int) -> Layout:
    inner = parse_type(args[0])
    # A null is a key of the dictionary, so the dictionary's own type is not nullable.
    return _low_cardinality(layout_of(inner.args[0] if inner.name == "Nullable" and inner.args else args[0], depth))


def _layouts_of(args: list[str], depth: int) -> list[Layout]:
    return [layout_of(arg, depth) for arg in args]


def _composite(kind: TypeText, depth: int) -> Layout | None:
    """The layout of a type made of others; None for a name that is no such type."""
    from embedded.clickhouse.native import dynamic

    if kind.name == "Dynamic":
        return dynamic.dynamic
    if kind.name == "JSON":
        return dynamic.json_object(kind.args, depth)
    count, build = _COMPOSITES.get(kind.name, (-1, None))
    args = [element_type(arg) for arg in kind.args]
    if build is None or count not in {None, len(args)}:
        return None
    return build(args, depth)


def _simple(kind: TypeText) -> Layout | None:
    """The layout of a type that holds no other; None for a name that is no such type."""
    if kind.name in _WIDTHS:
        return _fixed(_WIDTHS[kind.name])
    if kind.name.startswith("Interval"):
        return _fixed(8)
    if kind.name == "String":
        return _string
    if kind.name == "FixedString" and kind.args and kind.args[0].isdecimal():
        return _fixed(int(kind.args[0]))
    return _decimal(kind) if kind.name == "Decimal" else None


@lru_cache(maxsize=4096)
def layout_of(text: str, depth: int = 0) -> Layout:
    """The layout of a type, from its name as ClickHouse spells it.

    Args:
        text: For instance ``Map(String, Array(Nullable(DateTime64(3))))``.
        depth: How many types it stands in.

    Raises:
        ProtocolError: The type is unknown here, or its states have no length of their own (AggregateFunction).
    """
    if depth > _MAX_DEPTH:
        raise ProtocolError(INCORRECT_DATA, "A type is nested too deeply")
    kind = parse_type(text)
    if kind.name in _ALIASES:
        return layout_of(_ALIASES[kind.name], depth + 1)
    layout = _simple(kind) or _composite(kind, depth + 1)
    if layout is None:
        raise ProtocolError(NOT_IMPLEMENTED, f"Columns of type {text[:200]} cannot be carried by this server")
    return layout


# How many arguments each type of other types takes (None for any number), and how its layout follows from them.
_COMPOSITES: Final[dict[str, tuple[int | None, Callable[[list[str], int], Layout]]]] = {
    "Nullable": (1, lambda args, depth: _nullable(layout_of(args[0], depth))),
    "Array": (1, lambda args, depth: _array(layout_of(args[0], depth))),
    "Tuple": (None, lambda args, depth: _tuple(_layouts_of(args, depth))),
    "Nested": (None, lambda args, depth: _array(_tuple(_layouts_of(args, depth)))),
    "Map": (2, lambda args, depth: _array(_tuple(_layouts_of(args, depth)))),
    "LowCardinality": (1, _layout_of_low_cardinality),
    "SimpleAggregateFunction": (2, lambda args, depth: layout_of(args[1], depth)),
    "Variant": (None, lambda args, depth: variant(_layouts_of(sorted(args), depth))),
}
