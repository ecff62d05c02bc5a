"""Matters told in plain words: money that officials take, the dead, noisy workshops, ferries and queues; with counter-examples."""

from normalizer.results import Reading
from router.facts import Facts
from router.routing import Router
from tests.harness.stories import stories_of
from tests.harness.tables import each_row

ROUTER = Router.load()


test_story = stories_of(__file__)


def decided(text: str) -> tuple[str, Reading]:
    """Return the id of the owner of a text, and its reading."""
    facts = Facts(ROUTER.reader.read(text))
    return ROUTER.decide(facts).owner.id, facts.reading


@each_row
def test_a_noisy_workshop_among_houses_is_a_matter_of_the_city(text: str) -> None:
    """As other noise: its office for the environment, or the one for order."""
    assert decided(text)[0] in {"dlh-12.71", "satpolpp-12.71"}
