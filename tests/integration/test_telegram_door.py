"""The Telegram channel against the stand-in: every message once, the offset behind what is committed, and Telegram's faults outlived."""

import time
from hashlib import sha256
from uuid import uuid4

import httpx
import pytest

from channels.telegram.dialogue import sentences
from complaints import tracking
from complaints.event import Region
from complaints.ids import message_id
from complaints.runtime.upstream import Upstream
from tests.harness.fakes import Mode
from tests.harness.mailboxes import received
from tests.harness.support import normalised, wait_until
from tests.harness.tables import row_by_row
from tests.harness.telegram import House, house, upstream
from tests.harness.telegram_standin import TOKEN

__all__ = ["house", "upstream"]


def test_messages_come_in_the_order_in_which_they_were_written(house: House) -> None:
    """More than Telegram gives at once."""
    said = [house.say(f"jalan rusak nomor {number}") for number in range(130)]
    house.pass_by(said[-1])
    assert house.texts() == [f"jalan rusak nomor {number}" for number in range(130)]
    assert [message.upstream_id for message in house.messages()] == [house.name_of(one) for one in said]


def test_a_page_and_its_cursor_are_one(house: House) -> None:
    """The same page comes until it is committed; only then is the next one read, and Telegram told that this one is done."""
    house.producer.mode = Mode.away
    first = house.say("banjir di Semarang")
    house.start()
    wait_until(lambda: house.account.page() is not None, what="the page")
    second = house.say("pungli")
    time.sleep(1.0)
    page = house.account.page()
    assert page is not None
    assert page is house.account.page()
    assert len(page.records) == 1
    assert page.cursor["offset"] == first["update_id"] + 1
    assert house.telegram.status()["pending"] >= 2
    house.producer.mode = Mode.up
    house.until(second)
    house.stop()
    assert house.texts() == ["banjir di Semarang", "pungli"]


def test_an_account_that_is_not_begun_neither_polls_nor_sends(house: House) -> None:
    """A second process waits."""
    house.start()
    house.owner.stop()
    wait_until(lambda: house.telegram.status()["polling"] == 0, what="the end of the poll")
    house.say("siapa yang membaca?")
    time.sleep(0.7)
    assert house.telegram.status()["polling"] == 0
    assert house.account.page() is None
    assert house.telegram.status()["pending"] >= 1
    house.stop()


def test_a_rate_limit_is_waited_out(house: House) -> None:
    """429 says how long; not one look is taken before."""
    house.telegram.fail(429, method="getUpdates", retry_after_s=1)
    said = house.say("pungli")
    started = time.monotonic()
    house.start()
    house.until(said)
    assert time.monotonic() - started >= 1.0
    house.stop()


def test_faults_of_telegram_are_tried_again_at_growing_pauses(house: House) -> None:
    """Twice 502, then it goes on where it was."""
    house.telegram.fail(502, method="getUpdates", count=2)
    said = house.say("KTP belum jadi")
    started = time.monotonic()
    house.start()
    house.until(said)
    assert time.monotonic() - started >= 1.0 + 2.0
    house.stop()
    assert house.texts() == ["KTP belum jadi"]


def test_another_poll_of_the_same_bot_is_outlived(house: House) -> None:
    """409 ends ours; it is taken up again, and nothing is lost or doubled."""
    house.start()
    wait_until(lambda: house.telegram.status()["polling"] == 1, what="the poll")
    httpx.get(f"{house.telegram.base}/bot{TOKEN}/getUpdates", params={"timeout": 0})
    said = house.say("sampah menumpuk")
    house.until(said)
    house.stop()
    assert house.texts() == ["sampah menumpuk"]


