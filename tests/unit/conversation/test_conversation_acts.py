"""What a citizen does with his case in few words: he disagrees, rates, thanks, asks for silence; and by a form, withdraws or hides it."""

from uuid import UUID

import pytest

from complaints import status_requests
from complaints.command import is_act
from complaints.mail import Reply, ReplyKind
from conversation.citizen import Citizen, KnownCase
from conversation.telling import heard
from normalizer.language.commands import order
from tests.harness.stories import stories_of
from tests.harness.support import NOON
from tests.harness.tables import each_row

test_story = stories_of(__file__)


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
