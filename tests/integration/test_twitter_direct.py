"""The direct messages of X against the stand-in: every one once, in its order, however the pages lie and whatever fails."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from channels.base import Letter
from channels.twitter import direct_reader
from channels.twitter.channel import TwitterChannel
from channels.twitter.client import XClient
from channels.twitter.reader import MESSAGES_S, Pace
from channels.twitter.sender import XSender
from complaints.crypto import Keyring
from complaints.errors import Undeliverable, UpstreamUnavailable
from complaints.mail import ReplyKind
from tests.harness import polling
from tests.harness.fakes import Mode
from tests.harness.mailboxes import received
from tests.harness.support import wait_until
from tests.harness.x import X


@pytest.fixture
def x(tmp_path: Path) -> Iterator[X]:
    """An X on which nobody has written to us yet."""
    made = X(tmp_path / "data")
    yield made
    made.stop()


class House(polling.House):
    """The channel with its mentions, and its direct messages, which can go on behind their cursor."""

    def __init__(self, x: X, keys: Keyring, folder: Path) -> None:
        super().__init__("twitter", keys, folder)
        self.x = x

    def start(self, *, messages_s: float = 0.05) -> None:
        """Start the channel in a thread, and own its accounts."""
        pace = Pace(poll_s=0.05, monthly=1_000_000, now=lambda: datetime.now(UTC), messages_s=messages_s)
        client, intake = self.x.client(upstream=self.upstream), self.made_intake()
        channel = TwitterChannel(client, account="lapor1708", intake=intake, pace=pace, turned=self.turned)
        posts, messages = channel.accounts
        self.run(channel, posts, account=messages)

    def until(self, message: str) -> None:
        """Wait until the committed cursor is behind a message."""
        self.reach("since_id", lambda since: since == message)


@pytest.fixture
def house(x: X, keys: Keyring, tmp_path: Path) -> Iterator[House]:
    """Not yet started."""
    made = House(x, keys, tmp_path)
    yield made
    if made.thread.is_alive():
        made.stop()


def test_250_messages_are_read_in_their_order_over_the_bounds_of_pages(house: House) -> None:
    """X gives 100 at a time, newest first; more come meanwhile."""
    texts = [f"pesan {number}" for number in range(250)]
    for text in texts:
        house.x.write(text)
    house.start()
    wait_until(lambda: bool(house.texts()), what="the first messages")
    last = house.x.write("terakhir")
    house.until(last)
    house.stop()
    assert house.texts() == [*texts, "terakhir"]


def test_more_than_are_held_are_read_in_their_order_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What there was no room for is read again."""
    monkeypatch.setattr(direct_reader, "MOST_HELD", 150)
    texts = [f"pesan {number}" for number in range(320)]
    last = [house.x.write(text) for text in texts][-1]
    house.pass_by(last)
    assert house.texts() == texts


def test_a_restart_reads_each_message_once(house: House) -> None:
    """A page that was not committed comes again; one that was does not."""
    first = house.x.write("satu")
    house.start()
    house.until(first)
    house.producer.mode = Mode.away
    house.x.write("dua")
    wait_until(lambda: house.account.page() is not None, what="the page")
    house.stop()
    house.producer.mode = Mode.up
    last = house.x.write("tiga")
    house.pass_by(last)
    assert house.texts() == ["satu", "dua", "tiga"]


@pytest.mark.parametrize("status", [400, 429, 503])
def test_an_error_between_two_pages_loses_nothing_and_doubles_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """The rate limit, a fault, and a token that X no longer knows; 429 says until when, and not one look is taken before.

    Only after the refusal of a token the newest page is read again.
    """
    asked: list[str | None] = []
    call = XClient.direct_messages

    def noted(self: XClient, token: str | None) -> Any:
        asked.append(token)
        return call(self, token)

    monkeypatch.setattr(XClient, "direct_messages", noted)
    texts = [f"pesan {number}" for number in range(150)]
    last = [house.x.write(text) for text in texts][-1]
    house.start(messages_s=0.6)
    time.sleep(0.3)  # the first page is read
    house.x.fail(status, "/dm_events", reset_s=2.0)
    started = time.time()
    house.until(last)
    assert time.time() - started > (2.0 if status == 429 else 0.3)
    house.stop()
    assert (asked[2] is None) == (status == 400)
    assert house.texts() == texts


