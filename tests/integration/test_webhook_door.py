"""The webhook channel over HTTP: who may hand in, what is answered, and how a source hears of replies."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from channels.base import Letter
from channels.intake import Intake
from channels.webhook import sender
from channels.webhook.channel import WebhookChannel
from channels.webhook.sources import read_sources
from complaints.contract import CONVERSATIONS
from complaints.crypto import Keyring
from complaints.errors import ConfigurationError, Undeliverable, UpstreamUnavailable
from complaints.limits import BODY_BYTES
from complaints.mail import ReplyKind
from complaints.storage.spool import Spool
from tests.harness.fakes import MemoryProducer, Mode
from tests.harness.mailboxes import Kept, kept, received
from tests.harness.support import free_port, listens, wait_until
from tests.harness.webhook import SECRET, Callback, hand_in, signed, sources_file


@pytest.fixture
def callback() -> Iterator[Callback]:
    """One that says yes unless told otherwise."""
    made = Callback()
    yield made
    made.close()


class House:
    """The channel with a broker in memory and a real spool; its accounts have begun, as in the process that owns them."""

    def __init__(self, folder: Path, keys: Keyring, callback: str, *, spool_bytes: int = 1 << 20) -> None:
        self.producer, self.keys = MemoryProducer(), keys
        spool = Spool(folder / "spool.db", max_bytes=spool_bytes)
        self.intake = Intake("webhook", keyring=keys, producer=self.producer, spool=spool)
        more = {"bisu": {"secrets": [SECRET]}, "kios": {"secrets": [SECRET], "shared": True}}
        more["kota"] = {"secrets": [SECRET], "region": "33.74"}
        sources = read_sources(sources_file(folder, dinas={"secrets": [SECRET], "callback": callback}, **more))
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        self.channel = WebhookChannel(
            self.intake,
            sources,
            at=("127.0.0.1", port),
            pseudonym=lambda text: keys.pseudonym("webhook", text),
            turned=lambda: None,
        )
        self.accounts = {account.name: account for account in self.channel.accounts}
        for account in self.accounts.values():
            account.begin(None)
        self.stop_sign = threading.Event()
        self.thread = threading.Thread(target=self.channel.run, args=(self.stop_sign,))
        self.thread.start()
        wait_until(lambda: listens(port), what="the channel")

    def kept(self) -> list[Kept]:
        """Return the messages that could be read, each as often as it was appended."""
        return kept(self.producer, self.keys)

    def send(self, told: Letter, source: str = "dinas") -> str:
        """Send a reply by the account of a source, and return its upstream id."""
        return self.accounts[f"webhook/{source}"].send(told).result(30)

    def stop(self) -> None:
        """Stop it cleanly."""
        self.stop_sign.set()
        self.thread.join(30)
        for account in self.accounts.values():
            account.end()
        self.intake.close()


@pytest.fixture
def house(tmp_path: Path, keys: Keyring, callback: Callback) -> Iterator[House]:
    """It runs."""
    made = House(tmp_path, keys, callback.url)
    yield made
    made.stop()


def test_a_complaint_is_taken_and_its_redelivery_is_the_same_one(house: House) -> None:
    """202 with the id and without a code, which comes with the reply. The webhook's id makes it idempotent."""
    first, again = hand_in(house.base, "msg_1"), hand_in(house.base, "msg_1")
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json() == {"id": str(house.kept()[0].id)}
    assert hand_in(house.base, "msg_2").json()["id"] != first.json()["id"]
    assert len({one.id for one in house.kept()}) == 2


def test_what_a_governments_own_source_hands_in_is_of_its_region(house: House) -> None:
    """So it is first looked at within that government; other sources have no region."""
    for source in ("kota", "dinas"):
        assert hand_in(house.base, f"msg_{source}", source=source).status_code == 202
    assert [one.message.keyword_region for one in house.kept()] == ["33.74", None]


