"""Replies on their way: each once, recorded, and held back where it must be."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from channels import courier
from channels.base import Letter
from channels.correspondence import Correspondence
from channels.courier import Courier, Limits
from channels.known_cases import KnownCases
from channels.safe import Outcome, Receipt
from complaints.bus import Batch, Offsets, StoredRecord, TopicPartition
from complaints.bus.envelope import encode
from complaints.contract import REPLIES
from complaints.crypto import Keyring
from complaints.errors import BusUnavailable, ConfigurationError, IntakeFull, Undeliverable, UpstreamUnavailable
from complaints.event import DeadLetter, Delivery, DeliveryOutcome, Reply, ReplyKind
from complaints.ids import reply_id
from tests.harness.events import complaint
from tests.harness.support import wait_until


class Topic:
    """A consumer of what a test puts there."""

    def __init__(self) -> None:
        self.records: list[StoredRecord] = []
        self.committed_to = 0
        self.away = self.closed = False

    def poll(self, *, max_records: int, timeout_s: float) -> Batch:
        """Give what is not committed."""
        del timeout_s
        if self.away:
            raise BusUnavailable("away")
        return self.records[self.committed_to : self.committed_to + max_records]

    def commit(self, offsets: Offsets, notes: Mapping[TopicPartition, str] | None = None) -> None:
        """Go on."""
        del notes
        if self.away:
            raise BusUnavailable("away")
        self.committed_to = max(offsets.values())

    def committed(self) -> Mapping[TopicPartition, tuple[int, str]]:
        """Never asked."""
        raise NotImplementedError

    def on_revoke(self, callback: Any) -> None:
        """Never asked."""
        raise NotImplementedError

    def close(self) -> None:
        """Note it."""
        self.closed = True


class Phone:
    """A channel that notes what is sent, and fails as it is told."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.failures: list[Exception] = []

    def send(self, letter: Letter) -> "Future[str]":
        """Send, or fail."""
        answer: Future[str] = Future()
        if self.failures:
            answer.set_exception(self.failures.pop(0))
        else:
            self.letters.append(letter)
            answer.set_result(f"up-{len(self.letters)}")
        return answer


class House:
    """A courier with a topic in memory."""

    def __init__(self, folder: Path, keys: Keyring) -> None:
        self.keys, self.folder = keys, folder
        self.topic, self.phone = Topic(), Phone()
        self.kept: list[Delivery | DeadLetter] = []
        self.memory = self._open()
        self.known = KnownCases(folder / "k.db", clock=time.time, question_s=3600.0)

    def _open(self) -> Correspondence:
        return Correspondence(self.folder / "c.db", clock=time.time)

    def restart(self) -> None:
        """Die without a word and start again."""
        self.memory.close()
        self.memory = self._open()

    def keep(self, event: Delivery | DeadLetter) -> "Future[Receipt]":
        """Keep an event."""
        self.kept.append(event)
        kept: Future[Receipt] = Future()
        kept.set_result(Receipt(Outcome.published, event.id, ""))
        return kept

    def courier(self, *, per_hour: int | None = None) -> Courier:
        """Return it."""
        return Courier(
            "sms",
            consumer=self.topic,
            memory=self.memory,
            known=self.known,
            keyring=self.keys,
            sender=self.phone,
            keep=self.keep,
            limits=Limits(per_hour=per_hour, max_age_s=3600.0),
        )

    def reply(self, number: int = 1, *, sender: str = "6281", **changes: Any) -> Reply:
        """Put a reply on the topic."""
        case = complaint(number)
        fields: dict[str, Any] = {
            "id": reply_id(case.id, "received"),
            "complaint_id": case.id,
            "tracking_code": case.tracking_code,
            "channel": "sms",
            "reply_address": self.keys.seal({"sender": sender, "from": "1708"}, case.id),
            "kind": ReplyKind.received,
            "text": f"Laporan {number} diterima",
            "created_at": datetime.now(UTC),
        }
        made = Reply(**(fields | changes))
        self.put(encode(made, source="/t").value, encode(made, source="/t").headers)
        return made

    def put(self, value: bytes, headers: Sequence[tuple[str, bytes]] = ()) -> None:
        """Put a record on the topic."""
        self.topic.records.append(StoredRecord(REPLIES, 0, len(self.topic.records), b"k", value, tuple(headers), 0))

    @property
    def outcomes(self) -> list[str]:
        """What became of replies, in order."""
        return [event.outcome.value for event in self.kept if isinstance(event, Delivery)]


