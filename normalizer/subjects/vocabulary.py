"""Dictionary of words: the subjects that each word points to, and the phrases and place names that begin with it."""

from collections.abc import Mapping
from typing import Any, Final

from ahocorasick_rs import BytesAhoCorasick

from normalizer.language.spelling import spelled_out
from normalizer.places.context import BUILDINGS, CUE, LOCATIVES, SURROUNDINGS, WHEREABOUTS
from normalizer.places.denied import turning
from normalizer.places.names import PlaceNames
from normalizer.subjects.meanings import Groupings, Meaning, Word, bit_of
from normalizer.text import fold
from normalizer.things.tree import ThingNode

NEGATIONS: Final = frozenset(("bukan", "bkn", "dudu", "sanes"))
"""Words before one that deny it ("bukan jalan provinsi"): it then belongs to no word group."""

DENYING: Final = NEGATIONS | WHEREABOUTS | BUILDINGS
"""Words before one that may deny it, or make it only say where something else is (see is_aside)."""

OPEN: Final = "*"
"""Mark in the word lists for a word whose beginning or end is open."""

Packed = str | list[Any]
"""The meanings of the words of the lists, as JSON: their entry; or `[entry or null, {"rusak": Packed}]`, with each word of a longer phrase.

An entry is a text of three parts with semicolons between them: each target with its weight ("12:6 40:-2"), the numbers of the word groups
("3 17"), and the index among the further names to find, or -1. Of the 100,000 phrases only those are unpacked that a text contains.
"""

_CLITICS: Final = frozenset(["nya", "nye", "nyo", "ne", "na", "e", "ku", "mu", "ta", "lah", "kah", "in", "mi", "ji"])
"""Endings that people write on a word, in Indonesian and in the languages of the regions ("lampunya", "lampune", "lampuna")."""

_LONGEST_CLITIC: Final = 3
"""Letters of the longest of them."""

_STEM_LETTERS: Final = 4
"""Minimum letters of a word without its ending: shorter ones are too often another word."""

_ENDINGS_OF_REGIONS: Final = {
    "e": (("e", "a"),),
    "o": (("o", "a"),),
    "k": (("uak", "uk"), ("iak", "ik"), ("ik", "it"), ("ek", "at")),
    "h": (("uah", "uh"), ("iah", "ih"), ("eh", "as")),
}
_BEGINNINGS_OF_REGIONS: Final = {
    "b": (("ba", "ber"),),
    "t": (("ta", "ter"),),
    "m": (("ma", "me"),),
    "k": (("ka", "ke"),),
    "p": (("pa", "pe"),),
}
"""Sounds of Malay, Minangkabau, Palembang and Banjar, and those of standard Indonesian: "punye" and "punyo" for "punya", "buruak" for
"buruk", "bajalan" for "berjalan". By the last letter of the ending and the first of the beginning."""

_LONG_WORD: Final = 7
"""Minimum letters of a word that is found by a changed beginning."""

_NASALS: Final = frozenset("mn")
"""First letters of a spoken verb that lacks the written "me" ("ngurus" for "mengurus")."""

_HEALTH_CARD_DIGITS: Final = 13
_HEALTH_CARD_BEGINS: Final = "000"
_HEALTH_CARD: Final = "nomorkartujkn"
"""The number on a card of the health insurance has 13 digits and begins with three zeros; the word lists have this word for it."""

_REMEMBERED_WORDS: Final = 50_000
"""Maximum number of different words remembered, about 20 MB. People use far fewer; the limit stops a flood of nonsense."""

_REMEMBERED_CHARS: Final = 40
"""Maximum length in characters of a remembered word; longer words are unlikely to occur again."""


