"""The sense of a word in a complaint: the thing, and the way in which it is wrong."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from normalizer.cache import parsed

_PREFIXES: Final = (
    "- ke- pe- per- ber- ter- di- se- me- mem-p pem-p men-t pen-t meng-k peng-k meny-s peny-s meng- peng- mem- pem- "
    "men- pen- nge- ng- ng-k ny-s n-t n- m-p ka- ta- ba- ma-"
)
_MADE_BY: Final = tuple([tuple(made.split("-")) for made in _PREFIXES.split()])
"""The prefixes of words, each with the first letter of the root that it swallows; the last ones are of speech and of Minangkabau."""

_MADE_WITH: Final = (
    *("", "an", "kan", "i", "nya", "annya", "kannya", "in", "ne", "e", "ke"),
    *("ake", "na", "nyo", "no", "mi", "ku", "lah", "2"),
)
"""The suffixes of words, those of regional languages among them."""

_AMOUNT: Final = re.compile(r"(?:rp)?\d+(?:rb|ribu|jt|juta|k|ewu)|rp\d+")
"""An amount of money in one word."""

_REMEMBERED: Final = 20_000
"""Maximum number of combinations of ways that are cached."""

_ROOT: Final = 4
"""Minimum length of a root that is searched for in a word: shorter ones are found in words that are not made of them."""


class Senses:
    """The lists of normalizer/data/senses.yaml: the things that complaints are about, and the ways in which they are wrong.

    Attributes:
        own_things: the numbers of the things that are one person's own.
        own_ways: the ways in which somebody's own registration or application is wrong.
        soft: the ways that go with any other.
        money: the ways that are about money.
    """

    def __init__(self, data: Mapping[str, Mapping[str, str]]) -> None:
        self._things: dict[str, list[int]] = {}
        for number, words in enumerate(data["things"].values(), start=1):
            for word in words.split():
                self._things.setdefault(word, []).append(number)
        names, marks = list(data["things"]), data["marks"]
        self.own_things = frozenset([names.index(name) + 1 for name in marks["own_things"].split()])
        self._ways: dict[str, int] = {}
        for bit, words in enumerate(data["ways"].values()):
            for word in words.split():
                self._ways[word] = self._ways.get(word, 0) | 1 << bit
        bits = {name: 1 << bit for bit, name in enumerate(data["ways"])}
        self._priced = bits["priced"]
        self.own_ways = sum([bits[name] for name in marks["own_ways"].split()])
        self.soft = sum([bits[name] for name in marks["soft"].split()])
        self.money = sum([bits[name] for name in marks["money"].split()])
        self._kin = [sum([bits[name] for name in names.split()]) for names in data["kin"]]
        self._known: dict[int, int] = {}

    def lists(self, word: str) -> bool:
        """Return whether a word is in the lists as it is written."""
        return word in self._things or word in self._ways

    def kin(self, ways: int) -> int:
        """Return ways together with those that may be signs of the same fault."""
        found = self._known.get(ways)
        if found is None:
            found = ways
            for kin in self._kin:
                if kin & ways:
                    found |= kin
            if len(self._known) < _REMEMBERED:
                self._known[ways] = found
        return found

    def of(self, word: str) -> tuple[tuple[int, ...], int]:
        """Return the numbers of the things that a word names, and a bit for each way; an unlisted word has those of its roots."""
        if self.lists(word):
            return tuple(self._things.get(word, ())), self._ways.get(word, 0)
        if _AMOUNT.fullmatch(word):
            return (), self._priced
        things: list[int] = []
        ways = 0
        for root in _roots(word):
            things = things or self._things.get(root, [])
            ways = ways or self._ways.get(root, 0)
        return tuple(things), ways


def _roots(word: str) -> Iterator[str]:
    """Yield the roots of which a word may be made."""
    for prefix, swallowed in _MADE_BY:
        if word.startswith(prefix):
            for suffix in _MADE_WITH:
                root = word[len(prefix) : len(word) - len(suffix)]
                if word.endswith(suffix) and len(swallowed + root) >= _ROOT:
                    yield swallowed + root


@cache
def senses() -> Senses:
    """Return the packaged lists, read at most once per process."""
    return Senses(parsed("normalizer", "senses.yaml"))
