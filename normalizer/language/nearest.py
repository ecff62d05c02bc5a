"""Finds the example sentences that are most like a text, for people who ask why it was read so."""

from collections import Counter
from functools import cache
from heapq import nlargest
from math import log, sqrt

from normalizer.language import features
from normalizer.language.examples import Example, examples


def nearest(text: str, number: int) -> list[tuple[float, Example]]:
    """Return the example sentences that are most like a text, the likest first, each with its likeness from 0 to 1.

    Args:
        text: as it was written.
        number: how many.
    """
    told, rarity = _known()
    asked = _weighed(features.words(text), rarity)
    return nlargest(
        number,
        ((sum(weight * of.get(one, 0.0) for one, weight in asked.items()), example) for of, example in told),
        key=lambda found: found[0],
    )


@cache
def _known() -> tuple[list[tuple[dict[int, float], Example]], dict[int, float]]:
    """Return the sentences with the weights of their features, and how rare each feature is."""
    told = examples()
    said = [features.words(one.text) for one in told]
    counted = Counter(
        bucket for one in said for bucket in {bucket for word in one for bucket, _ in features.of_word(word)}
    )
    rarity = {bucket: log(len(told) / count) for bucket, count in counted.items()}
    return [(_weighed(words, rarity), one) for words, one in zip(said, told, strict=True)], rarity


def _weighed(said: list[str], rarity: dict[int, float]) -> dict[int, float]:
    found: dict[int, float] = {}
    for word in said:
        for bucket, weight in features.of_word(word):
            found[bucket] = found.get(bucket, 0.0) + weight * rarity.get(bucket, 0.0)
    length = sqrt(sum(one * one for one in found.values())) or 1.0
    return {bucket: one / length for bucket, one in found.items()}
