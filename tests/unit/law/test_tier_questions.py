"""A road in a regency whose class the text does not tell: the regency has it, unsure, and the citizen is asked once."""

from normalizer.tiers.answers import is_answer, settled_by
from router.facts import Facts
from router.routing import Router
from tests.harness.stories import stories_of
from tests.harness.tables import each_row

test_story = stories_of(__file__)


@each_row
def test_nothing_is_asked_where_the_tier_is_clear(text: str) -> None:
    """In a city, if the class is told, for a road of no weight, and if the report is about abuse of office."""
    router = Router.load()
    reading = router.reader.read(text)
    assert router.decide(Facts(reading)).asks is None


@each_row
def test_what_an_answer_settles(part: str, text: str, group: str) -> None:
    """One tier, in a few words, and only for these questions."""
    assert settled_by(part, text) == group


def test_not_to_know_is_an_answer_too() -> None:
    """It ends the question."""
    assert is_answer("road_class", "gak tau")
    assert not is_answer("road_class", "lampu mati")
