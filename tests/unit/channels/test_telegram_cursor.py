"""The cursor among Telegram's updates: of no use if it is old or damaged."""

from typing import Any

from channels.telegram.cursor import DAY_S, behind, offset
from tests.harness.tables import row_by_row

NOW_S = 1_793_600_000.0


def test_a_cursor_counts_for_a_day() -> None:
    """After a silence Telegram's ids begin anywhere: an old offset could confirm what nobody read."""
    cursor = behind(899, now_s=NOW_S)
    assert offset(cursor, now_s=NOW_S + DAY_S) == 900
    assert offset(cursor, now_s=NOW_S + DAY_S + 1) is None


@row_by_row
def test_without_a_whole_cursor_telegram_gives_all_that_is_not_confirmed(cursor: Any) -> None:
    """Ids are derived, so none becomes a second message."""
    assert offset(cursor, now_s=NOW_S) is None