@pytest.fixture
def house(tmp_path: Path, keys: Keyring) -> Iterator[House]:
    """Nothing on its way."""
    made = House(tmp_path, keys)
    yield made
    made.memory.close()
    made.known.close()


def test_a_reply_is_sent_once_and_recorded(house: House) -> None:
    """To the unsealed address; read again from Kafka, it is known."""
    reply = house.reply()
    house.courier().turn()
    house.topic.committed_to = 0
    house.courier().turn()
    (letter,) = house.phone.letters
    assert (letter.reply_id, letter.text, letter.kind) == (reply.id, reply.text, ReplyKind.received)
    assert letter.address == {"sender": "6281", "from": "1708"}
    (record,) = house.kept
    assert isinstance(record, Delivery)
    assert (record.reply_id, record.outcome, record.upstream_id) == (reply.id, DeliveryOutcome.sent, "up-1")


def test_replies_for_other_doors_are_passed_over(house: House) -> None:
    """By their header, and by the event where an older writer gave none."""
    house.reply(1, channel="web")
    other = house.reply(2, channel="telegram")
    house.put(encode(other, source="/t").value)
    house.courier().turn()
    assert (house.phone.letters, house.kept, house.topic.committed_to) == ([], [], 3)


def test_a_reply_tells_the_conversation_who_is_asked_and_for_what(house: House) -> None:
    """Before it is sent: the citizen may answer at once."""
    asked = house.reply(kind=ReplyKind.question, part="place", reply_address=address(house, thread="t"))
    reporter = house.keys.pseudonym("sms", "6281")
    heard: list[bool] = []
    send = house.phone.send

    def answered(letter: Letter) -> "Future[str]":
        heard.append(bool(house.known.asked(reporter)))
        return send(letter)

    house.phone.send = answered  # type: ignore[method-assign]
    house.courier().turn()
    (case,) = house.known.asked(reporter)
    assert heard == [True]
    assert (case.complaint_id, case.code, case.part) == (asked.complaint_id, asked.tracking_code, "place")
    assert house.known.in_thread(reporter, "t") == case


def address(house: House, **more: str) -> str:
    """Return a sealed address of the first case."""
    return house.keys.seal({"sender": "6281", "from": "1708", **more}, complaint(1).id)


def test_a_reply_that_comes_too_late_is_given_up(house: House) -> None:
    """A group that lost its progress must not send a month of old news."""
    house.reply(created_at=datetime.now(UTC) - timedelta(hours=2))
    house.courier().turn()
    assert (house.phone.letters, house.outcomes) == ([], ["expired"])


def test_what_can_never_be_sent_is_recorded_with_its_reason(house: House) -> None:
    """And not tried again."""
    house.reply()
    house.phone.failures = [Undeliverable("a machine")]
    house.courier().turn()
    house.courier().turn()
    (record,) = house.kept
    assert isinstance(record, Delivery)
    assert (record.outcome, record.reason, house.phone.letters) == (DeliveryOutcome.undeliverable, "a machine", [])


