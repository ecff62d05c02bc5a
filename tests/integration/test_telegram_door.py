"""The Telegram door against the stand-in: every message once, the offset behind what is safe, and Telegram's moods outlived."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from channels.base import Intake, Letter
from channels.telegram.channel import TelegramChannel, Ways
from channels.telegram.client import TelegramClient
from channels.telegram.mark import DAY_S, Mark
from channels.telegram.taking import Taking
from channels.telegram.webhook import SECRET_HEADER, Hook
from complaints import ids, tracking, wording
from complaints.contract import COMPLAINTS, DEAD_LETTERS
from complaints.crypto import Keyring
from complaints.errors import ConfigurationError, UnavailableError, Undeliverable, UpstreamUnavailable
from complaints.event import Complaint, DeadLetter, ReplyKind
from complaints.spool import Spool
from normalizer.normaliser import Normaliser
from tests.fakes import MemoryProducer, Mode
from tests.support import free_port, wait_until
from tests.telegram_house import TOKEN, Telegram

CODE = tracking.code_for(UUID(int=7), key=b"a key of sixteen bytes or more")


class Folder:
    """Where files are kept, as simple as may be; it may be full."""

    def __init__(self, path: Path) -> None:
        self.path, self.full = path, False
        path.mkdir()

    def keep(self, draft: Path, sha256: str) -> None:
        """Copy it."""
        if self.full:
            raise UnavailableError("the disk is full")
        (self.path / sha256).write_bytes(draft.read_bytes())


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telegram]:
    """One stand-in for all; a test sees only what is said after its beginning."""
    made = Telegram(tmp_path_factory.mktemp("telegram") / "data")
    yield made
    made.stop()


class House:
    """The door with a broker in memory and a real spool; it can be started again on the same mark."""

    def __init__(self, telegram: Telegram, keys: Keyring, folder: Path) -> None:
        self.telegram, self.producer, self.folder, self.keys = telegram, MemoryProducer(), folder, keys
        self.citizen = f"warga_{uuid4().hex[:8]}"
        self.files = Folder(folder / "files")
        self.mark = Mark(folder / "mark.json", bot_id=1708)
        last = telegram.say("sebelum", self.citizen)["update_id"]
        self.mark.move(last + 1)
        self.failed: list[BaseException] = []
        self.turns = 0
        self.thread = threading.Thread()

    def start(self, *, token: str = TOKEN, spool_bytes: int = 1 << 20, hook: Hook | None = None) -> "House":
        """Start the door in a thread."""
        self.intake = Intake(
            "telegram",
            normalise=lambda message: Normaliser.load().normalise(message, self.keys),
            producer=self.producer,
            spool=Spool(self.folder / "spool.db", max_bytes=spool_bytes),
        )
        client = TelegramClient(self.telegram.base, token=token)
        taking = Taking(
            client,
            store=self.files,
            pseudonym=lambda text: self.keys.pseudonym("telegram", text),
            code_of=lambda name: self.keys.tracking_code(ids.complaint_id("telegram", name)),
        )
        ways = Ways(wait_s=5.0, hook=hook)
        door = TelegramChannel(client, mark=self.mark, taking=taking, ways=ways, turned=self._turned)
        self.sender = door.sender
        self._stop = threading.Event()

        def run() -> None:
            try:
                door.run(self.intake, self._stop)
            except ConfigurationError as error:
                self.failed.append(error)

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()
        return self

    def _turned(self) -> None:
        self.turns += 1

    def stop(self) -> None:
        """Stop it cleanly."""
        self._stop.set()
        self.thread.join(15)
        assert not self.thread.is_alive()
        self.intake.close()

    def say(self, text: str = "", **more: Any) -> dict[str, Any]:
        """Let the citizen of this test write."""
        return self.telegram.say(text, self.citizen, **more)

    def safe(self, said: dict[str, Any]) -> bool:
        """Whether the offset is past an update."""
        return bool((self.mark.offset() or 0) > said["update_id"])

    def until_safe(self, said: dict[str, Any]) -> None:
        """Wait for that."""
        wait_until(lambda: self.safe(said), what="the offset")

    def name_of(self, said: dict[str, Any]) -> str:
        """Return the upstream id of what was said."""
        return self.keys.pseudonym("telegram", f"1708/{said['chat_id']}/{said['message_id']}")

    def complaints(self) -> list[Complaint]:
        """Return the complaints on the bus, in order."""
        return self.producer.events(COMPLAINTS, Complaint)

    def texts(self) -> list[str]:
        """Return their texts."""
        return [complaint.text for complaint in self.complaints()]

    def answers(self) -> list[str]:
        """Return what the bot told the citizen of this test."""
        return [message["text"] for message in self.telegram.sent(self.citizen)]


@pytest.fixture
def house(upstream: Telegram, keys: Keyring, tmp_path: Path) -> Iterator[House]:
    """Not yet started; its mark is behind the newest update of now."""
    made = House(upstream, keys, tmp_path)
    yield made
    if made.thread.is_alive():
        made.stop()
    httpx.get(f"{upstream.base}/bot{TOKEN}/deleteWebhook")


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


def hook() -> Hook:
    """A webhook on a free port."""
    port = free_port()
    return Hook(url=f"http://127.0.0.1:{port}/telegram", host="127.0.0.1", port=port, secret="rahasia-kita")


def test_by_webhook_an_update_is_done_only_when_it_is_safe(house: House) -> None:
    """Telegram brings it again until it is; the same for an album, whose parts come side by side."""
    house.producer.mode = Mode.away
    way = hook()
    house.start(spool_bytes=100, hook=way)
    wait_until(lambda: house.telegram.status()["webhook"] == way.url, what="the webhook")
    album = uuid4().hex
    house.say("jalan amblas")
    house.telegram.show(b"1", house.citizen, album=album, caption="jembatan putus")
    house.telegram.show(b"2", house.citizen, album=album)
    wait_until(lambda: "503" in str(info(house)), what="a refusal")
    assert house.telegram.status()["pending"] >= 3
    house.producer.mode = Mode.up
    wait_until(lambda: house.telegram.status()["pending"] == 0, what="the deliveries")
    house.stop()
    ours = [complaint for complaint in house.complaints() if complaint.text in {"jalan amblas", "jembatan putus"}]
    assert len({complaint.id for complaint in ours}) == 2
    both = next(complaint for complaint in house.complaints() if complaint.text == "jembatan putus")
    assert len(both.attachments) == 2


def info(house: House) -> dict[str, Any]:
    """Ask Telegram how the webhook does."""
    found: dict[str, Any] = httpx.get(f"{house.telegram.base}/bot{TOKEN}/getWebhookInfo").json()["result"]
    return found


def test_by_webhook_a_command_is_answered_once_however_often_it_is_brought(house: House) -> None:
    """The same update, three times."""
    way = hook()
    house.start(hook=way)
    wait_until(lambda: house.telegram.status()["webhook"] == way.url, what="the webhook")
    said = house.say("/start")
    wait_until(lambda: bool(house.answers()), what="the answer")
    chat = {"id": said["chat_id"], "type": "private"}
    message = {"message_id": said["message_id"], "date": 1_793_600_000, "chat": chat, "text": "/start"}
    again = {"update_id": said["update_id"], "message": message | {"from": {"id": said["user_id"], "is_bot": False}}}
    for _ in range(2):
        assert httpx.post(way.url, json=again, headers={SECRET_HEADER: way.secret}).status_code == 200
    house.stop()
    assert len(house.answers()) == 1


def test_by_webhook_nobody_else_is_heard(house: House) -> None:
    """401 without the secret, 413 for what is no update's size, and what is no JSON is a dead letter."""
    way = hook()
    house.start(hook=way)
    wait_until(lambda: house.telegram.status()["webhook"] == way.url, what="the webhook")
    assert httpx.post(way.url, json={"update_id": 1}).status_code == 401
    assert httpx.post(way.url, json={}, headers={SECRET_HEADER: "x"}).status_code == 401
    secret = {SECRET_HEADER: way.secret}
    assert httpx.post(way.url, content=b"x" * (2 << 20), headers=secret).status_code == 413
    assert httpx.post(way.url, content=b"{", headers=secret).status_code == 200
    house.stop()
    (letter,) = house.producer.events(DEAD_LETTERS, DeadLetter)
    assert letter.payload == b"{"


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
    number = house.sender.send(letter(address)).result(10)
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
        house.sender.send(letter(address, text, kind=ReplyKind.question)).result(10)
    place, subject = house.telegram.sent(house.citizen)[-2:]
    assert place["reply_markup"]["keyboard"][0][0]["request_location"] is True
    assert subject["reply_markup"] == {"remove_keyboard": True}


