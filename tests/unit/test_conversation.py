"""A new complaint, an answer to our question, something added in a thread, or a question about a case."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from channels.conversation import Conversation, day
from channels.correspondence import Correspondence
from channels.intake import Intake
from channels.known_cases import KnownCases
from channels.safe import Outcome
from complaints import tracking
from complaints.bus import Position, Record
from complaints.bus.envelope import decode, type_of
from complaints.case import CaseStatus
from complaints.command import CITIZEN, Command, CommandKind
from complaints.contract import COMPLAINTS, DEAD_LETTERS, DELIVERIES, REPLIES
from complaints.crypto import Keyring
from complaints.errors import CaseError, IntakeFull, StoreUnavailable
from complaints.event import Complaint, Delivery, Reply, ReplyKind
from complaints.ids import addition_id, continuation_id
from complaints.message import InboundMessage
from complaints.storage.spool import Spool
from normalizer.complaint import Normaliser
from tests.harness.events import reply
from tests.harness.fakes import MemoryProducer, Mode
from tests.harness.joining import joined
from tests.harness.support import NOON, message

NIL = UUID(int=0)

PLACELESS = "lampu jalan mati sejak Lebaran"
WITH_PLACE = "Jalan berlubang di Kota Semarang"
OTHER = "Air PDAM di rumah kami di Kota Bandung tidak mengalir sudah seminggu, tagihan tetap datang setiap bulan, mohon ditindaklanjuti"

Said = Complaint | Command | Reply


class Cases:
    """A CaseReader that knows what a test tells it."""

    def __init__(self) -> None:
        self.known: dict[str, CaseStatus] = {}
        self.away = False

    def status(self, code: str) -> CaseStatus | None:
        """Return what is known."""
        if self.away:
            raise StoreUnavailable("no view")
        return self.known.get(tracking.parse(code))

    def tell(self, of: Complaint, **changes: Any) -> None:
        """Learn of a case."""
        fields: dict[str, Any] = {
            "complaint_id": of.id,
            "tracking_code": of.tracking_code,
            "channel": of.channel,
            "received_at": NOON,
            "state": "diproses",
            "owner": "Dinas Pekerjaan Umum Kota Semarang",
            "since": NOON,
        }
        self.known[of.tracking_code] = CaseStatus(**(fields | changes))


class House:
    """A channel's intake, and the replies that a test lets it hear."""

    def __init__(self, folder: Path, keys: Keyring) -> None:
        self.now_s = NOON.timestamp()
        self.keys, self.cases, self.bus, self.folder = keys, Cases(), MemoryProducer(), folder
        self.memory = Correspondence(folder / "c.db", clock=lambda: self.now_s)
        self.reads = Normaliser.load()
        self.spool = Spool(folder / "s.db", max_bytes=1 << 20)
        self._at = 0
        self._open()

    def _open(self) -> None:
        self.known = KnownCases(self.folder / "k.db", clock=lambda: self.now_s, question_s=3600.0)
        talk = Conversation(
            memory=self.memory,
            known=self.known,
            complete=self.reads.complete,
            identity=self.keys,
            cases=self.cases,
        )
        self.intake = Intake(
            "sms",
            normalise=lambda m: self.reads.normalise(m, self.keys),
            producer=self.bus,
            spool=self.spool,
            conversation=talk,
        )

    def wipe_memory(self) -> None:
        """Lose what the channel remembers of cases."""
        self.close()
        for file in self.folder.glob("k.db*"):
            file.unlink()
        self.spool = Spool(self.folder / "s.db", max_bytes=1 << 20)
        self._open()

    def close(self) -> None:
        """Stop."""
        self.intake.close()
        self.known.close()

    def say(self, text: str, *, sender: str = "6281", thread: str = "", upstream_id: str = "") -> Said:
        """Say something and return the event that it became."""
        self._at += 1
        return self.hand_in(message(text, sender=sender, thread=thread, upstream_id=upstream_id or f"m{self._at}"))

    def hand_in(self, said: InboundMessage) -> Said:
        """Hand a message in and return the event that it became."""
        before = {topic: len(self.bus.stored(topic)) for topic in (COMPLAINTS, REPLIES)}
        assert self.intake.accept(said).result(30).outcome is Outcome.published
        (record,) = [record for topic, count in before.items() for record in self.bus.stored(topic)[count:]]
        models: tuple[type[Said], ...] = (Complaint, Command, Reply)
        return decode(record, {type_of(model): model for model in models}[dict(record.headers)["ce_type"]])

    def complain(self, text: str = WITH_PLACE, **how: str) -> Complaint:
        """Say what must be a complaint of its own."""
        said = self.say(text, **how)
        assert isinstance(said, Complaint)
        return said

    def add(self, text: str, **how: str) -> Command:
        """Say what must be added to a case."""
        said = self.say(text, **how)
        assert isinstance(said, Command)
        return said

    def tell(self, of: Complaint, kind: ReplyKind = ReplyKind.received, **changes: Any) -> Reply:
        """Let the channel hear of a reply, as the courier does."""
        told = reply(of, kind, **changes)
        address = self.keys.unseal(told.reply_address, told.complaint_id)
        reporter = self.keys.pseudonym("sms", address["sender"])
        self.known.hear([(told, reporter, address.get("thread", ""))])
        self.memory.take([(told, reporter)])
        return told

    def ask(self, of: Complaint, **changes: Any) -> Reply:
        """Let the channel hear of a question to the citizen."""
        return self.tell(of, ReplyKind.question, **changes)

    def asked(self, text: str = PLACELESS, **how: str) -> Complaint:
        """Complain and be asked for the place."""
        first = self.complain(text, **how)
        self.ask(first)
        return first


