"""The Twitter door against the stand-in for X: every mention once, the mark behind what is safe, and X's moods outlived."""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from channels.base import Letter
from channels.intake import Intake
from channels.twitter.channel import Mark, TwitterChannel
from channels.twitter.client import UserKeys, XClient
from channels.twitter.hint import Hint
from channels.twitter.sender import XSender
from complaints import ids
from complaints.contract import COMPLAINTS, DEAD_LETTERS
from complaints.crypto import Keyring
from complaints.errors import ConfigurationError, Undeliverable, UpstreamUnavailable
from complaints.event import Complaint, DeadLetter, ReplyKind
from complaints.runtime import telemetry
from complaints.storage.spool import Spool
from normalizer.complaint import Normaliser
from tests.harness.fakes import MemoryProducer, Mode
from tests.harness.support import wait_until
from tests.harness.twitter import twitter_pace

TOKEN = "the-only-token"


class X:
    """The stand-in as a process, and the citizens who post there."""

    def __init__(self, folder: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "embedded.x",
            "--port",
            "0",
            "--data-dir",
            str(folder),
            "--bearer-token",
            TOKEN,
        ]
        log = folder.with_suffix(".log")
        with log.open("w") as file:
            self.process = subprocess.Popen(command, stdout=file, stderr=file)
        wait_until(lambda: "answers at" in log.read_text(), what="the stand-in")
        self.base = re.findall(r"answers at (\S+)", log.read_text())[0]
        self.http = httpx.Client(base_url=f"{self.base}/_standin", timeout=30, trust_env=False)

    def post(self, text: str, author: str = "warga") -> str:
        """Have a citizen mention us; return the post's id."""
        body = {"author": author, "text": f"@lapor1708 {text}", "mentions": ["lapor1708"]}
        answer = self.http.post("/tweets", json=body).raise_for_status()
        found: str = answer.json()["id"]
        return found

    def fail(self, status: int, count: int, reset_s: float | None = None) -> None:
        """Let the next looks at our mentions fail."""
        body = {"status": status, "count": count, "path": "/mentions", "reset_s": reset_s}
        self.http.post("/fail", json=body).raise_for_status()


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[X]:
    """One stand-in for all; a test sees only what is posted after its mark."""
    x = X(tmp_path_factory.mktemp("x") / "data")
    yield x
    x.http.close()
    x.process.terminate()
    x.process.wait(30)


class House:
    """The door with a broker in memory and a real spool; it can be started again on the same mark."""

    def __init__(self, x: X, keys: Keyring, folder: Path) -> None:
        self.x, self.producer, self._folder = x, MemoryProducer(), folder
        self.mark = Mark(folder / "mark.json")
        self.mark_name = folder.name  # X takes the same words of the same citizen only once
        self.mark.move(x.post(f"sebelum {folder}"))  # X takes the same words of the same citizen only once
        self._normalise: Callable[..., Complaint] = lambda message: Normaliser.load().normalise(message, keys)
        self.failed: list[BaseException] = []
        self.turns = 0

    def start(
        self, *, token: str = TOKEN, spool_bytes: int = 1 << 20, account: str = "lapor1708", monthly: int = 1_000_000
    ) -> None:
        """Start the door in a thread."""
        spool = Spool(self._folder / "spool.db", max_bytes=spool_bytes)
        self.intake = Intake("twitter", normalise=self._normalise, producer=self.producer, spool=spool)
        client = XClient(self.x.base, bearer_token=token, account=account)
        pace = twitter_pace(self._folder, poll_s=0.05, monthly=monthly)
        door = TwitterChannel(client, mark=self.mark, account="lapor1708", pace=pace, turned=self._turned)
        self._stop = threading.Event()

        def run() -> None:
            try:
                door.run(self.intake, self._stop)
            except ConfigurationError as error:
                self.failed.append(error)

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()

    def _turned(self) -> None:
        self.turns += 1

    def stop(self) -> None:
        """Stop it cleanly."""
        self._stop.set()
        self.thread.join(30)
        assert not self.thread.is_alive()
        self.intake.close()

    def complaints(self) -> list[UUID]:
        """Return the ids of the complaints on the bus, in order."""
        return [complaint.id for complaint in self.producer.events(COMPLAINTS, Complaint)]


