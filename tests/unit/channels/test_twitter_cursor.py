"""The place among our mentions: every page moves it, a gap is remembered, and the month's reads are counted in it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from channels.twitter.cursor import Place
from tests.harness.json_values import json_values
from tests.harness.tables import row_by_row

MONTH = "2026-11"


def test_a_page_without_older_ones_moves_the_place_to_its_newest_post() -> None:
    """The next look asks for what is newer."""
    assert Place(since_id="5").after([9, 8, 7], older=False) == Place(since_id="9")


def test_a_page_with_older_ones_leaves_a_gap_that_is_closed_from_its_upper_end() -> None:
    """A gap of three pages: whoever takes over between them goes on in the middle."""
    first = Place(since_id="5").after([99, 98], older=True)
    assert first == Place(since_id="5", until_id="98", newest_id="99")
    second = Place.of(json.loads(json.dumps(first.cursor()))).after([97, 96], older=True)
    assert second == Place(since_id="5", until_id="96", newest_id="99")
    assert second.after([95], older=False) == Place(since_id="99")
    assert second.after([], older=False) == Place(since_id="99")


def test_an_empty_page_moves_nothing() -> None:
    """Nothing was written, so nothing needs a commit."""
    place = Place(since_id="5", month=MONTH, read=3)
    assert place.after([], older=False) == place


def test_the_count_ends_with_its_month() -> None:
    """X bills by the month."""
    place = Place().counted(7, MONTH).counted(2, MONTH)
    assert place.share(10, MONTH) == 0.9
    assert place.share(10, "2026-12") == 0
    assert place.counted(3, "2026-12").share(10, "2026-12") == 0.3


@row_by_row
def test_what_is_damaged_in_a_cursor_is_as_at_the_beginning(cursor: Any) -> None:
    """Posts are then read again, and none becomes a second message."""
    assert Place.of(cursor) == Place()


@given(st.dictionaries(st.sampled_from(["since_id", "until_id", "newest_id", "month", "read"]), json_values()))
def test_any_cursor_is_a_place(cursor: dict[str, Any]) -> None:
    """Whatever stands in it."""
    place = Place.of(cursor)
    assert Place.of(place.cursor()) == place
