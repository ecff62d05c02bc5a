"""The Telegram door against the stand-in: every message once, the offset behind what is safe, and Telegram's moods outlived."""

import time
from hashlib import sha256
from uuid import uuid4

import httpx
import pytest

from complaints import ids
from complaints.contract import DEAD_LETTERS
from complaints.event import DeadLetter
from tests.harness.fakes import Mode
from tests.harness.support import wait_until
from tests.harness.telegram import House, house, upstream
from tests.harness.telegram_standin import TOKEN

__all__ = ["house", "upstream"]


def test_messages_come_in_the_order_in_which_they_were_written(house: House) -> None:
    """More than Telegram gives at once."""
    said = [house.say(f"jalan rusak nomor {number}") for number in range(130)]
    house.start()
    house.until_safe(said[-1])
    house.stop()
    assert house.texts() == [f"jalan rusak nomor {number}" for number in range(130)]
    assert [complaint.id for complaint in house.complaints()] == [
        ids.complaint_id("telegram", house.name_of(one)) for one in said
    ]


def test_a_restart_goes_on_from_the_mark(house: House) -> None:
    """What was safe is not read again; what came meanwhile is."""
    house.start()
    house.until_safe(house.say("lampu jalan mati"))
    house.stop()
    after = house.say("air keruh")
    house.start()
    house.until_safe(after)
    house.stop()
    assert house.texts() == ["lampu jalan mati", "air keruh"]


def test_the_offset_waits_for_a_message_that_nothing_could_take(house: House) -> None:
    """Kafka away and the spool full: the update stays at Telegram, and comes when there is room again."""
    house.producer.mode = Mode.away
    said = house.say("banjir di Semarang")
    house.start(spool_bytes=100)
    wait_until(lambda: house.turns > 8, what="some looks")
    assert not house.safe(said)
    house.producer.mode = Mode.up
    house.until_safe(said)
    house.stop()
    assert set(house.texts()) == {"banjir di Semarang"}


def test_the_offset_moves_when_the_spool_has_it(house: House) -> None:
    """Kafka away: fsynced is safe, and the spool empties when Kafka is back."""
    house.producer.mode = Mode.away
    said = [house.say(f"antre {number}") for number in range(3)]
    house.start()
    house.until_safe(said[-1])
    assert house.intake.waiting == 3
    house.producer.mode = Mode.up
    wait_until(lambda: house.intake.waiting == 0, what="an empty spool")
    house.stop()
    assert house.texts() == ["antre 0", "antre 1", "antre 2"]


def test_a_rate_limit_is_waited_out(house: House) -> None:
    """429 says how long; not one look is taken before."""
    house.telegram.fail(429, method="getUpdates", retry_after_s=1)
    said = house.say("pungli")
    started = time.monotonic()
    house.start()
    house.until_safe(said)
    assert time.monotonic() - started >= 1.0
    house.stop()


def test_faults_of_telegram_are_tried_again_at_growing_pauses(house: House) -> None:
    """Twice 502, then it goes on where it was."""
    house.telegram.fail(502, method="getUpdates", count=2)
    said = house.say("KTP belum jadi")
    started = time.monotonic()
    house.start()
    house.until_safe(said)
    assert time.monotonic() - started >= 1.0 + 2.0
    house.stop()
    assert house.texts() == ["KTP belum jadi"]


def test_another_poll_of_the_same_bot_is_outlived(house: House) -> None:
    """409 ends ours; it is taken up again, and nothing is lost or doubled."""
    house.start()
    wait_until(lambda: house.telegram.status()["polling"] == 1, what="the poll")
    httpx.get(f"{house.telegram.base}/bot{TOKEN}/getUpdates", params={"timeout": 0})
    said = house.say("sampah menumpuk")
    house.until_safe(said)
    house.stop()
    assert house.texts() == ["sampah menumpuk"]


def test_a_wrong_token_stops_the_door_and_names_the_setting(house: House) -> None:
    """Trying again would not help."""
    house.start(token="1708:another")
    wait_until(lambda: bool(house.failed), what="the refusal")
    house.stop()
    assert "LAPOR_TELEGRAM_TOKEN" in str(house.failed[0])


def test_what_cannot_be_read_is_a_dead_letter_and_the_offset_moves_on(house: House) -> None:
    """It is kept, without who it was."""
    raw = house.telegram.control(
        "/raw", {"kind": "message", "body": {"message_id": "x", "chat": 7, "from": {"id": 7, "first_name": "Siti"}}}
    )
    house.start()
    house.until_safe(raw)
    said = house.say("air mati")
    house.until_safe(said)
    house.stop()
    (letter,) = house.producer.events(DEAD_LETTERS, DeadLetter)
    assert letter.error_class == "MalformedMessage"
    assert b'"message_id": "x"' in letter.payload
    assert b"Siti" not in letter.payload
    assert house.texts() == ["air mati"]


