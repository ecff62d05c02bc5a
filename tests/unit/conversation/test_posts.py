"""What posts on X become: none that tells something is passed over, and a thread is a conversation, not a case."""

from typing import Any

import pytest

from complaints.crypto import Keyring
from complaints.event import Attachment
from complaints.mail import MessageKind
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.stories import stories_of
from tests.harness.tables import row_by_row
from tests.harness.town import Town

test_story = stories_of(__file__)


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


@row_by_row
def test_a_post_of_links_and_names_alone_is_not_answered(town: Town, text: str) -> None:
    """It tells nothing; with a photo it does."""
    post(town, text)
    assert [event.kind for event in town.landed] == [MessageKind.ignored]
    assert not town.sends
    photo = Attachment(name="1", media_type="image/jpeg", size_bytes=1, url="https://pbs.example/1.jpg")
    post(town, text, attachments=(photo,))
    assert town.landed[-1].kind is MessageKind.complaint


def test_of_two_cases_in_a_thread_each_gets_what_is_told_of_it(town: Town) -> None:
    """By its matter; words without one go to the latest."""
    thread = post(town, "@lapor1708 jalan berlubang di Jalan Pemuda Kota Semarang")
    post(town, "@lapor1708 anak saya ditolak RSUD Kota Bekasi padahal punya BPJS", to=thread)
    post(town, "@lapor1708 jalan berlubangnya makin dalam", to=thread)
    post(town, "@lapor1708 mohon segera", to=thread)
    assert [len(town.case(one.tracking_code).complaint.additions) for one in town.complaints] == [1, 1]
