"""What posts on X become: none that tells something is passed over, and a thread is a conversation, not a case."""

from typing import Any

import pytest

from complaints.bus.envelope import type_of
from complaints.contract import CONVERSATIONS
from complaints.mail import Reply
from tests.harness.stories import stories_of
from tests.harness.town import Town, town_of

test_story = stories_of(__file__)


@pytest.fixture
def town() -> Town:
    """A town in which nobody has complained yet."""
    return town_of()


def test_a_group_hears_nothing_of_a_report_that_was_not_told_there(town: Town) -> None:
    """Whoever asks in a group how his report stands, or goes on with it there, hears it where he told it, or alone."""
    chat: dict[str, Any] = {"channel": "telegram", "account": "telegram/1708", "sender": "88"}
    group, other = {"chat": "-100", "message": "5"}, {"chat": "-200", "message": "6"}
    town.say("Jalan berlubang di Jalan Pemuda Kota Semarang", **chat, reply_to={"chat": "88", "message": "1"})
    told, code = len(town.sends), town.complaints[0].tracking_code
    for words in ("/status", f"/status {code}", "kapan jalannya diperbaiki?", "lubangnya makin dalam"):
        town.say(words, **chat, reply_to=group)
    assert len(town.sends) > told + 2
    assert all(send.private or town.open(send)[1]["chat"] == "88" for send in town.sends[told:])
    told = len(town.sends)
    town.say("Lampu jalan mati di Jalan Melati Kabupaten Bogor", **chat, reply_to=group)
    town.say(f"/status {town.complaints[-1].tracking_code}", **chat, reply_to=group)
    town.wait(minutes=2)
    town.say(f"/status {town.complaints[-1].tracking_code}", **chat, reply_to=other)
    town.say(f"/status {town.complaints[-1].tracking_code}", **chat | {"sender": "99"}, reply_to=group)
    assert [send.private for send in town.sends[told:]] == [False, False, True, True]


def test_a_reply_about_a_report_whose_address_is_lost_is_told_in_no_group(town: Town) -> None:
    """Where its citizen wrote last is not where he told it."""
    chat: dict[str, Any] = {"channel": "telegram", "account": "telegram/1708", "sender": "88"}
    town.say("Jalan berlubang di Jalan Pemuda Kota Semarang", **chat, reply_to={"chat": "88", "message": "1"})
    told = next(record for record in town.written[CONVERSATIONS] if dict(record.headers)["ce_type"] == type_of(Reply))
    town.states.pop((CONVERSATIONS, told.key))
    town.say("/start", **chat, reply_to={"chat": "-100", "message": "5"}, small_talk="Halo!")
    town.take(told)
    assert [send.private for send in town.sends[-2:]] == [False, True]
