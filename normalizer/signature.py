"""Makes the signature of a complaint's text: what is needed to tell whether two complaints are one matter, without their words.

A signature holds numbers of matters, and hashes of the words and of the names of streets, schools and other things. It is no secret:
whoever guesses a text can check the guess. docs/adr/0030-duplicates-by-what-a-text-tells.md explains the choice.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Final

from normalizer.local_names import local_names, named_places
from normalizer.matter_names import name_behind, number_behind
from normalizer.matter_words import Word, hash_of, skeleton
from normalizer.matters import KINDS, Lists, lists
from normalizer.text import BREAK, words_of

VERSION: Final = 5
"""The version of the layout and of the word lists: signatures of different versions are not compared."""

MOST_THINGS: Final = 6
MOST_MATTERS: Final = 6
MOST_NAMES: Final = 8
MOST_NUMBERS: Final = 6
MOST_LOCAL: Final = 4
MOST_PLACED: Final = 7
MOST_LENT: Final = 3
MOST_RARE: Final = 3
MOST_FORMED: Final = 3
MOST_LIKELY: Final = 4
MOST_WORDS: Final = 13
"""The most that a signature holds of each: it has at most 199 bytes."""

WAY_BYTES: Final = 6
"""How many bytes a signature has for the ways in which something is wrong, a bit for each."""

_OWN_FROM: Final = 80
"""From this number on, a matter is one person's own: it is told wherever it stands."""

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
        "called",
        "capitals",
        "caused",
        "causes",
        "formed",
        "hashes",
        "inside",
        "lent",
        "likely",
        "local",
        "located",
        "matters",
        "names",
        "numbers",
        "placed",
        "rare",
        "regions",
        "run",
        "seen",
        "things",
        "ways",
    )

    def __init__(self, regions: frozenset[str]) -> None:
        self.regions = regions
        self.capitals: set[str] = set()
        self.inside: dict[int, bytes] = {}
        self.located = self.called = self.run = False
        self.at = 0
        self.ways = 0
        self.causes = -_WINDOW
        self.caused: dict[int, int] = {}
        self.seen: dict[int, int] = {}
        self.matters: dict[int, int] = {}
        self.things: dict[int, None] = {}
        self.local: dict[bytes, None] = {}
        self.names: dict[bytes, None] = {}
        self.numbers: dict[bytes, None] = {}
        self.placed: dict[int, None] = {}
        self.lent: dict[int, None] = {}
        self.rare: dict[int, None] = {}
        self.formed: dict[int, None] = {}
        self.likely: dict[int, None] = {}
        self.hashes: dict[int, None] = {}

    def note(self, word: Word, said: str) -> bool:
        """Note a word that counts, and return whether it may be a name."""
        within = bool(self.regions) and said in self.regions
        stands = self.located or (bool(self.capitals) and said in self.capitals)
        rare = (word.rare and not self.called) or (word.lent and stands) or (within and not word.everyday)
        placed = rare and (stands or self.run or within)
        self.run = placed or (self.located and not rare)
        if rare:
            (self.rare if not placed else self.placed if word.rare else self.lent)[word.hash] = None
        elif word.place and not word.frequent:
            self.likely[word.hash] = None
        else:
            self.hashes[word.hash] = None
        self.at += 1
        return rare

    def pass_name(self, word: Word) -> None:
        """Note a word of the name of a district or village."""
        self.run = True
        if word.rare:
            self.rare[word.hash] = None

    def pass_by(self, word: Word, said: str) -> None:
        """Note a word that does not count."""
        self.run = self.run and word.title
        if said == BREAK:
            self.seen.clear()

    def tell(self, word: Word) -> None:
        """Note the matters that a word tells with those shortly before it, the things, and the ways in which they are wrong."""
        earliest = self.at - _WINDOW
        caused = self.causes >= earliest
        if not caused:
            self.ways |= word.way
            for thing in word.things:
                self.things[thing] = None
        if word.number < 0:
            return
        seen, matters = self.seen, self.caused if caused else self.matters
        seen[word.number] = self.at
        for rest, matter, family in word.told:
            for other in rest:
                if seen.get(other, -_WINDOW) < earliest:
                    break
            else:
                (matters if matter < _OWN_FROM else self.matters)[matter] = family

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
        things = list(self.things)[:MOST_THINGS]
        parts = [bytes((VERSION,)), self.ways.to_bytes(WAY_BYTES, "big"), bytes((len(things), *things, len(kept)))]
        parts += [bytes(pair) for pair in kept]
        names, numbers = list(self.names)[:MOST_NAMES], list(self.numbers)[:MOST_NUMBERS]
        parts += [bytes((len(names),)), *names, bytes((len(numbers),)), *numbers]
        local = list(self.local)[:MOST_LOCAL]
        parts += [bytes((len(local),)), *local]
        for found, most in (
            *((self.placed, MOST_PLACED), (self.lent, MOST_LENT), (self.rare, MOST_RARE)),
            *((self.formed, MOST_FORMED), (self.likely, MOST_LIKELY)),
        ):
            parts.append(bytes((min(len(found), most),)))
            parts += [number.to_bytes(2, "big") for number in sorted(list(found)[:most])]
        parts += [number.to_bytes(2, "big") for number in sorted(list(self.hashes)[:MOST_WORDS])]
        return b"".join(parts)


