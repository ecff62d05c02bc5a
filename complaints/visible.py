"""Returns a text as people see it, so that masking, codes and numbers are read as people read them. Pure."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffc\U000e0000-\U000e0fff"
)
"""Invisible characters for a class of a regular expression: soft hyphens, joiners, zero-width spaces, direction marks, fillers."""

_MARKS: Final = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
"""The same for accents, lines and frames of Latin letters and digits."""

_CONTROL: Final = "\x00-\x08\x0b-\x1f\x7f"
_UNSEEN: Final = re.compile(f"[{_CONTROL}\x80-\x9f{INVISIBLE}{_MARKS}]")
_LINES: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANK: Final = "\u2800"
"""The empty pattern of Braille, which is no space to Unicode."""

_NOT_PLAIN: Final = re.compile("[\x80-\xa0\xad\u0100-\U0010ffff]")
_DASHES: Final = re.compile("(?<=[0-9])[\u2010-\u2015\u2212\ufe63\uff0d](?=[0-9])")


def visible(text: str) -> str:
    """Return a text without its invisible characters.

    A blank of any kind becomes a space, a dash between two digits a hyphen, and an ASCII letter or digit in another form (full width, bold,
    in a circle, with a line or frame) that letter or digit.
    """
    if text.isascii():
        return text if text.isprintable() else _UNSEEN.sub("", _LINES.sub("\n", text))
    text = _LINES.sub("\n", unicodedata.normalize("NFC", text))
    text = _NOT_PLAIN.sub(lambda found: _plain(found[0]), _UNSEEN.sub("", text))
    return _DASHES.sub("-", text)


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """Return the blank, ASCII letter or digit of which a character is another form; nothing for an invisible one, any other as it is."""
    category = unicodedata.category(character)
    if category in {"Cc", "Cf"}:
        return ""
    if category == "Zs" or character == _BLANK:
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(character))
    form = unicodedata.normalize("NFKC", character)
    return form if len(form) == 1 and form.isascii() and form.isalnum() else character
