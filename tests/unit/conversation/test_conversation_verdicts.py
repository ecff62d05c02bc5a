"""What citizens say of an answer, in their words: that it settles nothing, that it does, and of which of their reports."""

import pytest

from complaints.bus.envelope import encode
from complaints.command import CommandKind
from complaints.mail import MessageKind
from normalizer.language.commands import is_written_as_code
from tests.harness.house import said
from tests.harness.stories import stories_of
from tests.harness.tables import each_row, row_by_row
from tests.harness.town import Town, town_of

LAMP = "lampu jalan mati di Jalan Pemuda, Kota Semarang"
WATER = "air PDAM mati sejak kemarin di Kecamatan Margadana Kota Tegal"
test_story = stories_of(__file__)


def act(made: Town, at: int, kind: CommandKind, text: str) -> None:
    """Let the owner of a report do something."""
    told = made.complaints[at]
    made.take(encode(said(kind, told, made.case(told.tracking_code).owner.id, text), source="/tests"))
    made.wait(minutes=5)


def answered(*told: str) -> Town:
    """Return a town in which each report has an answer, the last one last."""
    made = town_of(*told)
    for at in range(len(told)):
        act(made, at, CommandKind.answer, "Sudah kami tangani.")
    return made


def opened(made: Town) -> list[bool]:
    """Return which of the reports are open again."""
    return [made.case(one.tracking_code).state == "dibuka kembali" for one in made.complaints]


@row_by_row
def test_words_of_content_within_a_complaint_are_none(text: str) -> None:
    """What is good is no more, or is taken back."""
    made = answered(WATER if "air" in text else LAMP)
    made.say(text)
    assert opened(made) == [True]


@each_row
def test_an_accusation_after_an_answer_is_a_report_of_its_own_for_the_inspectorate(text: str) -> None:
    """The answered one stays with its owner; the place is known from it, and nobody is asked for a story that he has told."""
    made = answered(LAMP)
    owner = made.case(made.complaints[0].tracking_code).owner
    made.say(text)
    first, second = (made.case(one.tracking_code) for one in made.complaints)
    assert (first.owner, first.state, second.owner.id) == (owner, "ditanggapi", "inspektorat-33.74")
    assert "subject" not in second.complaint.missing


@each_row
def test_who_wishes_to_be_hidden_hears_first_that_he_is(text: str) -> None:
    """What becomes of his words comes behind it."""
    made = answered(LAMP)
    before = len(made.texts)
    made.say(text)
    assert "dirahasiakan" in made.texts[before]
    assert made.case(made.complaints[0].tracking_code).complaint.anonymous


@each_row
def test_a_code_is_told_with_a_digit_or_in_capital_letters(text: str, is_code: bool) -> None:
    """Other words that have the form of one are words."""
    assert is_written_as_code(text, text.split(maxsplit=1)[0].upper()) is is_code


@pytest.mark.parametrize("text", ["bintang 9", "bintang 5", "nilai 10", "nilai 23", "4", "9/10", "\u2b50\u2b50"])
def test_a_number_after_a_withdrawal_opens_nothing_and_is_answered(text: str) -> None:
    """Whoever rates what he has withdrawn hears the scale; a word opens it again, as we say."""
    made = town_of(LAMP, "CABUT")
    before = len(made.texts)
    made.say(text)
    code = made.complaints[0].tracking_code
    assert (made.case(code).state, made.landed[-1].kind) == ("dicabut", MessageKind.small_talk)
    assert "dari 1 (buruk) sampai 5 (baik)" in made.texts[before]
    made.say("ternyata masih mati")
    assert made.case(code).state == "dibuka kembali"
