"""The mark among Telegram's updates: whole or an error, and of no use when it is old or another bot's."""

import time
from pathlib import Path

import pytest

from channels.telegram.cursor import DAY_S, Mark
from complaints.errors import ConfigurationError


@pytest.mark.parametrize("text", ["", "{", "[]", '{"offset": null}', '{"bot": 1, "offset": "x", "at": 0, "told": []}'])
def test_a_mark_that_is_none_stops_the_start(text: str, tmp_path: Path) -> None:
    """It says that the file may be removed, since ids are derived."""
    (tmp_path / "mark.json").write_text(text)
    with pytest.raises(ConfigurationError, match="remove it"):
        Mark(tmp_path / "mark.json").offset()


def test_a_mark_counts_for_a_day_and_for_its_bot(tmp_path: Path) -> None:
    """After a silence Telegram's ids begin anywhere: an old offset could confirm what nobody read."""
    mark = Mark(tmp_path / "deep" / "mark.json", bot_id=1)
    assert mark.offset() is None
    mark.move(900)
    assert mark.offset() == 900
    assert mark.offset(time.time() + DAY_S + 1) is None
    assert Mark(tmp_path / "deep" / "mark.json", bot_id=2).offset() is None
    assert mark.tell_once(7)
    assert not mark.tell_once(7)
    assert mark.offset() == 900
