"""The layouts of Dynamic and JSON columns: how to pass over their bytes, though some types are named only in these bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from embedded.clickhouse.errors import INCORRECT_DATA, NOT_IMPLEMENTED, ProtocolError
from embedded.clickhouse.native.reader import ByteReader
from embedded.clickhouse.native.shapes import Body, Layout, variant
from embedded.clickhouse.native.typetext import split_top

LayoutOf = Callable[[str, int], Layout]
"""A function that returns the layout of a type, from its name and its nesting depth; layout.py defines it."""

_SHARED_VARIANT: Final = "SharedVariant"
_DYNAMIC_V1: Final = 1
_DYNAMIC_V2: Final = 2
_OBJECT_V1: Final = 0
_OBJECT_STRING: Final = 1
_OBJECT_V2: Final = 2
# Limit for the types or paths of a column; it is above the number that ClickHouse stores in separate streams.
_MAX_PATHS: Final = 100_000


def dynamic(reader: ByteReader, *, layout_of: LayoutOf) -> Body:
    """Read the prefix of a Dynamic column: its version, its types, and the prefix of the Variant over these types.

    Returns:
        The function that passes over the column's data.

    Raises:
        ProtocolError: The version, the Variant's mode or a type is not supported, or the bytes are not valid.
    """
    version = reader.u64()
    if version not in (_DYNAMIC_V1, _DYNAMIC_V2):
        raise ProtocolError(NOT_IMPLEMENTED, f"Dynamic serialization version {version} is not supported")
    if version == _DYNAMIC_V1:
        reader.varint()
    types = [reader.text() for _ in range(reader.length(_MAX_PATHS))]
    # Discriminators are in the alphabetical order of the types, including the shared variant.
    ordered = sorted([*types, _SHARED_VARIANT])
    return variant([layout_of("String" if name == _SHARED_VARIANT else name, 1) for name in ordered])(reader)


def _typed_paths(args: Sequence[str]) -> list[str]:
    """Return the types of the paths that the arguments of a JSON type declare, in the alphabetical order of the paths.

    Arguments that skip a path or set a limit are ignored.
    """
    typed: dict[str, str] = {}
    for arg in args:
        words = split_top(arg, " ")
        if len(words) > 1 and words[0].upper() != "SKIP" and "=" not in arg:
            typed[words[0].strip('`"')] = " ".join(words[1:])
    return [typed[path] for path in sorted(typed)]


def json_object(args: Sequence[str], depth: int, *, layout_of: LayoutOf) -> Layout:
    """Return the layout of a JSON column: a function that reads its prefix and returns the one that passes over its data.

    The data are those of the paths with a declared type, then of the paths that the prefix names, then the shared data of all
    other paths. Only in the version for strings are they a String column.

    Args:
        args: The arguments of the JSON type, which may declare types of paths.
        depth: The number of types around the JSON type.
        layout_of: Returns the layout of each path's type.

    Raises:
        ProtocolError: The type of a path is not supported. The returned layout raises it too, if the column's prefix has
            an unknown version or is not valid.
    """
    typed = [layout_of(text, depth) for text in _typed_paths(args)]
    shared = layout_of("Array(Tuple(String, String))", depth)

    def prefix(reader: ByteReader) -> Body:
        version = reader.u64()
        if version == _OBJECT_STRING:
            return layout_of("String", 0)(reader)
        if version not in (_OBJECT_V1, _OBJECT_V2):
            raise ProtocolError(INCORRECT_DATA, f"JSON serialization version {version} is not supported")
        if version == _OBJECT_V1:
            reader.varint()
        paths = reader.length(_MAX_PATHS)
        reader.skip_strings(paths)
        bodies = [layout(reader) for layout in typed]
        bodies += [dynamic(reader, layout_of=layout_of) for _ in range(paths)]
        bodies.append(shared(reader))

        def body(reader: ByteReader, rows: int) -> None:
            for inner_body in bodies:
                inner_body(reader, rows)

        return body

    return prefix
