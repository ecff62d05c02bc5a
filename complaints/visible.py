"""Takes out of a text what nobody sees in it, so that masking, codes and numbers are read as people read them. Pure."""

import re
from typing import Final

INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e0fff"
)
"""What a class of an expression has for them: soft hyphens, joiners, spaces without width, marks of direction, fillers, variants."""

_INVISIBLE: Final = re.compile(f"[{INVISIBLE}]+")
_BLANKS: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_DASHES: Final = re.compile("(?<=[0-9])[\u2010-\u2015\u2212\ufe63\uff0d](?=[0-9])")


def visible(text: str) -> str:
    """Return a text without what nobody sees in it, each blank as a space, and each dash between two digits as a hyphen."""
    if text.isascii():
        return text
    return _DASHES.sub("-", _BLANKS.sub(" ", _INVISIBLE.sub("", text)))