def signature(text: str, *, address: str = "", place: Iterable[str] = (), regency: str = "") -> str:
    """Return the signature of a complaint's text, in base64. The same text always has the same signature; never raises.

    Args:
        text: the title, the text and the additions.
        address: what the citizen wrote in a form's field for the place (`Place.text`).
        place: the words that name the place's regions (`Place.evidence`): they are no part of a street's name.
        regency: the Kemendagri code of the regency, whose districts and villages are known as names; empty if it is not known.
    """
    regions = frozenset(" ".join(place).split())
    if "@" in text:
        text = _HANDLE.sub(" ", text)
    known, found = lists(), _Found(regions)
    if not (text.islower() or text.isupper()):
        _read_capitals(text, known, found)
    words = words_of(address, text)[:_READ_WORDS]
    if known.harm.told(words):
        found.matters.update([known.harmed])
    read = [known.word(word) for word in words]
    if regency:
        found.inside = named_places(words, read, found.capitals, local_names(regency))
        found.local = dict.fromkeys(found.inside.values())
    _read_words(words, read, found)
    return b64encode(found.packed(known.unless, known.side)).decode("ascii")


def _read_capitals(text: str, known: Lists, found: _Found) -> None:
    """Note the short forms of full names, and add the words with a capital within a sentence to its `capitals`.

    Those are abbreviations, and words behind a word without a capital: in a title each word has one.
    """
    for match in _CAPITALS.finditer(text):
        run, start = match.group(), match.start()
        words = run.lower().split()
        if len(words) > 1:
            _initials(words[:_FULL], known, found)
        if (run.isupper() and not text[start - 1 : start].isalpha()) or _within(text, start):
            found.capitals.update(words)


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


def _read_words(words: list[str], read: list[Word], found: _Found) -> None:
    """Note what the words of a text tell; `read` is what each of them means."""
    beside, last, inside = -_BESIDE, len(read) - 1, found.inside
    some = bool(inside)
    for position, word in enumerate(read):
        if word.announces:
            _announced(words, read, position, found)
        named = some and position in inside
        if named:
            found.pass_name(word)
        elif word.hash:
            rare = found.note(word, words[position])
            if position < last:
                _extend(word, read[position + 1], found, rare=rare)
        else:
            found.pass_by(word, words[position])
        if word.tells and not named and (not word.landmark or position - beside > _BESIDE):
            found.tell(word)
        if word.beside:
            beside = position
        if word.causes:
            found.causes = found.at
        found.called = word.calls
        found.located = word.locates or word.kind > 0 or (found.located and word.title)


def _announced(words: list[str], read: list[Word], position: int, found: _Found) -> None:
    """Note the name or the number behind a word that announces one."""
    word = read[position]
    if word.kind:
        name = name_behind(words, read, position, found.regions)
        if name:
            found.names[name] = None
    number = number_behind(words, position, word)
    if number:
        found.numbers[number] = None


def _extend(word: Word, following: Word, found: _Found, *, rare: bool) -> None:
    """Note what a word is together with the next one: a name with its part ("Koya Barat"), or the beginning of a name with more."""
    if rare and following.end:
        found.names[bytes((_SPOT | 1 << 6, following.end)) + word.hash.to_bytes(2, "big")] = None
    elif word.first and (following.rare or following.lent or following.first or following.title or following.size):
        found.formed[hash_of(skeleton(word.stem + following.stem))] = None
