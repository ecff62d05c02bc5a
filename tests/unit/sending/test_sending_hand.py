"""What a sender makes of the texts of its partitions, with a store on disk and without Kafka: a turn's transaction is committed at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from msgspec import structs

from channels.base import Letter
from channels.sending import hand as hands
from channels.sending import queue as queues
from channels.sending.accounts import Accounts
from channels.sending.draft import Draft
from channels.sending.hand import INTENT_MS, MOST, PROBES, Hand
from channels.sending.inbox import READDRESSED_HEADER, Inbox
from channels.sending.outcomes import Pauses
from channels.sending.spec import SenderSpec
from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import CHANNEL_HEADER, encode
from complaints.bus.step.murmur2 import partition_of
from complaints.bus.step.states.store import Change, Store
from complaints.contract import CONVERSATIONS, DEAD_LETTERS, MESSAGE_EVENTS, SENDS
from complaints.crypto import Keyring
from complaints.errors import UpstreamUnavailable
from complaints.mail import Delivery, DeliveryOutcome, ReplyKind, Send
from tests.harness.fuses import fuses
from tests.harness.sending_account import FakeAccount, fails, takes, waits

START = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)
PARTITIONS = 12
PAUSES = Pauses(first_s=5, most_s=900, link_first_s=1, link_most_s=30)
DOWN: Callable[[Letter, "Future[str]"], None] = partial(fails, UpstreamUnavailable("the link is down"))


class Clock:
    """The monotonic clock of the sender, and the other one."""

    def __init__(self) -> None:
        self.s = 1_000.0

    @property
    def ms(self) -> int:
        """The time in milliseconds since 1970."""
        return int(START.timestamp() * 1000) + int((self.s - 1_000.0) * 1000)


class Bench:
    """One process of the channel sms."""

    def __init__(self, folder: Path, keys: Keyring, clock: Clock, *accounts: FakeAccount) -> None:
        self.keys, self.clock, self.offset = keys, clock, 0
        self.spec = SenderSpec(channel="sms", keyring=keys, pauses=PAUSES)
        self.store = Store(folder)
        self.accounts = Accounts("sms", accounts, partitions=PARTITIONS)
        self.inbox = Inbox("sms", self.accounts, keyring=keys)
        self.fuses = fuses("lapor-sender-sms", partitions=PARTITIONS)
        self.written: list[Record] = []
        self.states_written = 0
        self.again()

    def again(self) -> None:
        """Load all that is committed anew, as after a transaction whose end is not known."""
        self.hand = Hand(self.spec, self.store, accounts=self.accounts, inbox=self.inbox)
        for at in range(PARTITIONS):
            self.hand.load(at)

    def send(self, account: str, citizen: str, **changes: Any) -> Send:
        """Return a text."""
        id_ = uuid4()
        fields: dict[str, Any] = {
            "id": id_,
            "account": account,
            "channel": "sms",
            "citizen": citizen,
            "kind": ReplyKind.received,
            "month": "2026-11",
            "sealed": self.keys.seal_text(citizen, {"sender": "+628"}, owner=id_, month="2026-11"),
            "created_at": START,
            "expires_at": START + timedelta(hours=72),
        }
        return Send(**(fields | changes))

    def record(self, send: Send, partition: int | None = None) -> StoredRecord:
        """Return a text as it comes from the mailbox."""
        at = self.accounts.partition_of(send.account) if partition is None else partition
        return self.stored(encode(send, source="/tests"), at)

    def stored(self, record: Record, partition: int) -> StoredRecord:
        """Return a record as it comes from the mailbox."""
        self.offset += 1
        return StoredRecord(SENDS, partition, self.offset, record.key, record.value, record.headers, self.clock.ms)

    def turn(self, *records: StoredRecord, pass_s: float = 0.01) -> Draft:
        """Do one turn, and submit what it intends."""
        draft = self.turned(*records)
        for text in draft.submits:
            self.accounts.submit(text, lambda: self.clock.ms)
        self.clock.s += pass_s
        return draft

    def turned(self, *records: StoredRecord) -> Draft:
        """Do one turn up to its commit."""
        draft = Draft(
            channel="sms",
            now_ms=self.clock.ms,
            until_ms=self.clock.ms + INTENT_MS,
            store=self.store,
            early=self.hand.early,
            reported=False,
            fuses=self.fuses,
        )
        self.hand.turn(records, draft, last=False)
        draft.finished()
        changes: dict[int, list[Change]] = {}
        for (at, key), state in draft.pending.states.items():
            changes.setdefault(at, []).append(Change(key, state))
        self.states_written += len(draft.pending.states)
        self.store.apply(changes, {})
        self.written += [record for record, _ in draft.pending.outputs]
        self.accounts.settled(draft.settled)
        for done in draft.after:
            done()
        return draft

    def outcomes(self) -> list[tuple[str, str]]:
        """Return the outcomes that were told, each with its reason."""
        written = [record.value for record in self.written if record.topic == MESSAGE_EVENTS]
        said = [msgspec.json.decode(value, type=Delivery) for value in written]
        return [(one.outcome.value, one.reason) for one in said]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that the test moves."""
    made = Clock()
    monkeypatch.setattr("time.monotonic", lambda: made.s)
    return made


