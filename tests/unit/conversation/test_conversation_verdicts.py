"""What citizens say of an answer, in their words: that it settles nothing, that it does, and of which of their reports."""

from normalizer.language.commands import is_written_as_code
from tests.harness.stories import stories_of
from tests.harness.tables import each_row

test_story = stories_of(__file__)


@each_row
def test_a_code_is_told_with_a_digit_or_in_capital_letters(text: str, is_code: bool) -> None:
    """Other words that have the form of one are words."""
    assert is_written_as_code(text, text.split(maxsplit=1)[0].upper()) is is_code
