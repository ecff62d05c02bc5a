"""What posts on X become: none that tells something is passed over, and a thread is a conversation, not a case."""

from typing import Any
from uuid import uuid4

import pytest

from complaints.bus.envelope import type_of
from complaints.command import CommandKind
from complaints.contract import CONVERSATIONS
from complaints.crypto import Keyring
from complaints.event import Attachment
from complaints.mail import MessageKind, Reply, ReplyKind
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


@pytest.mark.parametrize("word", ["CABUT", "RAHASIA", "STATUS", "STATUS 7K3M9QX2RTS"])
def test_nobody_is_asked_in_public_for_a_code(town: Town, word: str) -> None:
    """Also who has no case: he would write the code where everybody reads it."""
    post(town, f"@lapor1708 {word}")
    assert [send.private for send in town.sends if "kode" in town.open(send)[0]] == [True] * len(town.sends)


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
    assert [send.private for send in town.sends] == [False]
    before = len(town.sends)
    post(town, "@lapor1708 RAHASIA", to=thread)
    post(town, "@lapor1708 status", to=thread)
    post(town, "@lapor1708 RAHASIA. Kepala desa Sukamaju Kabupaten Bogor memungut uang bansos")
    assert len(town.sends) >= before + 3
    assert all(send.private for send in town.sends[before:])


def test_a_post_that_asks_for_a_code_learns_nothing_of_a_secret_report(town: Town) -> None:
    """A code of none, one of a secret report, and one of another's that he would withdraw, are answered in the same private way."""
    town.say("RAHASIA. Kepala desa Sukamaju Kabupaten Bogor memungut uang bansos")
    town.say("Jalan berlubang di Jalan Pemuda Kota Semarang", sender="6281111111111")
    secret, other = (one.tracking_code for one in town.complaints)
    nobodys = town.keys.tracking_code(uuid4())
    before = len(town.sends)
    for asked in (f"status {secret}", f"status {nobodys}", f"CABUT {secret}", f"CABUT {other}", f"CABUT {nobodys}"):
        post(town, f"@lapor1708 {asked}")
    assert [send.private for send in town.sends[before:]] == [True] * 5
    post(town, "@lapor1708 Lampu jalan mati di Jalan Pemuda Kota Semarang")
    post(town, f"@lapor1708 status {other}")
    assert town.sends[-1].private, "it was told by SMS, where nobody else reads"
    post(town, f"@lapor1708 status {town.complaints[-1].tracking_code}")
    assert not town.sends[-1].private


def test_a_post_that_is_hidden_itself_hides_the_case_that_it_is_added_to(town: Town) -> None:
    """Whoever quotes a secret post of his own below an open one of his. Once: he does not hear of it each time."""
    thread = post(town, "@lapor1708 jalan berlubang di Jalan Pemuda Kota Semarang")
    for words in ("@lapor1708 lubangnya sedalam lutut", "@lapor1708 lubangnya makin dalam"):
        post(town, words, to=thread, secret=True, anonymous=True)
        complaint = town.case(town.complaints[0].tracking_code).complaint
        assert (complaint.secret, complaint.anonymous) == (True, True)
    assert [command.kind for command in town.commands].count(CommandKind.hide) == 1
    assert all(send.private for send in town.sends[1:])


def test_who_is_not_to_be_named_is_not_answered_where_others_read(town: Town) -> None:
    """An answer below his post would name him with his report: that he is hidden, and whatever he hears of it from then on."""
    thread = post(town, "@lapor1708 jalan berlubang di Jalan Pemuda Kota Semarang")
    assert [send.private for send in town.sends] == [False]
    post(town, "@lapor1708 tolong jangan sebut nama saya", to=thread)
    complaint = town.case(town.complaints[0].tracking_code).complaint
    assert (complaint.anonymous, complaint.secret) == (True, False)
    post(town, "@lapor1708 status", to=thread)
    post(town, "@lapor1708 lubangnya makin dalam", to=thread)
    assert {ReplyKind.hidden, ReplyKind.status, ReplyKind.completed} <= {send.kind for send in town.sends[1:]}
    assert all(send.private for send in town.sends[1:])
    assert not any(send.secret for send in town.sends)
    post(town, "@lapor1708 Lurah Sukamaju Kabupaten Bogor minta uang, jangan sebut nama saya")
    assert town.sends[-1].private


def test_whoever_asks_in_a_group_by_a_code_learns_nothing_of_it(town: Town) -> None:
    """A code of none is answered as one of a secret report is: in private."""
    town.say("RAHASIA. Kepala desa Sukamaju Kabupaten Bogor memungut uang bansos")
    before = len(town.sends)
    for code in (town.complaints[0].tracking_code, town.keys.tracking_code(uuid4())):
        to = {"chat": "-100", "message": "5"}
        town.say(f"/status {code}", channel="telegram", account="telegram/1708", sender="88", reply_to=to)
    assert [send.private for send in town.sends[before:]] == [True, True]


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
