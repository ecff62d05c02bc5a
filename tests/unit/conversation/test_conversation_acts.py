"""What a citizen does with his case in few words: he disagrees, rates, thanks, asks for silence; and by a form, withdraws or hides it."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from complaints import status_requests, tracking
from complaints.bus.envelope import encode
from complaints.calendar import written_day
from complaints.case import Case
from complaints.command import CommandKind, is_act
from complaints.contract import DEAD_LETTERS
from complaints.crypto import Keyring
from complaints.event import Attachment
from complaints.mail import MessageKind, Reply, ReplyKind
from complaints.values import ComplaintClass
from conversation.cases import heard
from conversation.citizen import Citizen, KnownCase
from normalizer.complaint import Normaliser
from normalizer.language.commands import order, rated
from router.routing import Router
from tests.harness.house import said
from tests.harness.stories import stories_of
from tests.harness.support import NOON
from tests.harness.tables import each_row, row_by_row
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


def test_not_yet_before_an_answer_is_no_disagreement(town: Town) -> None:
    """There is nothing to disagree with."""
    town.say("belum, pak")
    assert MessageKind.disagreement not in [event.kind for event in town.landed]


@pytest.mark.parametrize("words", ["Dicabut izinnya", "tarik kabel itu", "kapan izin pabrik dicabut?"])
def test_what_withdraws_something_else_withdraws_no_report(words: str) -> None:
    """Only a report is withdrawn by these words."""
    assert order(words) is None


def test_a_disagreement_by_its_code_reaches_that_case(town: Town) -> None:
    """Of two answered cases, the one that is named."""
    town.say("Lampu jalan mati di Kota Bandung")
    first, second = (complaint.tracking_code for complaint in town.complaints)
    for complaint in town.complaints:
        owner = town.case(complaint.tracking_code).owner.id
        town.take(encode(said(CommandKind.answer, complaint, owner, "Sudah"), source="/tests"))
    town.say(f"{first} belum pak")
    assert [town.case(code).state for code in (first, second)] == ["dibuka kembali", "ditanggapi"]
    town.say("belum juga")
    assert town.case(second).state == "dibuka kembali"


def test_the_status_tells_the_latest_answer_again_to_its_citizen_alone(town: Town) -> None:
    """The text that told it may never have arrived. Who has only the code reads that there is one; a disputed one stands no more."""
    code = town.complaints[0].tracking_code
    answer(town, "Sudah kami tambal kemarin")
    town.say(f"STATUS {code}")
    assert town.texts[-1].endswith("Jawabannya: Sudah kami tambal kemarin")
    town.say(f"STATUS {code}", sender="6281299988877")
    assert "sudah dijawab" in town.texts[-1]
    assert "tambal" not in town.texts[-1]
    town.say("belum, masih rusak")
    town.say(f"STATUS {code}")
    assert "tambal" not in town.texts[-1]


def test_stop_silences_all_but_answers_to_his_own_questions(town: Town) -> None:
    """Until he writes MULAI."""
    code = town.complaints[0].tracking_code
    town.say("STOP")
    assert town.landed[-1].kind is MessageKind.silence
    heard = len(town.sends)
    answer(town)
    assert len(town.sends) == heard
    town.say(f"STATUS {code}")
    assert "sudah dijawab" in town.texts[-1]
    assert len(town.sends) == heard + 1
    town.say("Lampu jalan mati di Kota Bandung")
    assert town.told[-1].kind is ReplyKind.received
    assert len(town.sends) == heard + 2
    town.say("mulai")
    answer(town, "Sungguh sudah", nonce="2")
    assert town.told[-1].kind.value == "answered"
    assert len(town.sends) == heard + 4


def test_a_corrected_class_tells_its_day_and_takes_no_dispute_away(town: Town) -> None:
    """The citizen hears by when his report is completed now, and "belum" is still about the answer."""
    answer(town)
    town.wait(minutes=1)
    desk = Router.load().administrator_id
    correct = said(CommandKind.reclassify, town.complaints[0], desk, complaint_class=ComplaintClass.information_request)
    town.take(encode(correct, source="/tests"))
    assert town.told[-1].kind is ReplyKind.put_off
    assert written_day(due_of(town)) in town.texts[-1]
    assert "kini permintaan informasi" in town.texts[-1]
    town.say("belum, pak")
    assert (case_of(town).state, len(town.complaints)) == ("dibuka kembali", 1)


def test_a_question_that_nobody_hears_stops_no_clock(town: Town) -> None:
    """Who has asked for silence is not waited for: the case goes on with what there is, on the day that it had."""
    town.say("STOP")
    due = due_of(town)
    town.wait(days=3)
    town.take(encode(said(CommandKind.ask, town.complaints[0], case_of(town).owner.id, "RT berapa?"), source="/tests"))
    case = case_of(town)
    assert (case.state, case.question, case.questions, case.incomplete) == ("diteruskan", None, 1, True)
    assert due_of(town) == due
    town.say("Lampu jalan mati di Kota Bandung")
    assert len(town.complaints) == 2


@row_by_row
def test_a_form_of_the_page_acts_on_its_case(town: Town, act: str, state: str, hidden: tuple[bool, bool]) -> None:
    """By the code, with no words of which a meaning would be guessed."""
    web = Town(town.keys, town.law, town.reads)
    id_ = web.say(POTHOLE, channel="web", sender="", account="", reply_to={})
    code = web.complaints[0].tracking_code
    owner = web.case(code).owner.id
    web.take(encode(said(CommandKind.answer, web.complaints[0], owner, "Sudah"), source="/tests"))
    web.say("Alasan saya", channel="web", sender="", account="", reply_to={}, about=code, act=act)
    case = web.case(code)
    assert case.complaint.id == id_
    assert (case.state, (case.complaint.anonymous, case.complaint.secret)) == (state, hidden)


@each_row
def test_an_act_is_one_of_those_that_there_are(act: str, *, is_one: bool) -> None:
    """Anything else is read as a message."""
    assert is_act(act) == is_one


@row_by_row
def test_stop_in_its_forms(town: Town, text: str) -> None:
    """The words that people know from other services; the commands are none with a story behind them."""
    assert order(f"{text} membuang sampah di sungai") is None
    town.say(text)
    assert town.landed[-1].kind is MessageKind.silence


@pytest.mark.parametrize(("days", "state"), [(9, "dibuka kembali"), (61, "selesai")])
def test_an_old_answer_is_disputed_no_more(town: Town, days: int, state: str) -> None:
    """Whoever writes "belum" two months later means something else."""
    answer(town)
    town.wait(days=days)
    town.say("belum")
    assert case_of(town).state == state


@pytest.mark.parametrize(("days", "was"), [(20, "perlu dilengkapi"), (35, "dicabut")])
def test_an_answer_in_the_weeks_of_the_law_and_after_them_belongs_to_its_case(law: Router, days: int, was: str) -> None:
    """Not only while any text counts as the answer: what is no complaint by itself is one, and opens a withdrawn case again."""
    town = Town(Keyring.from_secret(b"s" * 32), law, Normaliser.load())
    town.say(NO_PLACE)
    town.wait(days=days)
    assert case_of(town).state == was
    town.say("di Jalan Pemuda, Kota Semarang")
    assert town.landed[-1].kind is MessageKind.answer
    assert len(town.complaints) == 1
    assert case_of(town).state in {"diteruskan", "dibuka kembali"}
    assert town.told[-1].kind is (ReplyKind.reopened if was == "dicabut" else ReplyKind.completed)


@pytest.mark.parametrize("closed_by", ["the owner", "the clock"])
def test_not_yet_after_the_closing_opens_the_case_again(town: Town, closed_by: str) -> None:
    """An owner that closes early does not turn the next words of a citizen who is not content into a new complaint."""
    answer(town)
    if closed_by == "the clock":
        town.wait(days=16)
    else:
        close = said(CommandKind.close, town.complaints[0], case_of(town).owner.id, "beres")
        town.take(encode(close, source="/tests"))
    assert case_of(town).state == "selesai"
    town.say("2")
    town.say("belum, pak")
    case = case_of(town)
    assert (len(town.complaints), case.state, case.disputes) == (1, "dibuka kembali", 1)


@row_by_row
def test_a_word_withdraws_or_hides_where_there_is_no_page(
    town: Town, text: str, state: str, hidden: tuple[bool, bool]
) -> None:
    """By SMS the code alone is not the citizen, so he needs a way of his own."""
    town.say(text.format(code=town.complaints[0].tracking_code))
    case = case_of(town)
    assert (case.state, (case.complaint.anonymous, case.complaint.secret)) == (state, hidden)
    assert len(town.complaints) == 1


@each_row
def test_a_code_of_letters_alone_is_one_in_capitals_beside_an_order(text: str, code: str) -> None:
    """One of sixty has no digit; a word of eleven letters is none, and neither is a street with the number of a house."""
    assert status_requests.code_written(text) == code


@each_row
def test_a_sentence_that_begins_with_such_a_word_is_a_message(text: str) -> None:
    """Only the word alone, or with a code, is an act."""
    assert (order(text) is not None) == (text == "anonim")


def test_a_complaint_after_stop_is_answered_until_the_next_stop(town: Town) -> None:
    """A new complaint is his own question."""
    town.say("STOP")
    town.say(OTHER)
    second = town.complaints[1]
    owner = town.case(second.tracking_code).owner.id
    town.wait(hours=1)
    town.take(encode(said(CommandKind.answer, second, owner, "Air mengalir lagi."), source="/tests"))
    assert any("Air mengalir lagi." in text for text in town.texts)
    answer(town, "Lubang ditutup.")
    assert not any("Lubang ditutup." in text for text in town.texts)
    town.wait(hours=1)
    town.say("STOP")
    town.take(encode(said(CommandKind.answer, second, owner, "Sekali lagi.", nonce="2"), source="/tests"))
    assert not any("Sekali lagi." in text for text in town.texts)


@row_by_row
def test_a_rating_may_have_words(town: Town, text: str, stars: int) -> None:
    """After the closing; a number before other words counts things."""
    assert rated("2 lampu mati di gang kami") is None
    answer(town)
    town.wait(days=16)
    town.say(text)
    rating = case_of(town).rating
    assert rating is not None
    assert rating.stars == stars


@row_by_row
def test_a_complaint_that_asks_for_it_is_nameless(town: Town, text: str, *, nameless: bool) -> None:
    """Not only who says nothing else is hidden."""
    town.say(text)
    assert town.complaints[-1].anonymous == nameless


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


@pytest.mark.parametrize("closed", [False, True])
@row_by_row
def test_a_photo_does_not_swallow_a_dispute(town: Town, words: str, *, closed: bool) -> None:
    """The case is open again, and has the photo; the citizen hears so once."""
    answer(town)
    if closed:
        town.wait(days=16)
    heard = len(town.told)
    town.say(words, attachments=(PHOTO,), upstream_id="1")
    town.say(words, attachments=(PHOTO,), upstream_id="1")
    case = case_of(town)
    assert (case.state, case.disputes, len(town.complaints)) == ("dibuka kembali", 1, 1)
    assert [one.attachments for one in case.complaint.additions] == [(PHOTO,)]
    assert [one.kind for one in town.told[heard:]] == [ReplyKind.reopened]


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


@row_by_row
def test_secrecy_that_is_asked_for_inside_a_complaint_is_kept(
    town: Town, asks: str, *, anonymous: bool, secret: bool
) -> None:
    """As if it had come as a message of its own, and in an addition, too."""
    town.say(f"Lampu jalan mati di Jalan Gajahmada Semarang. {asks}")
    told = town.complaints[-1]
    assert (told.anonymous, told.secret) == (anonymous, secret)
    town.say(f"{town.complaints[0].tracking_code} lubangnya di depan toko roti. {asks}")
    kept = case_of(town).complaint
    assert len(kept.additions) == 1
    assert (kept.anonymous, kept.secret) == (anonymous, secret)


def test_a_rating_that_says_that_it_is_not_done_reopens_as_well(town: Town) -> None:
    """Both are in the case."""
    answer(town)
    town.wait(days=16)
    town.say("nilai 1, masih rusak")
    assert (case_of(town).state, town.landed[-1].kind) == ("dibuka kembali", MessageKind.rating)
    assert [one.kind for one in town.commands[-2:]] == [CommandKind.rate, CommandKind.reopen]


@row_by_row
def test_an_open_question_takes_no_other_matter(town: Town, words: str, *, is_new: bool) -> None:
    """A short text of another field is a complaint; a place or a thing is the answer."""
    ask = said(CommandKind.ask, town.complaints[0], case_of(town).owner.id, "Di depan rumah nomor berapa?")
    town.take(encode(ask, source="/tests"))
    town.say(words)
    assert (len(town.complaints) == 2, case_of(town).question is not None) == (is_new, is_new)


@pytest.mark.parametrize("before", ["Laporan saya", "Tambahan untuk", "Kode", "untuk laporan"])
@pytest.mark.parametrize("written", [str, tracking.spaced, str.lower])
def test_a_citizens_own_code_counts_anywhere(town: Town, before: str, written: Callable[[str], str]) -> None:
    """What he writes around it is no case of its own."""
    code = town.complaints[0].tracking_code
    town.say(f"{before} {written(code)} belum ada yang datang, lubang makin dalam")
    assert len(town.complaints) == 1
    assert "makin dalam" in case_of(town).complaint.additions[-1].text