@pytest.fixture
def house(tmp_path: Path, keys: Keyring) -> Iterator[House]:
    """A fresh channel."""
    made = House(tmp_path, keys)
    yield made
    made.close()
    made.memory.close()


def test_the_answer_to_our_question_completes_the_complaint(house: House) -> None:
    """It is a command to its case and no second complaint; the case then knows the place."""
    first = house.asked()
    added = house.add("di Jalan Pemuda, Kota Semarang")
    assert (added.kind, added.actor, added.tracking_code) == (CommandKind.add, CITIZEN, first.tracking_code)
    assert added.id == addition_id(first.id, "m2")
    assert added.addition is not None
    assert added.addition.raw.body == b"di Jalan Pemuda, Kota Semarang"
    completed = joined(first, added)
    assert completed.place.regency is not None
    assert "place" not in completed.missing
    assert completed.text == PLACELESS


def test_a_redelivered_answer_is_the_same_command(house: House) -> None:
    """It closed the question, and what it said is not read as said twice."""
    house.asked()
    one, two = (house.add("di Kota Semarang", upstream_id="again") for _ in range(2))
    assert one == two


def test_a_redelivered_answer_goes_to_the_same_case_after_a_reply_to_it(house: House) -> None:
    """Also over a restart; the question is closed, and nothing else says where it belongs."""
    first = house.asked()
    one = house.add("di Kota Semarang", upstream_id="again")
    house.tell(first, ReplyKind.completed, additions=1)
    house.close()
    house.spool = Spool(house.folder / "s.db", max_bytes=1 << 20)
    house._open()
    two = house.add("di Kota Semarang", upstream_id="again")
    assert (one.id, one.tracking_code) == (two.id, two.tracking_code)


@pytest.mark.parametrize("thread", ["", "t"])
@pytest.mark.parametrize("text", [PLACELESS, "tolong segera"])
def test_a_redelivered_complaint_is_no_answer_to_its_own_question(house: House, text: str, thread: str) -> None:
    """An impatient citizen, or an SMSC that did not hear us."""
    first = house.asked(text, upstream_id="same", thread=thread)
    assert house.complain(text, upstream_id="same", thread=thread) == first


def test_another_story_is_another_complaint(house: House) -> None:
    """Though a question is open: it is long and of another subject."""
    house.asked()
    house.complain(OTHER)


def test_somebody_elses_text_is_no_answer(house: House) -> None:
    """The question went to one number."""
    house.asked()
    house.complain("di Kota Semarang", sender="6282")


def test_a_question_does_not_stay_open_for_ever(house: House) -> None:
    """Days later the citizen speaks of something else."""
    house.asked()
    house.now_s += 3601
    house.complain("di Kota Semarang")


def test_a_question_that_is_read_again_long_after_is_not_open(house: House) -> None:
    """A channel that lost its progress reads old replies: nobody is asked now, so nobody answers."""
    first = house.complain(PLACELESS)
    house.now_s += 3601
    house.ask(first)
    house.complain("di Kota Semarang")


def test_a_reply_that_the_citizen_has_overtaken_opens_no_question(house: House) -> None:
    """The router's question crossed the answer; the reply to the answer comes after it."""
    first = house.asked(PLACELESS)
    house.add("di Kota Semarang")
    house.ask(first)
    house.complain("di Kota Semarang")


