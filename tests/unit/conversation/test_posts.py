"""What posts on X become: none that tells something is passed over, and a thread is a conversation, not a case."""

from typing import Any

from complaints.bus.envelope import type_of
from complaints.contract import CONVERSATIONS
from complaints.mail import Reply
from tests.harness.stories import stories_of
from tests.harness.town import town_of

test_story = stories_of(__file__)


def test_a_reply_about_a_report_whose_address_is_lost_is_told_in_no_group() -> None:
    """Where its citizen wrote last is not where he told it."""
    town = town_of()
    chat: dict[str, Any] = {"channel": "telegram", "account": "telegram/1708", "sender": "88"}
    town.say("Jalan berlubang di Jalan Pemuda Kota Semarang", **chat, reply_to={"chat": "88", "message": "1"})
    told = next(record for record in town.written[CONVERSATIONS] if dict(record.headers)["ce_type"] == type_of(Reply))
    town.states.pop((CONVERSATIONS, told.key))
    town.say("/start", **chat, reply_to={"chat": "-100", "message": "5"}, small_talk="Halo!")
    town.take(told)
    assert [send.private for send in town.sends[-2:]] == [False, True]
