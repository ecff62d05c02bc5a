"""What direct messages on X become: they are in no thread, whole as they were written, and what follows is told by direct message."""

from typing import Any

import pytest

from complaints.bus.envelope import encode
from complaints.command import CommandKind
from complaints.mail import MessageKind, ReplyKind
from tests.harness.house import said
from tests.harness.town import Town, town_of


@pytest.fixture
def town() -> Town:
    """A town in which nobody has complained yet."""
    return town_of()


def post(town: Town, text: str, *, to: str = "") -> str:
    """Post a text on X, alone or in a thread. Return the id of the thread."""
    number = str(len(town.landed) + 1)
    thread = to or number
    more: dict[str, Any] = {"channel": "twitter", "account": "twitter/@lapor1708", "upstream_id": number}
    town.say(text, sender="77", thread=thread, reply_to={"post": number, "username": "warga"}, **more)
    return thread


def direct(town: Town, text: str) -> None:
    """Send our account on X a direct message."""
    number = f"direct/{len(town.landed) + 1}"
    more: dict[str, Any] = {"channel": "twitter", "account": "twitter/direct/lapor1708", "upstream_id": number}
    town.say(text, sender="77", reply_to={"direct": "yes"}, **more)


def order(town: Town, kind: CommandKind, text: str, *, case: int = 0) -> None:
    """Let the owner of a case do something."""
    complaint = town.complaints[case]
    owner = town.case(complaint.tracking_code).owner.id
    town.take(encode(said(kind, complaint, owner, text), source="/tests"))


@pytest.mark.parametrize("secret", ["", "RAHASIA. "])
def test_what_is_asked_in_private_is_answered_in_private(town: Town, secret: str) -> None:
    """After a post: the answer to our question, a status, and a word of order with a code are read, though in no thread."""
    post(town, f"@lapor1708 {secret}Lampu jalan mati sejak Lebaran, gelap sekali")
    (complaint,) = town.complaints
    assert complaint.missing
    told = len(town.sends)
    direct(town, "Jalan Veteran, Kota Semarang")
    assert town.landed[-1].kind is MessageKind.answer
    direct(town, "STATUS")
    direct(town, f"CABUT {complaint.tracking_code}")
    assert town.case(complaint.tracking_code).state == "withdrawn"
    assert {send.kind for send in town.sends[told:]} >= {ReplyKind.completed, ReplyKind.status, ReplyKind.withdrawn}
    for send in town.sends[told:]:
        assert (send.account, town.open(send)[1]["direct"]) == ("twitter/direct/lapor1708", "yes")


def test_nothing_is_taken_out_of_a_direct_message(town: Town) -> None:
    """Whom he names at its beginning is not the thread that X writes before an answer."""
    direct(town, "@dishub_semarang parkir liar di Jalan Pemuda Kota Semarang")
    assert town.complaints[0].text.startswith("@dishub_semarang")
    direct(town, "STOP")
    assert town.landed[-1].kind is MessageKind.silence


def test_what_was_told_in_a_direct_message_is_not_told_below_a_post(town: Town) -> None:
    """Though he asks there; of what he told in a post everybody may read, also after a direct message."""
    direct(town, "Jalan berlubang di Jalan Pemuda Kota Semarang")
    post(town, f"@lapor1708 status {town.complaints[0].tracking_code}")
    assert town.sends[-1].private
    thread = post(town, "@lapor1708 Lampu jalan mati di Jalan Melati Kabupaten Bogor")
    direct(town, "terima kasih")
    post(town, "@lapor1708 status", to=thread)
    assert not town.sends[-1].private


@pytest.mark.parametrize("is_danger", [True, False])
def test_what_goes_on_from_a_direct_message_is_asked_about_in_private(town: Town, is_danger: bool) -> None:
    """Danger told with the code of another, and what is added to a closed report, are cases of their own: also after a later post."""
    if is_danger:
        post(town, "@lapor1708 Lampu jalan mati di Jalan Veteran, Kota Semarang")
        code = town.complaints[0].tracking_code
        direct(town, f"{code} tolong, anak saya dikurung dan dipukuli bapaknya sekarang di Jl Melati 5 Kota Semarang")
    else:
        direct(town, "Kepala sekolah SDN 3 Depok minta uang 500 ribu untuk rapor kemarin")
        code = town.complaints[0].tracking_code
        order(town, CommandKind.answer, "Sudah ditegur.")
        town.wait(days=16)
        direct(town, f"{code} namanya Bu Tini")
    town.wait(minutes=70)
    post(town, "@lapor1708 Lampu jalan padam di Kota Bekasi")
    order(town, CommandKind.ask, "Apakah ini masih terjadi?", case=1)
    assert town.sends[-1].kind is ReplyKind.question
    assert town.sends[-1].private or town.sends[-1].account == "twitter/direct/lapor1708"
