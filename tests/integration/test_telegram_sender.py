"""Replies on Telegram: plain, in reply, in pieces, with the right button, and never to who is gone."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any
from uuid import UUID, uuid4

import pytest

from channels.base import Letter
from channels.telegram.client import TelegramClient
from channels.telegram.dialogue import pieces, sentences
from channels.telegram.sender import TelegramSender
from complaints import tracking, wording
from complaints.errors import OutcomeUnknown, Undeliverable, UpstreamUnavailable
from complaints.mail import ReplyKind
from tests.harness.support import free_port, wait_until
from tests.harness.telegram import House, house, upstream
from tests.harness.telegram_standin import TOKEN
from tests.harness.webhook import silent

__all__ = ["house", "upstream"]

CODE = tracking.code_for(UUID(int=7), key=b"a key of sixteen bytes or more")


def letter(
    address: dict[str, str], text: str = "Laporan Anda sudah kami terima. https://lapor.go.id <b>", **more: Any
) -> Letter:
    """Return a reply as the sender's step hands it over."""
    fields: dict[str, Any] = {"reply_id": uuid4(), "tracking_code": CODE, "kind": ReplyKind.received} | more
    return Letter(address=address, text=text, **fields)


@pytest.fixture
def talk(house: House) -> tuple[House, dict[str, str]]:
    """A channel that runs, and the reply address of a citizen who wrote."""
    house.start()
    said = house.say("jalan rusak")
    house.until(said)
    return house, {"sender": str(said["user_id"]), "chat": str(said["chat_id"]), "message": str(said["message_id"])}


def test_a_reply_is_plain_text_in_reply_to_the_complaint(talk: tuple[House, dict[str, str]]) -> None:
    """Nothing in it is markup, and no link is previewed."""
    house, address = talk
    number = house.account.send(letter(address)).result(30)
    sent = house.telegram.sent(house.citizen)[-1]
    assert str(sent["message_id"]) == number
    assert sent["text"].endswith("<b>")
    assert "parse_mode" not in sent
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert str(sent["reply_to_message"]["message_id"]) == address["message"]
    assert sent["reply_markup"] == {"remove_keyboard": True}


def test_the_question_for_the_place_has_a_button_that_shares_it(talk: tuple[House, dict[str, str]]) -> None:
    """No other question has."""
    house, address = talk
    for part in ("place", "subject"):
        text = wording.text(f"question_{part}", "telegram", code=tracking.spaced(CODE))
        house.account.send(letter(address, text, kind=ReplyKind.question)).result(30)
    place, subject = house.telegram.sent(house.citizen)[-2:]
    assert place["reply_markup"]["keyboard"][0][0]["request_location"] is True
    assert subject["reply_markup"] == {"remove_keyboard": True}


def test_a_long_reply_goes_out_in_pieces(talk: tuple[House, dict[str, str]]) -> None:
    """Cut between words; none is lost, and the last one's id counts."""
    house, address = talk
    text = " ".join(["jawaban 😀"] * 900)
    number = house.account.send(letter(address, text)).result(30)
    sent = house.telegram.sent(house.citizen)
    assert str(sent[-1]["message_id"]) == number
    assert " ".join(message["text"] for message in sent).split() == text.split()


@pytest.mark.parametrize("state", ["blocked", "deactivated"])
def test_who_is_gone_cannot_be_told(state: str, talk: tuple[House, dict[str, str]]) -> None:
    """Never; the text says why."""
    house, address = talk
    house.telegram.control("/users", {"username": house.citizen, "state": state})
    with pytest.raises(Undeliverable):
        house.account.send(letter(address)).result(30)


@pytest.mark.parametrize("address", [{"sender": "1", "chat": "1"}, {"sender": "x"}, {}])
def test_a_chat_that_is_not_there_cannot_be_told(address: dict[str, str], house: House) -> None:
    """Nor an address that names none."""
    house.start()
    with pytest.raises(Undeliverable):
        house.account.send(letter(address)).result(30)


