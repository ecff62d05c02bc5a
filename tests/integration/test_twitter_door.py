"""The Twitter channel against the stand-in for X: every mention once, the cursor behind what is committed, and X's faults outlived."""

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from channels.base import Letter
from channels.twitter.channel import TwitterChannel
from channels.twitter.client import XClient
from channels.twitter.hint import Hint
from channels.twitter.reader import Pace
from channels.twitter.sender import XSender
from complaints import ids, wording
from complaints.crypto import Keyring
from complaints.errors import OutcomeUnknown, Undeliverable, UpstreamUnavailable
from complaints.mail import ReplyKind
from complaints.runtime import telemetry
from complaints.runtime.upstream import Upstream
from tests.harness import polling
from tests.harness.mailboxes import received
from tests.harness.support import free_port, wait_until
from tests.harness.tables import row_by_row
from tests.harness.webhook import silent
from tests.harness.x import TOKEN, X


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[X]:
    """One stand-in for all; a test sees only what is posted after its mark."""
    x = X(tmp_path_factory.mktemp("x") / "data")
    yield x
    x.stop()


class House(polling.House):
    """The channel of mentions."""

    def __init__(self, x: X, keys: Keyring, folder: Path) -> None:
        super().__init__("twitter", keys, folder, {"since_id": x.post(f"sebelum {folder}")})
        self.x = x
        self.name = folder.name  # X takes the same words of the same citizen only once

    def start(self, *, token: str = TOKEN, account: str = "lapor1708", monthly: int = 1_000_000) -> None:
        """Start the channel in a thread, and own its account."""
        client = XClient(self.x.base, bearer_token=token, account=account, upstream=self.upstream)
        pace = Pace(poll_s=0.05, monthly=monthly, now=lambda: datetime.now(UTC))
        intake = self.made_intake()
        channel = TwitterChannel(client, account=account, intake=intake, pace=pace, turned=self.turned)
        self.run(channel, account=channel.accounts[0])

    def until(self, post: str) -> None:
        """Wait until the committed cursor is behind a post, without a gap."""
        self.reach("since_id", lambda since: since == post)

    def ids(self) -> list[UUID]:
        """Return the ids of the messages, in order."""
        return [one.id for one in self.kept()]


@pytest.fixture
def house(upstream: X, keys: Keyring, tmp_path: Path) -> Iterator[House]:
    """Not yet started; its cursor is behind the newest post of now."""
    made = House(upstream, keys, tmp_path)
    yield made
    if made.thread.is_alive():
        made.stop()


def of(posts: list[str]) -> list[UUID]:
    """Return the ids of the messages that posts become."""
    return [ids.message_id("twitter", post) for post in posts]


def test_a_gap_of_250_mentions_is_healed_page_by_page(house: House) -> None:
    """X gives pages of 100, newest first. Each is committed when it was read, its posts oldest first; none is missing at the end."""
    posts = [house.x.post(f"jalan rusak nomor {number} {house.name}") for number in range(250)]
    house.pass_by(posts[-1])
    assert house.ids() == of(posts[150:] + posts[50:150] + posts[:50])


def test_an_error_in_the_middle_of_a_gap_discards_nothing(house: House) -> None:
    """Not what was read, nor what was paid: whoever takes over goes on with the next page."""
    posts = [house.x.post(f"lampu mati nomor {number} {house.name}") for number in range(150)]
    house.start()
    wait_until(lambda: bool(house.owner.pages), what="the first page")
    house.stop()
    before = house.ids()
    house.x.fail(503, "/mentions", count=1)
    house.pass_by(posts[-1])
    assert house.ids()[: len(before)] == before
    assert sorted(house.ids()) == sorted(of(posts))
    assert house.cursor["read"] == 150


def test_a_rate_limit_is_waited_out(house: House) -> None:
    """429 says until when; not one look is taken before."""
    house.x.fail(429, "/mentions", count=1, reset_s=1.0)
    post = house.x.post(f"pungli {house.name}")
    started = time.time()
    house.start()
    house.until(post)
    assert time.time() - started >= 1.0
    house.stop()
    assert house.ids() == of([post])


def test_faults_of_x_are_tried_again_at_growing_pauses(house: House) -> None:
    """Three times 503, then it goes on where it was."""
    house.x.fail(503, "/mentions", count=3)
    post = house.x.post(f"KTP belum jadi {house.name}")
    started = time.monotonic()
    house.start()
    house.until(post)
    assert time.monotonic() - started >= 0.1 + 0.2 + 0.4
    house.stop()
    assert house.ids() == of([post])


