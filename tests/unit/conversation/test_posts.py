"""What posts on X become: none that tells something is passed over, and a thread is a conversation, not a case."""

from typing import Any

import pytest

from complaints.bus.envelope import encode
from complaints.command import CommandKind
from complaints.crypto import Keyring
from complaints.event import Attachment
from complaints.mail import MessageKind
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.house import said
from tests.harness.tables import row_by_row
from tests.harness.town import Town


@pytest.fixture(scope="module")
def law() -> Router:
    """The law."""
    return Router.load()


@pytest.fixture
def town(law: Router) -> Town:
    """A town in which nobody has complained yet."""
    return Town(Keyring.from_secret(b"s" * 32), law, Normaliser.load())


def post(town: Town, text: str, *, to: str = "", **more: Any) -> str:
    """Post a text on X, alone or in a thread. Return the id of the thread."""
    number = str(len(town.landed) + 1)
    town.say(
        text,
        channel="twitter",
        account="twitter/@lapor1708",
        sender="77",
        upstream_id=number,
        thread=to or number,
        reply_to={"post": number, "username": "warga", "conversation": to or number},
        **more,
    )
    return to or number


def owner_of(town: Town, number: int) -> str:
    """Return the owner of a case."""
    return town.case(town.complaints[number].tracking_code).owner.id


@row_by_row
def test_a_post_that_tells_others_to_report_and_tells_something_is_a_complaint(town: Town, text: str) -> None:
    """It was taken for publicity and passed over, without a word to its author."""
    post(town, text)
    assert [event.kind for event in town.landed] == [MessageKind.complaint]
    assert town.complaints[0].text == text
    assert town.sends


@row_by_row
def test_a_post_of_links_and_names_alone_is_not_answered(town: Town, text: str) -> None:
    """It tells nothing; with a photo it does."""
    post(town, text)
    assert [event.kind for event in town.landed] == [MessageKind.ignored]
    assert not town.sends
    photo = Attachment(name="1", media_type="image/jpeg", size_bytes=1, url="https://pbs.example/1.jpg")
    post(town, text, attachments=(photo,))
    assert town.landed[-1].kind is MessageKind.complaint


def test_a_public_body_that_only_names_our_account_is_not_answered(town: Town) -> None:
    """Of one that reports something a case is made."""
    post(town, "Punya keluhan? Sampaikan melalui SMS 1708 atau @lapor1708!", official=True)
    assert [event.kind for event in town.landed] == [MessageKind.ignored]
    assert not town.sends
    post(town, "@lapor1708 jembatan ambruk di Desa Sukamaju Kabupaten Bogor", official=True)
    assert town.landed[-1].kind is MessageKind.complaint


@pytest.mark.parametrize("channel", ["sms", "telegram"])
@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_text_opens_no_case_and_is_not_answered(town: Town, channel: str, text: str) -> None:
    """There is nothing to ask about; with a question open it is no answer."""
    town.say(text, channel=channel)
    assert [event.kind for event in town.landed] == [MessageKind.ignored]
    assert not town.sends
    town.say("jalan berlubang besar sekali", channel=channel)
    sent = len(town.sends)
    town.say(text, channel=channel)
    assert (town.landed[-1].kind, len(town.sends)) == (MessageKind.ignored, sent)


@row_by_row
def test_a_second_story_under_one_post_is_a_case_of_its_own(town: Town, first: str, second: str) -> None:
    """It entered the first case and moved it: nobody had the hole, and an accusation stood beside a public post."""
    thread = post(town, first)
    owner = owner_of(town, 0)
    post(town, second, to=thread)
    assert [event.kind for event in town.landed] == [MessageKind.complaint, MessageKind.complaint]
    assert owner_of(town, 0) == owner
    assert town.case(town.complaints[0].tracking_code).complaint.additions == ()
    assert owner_of(town, 1) != owner


@row_by_row
def test_what_goes_on_with_a_post_is_added_to_its_case(town: Town, text: str) -> None:
    """As by SMS, but that a thread has no days after which it is told anew."""
    thread = post(town, "@lapor1708 jalan berlubang di Jalan Pemuda Kota Semarang")
    town.wait(days=20)
    post(town, text, to=thread)
    assert [event.kind for event in town.landed] == [MessageKind.complaint, MessageKind.addition]


def test_of_two_cases_in_a_thread_each_gets_what_is_told_of_it(town: Town) -> None:
    """By its matter; words without one go to the latest."""
    thread = post(town, "@lapor1708 jalan berlubang di Jalan Pemuda Kota Semarang")
    post(town, "@lapor1708 anak saya ditolak RSUD Kota Bekasi padahal punya BPJS", to=thread)
    post(town, "@lapor1708 jalan berlubangnya makin dalam", to=thread)
    post(town, "@lapor1708 mohon segera", to=thread)
    assert [len(town.case(one.tracking_code).complaint.additions) for one in town.complaints] == [1, 1]


def test_a_thread_disputes_the_answer_to_its_case(town: Town) -> None:
    """In words that name no other matter."""
    thread = post(town, "@lapor1708 jalan berlubang di Jalan Pemuda Kota Semarang")
    first = town.complaints[0]
    town.take(encode(said(CommandKind.answer, first, owner_of(town, 0), "Sudah ditambal"), source="/tests"))
    post(town, "@lapor1708 belum selesai, masih berlubang", to=thread)
    assert town.landed[-1].kind is MessageKind.disagreement
    assert town.case(first.tracking_code).state == "dibuka kembali"
