"""What goes on with what a citizen told before: secrecy, corrections, the same matter, a photo, a rating; and the words of a post on X."""

import pytest

from normalizer import corrections
from normalizer.language.commands import rated
from normalizer.language.hiding import asks_to_be_hidden
from normalizer.posts import own_words
from tests.harness.stories import stories_of
from tests.harness.support import message
from tests.harness.tables import each_row

test_story = stories_of(__file__)


@each_row
def test_a_secret_that_is_told_of_hides_nothing(text: str) -> None:
    """It is an ordinary word."""
    assert not asks_to_be_hidden(text)


def test_only_a_post_loses_names() -> None:
    """And only at its beginning, but for ours."""
    sms = message("@lapor1708 CABUT")
    assert own_words(sms) == sms.text
    tweet = message("@budi @Lapor1708 jalan @dpu_smg rusak @LAPOR1708", channel="twitter", account="twitter/@lapor1708")
    assert own_words(tweet) == "jalan @dpu_smg rusak"


@each_row
def test_what_corrects_is_told_from_what_begins_like_it(text: str, *, is_one: bool) -> None:
    """An idiom corrects nothing."""
    assert (corrections.begins(text) or corrections.correction(text) is not None) == is_one


@pytest.mark.parametrize("text", ["2 lubang di jalan", "dua lampu mati", "12345678901"])
def test_what_counts_things_is_no_rating(text: str) -> None:
    """Nor is the number of a meter."""
    assert rated(text) is None
