"""Updates: what is a complaint, what is a command, and what is not for us, one case for each oddity of Telegram."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.albums import MOST_PARTS, join, whole
from channels.telegram.dialogue import sentences
from channels.telegram.files import MOST_BYTES
from channels.telegram.parse import Bot, Said, read, update_id
from complaints import tracking
from complaints.errors import MalformedMessage
from complaints.message import pack
from tests.harness.json_values import json_values
from tests.harness.tables import document, each, each_row

BOT = Bot(id=1708, username="lapor1708_bot", pseudonym=lambda text: f"hidden<{text}>".replace("77", "xx"))
DATE = 1_793_600_000
CITIZEN = {"id": 77, "is_bot": False, "first_name": "Siti", "username": "siti"}
PRIVATE = {"id": 77, "type": "private", "first_name": "Siti"}
GROUP = {"id": -100, "type": "supergroup", "title": "RT 05"}
OUR_BOT = {"id": 1708, "is_bot": True, "first_name": "LAPOR!", "username": "lapor1708_bot"}
PHOTO = [
    {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 68, "file_size": 900},
    {"file_id": "large", "file_unique_id": "l", "width": 1280, "height": 960, "file_size": 90_000},
    {"file_id": "middle", "file_unique_id": "m", "width": 320, "height": 240, "file_size": 9_000},
]
LOCATION = {"latitude": -6.9932, "longitude": 110.4203}


def message(**changes: Any) -> dict[str, Any]:
    """Return a message as Telegram gives it; None takes a field away."""
    fields = {"message_id": 5, "date": DATE, "chat": PRIVATE, "from": CITIZEN, "text": "jalan rusak"} | changes
    return {name: value for name, value in fields.items() if value is not None}


def update(**changes: Any) -> dict[str, Any]:
    """Return an update with a message."""
    return {"update_id": 900, "message": message(**changes)}


def said(**changes: Any) -> Said:
    """Read a message that is a citizen's word."""
    found = read(update(**changes), BOT)
    assert isinstance(found, Said)
    return found


def small_talk(**changes: Any) -> str:
    """Read a message that a sentence of ours answers; return the key of the sentence."""
    found = said(**changes)
    assert found.files == ()
    return next(name for name, sentence in sentences().items() if sentence == found.message.small_talk)


def test_a_plain_text_is_a_complaint() -> None:
    """With its time, its sender and where to answer."""
    found = said().message
    assert found.text == "jalan rusak"
    assert found.sender == "77"
    assert found.account == "telegram/1708"
    assert (found.small_talk, found.follows, found.about) == ("", "", "")
    assert found.reply_to == {"chat": "77", "message": "5"}
    assert found.received_at == datetime.fromtimestamp(DATE, UTC)


def test_the_upstream_id_hides_who_wrote_and_tells_bots_and_messages_apart() -> None:
    """In a private chat the chat's id is the citizen's own."""
    assert said().message.upstream_id == "hidden<1708/xx/5>"
    assert said(message_id=6).message.upstream_id != said().message.upstream_id


def test_the_raw_body_says_nothing_of_who_it_was() -> None:
    """Not of the citizen, not of whom it was forwarded from, not of accounts named in the text."""
    named = [{"type": "text_mention", "offset": 0, "length": 4, "user": {"id": 12345, "first_name": "Budi"}}]
    origin = {"type": "user", "sender_user": {"id": 9, "first_name": "Tetangga"}, "date": DATE}
    body = said(entities=named, forward_origin=origin, contact={"phone_number": "6281"}).message.body.decode()
    assert not [word for word in ("77", "Siti", "12345", "Budi", "Tetangga", "6281") if word in body]
    assert json.loads(body)["text"] == "jalan rusak"


@each_row
def test_a_command_is_answered_at_once(text: str, occasion: str) -> None:
    """In any case of letters; what follows /start comes from a link."""
    assert small_talk(text=text) == occasion


@each_row
def test_words_after_a_command_are_the_citizens(text: str, words: str) -> None:
    """The intake reads a status question by itself; an unknown command with a story is a story."""
    assert said(text=text).message.text == words


