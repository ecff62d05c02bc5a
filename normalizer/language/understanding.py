"""Finds what a citizen wants with a text: an intent for the whole and for each clause, and modifiers, which apply in any case. Pure."""

import re
from collections import Counter
from collections.abc import Collection
from functools import cache, lru_cache
from heapq import nlargest
from math import exp, log, sqrt
from typing import Final, NamedTuple

from normalizer.language import features
from normalizer.language.examples import MORE, OF_INTENTS, OF_SEQUELS, Example, examples
from normalizer.language.model import Run, model


class Sure(NamedTuple):
    """The minimum probabilities at which an intent applies, whatever else a message says.

    Attributes:
        whole: in the whole text.
        clause: in one of its clauses, which tells less and so must be surer; above 1 if a clause is never enough.
    """

    whole: float
    clause: float


SURE: Final = {
    "danger": Sure(0.47, 0.94),  # to name 112 once too often harms nobody
    "hide": Sure(0.42, 0.92),  # to hide too much does little harm, and the reply says by which word it is undone
    "stop": Sure(0.85, 2.0),  # an error sends a text for nothing; a clause alone never applies
}
"""The modifiers, and what an error costs."""

_BREAK: Final = re.compile(r"[.!?;\n]+|,(?=\s)")
_FEWEST: Final = 2
"""Minimum number of words of a clause that is read on its own: one word can mean anything."""

_LONGEST: Final = 14
_STEP: Final = 7
"""Number of words of a clause in a text without stops, and the distance between the beginnings of two such clauses."""

_IN_A_ROW: Final = 5
_A_STORY: Final = 0.6
"""Number of words in a row, and their minimum probability of being a story: fewer words can mean anything."""

MOST_CHARACTERS: Final = 4_000
_OF_THE_END: Final = 1_500
"""Maximum number of characters of a text that are read, and how many of these from its end: wishes are at the beginning or the end."""


class Clause(NamedTuple):
    """A part of a text.

    Attributes:
        text: as it was written; in a clause without end, folded words.
        intent: the likeliest intent.
        confidence: how likely that is, from 0 to 1.
    """

    text: str
    intent: str
    confidence: float


LIKELY: Final = 0.64
"""Minimum probability of an intent if an error costs little."""


class Understood(NamedTuple):
    """The intents of a text.

    Attributes:
        intent: the likeliest intent of the whole.
        confidence: how likely that is, from 0 to 1.
        clauses: the clauses of the text; one if it has no parts.
        modifiers: the intents that apply whatever else is said (see SURE).
        shares: how likely each intent of the whole is.
    """

    intent: str
    confidence: float
    clauses: tuple[Clause, ...]
    modifiers: frozenset[str]
    shares: dict[str, float]

    def most(self, *intents: str) -> float:
        """Return the highest probability of some intents, in the whole text or in one clause."""
        clauses = (one.confidence for one in self.clauses if one.intent in intents)
        return max(*(self.shares[intent] for intent in intents), *clauses, 0.0)

    def wants(self, *intents: str, sure: float = LIKELY) -> bool:
        """Return whether the whole text has one of some intents, with at least the probability `sure`."""
        return self.intent in intents and self.confidence >= sure


@lru_cache(maxsize=64)
def understood(text: str) -> Understood:
    """Return what a citizen wants with a text. The latest results are cached, because several modules ask about the same message."""
    text = _looked_at(text)
    learnt = model(OF_INTENTS)
    intents = learnt.head.labels
    said, whole, parts = _read(text)
    found, *of_parts = learnt.shares(said, [whole, *(run for _, run in parts)])
    shares = list(map(learnt.sure, found))
    best = max(shares)
    clauses = [
        Clause(part, intents[of.index(max(of))], learnt.sure(max(of)))
        for (part, _), of in zip(parts, of_parts, strict=True)
    ]
    applies = frozenset(
        name
        for name, sure in SURE.items()
        if shares[at := intents.index(name)] >= sure.whole
        or learnt.sure(max([of[at] for of in of_parts], default=0.0)) >= sure.clause
    )
    intent = intents[shares.index(best)]
    return Understood(
        intent, best, tuple(clauses) or (Clause(text, intent, best),), applies, dict(zip(intents, shares, strict=True))
    )


