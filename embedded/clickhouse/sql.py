"""Quotes names and texts for ClickHouse's SQL, and reads its string literals."""

from __future__ import annotations

import re
from typing import Final

_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "0": "\0", "a": "\a", "v": "\v"}


def quote(name: str) -> str:
    """Return a name as an identifier of ClickHouse's SQL: in backticks, with backticks and backslashes escaped."""
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def literal(text: str) -> str:
    """Return a text as a string literal of ClickHouse's SQL: in single quotes, with quotes and backslashes escaped."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def unquote(text: str) -> str:
    """Return the text that a string literal of ClickHouse's SQL denotes: its outer quotes removed, its escapes resolved.

    Escapes are a backslash with one character, and a doubled single quote. Numeric escapes, an x with
    hexadecimal digits, are not decoded. A text that is not in single quotes is returned unchanged.
    """
    if len(text) < 2 or text[0] != "'" or text[-1] != "'":  # noqa: PLR2004 - two quotes
        return text
    return re.sub(
        r"\\(.)|''", lambda match: _ESCAPES.get(match[1], match[1]) if match[1] else "'", text[1:-1], flags=re.DOTALL
    )
