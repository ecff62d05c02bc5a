"""Finds the example sentences that are most like a text, for people who ask why it was read as it was."""

from collections import Counter
from collections.abc import Collection
from functools import cache
from heapq import nlargest
from math import log, sqrt
from typing import Final

from normalizer.language import features
from normalizer.language.examples import Example, examples

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