def test_a_long_reply_goes_out_in_pieces(talk: tuple[House, dict[str, str]]) -> None:
    """Cut between words; none is lost, and the last one's id counts."""
    house, address = talk
    text = " ".join(["jawaban 😀"] * 900)
    number = house.sender.send(letter(address, text)).result(20)
    sent = house.telegram.sent(house.citizen)
    assert str(sent[-1]["message_id"]) == number
    assert " ".join(message["text"] for message in sent).split() == text.split()


@pytest.mark.parametrize("state", ["blocked", "deactivated"])
def test_who_is_gone_cannot_be_told(state: str, talk: tuple[House, dict[str, str]]) -> None:
    """Never; the text says why."""
    house, address = talk
    house.telegram.control("/users", {"username": house.citizen, "state": state})
    with pytest.raises(Undeliverable):
        house.sender.send(letter(address)).result(10)


@pytest.mark.parametrize("address", [{"sender": "1", "chat": "1"}, {"sender": "x"}, {}])
def test_a_chat_that_is_not_there_cannot_be_told(address: dict[str, str], house: House) -> None:
    """Nor an address that names none."""
    house.start()
    with pytest.raises(Undeliverable):
        house.sender.send(letter(address)).result(10)


def test_a_rate_limit_holds_all_replies_back(talk: tuple[House, dict[str, str]]) -> None:
    """Telegram is not asked again before its time."""
    house, address = talk
    house.telegram.fail(429, method="sendMessage", retry_after_s=1)
    failed: list[Callable[[], Future[str]]] = [lambda: house.sender.send(letter(address))] * 2
    for send in failed:
        with pytest.raises(UpstreamUnavailable, match="429"):
            send().result(10)

    def sent() -> bool:
        try:
            return bool(house.sender.send(letter(address)).result(10))
        except UpstreamUnavailable:
            return False

    wait_until(sent, what="the reply")


