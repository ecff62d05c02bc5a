"""Finds in one pass all that the words of a text are or begin: meanings, phrases, place names and names of public things."""

import re
from collections.abc import Container, Sequence
from functools import cache
from typing import Final

from normalizer.cache import parsed
from normalizer.dates import COUNTS
from normalizer.places.denied import SHORT, places_left, without_keyword
from normalizer.places.hits import (
    FIFTY,
    LABEL_REACH,
    PlaceHit,
    behind_level,
    commas,
    ended,
    is_house_number,
    is_label,
    longest,
)
from normalizer.places.names import PlaceNode
from normalizer.subjects.lexicon import Lexicon
from normalizer.subjects.meanings import Meaning, Word
from normalizer.subjects.vocabulary import Vocabulary
from normalizer.things.matching import Match, find

_NOWHERE: Final[frozenset[int]] = frozenset()

_BEHIND_LEVEL: Final = 4
"""Number of words after a level's name ("desa") in which the names of a place and of its regency are searched for."""


class Scan:
    """The findings in a text.

    Attributes:
        entries: the entry of each word in the vocabulary.
        told: the meanings of all words and phrases that count (Meaning.tells), in the order of their first words; they may overlap.
        starts: for each of these, the position of its first word.
        hits: the place names, in order and without overlap: of several that begin at the same position, only the longest.
        matches: the names of public things.
        turns: whether any word turns what follows (see Word.turns).
        located: the positions after words such as "di", where the name of a place may begin.
    """

    __slots__ = ("entries", "hits", "located", "matches", "starts", "told", "turns")

    def __init__(self, entries: list[Word]) -> None:
        self.entries = entries
        self.told: list[Meaning] = []
        self.starts: list[int] = []
        self.hits: list[PlaceHit] = []
        self.matches: list[Match] = []
        self.located: list[int] = []
        self.turns = False


def scan(  # noqa: C901, PLR0912 - one pass for all that a word can begin
    words: list[str], lexicon: Lexicon, stops: Container[int] = _NOWHERE
) -> Scan:
    """Return what the words of a text are and begin.

    Args:
        words: the folded words of the text; the last one must be BREAK (the word "|", which ends each part of a text).
        lexicon: the words, phrases and names to find.
        stops: the positions of the words after a comma, which the name of a small place does not contain.
    """
    vocabulary = lexicon.vocabulary
    entries = [vocabulary[word] for word in words]
    found = Scan(entries)
    told, starts, hits, matches = found.told, found.starts, found.hits, found.matches
    reach = 0
    for at, word in enumerate(entries):
        if not word.means:
            continue
        if word.tells:
            told.append(word)
            starts.append(at)
        if word.turns:
            found.turns = True
        if word.is_locative:
            found.located.append(at + 1)
        hit: PlaceHit | None = None
        if (
            word.begins & entries[at + 1].bits
        ):  # rarely though nothing follows: then each look below finds the word alone
            if word.follow and not (_is_number(words[at]) and is_label(words, at, _names_behind(entries, at))):
                _follow(word, words, at, found, vocabulary)
            if word.lead is not None:
                find(word.lead, words, at, matches)
            if at >= reach and word.names is not None:
                hit = longest(word.names, words, at)
                if words[at] == FIFTY and is_house_number(words, at, entries[at + 1].names):
                    hit = None
                if hit is not None and hit.end > at + 1:
                    left, is_shorter = ended(hit, [entry.names for entry in entries[at : hit.end]], words, stops)
                    if is_shorter:
                        hit = longest(word.names, left, at)
        else:
            if word.lead is not None and word.lead.things:
                matches.append(Match(at, at + 1, word.lead.things))
            if at >= reach and word.place is not None:
                hit = PlaceHit(at, at + 1, word.place)
        if hit is not None:
            hits.append(hit)
            reach = hit.end
        if word.is_level and at + 1 >= reach:
            nodes = [entry.names for entry in entries[at + 1 : at + 1 + _BEHIND_LEVEL]]
            hit = behind_level(nodes, lexicon.names, words, at + 1, stops)
            if hit is not None:
                hits.append(hit)
                reach = hit.end
    return found