def test_a_photo_is_kept_by_the_hash_of_its_content(house: House) -> None:
    """The largest size, before the update is safe."""
    content = b"\xff\xd8 lubang" * 1000
    said = house.telegram.show(content, house.citizen, caption="lubang di jalan")
    house.start()
    house.until_safe(said)
    house.stop()
    (attachment,) = house.complaints()[0].attachments
    assert attachment.sha256 == sha256(content).hexdigest()
    assert attachment.size_bytes == len(content)
    assert (house.files.path / attachment.sha256).read_bytes() == content


def test_a_file_that_telegram_does_not_give_costs_no_complaint(house: House) -> None:
    """It keeps Telegram's name of it: too large, gone, or out of reach for three tries."""
    large = house.telegram.show(b"x", house.citizen, kind="video", caption="banjir besar", file={"size": 30_000_000})
    house.telegram.fail(500, method="getFile", count=3)
    away = house.telegram.show(b"x", house.citizen, caption="jalan rusak")
    house.start()
    house.until_safe(large)
    house.until_safe(away)
    house.stop()
    attachments = [attachment for complaint in house.complaints() for attachment in complaint.attachments]
    assert [attachment.sha256 for attachment in attachments] == [None, None]
    assert all((attachment.url or "").startswith("telegram-file:") for attachment in attachments)
    assert house.texts() == ["banjir besar", "jalan rusak"]


def test_a_file_that_we_cannot_keep_holds_the_offset(house: House) -> None:
    """A full disk passes; the complaint comes with its picture."""
    house.files.full = True
    said = house.telegram.show(b"gambar", house.citizen, caption="jembatan putus")
    house.start()
    wait_until(lambda: house.turns > 6, what="some looks")
    assert not house.safe(said)
    house.files.full = False
    house.until_safe(said)
    house.stop()
    assert house.complaints()[-1].attachments[0].sha256 == sha256(b"gambar").hexdigest()


def test_an_album_is_one_complaint_even_where_its_parts_come_apart(house: House) -> None:
    """The door waits until it is quiet; what others write behind it waits too."""
    house.start()
    album = uuid4().hex
    first = house.telegram.show(b"1", house.citizen, album=album)
    wait_until(lambda: house.turns > 3, what="a look")
    house.telegram.show(b"2", house.citizen, album=album, caption="tanggul jebol")
    last = house.say("laporan lain: lampu mati")
    house.until_safe(last)
    house.stop()
    assert house.texts() == ["laporan lain: lampu mati", "tanggul jebol"] or house.texts() == [
        "tanggul jebol",
        "laporan lain: lampu mati",
    ]
    both = next(complaint for complaint in house.complaints() if complaint.text == "tanggul jebol")
    assert len(both.attachments) == 2
    assert house.safe(first)


def test_a_shared_position_stands_in_the_place(house: House) -> None:
    """As degrees, with what the venue is called."""
    said = house.say(location={"latitude": -6.9932, "longitude": 110.4203})
    house.start()
    house.until_safe(said)
    house.stop()
    assert house.complaints()[0].place.text == "-6.99320,110.42030"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/start", "Selamat datang"),
        ("/bantuan", "Cara melapor"),
        ("/lapor", "Apa yang terjadi?"),
        ("/batal", "tetap kami"),
    ],
)
def test_commands_are_answered_and_are_no_complaints(text: str, words: str, house: House) -> None:
    """After the offset is past them."""
    said = house.say(text)
    house.start()
    wait_until(lambda: bool(house.answers()), what="the answer")
    assert house.safe(said)
    house.stop()
    (answer,) = house.answers()
    assert words in answer
    assert house.complaints() == []


def test_a_command_is_never_answered_twice(house: House) -> None:
    """Not after a restart that reads it again."""
    said = house.say("/start")
    house.start()
    wait_until(lambda: bool(house.answers()), what="the answer")
    house.stop()
    assert house.mark.tell_once(said["update_id"]) is False


def test_groups_hear_only_answers_to_what_they_asked(house: House) -> None:
    """A group's own talk is nobody's complaint."""
    group = {"title": f"RT {house.citizen}"}
    house.say("lampu mati ya?", group=group)
    asked = house.say("@lapor1708_bot lampu jalan mati di RT kami", group=group)
    last = house.say("/bantuan@lapor1708_bot", group=group)
    house.start()
    house.until_safe(last)
    wait_until(lambda: any(m["chat"]["id"] == last["chat_id"] for m in house.telegram.sent()), what="the answer")
    house.stop()
    assert house.texts() == ["lampu jalan mati di RT kami"]
    sent = [message for message in house.telegram.sent() if message["chat"]["id"] == asked["chat_id"]]
    assert [message["reply_to_message"]["message_id"] for message in sent] == [last["message_id"]]


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
