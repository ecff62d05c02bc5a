"""Tells what a citizen wants by a text: an intent for the whole and for each clause, and what applies whatever else he says. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from normalizer.language import features
from normalizer.language.examples import OF_INTENTS
from normalizer.language.model import model


class Sure(NamedTuple):
    """How likely an intent must be to apply beside whatever else a message says.

    Attributes:
        whole: in the whole text.
        clause: in one of its clauses: less is known of it, so it must be surer.
    """

    whole: float
    clause: float


SURE: Final = {
    "danger": Sure(0.47, 0.94),  # a 112 too much harms nobody
    "hide": Sure(0.42, 0.92),  # to hide too much does little harm, and we say back by which word it is undone
    "stop": Sure(0.85, 2.0),  # who does not want it has to read a text for nothing: only a message of nothing else
}
"""The modifiers, and what an error costs."""

_BREAK: Final = re.compile(r"[.!?;\n]+|,(?=\s)")
_FEWEST: Final = 2
"""Words of a clause that is looked at by itself: one means anything."""

_LONGEST: Final = 14
_STEP: Final = 7
"""Words of a clause without a stop, and how far apart such clauses begin: who writes without stops says as much."""

_IN_A_ROW: Final = 5
_A_STORY: Final = 0.6
"""So many words that are a story so likely: fewer mean anything."""

MOST_CHARACTERS: Final = 4_000
_OF_THE_END: Final = 1_500
"""How much of a text is looked at: its beginning and its end, where wishes stand."""


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
"""How likely an intent must be where an error costs little."""


class Understood(NamedTuple):
    """What a citizen wants by a text.

    Attributes:
        intent: the likeliest intent of the whole.
        confidence: how likely that is, from 0 to 1.
        clauses: of the text; one if it has no parts.
        modifiers: the intents that apply whatever else is said (see SURE).
        shares: how likely each intent of the whole is.
    """

    intent: str
    confidence: float
    clauses: tuple[Clause, ...]
    modifiers: frozenset[str]
    shares: dict[str, float]

    def wants(self, *intents: str, sure: float = LIKELY) -> bool:
        """Return whether the whole text has one of some intents, at least so likely."""
        return self.intent in intents and self.confidence >= sure


@lru_cache(maxsize=64)
def understood(text: str) -> Understood:
    """Return what a citizen wants by a text. It is kept for a moment, since a message is asked about at several places.

    Args:
        text: as he wrote it.
    """
    text = _looked_at(text)
    learnt = model(OF_INTENTS)
    intents = learnt.head.labels
    whole = learnt.probabilities(features.words(text))
    most = [0.0] * len(intents)
    clauses = []
    for part, said in _clauses(text):
        found = learnt.shares(said)
        best = max(range(len(intents)), key=found.__getitem__)
        clauses.append(Clause(part, intents[best], learnt.sure(found[best])))
        most = list(map(max, most, found))
    best = max(range(len(intents)), key=whole.__getitem__)
    applies = frozenset(
        name
        for name, sure in SURE.items()
        if whole[intents.index(name)] >= sure.whole or learnt.sure(most[intents.index(name)]) >= sure.clause
    )
    return Understood(
        intents[best],
        whole[best],
        tuple(clauses) or (Clause(text, intents[best], whole[best]),),
        applies,
        dict(zip(intents, whole, strict=True)),
    )


def tells_beside(text: str) -> bool:
    """Return whether a text whose whole wants something else also tells a story: some words of it in a row would be one."""
    learnt, said = model(OF_INTENTS), features.words(_looked_at(text))
    story = learnt.head.labels.index("story")
    starts = range(max(1, len(said) - _IN_A_ROW + 1))
    return any(learnt.sure(learnt.shares(said[at : at + _IN_A_ROW])[story]) >= _A_STORY for at in starts)


def _looked_at(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[: MOST_CHARACTERS - _OF_THE_END]}\n{text[-_OF_THE_END:]}"


def _clauses(text: str) -> Iterator[tuple[str, list[str]]]:
    """Return the clauses of a text with their words; none if it is one."""
    parts = [part.strip() for part in _BREAK.split(text)]
    parts = [part for part in parts if part]
    for part in parts:
        said = features.words(part)
        if len(said) > _LONGEST + _STEP:
            for start in range(0, len(said) - _STEP, _STEP):
                window = said[start : start + _LONGEST]
                yield " ".join(window), window
        elif len(parts) > 1 and len(said) >= _FEWEST:
            yield part, said
