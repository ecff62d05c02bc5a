"""What citizens say of an answer, in their words: that it settles nothing, that it does, and of which of their reports."""

from complaints.bus.envelope import encode
from complaints.command import CommandKind
from normalizer.language.commands import is_written_as_code
from tests.harness.house import said
from tests.harness.stories import stories_of
from tests.harness.tables import each_row
from tests.harness.town import Town, town_of

test_story = stories_of(__file__)


def act(made: Town, at: int, kind: CommandKind, text: str) -> None:
    """Let the owner of a report do something."""
    told = made.complaints[at]
    made.take(encode(said(kind, told, made.case(told.tracking_code).owner.id, text), source="/tests"))
    made.wait(minutes=5)


def answered(*told: str) -> Town:
    """Return a town in which each report has an answer, the last one last."""
    made = town_of(*told)
    for at in range(len(told)):
        act(made, at, CommandKind.answer, "Sudah kami tangani.")
    return made


def opened(made: Town) -> list[bool]:
    """Return which of the reports are open again."""
    return [made.case(one.tracking_code).state == "reopened" for one in made.complaints]


@each_row
def test_a_code_is_told_with_a_digit_or_in_capital_letters(text: str, is_code: bool) -> None:
    """Other words that have the form of one are words."""
    assert is_written_as_code(text, text.split(maxsplit=1)[0].upper()) is is_code
