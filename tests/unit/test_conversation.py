"""A new complaint, an answer to our question, something added in a thread, or a question about a case."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from channels import conversation
from channels.conversation import Conversation, day
from channels.correspondence import Correspondence
from channels.intake import Intake
from channels.safe import Outcome
from complaints import tracking
from complaints.bus import StoredRecord
from complaints.case import CaseStatus
from complaints.contract import CASE_EVENTS, COMPLAINTS, DEAD_LETTERS, DELIVERIES, REPLIES
from complaints.crypto import Keyring
from complaints.errors import CaseError, StoreUnavailable
from complaints.event import CaseEvent, CaseEventKind, Complaint, Delivery, Refusal, Reply, ReplyKind
from complaints.message import InboundMessage
from complaints.storage.spool import Spool
from normalizer.complaint import Normaliser
from router.routing import Router
from router.work import answers
from tests.harness.events import refusal, stored
from tests.harness.fakes import MemoryProducer
from tests.harness.support import NOON, message

PLACELESS = "lampu jalan mati sejak Lebaran"


Said = Complaint | CaseEvent | Reply


class Cases:
    """A CaseReader that knows what a test tells it."""

    def __init__(self) -> None:
        self.known: dict[str, CaseStatus] = {}
        self.away = False

    def status(self, code: str) -> CaseStatus | None:
        """Return what is known."""
        if self.away:
            raise StoreUnavailable("no ClickHouse")
        return self.known.get(tracking.parse(code))


class House:
    """A door's intake with a router that answers at once."""

    def __init__(self, folder: Path, keys: Keyring) -> None:
        self.now_s = 1_000_000.0
        self.keys, self.cases, self.bus = keys, Cases(), MemoryProducer()
        self.memory = Correspondence(folder / "c.db", clock=lambda: self.now_s, question_s=3600.0)
        self.reads = Normaliser.load()
        talk = Conversation(memory=self.memory, complete=self.reads.complete, identity=keys, cases=self.cases)
        self.intake = Intake(
            "sms",
            normalise=lambda m: self.reads.normalise(m, keys),
            producer=self.bus,
            spool=Spool(folder / "s.db", max_bytes=1 << 20),
            conversation=talk,
        )
        self._at = 0
        self.deaf = False

    def say(self, text: str, *, sender: str = "6281", thread: str = "", upstream_id: str = "") -> Said:
        """Say something and return the event that it became."""
        self._at += 1
        said = message(text, sender=sender, thread=thread, upstream_id=upstream_id or f"m{self._at}")
        return self.hand_in(said)

    def hand_in(self, said: InboundMessage) -> Said:
        """Hand a message in, let the router answer, and return the event that it became."""
        before = {topic: len(self.bus.stored(topic)) for topic in (COMPLAINTS, CASE_EVENTS, REPLIES)}
        receipt = self.intake.accept(said).result(30)
        assert receipt.outcome is Outcome.published
        (topic,) = [topic for topic in before if len(self.bus.stored(topic)) > before[topic]]
        models: dict[str, type[Said]] = {COMPLAINTS: Complaint, CASE_EVENTS: CaseEvent, REPLIES: Reply}
        event = models[topic].model_validate_json(self.bus.stored(topic)[-1].value or b"")
        if topic != REPLIES:
            self.unheard = self._answer(self.bus.stored(topic)[-1])
            if not self.deaf:
                self.heard(self.unheard)
        return event

    def route(self, event: CaseEvent) -> None:
        """Let the router answer an event of somebody else's, and the door hear of it."""
        self.heard(self._answer(stored(event, 0)))

    @staticmethod
    def _answer(record: StoredRecord) -> Reply:
        return Reply.model_validate_json(answers(record, Router.load())[-1].value)

    def heard(self, reply: Reply) -> None:
        """Let the door hear of a reply, as the courier does."""
        address = self.keys.unseal(reply.reply_address, reply.complaint_id)
        self.memory.take([(reply, self.keys.pseudonym("sms", address["sender"]), address.get("thread", ""))])

    @property
    def last_reply(self) -> Reply:
        """The newest reply that the door was given."""
        (case, *_) = self.memory.due(100)[::-1]
        return case.reply


