"""Makes the signature of a complaint's text, by which two complaints about one matter are recognised without their words.

A signature holds numbers of matters, and hashes of the words and of the names of streets, schools and other things. It is no secret:
whoever guesses a text can check the guess. docs/adr/0030-duplicates-by-what-a-text-tells.md explains the choice.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Final

from normalizer.coordinates import without_positions
from normalizer.matter.local_names import local_names, named_places
from normalizer.matter.matters import KINDS, lists
from normalizer.matter.names import capitals_of, name_behind, number_behind
from normalizer.matter.words import Word, hash_of, skeleton
from normalizer.text import BREAK, words_of

VERSION: Final = 7
"""The version of the layout and of the word lists: signatures of different versions are not compared."""

MOST_THINGS: Final = 6
MOST_MATTERS: Final = 6
MOST_NAMES: Final = 8
MOST_NUMBERS: Final = 6
MOST_LOCAL: Final = 4
MOST_PLACED: Final = 7
MOST_LENT: Final = 3
MOST_FORMED: Final = 5
MOST_WORDS: Final = 20
"""Maximum numbers of each that a signature holds: it has at most 201 bytes."""

WAY_BYTES: Final = 6
"""The number of bytes of a signature for the ways in which something is wrong, a bit for each."""

_READ_WORDS: Final = 400
"""Maximum number of words that are read: even a long text has said by then what it is about."""

_WINDOW: Final = 6
"""Maximum number of counted words between the first and the last word of a matter."""

_HANDLE: Final = re.compile(r"@\w+")
"""The name of an account, which says nothing about the matter."""

_SPOT: Final = KINDS.index("spot") + 1
"""The kind of a name without a word that announces it, but with a part ("Koya Barat")."""


class _Found:
    """The findings in a text so far."""

    def __init__(self, regions: frozenset[str]) -> None:
        self.regions = regions
        self.capitals: set[str] = set()
        self.inside: dict[int, bytes] = {}
        self.located = self.run = False
        self.at = 0
        self.ways = 0
        self.seen: dict[int, int] = {}
        self.matters: dict[int, int] = {}
        self.things: dict[int, None] = {}
        self.local: dict[bytes, None] = {}
        self.names: dict[bytes, None] = {}
        self.numbers: dict[bytes, None] = {}
        self.placed: dict[int, None] = {}
        self.lent: dict[int, None] = {}
        self.formed: dict[int, None] = {}
        self.hashes: dict[int, None] = {}

    def note(self, word: Word, said: str, *, road: bool) -> bool:
        """Note a word that counts, and return whether it may be a name; it is one before "raya" if it is `road`."""
        within = bool(self.regions) and said in self.regions
        stands = self.located or road or (bool(self.capitals) and said in self.capitals)
        rare = word.rare or (word.lent and stands) or (within and not word.everyday)
        placed = rare and (stands or self.run or within)
        self.run = placed or (self.located and not rare)
        (self.hashes if not placed else self.placed if word.rare else self.lent)[word.hash] = None
        self.at += 1
        return rare

    def pass_name(self, word: Word, *, several: bool) -> None:
        """Note a word of the name of a district or village; a rare word of a name of several words counts on its own, too."""
        self.run = True
        if word.rare:
            (self.placed if several else self.hashes)[word.hash] = None

    def pass_by(self, word: Word, said: str) -> None:
        """Note a word that does not count."""
        self.run = self.run and word.title
        if said == BREAK:
            self.seen.clear()

    def tell(self, word: Word, *, named: bool) -> None:
        """Note the matters of a word together with those shortly before it, its things, and the ways in which they are wrong.

        A word that is `named` follows the first word of many names and is part of a name ("Rawa Bebek"): it is no thing.
        """
        earliest = self.at - _WINDOW
        self.ways |= word.way
        for thing in () if named else word.things:
            self.things[thing] = None
        if word.number < 0:
            return
        seen, told = self.seen, word.told
        seen[word.number] = self.at
        for one, at in seen.items():
            if at < earliest or one not in told:
                continue
            for rest, matter, family in told[one]:
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
        kept = sorted(matters.items())[-MOST_MATTERS:]  # those to keep have the highest numbers
        things = list(self.things)[:MOST_THINGS]
        packed = [VERSION, *self.ways.to_bytes(WAY_BYTES, "big"), len(things), *things, len(kept)]
        for matter, family in kept:
            packed.append(matter)
            packed.append(family)
        _put_names(packed, self.names, MOST_NAMES)
        _put_names(packed, self.numbers, MOST_NUMBERS)
        _put_names(packed, self.local, MOST_LOCAL)
        for found, most in ((self.placed, MOST_PLACED), (self.lent, MOST_LENT), (self.formed, MOST_FORMED)):
            packed.append(min(len(found), most))
            _put_hashes(packed, found, most)
        _put_hashes(packed, self.hashes, MOST_WORDS)
        return bytes(packed)


def _put_names(packed: list[int], names: dict[bytes, None], most: int) -> None:
    """Add the first names or numbers of a text to a signature, after their count."""
    packed.append(min(len(names), most))
    for name in list(names)[:most]:
        packed.extend(name)


def _put_hashes(packed: list[int], found: dict[int, None], most: int) -> None:
    """Add the first hashes of a text to a signature, in ascending order, each in two bytes."""
    if not found:
        return
    for number in sorted(list(found)[:most]):
        packed.append(number >> 8)
        packed.append(number & 0xFF)


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
        found.capitals, found.formed = capitals_of(text, known)
    words = words_of(without_positions(address), without_positions(text))[:_READ_WORDS]
    if known.harm.told(words):
        found.matters.update([known.harmed])
    read = known.words(words)
    if regency:
        found.inside = named_places(words, read, found.capitals, local_names(regency))
        found.local = dict.fromkeys(found.inside.values())
    _read_words(words, read, found)
    return b64encode(found.packed(known.unless, known.side)).decode("ascii")


def _read_words(words: list[str], read: list[Word], found: _Found) -> None:
    """Note what the words of a text mean; `read` has the meaning of each."""
    last, inside = len(read) - 1, found.inside
    some = bool(inside)
    for position, word in enumerate(read):
        if word.announces:
            _announced(words, read, position, found)
        named = some and position in inside
        if named:
            name = inside[position]
            found.pass_name(word, several=name in (inside.get(position - 1), inside.get(position + 1)))
        elif word.hash:
            rare = found.note(word, words[position], road=position < last and words[position + 1] == "raya")
            if position < last and (rare or word.first):
                _extend(word, read[position + 1], found, rare=rare)
        else:
            found.pass_by(word, words[position])
        if word.tells and not named:
            found.tell(word, named=position > 0 and read[position - 1].first and word.number < 0)
        found.located = word.locates or word.kind > 0 or (found.located and word.title)


def _announced(words: list[str], read: list[Word], position: int, found: _Found) -> None:
    """Note the name or the number after a word that announces one."""
    word = read[position]
    if word.kind:
        name = name_behind(words, read, position, found.regions, found.capitals)
        if name:
            found.names[name] = None
    number = number_behind(words, position, word)
    if number:
        found.numbers[number] = None


def _extend(word: Word, following: Word, found: _Found, *, rare: bool) -> None:
    """Note what a word is together with the next one: a name with its part ("Koya Barat"), or the beginning of a name with more."""
    if rare and following.end:
        found.names[bytes((_SPOT | 1 << 6, following.end)) + word.hash.to_bytes(2, "big")] = None
    elif word.first and (
        (following.rare or following.lent or following.first or following.title or following.size)
        or (following.number < 0 and len(following.things) > 0)
    ):
        found.formed[hash_of(skeleton(word.stem + following.stem))] = None


GRAVE: Final = frozenset((86, 87, 90, 92))
"""The matters (normalizer/data/matters.yaml: extortion, violence, corruption, harmed) of a report that is never merged automatically,
whatever else it says."""


def is_grave(text: str) -> bool:
    """Return whether a text is about a grave matter, as the search for duplicates reads it."""
    raw = b64decode(signature(text))
    # after the version and the ways come the things, and after them the matters, each followed by its family
    things = 1 + WAY_BYTES
    at = things + 1 + raw[things]
    return not GRAVE.isdisjoint(raw[at + 1 : at + 1 + 2 * raw[at] : 2])