def test_a_region_that_is_no_code_is_refused_at_the_start(tmp_path: Path) -> None:
    """YAML reads 33.7 as a number: the code is in quotes."""
    with pytest.raises(ConfigurationError, match="no Kemendagri code in quotes"):
        read_sources(sources_file(tmp_path, kota={"secrets": [SECRET], "region": 33.7}))


def test_another_content_under_a_webhook_id_is_another_message(house: House) -> None:
    """What is answered with 202 is taken: the second stands behind the first in the same mailbox, with an id of its own."""
    first, second = hand_in(house.base, "msg_1", text="Jalan rusak"), hand_in(house.base, "msg_1", text="Lampu mati")
    assert first.status_code == second.status_code == 202
    assert first.json() != second.json()
    one, two = house.kept()
    assert (one.mailbox, one.message.text, two.message.text) == (two.mailbox, "Jalan rusak", "Lampu mati")


def test_each_citizen_of_a_source_has_a_mailbox(house: House) -> None:
    """The same sender the same one, whatever the thread; the record names the account and not the citizen."""
    for citizen in ("warga-7", "warga-8", "warga-7"):
        hand_in(house.base, sender=citizen)
    mailboxes = [one.mailbox for one in house.kept()]
    assert mailboxes[0] == mailboxes[2] != mailboxes[1]
    assert {one.account for one in received(house.producer)} == {"webhook/dinas"}
    assert all(b"warga" not in (record.value or b"") for record in house.producer.stored(CONVERSATIONS))


def test_a_source_of_many_people_gets_a_mailbox_for_each_message(house: House) -> None:
    """A kiosk's messages have no conversation; a redelivery goes to the mailbox of the first."""
    for number in ("msg_1", "msg_2", "msg_1"):
        assert hand_in(house.base, number, source="kios", sender="kios-1").status_code == 202
    first, second, again = house.kept()
    assert first.message.shared
    assert first.mailbox == again.mailbox != second.mailbox


def test_nobody_else_is_let_in(house: House) -> None:
    """An unknown source and a wrong secret look the same; nothing is kept."""
    other = "whsec_" + "QUFB" * 10
    assert hand_in(house.base, secret=other).status_code == 401
    assert hand_in(house.base, source="nobody").status_code == 401
    assert httpx.post(f"{house.base}/hooks/dinas", json={}).status_code == 401
    old = signed(b"{}", number="x", age_s=600)
    assert httpx.post(f"{house.base}/hooks/dinas", content=b"{}", headers=old).status_code == 401
    assert house.producer.stored(CONVERSATIONS) == []


def test_what_was_signed_and_cannot_be_read_is_kept_and_said(house: House) -> None:
    """The bytes as they came, sealed, under one id however often they come; and 400 with the field's name."""
    for _ in range(2):
        answer = hand_in(house.base, "msg_1", text="")
        assert answer.status_code == 400
        assert "text" in answer.json()["title"]
    first, again = received(house.producer)
    assert first.id == again.id
    assert (first.error_class, first.account) == ("MalformedMessage", "webhook/dinas")
    assert first.fault is not None
    assert "text" in first.fault
    body = house.keys.unseal(first.sealed, owner=first.id, month=first.month)
    assert json.loads(body)["sender"] == "warga-7"
    assert all(b"warga-7" not in (record.value or b"") for record in house.producer.stored(CONVERSATIONS))


def test_a_body_that_is_too_large_is_not_read_to_its_end(house: House) -> None:
    """413, before the signature is looked at."""
    body = b"x" * (BODY_BYTES + 1)
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


def test_other_addresses_and_methods_are_refused(house: House) -> None:
    """404 and 405; the health check answers."""
    assert httpx.get(f"{house.base}/hooks/dinas").status_code == 405
    assert httpx.post(f"{house.base}/").status_code == 404
    assert httpx.get(f"{house.base}/health").status_code == 200


