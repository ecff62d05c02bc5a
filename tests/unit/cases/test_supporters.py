"""What a supporter says, hears and takes along, in the words of citizens, with the real law."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from complaints.command import CommandKind
from complaints.fact import FactKind
from complaints.tracking import spaced
from tests.harness.stories import stories_of
from tests.harness.street import DESK, Street
from tests.harness.tables import row_by_row
from tests.harness.view import ServedView

test_story = stories_of(__file__)

A, B = "628111", "628222"


@pytest.fixture
def street() -> Street:
    """The main case of A, and B as its supporter."""
    made = Street(A, B)
    assert made.case(B).main == made.code(A)
    return made


@pytest.fixture
def view(tmp_path: Path) -> Iterator[ServedView]:
    """The view of the cases, which officers ask."""
    made = ServedView(tmp_path)
    yield made
    made.close()


WHERE_HE_LIVES = "tiangnya persis di depan warung sate saya pak"


@row_by_row
def test_who_hides_his_report_later_hides_what_the_main_case_was_told(
    street: Street, view: ServedView, words: str
) -> None:
    """Neither his words nor his code are shown there any more, to officers and by `lapor explain`; on Kafka they stay."""
    street.says(B, WHERE_HE_LIVES)
    assert WHERE_HE_LIVES in street.told_by_case_show(A, view)
    street.says(B, words)
    assert [fact.text for fact in street.facts(A, FactKind.seconded)] == [WHERE_HE_LIVES]
    shown = street.told_by_case_show(A, view)
    assert WHERE_HE_LIVES not in shown
    assert street.code(B) not in shown
    assert spaced(street.code(B)) not in shown
    assert "not shown any more" in shown


def test_who_hides_his_report_after_the_main_case_let_him_go_hides_his_words_there(
    street: Street, view: ServedView
) -> None:
    """It ended, and he is no supporter any more."""
    street.says(B, WHERE_HE_LIVES)
    street.act(CommandKind.withdraw, A, DESK, "warga datang", source="walk-in")
    assert WHERE_HE_LIVES in street.told_by_case_show(A, view)
    street.says(B, "RAHASIA")
    assert WHERE_HE_LIVES not in street.told_by_case_show(A, view)
