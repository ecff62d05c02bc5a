"""Builds the bytes of the protocol's primitives: numbers and strings."""

from __future__ import annotations


def varint(value: int) -> bytes:
    """Return the bytes of a number in LEB128, seven bits per byte, the lowest first.

    Raises:
        ValueError: The number is negative.
    """
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits per byte
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def string(text: str) -> bytes:
    """Return a string as the protocol writes it: the number of its UTF-8 bytes in LEB128, then these bytes."""
    data = text.encode("utf-8", "surrogateescape")
    return varint(len(data)) + data
