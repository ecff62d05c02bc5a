"""What a Twitter door is made of in tests."""

from datetime import UTC, datetime
from pathlib import Path

from channels.twitter.budget import ReadBudget
from channels.twitter.channel import Pace


def twitter_pace(folder: Path, *, poll_s: float, monthly: int = 1_000_000) -> Pace:
    """Return how a door reads: often, and with a budget that lasts unless a test wants another."""
    budget = ReadBudget(folder / "reads.json", monthly=monthly, now=lambda: datetime.now(UTC))
    return Pace(poll_s=poll_s, budget=budget)
