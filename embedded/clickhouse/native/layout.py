"""Knows how many bytes a column of each type takes in Native format, so that the end of a block is found without decoding it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final

from embedded.clickhouse.errors import INCORRECT_DATA, NOT_IMPLEMENTED, ProtocolError
from embedded.clickhouse.limits import is_within
from embedded.clickhouse.native.dynamic import dynamic, json_object
from embedded.clickhouse.native.shapes import (
    Layout,
    array_of,
    fixed,
    low_cardinality,
    nullable,
    string,
    tuple_of,
    variant,
)
from embedded.clickhouse.native.typetext import TypeText, element_type, parse_type

# Width in bytes of one value, by the name of the type.
_WIDTHS: Final[dict[str, int]] = {
    "Bool": 1, "Int8": 1, "UInt8": 1, "Enum8": 1, "Nothing": 1,
    "Int16": 2, "UInt16": 2, "Enum16": 2, "Date": 2, "BFloat16": 2,
    "Int32": 4, "UInt32": 4, "Float32": 4, "Date32": 4, "DateTime": 4, "DateTime32": 4, "Time": 4, "IPv4": 4,
    "Decimal32": 4,
    "Int64": 8, "UInt64": 8, "Float64": 8, "DateTime64": 8, "Time64": 8, "Decimal64": 8,
    "Int128": 16, "UInt128": 16, "UUID": 16, "IPv6": 16, "Decimal128": 16,
    "Int256": 32, "UInt256": 32, "Decimal256": 32,
}  # fmt: skip
# Types that are other names for composite types.
_ALIASES: Final = {
    "Point": "Tuple(Float64, Float64)",
    "Ring": "Array(Point)",
    "LineString": "Array(Point)",
    "MultiLineString": "Array(LineString)",
    "Polygon": "Array(Ring)",
    "MultiPolygon": "Array(Polygon)",
    "Geometry": "Variant(LineString, MultiLineString, MultiPolygon, Point, Polygon, Ring)",
}
# Decimal(P, S): the largest precision P that fits, and its width in bytes.
_DECIMAL_WIDTHS: Final = ((9, 4), (18, 8), (38, 16), (76, 32))
# The greatest length of a FixedString that ClickHouse has.
_LONGEST_FIXED: Final = 0xFFFFFF
# Maximum nesting of types. No table needs more; it keeps a hostile type's text from exhausting the stack.
_MAX_DEPTH: Final = 64


def _decimal(kind: TypeText) -> Layout:
    precision = kind.args[0] if kind.args else "10"
    for largest, width in _DECIMAL_WIDTHS:
        if is_within(precision, largest):
            return fixed(width)
    raise ProtocolError(INCORRECT_DATA, f"Decimal precision {precision[:20]} is out of range")


def _layout_of_low_cardinality(args: list[str], depth: int) -> Layout:
    inner = parse_type(args[0])
    # Null is a key of the dictionary, so the type of the dictionary itself is not nullable.
    return low_cardinality(layout_of(inner.args[0] if inner.name == "Nullable" and inner.args else args[0], depth))


def _layouts_of(args: list[str], depth: int) -> list[Layout]:
    return [layout_of(arg, depth) for arg in args]


def _composite(kind: TypeText, depth: int) -> Layout | None:
    """Return the layout of a type that contains other types; None if this is not such a type or has too few or many arguments."""
    if kind.name == "Dynamic":
        return partial(dynamic, layout_of=layout_of)
    if kind.name == "JSON":
        return json_object(kind.args, depth, layout_of=layout_of)
    count, build = _COMPOSITES.get(kind.name, (-1, None))
    args = [element_type(arg) for arg in kind.args]
    if build is None or count not in {None, len(args)}:
        return None
    return build(args, depth)


def _simple(kind: TypeText) -> Layout | None:
    """Return the layout of a type that contains no other type; None if this is no such type, or a FixedString without a length."""
    if kind.name in _WIDTHS:
        return fixed(_WIDTHS[kind.name])
    if kind.name.startswith("Interval"):
        return fixed(8)
    if kind.name == "String":
        return string
    if kind.name == "FixedString" and kind.args and is_within(kind.args[0], _LONGEST_FIXED):
        return fixed(int(kind.args[0]))
    return _decimal(kind) if kind.name == "Decimal" else None


@lru_cache(maxsize=4096)
def layout_of(text: str, depth: int = 0) -> Layout:
    """Return the layout of a type: a function that reads the prefix of a column of this type.

    That function returns the one that passes over the data of a given number of rows (see shapes.py).

    Args:
        text: The type as ClickHouse spells it, for instance ``Map(String, Array(Nullable(DateTime64(3))))``.
        depth: The number of types around it; an alias counts as one.

    Raises:
        ProtocolError: The text is not a type, the type is not supported or has more than 64 types around it, or it is an
            AggregateFunction, whose length is not known.
    """
    if depth > _MAX_DEPTH:
        raise ProtocolError(INCORRECT_DATA, "A type is nested too deeply")
    kind = parse_type(text)
    if kind.name in _ALIASES:
        return layout_of(_ALIASES[kind.name], depth + 1)
    layout = _simple(kind) or _composite(kind, depth + 1)
    if layout is None:
        raise ProtocolError(NOT_IMPLEMENTED, f"Columns of type {text[:200]} are not supported by this server")
    return layout


# For each type that contains others: its number of arguments (None for any number), and the function that builds its
# layout from them.
_COMPOSITES: Final[dict[str, tuple[int | None, Callable[[list[str], int], Layout]]]] = {
    "Nullable": (1, lambda args, depth: nullable(layout_of(args[0], depth))),
    "Array": (1, lambda args, depth: array_of(layout_of(args[0], depth))),
    "Tuple": (None, lambda args, depth: tuple_of(_layouts_of(args, depth))),
    "Nested": (None, lambda args, depth: array_of(tuple_of(_layouts_of(args, depth)))),
    "Map": (2, lambda args, depth: array_of(tuple_of(_layouts_of(args, depth)))),
    "LowCardinality": (1, _layout_of_low_cardinality),
    "SimpleAggregateFunction": (2, lambda args, depth: layout_of(args[1], depth)),
    "Variant": (None, lambda args, depth: variant(_layouts_of(sorted(args), depth))),
}
