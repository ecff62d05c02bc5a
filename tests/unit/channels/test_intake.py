"""The one way in, where the contract suite of the channels does not reach."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from channels import safe
from channels.intake import Intake
from channels.safe import Outcome, Receipt
from complaints.bus import Position, Record
from complaints.bus.envelope import encode
from complaints.contract import CONVERSATIONS, SENDS
from complaints.crypto import Keyring
from complaints.errors import BusUnavailable, IntakeFull, MalformedMessage
from complaints.mail import Received, SendReport
from complaints.storage.spool import Spool
from tests.harness.fakes import MemoryProducer, Mode
from tests.harness.mailboxes import kept, received
from tests.harness.support import NOON, message, wait_until


@pytest.fixture
def bus() -> MemoryProducer:
    """A Kafka in memory."""
    return MemoryProducer()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """An empty spool; the intake closes it."""
    return Spool(tmp_path / "s.db", max_bytes=1 << 20)


@pytest.fixture
def intake(bus: MemoryProducer, spool: Spool, keys: Keyring, monkeypatch: pytest.MonkeyPatch) -> Iterator[Intake]:
    """A channel's intake that looks often whether Kafka is back."""
    monkeypatch.setattr(safe, "DRAIN_PAUSE_S", 0.05)
    with closing(Intake("sms", keyring=keys, producer=bus, spool=spool)) as made:
        yield made


