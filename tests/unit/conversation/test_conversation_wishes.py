"""What a citizen wishes for his reports without a code: that he be hidden, that one be withdrawn, how one stands; and what owners ask."""

from complaints.bus.envelope import encode
from complaints.command import CommandKind
from complaints.mail import MessageKind
from complaints.tracking import spaced
from tests.harness.house import said
from tests.harness.stories import stories_of
from tests.harness.tables import each, each_row, row_by_row
from tests.harness.town import town_of

TOFU = "tetangga saya membuang limbah tahu ke sungai di Desa Debong Kota Tegal"
LAMP = "lampu jalan mati di Jalan Pemuda, Kota Semarang"
WASTE = "sampah menumpuk di Pasar Johar Kota Semarang"


test_story = stories_of(__file__)


@each("more", [(), (LAMP,)])
@each_row
def test_a_wish_to_be_hidden_hides_what_was_reported(wish: str, more: tuple[str, ...]) -> None:
    """Each report, as the wish names none; and opens none."""
    made = town_of(TOFU, *more)
    made.wait(hours=2)
    made.say(wish)
    cases = [made.case(one.tracking_code).complaint for one in made.complaints]
    assert len(cases) == 1 + len(more)
    assert all(one.anonymous or one.secret for one in cases)


@each_row
def test_a_report_with_a_wish_or_a_word_like_one_is_more_than_a_wish(text: str) -> None:
    """It is a report of its own, or added to one, and never only done."""
    made = town_of(LAMP, text, hours=3)
    added = made.case(made.complaints[0].tracking_code).complaint.additions
    assert text in {*(one.text for one in made.complaints), *(one.text for one in added)}


@row_by_row
def test_the_named_matter_chooses_the_report(text: str, kind: MessageKind, about: int) -> None:
    """Whichever was told last."""
    made = town_of(LAMP, WASTE)
    made.say(text)
    code = made.complaints[about].tracking_code
    assert (made.landed[-1].kind, made.landed[-1].tracking_code) == (kind, code)
    assert spaced(code) in made.texts[-1]


@each_row
def test_words_of_others_hide_nobody(text: str) -> None:
    """The office must know who asks."""
    (told,) = town_of(text).complaints
    assert (told.anonymous, told.secret) == (False, False)


@row_by_row
def test_to_agree_answers_what_the_owner_asks(text: str, kind: MessageKind) -> None:
    """Thanks alone do not."""
    made = town_of(LAMP)
    (told,) = made.complaints
    asked = said(CommandKind.ask, told, made.case(told.tracking_code).owner.id, "Apakah petugas boleh datang besok?")
    made.take(encode(asked, source="/tests"))
    made.say(text)
    assert made.landed[-1].kind is kind
    assert (made.case(told.tracking_code).question is None) == (kind is MessageKind.answer)