@pytest.fixture
def house(upstream: X, keys: Keyring, tmp_path: Path) -> Iterator[House]:
    """Not yet started; its mark is the newest post of now."""
    made = House(upstream, keys, tmp_path)
    yield made
    if made.thread.is_alive():
        made.stop()


def of(posts: list[str]) -> list[UUID]:
    """Return the complaints that posts become."""
    return [ids.complaint_id("twitter", post) for post in posts]


def test_a_gap_of_250_mentions_is_healed_oldest_first(house: House) -> None:
    """X gives pages of 100, newest first; all of them are read, in the order in which citizens wrote."""
    posts = [house.x.post(f"jalan rusak nomor {number}") for number in range(250)]
    house.start()
    wait_until(lambda: house.mark.read() == posts[-1], what="the mark")
    house.stop()
    assert house.complaints() == of(posts)


def test_a_restart_goes_on_from_the_mark(house: House) -> None:
    """What was safe is not read again; what came meanwhile is."""
    before = [house.x.post("lampu jalan mati"), house.x.post("sampah menumpuk")]
    house.start()
    wait_until(lambda: house.mark.read() == before[-1], what="the mark")
    house.stop()
    after = [house.x.post("air keruh")]
    house.start()
    wait_until(lambda: house.mark.read() == after[-1], what="the mark after the restart")
    house.stop()
    assert house.complaints() == of(before + after)


def test_the_mark_waits_for_a_message_that_nothing_could_take(house: House) -> None:
    """Kafka away and the spool full: the posts stay at X, and come when there is room again."""
    before = house.mark.read()
    house.producer.mode = Mode.away
    post = house.x.post("banjir di Semarang")
    turns = house.turns
    house.start(spool_bytes=100)
    wait_until(lambda: house.turns > turns + 4, what="some looks")
    assert house.mark.read() == before
    house.producer.mode = Mode.up
    wait_until(lambda: house.mark.read() == post, what="the mark")
    house.stop()
    assert set(house.complaints()) == set(of([post]))


def test_the_mark_moves_when_the_spool_has_it(house: House) -> None:
    """Kafka away: fsynced is safe, and the spool empties when Kafka is back."""
    house.producer.mode = Mode.away
    posts = [house.x.post(f"antre {number}") for number in range(3)]
    house.start()
    wait_until(lambda: house.mark.read() == posts[-1], what="the mark")
    assert house.intake.waiting == 3
    house.producer.mode = Mode.up
    wait_until(lambda: house.intake.waiting == 0, what="an empty spool")
    house.stop()
    assert house.complaints() == of(posts)


def test_a_rate_limit_is_waited_out(house: House) -> None:
    """429 says until when; not one look is taken before, and the loop still turns."""
    house.x.fail(429, count=1, reset_s=1.0)
    post = house.x.post("pungli")
    started = time.time()
    house.start()
    wait_until(lambda: house.mark.read() == post, what="the mark")
    assert time.time() - started >= 1.0
    house.stop()
    assert house.complaints() == of([post])


def test_faults_of_x_are_tried_again_at_growing_pauses(house: House) -> None:
    """Three times 503, then it goes on where it was."""
    house.x.fail(503, count=3)
    post = house.x.post("KTP belum jadi")
    started = time.monotonic()
    house.start()
    wait_until(lambda: house.mark.read() == post, what="the mark")
    assert time.monotonic() - started >= 0.1 + 0.2 + 0.4
    house.stop()
    assert house.complaints() == of([post])


