"""Which texts tell of danger to life now: few, and none that speaks of the past, a fear, a training or a benefit."""

from normalizer.emergency import tells_of_danger
from normalizer.language.understanding import MOST_CHARACTERS, understood
from tests.harness.tables import each_row


@each_row
def test_danger_that_lasts_is_recognised(text: str) -> None:
    """Danger to life that lasts, in each way in which people tell it: the rules stand over the rows."""
    assert tells_of_danger(text)


@each_row
def test_an_ordinary_complaint_is_none(text: str) -> None:
    """What only sounds like it: the rules stand over the rows."""
    assert not tells_of_danger(text)


def test_a_long_text_takes_no_time() -> None:
    """Only its beginning and its end are read."""
    long = "kebakaran tadi malam " * 100_000
    assert understood(long).intent == understood(long[:MOST_CHARACTERS]).intent
