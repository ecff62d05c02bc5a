"""Makes the signature of a complaint's text: what is needed to tell whether two complaints are one matter, without their words.

A signature holds numbers of matters, and hashes of the words and of the names of streets, schools and other things. It is no secret:
whoever guesses a text can check the guess. docs/adr/0030-duplicates-by-what-a-text-tells.md explains the choice.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Final

from normalizer.matter_names import name_behind, number_behind
from normalizer.matter_words import Word, hash_of, skeleton
from normalizer.matters import KINDS, Lists, lists
from normalizer.text import BREAK, words_of

VERSION: Final = 4
"""The version of the layout and of the word lists: signatures of different versions are not compared."""

MOST_MATTERS: Final = 6
MOST_NAMES: Final = 8
MOST_NUMBERS: Final = 6
MOST_PLACED: Final = 7
MOST_LENT: Final = 3
MOST_RARE: Final = 3
MOST_FORMED: Final = 3
MOST_LIKELY: Final = 4
MOST_WORDS: Final = 13
"""The most that a signature holds of each: it has at most 171 bytes."""

_READ_WORDS: Final = 400
"""The number of words that are read: what a long letter is about is told by then."""

_WINDOW: Final = 6
"""How many words that count may be between the first and the last word of a matter."""

_HANDLE: Final = re.compile(r"@\w+")
"""The name of an account, which says nothing about the matter."""


_CAPITALS: Final = re.compile(r"[A-Z](?:[a-z]+(?: [A-Z][a-z]+)*|[A-Z]{2,4}(?![A-Za-z]))")
"""Words with capitals, one after another, or an abbreviation."""

_FULL: Final = 5
"""The most words of a name that others write in one ("Batang Kuis") or shorten to its initials ("Bumi Tamalanrea Permai", "BTP")."""

_INITIALS: Final = 3
"""The least number of words that are shortened to initials."""

_SPOT: Final = KINDS.index("spot") + 1
"""The kind of a name that no word announces, of which a part is told ("Koya Barat")."""

_BESIDE: Final = 2
"""How many words behind one such as "depan" may be the thing beside which something is."""


class _Found:
    """What was found in a text so far."""

    __slots__ = (
        "at",
        "caused",
        "causes",
        "formed",
        "hashes",
        "lent",
        "likely",
        "matters",
        "names",
        "numbers",
        "placed",
        "rare",
        "seen",
        "ways",
    )

    def __init__(self) -> None:
        self.at = 0
        self.ways = 0
        self.causes = -_WINDOW
        self.caused: dict[int, int] = {}
        self.seen: dict[int, int] = {}
        self.matters: dict[int, int] = {}
        self.names: dict[bytes, None] = {}
        self.numbers: dict[bytes, None] = {}
        self.placed: dict[int, None] = {}
        self.lent: dict[int, None] = {}
        self.rare: dict[int, None] = {}
        self.formed: dict[int, None] = {}
        self.likely: dict[int, None] = {}
        self.hashes: dict[int, None] = {}

    def count(self, word: Word, *, rare: bool, placed: bool, tells: bool) -> None:
        """Note a word that counts, and the matters that it tells with the words shortly before it."""
        if rare:
            (self.rare if not placed else self.placed if word.rare else self.lent)[word.hash] = None
        elif word.place and not word.frequent:
            self.likely[word.hash] = None
        else:
            self.hashes[word.hash] = None
        self.at += 1
        earliest = self.at - _WINDOW
        caused = self.causes >= earliest
        if word.way and not caused:
            self.ways |= word.way
        if word.number < 0 or not tells:
            return
        seen, matters = self.seen, self.caused if caused else self.matters
        seen[word.number] = self.at
        for rest, matter, family in word.told:
            for other in rest:
                if seen.get(other, -_WINDOW) < earliest:
                    break
            else:
                matters[matter] = family

    def packed(self, unless: list[tuple[int, int]], side: frozenset[int]) -> bytes:
        """Return the signature as bytes; neighbours.signs reads it."""
        matters = self.matters
        if self.caused and side.issuperset(matters):
            matters.update(self.caused)
        if len(matters) > 1:
            if not side.issuperset(matters):
                for matter in side.intersection(matters):
                    del matters[matter]
            for matter, other in unless:
                if other in matters:
                    matters.pop(matter, None)
        kept = sorted(matters.items())[
            -MOST_MATTERS:
        ]  # those of one person, which must not be lost, have the highest numbers
        parts = [bytes((VERSION, self.ways >> 8, self.ways & 0xFF, len(kept)))]
        parts += [bytes(pair) for pair in kept]
        names, numbers = list(self.names)[:MOST_NAMES], list(self.numbers)[:MOST_NUMBERS]
        parts += [bytes((len(names),)), *names, bytes((len(numbers),)), *numbers]
        for found, most in (
            *((self.placed, MOST_PLACED), (self.lent, MOST_LENT), (self.rare, MOST_RARE)),
            *((self.formed, MOST_FORMED), (self.likely, MOST_LIKELY)),
        ):
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
    known, found, capitals = lists(), _Found(), set[str]()
    if not (text.islower() or text.isupper()):
        _read_capitals(text, known, found, capitals)
    words = words_of(address, text)[:_READ_WORDS]
    if known.harm.told(words):
        found.matters.update([known.harmed])
    return b64encode(_packed(words, known, found, regions, capitals)).decode("ascii")


def _read_capitals(text: str, known: Lists, found: _Found, capitals: set[str]) -> None:
    """Note the short forms of full names, and add the words with a capital within a sentence to `capitals`.

    Those are abbreviations, and words behind a word without a capital: in a title each word has one.
    """
    for match in _CAPITALS.finditer(text):
        run, start = match.group(), match.start()
        words = run.lower().split()
        if len(words) > 1:
            _initials(words[:_FULL], known, found)
        if (run.isupper() and not text[start - 1 : start].isalpha()) or _within(text, start):
            capitals.update(words)


def _within(text: str, start: int) -> bool:
    """Return whether a space and a word without a capital stand before a position of a text, perhaps with a comma."""
    if text[start - 1 : start] != " ":
        return False
    word = text[text.rfind(" ", 0, start - 1) + 1 : start - 1]
    return word[-2:-1].islower() if word.endswith(",") else word.islower() and word[-1:].isalpha()


def _initials(name: list[str], known: Lists, found: _Found) -> None:
    """Note the initials of a full name, or its two words in one, without the words before it that say of what kind the thing is."""
    read = [(word, known.word(word)) for word in name]
    if any(means.number >= 0 for _, means in read) or all(means.frequent for _, means in read):
        return
    words = [word for word, means in read if not (means.kind or means.weak or means.region)]
    short = "".join([word[0] for word in words])
    if len(words) >= _INITIALS and not known.word(short).everyday:
        found.formed[hash_of(skeleton(short))] = None
    elif len(words) == 2:  # noqa: PLR2004
        found.formed[hash_of(skeleton("".join(words)))] = None


def _packed(words: list[str], known: Lists, found: _Found, regions: frozenset[str], capitals: set[str]) -> bytes:
    read = [known.word(word) for word in words]
    located, called, run, beside = False, False, False, -_BESIDE
    for position, word in enumerate(read):
        if word.kind:
            name = name_behind(words, read, position, regions)
            if name:
                found.names[name] = None
        number = number_behind(words, position, word)
        if number:
            found.numbers[number] = None
        if word.hash:
            said = words[position]
            stands = located or run or said in capitals
            rare = (
                (word.rare and not called)
                or (word.lent and (located or said in capitals))
                or (said in regions and not word.everyday)
            )
            placed = rare and (stands or said in regions)
            run = placed or (located and not rare)
            found.count(word, rare=rare, placed=placed, tells=not word.landmark or position - beside > _BESIDE)
            if position + 1 < len(read):
                _extend(word, read[position + 1], found, rare=rare)
        else:
            run = run and word.title
            if words[position] == BREAK:
                found.seen.clear()
        if word.beside:
            beside = position
        if word.causes:
            found.causes = found.at
        called = word.calls
        located = word.locates or word.kind > 0 or (located and word.title)
    return found.packed(known.unless, known.side)


def _extend(word: Word, following: Word, found: _Found, *, rare: bool) -> None:
    """Note what a word is together with the next one: a name with its part ("Koya Barat"), or the beginning of a name with more."""
    if rare and following.end:
        found.names[bytes((_SPOT | 1 << 6, following.end)) + word.hash.to_bytes(2, "big")] = None
    elif word.first and (following.rare or following.lent or following.first or following.title):
        found.formed[hash_of(skeleton(word.stem + following.stem))] = None