def test_a_fault_of_telegram_leaves_the_reply_for_later(talk: tuple[House, dict[str, str]]) -> None:
    """It was not sent."""
    house, address = talk
    house.telegram.fail(502, method="sendMessage")
    with pytest.raises(UpstreamUnavailable):
        house.sender.send(letter(address)).result(10)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"offset": null}', '{"bot": 1, "offset": "x", "at": 0, "told": []}'])
def test_a_mark_that_is_none_stops_the_start(text: str, tmp_path: Path) -> None:
    """It says that the file may be removed, since ids are derived."""
    (tmp_path / "mark.json").write_text(text)
    with pytest.raises(ConfigurationError, match="remove it"):
        Mark(tmp_path / "mark.json").offset()


def test_a_mark_counts_for_a_day_and_for_its_bot(tmp_path: Path) -> None:
    """After a silence Telegram's ids begin anywhere: an old offset could confirm what nobody read."""
    mark = Mark(tmp_path / "deep" / "mark.json", bot_id=1)
    assert mark.offset() is None
    mark.move(900)
    assert mark.offset() == 900
    assert mark.offset(time.time() + DAY_S + 1) is None
    assert Mark(tmp_path / "deep" / "mark.json", bot_id=2).offset() is None
    assert mark.tell_once(7)
    assert not mark.tell_once(7)
    assert mark.offset() == 900