class Vocabulary(dict[str, Word]):
    """The words seen so far and their meanings. An unseen word is analysed when it is looked up."""

    def __init__(self, lists: Mapping[str, Any], groupings: Groupings, places: PlaceNames, things: ThingNode) -> None:
        """Take the lists; no word is analysed yet."""
        super().__init__()
        self._unknown: dict[int, Word] = {}
        self._regional: dict[str, str] = lists["regional"]
        self._groupings = groupings
        self._places = places
        self._things = things
        self._phrases = Meaning(size=0)
        self._phrases.follow = lists["phrases"]
        self._parts = [self._unpacked(entry, 1) for _, entry in lists["parts"]]
        self._automaton = BytesAhoCorasick([delimited(written).encode("ascii") for written, _ in lists["parts"]])
        self._listed = frozenset(lists["listed"].split())
        self._turning = turning()
        self._stems = self._listed.difference(lists["dated"])

    def longer(self, phrase: Meaning, word: str) -> Meaning | None:
        """Return the meaning of a phrase with one more word; None if no phrase consists of or begins with them."""
        packed = phrase.follow.get(word)
        if isinstance(packed, Meaning):
            return packed
        if packed is None:
            return None
        made = phrase.follow[word] = self._unpacked(packed, phrase.size + 1)
        return made

    def _unpacked(self, packed: Packed, size: int) -> Meaning:
        follow: dict[str, Any] = {}
        entry: str | None
        if isinstance(packed, list):
            entry, follow = packed
        else:
            entry = packed
        if entry is None:
            made = Meaning(size=size)
        else:
            weights, groups, name = entry.split(";")
            made = Meaning(
                tuple([(int(one.split(":")[0]), float(one.split(":")[1])) for one in weights.split()]),
                self._groupings[groups],
                int(name),
                size,
            )
        made.follow = follow
        return made

    def __missing__(self, word: str) -> Word:
        """Return all meanings of a word that is not remembered.

        Remember the result for a word of at most 40 characters. If 50,000 words are remembered, forget them all first.
        """
        made = self._made(word)
        if len(word) <= _REMEMBERED_CHARS:
            if len(self) >= _REMEMBERED_WORDS:
                self.clear()
            self[word] = made
        return made

    def _made(self, word: str) -> Word:
        meanings = self._told(word)
        whole = self.longer(self._phrases, word)
        form = "" if whole is not None and whole.follow else self._form_of(word)
        if form and not meanings:
            meanings = self._told(form)
        elif form and (same := self.longer(self._phrases, form)) is not None and same.follow:
            phrases = Meaning()
            phrases.follow = same.follow
            meanings = [phrases, *meanings]
        bits = bit_of(word)
        names = self._places.node(word)
        is_level = bool(SURROUNDINGS.get(word, 0) & CUE)
        lead = self._things.after(word) or (self._things.after(form) if form else None)
        is_locative, may_deny, turns = word in LOCATIVES, word in DENYING, word in self._turning
        if not (meanings or names or lead or is_level or form or is_locative or may_deny or turns):
            return self._unknown.setdefault(bits, Word(bits))
        made = Word(bits | bit_of(form) if form else bits)
        for meaning in meanings:
            made.take(meaning)
        made.means = True
        made.form, made.lead, made.names = form, lead, names
        made.place = names.place if names else None
        made.is_level, made.is_locative, made.may_deny = is_level, is_locative, may_deny
        made.turns = turns
        for other in (*made.follow, *(names.follow if names else ()), *(lead.next_words() if lead else ())):
            made.begins |= bit_of(other)
        return made

    def _told(self, word: str) -> list[Meaning]:
        found = self._automaton.find_matches_as_indexes(b" %b " % word.encode("ascii"), overlapping=True)
        meanings = [self._parts[index] for index in dict.fromkeys(index for index, _, _ in found)]
        whole = self.longer(self._phrases, word)
        if whole is not None:
            meanings.append(whole)
        return meanings

    def _form_of(self, word: str) -> str:
        """Return the word of the lists that means the same: of another language, without an ending, in other sounds or with its vowels.

        For a number of the health insurance, it is the word that the lists have for it.
        """
        same = self._regional.get(word)
        if same is not None:
            return same
        if word in self._listed or not word.isalpha():
            return _HEALTH_CARD if _is_health_card(word) else ""
        if made := self._without_ending(word) or self._sounded(word):
            return made
        long = word if self._places.node(word) else spelled_out(word)
        if long == word:
            return ""
        return long if long in self._stems else self._form_of(long)

    def _without_ending(self, word: str) -> str:
        """Return the word of the lists that this one is with an ending, or as speech has it without "me"; empty if none is listed."""
        for size in range(_LONGEST_CLITIC, 0, -1):
            if len(word) >= size + _STEM_LETTERS and word[-size:] in _CLITICS:
                stem = word[:-size]
                if same := self._regional.get(stem) or (stem if stem in self._stems else ""):
                    return same
        verb = f"me{word}"
        return verb if word[0] in _NASALS and verb in self._stems else ""

    def _sounded(self, word: str) -> str:
        """Return the word of the lists that a regular change of sounds makes of this one; empty if none is listed."""
        for ending, standard in _ENDINGS_OF_REGIONS.get(word[-1], ()):
            if word.endswith(ending):
                made = word.removesuffix(ending) + standard
                if made in self._stems and len(made) >= _STEM_LETTERS:
                    return made
        for beginning, standard in _BEGINNINGS_OF_REGIONS.get(word[0], ()):
            if word.startswith(beginning):
                made = standard + word.removeprefix(beginning)
                if made in self._stems and len(made) >= _LONG_WORD:
                    return made
        return ""


def _is_health_card(word: str) -> bool:
    return len(word) == _HEALTH_CARD_DIGITS and word.startswith(_HEALTH_CARD_BEGINS) and word.isdigit()


def folded(written: object) -> str:
    """Return an entry of a word list, folded, with the mark OPEN ("*") kept at each end that has it."""
    text = str(written)
    return f"{OPEN if text.startswith(OPEN) else ''}{fold(text).decode('ascii')}{OPEN if text.endswith(OPEN) else ''}"


def delimited(written: str) -> str:
    """Return an entry of a word list as it occurs in a text, without its OPEN marks ("*").

    At an end with that mark the word may go on; at each other end there is a space.
    """
    start = "" if written.startswith(OPEN) else " "
    end = "" if written.endswith(OPEN) else " "
    return f"{start}{written.strip(OPEN)}{end}"
