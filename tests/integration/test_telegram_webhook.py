"""The Telegram channel with updates that are brought to it: yes only when they are safe, and nobody else is heard."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from channels.telegram.webhook import SECRET_HEADER, Hook
from complaints.limits import BODY_BYTES
from tests.harness.fakes import Mode
from tests.harness.mailboxes import kept, received
from tests.harness.support import free_port, wait_until
from tests.harness.telegram import House, house, upstream
from tests.harness.telegram_standin import TOKEN

__all__ = ["house", "upstream"]


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
    ours = [one for one in kept(house.producer, house.keys) if one.message.text in {"jalan amblas", "jembatan putus"}]
    assert len({one.id for one in ours}) == 2
    assert {len(one.message.attachments) for one in ours if one.message.text == "jembatan putus"} == {2}


def info(house: House) -> dict[str, Any]:
    """Ask Telegram how the webhook does."""
    found: dict[str, Any] = httpx.get(f"{house.telegram.base}/bot{TOKEN}/getWebhookInfo").json()["result"]
    return found


def test_by_webhook_an_update_that_is_brought_again_has_the_same_id(house: House) -> None:
    """The same update, three times: the conversation answers it once. Nothing is polled."""
    way = hook()
    house.start(hook=way)
    wait_until(lambda: house.telegram.status()["webhook"] == way.url, what="the webhook")
    said = house.say("/start")
    wait_until(lambda: "/start" in house.texts(), what="the message")
    chat = {"id": said["chat_id"], "type": "private"}
    message = {"message_id": said["message_id"], "date": 1_793_600_000, "chat": chat, "text": "/start"}
    again = {"update_id": said["update_id"], "message": message | {"from": {"id": said["user_id"], "is_bot": False}}}
    for _ in range(2):
        assert httpx.post(way.url, json=again, headers={SECRET_HEADER: way.secret}).status_code == 200
    assert house.account.page() is None
    assert house.telegram.status()["polling"] == 0
    house.stop()
    commands = [one for one in kept(house.producer, house.keys) if one.message.text == "/start"]
    assert len(commands) == 3
    assert len({one.id for one in commands}) == 1


def test_by_webhook_a_part_of_an_album_that_comes_late_follows_it(house: House) -> None:
    """Also if a part that is safe is brought again with it."""
    way = hook()
    house.start(hook=way)
    wait_until(lambda: house.telegram.status()["webhook"] == way.url, what="the webhook")
    album = uuid4().hex
    house.telegram.show(b"1", house.citizen, album=album, caption="jembatan putus")
    wait_until(lambda: "jembatan putus" in house.texts(), what="the album")
    late = house.telegram.show(b"2", house.citizen, album=album)
    wait_until(lambda: bool(house.messages()[-1].follows), what="the late part")
    house.stop()
    first, second = house.messages()[-2:]
    assert second.follows == first.upstream_id
    assert second.upstream_id == f"{first.upstream_id}-{late['message_id']}"


def test_by_webhook_a_refused_token_ends_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again each minute."""
    monkeypatch.setattr("channels.polling.REFUSED_PAUSE_S", 0.5)
    house.start(hook=hook(), token="1708:another")
    turns = house.turns
    wait_until(lambda: house.turns > turns + 4, what="the heartbeat")
    assert house.thread.is_alive()
    house.stop()
    assert house.failed == []


def test_by_webhook_nobody_else_is_heard(house: House) -> None:
    """401 without the secret, 413 for what is no update's size, and what is no JSON is kept as it came."""
    way = hook()
    house.start(hook=way)
    wait_until(lambda: house.telegram.status()["webhook"] == way.url, what="the webhook")
    assert httpx.post(way.url, json={"update_id": 1}).status_code == 401
    assert httpx.post(way.url, json={}, headers={SECRET_HEADER: "x"}).status_code == 401
    secret = {SECRET_HEADER: way.secret}
    assert httpx.post(way.url, content=b"x" * (BODY_BYTES + 1), headers=secret).status_code == 413
    assert httpx.post(way.url, content=b"{", headers=secret).status_code == 200
    house.stop()
    (record,) = [record for record in received(house.producer) if record.fault is not None]
    assert house.keys.unseal(record.sealed, owner=record.id, month=record.month) == b"{"
