"""Reads ClickHouse's type names into a tree of names and arguments, without knowing what they mean."""

from __future__ import annotations

from dataclasses import dataclass

from embedded.clickhouse.errors import INCORRECT_DATA, ProtocolError


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeText:
    """One type: its name and its arguments, still as text.

    Attributes:
        name: The part before the parenthesis.
        args: The arguments between the outer parentheses, split at their commas; empty without any.
    """

    name: str
    args: tuple[str, ...] = ()


def _quoted_end(text: str, start: int) -> int:
    """The position after the quoted part that begins at ``start``."""
    quote = text[start]
    at = start + 1
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == quote:
            return at + 1
        at += 1
    raise ProtocolError(INCORRECT_DATA, f"A quote of the type {text[:200]} is not closed")


def split_top(text: str, separator: str) -> list[str]:
    """Split at a separator that stands outside quotes and parentheses.

    Raises:
        ProtocolError: Quotes or parentheses do not match.
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
        raise ProtocolError(INCORRECT_DATA, f"The parentheses of the type {text[:200]} do not match")
    parts.append(text[start:].strip())
    return [part for part in parts if part]


def parse_type(text: str) -> TypeText:
    """Split a type into name and arguments.

    Raises:
        ProtocolError: It is no type's text.
    """
    name, paren, rest = text.strip().partition("(")
    if not paren:
        return TypeText(name=name.strip())
    if not rest.endswith(")"):
        raise ProtocolError(INCORRECT_DATA, f"Text after the type {text[:200]}")
    return TypeText(name=name.strip(), args=tuple(split_top(rest[:-1], ",")))


def element_type(text: str) -> str:
    """The type in a tuple's or a nested's element, which may have a name before it."""
    parts = split_top(text, " ")
    if len(parts) > 1 and "(" not in parts[0]:
        return " ".join(parts[1:])
    return text
