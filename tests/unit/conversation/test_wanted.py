"""What becomes of a message that only wants something, in the speech of many regions, by how the citizen's cases stand (the table)."""

from complaints.command import CommandKind
from complaints.mail import MessageKind
from tests.harness.stories import stories_of
from tests.harness.tables import each_row
from tests.harness.town import town_of

LAMP = "lampu jalan mati di Jalan Pemuda, Kota Semarang"

test_story = stories_of(__file__)


@each_row
def test_who_has_no_case_and_tells_nothing_opens_none(kind: MessageKind, text: str) -> None:
    """He is told how to report, or how to ask."""
    made = town_of(text, hours=3)
    assert ([one.kind for one in made.landed], made.complaints) == ([kind], [])
    assert len(made.texts) == 1


@each_row
def test_what_is_wanted_while_a_case_is_handled_opens_no_other(kind: MessageKind, text: str) -> None:
    """It is done with the case that there is."""
    made = town_of(LAMP, text, hours=3)
    assert (made.landed[-1].kind, len(made.complaints)) == (kind, 1)


@each_row
def test_a_story_that_looks_like_a_wish_is_told(text: str) -> None:
    """By the first words of a citizen, and beside a case of his."""
    assert len(town_of(text, hours=3).complaints) == 1
    assert len(town_of(LAMP, text, hours=3).complaints) == 2


def test_a_withdrawal_among_several_cases_withdraws_none() -> None:
    """We ask which one is meant; the one whose matter is named is withdrawn."""
    made = town_of(LAMP, "sampah menumpuk di Pasar Johar Kota Semarang", "ora sido lapor pak, dibatalke wae", hours=3)
    assert CommandKind.withdraw not in {one.kind for one in made.commands}
    assert "CABUT" in made.texts[-1]


def test_who_is_silent_hears_again_by_his_own_words() -> None:
    """That needs no word of our texts: nobody loses anything by it."""
    made = town_of(LAMP, "STOP", hours=3)
    made.say("tolong kirim lagi kabar laporannya ke saya")
    assert [one.kind for one in made.landed[1:]] == [MessageKind.silence, MessageKind.silence]
    assert "MULAI" in made.texts[-2]