def test_a_refused_token_is_reported_and_tried_again_and_ends_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other channels of the process live on, and an operator reads the name of the setting."""
    monkeypatch.setattr("channels.polling.REFUSED_PAUSE_S", 0.5)
    house.start(token="1708:another")
    turns = house.turns
    wait_until(lambda: "LAPOR_TELEGRAM_TOKEN" in house.reason(), what="the report")
    wait_until(lambda: house.turns > turns + 2, what="the heartbeat")
    assert "bot 1708" in {reach.account for reach in Upstream.read(house.folder / "upstreams", "telegram")}
    assert "1708:another" not in (house.folder / "upstreams" / "telegram.json").read_text()
    assert house.thread.is_alive()
    house.stop()
    assert house.failed == []


def test_what_cannot_be_read_is_kept_and_the_offset_moves_on(house: House) -> None:
    """Its bytes are sealed, without who it was."""
    raw = house.telegram.control(
        "/raw", {"kind": "message", "body": {"message_id": "x", "chat": 7, "from": {"id": 7, "first_name": "Siti"}}}
    )
    house.start()
    house.until(raw)
    said = house.say("air mati")
    house.until(said)
    house.stop()
    (record,) = [record for record in received(house.producer) if record.fault is not None]
    assert (record.error_class, record.account) == ("MalformedMessage", "telegram/1708")
    content = house.keys.unseal(record.sealed, owner=record.id, month=record.month)
    assert b'"message_id": "x"' in content
    assert b"Siti" not in content
    assert house.texts() == ["air mati"]


def test_a_photo_is_kept_by_the_hash_of_its_content(house: House) -> None:
    """The largest size, before the update is safe."""
    content = b"\xff\xd8 lubang" * 1000
    said = house.telegram.show(content, house.citizen, caption="lubang di jalan")
    house.pass_by(said)
    (attachment,) = house.messages()[0].attachments
    assert attachment.sha256 == sha256(content).hexdigest()
    assert attachment.size_bytes == len(content)
    assert (house.files.path / attachment.sha256).read_bytes() == content


def test_a_file_that_telegram_does_not_give_costs_no_complaint(house: House) -> None:
    """The message keeps Telegram's name of it: too large, gone, or out of reach for three tries."""
    large = house.telegram.show(b"x", house.citizen, kind="video", caption="banjir besar", file={"size": 30_000_000})
    house.telegram.fail(500, method="getFile", count=3)
    away = house.telegram.show(b"x", house.citizen, caption="jalan rusak")
    house.start()
    house.until(large)
    house.until(away)
    house.stop()
    attachments = [attachment for message in house.messages() for attachment in message.attachments]
    assert [attachment.sha256 for attachment in attachments] == [None, None]
    assert all((attachment.url or "").startswith("telegram-file:") for attachment in attachments)
    assert house.texts() == ["banjir besar", "jalan rusak"]


def test_a_file_that_we_cannot_keep_holds_the_offset(house: House) -> None:
    """A full disk passes; the complaint comes with its picture."""
    house.files.full = True
    said = house.telegram.show(b"gambar", house.citizen, caption="jembatan putus")
    house.start()
    wait_until(lambda: house.files.tries > 1, what="some tries")
    assert not house.safe(said)
    house.files.full = False
    house.until(said)
    house.stop()
    assert house.messages()[-1].attachments[0].sha256 == sha256(b"gambar").hexdigest()


