"""The findings of a review of the accused and of the said owner: each text must reach the one whom the law names, with his own law."""

from normalizer.results import Reading
from router.facts import Facts
from router.routing import Router
from tests.harness.stories import stories_of
from tests.harness.tables import each_row

ROUTER = Router.load()


test_story = stories_of(__file__)


def decided(text: str) -> tuple[str, float, str, Reading]:
    """Return the owner of a text, its confidence, the explanation and the reading."""
    facts = Facts(ROUTER.reader.read(text))
    decision = ROUTER.decide(facts)
    return decision.owner.id, decision.confidence, decision.explanation, facts.reading


@each_row
def test_each_overseer_has_its_own_law(law: str, text: str) -> None:
    """UU 23/2014 Pasal 216 is about inspectorates of regions only."""
    explanation = decided(text)[2]
    assert law in explanation
    assert ("Pasal 216" in explanation) == ("Pasal 216" in law)
