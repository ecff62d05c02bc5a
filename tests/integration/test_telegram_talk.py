"""What a citizen says on Telegram after the complaint: answers, changes and positions come to the case that they are about."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from channels.conversation import Conversation
from channels.correspondence import Correspondence
from channels.intake import Intake
from channels.known_cases import KnownCases
from channels.telegram.cursor import Mark
from complaints import tracking, wording
from complaints.command import Command
from complaints.contract import COMPLAINTS, REPLIES
from complaints.crypto import Keyring
from complaints.event import Complaint, Reply, ReplyKind
from complaints.storage.spool import Spool
from normalizer.complaint import Normaliser
from tests.harness.channels import Running
from tests.harness.events import reply
from tests.harness.fakes import MemoryProducer
from tests.harness.joining import joined
from tests.harness.support import wait_until
from tests.harness.telegram import telegram_door
from tests.harness.telegram_standin import Telegram
from tests.harness.web import Cases


class Talk:
    """A door with its memory; what the router would reply is put in by hand."""

    def __init__(self, folder: Path, keys: Keyring) -> None:
        self.telegram, self.producer, self.keys = Telegram(folder / "telegram"), MemoryProducer(), keys
        self.memory = Correspondence(folder / "letters.db", clock=time.time)
        self.known = KnownCases(folder / "cases.db", clock=time.time, question_s=3600.0)
        reads = Normaliser.load()
        self.intake = Intake(
            "telegram",
            normalise=lambda message: reads.normalise(message, keys),
            producer=self.producer,
            spool=Spool(folder / "spool.db", max_bytes=1 << 20),
            conversation=Conversation(
                memory=self.memory, known=self.known, complete=reads.complete, identity=keys, cases=Cases()
            ),
        )
        self.mark = Mark(folder / "mark.json", bot_id=1708)
        self.door = telegram_door(self.telegram.base, folder, self.mark, keys=keys, turned=lambda: None)
        self._running = Running(self.door, self.intake)

    def until_safe(self, said: dict[str, int]) -> None:
        """Wait until the offset is past an update."""
        wait_until(lambda: (self.mark.offset() or 0) > said["update_id"], what="the offset")

    def case(self, text: str, *, asked: bool) -> tuple[dict[str, int], Complaint]:
        """Let the citizen complain and hear of it; return the message and the complaint."""
        said = self.telegram.say(text)
        self.until_safe(said)
        complaint = self.producer.events(COMPLAINTS, Complaint)[-1]
        code = tracking.spaced(complaint.tracking_code)
        kind = ReplyKind.question if asked else ReplyKind.received
        words = wording.text("question_place" if asked else "received", "telegram", code=code, owner="DPU")
        self.hear(reply(complaint, kind, text=words, created_at=datetime.now(UTC)), complaint)
        return said, complaint

    def hear(self, told: Reply, complaint: Complaint) -> None:
        """Let the door hear of a reply, as the courier does."""
        self.known.hear([(told, complaint.reporter_ref, "")])
        self.memory.take([(told, complaint.reporter_ref)])

    def additions(self) -> list[Command]:
        """Return what was added to cases."""
        return self.producer.events(COMPLAINTS, Command)

    def stop(self) -> None:
        """Stop all."""
        self._running.stop()
        self.intake.close()
        self.memory.close()
        self.known.close()
        self.telegram.stop()


@pytest.fixture
def talk(tmp_path: Path, keys: Keyring) -> Iterator[Talk]:
    """It runs."""
    made = Talk(tmp_path, keys)
    yield made
    made.stop()


def test_an_answer_completes_its_complaint(talk: Talk) -> None:
    """Told by who said it: a private chat has no threads."""
    _, complaint = talk.case("lampu jalan mati, gelap sekali", asked=True)
    talk.until_safe(talk.telegram.say("di Jalan Pemuda, Kota Semarang"))
    (event,) = talk.additions()
    assert event.tracking_code == complaint.tracking_code
    assert event.reading
    assert event.reading.place.regency
    assert len(talk.producer.events(COMPLAINTS, Complaint)) == 1


def test_a_shared_position_answers_the_question_for_the_place(talk: Talk) -> None:
    """It stands in the place as degrees; no regency is guessed from it."""
    _, complaint = talk.case("lampu jalan mati, gelap sekali", asked=True)
    talk.until_safe(talk.telegram.say(location={"latitude": -6.9932, "longitude": 110.4203}))
    (event,) = talk.additions()
    completed = joined(complaint, event)
    assert completed.place.text == "-6.99320,110.42030"
    assert "place" in completed.missing


def test_a_changed_message_is_added_to_its_complaint(talk: Talk) -> None:
    """Whatever else the citizen said meanwhile."""
    said, complaint = talk.case("jalan berlubang di Kota Semarang", asked=False)
    talk.case("sampah menumpuk di Kota Bandung", asked=False)
    where = {"chat_id": said["chat_id"], "message_id": said["message_id"]}
    edited = talk.telegram.control("/edits", where | {"text": "jalan berlubang di Kota Semarang, depan pasar Johar"})
    talk.until_safe(edited)
    (event,) = talk.additions()
    assert event.tracking_code == complaint.tracking_code
    assert event.addition
    assert "pasar Johar" in event.addition.text


def test_a_change_of_what_is_no_case_is_passed_over(talk: Talk) -> None:
    """A command, or a message from before our time."""
    said = talk.telegram.say("/bantuan")
    talk.until_safe(said)
    where = {"chat_id": said["chat_id"], "message_id": said["message_id"]}
    talk.until_safe(talk.telegram.control("/edits", where | {"text": "jalan rusak"}))
    assert talk.additions() == []
    assert talk.producer.events(COMPLAINTS, Complaint) == []


def test_a_reply_to_our_message_belongs_to_the_case_that_it_names(talk: Talk) -> None:
    """Also where nothing was asked, and where another case is newer."""
    said, complaint = talk.case("jalan berlubang di Kota Semarang", asked=False)
    code = tracking.spaced(complaint.tracking_code)
    words = f"Laporan Anda dengan kode {code} kami teruskan."
    answer = talk.door._client.say(said["chat_id"], words, answers=None, keyboard=None).result(30)
    talk.case("sampah menumpuk di Kota Bandung", asked=False)
    talk.until_safe(talk.telegram.say("sekarang tambah dalam", reply_to=int(answer)))
    (event,) = talk.additions()
    assert event.tracking_code == complaint.tracking_code


def test_a_part_of_an_album_that_comes_late_joins_its_case(talk: Talk) -> None:
    """And is no complaint of its own."""
    album = uuid4().hex
    talk.until_safe(talk.telegram.show(b"1", album=album, caption="jalan rusak di Kota Semarang"))
    complaint = talk.producer.events(COMPLAINTS, Complaint)[0]
    talk.until_safe(talk.telegram.show(b"2", album=album))
    (event,) = talk.additions()
    assert event.tracking_code == complaint.tracking_code
    assert len(joined(complaint, event).attachments) == 2


def test_a_question_for_the_status_is_answered_by_a_reply(talk: Talk) -> None:
    """The intake knows it; it is no complaint."""
    talk.until_safe(talk.telegram.say("/status 2Q74G VWWCE 3"))
    talk.until_safe(talk.telegram.say("/status"))
    replies = talk.producer.events(REPLIES, Reply)
    assert [reply.kind for reply in replies] == [ReplyKind.status] * 2
    assert talk.producer.events(COMPLAINTS, Complaint) == []
