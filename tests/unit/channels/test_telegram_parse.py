"""Updates: what is a complaint, what is a command, and what is not for us, one case for each oddity of Telegram."""

import json
from contextlib import suppress
from types import SimpleNamespace
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
from tests.harness.tables import document, each_row, readings_of

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


NAMED: dict[str, Any] = {
    "GROUP": GROUP,
    "PHOTO": PHOTO,
    "LOCATION": LOCATION,
    "CITIZEN": CITIZEN,
    "OUR_MESSAGE": message(**{"from": OUR_BOT}),
    "OF_ANOTHER_BOT": message(**{"from": {"id": 8, "is_bot": True}}),
}
"""Parts of messages, as the table names them."""


def what_is_said(given: dict[str, Any]) -> SimpleNamespace | None:
    """Read a message, new or edited, with some of its fields changed; return what it says and which sentence of ours answers it."""
    given = {name: NAMED.get(value, value) if isinstance(value, str) else value for name, value in given.items()}
    kind = "edited_message" if given.pop("edited", False) else "message"
    found = read(
        {"update_id": 900, kind: message(**({"edit_date": DATE + 60} if kind != "message" else {}) | given)}, BOT
    )
    if found is None:
        return None
    assert isinstance(found, Said)
    said = found.message
    occasion = next((name for name, sentence in sentences().items() if sentence == said.small_talk), "")
    fields = {name: getattr(said, name) for name in said.__struct_fields__}
    seconds = int(said.received_at.timestamp())
    return SimpleNamespace(**fields, files=found.files, album=found.album, occasion=occasion, seconds=seconds)


test_readings = readings_of(__file__, what_is_said)


def test_the_raw_body_says_nothing_of_who_it_was() -> None:
    """Not of the citizen, not of whom it was forwarded from, not of accounts named in the text."""
    named = [{"type": "text_mention", "offset": 0, "length": 4, "user": {"id": 12345, "first_name": "Budi"}}]
    origin = {"type": "user", "sender_user": {"id": 9, "first_name": "Tetangga"}, "date": DATE}
    body = said(entities=named, forward_origin=origin, contact={"phone_number": "6281"}).message.body.decode()
    assert not [word for word in ("77", "Siti", "12345", "Budi", "Tetangga", "6281") if word in body]
    assert json.loads(body)["text"] == "jalan rusak"


def test_a_file_that_telegram_gives_to_no_bot_keeps_its_name_there() -> None:
    """More than 20 MB."""
    (file,) = said(text=None, video={"file_id": "f", "file_size": MOST_BYTES + 1}).files
    assert not file.fetchable
    assert file.attachment(None).url == "telegram-file:f"


@pytest.mark.parametrize("kind", ["channel_post", "callback_query", "my_chat_member", "edited_channel_post", "poll"])
def test_updates_of_other_kinds_are_passed_over(kind: str) -> None:
    """One that was queued before we said what we want may still come."""
    assert read({"update_id": 1, kind: {}}, BOT) is None


def test_a_reply_to_our_message_names_its_case() -> None:
    """By the code in it; codes that others wrote count for nothing."""
    code = tracking.code_for(UUID(int=7), key=b"a key of sixteen bytes or more")
    told = f"Laporan Anda dengan kode {tracking.spaced(code)} ditangani DPU."
    assert said(reply_to_message=message(**{"from": OUR_BOT}, text=told)).message.about == code
    assert said(reply_to_message=message(text=told)).message.about == ""
    assert said(reply_to_message=message(**{"from": OUR_BOT}, text="Apa yang terjadi?")).message.about == ""


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