def test_a_second_question_is_open(house: House) -> None:
    """The first answer did not say enough."""
    first = house.asked()
    house.add("dekat pasar")
    house.ask(first, additions=1)
    assert house.add("di Kota Semarang").tracking_code == first.tracking_code


def test_a_redelivered_answer_leaves_the_second_question_open(house: House) -> None:
    """It is the old answer, and the citizen will give another one."""
    first = house.asked()
    house.add("dekat pasar", upstream_id="again")
    house.ask(first, additions=1)
    house.add("dekat pasar", upstream_id="again")
    assert house.add("di Kota Semarang").tracking_code == first.tracking_code


@pytest.mark.parametrize(
    ("kind", "hop", "still_open"),
    [(ReplyKind.moved, 1, False), (ReplyKind.completed, 0, False), (ReplyKind.answered, 0, True)],
)
def test_what_closes_a_question(house: House, kind: ReplyKind, hop: int, *, still_open: bool) -> None:
    """A reply that asks nothing does, unless it only brings an agency's answer."""
    house.tell(house.asked(), kind, hop=hop)
    assert isinstance(house.say("di Kota Semarang"), Command if still_open else Complaint)


def test_two_answers_that_come_together_are_read_together(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second does not undo what the first has said, though Kafka has acknowledged neither."""
    first = house.asked()
    code = tracking.spaced(first.tracking_code)
    send = house.bus.send

    def silent(record: Record) -> "Future[Position]":
        send(record)
        return Future()

    monkeypatch.setattr(house.bus, "send", silent)
    for number, text in enumerate(("di Kota Semarang", f"{code} depan pasar Johar")):
        house.intake.accept(message(text, sender="6281", upstream_id=f"together{number}"))
    one, two = house.bus.events(COMPLAINTS, Command)
    assert two.reading is not None
    assert "place" not in two.reading.missing
    completed = joined(joined(first, one), two)
    assert completed.place.regency is not None
    assert "place" not in completed.missing
    assert len(completed.additions) == 2


def test_the_code_says_which_case_is_meant(house: House) -> None:
    """Also without an open question, and before the channel heard of the case."""
    first = house.complain()
    added = house.add(f"{tracking.spaced(first.tracking_code)} di depan pasar, sudah makan korban")
    assert added.tracking_code == first.tracking_code


def test_a_redelivered_complaint_does_not_take_back_what_was_added(house: House) -> None:
    """The next message is still read with the one before it."""
    first = house.asked(upstream_id="same")
    house.add("di Kota Semarang")
    house.complain(PLACELESS, upstream_id="same")
    known = house.known.case(first.tracking_code)
    assert known is not None
    assert known.complaint is not None
    assert len(known.complaint.additions) == 1


def test_the_code_of_somebody_else_is_no_key_to_his_case(house: House) -> None:
    """The channel knows who complained."""
    first = house.complain()
    house.complain(f"{tracking.spaced(first.tracking_code)} sudah selesai", sender="6282")


def test_a_case_whose_code_was_taken_is_known_by_the_code_of_its_reply(house: House) -> None:
    """Two complaints may get one code; the later case has the next one, and an addition must go there."""
    first = house.asked()
    other = tracking.next_code(first.tracking_code, first.id)
    house.ask(first, tracking_code=other)
    assert house.add("di Kota Semarang").tracking_code == other
    assert house.add(f"{other} dekat pasar").tracking_code == other


def test_what_is_said_in_the_thread_belongs_to_its_case(house: House) -> None:
    """With or without a question; outside of it, it is a complaint of its own."""
    first = house.complain(thread="t1")
    assert house.add("Fotonya menyusul", thread="t1").tracking_code == first.tracking_code
    house.complain("Fotonya menyusul", thread="t2")
    house.complain("Fotonya menyusul", thread="t1", sender="6282")


def test_a_thread_goes_on_in_the_case_that_continues_it(house: House) -> None:
    """The first case had no room, so the router made a message a case of its own; its reply tells the code."""
    first = house.complain(thread="t")
    full = house.add("Masih rusak", thread="t")
    follower = first.model_copy(
        update={"id": full.id, "tracking_code": "2Q74GVWWCE3", "continues": first.tracking_code}
    )
    address = house.keys.unseal(first.reply_address, first.id)
    house.now_s += 1
    house.tell(follower, reply_address=house.keys.seal(address, follower.id))
    assert house.add("Tolong segera", thread="t").tracking_code == "2Q74GVWWCE3"


def test_a_redelivered_complaint_is_no_answer_to_the_question_of_another(house: House) -> None:
    """The SMSC did not hear our yes to the first, and the citizen has sent a second one meanwhile."""
    first = house.asked(upstream_id="first")
    house.now_s += 1
    house.ask(house.complain(OTHER))
    assert house.complain(PLACELESS, upstream_id="first").id == first.id


@pytest.mark.parametrize("begun", [True, False])
def test_a_thread_that_is_joined_anew_and_has_grown_loses_nothing(house: House, *, begun: bool) -> None:
    """Posts that X gives again come with what the citizen wrote since, under the name of the first of them."""
    first = house.complain(thread="t", upstream_id="p1")
    if begun:
        house.add("Dekat pasar", thread="t", upstream_id="p2")
    name = "p2" if begun else "p1"
    grown = message("Dekat pasar\nSudah makan korban", thread="t", upstream_id=name, parts=2, sender="6281")
    one, two = house.hand_in(grown), house.hand_in(grown)
    assert isinstance(one, Command)
    assert one == two
    assert one.tracking_code == first.tracking_code
    assert one.addition is not None
    assert "Sudah makan korban" in one.addition.text


def test_a_case_takes_any_number_of_additions_from_the_channel(house: House) -> None:
    """How many it has room for is the router's to decide: it makes the rest cases of their own."""
    first = house.complain(thread="t")
    added = [house.add(f"Keterangan {number}", thread="t") for number in range(60)]
    assert {command.tracking_code for command in added} == {first.tracking_code}
    assert len({command.id for command in added}) == 60


def test_a_long_story_does_not_grow_in_the_memory_for_ever(house: House) -> None:
    """Reading it again as a whole would take longer with each message."""
    first = house.complain(thread="t")
    added = [house.add("x " * 9_000, thread="t") for _ in range(20)]
    assert {command.tracking_code for command in added} == {first.tracking_code}
    ((characters,),) = house.known._rows("SELECT length(event) FROM cases")
    assert 200_000 < characters < 256_000


def test_a_lost_memory_loses_no_answer_that_names_the_code(house: House) -> None:
    """The case is looked up, and the message is read alone."""
    first = house.asked()
    house.cases.tell(first)
    house.wipe_memory()
    added = house.add(f"{tracking.spaced(first.tracking_code)} di Kota Semarang", upstream_id="a")
    again = house.add(f"{tracking.spaced(first.tracking_code)} di Kota Semarang", upstream_id="a")
    assert added.tracking_code == first.tracking_code
    assert added.id == again.id == addition_id(first.id, "a")
    completed = joined(first, added)
    assert completed.place.regency is not None
    assert completed.topic == first.topic


def test_a_lost_memory_loses_no_answer_to_a_question_that_is_told_again(house: House) -> None:
    """The reply tells who is asked, for what, and what the case is about; the answer is read with that."""
    first = house.asked()
    house.wipe_memory()
    house.ask(first)
    added = house.add("di Kota Semarang")
    assert added.tracking_code == first.tracking_code
    completed = joined(first, added)
    assert completed.place.regency is not None
    assert not {"subject", "place"} & set(completed.missing)


@pytest.mark.parametrize("parts", [1, 2])
def test_a_lost_memory_loses_no_post_of_a_thread_that_has_grown(house: House, parts: int) -> None:
    """Nobody can tell any more which posts the complaint had, so joined ones are added: rather twice than never."""
    first = house.complain(thread="t", upstream_id="p1")
    house.wipe_memory()
    house.tell(first)
    again = house.hand_in(message(f"{WITH_PLACE}\nx", thread="t", upstream_id="p1", parts=parts, sender="6281"))
    assert isinstance(again, Command if parts > 1 else Complaint)
    assert again.tracking_code == first.tracking_code


def test_a_lost_memory_makes_other_answers_complaints_of_their_own(house: House) -> None:
    """Nothing says that they belong to a case; they are kept, and a triage desk sorts them."""
    first = house.asked()
    house.cases.tell(first)
    house.wipe_memory()
    house.complain("di Kota Semarang")


def test_a_case_of_another_channel_is_added_to_by_its_code(house: House) -> None:
    """No door is the wrong one."""
    elsewhere = house.complain().model_copy(update={"id": addition_id(NIL, "x"), "tracking_code": "2Q74GVWWCE3"})
    house.cases.tell(elsewhere, channel="web")
    assert house.add("2Q74G VWWCE 3 sudah makan korban").id == addition_id(elsewhere.id, "m2")


@pytest.mark.parametrize("away", [True, False])
def test_a_text_that_begins_like_a_code_is_a_complaint(house: House, *, away: bool) -> None:
    """One telephone number in 32 is a valid code. While nobody can tell whether there is such a case, nothing is lost."""
    house.cases.away = away
    house.complain("2Q74GVWWCE3 jalan di Kota Semarang berlubang")


def test_a_case_is_looked_up_without_holding_up_the_channel(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An SMSC waits for its other messages meanwhile."""
    asked, answer = threading.Event(), threading.Event()

    def slow(_: str) -> CaseStatus | None:
        asked.set()
        assert answer.wait(30)
        return None

    monkeypatch.setattr(house.cases, "status", slow)
    receipt = house.intake.accept(message("2Q74GVWWCE3 jalan di Kota Semarang berlubang", upstream_id="a"))
    assert asked.wait(30)
    assert not receipt.done()
    assert house.complain(upstream_id="b").raw.upstream_id == "b"
    answer.set()
    assert receipt.result(30).outcome is Outcome.published


def test_a_disk_that_fails_costs_the_memory_and_no_complaint(house: House) -> None:
    """The complaint is safe on Kafka before it is remembered."""
    house.known._database.execute("PRAGMA query_only = 1")
    first = house.complain(upstream_id="a")
    house.known._database.execute("PRAGMA query_only = 0")
    assert not house.known.knows(first.id)
    house.complain(upstream_id="a")
    assert house.known.knows(first.id)


def test_a_memory_that_cannot_be_read_makes_every_message_a_complaint(house: House) -> None:
    """It is there for the conversation only."""
    house.asked()
    house.known._database.execute("DROP TABLE cases")
    house.complain("di Kota Semarang")
    with pytest.raises(IntakeFull, match="cannot be written"):
        house.tell(house.complain())


def test_a_complaint_that_is_not_safe_is_not_remembered(house: House) -> None:
    """Else additions would go to a case that never was."""
    house.bus.mode = Mode.away
    house.spool.close()
    house.spool = Spool(house.folder / "small.db", max_bytes=10)
    house.intake.close()
    house._open()
    with pytest.raises(IntakeFull):
        house.intake.accept(message(upstream_id="a")).result(30)
    fresh = house.reads.normalise(message(upstream_id="a"), house.keys)
    assert not house.known.knows(fresh.id)


def test_a_spooled_complaint_is_remembered(house: House) -> None:
    """It is as safe as one on Kafka, and the citizen may add to it at once."""
    house.bus.mode = Mode.away
    assert house.intake.accept(message(upstream_id="a")).result(30).outcome is Outcome.spooled
    fresh = house.reads.normalise(message(upstream_id="a"), house.keys)
    assert house.known.knows(fresh.id)


def test_the_memory_keeps_no_bytes_and_no_address(house: House) -> None:
    """What the channel received is on Kafka; who said it is sealed."""
    first = house.asked()
    before = house.known.case(first.tracking_code)
    house.add("di Kota Semarang")
    after = house.known.case(first.tracking_code)
    assert before is not None
    assert before.complaint is not None
    assert after is not None
    assert after.complaint is not None
    assert before.complaint.raw.body == after.complaint.raw.body == after.complaint.additions[0].raw.body == b""
    assert all("6281" not in str(row) for row in house.known._rows("SELECT * FROM cases"))


def test_the_memory_forgets(house: House) -> None:
    """What was not heard of for long."""
    first = house.asked()
    house.add("di Kota Semarang", upstream_id="a")
    house.now_s += 100
    house.known.forget(house.now_s - 50)
    assert not house.known.knows(first.id)
    assert house.known.added_to("a") is None


def test_a_status_question_is_answered_and_no_complaint(house: House) -> None:
    """By the same channel, in one SMS."""
    first = house.complain()
    house.cases.tell(first, due=(NOON + timedelta(days=20)).date())
    told = house.say(f"STATUS {first.tracking_code}")
    assert isinstance(told, Reply)
    assert (told.kind, told.complaint_id) == (ReplyKind.status, first.id)
    assert "Dinas Pekerjaan Umum Kota Semarang sejak 3 Nov 2026. Tenggat 23 Nov 2026" in told.text
    assert house.keys.unseal(told.reply_address, first.id)["sender"] == "6281"


def test_a_status_reply_tells_nothing_of_the_case(house: House) -> None:
    """It goes to whoever asked: he must not become its citizen."""
    first = house.complain()
    house.cases.tell(first)
    asked = house.say(f"STATUS {first.tracking_code}", sender="6282")
    assert isinstance(asked, Reply)
    house.wipe_memory()
    house.tell(first, ReplyKind.status, reply_address=asked.reply_address)
    assert house.known.case(first.tracking_code) is None


@pytest.mark.parametrize(("text", "said"), [("STATUS", "periksa lagi"), ("CEK 2Q74GVWWCE0", "periksa lagi")])
def test_a_wrong_code_is_answered_with_how_to_ask(house: House, text: str, said: str) -> None:
    """And kept as no complaint."""
    told = house.say(text)
    assert isinstance(told, Reply)
    assert said in told.text


def test_a_status_that_cannot_be_known_is_said_to_be_so(house: House) -> None:
    """The view may be away; a new complaint may not be there yet."""
    first = house.complain()
    unknown = house.say(f"STATUS {first.tracking_code}")
    assert isinstance(unknown, Reply)
    assert "belum tercatat" in unknown.text
    house.cases.away = True
    away = house.say(f"STATUS {first.tracking_code}")
    assert isinstance(away, Reply)
    assert "belum dapat dilihat" in away.text


def test_the_same_question_is_answered_once_a_minute(house: House) -> None:
    """A redelivery within the minute is the same question; an hour later the citizen asks again."""
    said = message("STATUS", upstream_id="q")
    one, two = (house.hand_in(said) for _ in range(2))
    later = house.hand_in(replace(said, received_at=said.received_at + timedelta(hours=1)))
    assert one.id == two.id != later.id


@pytest.mark.parametrize("wiped", [True, False])
def test_a_page_adds_to_the_case_that_it_shows(house: House, *, wiped: bool) -> None:
    """Also to one that this channel does not remember."""
    first = house.complain()
    house.cases.tell(first)
    if wiped:
        house.wipe_memory()
    receipt = house.intake.complete(first.tracking_code, message("Fotonya", upstream_id="w1")).result(30)
    assert (receipt.complaint_id, receipt.tracking_code) == (first.id, first.tracking_code)
    (added,) = house.bus.events(COMPLAINTS, Command)
    assert added.id == addition_id(first.id, "w1")


@pytest.mark.parametrize("away", [True, False])
def test_a_page_cannot_add_to_a_case_that_nobody_knows(house: House, *, away: bool) -> None:
    """That is an error, not a dead letter: the citizen tries again."""
    house.cases.away = away
    with pytest.raises(CaseError):
        house.intake.complete("2Q74GVWWCE3", message("Fotonya", upstream_id="w2")).result(30)
    assert house.bus.stored(DEAD_LETTERS) == []


def test_a_delivery_receipt_is_recorded_for_our_own_reply_only(house: House) -> None:
    """By the channel's identifier of what was sent."""
    told = house.tell(house.complain())
    house.memory.settle([(told.id, "sent", "up1")])
    house.intake.delivered("up1", ok=True, detail="DELIVRD")
    house.intake.delivered("somebody else's", ok=True)
    (record,) = house.bus.events(DELIVERIES, Delivery)
    assert (record.reply_id, record.outcome, record.reason) == (told.id, "delivered", "DELIVRD")


def test_a_day_is_that_of_jakarta() -> None:
    """After 17:00 in Greenwich it is tomorrow there, and deadlines count from that day."""
    assert day(datetime(2026, 11, 24, 16, 59, tzinfo=UTC)) == "24 Nov 2026"
    assert day(datetime(2026, 11, 24, 17, 0, tzinfo=UTC)) == "25 Nov 2026"
    assert day(datetime(9999, 12, 31, 23, tzinfo=UTC)) == "31 Des 9999"
    assert day(date(2026, 1, 2)) == "2 Jan 2026"


def test_an_addition_brings_the_address_for_the_case_that_it_may_become(house: House) -> None:
    """If its case has no room, the router makes a complaint of it, and that complaint's address must open."""
    first = house.say(WITH_PLACE)
    assert isinstance(first, Complaint)
    command = house.say(f"{first.tracking_code} masih berlubang", sender="6281")
    assert isinstance(command, Command)
    assert command.sender is not None
    address = house.keys.unseal(command.sender.reply_address, continuation_id(command.id))
    assert (address["sender"], command.sender.reporter_ref) == ("6281", first.reporter_ref)
