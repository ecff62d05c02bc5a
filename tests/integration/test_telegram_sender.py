"""Replies on Telegram: plain, in reply, in pieces, with the right button, and never to who is gone."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any
from uuid import UUID, uuid4

import pytest

from channels.base import Letter
from complaints import tracking, wording
from complaints.errors import Undeliverable, UpstreamUnavailable
from complaints.event import ReplyKind
from tests.harness.support import wait_until
from tests.harness.telegram import House, house, upstream

__all__ = ["house", "upstream"]

CODE = tracking.code_for(UUID(int=7), key=b"a key of sixteen bytes or more")


def letter(
    address: dict[str, str], text: str = "Laporan Anda sudah kami terima. https://lapor.go.id <b>", **more: Any
) -> Letter:
    """Return a reply as the courier hands it over."""
    fields: dict[str, Any] = {"reply_id": uuid4(), "tracking_code": CODE, "kind": ReplyKind.received} | more
    return Letter(address=address, text=text, **fields)


@pytest.fixture
def talk(house: House) -> tuple[House, dict[str, str]]:
    """A door that runs, and the reply address of a citizen who wrote."""
    house.start()
    said = house.say("jalan rusak")
    house.until_safe(said)
    return house, {"sender": str(said["user_id"]), "chat": str(said["chat_id"]), "message": str(said["message_id"])}


def test_a_reply_is_plain_text_in_reply_to_the_complaint(talk: tuple[House, dict[str, str]]) -> None:
    """Nothing in it is markup, and no link is previewed."""
    house, address = talk
    number = house.sender.send(letter(address)).result(30)
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
        house.sender.send(letter(address, text, kind=ReplyKind.question)).result(30)
    place, subject = house.telegram.sent(house.citizen)[-2:]
    assert place["reply_markup"]["keyboard"][0][0]["request_location"] is True
    assert subject["reply_markup"] == {"remove_keyboard": True}


def test_a_long_reply_goes_out_in_pieces(talk: tuple[House, dict[str, str]]) -> None:
    """Cut between words; none is lost, and the last one's id counts."""
    house, address = talk
    text = " ".join(["jawaban 😀"] * 900)
    number = house.sender.send(letter(address, text)).result(30)
    sent = house.telegram.sent(house.citizen)
    assert str(sent[-1]["message_id"]) == number
    assert " ".join(message["text"] for message in sent).split() == text.split()


@pytest.mark.parametrize("state", ["blocked", "deactivated"])
def test_who_is_gone_cannot_be_told(state: str, talk: tuple[House, dict[str, str]]) -> None:
    """Never; the text says why."""
    house, address = talk
    house.telegram.control("/users", {"username": house.citizen, "state": state})
    with pytest.raises(Undeliverable):
        house.sender.send(letter(address)).result(30)


@pytest.mark.parametrize("address", [{"sender": "1", "chat": "1"}, {"sender": "x"}, {}])
def test_a_chat_that_is_not_there_cannot_be_told(address: dict[str, str], house: House) -> None:
    """Nor an address that names none."""
    house.start()
    with pytest.raises(Undeliverable):
        house.sender.send(letter(address)).result(30)


def test_a_rate_limit_holds_all_replies_back(talk: tuple[House, dict[str, str]]) -> None:
    """Telegram is not asked again before its time."""
    house, address = talk
    house.telegram.fail(429, method="sendMessage", retry_after_s=1)
    failed: list[Callable[[], Future[str]]] = [lambda: house.sender.send(letter(address))] * 2
    for send in failed:
        with pytest.raises(UpstreamUnavailable, match="429"):
            send().result(30)

    def sent() -> bool:
        try:
            return bool(house.sender.send(letter(address)).result(30))
        except UpstreamUnavailable:
            return False

    wait_until(sent, what="the reply")


def test_a_fault_of_telegram_leaves_the_reply_for_later(talk: tuple[House, dict[str, str]]) -> None:
    """It was not sent."""
    house, address = talk
    house.telegram.fail(502, method="sendMessage")
    with pytest.raises(UpstreamUnavailable):
        house.sender.send(letter(address)).result(30)
