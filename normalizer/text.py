"""Folds text for all matching, that is, into lower-case words of ASCII letters and digits. The citizen's own text is never changed."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from complaints.visible import INVISIBLE

_DROP: Final = b"'`"
"""Apostrophes, which occur inside words (jum'at, ma'ruf) and are dropped."""

_TABLE: Final = bytes(
    byte
    if 48 <= byte <= 57 or 97 <= byte <= 122  # noqa: PLR2004 - the ASCII codes of 0-9 and a-z
    else byte + 32
    if 65 <= byte <= 90  # noqa: PLR2004 - the ASCII codes of A-Z
    else 32
    for byte in range(256)
)

_PARTS_TABLE: Final = _TABLE[:1] + b"|" + _TABLE[2:]
"""The same table, except that the separator of parts (byte 1, which nobody types) becomes BREAK."""

BREAK: Final = "|"
"""The word that ends each part (title, address, text), so that no phrase is matched across two parts."""

PARTS: Final = 3
"""Number of parts of a reading: title, address and story."""

_ASCII: Final = bytes(range(128))

_MARKS: Final = re.compile(f"[\u0300-\u036f{INVISIBLE}\u2018\u2019\u02bc]")
"""Accents that NFKD splits off, invisible characters, and typographic apostrophes."""


def fold(text: str) -> bytes:
    """Return the words of the text as lower-case ASCII bytes, separated by single spaces.

    Accents, apostrophes and invisible characters are dropped. Any other character that is not a letter or digit in ASCII separates words.
    Never raises.
    """
    return b" ".join(_ascii(text).translate(_TABLE, _DROP).split())


def any_of(words: Iterable[str]) -> str:
    """Return a regular expression for any of some words and phrases, the longest first, in a non-capturing group."""
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


def words_of(*parts: str) -> list[str]:
    """Return the folded words of all parts in order, with the word "|" (BREAK) after each part, even an empty one."""
    return _ascii(" \x01 ".join((*parts, ""))).translate(_PARTS_TABLE, _DROP).decode("ascii").split()


def _ascii(text: str) -> bytes:
    if not text.isascii():
        foreign = text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")
        for character in set(foreign):  # few; NFKD makes nothing else of a character beside others
            plain = _plain(character)
            if plain != character:
                text = text.replace(character, plain)
    return text.encode("ascii", "replace")


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """Return what NFKD makes of a character, without marks."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", character))
