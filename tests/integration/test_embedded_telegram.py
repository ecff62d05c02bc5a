"""The stand-in for Telegram, asked by python-telegram-bot and by plain HTTP: it behaves as Telegram's documentation says."""

import asyncio
import json
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
import pytest
import telegram
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from tests.harness import warm
from tests.harness.support import wait_until
from tests.harness.telegram_standin import TOKEN, Telegram
from tests.harness.webhook import Callback

T = TypeVar("T")


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[Telegram]:
    """A stand-in that knows nobody yet."""
    made = Telegram(tmp_path / "telegram")
    yield made
    made.stop()


def ask(upstream: Telegram, question: Callable[[telegram.Bot], Awaitable[T]], token: str = TOKEN) -> T:
    """Ask one thing by python-telegram-bot, which we did not write."""

    async def asked() -> T:
        bot = telegram.Bot(token, base_url=f"{upstream.base}/bot", base_file_url=f"{upstream.base}/file/bot")
        async with bot:
            return await question(bot)

    return asyncio.run(asked())


def call(upstream: Telegram, method: str, **parameters: Any) -> dict[str, Any]:
    """Call a method with JSON."""
    answer = httpx.post(f"{upstream.base}/bot{TOKEN}/{method}", json=parameters, timeout=20)
    found: dict[str, Any] = answer.json()
    assert answer.status_code == found.get("error_code", 200)
    return found


def texts(updates: tuple[telegram.Update, ...]) -> list[str | None]:
    """Return what was written."""
    return [update.message.text for update in updates if update.message]


def test_the_bot_is_who_its_token_says(upstream: Telegram) -> None:
    """The id stands before the colon."""
    me = ask(upstream, lambda bot: bot.get_me())
    assert (me.id, me.username, me.is_bot) == (1708, "lapor1708_bot", True)


def test_what_is_said_twice_under_a_key_is_said_once(upstream: Telegram) -> None:
    """So that a feed may be repeated; the bot is remembered over a restart."""
    ask(upstream, lambda bot: bot.get_me())
    first = upstream.say("satu", key="k")
    upstream.stop()
    upstream.start()
    again = upstream.say("satu", key="k")
    assert again == first | {"duplicate": True}
    assert again["bot_id"] == 1708
    assert upstream.status()["pending"] == 1
    assert upstream.say("satu")["message_id"] != first["message_id"]


def test_another_token_is_refused(upstream: Telegram) -> None:
    """401 for a wrong one, 404 for what is none."""
    with pytest.raises(InvalidToken):
        ask(upstream, lambda bot: bot.get_me(), "1708:another")
    assert httpx.get(f"{upstream.base}/botx/getMe").json()["error_code"] == 404


def test_an_update_comes_until_a_higher_offset_confirms_it(upstream: Telegram) -> None:
    """Confirmed is what is below the offset, for ever."""
    first, second = (upstream.say(text)["update_id"] for text in ("satu", "dua"))
    assert second == first + 1
    assert texts(ask(upstream, lambda bot: bot.get_updates())) == ["satu", "dua"]
    assert texts(ask(upstream, lambda bot: bot.get_updates(limit=1))) == ["satu"]
    assert texts(ask(upstream, lambda bot: bot.get_updates(offset=second))) == ["dua"]
    assert texts(ask(upstream, lambda bot: bot.get_updates(offset=0))) == ["dua"]


def test_a_long_poll_waits_for_the_first_update(upstream: Telegram) -> None:
    """And ends with it."""
    timer = threading.Timer(0.5, upstream.say, ["akhirnya"])
    started = time.monotonic()
    timer.start()
    assert texts(ask(upstream, lambda bot: bot.get_updates(timeout=20))) == ["akhirnya"]
    timer.join()
    assert 0.4 < time.monotonic() - started < 10


def test_a_long_poll_without_news_ends_empty(upstream: Telegram) -> None:
    """After its timeout."""
    assert call(upstream, "getUpdates", timeout=1)["result"] == []


def test_a_second_poll_ends_the_first_with_a_conflict(upstream: Telegram) -> None:
    """Only one may ask at a time."""
    answers: list[dict[str, Any]] = []
    first = threading.Thread(target=lambda: answers.append(call(upstream, "getUpdates", timeout=20)))
    first.start()
    wait_until(lambda: upstream.status()["polling"] == 1, what="the first poll")
    call(upstream, "getUpdates", timeout=0)
    first.join(30)
    assert answers[0]["error_code"] == 409
    assert "terminated by other getUpdates request" in answers[0]["description"]


def test_only_kinds_that_are_wanted_are_queued(upstream: Telegram) -> None:
    """What was said before the wish changed still comes."""
    said = upstream.say("satu")
    ask(upstream, lambda bot: bot.get_updates(allowed_updates=["edited_message"]))
    upstream.say("dua")
    upstream.control("/edits", {"chat_id": said["chat_id"], "message_id": said["message_id"], "text": "satu lagi"})
    found = ask(upstream, lambda bot: bot.get_updates())
    assert texts(found) == ["satu"]
    assert [update.edited_message.text for update in found if update.edited_message] == ["satu lagi"]


