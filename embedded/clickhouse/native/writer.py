"""Builds the bytes of the protocol's primitives: numbers and strings."""

from __future__ import annotations


def varint(value: int) -> bytes:
    """Return a number, which must not be negative, in LEB128."""
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits per byte
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def string(text: str) -> bytes:
    """Return a string as the protocol writes it: the length of its UTF-8 bytes as a varint, then the bytes."""
    data = text.encode("utf-8", "surrogateescape")
    return varint(len(data)) + data
