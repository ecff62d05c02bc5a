"""Adds what was learnt from example sentences to the scores of the word lists: the most if the words show little. Pure."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from normalizer.language.examples import OF_SUBJECTS
from normalizer.language.features import plain
from normalizer.language.model import Model, Run, model
from normalizer.subjects.meanings import NO_TARGET
from normalizer.text import BREAK

AT_MOST: Final = 10.0
"""Score of a subject that the examples alone show for certain: nearly as much as two clear words."""

ENOUGH: Final = 15.0
"""Score of a subject by its words from which on the examples add nothing. Below it, they add less the higher the score is."""

_SOFTENED: Final = 1.5
"""Factor for the model's temperature: reports are less like the examples than one writer's examples are like another's."""

_CLAUSE: Final = 10
"""Number of words that are read at once: about a clause of a text message."""

_READ: Final = 5 * _CLAUSE
"""Number of words of the story that are read: people first say what they want."""

_FEWEST: Final = 4
"""Minimum number of words of a title or a story that is read: fewer can mean anything."""

_TELLS: Final = 0.07
"""Minimum share of the likeliest subject for the text to be about any: thanks and reminders have less."""

_LEAST: Final = 0.1
"""Minimum score that a subject gains: less is noise."""


class Learnt:
    """What example sentences show of the subjects of a text."""

    __slots__ = ("_known", "_model", "_targets")

    def __init__(self, learnt: Model, subjects: Sequence[str]) -> None:
        self._model = learnt
        self._targets = [subjects.index(one) for one in learnt.head.labels]
        self._known = frozenset(self._targets)

    @classmethod
    def load(cls, subjects: Sequence[str]) -> "Learnt":
        """Return what was learnt from the packaged sentences, which is read at most once per process."""
        return cls(model(OF_SUBJECTS), subjects)

    def add(self, scores: dict[int, float], words: list[str], count: int) -> None:
        """Add to the scores of the subjects what the examples show, if the words do not show enough.

        If the words point first to a subject without examples, which could not gain, nothing is added. The more the words
        point to such subjects, the less the others gain.
        """
        weight = self._weight(scores, count)
        if weight <= 0.0:
            return
        shares = self._shares(words)
        if not shares or max(shares.values()) < _TELLS:
            return
        for label, share in shares.items():
            if share * weight >= _LEAST:
                target = self._targets[label]
                scores[target] = scores.get(target, 0.0) + share * weight

    def _weight(self, scores: dict[int, float], count: int) -> float:
        """Return the score that a subject would gain if the examples showed it for certain."""
        first, best, known, whole = NO_TARGET, 0.0, 0.0, 0.0
        for target, score in scores.items():
            if target < count and score > 0.0:
                whole += score
                if target in self._known:
                    known += score
                if score > best:
                    first, best = target, score
        if not whole:
            return AT_MOST
        return AT_MOST * (1.0 - best / ENOUGH) * known / whole if first in self._known else 0.0

    def _shares(self, words: list[str]) -> dict[int, float]:
        """Return the shares of the subjects, by the model's label: their mean over the clauses."""
        said, clauses = _clauses(words)
        shares: dict[int, float] = {}
        for found in self._model.likely(said, clauses, _SOFTENED):
            for label, share in found:
                shares[label] = shares.get(label, 0.0) + share / len(clauses)
        return shares


def _clauses(words: list[str]) -> tuple[list[str], list[Run]]:
    """Return the words of the title and of the story as the model sees them, and the runs of their clauses, of about equal length."""
    first = words.index(BREAK)
    second = words.index(BREAK, first + 1)
    said, clauses = list[str](), list[Run]()
    for begin, end in ((0, first), (second + 1, len(words) - 1)):
        part = plain(" ".join(words[begin : min(end, begin + _READ)])).split()
        if len(part) < _FEWEST:
            continue
        last = max(0, round(len(part) / _CLAUSE) - 1) * _CLAUSE
        starts = [*range(len(said), len(said) + last + 1, _CLAUSE), len(said) + len(part)]
        clauses += pairwise(starts)
        said += part
    return said, clauses