@pytest.fixture
def house(tmp_path: Path, keys: Keyring) -> Iterator[House]:
    """A fresh door."""
    made = House(tmp_path, keys)
    yield made
    made.intake.close()
    made.memory.close()


def test_the_answer_to_our_question_completes_the_complaint(house: House) -> None:
    """And it is no second complaint; the router then knows the place."""
    first = house.say(PLACELESS)
    assert isinstance(first, Complaint)
    added = house.say("di Jalan Pemuda, Kota Semarang")
    assert isinstance(added, CaseEvent)
    assert (added.kind, added.complaint_id, added.hop) == (CaseEventKind.enriched, first.id, 0)
    assert added.complaint is not None
    assert added.complaint.place.regency is not None
    assert "place" not in added.complaint.missing
    assert added.complaint.text == PLACELESS
    assert house.last_reply.kind is ReplyKind.completed


def test_a_redelivered_answer_is_the_same_event(house: House) -> None:
    """Also after the question was closed by it."""
    house.say(PLACELESS)
    one, two = (house.say("di Kota Semarang", upstream_id="again") for _ in range(2))
    assert one == two


def test_a_redelivered_complaint_is_no_answer_to_its_own_question(house: House) -> None:
    """An impatient citizen, or an SMSC that did not hear us."""
    one, two = (house.say(PLACELESS, upstream_id="same") for _ in range(2))
    assert isinstance(two, Complaint)
    assert one.id == two.id


def test_another_story_is_another_complaint(house: House) -> None:
    """Though a question is open: it is long and of another subject."""
    house.say(PLACELESS)
    other = "Air PDAM di rumah kami di Kota Bandung tidak mengalir sudah seminggu, tagihan tetap datang setiap bulan, mohon ditindaklanjuti"
    assert isinstance(house.say(other), Complaint)


def test_somebody_elses_text_is_no_answer(house: House) -> None:
    """The question went to one number."""
    house.say(PLACELESS)
    assert isinstance(house.say("di Kota Semarang", sender="6282"), Complaint)


def test_a_question_does_not_stay_open_for_ever(house: House) -> None:
    """Days later the citizen speaks of something else."""
    house.say(PLACELESS)
    house.now_s += 3601
    assert isinstance(house.say("di Kota Semarang"), Complaint)


def test_a_question_that_is_read_again_long_after_is_not_open(house: House) -> None:
    """A topic that is replayed, or a door that lost its memory: nobody is asked now, so nobody answers."""
    house.deaf = True
    house.now_s = NOON.timestamp()
    house.say(PLACELESS)
    house.now_s += 3601
    house.heard(house.unheard)
    assert isinstance(house.say("di Kota Semarang"), Complaint)


def test_the_code_says_which_case_is_meant(house: House) -> None:
    """Also without an open question."""
    first = house.say("Jalan berlubang di Kota Semarang")
    assert isinstance(first, Complaint)
    added = house.say(f"{tracking.spaced(first.tracking_code)} di depan pasar, sudah makan korban")
    assert isinstance(added, CaseEvent)
    assert added.complaint_id == first.id


def test_what_is_said_in_the_thread_belongs_to_its_case(house: House) -> None:
    """With or without a question; outside of it, it is a complaint of its own."""
    first = house.say("Jalan berlubang di Kota Semarang", thread="t1")
    added = house.say("Fotonya menyusul", thread="t1")
    assert isinstance(added, CaseEvent)
    assert added.complaint_id == first.id
    assert isinstance(house.say("Fotonya menyusul", thread="t2"), Complaint)
    assert isinstance(house.say("Fotonya menyusul", thread="t1", sender="6282"), Complaint)