def test_slow_files_hold_a_page_only_for_a_while(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten pictures that Telegram does not give in time: what others write comes nevertheless, and the pictures can be fetched later."""
    monkeypatch.setattr("channels.telegram.handover.PAGE_S", 2.0)
    house.telegram.fail(0, method="file", count=4, hang_s=6.0)
    for number in range(10):
        house.telegram.show(b"lambat", house.citizen, caption=f"lubang {number}")
    last = house.say("air mati")
    started = time.monotonic()
    house.start()
    house.until(last)
    assert time.monotonic() - started < 6.0
    house.stop()
    assert len(house.texts()) == 11
    assert {message.attachments[0].sha256 for message in house.messages()[:10]} == {None}


def test_an_album_is_one_message_even_if_its_parts_come_apart(house: House) -> None:
    """The channel waits until it is quiet; what others write behind it waits too."""
    house.start()
    album = uuid4().hex
    first = house.telegram.show(b"1", house.citizen, album=album)
    time.sleep(0.7)
    house.telegram.show(b"2", house.citizen, album=album, caption="tanggul jebol")
    last = house.say("laporan lain: lampu mati")
    house.until(last)
    house.stop()
    assert house.texts() == ["laporan lain: lampu mati", "tanggul jebol"] or house.texts() == [
        "tanggul jebol",
        "laporan lain: lampu mati",
    ]
    both = next(message for message in house.messages() if message.text == "tanggul jebol")
    assert (len(both.attachments), both.parts, both.follows) == (2, 2, "")
    assert house.safe(first)


def test_a_part_of_an_album_that_comes_late_follows_the_album(house: House) -> None:
    """Under an id of its own."""
    house.start()
    album = uuid4().hex
    house.until(house.telegram.show(b"1", house.citizen, album=album, caption="jalan rusak di Kota Semarang"))
    late = house.telegram.show(b"2", house.citizen, album=album)
    house.until(late)
    house.stop()
    first, second = house.messages()
    assert second.follows == first.upstream_id
    assert second.upstream_id == f"{first.upstream_id}-{late['message_id']}"
    assert len(second.attachments) == 1


def test_an_album_of_a_page_that_was_not_committed_is_read_again_whole(house: House) -> None:
    """A part that came meanwhile belongs to it: nothing of it is safe yet."""
    house.producer.mode = Mode.away
    album = uuid4().hex
    house.telegram.show(b"1", house.citizen, album=album, caption="jembatan putus")
    house.start()
    wait_until(lambda: house.account.page() is not None, what="the page")
    house.owner.stop()
    last = house.telegram.show(b"2", house.citizen, album=album)
    house.producer.mode = Mode.up
    house.owner = type(house.owner)(house.account, house.owner._commit, cursor=house.cursor)
    house.until(last)
    house.stop()
    (whole,) = house.messages()
    assert (len(whole.attachments), whole.follows) == (2, "")


def test_a_changed_message_follows_the_one_that_it_changes(house: House) -> None:
    """Whatever else the citizen said meanwhile; its new text is a message of its own."""
    house.start()
    said = house.say("jalan berlubang di Kota Semarang")
    house.say("sampah menumpuk di Kota Bandung")
    where = {"chat_id": said["chat_id"], "message_id": said["message_id"]}
    edited = house.telegram.control("/edits", where | {"text": "jalan berlubang di Kota Semarang, depan pasar Johar"})
    house.until(edited)
    house.stop()
    changed = house.messages()[-1]
    assert changed.follows == house.name_of(said)
    assert changed.upstream_id.startswith(f"{changed.follows}-")
    assert "pasar Johar" in changed.text


def test_a_reply_to_our_message_is_about_the_case_that_it_names(house: House) -> None:
    """By the tracking code in the quoted message."""
    house.start()
    said = house.say("jalan berlubang")
    code = house.keys.tracking_code(message_id("telegram", house.name_of(said)))
    words = f"Laporan Anda dengan kode {tracking.spaced(code)} kami teruskan."
    client = house.channel._client
    answer = client.tell(said["chat_id"], [words], answers=None, keyboard=None).result(30)
    house.until(house.say("sekarang tambah dalam", reply_to=int(answer)))
    house.stop()
    assert house.messages()[-1].about == code


def test_a_shared_position_stands_in_the_place(house: House) -> None:
    """As degrees, with what the venue is called."""
    said = house.say(location={"latitude": -6.9932, "longitude": 110.4203})
    house.pass_by(said)
    (message,) = house.messages()
    assert message.address == ""
    assert message.shared_location == (-6.9932, 110.4203)
    place = normalised(message, house.keys).place
    assert place.pin is not None
    assert (place.pin.latitude, place.pin.longitude) == (-6.9932, 110.4203)
    assert place.regency == Region(code="33.74", name="Kota Semarang")


@row_by_row
def test_a_command_is_a_message_with_the_sentence_that_answers_it(text: str, sentence: str, house: House) -> None:
    """The conversation answers it, once, however often the update comes."""
    said = house.say(text)
    house.pass_by(said)
    (message,) = house.messages()
    assert (message.text, message.small_talk) == (text, sentences()[sentence])
    assert house.telegram.sent(house.citizen) == []


def test_groups_hear_only_answers_to_what_they_asked(house: House) -> None:
    """A group's own talk is nobody's message; it moves the offset all the same."""
    group = {"title": f"RT {house.citizen}"}
    house.say("lampu mati ya?", group=group)
    asked = house.say("@lapor1708_bot lampu jalan mati di RT kami", group=group)
    house.say("/bantuan@lapor1708_bot", group=group)
    last = house.say("terima kasih semua", group=group)
    house.pass_by(last)
    told, command = house.messages()
    assert told.text == "lampu jalan mati di RT kami"
    assert told.reply_to == {"chat": str(asked["chat_id"]), "message": str(asked["message_id"])}
    assert command.small_talk == sentences()["help"]


def test_the_menu_is_set(house: House) -> None:
    """With the commands that there are."""
    house.start()
    wait_until(lambda: bool(house.telegram.status()["commands"]), what="the menu")
    house.stop()
    assert [entry["command"] for entry in house.telegram.status()["commands"]] == [
        "lapor",
        "status",
        "bantuan",
        "batal",
    ]
