"""What `lapor doctor` says about the view."""

from typing import Any

from ops.doctor import Level
from ops.lag import view
from tests.harness.tables import row_by_row

LOG = "/data/logs/view.log"


def said(behind_ms: int | None, *, ready: bool = True, waiting: int = 0) -> dict[str, Any]:
    """Return an answer of the view about its health."""
    return {"ready": ready, "behind_ms": behind_ms, "partitions": [{"waiting": waiting}, {"waiting": 1}]}


@row_by_row
def test_the_age_of_what_it_has_not_read_is_judged(behind_s: float, level: Level) -> None:
    """Like that of a group."""
    found = view("http://v:1", said(int(behind_s * 1000)), LOG)
    assert found.level is level
    assert f"{behind_s:.0f} s behind" in found.detail
    assert LOG in found.advice


def test_a_view_that_catches_up_is_waited_for() -> None:
    """It is no fault; the number of records says how long it may take."""
    found = view("http://v:1", said(None, ready=False, waiting=41), LOG)
    assert (found.level, found.what) == (Level.wait, "view http://v:1")
    assert "42 records" in found.detail


def test_a_view_that_does_not_know_how_far_it_is_behind_is_looked_at() -> None:
    """It has just begun to read on."""
    assert view("http://v:1", said(None), LOG).level is Level.warn


def test_a_view_that_does_not_answer_is_a_failure() -> None:
    """With the reason, and what to do."""
    found = view("http://v:1", "Connection refused", LOG)
    assert (found.level, found.detail) == (Level.fail, "Connection refused")
    assert "lapor run view" in found.advice