def test_what_cannot_be_sent_now_waits_and_goes_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others are not held up by it."""
    monkeypatch.setattr(courier, "FIRST_PAUSE_S", 0.5)
    first, second = house.reply(1), house.reply(2)
    house.phone.failures = [UpstreamUnavailable("busy")]
    house.courier().turn()
    assert [letter.reply_id for letter in house.phone.letters] == [second.id]

    def both() -> bool:
        house.courier().turn()
        return len(house.phone.letters) == 2

    wait_until(both, what="the next try")
    assert [letter.reply_id for letter in house.phone.letters] == [second.id, first.id]
    assert house.outcomes == ["sent", "sent"]


def test_what_was_being_sent_at_a_crash_is_sent_again(house: House) -> None:
    """Rather twice than never: nobody knows whether it went out."""
    reply = house.reply()
    house.courier()._take(house.topic.records)
    assert [outgoing.reply.id for outgoing in house.memory.due(10)] == [reply.id]
    assert house.memory.due(10) == []
    house.restart()
    house.courier().turn()
    assert [letter.reply_id for letter in house.phone.letters] == [reply.id]


def test_what_was_sent_before_a_crash_is_not_sent_again(house: House) -> None:
    """Though Kafka's progress was not stored."""
    house.reply()
    house.courier().turn()
    house.topic.committed_to = 0
    house.restart()
    house.courier().turn()
    assert len(house.phone.letters) == 1


def test_one_citizen_hears_at_most_so_much_an_hour(house: House) -> None:
    """The rest waits; others hear at once; a page has no limit."""
    for number in range(4):
        house.reply(number)
    house.reply(9, sender="6282")
    house.courier(per_hour=2).turn()
    assert sorted(letter.address["sender"] for letter in house.phone.letters) == ["6281", "6281", "6282"]
    house.courier(per_hour=2).turn()
    assert len(house.phone.letters) == 3
    waiting = house.memory._rows("SELECT due_s, tries FROM reply WHERE state = 'waiting'")
    assert all(3500 < due_s - time.time() < 3700 and tries == 0 for due_s, tries in waiting)
    assert len(waiting) == 2


def test_poison_is_a_dead_letter_and_the_rest_goes_on(house: House) -> None:
    """No event, or an address that was sealed with another secret."""
    house.put(b"{}")
    house.reply(1, reply_address="AAAA")
    house.reply(2)
    house.courier().turn()
    assert [type(event) for event in house.kept] == [DeadLetter, DeadLetter, Delivery]
    assert len(house.phone.letters) == 1


def test_a_broker_that_is_away_is_waited_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop turns meanwhile; the group is left at the end."""
    monkeypatch.setattr(courier, "FIRST_PAUSE_S", 0.01)
    stop, turns = threading.Event(), []
    house.topic.away = True

    def turned() -> None:
        turns.append(len(house.phone.letters))
        if len(turns) == 3:
            house.topic.away = False
            house.reply()
        elif len(turns) > 4:
            stop.set()

    house.courier().run(stop, turned)
    assert len(house.phone.letters) == 1
    assert house.topic.closed


def test_a_full_disk_sends_nothing_that_it_would_send_twice(house: House) -> None:
    """What cannot be noted is not sent."""
    house.reply()
    house.memory._database.execute("PRAGMA query_only = 1")
    with pytest.raises(IntakeFull):
        house.courier().turn()
    assert house.phone.letters == []
    house.memory._database.execute("PRAGMA query_only = 0")
    house.courier().turn()
    assert len(house.phone.letters) == 1


def test_a_letter_that_waits_is_not_lost_when_kafka_goes_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time comes while Kafka is away: it goes out in this life of the door, not only after its next start."""
    monkeypatch.setattr(courier, "FIRST_PAUSE_S", 0.0)
    reply = house.reply()
    house.phone.failures = [UpstreamUnavailable("busy")]
    carrier = house.courier()
    carrier.turn()
    house.topic.away = True
    with pytest.raises(BusUnavailable):
        carrier.turn()
    house.topic.away = False
    carrier.turn()
    assert [letter.reply_id for letter in house.phone.letters] == [reply.id]


