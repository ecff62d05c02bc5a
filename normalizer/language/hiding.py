"""Tells whether a text asks that its writer, or what he writes, is not shown to others. To hide too much does the least harm. Pure."""

import re
from typing import Final

from complaints.runtime import packaged
from complaints.visible import visible
from normalizer.language.understanding import understood
from normalizer.text import fold

HIDES: Final = "RAHASIA"
"""The command that hides a report; the receipt and the page tell it."""

COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(words) for name, words in packaged.document("normalizer", "hiding.yaml").items()
}
"""The words of the commands that hide, by what they hide: `anonymous` or `secret`."""

_WORDS: Final = frozenset(word for words in COMMANDS.values() for word in words)
_ACCOUNTS: Final = re.compile(r"(?:\s*+\.?@\w++[,:]?+)*+")
_MARK: Final = re.compile(rf"\W*(?:(?:\w+\W+){{0,2}}{HIDES}\b|(?i:{HIDES})\s*[.:,;!\n-])")
_STOP: Final = re.compile(r"[.,:;!?\n]+")


def asks_to_be_hidden(text: str) -> bool:
    """Return whether a text asks, among all that it says, that its writer, or what he writes, is not shown to others."""
    return is_marked(text) or "hide" in understood(text).modifiers


def is_marked(text: str) -> bool:
    """Return whether a text has the command RAHASIA or ANONIM: at its beginning, or as all that stands between two stops.

    The accounts that a post begins with are not counted.
    """
    said = _ACCOUNTS.sub("", visible(text), count=1)
    if _MARK.match(said) is not None:
        return True
    return any(_WORDS.issuperset(words) for part in parts(said) if (words := fold(part).decode("ascii").split()))


def parts(text: str) -> list[str]:
    """Return what stands between the stops of a text."""
    return [part for part in _STOP.split(text) if part.strip()]