def test_an_app_without_the_permission_is_reported_and_mentions_go_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written meanwhile comes when a person has given it."""
    monkeypatch.setattr("channels.polling.REFUSED_PAUSE_S", 0.5)
    house.x.fail(403, "/dm_events", count=4)
    house.x.write("pesan")
    house.start()
    wait_until(lambda: "permission for direct messages" in house.reason("messages"), what="the report")
    assert "403" in house.reason("messages")
    house.x.ask("/tweets", author="warga", text="@lapor1708 jalan rusak")
    wait_until(lambda: "@lapor1708 jalan rusak" in house.texts(), what="the mention")
    wait_until(lambda: "pesan" in house.texts(), what="the message")
    wait_until(lambda: house.reason("messages") == "", what="the end of the report")
    house.stop()
    one, other = house.kept()
    assert one.mailbox == other.mailbox, "of one citizen"


def test_our_own_messages_and_those_in_groups_move_the_cursor_and_are_no_messages(house: House) -> None:
    """They are read only once."""
    citizen = house.x.ask("/users", username="warga")["id"]
    house.x.write("halo semua", group=True)
    own = house.x.client().message("Kode Anda", to=citizen)
    house.pass_by(own)
    assert house.kept() == []


def test_what_is_no_message_as_x_documents_it_is_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason; the next one is read."""
    asked = XClient.direct_messages

    def broken(self: XClient, token: str | None) -> Any:
        found = asked(self, token)
        return replace(
            found, events=tuple({**event, "text": 1} if "rusak" in event["text"] else event for event in found.events)
        )

    monkeypatch.setattr(XClient, "direct_messages", broken)
    house.x.write("rusak")
    last = house.x.write("utuh")
    house.pass_by(last)
    assert house.texts() == ["utuh"]
    assert [record.fault is None for record in received(house.producer)] == [False, True]


def test_an_idle_account_asks_no_more_often_than_x_allows(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """15 requests in 15 minutes, whatever the answers; a hundredth of the time here."""
    monkeypatch.setattr("channels.polling.REFUSED_PAUSE_S", 0.6)
    house.x.ask("/limits", limit=15, window_s=9)
    asked: list[float] = []
    call = XClient.direct_messages

    def counted(self: XClient, token: str | None) -> Any:
        asked.append(time.monotonic())
        return call(self, token)

    monkeypatch.setattr(XClient, "direct_messages", counted)
    house.start(messages_s=MESSAGES_S / 100)
    time.sleep(9.0)
    house.stop()
    assert 8 <= len(asked) <= 15
    assert all(later - sooner >= 0.6 for sooner, later in pairwise(asked))


def letter(citizen: str, text: str) -> Letter:
    """Return a letter to whoever wrote to us alone."""
    address = {"sender": citizen, "direct": "yes"}
    return Letter(reply_id=uuid4(), tracking_code="", kind=ReplyKind.status, address=address, text=text)


def test_who_wrote_in_private_is_answered_in_private_and_never_in_a_post(x: X) -> None:
    """Also if he takes no messages any more. A limit on messages holds up no posts."""
    sender, citizen = XSender(x.client()), x.ask("/users", username="warga")["id"]
    sender.begin()
    own = sender.send(letter(citizen, "Laporan Anda")).result(30)
    assert x.http.get("/messages").json()["messages"] == [{"id": own, "to": "warga", "text": "Laporan Anda"}]
    x.fail(429, "/dm_conversations", reset_s=60)
    for _ in range(2):
        with pytest.raises(UpstreamUnavailable):
            sender.send(letter(citizen, "Lagi")).result(30)
    post = x.ask("/tweets", author="warga", text="@lapor1708 jalan rusak")["id"]
    public = replace(letter(citizen, "Terima kasih"), address={"sender": citizen, "post": post})
    sender.send(public).result(30)
    sender.end()
    again = XSender(x.client())
    again.begin()
    x.ask("/users", username="warga", closed=True)
    with pytest.raises(Undeliverable):
        again.send(letter(citizen, "Lagi")).result(30)
    again.end()
    assert [found["text"] for found in x.posts()] == ["Terima kasih"]
    assert json.dumps(x.http.get("/messages").json()).count("Lagi") == 0
