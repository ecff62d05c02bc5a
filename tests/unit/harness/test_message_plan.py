"""What the kill test means a message to become, it becomes without any kill."""

from complaints.crypto import Keyring
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.messages.plan import Plan
from tests.harness.town import Town

KEYS = Keyring.from_secret(b"s" * 32)


def test_a_second_story_of_another_topic_is_a_second_complaint() -> None:
    """Each of them after some others: an eighth of all pairs."""
    plan, law, reads = Plan(0, KEYS), Router.load(), Normaliser.load()
    pairs = [(first, second) for first in plan.unasked for second in plan.seconds(first)]
    lost = []
    for first, second in pairs[::8]:
        town = Town(KEYS, law, reads)
        town.say(f"{first} (100001)")
        town.say(f"{second} (100002)")
        if len(town.complaints) != 2:
            lost.append((first, second))
    assert len(pairs) > 1000
    assert not lost
