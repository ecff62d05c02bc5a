"""What a citizen's message becomes: a complaint, an addition, an answer, a question for the status, small talk, or a repetition."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from complaints import ids
from complaints.bus import StoredRecord
from complaints.bus.deadletter import of_record
from complaints.bus.envelope import encode, type_of
from complaints.command import CommandKind
from complaints.contract import CONVERSATIONS, DEAD_LETTERS, MESSAGE_EVENTS, SENDS
from complaints.crypto import Keyring
from complaints.errors import ContractViolation
from complaints.event import Attachment, DeadLetter
from complaints.mail import (
    Delivery,
    DeliveryOutcome,
    MessageEvent,
    MessageKind,
    Received,
    Reply,
    ReplyEvent,
    ReplyKind,
    Send,
)
from complaints.message import unpack
from complaints.values import Event
from conversation import parts
from conversation.citizen import DECODER, MOST_WAITING
from conversation.parts import MOST_AGAIN
from conversation.records import Rules
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.house import said
from tests.harness.stories import stories_of
from tests.harness.support import NOON, message
from tests.harness.tables import each
from tests.harness.town import Town, town_of

PLACELESS = "lampu jalan mati sejak Lebaran"
WITH_PLACE = "Jalan berlubang di Kota Semarang"
PLACE = "di Jalan Pemuda, Kota Semarang"
LONG_OTHER = (
    "Air PDAM di rumah kami di Kota Bandung tidak mengalir sudah seminggu, tagihan tetap datang setiap bulan,"
    " mohon ditindaklanjuti"
)

LINKED = Attachment(name="foto", media_type="image/jpeg", size_bytes=0, url="https://example.org/foto")

KINDS = MessageKind


test_story = stories_of(__file__)


@pytest.fixture
def town() -> Town:
    """A town in which nobody has complained yet."""
    return town_of()


def kinds(town: Town) -> list[MessageKind]:
    """Return what the messages became, oldest first."""
    return [event.kind for event in town.landed]


def test_a_status_is_told_where_it_was_asked(town: Town) -> None:
    """In private, although the citizen has spoken in a group before the case answered."""
    chat: dict[str, Any] = {"channel": "telegram", "account": "telegram/1", "sender": "77"}
    town.say(WITH_PLACE, upstream_id="1", reply_to={"chat": "77"}, **chat)
    code = town.complaints[0].tracking_code
    asked, spoken = (
        town.received(message(text, upstream_id=id_, received_at=town.now, reply_to={"chat": where}, **chat))
        for text, id_, where in ((f"status {code}", "2", "77"), ("halo @bot", "3", "-100555"))
    )
    town.take(asked, spoken)
    told = {send.kind: town.open(send)[1]["chat"] for send in town.sends}
    assert told[ReplyKind.status] == "77"
    assert DECODER.decode(town.state(town.citizen("77", "telegram"))).questions == []


class TestACodeThatTwoComplaintsGot:
    """The second one gets the next code. What its citizen adds goes to his own case, by the id of the complaint."""

    FIRST, SECOND = uuid4(), ids.message_id("telegram", "m-1")

    @pytest.fixture
    def unlucky(self, router: Router, normaliser: Normaliser, monkeypatch: pytest.MonkeyPatch) -> Town:
        """A town in which another citizen has the code of SECOND already."""
        true_code = Keyring.tracking_code

        def code_of(keys: Keyring, complaint_id: UUID) -> str:
            return true_code(keys, self.FIRST if complaint_id == self.SECOND else complaint_id)

        monkeypatch.setattr(Keyring, "tracking_code", code_of)
        town = Town(Keyring.from_secret(b"s" * 32), router, normaliser)
        town.say(WITH_PLACE, id_=self.FIRST, sender="6281111111111")
        return town

    def test_a_late_part_goes_to_the_own_case(self, unlucky: Town) -> None:
        """Half an hour later, when the case has its right code."""
        unlucky.part("Jalan Pemuda Kota Bandung berlubang besar dan ", 1, id_=self.SECOND)
        unlucky.wait(minutes=31)
        unlucky.part("nomor saya 0822-2222-2222", 2)
        unlucky.wait(minutes=31)
        self.assert_own(unlucky)

    def test_an_edit_goes_to_the_own_case(self, unlucky: Town) -> None:
        """It names the message, whose landing has the old code."""
        chat: dict[str, Any] = {"channel": "telegram", "account": "telegram/1"}
        unlucky.say("Jalan Pemuda Kota Bandung berlubang", upstream_id="m-1", **chat)
        unlucky.say("Jalan Pemuda nomor 5 Kota Bandung berlubang", upstream_id="m-1-2", follows="m-1", **chat)
        self.assert_own(unlucky)

    def test_the_same_words_are_on_record_with_the_right_code(self, unlucky: Town) -> None:
        """Or an analyst would count them for the other case."""
        unlucky.say(LONG_OTHER, id_=self.SECOND)
        unlucky.say(LONG_OTHER)
        assert unlucky.landed[-1].kind is KINDS.repeated
        assert unlucky.landed[-1].tracking_code == unlucky.sends[-1].tracking_code
        assert unlucky.landed[-1].tracking_code != unlucky.complaints[0].tracking_code

    @staticmethod
    def assert_own(unlucky: Town) -> None:
        """Assert that the command went to the second case, and the first one has heard nothing."""
        others, own = unlucky.complaints[0].tracking_code, unlucky.sends[-1].tracking_code
        assert own != others
        assert [command.tracking_code for command in unlucky.commands] == [own]
        assert not unlucky.case(others).complaint.additions


def test_what_the_channel_cannot_read_is_a_dead_letter_with_its_bytes_sealed(town: Town) -> None:
    """The reason is in clear, the bytes are not; and it has its event."""
    id_ = uuid4()
    sealed = town.keys.seal(b"\x28\x00 bytes", owner=id_, month="2026-11")
    record = Received(
        id=id_,
        citizen="x" * 32,
        channel="sms",
        received_at=town.now,
        month="2026-11",
        sealed=sealed,
        fault="the header is too long",
        error_class="MalformedMessage",
    )
    town.take(encode(record, source="/tests"))
    (letter,) = town.events(DEAD_LETTERS, DeadLetter)
    assert (letter.reason, letter.error_class) == ("the header is too long", "MalformedMessage")
    assert town.keys.unseal(letter.payload.decode(), owner=id_, month="2026-11") == b"\x28\x00 bytes"
    assert kinds(town) == [KINDS.dead_letter]


class Stumbling:
    """A normaliser with a bug."""

    def normalise(self, *_: object, **__: object) -> object:
        """Raise."""
        raise ZeroDivisionError

    complete = normalise


@pytest.mark.parametrize("channel", ["web", "sms"])
def test_what_cannot_be_read_opens_unread_at_the_triage_desk(router: Router, channel: str) -> None:
    """What has a code always becomes a case: a fault of ours in reading is no reason to lose it."""
    town = Town(Keyring.from_secret(b"s" * 32), router, Stumbling())  # type: ignore[arg-type]
    web: dict[str, Any] = (
        {"channel": "web", "sender": "", "upstream_id": "k-1", "account": ""} if channel == "web" else {}
    )
    town.say(WITH_PLACE, **web)
    (complaint,) = town.complaints
    assert complaint.text == WITH_PLACE
    assert town.case(complaint.tracking_code).triage
    assert (town.landed[0].kind, town.landed[0].unread) == (KINDS.complaint, True)


def test_a_message_that_kills_the_worker_is_a_case_too(town: Town) -> None:
    """Its dead letter says why, and it opens unread."""
    record = town.received(message(WITH_PLACE, channel="web", sender="", upstream_id="k-1"))
    letter = encode(
        DeadLetter(id=uuid4(), source_key="k", reason="died", error_class="KillsTheWorker", at=town.now, payload=b""),
        source="/tests",
    )
    stored = StoredRecord(record.topic, 0, 1, record.key, record.value, record.headers, town.now_ms)
    town.take(*town.step.dead_letter(stored, letter))
    assert [one.text for one in town.complaints] == [WITH_PLACE]
    assert kinds(town) == [KINDS.complaint]


@pytest.mark.parametrize("changed", [{"shared_location": (-6.9932, 110.4203)}, {"attachments": (LINKED,)}])
def test_another_position_or_file_under_the_same_key_is_added(town: Town, changed: dict[str, Any]) -> None:
    """The words are the same, the content is not. The mailbox of a form is that of the tracking code."""
    form: dict[str, Any] = {"channel": "web", "sender": "", "upstream_id": "key-1", "received_at": town.now}
    town.take(town.received(message(PLACELESS, **form)))
    town.take(town.received(message(PLACELESS, body=b"another content", **form, **changed)))
    case = town.case(town.complaints[0].tracking_code)
    assert kinds(town) == [KINDS.complaint, KINDS.addition]
    assert (case.complaint.place.regency is not None) == ("shared_location" in changed)
    assert len(case.complaint.attachments) == len(changed.get("attachments", ()))


class TestLongMessages:
    """The parts of a long SMS."""

    def test_a_part_that_comes_again_with_its_id_has_one_event(self, town: Town) -> None:
        """Kafka's answer was lost: the record is there, and again from the spool."""
        id_ = uuid4()
        town.part("Jalan berlubang ", 1, id_=id_)
        town.part("Jalan berlubang ", 1, id_=id_)
        town.part("di Kota Semarang", 2)
        assert [event.kind for event in town.landed if event.id == id_] == [KINDS.complaint]

    def test_each_of_many_repetitions_of_a_part_has_its_event(self, town: Town) -> None:
        """Beyond the bounded list they are on record at once."""
        given = [town.part("Jalan berlubang ", 1) for _ in range(MOST_AGAIN + 10)]
        given.append(town.part("di Kota Semarang", 2))
        assert sorted(event.id for event in town.landed) == sorted(given)
        assert len(town.complaints) == 1

    def test_large_parts_do_not_grow_the_state_beyond_a_record(self, town: Town) -> None:
        """The bound is one of bytes, too."""
        for number in range(60):
            town.part("x" * 30_000, 1, 3, reference=number)
            assert len(town.state(town.citizen())) < 300_000
        assert len(town.landed) >= 55

    def test_many_unfinished_messages_do_not_grow_the_state_for_ever(
        self, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The oldest ones go on before there are too many parts."""
        monkeypatch.setattr(parts, "MOST_PARTS", 30)
        for number in range(130):
            town.part(f"bagian {number} di Kota Semarang", 1, reference=number % 65536)
        assert len(town.landed) >= 100
        assert len(town.state(town.citizen())) < 60_000


class TestTelling:
    """What the citizen hears."""

    def test_a_question_that_a_fault_of_ours_keeps_from_the_citizen_is_unheard(self, town: Town) -> None:
        """Its record is a dead letter, and the case learns that nobody was asked."""
        town.say(PLACELESS)
        record = next(one for one in town.written[CONVERSATIONS] if type_of(Reply) in dict(one.headers).values())
        stored = StoredRecord(CONVERSATIONS, 0, 0, record.key, record.value, record.headers, town.now_ms)
        letter = encode(of_record(stored, ContractViolation("no")), source="/conversation")
        town.take(*town.step.dead_letter(stored, letter))
        assert town.case(town.complaints[0].tracking_code).question is None

    def test_the_waiting_texts_are_bounded(self, router: Router, normaliser: Normaliser) -> None:
        """An answer to a question gives way first, and each that does is on record."""
        rules = Rules(per_hour=1)
        town = Town(Keyring.from_secret(b"s" * 32), router, normaliser, rules)
        town.say("halo", channel="telegram", upstream_id="a", account="telegram/1", small_talk="Halo")
        town.say(PLACELESS, channel="telegram", upstream_id="b", account="telegram/1")
        for number in range(MOST_WAITING + 5):
            town.say(
                "halo", channel="telegram", upstream_id=f"{number}", account="telegram/1", small_talk=f"Halo {number}"
            )
        waiting = DECODER.decode(town.state(town.citizen(channel="telegram"))).waiting
        assert len(waiting) == MOST_WAITING
        assert waiting[0].reply.kind is ReplyKind.question
        gone = town.events(MESSAGE_EVENTS, Delivery)
        assert [(one.outcome, one.kind) for one in gone] == [(DeliveryOutcome.undeliverable, ReplyKind.small_talk)] * 6
        assert {one.reply_id for one in gone}.isdisjoint(one.reply.id for one in waiting)


@each(
    "head",
    [b"", b"{", b"[]", b"{}", b'{"text":1,"coding":"gsm7"}', b'{"text":"a","coding":"gsm7","fragment":{"total":"2"}}'],
)
def test_what_no_channel_packs_is_no_message(head: bytes) -> None:
    """Wherever the fault is, it is told when the message is read, and not later where it is used."""
    with pytest.raises(ContractViolation, match="no message as a channel packs it"):
        unpack(len(head).to_bytes(4) + head + b"body", channel="sms", account="", received_at=NOON)


class TestTheState:
    """What is kept of a citizen."""

    def test_it_is_sealed_and_records_hold_no_address(self, town: Town) -> None:
        """Neither the number nor the words are in what Kafka keeps for ever."""
        town.say(PLACELESS)
        town.say(PLACE)
        key = town.citizen().encode()
        sealed = town.states[CONVERSATIONS, key].value
        assert b"6281234567890" not in sealed
        for topic in (MESSAGE_EVENTS, SENDS, CONVERSATIONS):
            for record in town.written[topic]:
                assert b"6281234567890" not in record.value
        for record in town.written[MESSAGE_EVENTS]:
            assert b"Pemuda" not in record.value
        with pytest.raises(ContractViolation):
            Keyring.from_secret(b"t" * 32).unseal_state(sealed, key=key)

    def test_it_is_written_as_it_was_read_but_for_what_nobody_knows(self, town: Town) -> None:
        """So a record that changes nothing writes nothing; a field of a later version is dropped, and so raises the format."""
        town.say(PLACELESS)
        town.part("Jalan Pemuda berlubang", 1)
        known = town.state(town.citizen())
        assert msgspec.json.encode(DECODER.decode(known)) == known
        assert DECODER.decode(known[:-1] + b',"of a later version":1e999}') == DECODER.decode(known)

    def test_two_times_a_record_writes_the_same_bytes(self, router: Router, normaliser: Normaliser) -> None:
        """A transaction that is tried again writes what it would have written."""
        keys, id_ = Keyring.from_secret(b"s" * 32), uuid4()
        written = []
        for _ in range(2):
            town = Town(keys, router, normaliser)
            town.say(PLACELESS, id_=id_)
            written.append((dict(town.written), town.states))
        assert written[0] == written[1]


@pytest.mark.parametrize(
    ("topic", "model"), [(MESSAGE_EVENTS, MessageEvent), (MESSAGE_EVENTS, ReplyEvent), (SENDS, Send)]
)
def test_records_are_what_the_models_write(town: Town, topic: str, model: type[Event]) -> None:
    """Byte by byte, but for fields without a value."""
    town.say(PLACELESS)
    town.part("Jalan berlubang", 1)
    town.part(" di Kota Semarang", 2)
    town.say("STATUS 1234567890")

    found = [record for record in town.written[topic] if dict(record.headers)["ce_type"] == type_of(model)]
    assert found
    for record in found:
        event = msgspec.json.decode(record.value, type=model)
        assert msgspec.json.encode(event) == record.value
        assert encode(event, source="/conversation").key == record.key  # type: ignore[arg-type]  # one of the three


class TestWhatIsOnRecord:
    """Of secret reports, and of replies that cannot be told."""

    @pytest.mark.parametrize("overtakes", [True, False])
    def test_a_status_question_about_a_secret_report_shows_no_code(self, town: Town, *, overtakes: bool) -> None:
        """Also if it overtakes the report: the whistleblower asks by SMS what he filed on the web, and nobody may join the two."""
        form = town.received(
            message(WITH_PLACE, channel="web", sender="", upstream_id="k-1", secret=True, received_at=town.now)
        )
        code = form.key.decode()
        if not overtakes:
            town.take(form)
        town.say(f"STATUS {code}")
        assert town.sends[-1].kind is ReplyKind.status
        assert code[:5] in town.texts[-1]
        asked = town.citizen().encode()
        for topic in (MESSAGE_EVENTS, SENDS):
            ours = [one for one in town.written[topic] if one.key in {asked, b"sms/link"}]
            assert ours
            assert not any(code.encode() in one.value for one in ours)
            assert not any(b"complaint_id" in one.value for one in ours)

    def test_a_reply_that_cannot_be_told_is_on_record_without_its_text(self, town: Town) -> None:
        """The citizen's state cannot be opened: the agency's answer is a dead letter, and analysts see that nobody heard it."""
        town.say(WITH_PLACE)
        case = town.case(town.complaints[0].tracking_code)
        town.take(encode(said(CommandKind.answer, case.complaint, case.owner.id, "sudah KANARI"), source="/tests"))
        (reply,) = [one for one in town.written[CONVERSATIONS] if b"KANARI" in one.value]
        stored = StoredRecord(reply.topic, 0, 9, reply.key, reply.value, reply.headers, town.now_ms)
        letter = encode(of_record(stored, ContractViolation("no")), source="/tests")
        written = town.step.dead_letter(stored, letter)
        assert [one.topic for one in written] == [DEAD_LETTERS, MESSAGE_EVENTS, MESSAGE_EVENTS]
        kept = msgspec.json.decode(written[0].value, type=DeadLetter)
        assert (kept.reason, b"KANARI" in kept.payload, b"caused_by" in kept.payload) == ("no", False, True)
        delivery = msgspec.json.decode(written[2].value, type=Delivery)
        assert (delivery.outcome, delivery.kind) == (DeliveryOutcome.undeliverable, ReplyKind.answered)