def test_wrong_credentials_stop_the_door_and_name_the_setting(house: House) -> None:
    """Trying again would not help."""
    house.start(token="another")
    wait_until(lambda: bool(house.failed), what="the refusal")
    house.stop()
    assert "LAPOR_X_BEARER_TOKEN" in str(house.failed[0])


def test_an_account_that_x_does_not_know_stops_the_door_and_names_the_setting(house: House) -> None:
    """A slip in LAPOR_X_ACCOUNT would otherwise look like a quiet day."""
    house.start(account="nobody_is_called_so")
    wait_until(lambda: bool(house.failed), what="the refusal")
    house.stop()
    assert "LAPOR_X_ACCOUNT" in str(house.failed[0])


def test_our_own_posts_move_the_mark_and_are_no_complaints(house: House) -> None:
    """Our answers mention us too."""
    own = house.x.post("sudah kami teruskan", author="lapor1708")
    house.start()
    wait_until(lambda: house.mark.read() == own, what="the mark")
    house.stop()
    assert house.complaints() == []
    assert house.producer.events(DEAD_LETTERS, DeadLetter) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"since_id": null}', '{"since_id": "x"}'])
def test_a_mark_that_is_none_stops_the_start(text: str, tmp_path: Path) -> None:
    """It says that the file may be removed, since ids are derived."""
    (tmp_path / "mark.json").write_text(text)
    with pytest.raises(ConfigurationError, match="remove it"):
        Mark(tmp_path / "mark.json").read()


def test_a_mark_is_whole_or_not_there(tmp_path: Path) -> None:
    """A half-written draft beside it is nobody's mark."""
    mark = Mark(tmp_path / "deep" / "mark.json")
    assert mark.read() is None
    mark.move("1850000000000000001")
    (tmp_path / "deep" / "mark.new").write_text("{")
    assert mark.read() == "1850000000000000001"
    assert json.loads((tmp_path / "deep" / "mark.json").read_text()) == {"since_id": "1850000000000000001"}


def test_a_spent_budget_stops_the_reading_and_the_next_month_goes_on(house: House) -> None:
    """X bills each post; what is not read stays at X."""
    house.start(monthly=2)
    first = [house.x.post(f"anggaran {number} {house.mark_name}") for number in range(2)]
    wait_until(lambda: house.complaints() == of(first), what="the month's posts")
    house.x.post(f"terlalu banyak {house.mark_name}")
    turns = house.turns
    wait_until(lambda: house.turns > turns, what="a turn")
    assert house.complaints() == of(first)
    assert telemetry.X_READS_SHARE._value.get() == 1.0
    house.stop()


def test_a_thread_is_one_complaint(house: House) -> None:
    """What the citizen posts below the first post before we look is part of it."""
    root = house.x.post(f"jalan rusak 1/2 {house.mark_name}")
    body = {"author": "warga", "text": f"@lapor1708 2/2 di Jalan Pemuda {house.mark_name}", "in_reply_to": int(root)}
    house.x.http.post("/tweets", json=body).raise_for_status()
    house.start()
    wait_until(lambda: len(house.complaints()) == 1, what="the complaint")
    (only,) = house.producer.events(COMPLAINTS, Complaint)
    assert (only.id, only.raw.parts) == (of([root])[0], 2)
    assert "1/2" in only.text
    assert "Jalan Pemuda" in only.text
    house.stop()


def test_what_the_citizen_quotes_is_part_of_the_complaint(house: House) -> None:
    """The words "tolong ini" alone would say nothing."""
    other = house.x.http.post(
        "/tweets", json={"author": "koran", "text": f"Lampu jalan mati di Kota Semarang {house.mark_name}"}
    )
    body = {"author": "warga", "text": f"@lapor1708 tolong ini {house.mark_name}", "quotes": int(other.json()["id"])}
    house.x.http.post("/tweets", json=body).raise_for_status()
    house.start()
    wait_until(lambda: len(house.complaints()) == 1, what="the complaint")
    (only,) = house.producer.events(COMPLAINTS, Complaint)
    assert "[mengutip @koran] Lampu jalan mati" in only.text
    assert only.place.regency is not None
    house.stop()