def refused(of: Complaint, *, hop: int = 0) -> CaseEvent:
    """Return the refusal of whoever owns a case."""
    owner = Router.load().route(of).owner
    said = Refusal(hop=hop, agency_id=owner.id, reason="bukan", at=NOON)
    return refusal(of, owner, refusals=(said,))


def test_an_addition_after_a_refusal_carries_the_refusal(house: House) -> None:
    """Else the case could go back to the body that said no."""
    first = house.say("Jalan berlubang di Kota Semarang", thread="t")
    assert isinstance(first, Complaint)
    house.route(refused(first))
    added = house.say("Fotonya menyusul", thread="t")
    assert isinstance(added, CaseEvent)
    assert (added.hop, len(added.refusals)) == (1, 1)


def test_an_addition_and_a_refusal_that_crossed_are_both_carried_from_then_on(house: House) -> None:
    """Whichever the door heard of first; both led to a disposition of the same hop."""
    first = house.say("Jalan berlubang di Kota Semarang", thread="t")
    assert isinstance(first, Complaint)
    house.say("Fotonya menyusul", thread="t")
    house.route(refused(first))
    added = house.say("Sudah makan korban", thread="t")
    assert isinstance(added, CaseEvent)
    assert added.complaint is not None
    assert [addition.text for addition in added.complaint.additions] == ["Fotonya menyusul", "Sudah makan korban"]
    assert len(added.refusals) == 1
    assert house.last_reply.hop == 3


def test_a_reply_to_the_first_of_two_quick_additions_does_not_undo_the_second(house: House) -> None:
    """It says what the router knew when it was written."""
    first = house.say("Jalan berlubang di Kota Semarang", thread="t")
    house.deaf = True
    house.say("Dekat pasar", thread="t")
    reply = house.unheard
    house.say("Sudah makan korban", thread="t")
    house.heard(reply)
    added = house.say("Tolong segera", thread="t")
    assert isinstance(first, Complaint)
    assert isinstance(added, CaseEvent)
    assert added.complaint is not None
    assert [one.text for one in added.complaint.additions] == ["Dekat pasar", "Sudah makan korban", "Tolong segera"]


def test_a_redelivered_complaint_is_no_answer_to_the_question_of_another(house: House) -> None:
    """The SMSC did not hear our yes to the first, and the citizen has sent a second one meanwhile."""
    first = house.say(PLACELESS, upstream_id="first")
    second = house.say(
        "Air PDAM di rumah kami tidak mengalir sudah seminggu, tagihan tetap datang setiap bulan, mohon segera ditindaklanjuti"
    )
    again = house.say(PLACELESS, upstream_id="first")
    assert isinstance(first, Complaint)
    assert isinstance(second, Complaint)
    assert isinstance(again, Complaint)
    assert again.id == first.id


@pytest.mark.parametrize("begun", [True, False])
def test_a_thread_that_is_joined_anew_and_has_grown_loses_nothing(house: House, *, begun: bool) -> None:
    """Posts that X gives again come with what the citizen wrote since, under the name of the first of them."""
    first = house.say("Jalan berlubang di Kota Semarang", thread="t", upstream_id="p1")
    if begun:
        house.say("Dekat pasar", thread="t", upstream_id="p2")
    name = "p2" if begun else "p1"
    grown = message("Dekat pasar\nSudah makan korban", thread="t", upstream_id=name, parts=2, sender="6281")
    one, two = house.hand_in(grown), house.hand_in(grown)
    assert isinstance(first, Complaint)
    assert isinstance(one, CaseEvent)
    assert one == two
    assert one.complaint_id == first.id
    assert "Sudah makan korban" in one.text