@row_by_row
def test_what_a_person_must_correct_is_reported_and_tried_again_and_ends_nothing(
    wrong: dict[str, Any], setting: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other channels of the process live on; a slip in the account's name would otherwise look like a quiet day."""
    monkeypatch.setattr("channels.polling.REFUSED_PAUSE_S", 0.3)
    house.start(**wrong)
    wait_until(lambda: setting in house.reason(), what="the report")
    assert "another" not in (house.folder / "upstreams" / "twitter.json").read_text()
    turns = house.turns
    wait_until(lambda: house.turns > turns + 1, what="the heartbeat")
    assert house.thread.is_alive()
    house.stop()
    assert house.failed == []


def test_our_own_posts_move_the_cursor_and_are_no_messages(house: House) -> None:
    """Our answers mention us too."""
    own = house.x.post(f"sudah kami teruskan {house.name}", author="lapor1708")
    house.pass_by(own)
    assert received(house.producer) == []


def test_a_spent_budget_stops_the_reading_and_the_next_month_goes_on(house: House) -> None:
    """X bills each post; what is not read stays at X, and the count is in the cursor: no other process forgets it."""
    house.start(monthly=2)
    first = [house.x.post(f"anggaran {number} {house.name}") for number in range(2)]
    wait_until(lambda: house.ids() == of(first), what="the month's posts")
    after = house.x.post(f"terlalu banyak {house.name}")
    house.stop()
    house.start(monthly=2)
    wait_until(lambda: "LAPOR_X_MONTHLY_READS" in house.reason(), what="the report")
    assert house.ids() == of(first)
    assert telemetry.X_READS_SHARE._value.get() == 1.0
    house.stop()
    assert house.cursor["read"] == 2
    house.cursor |= {"month": "2020-01"}
    house.start(monthly=2)
    house.until(after)
    house.stop()
    assert house.cursor["read"] == 1


def test_a_thread_is_one_message(house: House) -> None:
    """What the citizen posts below the first post before we look is part of it."""
    root = house.x.post(f"jalan rusak 1/2 {house.name}")
    house.x.ask("/tweets", author="warga", text=f"@lapor1708 2/2 di Jalan Pemuda {house.name}", in_reply_to=int(root))
    house.start()
    wait_until(lambda: len(house.ids()) == 1, what="the message")
    (only,) = house.kept()
    assert (only.id, only.message.parts, only.message.thread) == (of([root])[0], 2, root)
    assert "1/2" in only.message.text
    assert "Jalan Pemuda" in only.message.text
    assert only.message.reply_to["conversation"] == root
    house.stop()


def test_what_the_citizen_quotes_is_part_of_the_message(house: House) -> None:
    """The words "tolong ini" alone would say nothing."""
    other = house.x.ask("/tweets", author="koran", text=f"Lampu jalan mati di Kota Semarang {house.name}")["id"]
    house.x.ask("/tweets", author="warga", text=f"@lapor1708 tolong ini {house.name}", quotes=int(other))
    house.start()
    wait_until(lambda: len(house.ids()) == 1, what="the message")
    assert "[mengutip @koran] Lampu jalan mati" in house.kept()[0].message.text
    house.stop()


def letter(post: str, text: str, **address: str) -> Letter:
    """Return a letter to the author of a post."""
    to = {"sender": "1", "post": post, "conversation": post, "username": "warga"} | address
    return Letter(reply_id=uuid4(), tracking_code="", kind=ReplyKind.received, address=to, text=text)


@pytest.fixture
def sender(upstream: X) -> Iterator[XSender]:
    """Our account as it answers."""
    made = XSender(upstream.client())
    made.begin()
    yield made
    made.end()


def test_an_answer_stands_below_the_citizens_post(upstream: X, sender: XSender) -> None:
    """Its id is what we know it by."""
    post = upstream.post(f"jalan rusak {uuid4()}")
    text = f"Laporan Anda sudah kami terima {uuid4()}"
    own = sender.send(letter(post, text)).result(30)
    (found,) = [item for item in upstream.posts() if item["id"] == own]
    assert (found["text"], found["in_reply_to"]) == (text, post)


def private(upstream: X, author: str, *, closed: bool) -> tuple[str, Letter]:
    """Return a post of an account, and a letter to its author that nobody else may read."""
    user = upstream.ask("/users", username=author, closed=closed)
    post = upstream.post(f"jalan rusak {uuid4()}", author=author)
    return post, replace(letter(post, f"Kode K7QX2 {uuid4()}", sender=user["id"], username=author), private=True)


def test_what_is_secret_is_told_to_its_citizen_alone(upstream: X, sender: XSender) -> None:
    """By a direct message. Below his post stands nothing."""
    post, told = private(upstream, "warga_rahasia", closed=False)
    own = sender.send(told).result(30)
    messages = upstream.http.get("/messages").json()["messages"]
    assert {"id": own, "to": "warga_rahasia", "text": told.text} in messages
    assert [item for item in upstream.posts() if item["in_reply_to"] == post] == []


def test_who_takes_no_messages_reads_a_sentence_that_gives_nothing_away(upstream: X, sender: XSender) -> None:
    """It is the same for each, names private ways and the number for emergencies, and has no code. It counts as no reply."""
    sentence = wording.text("not_here", "twitter")
    for author in ("tanpa_dm", "tanpa_dm_juga"):
        post, told = private(upstream, author, closed=True)
        with pytest.raises(Undeliverable, match="no direct messages"):
            sender.send(told).result(30)
        (found,) = [item for item in upstream.posts() if item["in_reply_to"] == post]
        assert found["text"].removeprefix(f"@{author} ") == sentence
        assert told.text not in found["text"]
    assert {"DM", "1708", "112"} <= set(re.findall(r"\w+", sentence))


def test_a_sentence_in_the_place_of_a_secret_reply_is_never_that_reply(upstream: X, sender: XSender) -> None:
    """Also if it stands there already, from a reply before; or if nobody knows whether it does. Officers see who was not told."""
    post, told = private(upstream, "tanpa_dm_lagi", closed=True)
    for again in (told, replace(told, reply_id=uuid4(), text="Jawaban instansi")):
        with pytest.raises(Undeliverable, match="no direct messages"):
            sender.send(again).result(30)
    assert len([item for item in upstream.posts() if item["in_reply_to"] == post]) == 1
    upstream.fail(503, "/2/tweets")
    with pytest.raises(Undeliverable, match="no direct messages"):
        sender.send(told).result(30)


def test_a_message_whose_outcome_is_unknown_is_not_told_in_public(upstream: X, sender: XSender) -> None:
    """A fault of X says nothing of the citizen, who may have it."""
    post, told = private(upstream, "warga_dm", closed=False)
    upstream.fail(503, "/dm_conversations")
    with pytest.raises(OutcomeUnknown):
        sender.send(told).result(30)
    assert [item for item in upstream.posts() if item["in_reply_to"] == post] == []


def test_an_answer_that_has_arrived_is_found_again(upstream: X, sender: XSender) -> None:
    """X refuses the same text a second time: it is looked up below the citizen's post, and nothing is posted again."""
    post = upstream.post(f"jalan rusak {uuid4()}")
    text = f"Laporan Anda sudah kami terima {uuid4()}"
    own = sender.send(letter(post, text)).result(30)
    count = len(upstream.posts())
    assert sender.send(letter(post, text)).result(30) == own
    assert len(upstream.posts()) == count


def test_another_citizen_who_is_told_the_same_is_told_it_by_name(upstream: X, sender: XSender) -> None:
    """X refuses the same text to the second one, who would hear nothing."""
    text = f"Kode itu tidak kami kenal {uuid4()}"
    first, second = upstream.post(f"status {uuid4()}"), upstream.post(f"status {uuid4()}", author="tetangga")
    sender.send(letter(first, text)).result(30)
    own = sender.send(letter(second, text, username="tetangga")).result(30)
    (found,) = [item for item in upstream.posts() if item["id"] == own]
    assert (found["text"], found["in_reply_to"]) == (f"@tetangga {text}", second)
    assert sender.send(letter(second, text, username="tetangga")).result(30) == own


def test_an_answer_that_cannot_be_looked_up_counts_as_sent(upstream: X, sender: XSender) -> None:
    """It has most likely arrived; a second one would be certain."""
    post = upstream.post(f"jalan rusak {uuid4()}")
    text = f"Laporan Anda sudah kami terima {uuid4()}"
    sender.send(letter(post, text)).result(30)
    upstream.fail(503, "/search/recent")
    assert sender.send(letter(post, text)).result(30) == ""


def test_a_post_that_is_gone_cannot_be_answered(upstream: X, sender: XSender) -> None:
    """Deleted, or of an account that hides its posts from us, or never named."""
    post = upstream.post(f"jalan rusak {uuid4()}")
    upstream.http.delete(f"/tweets/{post}").raise_for_status()
    with pytest.raises(Undeliverable):
        sender.send(letter(post, f"Terima kasih {uuid4()}")).result(30)
    hidden = upstream.post(f"jalan rusak {uuid4()}", author="tertutup")
    upstream.ask("/users", username="tertutup", protected=True)
    with pytest.raises(Undeliverable):
        sender.send(letter(hidden, f"Terima kasih {uuid4()}")).result(30)
    nowhere = Letter(reply_id=uuid4(), tracking_code="", kind=ReplyKind.received, address={"sender": "1"}, text="x")
    with pytest.raises(Undeliverable):
        sender.send(nowhere).result(30)


@pytest.mark.parametrize("cut", [False, True])
def test_a_server_that_takes_the_request_and_does_not_answer_leaves_the_outcome_unknown(
    upstream: X, *, cut: bool
) -> None:
    """Whether it hangs or breaks the connection; the sender's thread does not wait for it."""
    with silent(cut=cut) as server:
        sender = XSender(upstream.client(base=server.base, timeout_s=0.5))
        sender.begin()
        started = time.monotonic()
        answers = [sender.send(letter("1", f"Terima kasih {number}")) for number in range(4)]
        assert time.monotonic() - started < 0.3
        for answer in answers:
            with pytest.raises(OutcomeUnknown):
                answer.result(30)
        sender.end()
    assert len(server.calls) == 4


def test_a_refused_connection_leaves_the_reply_for_later(upstream: X) -> None:
    """Nothing has left."""
    sender = XSender(upstream.client(base=f"http://127.0.0.1:{free_port()}"))
    sender.begin()
    with pytest.raises(UpstreamUnavailable):
        sender.send(letter("1", "Terima kasih")).result(30)
    sender.end()


def test_an_account_sends_only_between_begin_and_end(house: House) -> None:
    """Another process may own it otherwise."""
    house.start()
    assert (house.account.name, house.account.capacity, house.account.per_second) == ("twitter/@lapor1708", 4, None)
    house.account.end()
    with pytest.raises(UpstreamUnavailable, match="not begun"):
        house.account.send(letter("1", "Terima kasih")).result(1)


def test_an_account_whose_replies_are_refused_is_reported(upstream: X, tmp_path: Path) -> None:
    """Reading works meanwhile, so it has a record of its own."""
    sender = XSender(upstream.client(upstream=Upstream(tmp_path, "twitter")))
    sender.begin()
    post = upstream.post(f"jalan rusak {uuid4()}")
    upstream.fail(401, "/2/tweets")

    def reason() -> str:
        (found,) = [reach for reach in Upstream.read(tmp_path, "twitter") if "replies" in reach.account]
        return found.reason

    with pytest.raises(UpstreamUnavailable):
        sender.send(letter(post, f"Terima kasih {uuid4()}")).result(30)
    assert "401" in reason()
    sender.send(letter(post, f"Terima kasih {uuid4()}")).result(30)
    assert reason() == ""
    sender.end()


def test_a_rate_limit_on_our_answers_holds_all_of_them_until_x_wants_them(upstream: X, sender: XSender) -> None:
    """A hundred letters must not ask a hundred times: X ends the access of who goes on asking."""
    post = upstream.post(f"jalan rusak {uuid4()}")
    upstream.fail(429, "/2/tweets", reset_s=1.0)
    for _ in range(3):  # the stand-in would take the second
        with pytest.raises(UpstreamUnavailable):
            sender.send(letter(post, f"Terima kasih {uuid4()}")).result(30)
    wait_until(lambda: sender.send(letter(post, f"Sama-sama {uuid4()}")).exception(5) is None, what="the next window")


def test_the_stream_is_a_hint_to_look_at_once(upstream: X) -> None:
    """It wakes the reader; what is taken is always read by the cursor. It can be closed, and begun again."""
    hint = Hint(upstream.base, bearer_token=TOKEN, account="lapor1708")

    def hinted() -> bool:
        upstream.post(f"dengar {uuid4()}")
        return hint.heard.wait(0.5)

    for _ in range(2):
        stop = threading.Event()
        hint.heard.clear()
        hint.start(stop)
        wait_until(hinted, what="a hint")
        stop.set()
        hint.close()