def letter(source: str = "dinas") -> Letter:
    """Return a reply as the sender hands it over."""
    address = {"sender": f"{source}/warga-7", "source": source, "reference": "A-1", "citizen": "warga-7"}
    text = "Laporan Anda sudah kami terima 😀"
    return Letter(reply_id=uuid4(), tracking_code="2Q74GVWWCE3", kind=ReplyKind.received, address=address, text=text)


def test_a_source_is_told_of_a_reply_by_a_signed_webhook(house: House, callback: Callback) -> None:
    """It can check it as we check its own; the id is the reply's, so that a second one changes nothing."""
    told = letter()
    assert house.send(told) == str(told.reply_id)
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
        house.send(letter())
    assert len(callback.calls) == 1


def test_a_source_that_wants_no_more_or_none_cannot_be_told(house: House, callback: Callback) -> None:
    """410 Gone, or no callback."""
    callback.statuses = [410]
    for source in ("dinas", "bisu"):
        with pytest.raises(Undeliverable):
            house.send(letter(source), source)


def test_a_reply_of_another_source_is_never_sent(house: House, callback: Callback) -> None:
    """Its own source was taken out of the settings, and the reply was addressed anew: what a citizen of one reads is not for another."""
    with pytest.raises(Undeliverable, match="not set any more"):
        house.send(letter("gone"))
    assert callback.calls == []


@pytest.mark.parametrize("how", ["late", "broken"])
def test_a_call_without_an_answer_is_made_again_with_the_same_id(
    how: str, tmp_path: Path, keys: Keyring, callback: Callback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have arrived. A second one is harmless, since the source knows it by its webhook-id; so the outcome is never unknown."""
    monkeypatch.setattr(sender, "TIMEOUT_S", 0.5)
    house, told = House(tmp_path, keys, callback.url), letter()
    if how == "late":
        callback.answers.clear()
    else:
        callback.statuses = [0]
    with pytest.raises(UpstreamUnavailable, match="does not answer"):
        house.send(told)
    callback.answers.set()
    assert house.send(told) == str(told.reply_id)
    assert [call[0]["webhook-id"] for call in callback.calls] == [str(told.reply_id)] * 2
    house.stop()


def test_an_account_has_a_name_and_a_bound_and_sends_only_between_begin_and_end(house: House) -> None:
    """Each source has one; none is polled, and a send returns at once."""
    assert house.accounts.keys() == {"webhook/dinas", "webhook/bisu", "webhook/kios", "webhook/kota"}
    account = house.accounts["webhook/dinas"]
    assert (account.capacity, account.per_second, account.page()) == (8, None, None)
    account.committed()
    account.end()
    with pytest.raises(UpstreamUnavailable, match="not connected"):
        house.send(letter())
    account.begin(None)
    assert house.send(letter())


def test_texts_in_flight_are_answered_after_the_end(house: House, callback: Callback) -> None:
    """The account does not wait for them, and does not cut them off."""
    callback.answers.clear()
    waiting = house.accounts["webhook/dinas"].send(letter())
    wait_until(lambda: len(callback.calls) == 1, what="the call")
    house.accounts["webhook/dinas"].end()
    assert not waiting.done()
    callback.answers.set()
    assert waiting.result(30)


def test_a_callback_that_is_away_is_called_later(tmp_path: Path, keys: Keyring) -> None:
    """Nobody listens there."""
    house = House(tmp_path, keys, f"http://127.0.0.1:{free_port()}/")
    with pytest.raises(UpstreamUnavailable, match="does not answer"):
        house.send(letter())
    house.stop()


def test_a_taken_port_stops_the_start_and_names_the_setting(house: House, tmp_path: Path) -> None:
    """One sentence."""
    port = int(house.base.rpartition(":")[2])
    second = WebhookChannel(house.intake, {}, at=("127.0.0.1", port), pseudonym=str, turned=lambda: None)
    with pytest.raises(ConfigurationError, match="LAPOR_WEBHOOK"):
        second.run(threading.Event())
    assert tmp_path.exists()
