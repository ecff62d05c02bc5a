"""The month's reads: counted over restarts, warned of, and a stop that ends with the month."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from channels.twitter.budget import BudgetSpent, ReadBudget


class Calendar:
    """A clock that stands where a test puts it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the present."""
        return self.now


def test_the_stop_comes_at_all_of_it_and_ends_with_the_month(tmp_path: Path) -> None:
    """What is not read stays at X."""
    calendar = Calendar()
    budget = ReadBudget(tmp_path / "r.json", monthly=10, now=calendar)
    budget.count(9)
    budget.check()
    budget.count(1)
    with pytest.raises(BudgetSpent, match="10 of 10"):
        budget.check()
    calendar.now = datetime(2026, 12, 1, tzinfo=UTC)
    budget.check()
    budget.count(3)
    assert budget.share == 0.3


def test_the_warning_comes_once_at_eighty_percent(tmp_path: Path) -> None:
    """An operator has days to act."""
    budget = ReadBudget(tmp_path / "r.json", monthly=10, now=Calendar())
    with capture_logs() as logs:
        for _ in range(9):
            budget.count(1)
    assert [line["read"] for line in logs] == [8]


def test_a_restart_goes_on_counting(tmp_path: Path) -> None:
    """Else a crashing door would read without an end."""
    ReadBudget(tmp_path / "r.json", monthly=10, now=Calendar()).count(7)
    assert ReadBudget(tmp_path / "r.json", monthly=10, now=Calendar()).share == 0.7


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"month": "2026-11", "read": null}'])
def test_a_count_that_is_none_begins_anew_and_says_so(text: str, tmp_path: Path) -> None:
    """A damaged file must not stop the door."""
    (tmp_path / "r.json").write_text(text)
    with capture_logs() as logs:
        assert ReadBudget(tmp_path / "r.json", monthly=10, now=Calendar()).share == 0
    assert "counting anew" in logs[0]["event"]