def test_a_disk_that_takes_no_removal_holds_up_nothing_and_nothing_is_sent_twice(
    intake: Intake, bus: MemoryProducer, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has arrived is known without the disk: the later pages follow, and so does what comes next. It is forgotten once that fits."""
    monkeypatch.setattr(safe, "DRAIN_BATCH", 1)
    bus.mode = Mode.away
    assert [sent(intake, "+628111", number) for number in range(3)] == [Outcome.spooled] * 3
    spool._database.execute("PRAGMA query_only = 1")
    with capture_logs() as logs:
        bus.mode = Mode.up
        wait_until(lambda: len(logs) > 8, what="some passes over the spool")
        assert sent(intake, "+628111", 3) is Outcome.published
    spool._database.execute("PRAGMA query_only = 0")
    wait_until(lambda: intake.waiting == 0, what="an empty spool")
    assert {one["event"] for one in logs} == {"the spool cannot forget what has arrived"}
    assert len(bus.stored(CONVERSATIONS)) == 4


def test_half_a_surrogate_pair_does_not_cost_the_message(intake: Intake, bus: MemoryProducer, keys: Keyring) -> None:
    """A post may be cut in the middle of an emoji; no UTF-8 can hold the rest of it."""
    cut = replace(
        message(body=b"as it came"), text="jalan \ud83d rusak", tagged=("\ud83d",), reply_to={"a\ud83d": "\ud83d"}
    )
    assert intake.take(cut).result(30).outcome is Outcome.published
    (found,) = kept(bus, keys)
    assert (found.message.text, found.message.body) == ("jalan \ufffd rusak", b"as it came")
    unread = intake.reject(b"x", MalformedMessage("no \ud83d"), name="n").result(30)
    assert unread.outcome is Outcome.published


def test_a_message_is_sealed_and_bound_to_its_record(intake: Intake, bus: MemoryProducer, keys: Keyring) -> None:
    """On Kafka stand a pseudonym and an id; the number and the words are for who has the secret."""
    said = message("Jalan rusak", sender="+6281234567890", account="sms/link")
    receipt = intake.take(said).result(30)
    (record,) = bus.stored(CONVERSATIONS)
    assert b"6281234567890" not in (record.value or b"")
    assert b"rusak" not in (record.value or b"")
    (found,) = kept(bus, keys)
    assert (found.id, found.mailbox) == (receipt.message_id, keys.pseudonym("sms", "+6281234567890"))
    assert found.message == said


def test_a_message_without_a_name_gets_its_id_at_the_yes(intake: Intake, bus: MemoryProducer, keys: Keyring) -> None:
    """Each delivery has another; the conversation knows the words."""
    ids = {intake.take(message(upstream_id="")).result(30).message_id for _ in range(3)}
    assert {found.id for found in kept(bus, keys)} == ids
    assert len(ids) == 3


def test_each_message_of_a_shared_account_has_a_mailbox_of_its_own(
    intake: Intake, bus: MemoryProducer, keys: Keyring
) -> None:
    """Two callers of a call centre are two people."""
    for name in ("1", "2", "2"):
        intake.take(message(upstream_id=name, shared=True)).result(30)
    assert len({found.mailbox for found in kept(bus, keys)}) == 2


def test_what_cannot_be_read_is_kept_sealed_and_is_the_same_when_it_comes_again(
    intake: Intake, bus: MemoryProducer, keys: Keyring
) -> None:
    """With the reason in clear."""
    for _ in range(2):
        intake.reject(b"\xff\x00 6281234567890", ValueError("no PDU"), name="link|digest", account="sms/link").result(
            30
        )
    first, second = received(bus)
    assert first.id == second.id
    assert (first.fault, first.error_class, first.account) == ("no PDU", "ValueError", "sms/link")
    assert keys.unseal(first.sealed, owner=first.id, month=first.month) == b"\xff\x00 6281234567890"
    assert b"6281234567890" not in (bus.stored(CONVERSATIONS)[0].value or b"")


def test_a_report_goes_to_the_mailbox_of_its_account(intake: Intake, bus: MemoryProducer) -> None:
    """Whichever process received it."""
    report = SendReport(id=uuid4(), account="sms/a", channel="sms", upstream_id="7", ok=True, at=NOON)
    intake.report(report).result(30)
    assert [record.key for record in bus.stored(SENDS)] == [b"sms/a"]


def test_a_record_is_what_the_model_writes(intake: Intake, bus: MemoryProducer) -> None:
    """It is made without the model, for speed."""
    intake.take(message(account="sms/link")).result(30)
    intake.reject(b"x", ValueError("no PDU"), name="n", account="sms/link").result(30)
    for record in bus.stored(CONVERSATIONS):
        event = msgspec.json.decode(record.value or b"", type=Received)
        again = encode(event, source="/channels/sms")
        assert again.value == record.value
        assert (again.topic, again.key) == (record.topic, record.key)
        assert {name: value for name, value in again.headers if name != "ce_time"} == {
            name: value for name, value in record.headers if name != "ce_time"
        }


def test_a_record_that_kafka_finds_too_large_is_a_no_for_now(intake: Intake, bus: MemoryProducer, spool: Spool) -> None:
    """It is within our limits, so a topic takes less than is declared: our fault, which upstream must not pay for with its message."""
    bus.mode = Mode.rejecting
    with capture_logs() as logs, pytest.raises(IntakeFull, match="`lapor topics apply`"):
        intake.take(message()).result(30)
    assert [(one["log_level"], one["topic"]) for one in logs] == [("error", CONVERSATIONS)]
    assert len(spool) == 0
    bus.mode = Mode.up
    assert intake.take(message()).result(30).outcome is Outcome.published


class Split(MemoryProducer):
    """A Kafka in memory of which the partition of some keys has no leader."""

    def __init__(self) -> None:
        super().__init__()
        self.leaderless = set[bytes]()

    def send(self, record: Record) -> "Future[Position]":
        """Fail as if a partition had no leader, or take the record."""
        if record.key not in self.leaderless:
            return super().send(record)
        answer: Future[Position] = Future()
        answer.set_exception(BusUnavailable("no leader"))
        return answer


class Slow(MemoryProducer):
    """A Kafka in memory that answers about the records of some keys only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = set[bytes]()
        self.asked: list[tuple[Record, Future[Position]]] = []

    def send(self, record: Record) -> "Future[Position]":
        """Take the record, or keep its future."""
        if record.key not in self.slow:
            return super().send(record)
        self.asked.append((record, Future()))
        return self.asked[-1][1]

    def answer(self, *, away: bool = False) -> None:
        """Answer about the oldest record."""
        record, answer = self.asked.pop(0)
        if away:
            answer.set_exception(BusUnavailable("no answer in time"))
        else:
            answer.set_result(super().send(record).result())


def taken(intake: Intake, who: str, number: int) -> "Future[Receipt]":
    """Let a message of a citizen come."""
    return intake.take(message(f"{who} {number}", sender=who, upstream_id=f"{who}-{number}"))


def sent(intake: Intake, who: str, number: int) -> Outcome:
    """Send a message of a citizen and return where it is."""
    return taken(intake, who, number).result(30).outcome


def told_by(bus: MemoryProducer, keys: Keyring, who: str) -> list[str]:
    """Return what Kafka has of a citizen, in its order."""
    return [found.message.text for found in kept(bus, keys) if found.message.text.startswith(who)]


def test_a_partition_without_a_leader_holds_up_its_own_keys_alone(
    tmp_path: Path, keys: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All others go to Kafka at once, also those of the spool: and each citizen's messages come in their order."""
    monkeypatch.setattr(safe, "DRAIN_PAUSE_S", 0.05)
    bus, spool = Split(), Spool(tmp_path / "s.db", max_bytes=1 << 20)
    held, well = "+628111", "+628222"
    bus.leaderless = {keys.pseudonym("sms", held).encode()}
    with closing(Intake("sms", keyring=keys, producer=bus, spool=spool)) as intake:
        assert sent(intake, well, 0) is Outcome.published
        assert [sent(intake, held, number) for number in range(2)] == [Outcome.spooled] * 2
        bus.mode = Mode.away  # the whole of Kafka, for a moment
        assert sent(intake, well, 1) is Outcome.spooled
        bus.mode = Mode.up
        wait_until(lambda: intake.waiting == 2, what="the other citizen's message")
        assert sent(intake, well, 2) is Outcome.published
        assert sent(intake, held, 2) is Outcome.spooled
        bus.leaderless = set()
        wait_until(lambda: intake.waiting == 0, what="an empty spool")
        assert sent(intake, held, 3) is Outcome.published
    assert told_by(bus, keys, held) == [f"{held} {number}" for number in range(4)]
    assert told_by(bus, keys, well) == [f"{well} {number}" for number in range(3)]


def test_a_restart_knows_whose_records_wait(tmp_path: Path, keys: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes next from the same citizen must not overtake them."""
    monkeypatch.setattr(safe, "DRAIN_PAUSE_S", 3600.0)
    bus = MemoryProducer(Mode.away)
    outcomes = list[Outcome]()
    for who in ("+628111", "+628111", "+628222"):
        intake = Intake("sms", keyring=keys, producer=bus, spool=Spool(tmp_path / "s.db", max_bytes=1 << 20))
        outcomes.append(sent(intake, who, len(outcomes)))
        intake.close()
        bus.mode = Mode.up
    assert outcomes == [Outcome.spooled, Outcome.spooled, Outcome.published]


def test_a_spool_that_is_full_of_one_partition_stops_no_other(
    tmp_path: Path, keys: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kafka is well for all others, and one of their messages finds that out."""
    monkeypatch.setattr(safe, "ASK_S", 0.0)
    bus, spool = Split(), Spool(tmp_path / "s.db", max_bytes=1000)
    bus.leaderless = {keys.pseudonym("sms", "+628111").encode()}
    with closing(Intake("sms", keyring=keys, producer=bus, spool=spool)) as intake:
        assert sent(intake, "+628111", 0) is Outcome.spooled
        with pytest.raises(IntakeFull, match="1000 bytes"):
            sent(intake, "+628111", 1)
        assert sent(intake, "+628222", 0) is Outcome.published


def test_a_spool_without_room_ends_no_intake_for_good(
    tmp_path: Path, keys: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing waits in it that could tell that Kafka is back: the next message does."""
    monkeypatch.setattr(safe, "ASK_S", 0.0)
    bus = MemoryProducer(Mode.away)
    with closing(Intake("sms", keyring=keys, producer=bus, spool=Spool(tmp_path / "s.db", max_bytes=10))) as intake:
        for number in range(2):
            with pytest.raises(IntakeFull):
                sent(intake, "+628111", number)
        bus.mode = Mode.up
        assert sent(intake, "+628111", 2) is Outcome.published


@pytest.fixture
def slow(tmp_path: Path, keys: Keyring, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Intake, Slow]]:
    """An intake whose Kafka answers about one citizen when it is told to, and whose drain waits little."""
    monkeypatch.setattr(safe, "DRAIN_PAUSE_S", 0.05)
    monkeypatch.setattr(safe, "SLOW_S", 0.05)
    bus = Slow()
    bus.slow = {keys.pseudonym("sms", "+628111").encode()}
    with closing(Intake("sms", keyring=keys, producer=bus, spool=Spool(tmp_path / "s.db", max_bytes=1 << 20))) as made:
        yield made, bus


def test_what_a_citizen_writes_next_waits_for_the_answer_to_what_he_wrote_before(
    slow: tuple[Intake, Slow], keys: Keyring
) -> None:
    """It would pass an earlier message that Kafka does not take in time; such a one takes those behind it to the spool."""
    intake, bus = slow
    answers = [taken(intake, "+628111", number) for number in range(4)]
    assert len(bus.asked) == 1
    bus.answer()
    assert answers[0].result(30).outcome is Outcome.published
    assert len(bus.asked) == 1
    bus.slow = set()
    bus.answer(away=True)
    assert [answer.result(30).outcome for answer in answers[1:]] == [Outcome.spooled] * 3
    wait_until(lambda: intake.waiting == 0, what="an empty spool")
    assert told_by(bus, keys, "+628111") == [f"+628111 {number}" for number in range(4)]


def test_the_drain_sends_what_a_citizen_wrote_next_after_the_answer_to_what_he_wrote_before(
    slow: tuple[Intake, Slow], keys: Keyring
) -> None:
    """Kafka may come back between two records of one page."""
    intake, bus = slow
    answers = [taken(intake, "+628111", number) for number in range(3)]
    bus.answer(away=True)
    assert [answer.result(30).outcome for answer in answers] == [Outcome.spooled] * 3
    wait_until(lambda: bool(bus.asked), what="the drain")
    bus.slow = set()
    bus.answer(away=True)
    wait_until(lambda: intake.waiting == 0, what="an empty spool")
    assert told_by(bus, keys, "+628111") == [f"+628111 {number}" for number in range(3)]


def test_what_kafka_is_slow_to_answer_about_holds_up_no_others_in_the_spool(
    slow: tuple[Intake, Slow], keys: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partition without a leader is answered about after seconds. Its record is sent once for each answer."""
    intake, bus = slow
    monkeypatch.setattr(safe, "DRAIN_BATCH", 1)
    waits = taken(intake, "+628111", 0)
    bus.mode = Mode.away
    assert sent(intake, "+628222", 0) is Outcome.spooled
    bus.answer(away=True)
    assert waits.result(30).outcome is Outcome.spooled
    bus.mode = Mode.up
    wait_until(lambda: bool(bus.asked) and told_by(bus, keys, "+628222") != [], what="the other citizen's message")
    assert sent(intake, "+628222", 1) is Outcome.published
    assert len(bus.asked) == 1
    bus.answer()
    wait_until(lambda: intake.waiting == 0, what="an empty spool")
    assert told_by(bus, keys, "+628111") == ["+628111 0"]


def test_reports_about_texts_do_not_wait_for_each_other(slow: tuple[Intake, Slow]) -> None:
    """They are of one account, hundreds a second, and each is of a text of its own."""
    intake, bus = slow
    bus.slow = {b"sms/a"}
    for number in range(2):
        intake.report(SendReport(id=uuid4(), account="sms/a", channel="sms", upstream_id=f"{number}", ok=True, at=NOON))
    assert len(bus.asked) == 2
