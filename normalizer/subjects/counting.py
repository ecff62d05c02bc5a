"""Adds up the meanings of the words of a text: the scores of the subjects, the word groups, and the names to find."""

from typing import Final

from mypy_extensions import i64

from normalizer.places.context import is_aside
from normalizer.results import NameHit
from normalizer.subjects.lexicon import Lexicon
from normalizer.subjects.meanings import ALL_BITS, NO_TARGET, Meaning
from normalizer.subjects.scanning import Scan
from normalizer.subjects.vocabulary import NEGATIONS
from normalizer.text import BREAK

TITLE_BONUS: Final = 2.0
"""Factor for the weight of a word in the title: it says more about the subject than a word in the story."""

LEAD_WORDS: Final = 46
"""Number of words, counted from the title on, that have their full weight: people first say what they want, then tell the story."""

STORY_WEIGHT: Final = 0.5
"""Factor for the weight of a word after the first LEAD_WORDS."""

PAIR_WORDS: Final = 9
"""Maximum distance in words between the two words of a pair: about a clause of a text message."""

Groups = dict[str, list[int]]
"""Word groups that a text has, each with the positions of its words."""


def counted(found: Scan, words: list[str], lexicon: Lexicon) -> tuple[dict[int, float], Groups, list[NameHit]]:
    """Add up the meanings that were found in a text.

    Returns:
        The score of each target (see Lexicon.subjects), the positions of the words of each word group that is noted, and the occurrences
        of the further names that the reader was asked to find (see Reader.load). For the scores, a repeated word or phrase counts once,
        and one that only says where something else is ("depan kantor PDAM") does not count.
    """
    scores: dict[int, float] = {}
    groups: Groups = {}
    names: list[NameHit] = []
    seen: set[Meaning] = set()
    paired: list[Meaning] = []
    starts: list[int] = []
    entries = found.entries
    title_end = words.index(BREAK)
    opens: i64 = 0
    closes: i64 = 0
    last = -1
    marked = aside = False
    for index, meaning in enumerate(found.told):
        at = found.starts[index]
        if at != last:  # the meanings of one position follow each other
            last = at
            marked = at > 0 and entries[at - 1].may_deny  # few words do, so most need one look only
            aside = marked and is_aside(words, at)
        if meaning.grouped and not aside and not (marked and words[at - 1] in NEGATIONS):
            _note(groups, meaning.noted, at)
            if meaning.opens | meaning.closes:
                opens |= meaning.opens
                closes |= meaning.closes
                paired.append(meaning)
                starts.append(at)
        if meaning.target != NO_TARGET and not aside and meaning not in seen:
            seen.add(meaning)
            bonus = TITLE_BONUS if at < title_end else 1.0 if at < LEAD_WORDS else STORY_WEIGHT
            scores[meaning.target] = scores.get(meaning.target, 0.0) + meaning.weight * bonus
            for target, weight in meaning.further:
                scores[target] = scores.get(target, 0.0) + weight * bonus
        if meaning.name >= 0:
            names.append(NameHit(at, at + meaning.size, meaning.name))
    if opens & closes:  # else no pair is complete
        nearby = Nearby(paired, starts)
        nearby.look(0, opens & closes)
        if nearby.pairs:
            _pair(nearby, lexicon, groups, scores, title_end)
    return scores, groups, names


