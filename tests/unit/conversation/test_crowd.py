"""One number that opens very many cases at once: the rest is kept with the latest case, and hears so once."""

from complaints.crypto import Keyring
from complaints.limits import MOST_ADDITIONS
from complaints.mail import MessageKind, ReplyKind
from conversation.opening import MOST_OPENED
from conversation.records import Rules
from tests.harness.stories import stories_of
from tests.harness.town import Town, law_and_reader

test_story = stories_of(__file__)


def test_a_flood_of_hundreds_loses_nothing_and_opens_few() -> None:
    """A full case takes no more: the one before it does."""
    rules = Rules(per_hour=1000)
    town = Town(Keyring.from_secret(b"s" * 32), *law_and_reader(), rules)
    streets = [f"Jalan berlubang di Jalan Nomor {number}, Kota Semarang" for number in range(MOST_ADDITIONS + 20)]
    for text in streets:
        town.say(text)
    kept = [one.text for case in town.complaints for one in town.case(case.tracking_code).complaint.additions]
    assert sorted([*(one.text for one in town.complaints), *kept]) == sorted(streets)
    assert [event.kind for event in town.landed].count(MessageKind.complaint) == len(town.complaints) == MOST_OPENED
    assert [send.kind for send in town.sends].count(ReplyKind.small_talk) == 1