def test_an_update_waits_for_a_day_at_most(tmp_path: Path) -> None:
    """Here for a fifth of a second."""
    upstream = Telegram(tmp_path / "telegram", "--keep-s", "0.2")
    try:
        upstream.say("basi")
        wait_until(lambda: not call(upstream, "getUpdates")["result"], what="the end of its time")
    finally:
        upstream.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_said_outlives_a_restart(number: signal.Signals, upstream: Telegram) -> None:
    """Clean or not."""
    upstream.say("sebelum")
    upstream.stop(number)
    upstream.start()
    upstream.say("sesudah")
    assert texts(ask(upstream, lambda bot: bot.get_updates())) == ["sebelum", "sesudah"]


def test_what_the_bot_sends_is_kept_with_its_keyboard_and_its_reply(upstream: Telegram) -> None:
    """A location is asked by a button; link previews are off."""
    said = upstream.say("jalan rusak")
    button = telegram.KeyboardButton("Kirim lokasi", request_location=True)

    async def send(bot: telegram.Bot) -> telegram.Message:
        return await bot.send_message(
            said["chat_id"],
            "Di mana? <b>",
            reply_markup=telegram.ReplyKeyboardMarkup([[button]], one_time_keyboard=True),
            reply_parameters=telegram.ReplyParameters(said["message_id"]),
            link_preview_options=telegram.LinkPreviewOptions(is_disabled=True),
        )

    sent = ask(upstream, send)
    (kept,) = upstream.sent("warga")
    assert kept["message_id"] == sent.message_id
    assert kept["text"] == "Di mana? <b>"
    assert kept["reply_markup"]["keyboard"][0][0]["request_location"] is True
    assert kept["reply_to_message"]["message_id"] == said["message_id"]
    assert kept["link_preview_options"] == {"is_disabled": True}


@pytest.mark.parametrize(
    ("error", "words", "parameters"),
    [
        (BadRequest, "Chat not found", {"chat_id": 1, "text": "x"}),
        (BadRequest, "Message text is empty", {"text": " "}),
        (BadRequest, "Message is too long", {"text": "x" * 4097}),
        (BadRequest, "Message to be replied not found", {"text": "x", "reply_to_message_id": 99_999}),
    ],
)
def test_what_cannot_be_sent_is_said(
    error: type[Exception], words: str, parameters: dict[str, Any], upstream: Telegram
) -> None:
    """In Telegram's words, as python-telegram-bot shows them."""
    said = upstream.say("halo")
    with pytest.raises(error, match=words):
        ask(upstream, lambda bot: bot.send_message(**{"chat_id": said["chat_id"]} | parameters))


@pytest.mark.parametrize("state", ["blocked", "deactivated"])
def test_a_user_who_is_gone_gets_nothing(state: str, upstream: Telegram) -> None:
    """403, until the user comes back."""
    said = upstream.say("halo")
    upstream.control("/users", {"username": "warga", "state": state})
    with pytest.raises(Forbidden):
        ask(upstream, lambda bot: bot.send_message(said["chat_id"], "halo"))
    upstream.control("/users", {"username": "warga", "state": ""})
    assert ask(upstream, lambda bot: bot.send_message(said["chat_id"], "halo")).text == "halo"


def test_a_location_is_asked_in_private_chats_only(upstream: Telegram) -> None:
    """A group cannot be asked."""
    said = upstream.say("halo", group={"title": "RT 05"})
    markup = {"keyboard": [[{"text": "x", "request_location": True}]]}
    answer = call(upstream, "sendMessage", chat_id=said["chat_id"], text="x", reply_markup=markup)
    assert "private chats only" in answer["description"]


def test_failures_come_as_they_were_asked_for(upstream: Telegram) -> None:
    """For one method, so many times, with the pause of a 429."""
    upstream.fail(429, method="getMe", retry_after_s=7)
    upstream.fail(502, method="getMe")
    with pytest.raises(RetryAfter) as caught:
        ask(upstream, lambda bot: bot.get_me(), TOKEN)
    assert "7" in str(caught.value)
    assert call(upstream, "getMe")["error_code"] == 502
    assert call(upstream, "getMe")["ok"]


def test_a_hang_holds_the_answer_back(upstream: Telegram) -> None:
    """Longer than its caller waits."""
    upstream.fail(0, method="getFile", hang_s=3.0)
    with pytest.raises(NetworkError):
        ask(upstream, lambda bot: bot.get_file("x", read_timeout=0.3))