@pytest.mark.parametrize("command", ["/start", "/help", "/bantuan@lapor1708_bot"])
def test_a_story_after_start_or_help_is_a_text(command: str) -> None:
    """What a link gives with /start is one word, and so no story."""
    assert said(text=f"{command} Lampu mati di Kota Magelang").message.text == "Lampu mati di Kota Magelang"
    assert small_talk(text=f"{command} kampanye_2026") == ("start" if command == "/start" else "help")
    assert small_talk(text="/batal laporan saya") == "cancel"


def test_a_photo_with_lapor_is_a_complaint() -> None:
    """Even where no word stands beside it: the picture is the beginning."""
    found = said(text=None, caption="/lapor", photo=PHOTO)
    assert found.message.text == ""
    assert [file.file_id for file in found.files] == ["large"]


def test_of_a_photo_the_largest_size_is_kept() -> None:
    """In whatever order the sizes stand."""
    (file,) = said(text=None, caption="lihat", photo=PHOTO).files
    assert (file.file_id, file.name, file.media_type, file.size_bytes) == ("large", "photo.jpg", "image/jpeg", 90_000)


@each(
    ("kind", "told", "name", "media_type"),
    [
        ("document", {"file_name": "surat.pdf", "mime_type": "application/pdf"}, "surat.pdf", "application/pdf"),
        ("document", {}, "document.bin", "application/octet-stream"),
        ("document", {"file_name": "../../etc/passwd"}, "passwd", "application/octet-stream"),
        ("document", {"file_name": "a\u202e\nb.pdf"}, "ab.pdf", "application/octet-stream"),
        ("document", {"file_name": "x" * 400 + ".pdf"}, "x" * 116 + ".pdf", "application/octet-stream"),
        ("voice", {"mime_type": "audio/ogg", "duration": 4}, "voice.ogg", "audio/ogg"),
        ("video", {"file_name": "banjir.mp4"}, "banjir.mp4", "video/mp4"),
        ("video_note", {"duration": 4}, "video_note.mp4", "video/mp4"),
        ("audio", {"mime_type": "audio/mpeg"}, "audio.mp3", "audio/mpeg"),
    ],
)
def test_files_of_every_kind_are_kept(kind: str, told: dict[str, Any], name: str, media_type: str) -> None:
    """Without words too; a name is no path and fits."""
    (file,) = said(text=None, **{kind: {"file_id": "f", "file_size": 7} | told}).files
    assert (file.name, file.media_type, file.size_bytes) == (name, media_type, 7)


def test_an_animation_is_one_file() -> None:
    """It comes as a document too."""
    film = {"file_id": "f", "file_size": 7, "mime_type": "video/mp4"}
    assert len(said(text=None, animation=film, document=film).files) == 1


def test_a_file_that_telegram_gives_to_no_bot_keeps_its_name_there() -> None:
    """More than 20 MB."""
    (file,) = said(text=None, video={"file_id": "f", "file_size": MOST_BYTES + 1}).files
    assert not file.fetchable
    assert file.attachment(None).url == "telegram-file:f"


def test_a_shared_position_is_a_field_and_no_words() -> None:
    """Written into the address, longitude 110 would be the number of the police."""
    found = said(text=None, location=LOCATION).message
    assert found.shared_location == (-6.9932, 110.4203)
    assert (found.text, found.address) == ("", "")


def test_a_venue_has_its_name_and_address_beside_the_position() -> None:
    """They name the place better than degrees."""
    venue = {"location": LOCATION, "title": "Pasar Johar", "address": "Jl. Alun-Alun, Semarang"}
    found = said(text=None, location=LOCATION, venue=venue).message
    assert found.address == "Pasar Johar, Jl. Alun-Alun, Semarang"


def test_a_forwarded_message_is_a_complaint_of_who_forwarded_it() -> None:
    """It is the one who can be answered."""
    assert said(forward_origin={"type": "hidden_user", "sender_user_name": "X", "date": DATE}).message.sender == "77"