def _is_number(word: str) -> bool:
    return word.isdigit() or word in COUNTS


def _names_behind(entries: list[Word], at: int) -> list[PlaceNode | None]:
    return [entry.names for entry in entries[at + 1 : at + 1 + LABEL_REACH]]


def _follow(first: Word, words: list[str], at: int, found: Scan, vocabulary: Vocabulary) -> None:
    """Add the meaning of each phrase of two or more words that begins at a position."""
    end = at + 1
    meaning: Meaning = first
    while meaning.follow:
        word = words[end]
        packed = meaning.follow.get(word)
        if packed is None:
            word = found.entries[end].form
            packed = meaning.follow.get(word) if word else None
            if packed is None:
                return
        longer = packed if isinstance(packed, Meaning) else vocabulary.longer(meaning, word)
        if longer is None:
            return
        if longer.tells:
            found.told.append(longer)
            found.starts.append(at)
        meaning = longer
        end += 1


_FULL: Final = "bukan"

_BODY: Final = re.compile(r"\bBKN\b")
_SMALL_LETTERS: Final = re.compile(r"[a-z]{3}")

_NEAR: Final = 8
"""Number of words before and after "bkn" within which a matter of civil servants makes it the body."""


_BESIDE: Final = 2
"""The same for a word that other complaints have, too ("pegawai")."""


class _Words:
    """The words of denials.yaml that distinguish "bukan" from BKN (see there)."""

    __slots__ = ("follows", "general", "idioms", "leads", "matters", "speakers")

    def __init__(self, words: dict[str, list[str]]) -> None:
        self.leads = frozenset(words["leads"])
        self.follows = frozenset(words["follows"])
        self.matters = frozenset(words["matters"])
        self.general = frozenset(words["general"])
        self.idioms = frozenset(words["idioms"])
        self.speakers = frozenset(words["speakers"])


@cache
def _known() -> _Words:
    """Return the packaged words. They are read at most once per process."""
    return _Words(parsed("normalizer", "denials.yaml"))


def scanned(words: list[str], lexicon: Lexicon, parts: tuple[str, ...], *, is_by_keyword: bool) -> Scan:
    """Return the scan of a text's words (see scan), without the places that it denies.

    Args:
        words: the folded words of the text; "bukan" is written for each "bkn" that means it.
        lexicon: the words, phrases and names to find.
        parts: the text as it was written.
        is_by_keyword: whether the region of a keyword is known apart from the text: then the keyword itself does not count as a place.
    """
    found = scan(words, lexicon)
    stops = commas(found.hits, words, parts)
    if stops:
        found = scan(words, lexicon, stops)
    if found.turns:
        if SHORT in words:
            spell_out(words, *parts)
            found = scan(words, lexicon, stops)
        found.hits = places_left(found.hits, words)
    if is_by_keyword and found.hits:
        found.hits = without_keyword(found.hits, words)
    return found


def spell_out(words: list[str], *parts: str) -> None:
    """Write each "bkn" that means "bukan" as "bukan"."""
    if SHORT not in words:
        return
    known = _known()
    is_body = any(_BODY.search(part) and _SMALL_LETTERS.search(part) for part in parts)
    for at, word in enumerate(words):
        if word == SHORT and not _is_body(words, at, known, in_capitals=is_body):
            words[at] = _FULL


def _is_body(words: Sequence[str], at: int, known: _Words, *, in_capitals: bool) -> bool:
    before, behind = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
    if behind in known.idioms:
        return False
    if in_capitals or before in known.leads or behind in known.follows:
        return True
    is_spoken = before in known.speakers and (behind in known.matters or behind in known.general)  # "saya bkn pns"
    last = at if is_spoken else at + 1 + _NEAR
    beside = words[max(0, at - _BESIDE) : min(last, at + 1 + _BESIDE)]
    return not known.matters.isdisjoint(words[max(0, at - _NEAR) : last]) or not known.general.isdisjoint(beside)
