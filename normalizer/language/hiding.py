"""Recognises a text that asks to hide its writer or his report from others. To hide too much does the least harm. Pure."""

import re
from typing import Final

from complaints.runtime import packaged
from complaints.visible import visible
from normalizer.language.understanding import understood
from normalizer.text import fold

HIDES: Final = "RAHASIA"
"""The command that hides a report; the receipt and the page teach it."""

_FILE: Final = packaged.document("normalizer", "hiding.yaml")
COMMANDS: Final[dict[str, tuple[str, ...]]] = {name: tuple(_FILE[name]) for name in ("anonymous", "secret")}
"""The words of the commands that hide, by what they hide: `anonymous` or `secret`."""

_WORDS: Final = frozenset(word for words in COMMANDS.values() for word in words)
_PERSON: Final = frozenset(_FILE["person"])
_REPORT: Final = frozenset((*COMMANDS["secret"], *packaged.document("normalizer", "commands.yaml")["report"]))
_OF_A_PERSON: Final = 4
"""The maximum number of words between a person and what is said of him: "identitas saya mohon dirahasiakan"."""

_ACCOUNTS: Final = re.compile(r"(?:\s*+\.?@\w++[,:]?+)*+")
_MARK: Final = re.compile(rf"\W*(?:(?:\w+\W+){{0,2}}{HIDES}\b|(?i:{HIDES})\s*[.:,;!\n-])")
_STOP: Final = re.compile(r"[.,:;!?\n]+")


def asks_to_be_hidden(text: str) -> bool:
    """Return whether a text asks, alone or among other things, to hide its writer or his report from others."""
    return is_marked(text) or "hide" in understood(text).modifiers


def is_marked(text: str) -> bool:
    """Return whether a text has the command RAHASIA or ANONIM: at its beginning, or alone between two stops.

    The accounts that a post begins with are not counted.
    """
    seen = visible(text)
    if seen.isascii() and not any(map(fold(seen).decode("ascii").__contains__, _WORDS)):
        return False
    said = _ACCOUNTS.sub("", seen, count=1)
    if _MARK.match(said) is not None:
        return True
    return any(_WORDS.issuperset(words) for part in parts(said) if (words := _folded(part)))


def asks_to_be_secret(text: str) -> bool:
    """Return whether a text that asks to hide something asks to hide the report itself, or does not say what to hide."""
    if any(frozenset(COMMANDS["anonymous"]).issuperset(_folded(part)) for part in parts(text)):
        return False
    asked = [clause.text for clause in understood(text).clauses if clause.intent == "hide"] or [text]
    return is_marked(text) or any(_is_of_the_report(_folded(part)) for part in asked)


def _is_of_the_report(words: list[str]) -> bool:
    return any(
        word in _REPORT and _PERSON.isdisjoint(words[max(0, at - _OF_A_PERSON) : at + _OF_A_PERSON])
        for at, word in enumerate(words)
    )


def _folded(text: str) -> list[str]:
    return fold(text).decode("ascii").split()


def parts(text: str) -> list[str]:
    """Return the parts of a text between its stops."""
    return [part for part in _STOP.split(text) if part.strip()]
