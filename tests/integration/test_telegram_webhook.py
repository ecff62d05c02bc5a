"""The Telegram door where updates are brought to it: yes only when they are safe, nobody else is heard."""

from typing import Any
from uuid import uuid4

import httpx

from channels.telegram.webhook import SECRET_HEADER, Hook
from complaints.contract import DEAD_LETTERS
from complaints.event import DeadLetter
from tests.harness.fakes import Mode
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