def test_a_file_is_fetched_by_its_id(upstream: Telegram) -> None:
    """Of a photo's sizes the last is the largest."""
    upstream.show(b"\xff\xd8 lubang", caption="lihat")

    async def fetch(bot: telegram.Bot) -> bytes:
        (update,) = await bot.get_updates()
        assert update.message
        assert update.message.caption == "lihat"
        return bytes(await (await update.message.photo[-1].get_file()).download_as_bytearray())

    assert ask(upstream, fetch) == b"\xff\xd8 lubang"


def test_a_file_beyond_20_megabytes_is_not_given(upstream: Telegram) -> None:
    """The documented limit of getFile."""
    upstream.show(b"", kind="video", file={"size": 20_000_001})
    (update,) = call(upstream, "getUpdates")["result"]
    answer = call(upstream, "getFile", file_id=update["message"]["video"]["file_id"])
    assert answer["description"] == "Bad Request: file is too big"


def test_every_kind_of_message_is_one_that_the_library_reads(upstream: Telegram) -> None:
    """Voice, document, location, forwarded, album, mention in a group."""
    upstream.show(b"OggS", kind="voice")
    upstream.show(b"%PDF", kind="document", file={"name": "surat.pdf", "media_type": "application/pdf"})
    upstream.say(location={"latitude": -6.99, "longitude": 110.42})
    upstream.say("teruskan", forwarded_from="tetangga")
    upstream.show(b"1", album="A")
    upstream.say("😀 @lapor1708_bot lampu mati", group={"title": "RT 05"})
    found = [update.message for update in ask(upstream, lambda bot: bot.get_updates()) if update.message]
    assert len(found) == 6
    assert found[0].voice
    assert found[1].document
    assert found[1].document.file_name == "surat.pdf"
    assert found[2].location
    assert found[3].forward_origin
    assert found[4].media_group_id == "A"
    assert list(found[5].parse_entities(["mention"]).values()) == ["@lapor1708_bot"]


def test_commands_are_kept(upstream: Telegram) -> None:
    """For the menu."""
    ask(upstream, lambda bot: bot.set_my_commands([("lapor", "Buat laporan")]))
    assert [one["command"] for one in upstream.status()["commands"]] == ["lapor"]


@pytest.fixture
def hook() -> Iterator[Callback]:
    """A webhook that says yes unless told otherwise."""
    with closing(Callback()) as made:
        yield made


def called(hook: Callback) -> list[tuple[int, str | None]]:
    """Return the id of each update that came, with the secret in its header."""
    named = [({name.lower(): value for name, value in headers.items()}, body) for headers, body in hook.calls]
    return [(json.loads(body)["update_id"], headers.get("x-telegram-bot-api-secret-token")) for headers, body in named]


def test_a_webhook_is_called_until_it_says_yes(upstream: Telegram, hook: Callback) -> None:
    """With the secret in its header; an update from before is delivered too; getUpdates is refused meanwhile."""
    hook.statuses = [500, 503]
    number = upstream.say("satu")["update_id"]
    ask(upstream, lambda bot: bot.set_webhook(hook.url, secret_token="rahasia"))
    wait_until(lambda: upstream.status()["pending"] == 0, what="the delivery")
    assert called(hook) == [(number, "rahasia")] * 3
    with pytest.raises(Conflict):
        ask(upstream, lambda bot: bot.get_updates())
    info = ask(upstream, lambda bot: bot.get_webhook_info())
    assert info.url == hook.url
    assert "503" in (info.last_error_message or "")
    ask(upstream, lambda bot: bot.delete_webhook())
    assert ask(upstream, lambda bot: bot.get_updates()) == ()


def test_a_webhook_outlives_a_restart(upstream: Telegram, hook: Callback) -> None:
    """It is set until it is deleted."""
    ask(upstream, lambda bot: bot.set_webhook(hook.url))
    upstream.stop(signal.SIGKILL)
    upstream.start()
    number = upstream.say("satu")["update_id"]
    wait_until(lambda: called(hook) == [(number, None)], what="the delivery")


def test_a_bad_secret_is_refused(upstream: Telegram) -> None:
    """Letters, digits, _ and - only."""
    with pytest.raises(BadRequest):
        ask(upstream, lambda bot: bot.set_webhook("http://127.0.0.1:1/", secret_token="a b"))


def test_a_wrong_request_on_the_control_side_is_said(upstream: Telegram) -> None:
    """400 with words, never 500."""
    assert upstream.http.post("/messages", json={"author": ""}).status_code == 400
    assert upstream.http.post("/edits", json={"chat_id": 1, "message_id": 1, "text": "x"}).status_code == 400


def test_idle_it_holds_less_than_60_megabytes(tmp_path: Path) -> None:
    """The whole stack has a bar."""
    upstream = Telegram(tmp_path / "telegram", run=warm.alone)
    upstream.say("halo")
    assert call(upstream, "getUpdates")["ok"]
    held = psutil.Process(upstream.process.pid).memory_info().rss
    upstream.stop()
    assert held < 60 * 1024 * 1024