@pytest.fixture
def bench(tmp_path: Path, keys: Keyring, clock: Clock) -> Iterator[Callable[..., Bench]]:
    """Processes, each with its accounts."""
    made: list[Bench] = []

    def make(*accounts: FakeAccount) -> Bench:
        made.append(Bench(tmp_path / str(len(made)), keys, clock, *accounts))
        return made[-1]

    yield make
    for one in made:
        one.store.close()


def account(name: str, answer: Callable[[Letter, "Future[str]"], None] = takes, **changes: Any) -> FakeAccount:
    """Return an account whose upstream does this."""
    made = FakeAccount(name, **changes)
    made.answer = answer
    return made


def test_the_backlog_of_one_operator_does_not_silence_another(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their mailboxes are in one partition: it is read on, and what is too much for the memory stays in the store."""
    monkeypatch.setattr(queues, "FULL", 500)
    down, well = account("sms/telkomsel", DOWN), account("sms/xl")
    of = bench(down, well)
    assert of.accounts.partition_of(down.name) == of.accounts.partition_of(well.name)
    log = [of.send(down.name, f"c{number}") for number in range(1500)]
    for at in range(0, 1500, 100):
        of.turn(*[of.record(one) for one in log[at : at + 100]])
        assert of.hand.crowded() == set()
    of.turn(of.record(of.send(well.name, "c")))
    assert well.texts == ["c"]
    assert len(of.hand._queues[down.name]._known) == 500
    down.answer = takes
    del down.sent[:]
    for _ in range(200):
        of.turn(pass_s=1.0)
    assert sorted(down.texts) == sorted(one.citizen for one in log)
    assert list(of.store.keys(of.accounts.partition_of(down.name))) == []


def test_a_partition_is_not_read_when_all_its_accounts_have_enough(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would be loaded for long; and with too many texts in all, one account that has enough is reason enough."""
    monkeypatch.setattr(hands, "ENOUGH", 20)
    one, other = account("sms/telkomsel", waits, capacity=1), account("sms/xl", waits, capacity=1)
    of = bench(one, other)
    at = of.accounts.partition_of(one.name)
    of.turn(*[of.record(of.send(one.name, f"c{number}")) for number in range(30)])
    assert of.hand.crowded() == set()
    monkeypatch.setattr(hands, "MOST", 30)
    assert of.hand.crowded() == {at}
    monkeypatch.setattr(hands, "MOST", MOST)
    of.turn(*[of.record(of.send(other.name, f"c{number}")) for number in range(30)])
    assert of.hand.crowded() == {at}


def test_a_parked_text_keeps_its_place_and_its_expiry(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leaves behind those before it, also after a new start, and is told as expired in time; written twice it is one text."""
    monkeypatch.setattr(queues, "FULL", 5)
    link = account("sms/a", waits, capacity=1)
    of = bench(link)
    sends: list[Send] = []
    for number in range(20):
        id_ = uuid4()
        sealed = of.keys.seal_text(f"{number}", {"sender": "+628"}, owner=id_, month="2026-11")
        lives = timedelta(seconds=60) if number == 12 else timedelta(hours=72)
        sends.append(of.send(link.name, f"c{number % 3}", id=id_, sealed=sealed, expires_at=START + lives))
    of.turn(*map(of.record, sends))
    of.turn(*map(of.record, sends[8:]))
    assert len(of.hand._queues[link.name]) == 20
    of.again()
    assert len(of.hand._queues[link.name]._known) == 5
    of.clock.s += 60
    of.turn()
    assert of.outcomes() == [("expired", "")]
    link.answer = takes
    takes(*link.sent[0])
    for _ in range(40):
        of.turn()
    assert sorted(map(int, link.texts)) == [number for number in range(20) if number != 12]
    for citizen in range(3):
        mine = [int(text) for text in link.texts if int(text) % 3 == citizen]
        assert mine == sorted(mine)


@pytest.mark.parametrize("restarts", [False, True])
def test_what_is_urgent_goes_past_the_parked_texts_of_others(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, *, restarts: bool
) -> None:
    """Behind those of its own citizen, also after a new start. The others keep their order, and the memory its bounds."""
    monkeypatch.setattr(queues, "FULL", 5)
    link = account("sms/a", waits, capacity=1)
    of = bench(link)
    sends = [of.send(link.name, f"c{number}") for number in range(20)]
    sends[15] = of.send(link.name, "in danger")
    urgent = [of.send(link.name, citizen, urgent=True) for citizen in ("in danger", *"defghijkl")]
    of.turn(*map(of.record, sends))
    of.turn(*map(of.record, urgent))
    if restarts:
        of.again()
        of.turn()
    assert len(of.hand._queues[link.name]._known) == 10
    link.answer = takes
    takes(*link.sent[0])
    for _ in range(40):
        of.turn()
    others = [f"c{number}" for number in range(1, 20) if number != 15]
    assert link.texts == ["c0", "in danger", "in danger", *"defghijkl", *others]


def test_what_is_urgent_is_found_behind_all_that_memory_holds(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mailbox of an account is read on, though none of these has been tried."""
    monkeypatch.setattr(queues, "FULL", 500)
    link = account("sms/a", waits, capacity=1)
    of = bench(link)
    for turn in range(12):
        of.turn(*[of.record(of.send(link.name, f"c{turn}-{number}")) for number in range(50)])
        assert of.hand.crowded() == set()
    of.turn(of.record(of.send(link.name, "in danger", urgent=True)))
    takes(*link.sent[0])
    of.turn()
    assert link.texts == ["c0-0", "in danger"]


def test_texts_that_have_left_do_not_stay_in_memory_until_they_would_have_expired(bench: Callable[..., Bench]) -> None:
    """A sender that is well for three days has no more in hand than one that has just begun."""
    link = account("sms/a", capacity=500)
    of = bench(link)
    for turn in range(12):
        of.turn(*[of.record(of.send(link.name, f"c{turn}-{number}")) for number in range(400)])
    of.turn()
    assert len(link.sent) == 4800
    assert len(of.hand._queues[link.name]._expiring) < 2500


def test_two_processes_with_different_links_do_not_give_a_text_to_each_other_for_ever(
    bench: Callable[..., Bench],
) -> None:
    """Each has the partition of the other's account: the second one says that it is undeliverable."""
    one, other = bench(account("sms/telkomsel")), bench(account("sms/indosat"))
    at = one.accounts.partition_of("sms/telkomsel")
    other.turn(one.record(one.send("sms/telkomsel", "c", kind=ReplyKind.question)))
    (moved,) = other.written
    assert (moved.key, moved.headers[-1]) == (b"sms/indosat", (READDRESSED_HEADER, b"sms/telkomsel"))
    one.turn(one.stored(moved, other.accounts.partition_of("sms/indosat")))
    assert one.outcomes() == [("undeliverable", "the account is not set up in any process of the channel")]
    assert {record.topic for record in one.written} == {MESSAGE_EVENTS, CONVERSATIONS}
    assert at != other.accounts.partition_of("sms/indosat")


def test_a_text_that_has_expired_is_given_to_nobody(bench: Callable[..., Bench]) -> None:
    """It is told as expired, and the citizen's mailbox hears that he has not heard it."""
    of = bench(account("sms/indosat"))
    lapsed = of.send("sms/telkomsel", "c", kind=ReplyKind.question, expires_at=START - timedelta(hours=1))
    of.turn(of.record(lapsed, partition=0))
    assert of.outcomes() == [("expired", "")]
    assert [record.topic for record in of.written] == [MESSAGE_EVENTS, CONVERSATIONS]


def test_a_text_that_expires_while_its_link_is_down_is_told(bench: Callable[..., Bench]) -> None:
    """Once, and the citizen's mailbox hears it; nothing of it is left."""
    of = bench(account("sms/a", DOWN))
    lapses = of.send("sms/a", "c", kind=ReplyKind.question, expires_at=START + timedelta(seconds=60))
    of.turn(of.record(lapses), pass_s=60)
    of.turn()
    of.turn()
    assert of.outcomes() == [("expired", "")]
    assert [record.topic for record in of.written] == [MESSAGE_EVENTS, CONVERSATIONS]
    assert list(of.store.keys(of.accounts.partition_of("sms/a"))) == []


@pytest.mark.parametrize(
    ("kind", "outcome", "concerns"),
    [
        (ReplyKind.received, "sent", False),
        (ReplyKind.received, "expired", False),
        (ReplyKind.answered, "sent", True),
        (ReplyKind.answered, "unknown", True),
        (ReplyKind.answered, "undeliverable", False),
        (ReplyKind.question, "sent", True),
        (ReplyKind.question, "undeliverable", True),
        (ReplyKind.question, "delivered", False),
    ],
)
def test_the_mailbox_of_a_citizen_gets_what_he_may_have_heard_and_the_questions_that_he_has_not(
    bench: Callable[..., Bench], kind: ReplyKind, outcome: str, *, concerns: bool
) -> None:
    """Anything else leads to nothing there."""
    of = bench(account("sms/a"))
    of.turn(of.record(of.send("sms/a", "c", kind=kind)))
    of.turn()
    sent = msgspec.json.decode(of.written[0].value, type=Delivery)
    assert (CONVERSATIONS in {record.topic for record in of.written}) == sent.concerns_citizen
    assert structs.replace(sent, outcome=DeliveryOutcome(outcome)).concerns_citizen == concerns


def test_a_text_that_is_written_twice_is_sent_once(bench: Callable[..., Bench]) -> None:
    """While it waits or is on its way."""
    link = account("sms/a", waits)
    of = bench(link)
    send = of.send(link.name, "c")
    of.turn(of.record(send), of.record(send))
    of.turn(of.record(send))
    takes(*link.sent[0])
    for _ in range(3):
        of.turn()
    assert link.texts == ["c"]
    assert of.outcomes() == [("sent", "")]


def test_a_text_of_a_channel_without_accounts_is_undeliverable(bench: Callable[..., Bench]) -> None:
    """It cannot wait for an account that may never come."""
    of = bench()
    of.turn(of.record(of.send("sms/a", "c"), partition_of(b"sms/a", PARTITIONS)))
    assert of.outcomes() == [("undeliverable", "there is no account that could send it")]


def test_an_account_sends_no_more_than_it_may_per_second(bench: Callable[..., Bench]) -> None:
    """Whatever waits, and however often it is looked at."""
    link = account("sms/a", capacity=100, per_second=10)
    of = bench(link)
    of.turn(*[of.record(of.send(link.name, f"c{number}")) for number in range(40)], pass_s=0.05)
    for _ in range(40):
        of.turn(pass_s=0.05)
    assert 19 <= len(link.sent) <= 22


def test_a_text_for_no_channel_is_a_dead_letter(bench: Callable[..., Bench]) -> None:
    """No sender would ever look at it; the text of another channel is that one's."""
    of = bench(account("sms/a"))
    stray = of.record(of.send("sms/a", "c")).headers
    headers = tuple((name, b"pigeon" if name == CHANNEL_HEADER else value) for name, value in stray)
    record = replace(of.record(of.send("sms/a", "c")), headers=headers)
    assert of.inbox.ours(record)
    assert of.inbox.ours(replace(record, headers=(), key=b"nobody"))
    assert not of.inbox.ours(replace(record, headers=((CHANNEL_HEADER, b"telegram"),)))
    of.turn(record)
    (letter,) = of.written
    assert letter.topic == DEAD_LETTERS
    assert b"no channel that sends texts" in letter.value


def test_a_text_that_was_given_away_is_sent(bench: Callable[..., Bench]) -> None:
    """By the account that it was given to."""
    link = account("sms/indosat")
    of = bench(link)
    of.turn(of.record(of.send("sms/telkomsel", "c"), partition=0))
    of.turn(of.stored(of.written[0], of.accounts.partition_of(link.name)))
    assert link.texts == ["c"]


def test_the_texts_of_an_account_that_is_not_set_up_any_more_are_given_away_in_steps(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order, and what comes behind them is not read meanwhile."""
    monkeypatch.setattr(hands, "STEP_MOST", 10)
    of = bench(account("sms/a", waits, capacity=0))
    of.turn(*[of.record(of.send("sms/a", f"c{number}")) for number in range(25)])
    of.accounts = Accounts("sms", [account("sms/b")], partitions=PARTITIONS)
    of.inbox = Inbox("sms", of.accounts, keyring=of.keys)
    of.again()
    for left in (15, 5, 0):
        of.turn()
        assert bool(of.hand.crowded()) == (left > 0)
    assert [msgspec.json.decode(record.value, type=Send).citizen for record in of.written] == [
        f"c{number}" for number in range(25)
    ]
    assert {record.key for record in of.written} == {b"sms/b"}


def test_after_an_outage_texts_leave_within_the_pause_of_their_account(bench: Callable[..., Bench]) -> None:
    """None sits out a pause of its own, and during the outage a few are tried instead of all."""
    link = account("sms/a", DOWN, capacity=10)
    of = bench(link)
    of.turn(*[of.record(of.send(link.name, f"c{number}")) for number in range(100)])
    written = of.states_written
    for _ in range(600 * 5):
        of.turn(pass_s=0.2)
    tries = len(link.sent)
    assert tries < 10 + PROBES * (600 / 30 + 8)
    assert of.states_written - written <= 2 * tries + PROBES
    link.answer = takes
    del link.sent[:]
    began = of.clock.s
    while len(link.sent) < 100:
        of.turn(pass_s=0.2)
        assert of.clock.s - began < PAUSES.link_most_s + 5
    assert len(set(link.texts)) == 100


def test_a_pause_of_an_account_makes_no_turn_hurry(bench: Callable[..., Bench]) -> None:
    """The next one may wait until the account is tried again."""
    link = account("sms/a", DOWN)
    of = bench(link)
    of.turn(of.record(of.send(link.name, "c")), pass_s=0)
    of.turn(pass_s=0)
    assert list(of.hand.waits(of.clock.ms)) == [pytest.approx(1.0)]


def test_a_text_that_alone_is_refused_has_its_own_pause(bench: Callable[..., Bench]) -> None:
    """The others pass, and wait for it no longer than the first pauses of the account."""
    link = account("sms/a", capacity=10)

    def picky(letter: Letter, answer: "Future[str]") -> None:
        (DOWN if letter.text == "bad" else takes)(letter, answer)

    link.answer = picky
    of = bench(link)
    of.turn(*[of.record(of.send(link.name, citizen)) for citizen in ("bad", *map(str, range(100)))])
    for _ in range(20):
        of.turn(pass_s=0.1)
    assert {text for text in link.texts if text != "bad"} == set(map(str, range(100)))
    assert link.texts.count("bad") <= 3
    for number in range(600):
        of.turn(of.record(of.send(link.name, f"later {number}")), pass_s=1.0)
    assert link.texts.count("bad") < 20


def test_texts_that_are_refused_do_not_hide_that_others_would_pass(bench: Callable[..., Bench]) -> None:
    """The oldest of an account may be those that are refused: other texts are tried next."""
    link = account("sms/a", capacity=10)

    def picky(letter: Letter, answer: "Future[str]") -> None:
        (DOWN if letter.text.startswith("bad") else takes)(letter, answer)

    link.answer = picky
    of = bench(link)
    of.turn(*[of.record(of.send(link.name, f"bad {number}")) for number in range(10)])
    of.turn(*[of.record(of.send(link.name, f"good {number}")) for number in range(10)])
    for _ in range(50):
        of.turn(pass_s=0.1)
    assert len({text for text in link.texts if text.startswith("good")}) == 10


def test_an_intent_that_this_process_has_not_submitted_is_not_unknown(bench: Callable[..., Bench]) -> None:
    """Its commit ended without an answer: the text certainly has not left, and waits again; another process cannot know that."""
    link = account("sms/a")
    of = bench(link)
    (text,) = of.turned(of.record(of.send(link.name, "c"))).submits  # committed, and the worker ends before it submits
    of.again()
    of.again()  # whatever ends the next one too
    of.turn()
    assert link.texts == ["c"]
    of.turn()
    assert [outcome for outcome, _ in of.outcomes()] == ["sent"]
    of.again()
    assert not of.accounts.unsent(text.token)


def test_an_intent_that_was_submitted_stays_unknown_to_another_process(
    bench: Callable[..., Bench],
) -> None:
    """Only the process that made it knows that it was not."""
    link = account("sms/a")
    of = bench(link)
    of.turned(of.record(of.send(link.name, "c")))
    of.accounts = Accounts("sms", [link], partitions=PARTITIONS)
    of.inbox = Inbox("sms", of.accounts, keyring=of.keys)
    of.again()
    of.turn()
    assert [outcome for outcome, _ in of.outcomes()] == ["unknown"]
    assert link.texts == []


def test_a_text_on_its_way_in_a_partition_that_is_not_handled_here_is_not_waited_for(
    bench: Callable[..., Bench],
) -> None:
    """Its outcome is settled when the partition is loaded, and until then each look at it would be in vain."""
    one = account("sms/telkomsel", waits)
    of = bench(one)
    at = of.accounts.partition_of(one.name)
    of.turn(of.record(of.send(one.name, "c")))
    assert of.accounts.flying({at})
    assert not of.accounts.flying(set(range(PARTITIONS)) - {at})
