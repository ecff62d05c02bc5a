"""What posts on X become: none that tells something is passed over, and a thread is a conversation, not a case."""

from typing import Any
from uuid import uuid4

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


def test_what_tells_of_a_secret_report_is_for_its_citizen_alone(town: Town) -> None:
    """Whatever he hears of it, from its receipt on; of another report everybody may read."""
    thread = post(town, "@lapor1708 jalan berlubang di Jalan Pemuda Kota Semarang")
    assert [send.secret for send in town.sends] == [False]
    before = len(town.sends)
    post(town, "@lapor1708 RAHASIA", to=thread)
    post(town, "@lapor1708 status", to=thread)
    post(town, "@lapor1708 RAHASIA. Kepala desa Sukamaju Kabupaten Bogor memungut uang bansos")
    assert len(town.sends) >= before + 3
    assert all(send.secret for send in town.sends[before:])


def test_a_post_that_asks_for_a_code_learns_nothing_of_a_secret_report(town: Town) -> None:
    """A code of none, one of a secret report, and one of another's that he would withdraw, are answered in the same private way."""
    town.say("RAHASIA. Kepala desa Sukamaju Kabupaten Bogor memungut uang bansos")
    town.say("Jalan berlubang di Jalan Pemuda Kota Semarang", sender="6281111111111")
    secret, other = (one.tracking_code for one in town.complaints)
    nobodys = town.keys.tracking_code(uuid4())
    before = len(town.sends)
    for asked in (f"status {secret}", f"status {nobodys}", f"CABUT {secret}", f"CABUT {other}", f"CABUT {nobodys}"):
        post(town, f"@lapor1708 {asked}")
    assert [send.secret for send in town.sends[before:]] == [True] * 5
    post(town, f"@lapor1708 status {other}")
    assert not town.sends[-1].secret