def test_a_rate_limit_holds_all_replies_back(talk: tuple[House, dict[str, str]]) -> None:
    """Telegram is not asked again before its time."""
    house, address = talk
    house.telegram.fail(429, method="sendMessage", retry_after_s=1)
    failed: list[Callable[[], Future[str]]] = [lambda: house.account.send(letter(address))] * 2
    for send in failed:
        with pytest.raises(UpstreamUnavailable, match="429"):
            send().result(30)

    def sent() -> bool:
        try:
            return bool(house.account.send(letter(address)).result(30))
        except UpstreamUnavailable:
            return False

    wait_until(sent, what="the reply")


def test_a_command_is_answered_in_its_chat(talk: tuple[House, dict[str, str]]) -> None:
    """The first question opens the citizen's answer. In a group the answer quotes who asked, in a private chat it does not."""
    house, address = talk
    for name in ("help", "lapor"):
        house.account.send(letter(address, sentences()[name], kind=ReplyKind.small_talk)).result(30)
    about, question = house.telegram.sent(house.citizen)[-2:]
    assert "reply_markup" not in about
    assert "reply_to_message" not in about
    assert question["reply_markup"]["force_reply"] is True
    group = house.say("/bantuan@lapor1708_bot", group={"title": f"RT {house.citizen}"})
    there = {"sender": address["sender"], "chat": str(group["chat_id"]), "message": str(group["message_id"])}
    house.account.send(letter(there, sentences()["help"], kind=ReplyKind.small_talk)).result(30)
    (told,) = [message for message in house.telegram.sent() if message["chat"]["id"] == group["chat_id"]]
    assert told["reply_to_message"]["message_id"] == group["message_id"]


def test_a_code_is_not_shown_in_a_group(talk: tuple[House, dict[str, str]]) -> None:
    """Whoever has it reads and adds: its citizen gets it in private."""
    house, address = talk
    group = house.say("@lapor1708_bot jalan rusak", group={"title": f"RT {house.citizen}"})
    there = {"sender": address["sender"], "chat": str(group["chat_id"]), "message": str(group["message_id"])}
    text = wording.text("received", "telegram", code=tracking.spaced(CODE), owner="PT PLN (Persero)")
    house.account.send(letter(there, text)).result(30)
    house.account.send(letter(address, text)).result(30)
    (told,) = [message for message in house.telegram.sent() if message["chat"]["id"] == group["chat_id"]]
    assert tracking.spaced(CODE) not in told["text"]
    assert sentences()["code_in_group"] in told["text"]
    assert "PT PLN (Persero)" in told["text"]
    assert tracking.spaced(CODE) in house.telegram.sent(house.citizen)[-1]["text"]


@pytest.fixture
def in_a_group(talk: tuple[House, dict[str, str]]) -> tuple[House, dict[str, str], int]:
    """A channel that runs, the address of a citizen who reported in a group, and the group."""
    house, address = talk
    said = house.say("@lapor1708_bot RAHASIA kepala sekolah minta uang", group={"title": f"Guru {house.citizen}"})
    return house, address | {"chat": str(said["chat_id"]), "message": str(said["message_id"])}, said["chat_id"]


def test_what_is_secret_is_told_outside_the_group(in_a_group: tuple[House, dict[str, str], int]) -> None:
    """By a private message, with its code. In the group nobody reads that there is something to tell."""
    house, there, group = in_a_group
    text = wording.text("answered", "telegram", code=tracking.spaced(CODE), owner="Inspektorat", answer="Sudah")
    number = house.account.send(letter(there, text, kind=ReplyKind.answered, private=True)).result(30)
    sent = house.telegram.sent(house.citizen)[-1]
    assert (str(sent["message_id"]), sent["text"], sent["chat"]["type"]) == (number, text, "private")
    assert [message for message in house.telegram.sent() if message["chat"]["id"] == group] == []


