"""Makes the signature of a complaint's text: what is needed to tell whether two complaints are one matter, without their words.

A signature holds numbers of matters, and hashes of the words and of the names of streets, schools and other things. It is no secret:
whoever guesses a text can check the guess. docs/adr/0030-duplicates-by-what-a-text-tells.md explains the choice.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Final

from normalizer.matter_words import Word, hash_of, skeleton
from normalizer.matters import KINDS, Lists, lists, valued
from normalizer.text import BREAK, words_of

VERSION: Final = 2
"""The version of the layout and of the word lists: signatures of different versions are not compared."""

MOST_MATTERS: Final = 6
MOST_NAMES: Final = 8
MOST_NUMBERS: Final = 6
MOST_RARE: Final = 12
MOST_FORMED: Final = 3
MOST_LIKELY: Final = 4
MOST_WORDS: Final = 16
"""The most that a signature holds of each: it has at most 171 bytes."""

_READ_WORDS: Final = 400
"""The number of words that are read: what a long letter is about is told by then."""

_NAME_WORDS: Final = 3
"""The number of words of a name that count."""

_WINDOW: Final = 6
"""How many words that count may be between the first and the last word of a matter."""

_SIZED: Final = frozenset(
    [
        KINDS.index(kind) + 1
        for kind in ("primary", "junior", "senior", "market", "station", "health", "lane", "junction")
    ]
)
"""The kinds whose names may begin with a number, or end with a size."""

_LOOSE: Final = frozenset(
    [
        KINDS.index(kind) + 1
        for kind in ("water", "junction", "office", "plant", "faith", "station", "bridge", "school", "park")
    ]
)
"""The kinds behind whose words much else may follow: their names are no words of every day ("tiga kali terjadi")."""

_HANDLE: Final = re.compile(r"@\w+")
"""The name of an account, which says nothing about the matter."""


_CAPITAL: Final = re.compile(r"(?<![A-Za-z])[a-z]+,? ((?:[A-Z][a-z]+ ?)+)|(?<![A-Za-z])([A-Z]{3,5})(?![A-Za-z])")
"""Words with capitals behind a word without one, or an abbreviation: in a title each word has a capital."""

_FULL_NAME: Final = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+){1,4}")
"""A name of several words, which others write in one ("Batang Kuis") or shorten to its initials ("Bumi Tamalanrea Permai", "BTP")."""

_INITIALS: Final = 3
"""The least number of words that are shortened to initials."""

_SPOT: Final = KINDS.index("spot") + 1
"""The kind of a name that no word announces, of which a part is told ("Koya Barat")."""

_BESIDE: Final = 2
"""How many words behind one such as "depan" may be the thing beside which something is."""


class _Found:
    """What was found in a text so far."""

    __slots__ = ("at", "formed", "hashes", "likely", "matters", "names", "numbers", "rare", "seen")

    def __init__(self) -> None:
        self.at = 0
        self.seen: dict[int, int] = {}
        self.matters: dict[int, int] = {}
        self.names: dict[bytes, None] = {}
        self.numbers: dict[bytes, None] = {}
        self.rare: dict[int, None] = {}
        self.formed: dict[int, None] = {}
        self.likely: dict[int, None] = {}
        self.hashes: dict[int, None] = {}

    def count(self, word: Word, *, rare: bool, tells: bool) -> None:
        """Note a word that counts, and the matters that it tells with the words shortly before it."""
        (self.rare if rare else self.likely if word.place and not word.frequent else self.hashes)[word.hash] = None
        self.at += 1
        if word.number < 0 or not tells:
            return
        seen, earliest = self.seen, self.at - _WINDOW
        seen[word.number] = self.at
        for rest, matter, family in word.told:
            for other in rest:
                if seen.get(other, -_WINDOW) < earliest:
                    break
            else:
                self.matters[matter] = family

    def packed(self, unless: list[tuple[int, int]], side: frozenset[int]) -> bytes:
        """Return the signature as bytes; neighbours.signs reads it."""
        matters = self.matters
        if len(matters) > 1:
            if not side.issuperset(matters):
                for matter in side.intersection(matters):
                    del matters[matter]
            for matter, other in unless:
                if other in matters:
                    matters.pop(matter, None)
        kept = sorted(matters.items())[:MOST_MATTERS]
        parts = [bytes((VERSION, len(kept)))]
        parts += [bytes(pair) for pair in kept]
        names, numbers = list(self.names)[:MOST_NAMES], list(self.numbers)[:MOST_NUMBERS]
        parts += [bytes((len(names),)), *names, bytes((len(numbers),)), *numbers]
        for found, most in ((self.rare, MOST_RARE), (self.formed, MOST_FORMED), (self.likely, MOST_LIKELY)):
            parts.append(bytes((min(len(found), most),)))
            parts += [number.to_bytes(2, "big") for number in sorted(list(found)[:most])]
        parts += [number.to_bytes(2, "big") for number in sorted(list(self.hashes)[:MOST_WORDS])]
        return b"".join(parts)


def signature(text: str, *, address: str = "", place: Iterable[str] = ()) -> str:
    """Return the signature of a complaint's text, in base64. The same text always has the same signature; never raises.

    Args:
        text: the title, the text and the additions.
        address: what the citizen wrote in a form's field for the place (`Place.text`).
        place: the words that name the place's regions (`Place.evidence`): they are no part of a street's name.
    """
    regions = frozenset(" ".join(place).split())
    if "@" in text:
        text = _HANDLE.sub(" ", text)
    capitals, full = frozenset[str](), list[str]()
    if not text.isupper():
        capitals = frozenset([word.lower() for pair in _CAPITAL.findall(text) for run in pair for word in run.split()])
        full = _FULL_NAME.findall(text)
    known, found = lists(), _Found()
    for name in full:
        _initials(name, known, found)
    return b64encode(_packed(words_of(address, text)[:_READ_WORDS], known, found, regions, capitals)).decode("ascii")


def _initials(name: str, known: Lists, found: _Found) -> None:
    """Note the initials of a full name, or its two words in one, without the words before it that say of what kind the thing is."""
    read = [(word, known.word(word)) for word in name.lower().split()]
    if any(means.number >= 0 for _, means in read) or all(means.frequent for _, means in read):
        return
    words = [word for word, means in read if not (means.kind or means.weak or means.region)]
    short = "".join([word[0] for word in words])
    if len(words) >= _INITIALS and not known.word(short).everyday:
        found.formed[hash_of(skeleton(short))] = None
    elif len(words) == 2:  # noqa: PLR2004
        found.formed[hash_of(skeleton("".join(words)))] = None


def _packed(words: list[str], known: Lists, found: _Found, regions: frozenset[str], capitals: frozenset[str]) -> bytes:
    read = [known.word(word) for word in words]
    located, called, beside = False, False, -_BESIDE
    for position, word in enumerate(read):
        if word.kind:
            name = _name(words, read, position, regions)
            if name:
                found.names[name] = None
        number = _number(words, position, word)
        if number:
            found.numbers[number] = None
        if word.hash:
            said = words[position]
            rare = (
                (word.rare and not called)
                or (word.lent and (located or said in capitals))
                or (said in regions and not word.everyday)
            )
            found.count(word, rare=rare, tells=not word.landmark or position - beside > _BESIDE)
            if position + 1 < len(read):
                _extend(word, read[position + 1], found, rare=rare)
        elif words[position] == BREAK:
            found.seen.clear()
        if word.beside:
            beside = position
        called = word.calls
        located = word.locates or word.kind > 0 or (located and word.title)
    return found.packed(known.unless, known.side)


def _extend(word: Word, following: Word, found: _Found, *, rare: bool) -> None:
    """Note what a word is together with the next one: a name with its part ("Koya Barat"), or the beginning of a name with more."""
    if rare and following.end:
        found.names[bytes((_SPOT | 1 << 6, following.end)) + word.hash.to_bytes(2, "big")] = None
    elif word.first and (following.rare or following.lent or following.first or following.title):
        found.formed[hash_of(skeleton(word.stem + following.stem))] = None


def _name(words: list[str], read: list[Word], position: int, regions: frozenset[str]) -> bytes:
    """Return the name behind a word such as "jalan": kind, part, and a hash for each beginning of it; empty if there is no name.

    A first word of many names ("Gunung Agung", "Gunung Batur") is no beginning of its own.
    """
    kind = read[position].kind
    sized = kind in _SIZED
    name, end, first = "", 0, 0
    hashes: list[int] = []
    for at in range(position + 1, len(read)):
        word = read[at]
        part = word.size if sized and word.size else word.end
        if part and (name or sized):
            end = end or part
        elif word.title or part:
            if words[at].isdigit():
                break
        elif (
            len(hashes) == _NAME_WORDS
            or (word.everyday and not (word.lent or word.first) and not name and kind in _LOOSE)
            or _ends(word, words[at], regions, begun=bool(name) or end > 0)
        ):
            break
        else:
            first = first or (1 if not name and word.first else 2)
            name += word.stem
            hashes.append(hash_of(skeleton(name)))
    if not hashes and not (end and sized):
        return b""
    if len(hashes) > 1 and first == 1:
        hashes = hashes[1:]
    return bytes((kind | len(hashes) << 6, end)) + b"".join([number.to_bytes(2, "big") for number in hashes])


def _ends(word: Word, said: str, regions: frozenset[str], *, begun: bool) -> bool:
    """Return whether a name ends before a word."""
    if word.weak or word.kind or word.before or said == BREAK:
        return True
    if word.number >= 0 and (begun or not word.begins):
        return True
    return begun and (word.region or said in regions)


def _number(words: list[str], position: int, word: Word) -> bytes:
    """Return the number in or behind a word such as "rt": its kind and its value; empty if there is none."""
    if not word.before:
        return word.numbered
    at = position + 1
    if at < len(words) and words[at] == "no":
        at += 1
    return valued(word.before, words[at]) if at < len(words) else b""
