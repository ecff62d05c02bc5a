"""One fold for all matching: lower-case ASCII words between single spaces; the citizen's own text is never changed."""

import re
import unicodedata

_DROP = b"'`"
"""Apostrophes stand inside words (jum'at, ma'ruf) and are dropped."""

_TABLE = bytes(
    byte
    if 48 <= byte <= 57 or 97 <= byte <= 122  # noqa: PLR2004 - the ASCII codes of 0-9 and a-z
    else byte + 32
    if 65 <= byte <= 90  # noqa: PLR2004 - the ASCII codes of A-Z
    else 32
    for byte in range(256)
)

_PARTS_TABLE = _TABLE[:1] + b"|" + _TABLE[2:]
"""The same, and the mark between parts (which nobody types) becomes a break."""

BREAK = "|"
"""Stands among the words at the end of each part, so that no phrase is read across."""

_MARKS = re.compile("[\u0300-\u036f\u200b-\u200f\u2060\ufeff\u00ad\u2018\u2019\u02bc]")
"""Accents that NFKD splits off, invisible characters, and typographic apostrophes."""


def fold(text: str) -> bytes:
    """Return the words of the text, lower-case ASCII, single spaces between; any Unicode is taken."""
    return b" ".join(_ascii(text).translate(_TABLE, _DROP).split())


def words_of(*parts: str) -> list[str]:
    """Return the folded words of the parts, one part after the other, each ended by BREAK."""
    return _ascii(" \x01 ".join((*parts, ""))).translate(_PARTS_TABLE, _DROP).decode("ascii").split()


def _ascii(text: str) -> bytes:
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return text.encode("ascii", "replace")
