"""The webhook door over HTTP: who is let in, what is told, and how a source hears of replies."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from channels.base import Letter
from channels.intake import Intake
from channels.webhook.channel import MOST_BODY_BYTES, WebhookChannel
from channels.webhook.sources import read_sources
from complaints.contract import COMPLAINTS, DEAD_LETTERS
from complaints.crypto import Keyring
from complaints.errors import ConfigurationError, Undeliverable, UpstreamUnavailable
from complaints.event import Complaint, DeadLetter, ReplyKind
from complaints.storage.spool import Spool
from normalizer.complaint import Normaliser
from tests.harness.fakes import MemoryProducer, Mode
from tests.harness.support import free_port, listens, wait_until
from tests.harness.webhook import SECRET, hand_in, signed, sources_file


class Callback:
    """A source's own server, which keeps what it is told."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.calls: list[tuple[dict[str, str], bytes]] = []
        callback = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                callback.calls.append((dict(self.headers.items()), body))
                self.send_response(callback.statuses.pop(0) if callback.statuses else 204)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/replies"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def callback() -> Iterator[Callback]:
    """One that says yes unless told otherwise."""
    made = Callback()
    yield made
    made.server.shutdown()
    made.server.server_close()


class House:
    """The door with a broker in memory and a real spool."""

    def __init__(self, folder: Path, keys: Keyring, callback: str, *, spool_bytes: int = 1 << 20) -> None:
        self.producer = MemoryProducer()
        self.intake = Intake(
            "webhook",
            normalise=lambda message: Normaliser.load().normalise(message, keys),
            producer=self.producer,
            spool=Spool(folder / "spool.db", max_bytes=spool_bytes),
        )
        mute = {"bisu": {"secrets": [SECRET]}}
        sources = read_sources(sources_file(folder, dinas={"secrets": [SECRET], "callback": callback}, **mute))
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        self.door = WebhookChannel(
            sources, at=("127.0.0.1", port), pseudonym=lambda text: keys.pseudonym("webhook", text), turned=lambda: None
        )
        self.stop_sign = threading.Event()
        self.thread = threading.Thread(target=self.door.run, args=(self.intake, self.stop_sign))
        self.thread.start()
        wait_until(lambda: listens(port), what="the door")

    def stop(self) -> None:
        """Stop it cleanly."""
        self.stop_sign.set()
        self.thread.join(30)
        self.intake.close()


@pytest.fixture
def house(tmp_path: Path, keys: Keyring, callback: Callback) -> Iterator[House]:
    """It runs."""
    made = House(tmp_path, keys, callback.url)
    yield made
    made.stop()


def test_a_complaint_is_taken_and_its_redelivery_is_the_same_one(house: House) -> None:
    """202 with the code; the webhook's id makes it idempotent, whatever else changed."""
    first, again = hand_in(house.base, "msg_1"), hand_in(house.base, "msg_1")
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    assert len(first.json()["tracking_code"]) == 11
    assert hand_in(house.base, "msg_2").json()["id"] != first.json()["id"]
    assert len({complaint.id for complaint in house.producer.events(COMPLAINTS, Complaint)}) == 2


def test_nobody_else_is_let_in(house: House) -> None:
    """An unknown source and a wrong secret look the same; nothing is kept."""
    other = "whsec_" + "QUFB" * 10
    assert hand_in(house.base, secret=other).status_code == 401
    assert hand_in(house.base, source="nobody").status_code == 401
    assert httpx.post(f"{house.base}/hooks/dinas", json={}).status_code == 401
    old = signed(b"{}", number="x", age_s=600)
    assert httpx.post(f"{house.base}/hooks/dinas", content=b"{}", headers=old).status_code == 401
    assert house.producer.stored(COMPLAINTS) == house.producer.stored(DEAD_LETTERS) == []


def test_what_was_signed_and_cannot_be_read_is_kept_and_said(house: House) -> None:
    """A dead letter, once however often it comes, and 400 with the field's name."""
    for _ in range(2):
        answer = hand_in(house.base, "msg_1", text="")
        assert answer.status_code == 400
        assert "text" in answer.json()["title"]
    letters = house.producer.events(DEAD_LETTERS, DeadLetter)
    assert len({letter.id for letter in letters}) == 1
    assert letters[0].error_class == "MalformedMessage"
    assert b"A-1" in letters[0].payload
    assert b"warga-7" not in letters[0].payload