@pytest.mark.parametrize("stranger", [True, False])
def test_whom_the_bot_cannot_write_to_in_private_reads_a_sentence_that_gives_nothing_away(
    stranger: bool, in_a_group: tuple[House, dict[str, str], int]
) -> None:
    """A bot begins no talk, and may be blocked. Officers see that he has not been told, also if the group is gone."""
    house, there, group = in_a_group
    if stranger:
        there |= {"sender": "987654321"}
    else:
        house.telegram.control("/users", {"username": house.citizen, "state": "blocked"})
    with pytest.raises(Undeliverable, match="no private chat"):
        house.account.send(letter(there, "Sudah kami periksa", private=True)).result(30)
    (told,) = [message for message in house.telegram.sent() if message["chat"]["id"] == group]
    assert told["text"] == wording.text("not_here", "telegram")
    assert str(told["reply_to_message"]["message_id"]) == there["message"]
    with pytest.raises(Undeliverable):
        house.account.send(letter(there | {"chat": "-5"}, "Sudah kami periksa", private=True)).result(30)


def test_a_server_that_takes_nothing_now_leaves_the_reply_for_later(talk: tuple[House, dict[str, str]]) -> None:
    """503 says that nothing was done, and so does a refused token."""
    house, address = talk
    house.telegram.fail(503, method="sendMessage")
    house.telegram.fail(401, method="sendMessage")
    for _ in range(2):
        with pytest.raises(UpstreamUnavailable):
            house.account.send(letter(address)).result(30)


@pytest.mark.parametrize("status", [500, 502, 504])
def test_behind_a_gateway_that_failed_the_outcome_is_unknown(status: int, talk: tuple[House, dict[str, str]]) -> None:
    """The message may have been sent before."""
    house, address = talk
    house.telegram.fail(status, method="sendMessage")
    with pytest.raises(OutcomeUnknown, match=str(status)):
        house.account.send(letter(address)).result(30)


def test_an_answer_that_comes_too_late_leaves_the_outcome_unknown(house: House) -> None:
    """Telegram may have sent it."""
    house.start(timeout_s=1.0)
    said = house.say("jalan rusak")
    house.until(said)
    house.telegram.fail(0, method="sendMessage", hang_s=3.0)
    with pytest.raises(OutcomeUnknown):
        house.account.send(letter({"sender": str(said["user_id"]), "chat": str(said["chat_id"])})).result(30)


@pytest.mark.parametrize("cut", [False, True])
def test_a_server_that_takes_the_request_and_does_not_answer_leaves_the_outcome_unknown(*, cut: bool) -> None:
    """Whether it hangs or breaks the connection."""
    with silent(cut=cut) as server:
        client = TelegramClient(server.base, token=TOKEN, timeout_s=1.0)
        with pytest.raises(OutcomeUnknown):
            TelegramSender(client).send(letter({"sender": "77"})).result(30)
        client.close()
    assert len(server.calls) == 1


def test_a_refused_connection_leaves_the_reply_for_later() -> None:
    """Nothing has left."""
    client = TelegramClient(f"http://127.0.0.1:{free_port()}", token=TOKEN)
    with pytest.raises(UpstreamUnavailable):
        TelegramSender(client).send(letter({"sender": "77"})).result(30)
    client.close()


def test_a_long_reply_that_breaks_off_is_not_begun_again(talk: tuple[House, dict[str, str]]) -> None:
    """A rate limit between its pieces is waited out; after another fault the outcome is unknown, since a piece has arrived."""
    house, address = talk
    text = " ".join(["jawaban"] * 1100)
    house.telegram.fail(0, method="sendMessage")
    house.telegram.fail(429, method="sendMessage", retry_after_s=1)
    house.account.send(letter(address, text)).result(30)
    assert [message["text"] for message in house.telegram.sent(house.citizen)] == pieces(text)
    house.telegram.fail(0, method="sendMessage")
    house.telegram.fail(503, method="sendMessage")
    with pytest.raises(OutcomeUnknown, match="only the beginning"):
        house.account.send(letter(address, text)).result(30)


def test_an_account_sends_only_between_begin_and_end(house: House) -> None:
    """Another process may own it otherwise."""
    house.start()
    assert (house.account.name, house.account.capacity, house.account.per_second) == ("telegram/1708", 30, 25)
    house.account.end()
    with pytest.raises(UpstreamUnavailable, match="not begun"):
        house.account.send(letter({"sender": "77"})).result(1)
