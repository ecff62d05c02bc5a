"""Adds up the meanings of the words of a text: the scores of the subjects, the word groups, and the names that were looked for."""

from typing import Final

from normalizer.places.context import BUILDINGS, WHEREABOUTS, is_aside
from normalizer.results import NameHit
from normalizer.subjects.lexicon import Lexicon
from normalizer.subjects.vocabulary import Meaning, Pair
from normalizer.text import BREAK

TITLE_BONUS: Final = 2.0
"""Factor for the weight of a word in the title: it says more about the subject than a word in the story."""

LEAD_WORDS: Final = 46
"""Number of words, counted from the title on, that have their full weight: people first say what they want, then tell the story."""

STORY_WEIGHT: Final = 0.5
"""Factor for the weight of a word after the first LEAD_WORDS."""

NEGATIONS: Final = frozenset(("bukan", "bkn", "dudu", "sanes"))
"""Words before one that deny it ("bukan jalan provinsi"): it then belongs to no word group."""

_MARKS: Final = NEGATIONS | WHEREABOUTS | BUILDINGS
"""Words before one that may deny it, or make it only say where something else is (see is_aside)."""

PAIR_WORDS: Final = 9
"""Maximum distance in words between the two words of a pair: about a clause of a text message."""

Told = list[tuple[Meaning, int]]
"""The meanings of the words and phrases of a text, each with the position of its first word."""


def counted(
    told: Told, words: list[str], lexicon: Lexicon
) -> tuple[dict[int, float], dict[str, list[int]], list[NameHit]]:
    """Add up the meanings that were found in a text.

    Args:
        told: the meanings with their positions.
        words: the folded words of the text, with BREAK (the word "|") after each part; the first part is the title.
        lexicon: the words, phrases and pairs.

    Returns:
        The score of each target (see Lexicon.subjects), the positions of the words of each word group, and the occurrences of the
        further names that the reader was asked to find (see Reader.load). For the scores, a repeated word or phrase counts once, and
        one that only says where something else is ("depan kantor PDAM") does not count.
    """
    scores: dict[int, float] = {}
    groups: dict[str, list[int]] = {}
    names: list[NameHit] = []
    seen: set[Meaning] = set()
    title_end = words.index(BREAK)
    raising: list[str] = []
    last = -1
    marked = aside = False
    for meaning, at in told:
        if at != last:  # the meanings of one position follow each other
            last = at
            marked = at > 0 and words[at - 1] in _MARKS  # few words are, so most need one look only
            aside = marked and is_aside(words, at)
        if meaning.groups and not aside and not (marked and words[at - 1] in NEGATIONS):
            _add_groups(groups, meaning, at)
            if meaning.raises:
                raising += meaning.groups
        if meaning.weights and not aside and meaning not in seen:
            seen.add(meaning)
            bonus = TITLE_BONUS if at < title_end else 1.0 if at < LEAD_WORDS else STORY_WEIGHT
            for target, weight in meaning.weights:
                score = scores.get(target)
                scores[target] = weight * bonus if score is None else score + weight * bonus
        if meaning.name >= 0:
            names.append(NameHit(at, at + meaning.size, meaning.name))
    if raising:
        _raise_groups(lexicon.raised, groups, dict.fromkeys(raising))
    _add_pairs(lexicon.pairs, groups, scores, title_end)
    return scores, groups, names


def _add_groups(groups: dict[str, list[int]], meaning: Meaning, at: int) -> None:
    for group in meaning.groups:
        positions = groups.get(group)
        if positions is None:
            groups[group] = [at]
        else:
            positions.append(at)


def _raise_groups(
    raised: dict[str, tuple[tuple[str, str], ...]], groups: dict[str, list[int]], found: dict[str, None]
) -> None:
    """Add each word group that two others raise together, if words of theirs are at most PAIR_WORDS words apart.

    Args:
        raised: by word group, the groups that it raises (see Lexicon.raised).
        groups: the positions of the words of each group in the text; they are changed in place.
        found: the groups of the words of which one can raise others.
    """
    pending = [group for group in found if group in raised]
    for group in pending:  # a raised group that can raise another one joins the end
        for other, result in raised[group]:
            near = groups.get(other)
            if near and result not in groups and _are_near(groups[group], near):
                groups[result] = list(groups[group])
                if result in raised:
                    pending.append(result)


def _add_pairs(
    pairs: dict[str, tuple[Pair, ...]],
    groups: dict[str, list[int]],
    scores: dict[int, float],
    title_end: int,
) -> None:
    """Add the weight of each pair to the score of its target if words of its two groups are at most PAIR_WORDS words apart.

    A pair is two word groups that point to a target together. Its weight is multiplied by TITLE_BONUS if both occur in the title.

    Args:
        pairs: the pairs, by the first group of each (see Lexicon.pairs).
        groups: the positions of the words of each group in the text.
        scores: the scores by target; they are changed in place.
        title_end: the position after the title.
    """
    for group, positions in groups.items():
        seconds = pairs.get(group)
        if seconds is None:
            continue
        for pair in seconds:
            near = groups.get(pair.other)
            if near is not None and _are_near(positions, near):
                bonus = TITLE_BONUS if positions[0] < title_end and near[0] < title_end else 1.0
                scores[pair.target] = scores.get(pair.target, 0.0) + pair.weight * bonus


def _are_near(some: list[int], others: list[int]) -> bool:
    for a in some:
        for b in others:
            if -PAIR_WORDS <= a - b <= PAIR_WORDS:
                return True
    return False