def test_an_outcome_that_the_disk_did_not_take_is_recorded_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was sent is not sent again, and what was not sent goes out: a full disk may pass."""
    monkeypatch.setattr(courier, "FIRST_PAUSE_S", 0.0)
    house.reply(1)
    second = house.reply(2)
    send, carrier = house.phone.send, house.courier()

    def disk_fills(letter: Letter) -> "Future[str]":
        house.memory._database.execute("PRAGMA query_only = 1")
        return send(letter)

    monkeypatch.setattr(house.phone, "send", disk_fills)
    house.phone.failures = [UpstreamUnavailable("busy")]
    with pytest.raises(IntakeFull):
        carrier.turn()
    monkeypatch.setattr(house.phone, "send", send)
    house.memory._database.execute("PRAGMA query_only = 0")
    for _ in range(2):
        carrier.turn()
    assert house.phone.letters[0].reply_id == second.id
    assert (len(house.phone.letters), house.outcomes) == (2, ["sent", "sent"])


def test_a_fault_of_our_own_costs_one_letter_and_not_the_door(house: House) -> None:
    """An address that a channel cannot make anything of must not stop all doors of the process, again at each start."""
    house.reply(1, reply_address=house.keys.seal({"sender": "6281"}, complaint(1).id))
    second, send = house.reply(2), house.phone.send

    def to(letter: Letter) -> "Future[str]":
        assert letter.address["from"]
        return send(letter)

    house.phone.send = to  # type: ignore[method-assign]
    house.courier().turn()
    assert [letter.reply_id for letter in house.phone.letters] == [second.id]


def test_a_slow_channel_does_not_make_the_loop_seem_stuck(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A post may take seconds: the loop tells that it turns before each, and a burst ends after some, its outcome on record."""
    monkeypatch.setattr(courier, "BURST_S", 0.2)
    for number in range(10):
        house.reply(number, sender=str(number))
    send, stop, beats = house.phone.send, threading.Event(), []

    def slowly(letter: Letter) -> "Future[str]":
        time.sleep(0.05)
        return send(letter)

    def turned() -> None:
        beats.append(len(house.kept))
        if len(house.kept) == 10:
            stop.set()

    house.phone.send = slowly  # type: ignore[method-assign]
    house.courier().run(stop, turned)
    assert len(house.phone.letters) == 10
    assert len(beats) > 10
    assert any(0 < recorded < 10 for recorded in beats)


def test_a_stop_does_not_wait_for_a_channel_that_is_silent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within seconds; the letter is sent again after the next start."""
    monkeypatch.setattr(courier, "LAST_WAIT_S", 0.1)
    house.reply()
    stop: threading.Event = threading.Event()

    def silent(letter: Letter) -> "Future[str]":
        del letter
        stop.set()
        return Future()

    house.phone.send = silent  # type: ignore[method-assign]
    began = time.monotonic()
    house.courier().run(stop, lambda: None)
    assert time.monotonic() - began < courier.ANSWER_TIMEOUT_S / 2  # without the stop it waits for all of it
    assert [row[0] for row in house.memory._rows("SELECT state FROM reply")] == ["waiting"]


def test_a_memory_that_cannot_be_opened_stops_the_start(tmp_path: Path) -> None:
    """And the error says what to do."""
    (tmp_path / "c.db").mkdir()
    with pytest.raises(ConfigurationError, match="LAPOR_DATA"):
        Correspondence(tmp_path / "c.db", clock=time.time)
    with pytest.raises(ConfigurationError, match="LAPOR_DATA"):
        KnownCases(tmp_path / "c.db", clock=time.time, question_s=1.0)


def test_what_is_long_settled_is_forgotten(house: House) -> None:
    """The file does not grow for ever."""
    reply = house.reply()
    house.courier().turn()
    house.memory.forget(time.time() + 1)
    assert house.memory.history(reply.tracking_code) == []


def test_the_courier_lets_the_channel_forget_old_cases(house: House) -> None:
    """Those that nobody heard of for longer than Kafka keeps replies."""
    old = complaint(1)
    monthly = 31 * 24 * 3600.0
    past = KnownCases(house.folder / "k.db", clock=lambda: time.time() - 2 * monthly, question_s=3600.0)
    past.remember(old, "")
    past.close()
    house.known.remember(complaint(2), "")
    assert house.known.knows(old.id)
    house.courier().turn()
    assert not house.known.knows(old.id)
    assert house.known.knows(complaint(2).id)
