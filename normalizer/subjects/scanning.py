"""Finds in one pass all that the words of a text are or begin: meanings, phrases, place names and names of public things."""

from collections.abc import Container
from typing import Final

from normalizer.date_words import COUNTS
from normalizer.places.hits import FIFTY, LABEL_REACH, PlaceHit, behind_level, ended, is_house_number, is_label, longest
from normalizer.places.names import PlaceNode
from normalizer.subjects.lexicon import Lexicon
from normalizer.subjects.meanings import Meaning, Word
from normalizer.subjects.vocabulary import Vocabulary
from normalizer.things.matching import Match, find

_NOWHERE: Final[frozenset[int]] = frozenset()

_BEHIND_LEVEL: Final = 4
"""Number of words after a level's name ("desa") in which the names of a place and of its regency are searched for."""


class Scan:
    """What was found in a text.

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
