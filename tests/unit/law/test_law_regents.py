"""Regencies named like everyday words, or by their short names; money at a traffic check, children at work, and questions."""

from complaints.event import ComplaintClass
from router.routing import Router
from tests.harness.stories import stories_of
from tests.harness.tables import each_row

ROUTER = Router.load()


test_story = stories_of(__file__)


@each_row
def test_a_question_without_a_question_mark_or_an_opening_verb_is_one(text: str) -> None:
    """It lacks no date and no evidence (PermenPANRB 62/2018: a request for information has five working days)."""
    reading = ROUTER.reader.read(text)
    assert reading.complaint_class == ComplaintClass.information_request
    assert not {"date", "evidence"} & {*reading.missing}
