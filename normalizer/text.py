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

_RUNS = re.compile(rb"  +")

_MARKS = re.compile("[\u0300-\u036f\u200b-\u200f\u2060\ufeff\u00ad\u2018\u2019\u02bc]")
"""Accents that NFKD splits off, invisible characters, and typographic apostrophes."""


def fold(text: str) -> bytes:
    """Return the words of the text, lower-case ASCII, single spaces between; any Unicode is taken."""
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return b" ".join(text.encode("ascii", "replace").translate(_TABLE, _DROP).split())


def fold_parts(*parts: str) -> bytes:
    """Return the folded parts as one haystack, a space at both ends, " | " between parts, so that no phrase is read across."""
    text = " \x01 ".join(parts)
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    folded = b" " + text.encode("ascii", "replace").translate(_PARTS_TABLE, _DROP) + b" "
    return _RUNS.sub(b" ", folded)  # half the time of splitting into words and joining them
