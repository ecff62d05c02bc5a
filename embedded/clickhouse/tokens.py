"""Splits a statement into words, quoted texts and punctuation."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

# No character is read twice, so splitting takes linear time: a quoted text or comment that is not closed extends to the end of the text.
# Words are as in the engine: a letter first, then also dollar signs, so a$b$ does not begin a quoted text.
TOKEN: Final = re.compile(
    r"""(?P<skip>\s++|--[^\n]*+|//[^\n]*+|\#[ !][^\n]*+|/\*.*?(?:\*/|\Z))
      | (?P<quoted>'(?:[^'\\]++|\\.|'')*+(?:'|\\?\Z)|`(?:[^`\\]++|\\.|``)*+(?:`|\\?\Z)|"(?:[^"\\]++|\\.|"")*+(?:"|\\?\Z))
      | (?P<here>\$(?P<tag>\w*+)\$(?:.*?\$(?P=tag)\$|.*+))
      | (?P<word>[^\W\d][\w$]*+|\w++)
      | (?P<mark>.)""",
    re.DOTALL | re.VERBOSE,
)


class Token(NamedTuple):
    """A token of a statement.

    Attributes:
        word: A bare word in upper case, or a punctuation character; empty for quoted text.
        start: The offset of its first character in the statement.
        end: The offset after its last character.
        depth: The number of parentheses around it.
    """

    word: str
    start: int
    end: int
    depth: int


def tokens(text: str, *, stop: frozenset[str] = frozenset()) -> list[Token]:
    """Split a statement into words, quoted texts and punctuation characters, without white space and comments.

    Args:
        text: The statement.
        stop: Words in upper case, after which data may follow. Reading ends after the first of them that is outside quotes and
            parentheses; in the statement it may be in lower case.
    """
    found: list[Token] = []
    depth = 0
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "skip":
            continue
        word = match.group().upper() if kind in {"word", "mark"} else ""
        depth -= word == ")"
        found.append(Token(word=word, start=match.start(), end=match.end(), depth=depth))
        depth += word == "("
        if depth == 0 and word in stop:
            break
    return found