def test_a_body_that_is_too_large_is_not_read_to_its_end(house: House) -> None:
    """413, before the signature is looked at."""
    body = b"x" * (MOST_BODY_BYTES + 1)
    assert httpx.post(f"{house.base}/hooks/dinas", content=body, headers=signed(b"", number="x")).status_code == 413


def test_where_nothing_can_be_kept_the_source_is_told_to_come_again(tmp_path: Path, keys: Keyring) -> None:
    """503 with a pause; Kafka away and the spool full."""
    house = House(tmp_path, keys, "", spool_bytes=100)
    house.producer.mode = Mode.away
    answer = hand_in(house.base, "msg_1")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    house.producer.mode = Mode.up
    assert hand_in(house.base, "msg_1").status_code == 202
    house.stop()


def test_what_is_spooled_is_taken(house: House) -> None:
    """Kafka away: fsynced is safe."""
    house.producer.mode = Mode.away
    assert hand_in(house.base).status_code == 202
    assert house.intake.waiting == 1
    house.producer.mode = Mode.up
    wait_until(lambda: house.intake.waiting == 0, what="an empty spool")


def test_other_addresses_and_methods_are_refused(house: House) -> None:
    """404 and 405; the health check answers."""
    assert httpx.get(f"{house.base}/hooks/dinas").status_code == 405
    assert httpx.post(f"{house.base}/").status_code == 404
    assert httpx.get(f"{house.base}/health").status_code == 200


def letter(source: str = "dinas") -> Letter:
    """Return a reply as the courier hands it over."""
    address = {"sender": f"{source}/warga-7", "source": source, "reference": "A-1", "citizen": "warga-7"}
    text = "Laporan Anda sudah kami terima 😀"
    return Letter(reply_id=uuid4(), tracking_code="2Q74GVWWCE3", kind=ReplyKind.received, address=address, text=text)


def test_a_source_is_told_of_a_reply_by_a_signed_webhook(house: House, callback: Callback) -> None:
    """It can check it as we check its own; the id is the reply's, so that a second one changes nothing."""
    told = letter()
    assert house.door.sender.send(told).result(30) == str(told.reply_id)
    headers, body = callback.calls[0]
    Webhook(SECRET).verify(body, headers)
    assert {name.lower(): value for name, value in headers.items()}["webhook-id"] == str(told.reply_id)
    assert json.loads(body)["data"] == {
        "id": "A-1",
        "sender": "warga-7",
        "tracking_code": "2Q74GVWWCE3",
        "kind": "received",
        "text": told.text,
    }


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500, 503])
def test_a_callback_that_does_not_say_yes_is_called_later(status: int, house: House, callback: Callback) -> None:
    """As the specification asks; a redirect is not followed."""
    callback.statuses = [status]
    with pytest.raises(UpstreamUnavailable, match=str(status)):
        house.door.sender.send(letter()).result(30)
    assert len(callback.calls) == 1


def test_a_source_that_wants_no_more_or_none_cannot_be_told(house: House, callback: Callback) -> None:
    """410 Gone, no callback, or a source that is not there any more."""
    callback.statuses = [410]
    for source in ("dinas", "bisu", "gone"):
        with pytest.raises(Undeliverable):
            house.door.sender.send(letter(source)).result(30)


def test_a_callback_that_is_away_is_called_later(tmp_path: Path, keys: Keyring) -> None:
    """Nobody listens there."""
    house = House(tmp_path, keys, f"http://127.0.0.1:{free_port()}/")
    with pytest.raises(UpstreamUnavailable, match="does not answer"):
        house.door.sender.send(letter()).result(30)
    house.stop()


def test_a_taken_port_stops_the_start_and_names_the_setting(house: House, tmp_path: Path) -> None:
    """One sentence."""
    port = int(house.base.rpartition(":")[2])
    door = WebhookChannel({}, at=("127.0.0.1", port), pseudonym=str, turned=lambda: None)
    with pytest.raises(ConfigurationError, match="LAPOR_WEBHOOK"):
        door.run(house.intake, threading.Event())
    assert tmp_path.exists()
