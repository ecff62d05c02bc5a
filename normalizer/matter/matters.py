"""The words by which complaints are recognised as one matter, and what each of them means for a signature."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, Final

from normalizer.cache import parsed
from normalizer.known_words import is_made_of
from normalizer.matter.harm import Harm
from normalizer.matter.senses import Senses, senses
from normalizer.matter.words import Told, Word, hash_of, skeleton, small_hash
from normalizer.text import BREAK

KINDS: Final = (
    *("street", "lane", "junction", "primary", "junior", "senior", "school", "health", "market", "station", "water"),
    *("bridge", "estate", "hamlet", "village", "office", "faith", "plant", "spot", "park", "vocational"),
)
"""The kinds of named things; their numbers in a signature begin with 1."""

_PLACES: Final = {"rt": 1, "rw": 2, "km": 3, "kilometer": 3, "no": 4, "nomor": 4, "blok": 5, "blk": 5}
NUMBERS: Final = _PLACES | {"koridor": 6, "rute": 6, "trayek": 6, "angkot": 6, "tower": 7, "lantai": 8}
"""The words before a number, and the number that a signature has for each."""

_REMEMBERED: Final = 20_000
"""The maximum number of words remembered, about 6 MB."""

_HOUSE: Final = 4
"""Maximum number of digits of a house number; a longer one is a telephone number or a sum."""

_BLOCK: Final = 3
"""Maximum length of the name of a block: a letter, perhaps with a number."""

_DIGITS: Final = 9
"""Number of digits of a number that are read."""

RARE: Final = 5
"""The length from which an unknown word is taken for a name; a shorter one may be an abbreviation."""

_SHORT: Final = 3
"""The length from which a word may be a name if its capital or the word before it shows that."""

_STEM: Final = 4
"""Minimum length of a stem: a shorter rest is no word."""

_OURS: Final = "lapor"
"""The beginning of our own name, and of tags such as #LaporHendi."""

_SUFFIXES: Final = ("nya", "lah", "kah")
_PREFIXES: Final = ("di", "ber", "ter", "meng", "meny", "mem", "men", "me", "nge", "ng", "ke", "pe")
_VERBAL: Final = ("di", "mem", "men", "ber", "ter")
"""The prefixes of everyday words that are no names."""

_LONG: Final = re.compile(r"([a-z])\1\1+")
"""A letter that is drawn out ("jorooook")."""


def valued(kind: int, said: str) -> bytes:
    """Return a number of a kind, as a signature holds it; empty if a word is no such number."""
    if said.isdigit() and len(said) <= _HOUSE:
        return bytes((kind,)) + int(said).to_bytes(2, "big")
    if kind == NUMBERS["blok"] and len(said) <= _BLOCK:
        return bytes((kind,)) + hash_of(said).to_bytes(2, "big")
    return b""


def _numbered(word: str) -> bytes:
    letters = word.rstrip("0123456789")
    kind = NUMBERS.get(letters, 0)
    return valued(kind, word[len(letters) :]) if kind and letters != word else b""


