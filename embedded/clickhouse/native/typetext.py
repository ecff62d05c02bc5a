"""Splits ClickHouse's type names into names and arguments, without interpreting them."""

from __future__ import annotations

from dataclasses import dataclass

from embedded.clickhouse.errors import INCORRECT_DATA, ProtocolError


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeText:
    """A type, split into its name and its arguments, which are still text.

    Attributes:
        name: The part before the parenthesis.
        args: The arguments between the outer parentheses, split at the commas; empty if there are none.
    """

    name: str
    args: tuple[str, ...] = ()


def _quoted_end(text: str, start: int) -> int:
    """Return the position after the closing quote of the quoted part of a text that begins at ``start``."""
    quote = text[start]
    at = start + 1
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == quote:
            return at + 1
        at += 1
    raise ProtocolError(INCORRECT_DATA, f"A quote in the type {text[:200]} is not closed")


def split_top(text: str, separator: str) -> list[str]:
    """Split a text at each separator outside quotes and parentheses; return the non-empty parts without outer spaces.

    Raises:
        ProtocolError: A quote is not closed, or the parentheses do not match.
    """
    parts: list[str] = []
    depth = start = at = 0
    while at < len(text):
        char = text[at]
        if char in "'`\"":
            at = _quoted_end(text, at)
            continue
        depth += (char == "(") - (char == ")")
        if depth < 0:
            break
        if char == separator and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
        at += 1
    if depth != 0:
        raise ProtocolError(INCORRECT_DATA, f"The parentheses in the type {text[:200]} do not match")
    parts.append(text[start:].strip())
    return [part for part in parts if part]


def parse_type(text: str) -> TypeText:
    """Split a type into its name and its arguments.

    Raises:
        ProtocolError: The text has a parenthesis but does not end with one that closes, a quote in the arguments is not closed,
            or the parentheses do not match.
    """
    name, paren, rest = text.strip().partition("(")
    if not paren:
        return TypeText(name=name.strip())
    if not rest.endswith(")"):
        raise ProtocolError(INCORRECT_DATA, f"Text after the type {text[:200]}")
    return TypeText(name=name.strip(), args=tuple(split_top(rest[:-1], ",")))


def element_type(text: str) -> str:
    """Return the type in an argument of a composite type: of ``name String``, as in Tuple and Nested, only ``String``.

    An argument without such a name is returned unchanged.

    Raises:
        ProtocolError: A quote is not closed, or the parentheses do not match.
    """
    parts = split_top(text, " ")
    if len(parts) > 1 and "(" not in parts[0]:
        return " ".join(parts[1:])
    return text