def letter(post: str, text: str) -> Letter:
    """Return a letter to the author of a post."""
    return Letter(
        reply_id=uuid4(), tracking_code="", kind=ReplyKind.received, address={"sender": "1", "post": post}, text=text
    )


@pytest.fixture
def sender(upstream: X) -> XSender:
    """Our account as it answers."""
    keys = UserKeys.parse("a:b:c:d")
    return XSender(XClient(upstream.base, bearer_token=TOKEN, account="lapor1708", user_keys=keys))


def test_an_answer_stands_below_the_citizens_post(upstream: X, sender: XSender) -> None:
    """And its id is what we know it by; the same text again has arrived already."""
    post = upstream.post(f"jalan rusak {uuid4()}")
    text = f"Laporan Anda sudah kami terima {uuid4()}"
    own = sender.send(letter(post, text)).result(30)
    (found,) = [item for item in upstream.http.get("/posts").json()["posts"] if item["id"] == own]
    assert (found["text"], found["in_reply_to"]) == (text, post)
    assert sender.send(letter(post, text)).result(30) == ""


def test_a_post_that_is_gone_cannot_be_answered(upstream: X, sender: XSender) -> None:
    """Deleted, or of an account that hides its posts from us."""
    post = upstream.post(f"jalan rusak {uuid4()}")
    upstream.http.delete(f"/tweets/{post}").raise_for_status()
    with pytest.raises(Undeliverable):
        sender.send(letter(post, f"Terima kasih {uuid4()}")).result(30)
    hidden = upstream.post(f"jalan rusak {uuid4()}", author="tertutup")
    upstream.http.post("/users", json={"username": "tertutup", "protected": True}).raise_for_status()
    with pytest.raises(Undeliverable):
        sender.send(letter(hidden, f"Terima kasih {uuid4()}")).result(30)


@pytest.mark.parametrize("status", [429, 500, 503, 401])
def test_what_x_does_not_take_now_is_tried_again_later(upstream: X, sender: XSender, status: int) -> None:
    """Also wrong credentials: an operator mends them, and the answers are still there."""
    post = upstream.post(f"jalan rusak {uuid4()}")
    upstream.http.post("/fail", json={"status": status, "count": 1, "path": "/2/tweets"}).raise_for_status()
    with pytest.raises(UpstreamUnavailable):
        sender.send(letter(post, f"Terima kasih {uuid4()}")).result(30)


def test_a_rate_limit_on_our_answers_holds_all_of_them_until_x_wants_them(upstream: X, sender: XSender) -> None:
    """A hundred letters must not ask a hundred times: X ends the access of who goes on asking."""
    post = upstream.post(f"jalan rusak {uuid4()}")
    limit = {"status": 429, "count": 1, "path": "/2/tweets", "reset_s": 1.0}
    upstream.http.post("/fail", json=limit).raise_for_status()
    for _ in range(3):  # the stand-in would take the second
        with pytest.raises(UpstreamUnavailable):
            sender.send(letter(post, f"Terima kasih {uuid4()}")).result(30)
    wait_until(lambda: sender.send(letter(post, f"Sama-sama {uuid4()}")).exception(5) is None, what="the next window")


def test_the_stream_is_a_hint_to_look_at_once(upstream: X) -> None:
    """It wakes the door; what is taken is always read by the mark."""
    stop, hint = threading.Event(), Hint(upstream.base, bearer_token=TOKEN, account="lapor1708")
    hint.start(stop)

    def hinted() -> bool:
        upstream.post(f"dengar {uuid4()}")
        return hint.heard.wait(0.5)

    wait_until(hinted, what="a hint")
    stop.set()
    hint.close()