@each(
    "changes",
    [
        {"from": {"id": 8, "is_bot": True, "first_name": "lain"}},
        {"from": None},
        {"sender_chat": {"id": -200, "type": "channel"}},
        {"chat": {"id": -200, "type": "channel", "title": "Berita"}},
        {"chat": GROUP},
        {"chat": GROUP, "text": "@lapor1708_botnet lampu mati"},
        {"chat": GROUP, "text": "/lapor lampu mati"},
        {"chat": GROUP, "text": "/lapor@bot_lain lampu mati"},
        {"text": "/start@bot_lain"},
        {"chat": GROUP, "reply_to_message": message(**{"from": {"id": 8, "is_bot": True}})},
        {"text": None, "new_chat_members": [CITIZEN]},
        {"text": None, "pinned_message": message()},
        {"chat": GROUP, "text": None, "sticker": {"file_id": "f"}},
    ],
)
def test_what_is_not_for_us_is_passed_over(changes: dict[str, Any]) -> None:
    """Other bots, channels, anonymous administrators, groups that speak among themselves, Telegram's own notes."""
    assert read(update(**changes), BOT) is None


@pytest.mark.parametrize("kind", ["channel_post", "callback_query", "my_chat_member", "edited_channel_post", "poll"])
def test_updates_of_other_kinds_are_passed_over(kind: str) -> None:
    """One that was queued before we said what we want may still come."""
    assert read({"update_id": 1, kind: {}}, BOT) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": "@lapor1708_bot lampu mati"}, "lampu mati"),
        ({"text": "lampu mati @Lapor1708_Bot!"}, "lampu mati !"),
        ({"text": "/lapor@lapor1708_bot lampu mati"}, "lampu mati"),
        ({"text": "lampu mati", "reply_to_message": message(**{"from": OUR_BOT})}, "lampu mati"),
        ({"text": None, "caption": "@lapor1708_bot ini fotonya", "photo": PHOTO}, "ini fotonya"),
    ],
)
def test_a_group_that_speaks_to_us_is_heard(changes: dict[str, Any], words: str) -> None:
    """By our name, or in reply to us; the answer goes to that message in that group."""
    found = said(chat=GROUP, **changes).message
    assert found.text == words
    assert found.reply_to == {"chat": "-100", "message": "5"}


def test_commands_in_a_group_are_answered_in_reply() -> None:
    """So that the group sees to whom."""
    assert small_talk(chat=GROUP, text="/bantuan@lapor1708_bot") == "help"
    assert said(chat=GROUP, text="/bantuan@lapor1708_bot").message.reply_to == {"chat": "-100", "message": "5"}


def test_a_command_keeps_its_words_and_its_own_id() -> None:
    """Also below a picture of an album, whose other parts are a message of their own."""
    found = said(text="/start kampanye_2026").message
    assert (found.text, found.upstream_id) == ("/start kampanye_2026", "hidden<1708/xx/5>")
    captioned = said(text=None, caption="/bantuan", photo=PHOTO, media_group_id="A")
    assert (captioned.album, captioned.message.upstream_id) == ("", "hidden<1708/xx/5>")


@pytest.mark.parametrize("kind", ["sticker", "contact", "poll", "dice"])
def test_what_we_cannot_take_is_said(kind: str) -> None:
    """In a private chat only."""
    assert small_talk(text=None, **{kind: {"any": 1}}) == "unreadable"


def test_a_reply_to_our_message_names_its_case() -> None:
    """By the code in it; codes that others wrote count for nothing."""
    code = tracking.code_for(UUID(int=7), key=b"a key of sixteen bytes or more")
    told = f"Laporan Anda dengan kode {tracking.spaced(code)} ditangani DPU."
    assert said(reply_to_message=message(**{"from": OUR_BOT}, text=told)).message.about == code
    assert said(reply_to_message=message(text=told)).message.about == ""
    assert said(reply_to_message=message(**{"from": OUR_BOT}, text="Apa yang terjadi?")).message.about == ""


def test_a_changed_text_follows_what_it_changed() -> None:
    """Under an id of its own."""
    changed = {"update_id": 1, "edited_message": message(text="jalan rusak parah", edit_date=DATE + 60)}
    found = read(changed, BOT)
    assert isinstance(found, Said)
    assert found.message.follows == said().message.upstream_id
    assert found.message.upstream_id == f"{found.message.follows}-{DATE + 60}"
    assert found.message.received_at.timestamp() == DATE + 60


