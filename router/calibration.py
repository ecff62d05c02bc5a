"""Turns a share of the scores into the probability that the owner is right."""

from collections.abc import Sequence

Knots = Sequence[tuple[float, float]]
"""Points (share, probability) in rising order; between them the line is straight."""


def probability(share: float, knots: Knots) -> float:
    """Return the probability at a share; at the ends that of the last knot."""
    before = knots[0]
    if share <= before[0]:
        return before[1]
    for knot in knots[1:]:
        if share <= knot[0]:
            return before[1] + (knot[1] - before[1]) * (share - before[0]) / (knot[0] - before[0])
        before = knot
    return before[1]