def test_a_case_takes_only_so_many_additions(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each carries all before it: without an end one citizen could fill the topics, and the hops leave their column."""
    monkeypatch.setattr(conversation, "MOST_ADDITIONS", 2)
    first = house.say("Jalan berlubang di Kota Semarang", thread="t")
    one, _ = house.say("Satu lagi", thread="t", upstream_id="one"), house.say("Dua lagi", thread="t")
    assert isinstance(house.say("Tiga lagi", thread="t"), Complaint)
    assert house.say("Satu lagi", thread="t", upstream_id="one") == one
    with pytest.raises(CaseError, match="2"):
        house.intake.complete(first.tracking_code, message("Empat lagi", upstream_id="w")).result(30)


def test_a_status_question_is_answered_and_no_complaint(house: House) -> None:
    """By the same channel, in one SMS."""
    first = house.say("Jalan berlubang di Kota Semarang")
    assert isinstance(first, Complaint)
    house.cases.known[first.tracking_code] = CaseStatus(
        complaint_id=first.id,
        tracking_code=first.tracking_code,
        channel="sms",
        received_at=NOON,
        state="diproses",
        owner="Dinas Pekerjaan Umum Kota Semarang",
        since=NOON,
        due=(NOON + timedelta(days=20)).date(),
    )
    reply = house.say(f"STATUS {first.tracking_code}")
    assert isinstance(reply, Reply)
    assert (reply.kind, reply.complaint_id) == (ReplyKind.status, first.id)
    assert "Dinas Pekerjaan Umum Kota Semarang sejak 3 Nov 2026. Tenggat 23 Nov 2026" in reply.text
    assert house.keys.unseal(reply.reply_address, first.id)["sender"] == "6281"


@pytest.mark.parametrize(("text", "said"), [("STATUS", "periksa lagi"), ("CEK 2Q74GVWWCE0", "periksa lagi")])
def test_a_wrong_code_is_answered_with_how_to_ask(house: House, text: str, said: str) -> None:
    """And kept as no complaint."""
    reply = house.say(text)
    assert isinstance(reply, Reply)
    assert said in reply.text


def test_a_status_that_cannot_be_known_is_said_to_be_so(house: House) -> None:
    """ClickHouse may be away; a new complaint may not be there yet."""
    first = house.say("Jalan berlubang di Kota Semarang")
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


def test_a_page_adds_to_the_case_that_it_shows(house: House) -> None:
    """And a code that this door has not heard of is an error, not a dead letter."""
    first = house.say("Jalan berlubang di Kota Semarang")
    receipt = house.intake.complete(first.tracking_code, message("Fotonya", upstream_id="w1")).result(30)
    assert receipt.complaint_id == first.id
    with pytest.raises(CaseError):
        house.intake.complete("2Q74GVWWCE3", message("Fotonya", upstream_id="w2")).result(30)
    assert house.bus.stored(DEAD_LETTERS) == []


def test_a_delivery_receipt_is_recorded_for_our_own_reply_only(house: House) -> None:
    """By the channel's identifier of what was sent."""
    house.say("Jalan berlubang di Kota Semarang")
    reply = house.last_reply
    house.memory.settle([(reply.id, "sent", "up1")])
    house.intake.delivered("up1", ok=True, detail="DELIVRD")
    house.intake.delivered("somebody else's", ok=True)
    (record,) = house.bus.events(DELIVERIES, Delivery)
    assert (record.reply_id, record.outcome, record.reason) == (reply.id, "delivered", "DELIVRD")


def test_a_day_is_that_of_jakarta() -> None:
    """After 17:00 in Greenwich it is tomorrow there, and deadlines count from that day."""
    assert day(datetime(2026, 11, 24, 16, 59, tzinfo=UTC)) == "24 Nov 2026"
    assert day(datetime(2026, 11, 24, 17, 0, tzinfo=UTC)) == "25 Nov 2026"
    assert day(datetime(9999, 12, 31, 23, tzinfo=UTC)) == "31 Des 9999"
    assert day(date(2026, 1, 2)) == "2 Jan 2026"