class Nearby:
    """The pairs of word groups that are near each other in a text: at most PAIR_WORDS words apart.

    Attributes:
        meanings: the meanings of the text whose groups are in a pair.
        starts: for each of these, the position of its first word, in ascending order; those of raised groups follow in such an order too.
        pairs: the numbers of the pairs found (see Pairs).
        bits: their bits, and perhaps some more.
    """

    __slots__ = ("bits", "meanings", "pairs", "starts")
    bits: i64

    def __init__(self, meanings: list[Meaning], starts: list[int]) -> None:
        self.meanings = meanings
        self.starts = starts
        self.pairs: set[int] = set()
        self.bits = 0

    def look(self, begin: int, bits: i64) -> None:
        """Find the pairs with one group in a meaning at an index from `begin` on, and the other in it or an earlier one."""
        meanings, starts = self.meanings, self.starts
        first, own = 0, begin
        for index in range(begin, len(meanings)):
            meaning = meanings[index]
            if (meaning.opens | meaning.closes) & bits == 0:
                continue
            least = starts[index] - PAIR_WORDS
            while own < index and starts[own] < least:
                own += 1
            self._compare(index, own, index + 1, bits)
            if begin:
                while first < begin and starts[first] < least:
                    first += 1
                self._compare(index, first, begin, bits)

    def _compare(self, index: int, first: int, end: int, bits: i64) -> None:
        """Find the pairs of a meaning with those at the indexes from `first` to `end`, which are in ascending order of their positions."""
        meaning, most = self.meanings[index], self.starts[index] + PAIR_WORDS
        opens, closes = meaning.opens & bits, meaning.closes & bits
        for before in range(first, end):
            if self.starts[before] > most:
                return
            other = self.meanings[before]
            if opens & other.closes:
                self._match(meaning, other)
            if closes & other.opens:
                self._match(other, meaning)

    def _match(self, first: Meaning, second: Meaning) -> None:
        """Add the pairs with the first group in one meaning and the second in the other."""
        closed = second.closed
        for number in first.opened:
            if number in closed:
                self.pairs.add(number)
                self.bits |= first.opens & second.closes


def _pair(nearby: Nearby, lexicon: Lexicon, groups: Groups, scores: dict[int, float], title_end: int) -> None:
    """Add the word groups that pairs raise, and the weights of the pairs that point to a target.

    A weight is multiplied by TITLE_BONUS if both groups occur in the title.
    """
    pairs = lexicon.pairs
    count = len(pairs.targets)
    meanings, starts, found = nearby.meanings, nearby.starts, nearby.pairs
    if max(found) >= count:
        raising = dict.fromkeys([group for meaning in meanings for group in meaning.noted if group in pairs.raised])
        begin = len(meanings)
        added = [(at, group) for group in _raise_groups(pairs.raised, groups, raising) for at in groups[group]]
        for at, group in sorted(added):
            meanings.append(lexicon.alone[group])
            starts.append(at)
        nearby.look(begin, ALL_BITS)
    for index, meaning in enumerate(meanings):
        if meaning.opens & nearby.bits == 0:
            continue
        for number in meaning.opened:
            if number in found and number < count:
                found.remove(number)
                both = starts[index] < title_end and _is_in_title(nearby, number, title_end)
                target = pairs.targets[number]
                bonus = TITLE_BONUS if both else 1.0
                scores[target] = scores.get(target, 0.0) + pairs.weights[number] * bonus


def _is_in_title(nearby: Nearby, number: int, title_end: int) -> bool:
    """Return whether the title has the second group of a pair."""
    for index, meaning in enumerate(nearby.meanings):
        if number in meaning.closed:  # the first one
            return nearby.starts[index] < title_end
    return False


def _note(groups: Groups, noted: tuple[str, ...], at: int) -> None:
    for group in noted:
        positions = groups.get(group)
        if positions is None:
            groups[group] = [at]
        else:
            positions.append(at)


def _raise_groups(raised: dict[str, tuple[tuple[str, str], ...]], groups: Groups, found: dict[str, None]) -> list[str]:
    """Add each word group that two others raise together, if their words are at most PAIR_WORDS words apart. Return those added."""
    pending = [group for group in found if group in raised]
    added: list[str] = []
    for group in pending:  # a raised group that can raise another one joins the end
        for other, result in raised[group]:
            near = groups.get(other)
            if near and result not in groups and _are_near(groups[group], near):
                groups[result] = list(groups[group])
                added.append(result)
                if result in raised:
                    pending.append(result)
    return added


def _are_near(some: list[int], others: list[int]) -> bool:
    first, count = 0, len(others)
    for at in some:  # both are in ascending order
        while first < count and others[first] < at - PAIR_WORDS:
            first += 1
        if first < count and others[first] <= at + PAIR_WORDS:
            return True
    return False