@pytest.mark.parametrize(
    "changes",
    [{"text": None, "location": LOCATION | {"live_period": 900}}, {"text": "/bantuan"}, {"text": None, "photo": PHOTO}],
)
def test_other_changes_are_passed_over(changes: dict[str, Any]) -> None:
    """A live position moves each few seconds."""
    assert read({"update_id": 1, "edited_message": message(edit_date=DATE + 60, **changes)}, BOT) is None


def test_an_album_is_one_complaint() -> None:
    """All pictures, all words, one name that does not hang on which part came first."""
    parts = [
        said(text=None, photo=PHOTO, media_group_id="A", message_id=5),
        said(text=None, photo=PHOTO, media_group_id="A", message_id=6, caption="jembatan putus"),
    ]
    whole_album = join(parts)
    assert whole_album.message.text == "jembatan putus"
    assert len(whole_album.files) == 2
    assert whole_album.message.parts == 2
    assert whole_album.message.upstream_id == join(parts[1:]).message.upstream_id == "hidden<1708/xx/album/A>"
    assert len(json.loads(whole_album.message.body)) == 2


def row(*names: str) -> list[dict[str, Any]]:
    """Return updates, each of an album or, where the name is empty, of none."""
    return [update(media_group_id=name or None) | {"update_id": place} for place, name in enumerate(names)]


@each_row
def test_updates_are_taken_as_far_as_no_album_is_cut(names: list[str], settled: str, count: int) -> None:
    """An album that may still grow holds back what is behind it, and so does one that reaches beyond."""
    assert whole(row(*names), frozenset(settled), full=False) == count


def test_a_full_answer_may_have_cut_an_album_at_its_end() -> None:
    """It is taken with the next; one at the very beginning is as whole as it will be."""
    assert whole(row("", "A", "A"), frozenset("A"), full=True) == 1
    assert whole(row("A", "A"), frozenset("A"), full=True) == 2
    assert whole(row("", *["A"] * MOST_PARTS), frozenset("A"), full=True) == MOST_PARTS + 1


@each_row
def test_what_telegram_always_gives_and_is_not_there_is_malformed(changes: dict[str, Any]) -> None:
    """Poison with a reason."""
    with pytest.raises(MalformedMessage, match="no update as Telegram documents it"):
        read(update(**changes), BOT)


@pytest.mark.parametrize("found", [{}, {"update_id": "7"}, {"update_id": None}, [], "x", None])
def test_an_update_without_an_id_is_malformed(found: Any) -> None:
    """The offset could never move past it."""
    with pytest.raises(MalformedMessage):
        update_id(found)


@pytest.mark.parametrize("text", ["👩‍👩‍👧 banjir 🌊", "نص", "\u0000", "\ud83d cut"])
def test_any_text_is_kept_as_it_is_and_can_be_written(text: str) -> None:
    """Emoji, other scripts, NUL, and half of a surrogate pair."""
    found = said(text=text).message
    assert found.text == text
    assert pack(found)


FIELDS: list[str] = document("tables/channels/telegram_parse.yaml")["FIELDS"]
FIELDS += ["edit_date", "entities", "sender_chat", "sticker"]
CHANGES = st.dictionaries(st.sampled_from(FIELDS), json_values(), max_size=3)
ENVELOPES = st.dictionaries(st.sampled_from(["update_id", "message", "edited_message"]), json_values())


@given(changed=CHANGES, whole_one=st.booleans(), kind=st.sampled_from(["message", "edited_message"]))
def test_nothing_else_ever_comes_out_of_an_update(*, changed: dict[str, Any], whole_one: bool, kind: str) -> None:
    """A message, nothing, or MalformedMessage."""
    with suppress(MalformedMessage):
        found = read({"update_id": 1, kind: (message() if whole_one else {}) | changed}, BOT)
        assert found is None or isinstance(found, Said)


@given(json_values() | ENVELOPES)
def test_nothing_else_ever_comes_out_of_anything(found: Any) -> None:
    """Whatever a body may hold."""
    with suppress(MalformedMessage):
        assert isinstance(update_id(found), int)
        read(found, BOT)
