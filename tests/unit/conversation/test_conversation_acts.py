"""What a citizen does with his case in few words: he disagrees, rates, thanks, asks for silence; and by a form, withdraws or hides it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from complaints import status_requests
from complaints.bus.envelope import encode
from complaints.case import Case
from complaints.command import CommandKind, is_act
from complaints.contract import DEAD_LETTERS
from complaints.crypto import Keyring
from complaints.event import Attachment
from complaints.mail import Reply, ReplyKind
from conversation.cases import heard
from conversation.citizen import Citizen, KnownCase
from normalizer.complaint import Normaliser
from normalizer.language.commands import order
from router.routing import Router
from tests.harness.house import said
from tests.harness.stories import stories_of
from tests.harness.support import NOON
from tests.harness.tables import each_row
from tests.harness.town import Town

POTHOLE = "Jalan berlubang di Kota Semarang"
OTHER = "Air PDAM di Kota Bandung tidak mengalir sudah seminggu, tagihan tetap datang, mohon ditindaklanjuti segera"


test_story = stories_of(__file__)


@pytest.fixture(scope="module")
def law() -> Router:
    """The law."""
    return Router.load()


@pytest.fixture
def town(law: Router) -> Town:
    """A town in which a citizen has complained of a hole in the road."""
    made = Town(Keyring.from_secret(b"s" * 32), law, Normaliser.load())
    made.say(POTHOLE)
    return made


NO_PLACE = "Jalan berlubang parah sekali sudah lama tolong diperbaiki"


def case_of(town: Town) -> Case:
    """Return the citizen's first case."""
    return town.case(town.complaints[0].tracking_code)


def due_of(town: Town) -> date:
    """Return the day by which the first case must be completed."""
    return next(one.due for one in case_of(town).deadlines if one.duty == "complete")


def answer(town: Town, text: str = "Sudah kami tambal", **fields: Any) -> None:
    """Let the owner answer the first case."""
    town.take(
        encode(said(CommandKind.answer, town.complaints[0], case_of(town).owner.id, text, **fields), source="/tests")
    )


@pytest.mark.parametrize("words", ["Dicabut izinnya", "tarik kabel itu", "kapan izin pabrik dicabut?"])
def test_what_withdraws_something_else_withdraws_no_report(words: str) -> None:
    """Only a report is withdrawn by these words."""
    assert order(words) is None


@each_row
def test_an_act_is_one_of_those_that_there_are(act: str, *, is_one: bool) -> None:
    """Anything else is read as a message."""
    assert is_act(act) == is_one


@each_row
def test_a_code_of_letters_alone_is_one_in_capitals_beside_an_order(text: str, code: str) -> None:
    """One of sixty has no digit; a word of eleven letters is none, and neither is a street with the number of a house."""
    assert status_requests.code_written(text) == code


@each_row
def test_a_sentence_that_begins_with_such_a_word_is_a_message(text: str) -> None:
    """Only the word alone, or with a code, is an act."""
    assert (order(text) is not None) == (text == "anonim")


def test_an_answer_that_crosses_an_addition_is_noted_and_a_question_is_not() -> None:
    """He can dispute what he was told; what he already wrote more about is not asked."""
    for kind, answered_ms in ((ReplyKind.answered, 7), (ReplyKind.question, 0)):
        case = KnownCase(id=str(UUID(int=1)), code="A", additions=1)
        reply = Reply(
            id=UUID(int=2),
            citizen="c",
            complaint_id=UUID(int=1),
            tracking_code="A",
            channel="sms",
            kind=kind,
            text="?",
            created_at=NOON,
            caused_by=UUID(int=3),
            part="place" if kind is ReplyKind.question else None,
        )
        heard(Citizen(cases=[case]), reply, 7)
        assert (case.answered_ms, case.asked_ms) == (answered_ms, 0)


PHOTO = Attachment(name="a.png", media_type="image/png", size_bytes=1, sha256="0" * 64)


def test_a_photo_without_words_is_taken_beside_an_open_question(town: Town) -> None:
    """It has no first word that could tell another matter; nothing fails, and it is kept with a case."""
    ask = said(CommandKind.ask, town.complaints[0], case_of(town).owner.id, "RT berapa?")
    town.take(encode(ask, source="/tests"))
    town.say(" ", attachments=(PHOTO,), channel="telegram", sender="7", account="telegram/bot", reply_to={"chat": "7"})
    town.say(" ", attachments=(PHOTO,))
    files = [file for complaint in town.complaints for file in complaint.attachments]
    files += [file for addition in case_of(town).complaint.additions for file in addition.attachments]
    assert files == [PHOTO, PHOTO]
    assert DEAD_LETTERS not in town.written