def tells_beside(text: str) -> bool:
    """Return whether a text that as a whole wants something else also tells a story, in any few words in a row."""
    learnt, said = model(OF_INTENTS), features.words(_looked_at(text))
    story = learnt.head.labels.index("story")
    starts = range(max(1, len(said) - _IN_A_ROW + 1))
    runs = ((at, min(at + _IN_A_ROW, len(said))) for at in starts)
    return any(learnt.sure(shares[story]) >= _A_STORY for shares in learnt.shares(said, runs))


def goes_on(text: str, *, is_clear: bool, is_placed: bool) -> float:
    """Return the probability that a text goes on with a report that its citizen has told, and begins no other one.

    Args:
        text: the text.
        is_clear: whether its words tell a subject clearly.
        is_placed: whether it names a place.
    """
    learnt, said = model(OF_SEQUELS), features.words(_looked_at(text))
    (shares,) = learnt.shares(said, [(0, len(said))])
    more = shares[learnt.head.labels.index(MORE)]
    more = learnt.sure(more) if more == max(shares) else 1.0 - learnt.sure(max(shares))
    weight = _BY_ITSELF + _CLEAR * is_clear + _PLACED * is_placed
    odds: float = exp(weight) * _odds(more) / _odds(understood(text).most("story")) ** _OF_STORY
    return odds / (1.0 + odds)


_BY_ITSELF, _CLEAR, _PLACED, _OF_STORY = 2.8, -2.4, -1.7, 0.24
"""How a clear subject, a place, and the probability of a story count beside the learnt one: logistic regression over the sequels of
held-out writers."""


def _odds(share: float) -> float:
    return (share + 0.01) / (1.01 - share)


def _looked_at(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[: MOST_CHARACTERS - _OF_THE_END]}\n{text[-_OF_THE_END:]}"


def _read(text: str) -> tuple[list[str], Run, list[tuple[str, Run]]]:
    """Return the words of a text, the run of the whole text in them, and its clauses with their runs; none if it is a single one."""
    parts = [part for part in map(str.strip, _BREAK.split(text)) if part]
    said, clauses = list[str](), list[tuple[str, Run]]()
    for part, words in zip(parts, features.words_of_each(parts), strict=False):
        begin = len(said)
        said += words
        end = len(said)
        if end - begin > _LONGEST + _STEP:
            for start in range(begin, end - _STEP, _STEP):
                window = (start, min(start + _LONGEST, end))
                clauses.append((" ".join(said[slice(*window)]), window))
        elif len(parts) > 1 and end - begin >= _FEWEST:
            clauses.append((part, (begin, end)))
    begin = 0
    if features.may_have_link(text):  # a stop within a link does not end it
        begin = len(said)
        said += features.words(text)
    else:
        said += features.signs(text)
    return said, (begin, len(said)), clauses


_STEM: Final = 4
"""Number of first letters that make words count as alike, whatever follows."""


def nearest(kind: str, text: str, number: int, of: Collection[str] = ()) -> list[tuple[float, Example]]:
    """Return the example sentences whose words are most like a text's, the most similar first, each with its similarity from 0 to 1."""
    told, rarity = _known(kind)
    asked = _weighed(_parts(text), rarity)
    return nlargest(
        number,
        (
            (sum(weight * parts.get(one, 0.0) for one, weight in asked.items()), example)
            for parts, example in told
            if not of or example.label in of
        ),
        key=lambda found: found[0],
    )


@cache
def _known(kind: str) -> tuple[list[tuple[dict[str, float], Example]], dict[str, float]]:
    """Return the sentences with the weights of their words, and how rare each word is."""
    told = examples(kind)
    said = [_parts(one.text) for one in told]
    counted = Counter(part for one in said for part in set(one))
    rarity = {part: log(len(told) / count) for part, count in counted.items()}
    return [(_weighed(parts, rarity), one) for parts, one in zip(said, told, strict=True)], rarity


def _parts(text: str) -> list[str]:
    """Return the words of a text, and their beginnings."""
    said = features.words(text)
    return [*said, *(f"{word[:_STEM]}*" for word in said if len(word) > _STEM)]


def _weighed(parts: list[str], rarity: dict[str, float]) -> dict[str, float]:
    found = {part: rarity.get(part, 0.0) for part in parts}
    length = sqrt(sum(one * one for one in found.values())) or 1.0
    return {part: one / length for part, one in found.items()}
