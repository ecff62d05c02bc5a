"""Makes expressions of phrases: "{no} ada [lagi] yang {bad}". The notation is explained in phrases.yaml. Pure."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from normalizer.text import any_of

Lists = Mapping[str, Sequence[str]]
"""The words of each list, by its name."""

_BUILT_IN: Final = {"passive": "di[a-z]{4,}"}
"""The lists without an end. A verb in the passive: "diperbaiki". With fewer letters it may be another word: "dinas"."""

_NAME: Final = re.compile(r"\{([a-z_]+)\}")
_TOKEN: Final = re.compile(r"\.\.\.\d*|[a-z0-9]+|\{[a-z_]+\}|[()\[\]|*!^$ ]")
_CLOSING: Final = {"(": ")", "[": "]"}
_ENDS: Final = frozenset(("", " ", "|", ")", "]"))
"""What ends a word of a phrase: the end of the phrase too."""


class NotationError(ValueError):
    """A phrase is not written in the notation. The text says why."""


class _Word(NamedTuple):
    """One word of a phrase, or what is written in its place.

    Attributes:
        pattern: of the word, without spaces around it.
        often: how often it is there, as an expression: "" once, "?" once or not, "*" any number of times, "{0,3}?" at most three times.
    """

    pattern: str
    often: str = ""


class Expression(NamedTuple):
    """The regular expression of a phrase in folded words.

    Attributes:
        start: what must be true where it begins: that a word begins there, and none before it denies it.
        rest: of the words.
    """

    start: str
    rest: str


def expression(phrase: str, lists: Lists, *, not_after: str = "") -> Expression:
    """Return the regular expression of a phrase in folded words.

    Args:
        phrase: what is looked for.
        lists: the words of the lists that it names.
        not_after: words and lists with "|" between them. Directly behind one of them the phrase does not count.

    Raises:
        NotationError: if the phrase is not written in the notation, or names a list that there is not.
    """
    return _Phrase(phrase, lists).expression("".join(rf"(?<!\b{word} )" for word in _plain(not_after, lists)))


def any_expression(found: Sequence[Expression]) -> str:
    """Return the regular expression of any of some phrases, the first of which takes precedence.

    Neighbours with the same start are tried only where it is true, which most places of a text are not.
    """
    return "|".join(
        f"{start}(?:{'|'.join(one.rest for one in same)})" for start, same in groupby(found, key=lambda one: one.start)
    )


def names_in(phrase: str) -> frozenset[str]:
    """Return the names of the lists that a phrase names, without those that are built in."""
    return frozenset(_NAME.findall(phrase)) - _BUILT_IN.keys()


def words_in(line: str, lists: Lists) -> tuple[str, ...]:
    """Return the words of a list: those that are written, and those of each list that it names.

    Raises:
        NotationError: if the line holds anything else, or names a list that there is not.
    """
    found: list[str] = []
    for one in line.split():
        if one.startswith("{"):
            found += _listed(one, lists)
        elif one.isascii() and one.isalnum() and one == one.lower():
            found.append(one)
        else:
            raise NotationError(f"{one!r} is no word: small letters and digits only")
    return tuple(dict.fromkeys(found))


def _plain(written: str, lists: Lists) -> list[str]:
    found: list[str] = []
    for one in written.split("|"):
        found += _listed(one.strip(), lists) if "{" in one else [" ".join(words_in(one, lists))]
    return [one for one in found if one]


def _listed(braced: str, lists: Lists) -> Sequence[str]:
    name = _NAME.fullmatch(braced)
    if name is None or name[1] not in lists:
        raise NotationError(f"there is no list {braced}")
    return lists[name[1]]


class _Phrase:
    """A phrase that is read from the left to the right."""

    def __init__(self, phrase: str, lists: Lists) -> None:
        self._lists, self._at = lists, 0
        written = " ".join(phrase.split())
        self._tokens = _TOKEN.findall(written)
        if "".join(self._tokens) != written:
            raise NotationError(f"{written!r} has a sign that the notation does not know")

    def expression(self, behind: str) -> Expression:
        """Return the expression of the whole phrase; `behind` says what must not be before it."""
        opens = self._takes("^")
        written = _sequence(self._words())
        closes = self._takes("$")
        if self._next():
            raise NotationError(f"{self._next()!r} is not expected here")
        start, end = "^" if opens else rf"\b{behind}", "$" if closes else r"\b"
        return Expression(start, f"{written}{end}")

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _takes(self, token: str) -> bool:
        """Take a token, and the spaces around it, if it is the next one."""
        self._skip()
        found = self._next() == token
        if found:
            self._at += 1
            self._skip()
        return found

    def _skip(self) -> None:
        """Go over a space."""
        self._at += self._next() == " "

    def _words(self) -> list[_Word]:
        """Read words up to the end of the phrase or of what is in brackets."""
        found: list[_Word] = []
        self._skip()
        while self._next() not in _ENDS and self._next() != "$":
            found.append(self._word())
            self._skip()
        return found

    def _word(self) -> _Word:
        if self._next().startswith("..."):
            count = self._next()[3:]
            self._at += 1
            return _Word(r"\w+", f"{{0,{count}}}?") if count else _Word(".*", "?")
        is_other = self._takes("!")
        parts: list[tuple[str, bool]] = []
        while self._next() not in _ENDS and self._next() != "$":
            if self._next() == "..." and len(parts) == 1 and parts[0][1]:
                self._at += 1
                return _Word(parts[0][0], "*")
            parts.append(self._part(is_first=not parts))
        if len(parts) == 1 and parts[0][1]:
            return _Word(parts[0][0], "?")
        if all(is_optional for _, is_optional in parts):
            raise NotationError("a word has no part that must be there")
        written = "".join(f"{part}?" if is_optional else part for part, is_optional in parts)
        return _Word(rf"(?!{written}\b)\w+" if is_other else written)

    def _part(self, *, is_first: bool) -> tuple[str, bool]:
        """Read a part of a word; return its pattern, and whether it may be missing."""
        sign = self._next()
        self._at += 1
        if sign == "*":
            return (r"\w+" if is_first else r"\w*"), False
        if sign.startswith("{"):
            return _BUILT_IN.get(sign[1:-1]) or any_of(_listed(sign, self._lists)), False
        if sign in _CLOSING:
            ways = [_sequence(self._words())]
            while self._takes("|"):
                ways.append(_sequence(self._words()))
            if self._next() != _CLOSING[sign]:
                raise NotationError(f"{sign!r} is not closed")
            self._at += 1
            return f"(?:{'|'.join(ways)})", sign == "["
        if not sign.isalnum():
            raise NotationError(f"{sign!r} is not expected here")
        return sign, False


def _sequence(words: Sequence[_Word]) -> str:
    """Return the expression of words one behind the other, with a space between any two that are there."""
    first = next((at for at, word in enumerate(words) if not word.often), None)
    if first is None:
        raise NotationError("there is no word that must be there")
    before = "".join(f"(?:{word.pattern} ){word.often}" for word in words[:first])
    after = "".join(
        f"(?: {word.pattern}){word.often}" if word.often else f" {word.pattern}" for word in words[first + 1 :]
    )
    return f"{before}{words[first].pattern}{after}"
