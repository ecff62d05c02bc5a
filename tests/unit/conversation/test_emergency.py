"""Which texts tell of danger to life now: few, and none that speaks of the past, a fear, a training or a benefit."""

from normalizer.emergency import tells_of_danger
from tests.harness.tables import each_row


@each_row
def test_danger_that_lasts_is_recognised(text: str) -> None:
    """Danger to life that lasts, in each way in which people tell it: the rules stand over the rows."""
    assert tells_of_danger(text)


@each_row
def test_an_ordinary_complaint_is_none(text: str) -> None:
    """What only sounds like it: the rules stand over the rows."""
    assert not tells_of_danger(text)


def test_a_story_that_begins_with_a_fire_is_no_report_of_it() -> None:
    """Who is in danger writes a line; a text of more than thirty words behind the fire tells what came of it."""
    assert not tells_of_danger("kebakaran di pasar " + "kios milik warga di blok " * 8)


def test_a_long_text_takes_no_time() -> None:
    """It is read in one pass, and only its beginning."""
    assert not tells_of_danger("kebakaran sekarangan " * 100_000)
    assert not tells_of_danger("tolong segera " * 100_000)
    assert not tells_of_danger("tolong ada " * 100_000 + "kebakaran")
    assert not tells_of_danger("rumah " * 100_000 + "terbakar")