class Lists:
    """The word lists, and the words seen so far."""

    def __init__(
        self,
        data: dict[str, Any],
        meant: Senses,
        everyday: Iterable[str],
        places: Iterable[str],
        frequent: Iterable[str],
    ) -> None:
        self._seen: dict[str, Word] = {}
        self._canonical: dict[str, str] = {}
        for canon, others in data["spellings"].items():
            for other in (canon, *others):
                self._canonical[other] = canon
        self._weak = frozenset(data["weak"].split())
        self._kinds = {word: KINDS.index(kind) + 1 for kind, words in data["names"].items() for word in words}
        self._titles = frozenset(data["titles"])
        self._sizes = {word: small_hash(word) for word in data["sizes"]}
        self.common = frozenset([skeleton(word) for word in data["common"]])
        self._regions = frozenset(data["regions"].split())
        self._ends = {word: small_hash(end) for word, end in data["ends"].items()}
        self._numbers: dict[str, int] = {}
        self._told: dict[str, Told] = {}
        self._everyday = frozenset(everyday)
        self._places = frozenset(places)
        self._derived = self._places - self._everyday
        self._frequent = frozenset(frequent)
        self._locates = frozenset(data["locates"].split())
        self._unique = frozenset(data["unique"].split())
        self._senses = meant
        self.side = frozenset([matter["number"] for matter in data["matters"].values() if matter.get("side")])
        self.harm = Harm(data["harm"])
        self.harmed: tuple[int, int] = (data["matters"]["harmed"]["number"], data["matters"]["harmed"]["family"])
        self.unless: list[tuple[int, int]] = []
        self._add(data["matters"])

    def _add(self, matters: dict[str, Any]) -> None:
        for matter in matters.values():
            number, family = matter["number"], matter["family"]
            self.unless += [(number, matters[other]["number"]) for other in matter.get("unless", ())]
            for phrase in matter["told"]:
                words = phrase.split()
                numbers = [self._numbers.setdefault(word, len(self._numbers)) for word in words]
                for word, own in zip(words, numbers, strict=True):
                    first, *rest = [other for other in numbers if other != own] or [own]
                    self._told.setdefault(word, {}).setdefault(first, []).append((tuple(rest), number, family))

    def words(self, words: Iterable[str]) -> list[Word]:
        """Return what each of some words means."""
        seen = self._seen
        return [seen.get(word) or self.word(word) for word in words]

    def word(self, word: str) -> Word:
        """Return what a word means."""
        found = self._seen.get(word)
        if found is None:
            found = self._made(word)
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            self._seen[word] = found
        return found

    def bare(self, word: str) -> str:
        """Return the consonants of a word, by which words are compared."""
        return skeleton(word if word in self._weak else self._canon(word))

    def _made(self, word: str) -> Word:
        if self._is_doubled(word):
            return self.word(word[:-1])
        made = Word(word, skeleton(word))
        made.kind, made.before = self._kinds.get(word, 0), NUMBERS.get(word, 0)
        made.numbered = _numbered(word)
        made.announces = made.kind > 0 or made.before > 0 or bool(made.numbered)
        made.title = word in self._titles or len(word) == 1
        made.end = small_hash(str(int(word[:_DIGITS]))) if word.isdigit() else self._ends.get(word, 0)
        made.size, made.region = self._sizes.get(word, 0), word in self._regions
        made.weak = word in self._weak or word.startswith(_OURS) or word == BREAK or bool(made.numbered)
        made.locates = word in self._locates
        if made.weak:
            made.way = self._senses.of(word)[1]
            made.tells = made.way > 0
            return made
        canon = self._canon(word)
        made.stem, made.skeleton = canon, skeleton(canon)
        made.number, made.told = self._numbers.get(canon, -1), self._told.get(canon, {})
        made.things, made.way = self._senses.of(word)
        made.tells = made.number >= 0 or made.way > 0 or bool(made.things)
        if not made.region and (made.number >= 0 or not made.kind or word in self._unique):
            made.hash = hash_of(made.skeleton)
            made.everyday = made.number >= 0 or self._senses.lists(word) or self._is_everyday(word)
            made.first = made.skeleton in self.common and made.number < 0 and not made.kind
            named = canon.isalpha() and not made.first and made.number < 0
            made.rare = (named and not made.everyday and len(canon) >= RARE) or word in self._unique
            made.place = named and made.everyday and word in self._places
            made.lent = named and len(canon) >= _SHORT and word not in self._frequent and word not in self._canonical
            made.lent = made.lent and (canon == word or not word.startswith(_VERBAL)) and not self._senses.lists(word)
        return made

    def _is_doubled(self, word: str) -> bool:
        """Return whether a word ends with the "2" that doubles it ("sapi2"), which no list has."""
        single = word[:-1]
        return (
            word.endswith("2")
            and len(single) >= _SHORT
            and single.isalpha()
            and single not in NUMBERS
            and single not in self._kinds
            and word not in self._canonical
            and word not in self._weak
        )

    def _is_everyday(self, word: str) -> bool:
        """Return whether a word is an everyday word, or made of one by prefixes and suffixes and no part of a region's name."""
        if word in self._canonical:
            return True
        return word not in self._derived and is_made_of(word, self._everyday)

    def _canon(self, word: str) -> str:
        """Return the canonical spelling of a word; if no list has the word, the word without its prefix and suffix."""
        known, numbers = self._canonical, self._numbers
        if word in known:
            return known[word]
        if word in numbers:
            return word
        short = word
        for suffix in _SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) >= _STEM:
                short = word[: -len(suffix)]
                break
        if _LONG.search(short):
            short = _LONG.sub(r"\1", short)
        if short in known:
            return known[short]
        for prefix in _PREFIXES:
            if short.startswith(prefix) and len(short) - len(prefix) >= _STEM:
                bare = short[len(prefix) :]
                return known.get(bare, bare)
        return short


@cache
def lists() -> Lists:
    """Return the packaged word lists, read at most once per process."""
    data = files("normalizer").joinpath("data")
    return Lists(
        parsed("normalizer", "matters.yaml"),
        senses(),
        [word for name in ("everyday.txt", "roots.txt") for word in data.joinpath(name).read_text("utf-8").split()],
        data.joinpath("common_words.txt").read_text("utf-8").split(),
        data.joinpath("everyday.txt").read_text("utf-8").split(),
    )
