"""Turns a share of the scores into the probability that the owner is right."""

from bisect import bisect_left
from collections.abc import Sequence

Knots = Sequence[tuple[float, float]]
"""Points (share, probability) in rising order; between them the line is straight."""


def probability(share: float, knots: Knots) -> float:
    """Return the probability at a share; at the ends that of the last knot."""
    at = bisect_left(knots, (share, 0.0))
    if at == 0 or at == len(knots):
        return knots[min(at, len(knots) - 1)][1]
    (left, low), (right, high) = knots[at - 1], knots[at]
    return low + (high - low) * (share - left) / (right - left)


def thousandths(value: float) -> float:
    """Return a share or a probability to three decimals, in a tenth of the time of round(), which goes by way of text."""
    return int(value * 1000 + 0.5) / 1000
