"""What a citizen does with his case in few words: he disagrees, rates, thanks, asks for silence; and by a form, withdraws or hides it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from complaints import status_requests, tracking
from complaints.bus.envelope import encode
from complaints.calendar import written_day
from complaints.case import Case
from complaints.command import CITIZEN, CommandKind
from complaints.contract import DEAD_LETTERS
from complaints.crypto import Keyring
from complaints.event import Attachment
from complaints.mail import MessageKind, ReplyKind
from complaints.values import ComplaintClass
from conversation.cases import heard
from conversation.citizen import DAY_MS
from conversation.said.orders import Act, asked_for, by_word, wish
from conversation.said.verdicts import act_in
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.house import said
from tests.harness.tables import each, each_row, row_by_row
from tests.harness.town import Town

POTHOLE = "Jalan berlubang di Kota Semarang"
OTHER = "Air PDAM di Kota Bandung tidak mengalir sudah seminggu, tagihan tetap datang, mohon ditindaklanjuti segera"


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


@row_by_row
def test_not_yet_after_an_answer_opens_the_case_again(town: Town, words: str) -> None:
    """With his words, and he hears so."""
    answer(town)
    town.say(words)
    assert town.landed[-1].kind is MessageKind.disagreement
    assert case_of(town).state == "dibuka kembali"
    assert case_of(town).disputes == 1
    assert town.told[-1].kind is ReplyKind.reopened


def test_not_yet_is_told_from_a_new_story(town: Town) -> None:
    """A long text that does not begin so is a complaint of its own."""
    answer(town)
    town.say(OTHER)
    assert town.landed[-1].kind is MessageKind.complaint
    assert case_of(town).state == "ditanggapi"


def test_not_yet_before_an_answer_is_no_disagreement(town: Town) -> None:
    """There is nothing to disagree with."""
    town.say("belum, pak")
    assert MessageKind.disagreement not in [event.kind for event in town.landed]


def test_thanks_are_noted_and_not_answered(town: Town) -> None:
    """And open no case, as they did before."""
    answer(town)
    before = len(town.told)
    town.say("ok terima kasih banyak pak")
    assert town.landed[-1].kind is MessageKind.thanks
    assert (len(town.complaints), len(town.told)) == (1, before)


@row_by_row
def test_a_number_after_the_closing_is_a_rating(town: Town, words: str, stars: int) -> None:
    """Ten working days after the answer nobody has disputed."""
    answer(town)
    town.wait(days=16)
    assert case_of(town).state == "selesai"
    assert town.told[-1].kind is ReplyKind.closed
    town.say(words)
    rating = case_of(town).rating
    assert rating is not None
    assert rating.stars == stars
    assert [event.kind for event in town.told[-1:]] == [ReplyKind.rated]


@pytest.mark.parametrize(
    "words",
    ["Jalannya berlubang lagi", "jalan di situ tetap berlubang pak, sama seperti bulan lalu, tidak ada yang datang"],
)
def test_the_same_matter_again_after_an_answer_disputes_it(town: Town, words: str) -> None:
    """No word says so, but whoever tells within days that it goes on does not open a second case."""
    answer(town)
    town.say(words)
    assert town.landed[-1].kind is MessageKind.disagreement
    assert (len(town.complaints), case_of(town).state) == (1, "dibuka kembali")


@pytest.mark.parametrize("words", ["Jalan di Kota Bandung berlubang lagi", "Sampahnya menumpuk lagi"])
def test_another_matter_or_place_again_is_a_complaint(town: Town, words: str) -> None:
    """It tells the matter of no answered case of his."""
    answer(town)
    town.say(words)
    assert (len(town.complaints), case_of(town).state) == (2, "ditanggapi")


@row_by_row
def test_a_wish_to_withdraw_in_its_forms(town: Town, words: str) -> None:
    """With one case it is clear which."""
    town.say(words)
    assert case_of(town).state == "dicabut"


@pytest.mark.parametrize("words", ["Dicabut izinnya", "tarik kabel itu", "kapan izin pabrik dicabut?"])
def test_what_withdraws_something_else_withdraws_no_report(words: str) -> None:
    """Only a report is withdrawn by these words."""
    assert by_word(words) is None
    assert wish(words) is None


def test_a_number_before_the_closing_is_no_rating(town: Town) -> None:
    """It may be a house number."""
    answer(town)
    town.say("5")
    assert case_of(town).rating is None


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


def test_what_is_added_after_an_answer_takes_no_dispute_away(town: Town) -> None:
    """The thanks for it are no new beginning."""
    answer(town)
    town.wait(minutes=1)
    town.say(f"{town.complaints[0].tracking_code} lubangnya di depan masjid besar")
    assert town.told[-1].kind is ReplyKind.completed
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


def test_who_hears_the_question_is_waited_for(town: Town) -> None:
    """A complaint after STOP is answered, and its question is heard."""
    town.say("STOP")
    town.say("Lampu jalan mati di Jalan Merdeka Kota Bandung")
    second = town.complaints[1]
    owner = town.case(second.tracking_code).owner.id
    town.take(encode(said(CommandKind.ask, second, owner, "RT berapa?"), source="/tests"))
    assert town.case(second.tracking_code).state == "perlu dilengkapi"


@pytest.mark.parametrize(
    ("act", "state", "hidden"),
    [
        ("withdraw", "dicabut", (False, False)),
        ("hide:anonymous", "ditanggapi", (True, False)),
        ("hide:secret", "ditanggapi", (False, True)),
        ("disagree", "dibuka kembali", (False, False)),
        ("reopen", "dibuka kembali", (False, False)),
    ],
)
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


def test_one_word_shows_again_what_was_hidden(town: Town) -> None:
    """As the reply to the hiding says; who reads no more than the word in a story is not shown."""
    code = town.complaints[0].tracking_code
    town.say("RAHASIA")
    town.say("ANONIM")
    assert "TAMPILKAN" in town.texts[-1]
    town.say("tampilkan daftar harga di pasar itu pak, tidak ada yang tahu")
    assert town.case(code).complaint.secret
    town.say(f"TAMPILKAN {code}")
    complaint = town.case(code).complaint
    assert (complaint.secret, complaint.anonymous) == (False, False)
    assert "diperlihatkan lagi" in town.texts[-1]


def test_an_act_that_is_not_possible_is_answered_with_how_the_case_stands(town: Town) -> None:
    """Nothing that a citizen does goes into the void."""
    code = town.complaints[0].tracking_code
    town.say("5", about=code, act="rate:5")
    assert town.told[-1].kind is ReplyKind.status
    assert case_of(town).rating is None


@each(
    ("act", "found"),
    [
        ("rate:5", Act(CommandKind.rate, {"stars": 5})),
        ("hide:secret", Act(CommandKind.hide, {"secret": True})),
        ("show:anonymous", Act(CommandKind.show, {"anonymous": True})),
        ("show:all", Act(CommandKind.show, {"anonymous": True, "secret": True})),
        ("hide:all", None),
        ("rate:6", None),
        ("", None),
        ("delete", None),
    ],
)
def test_an_act_is_one_of_those_that_there_are(act: str, found: Act | None) -> None:
    """Anything else is read as a message."""
    assert asked_for(act) == found


@each_row
def test_stop_in_its_forms(text: str) -> None:
    """The words that people know from other services."""
    assert wish(text) == "stop"
    assert wish(f"{text} membuang sampah di sungai") is None


def test_an_old_answer_is_disputed_no_more() -> None:
    """Whoever writes "belum" two months later means something else."""
    case = {"code": "x", "answered_ms": 1}
    assert act_in("belum", [case], 2) is not None
    assert act_in("belum", [case], 61 * 86_400_000) is None


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


def test_a_withdrawn_case_is_open_again_at_the_next_word_but_not_by_another_story(town: Town) -> None:
    """As the reply to the withdrawal says; a new complaint stays one."""
    town.take(encode(said(CommandKind.withdraw, town.complaints[0], CITIZEN, "batal"), source="/tests"))
    town.say(OTHER)
    assert (len(town.complaints), case_of(town).state) == (2, "dicabut")
    town.say("ternyata masih rusak")
    assert (len(town.complaints), case_of(town).state) == (2, "dibuka kembali")


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


@pytest.mark.parametrize(
    ("text", "state", "hidden"),
    [
        ("CABUT", "dicabut", (False, False)),
        ("cabut laporan saya {code}", "dicabut", (False, False)),
        ("Batalkan {code}.", "dicabut", (False, False)),
        ("RAHASIAKAN {code}", "diteruskan", (False, True)),
        ("anonim", "diteruskan", (True, False)),
    ],
)
def test_a_word_withdraws_or_hides_where_there_is_no_page(
    town: Town, text: str, state: str, hidden: tuple[bool, bool]
) -> None:
    """By SMS the code alone is not the citizen, so he needs a way of his own."""
    town.say(text.format(code=town.complaints[0].tracking_code))
    case = case_of(town)
    assert (case.state, (case.complaint.anonymous, case.complaint.secret)) == (state, hidden)
    assert len(town.complaints) == 1


def test_buka_opens_what_was_withdrawn_or_put_aside(town: Town) -> None:
    """The words by which the citizen was told."""
    town.say("CABUT")
    town.say(f"BUKA {town.complaints[0].tracking_code}")
    assert case_of(town).state == "dibuka kembali"


@each_row
def test_a_code_of_letters_alone_is_one_in_capitals_beside_an_order(text: str, code: str) -> None:
    """One of sixty has no digit; a word of eleven letters is none, and neither is a street with the number of a house."""
    assert status_requests.code_written(text) == code


def test_of_two_cases_a_word_without_a_code_ends_neither(town: Town) -> None:
    """He is asked which; nor does it end somebody else's."""
    town.say(OTHER)
    town.say("CABUT")
    assert town.told[-1].kind is ReplyKind.small_talk
    assert "CABUT ABCDE" in town.texts[-1]
    code = town.complaints[0].tracking_code
    town.say(f"cabut {code}", sender="6289999999999")
    assert tracking.spaced(code) in town.texts[-1]
    assert {case_of(town).state, town.case(town.complaints[1].tracking_code).state} == {"diteruskan"}
    assert len(town.complaints) == 2


@each_row
def test_a_sentence_that_begins_with_such_a_word_is_a_message(text: str) -> None:
    """Only the word alone, or with a code, is an act."""
    assert (by_word(text) is not None) == (text == "anonim")


@row_by_row
def test_another_story_after_an_answer_is_a_case_of_its_own(town: Town, text: str) -> None:
    """However many words of "not" it has: as a reason in the answered case it would be lost."""
    answer(town)
    town.say(text)
    assert (len(town.complaints), case_of(town).state) == (2, "ditanggapi")


@pytest.mark.parametrize(
    ("text", "disputes"), [("belum pak, yang dekat gang", False), ("tidak tahu pak", False), ("BELUM", True)]
)
def test_what_was_asked_last_is_what_is_answered(town: Town, text: str, *, disputes: bool) -> None:
    """The reply to the question of one case is no disagreement with the answer of another; the bare word is."""
    answer(town)
    town.say(OTHER)
    second = town.complaints[1]
    owner = town.case(second.tracking_code).owner.id
    town.wait(minutes=5)
    town.take(encode(said(CommandKind.ask, second, owner, "Tiang nomor berapa?"), source="/tests"))
    town.say(text)
    assert (case_of(town).state == "dibuka kembali") == disputes
    assert (town.case(second.tracking_code).question is None) != disputes


@row_by_row
def test_who_asks_to_be_hidden_in_his_own_words_is_hidden(town: Town, text: str) -> None:
    """To thank him and hide nothing would betray him."""
    town.say(text)
    complaint = case_of(town).complaint
    assert complaint.anonymous or complaint.secret
    assert (town.told[-1].kind, len(town.complaints)) == (ReplyKind.hidden, 1)


def test_belum_and_a_number_with_a_code_are_about_that_case(town: Town) -> None:
    """As CABUT and BUKA, which our own texts teach with a code."""
    town.say(OTHER)
    first, second = town.complaints
    for one in (first, second):
        owner = town.case(one.tracking_code).owner.id
        town.take(encode(said(CommandKind.answer, one, owner, "Sudah"), source="/tests"))
    town.say(f"BELUM {first.tracking_code}")
    assert (case_of(town).state, town.case(second.tracking_code).state) == ("dibuka kembali", "ditanggapi")
    owner = town.case(second.tracking_code).owner.id
    town.take(encode(said(CommandKind.close, second, owner, "Selesai"), source="/tests"))
    town.say(f"nilai 4 {second.tracking_code}")
    rating = town.case(second.tracking_code).rating
    assert rating is not None
    assert rating.stars == 4


@pytest.mark.parametrize("text", ["Sudah tidak berlubang lagi, terima kasih", "Alhamdulillah tidak banjir lagi"])
def test_who_is_content_reopens_nothing(town: Town, text: str) -> None:
    """What is no more is no complaint; "masih" is."""
    answer(town)
    town.say(text)
    assert (case_of(town).state, town.landed[-1].kind) == ("ditanggapi", MessageKind.thanks)
    town.say("terima kasih, tapi masih berlubang")
    assert case_of(town).state == "dibuka kembali"


def test_a_reply_without_a_subject_to_a_fresh_answer_belongs_to_its_case(town: Town) -> None:
    """He may answer what the agency let him think it asked."""
    answer(town, "Mohon sebutkan nomor rumah terdekat.")
    town.say("nomor 12 pak depan toko roti")
    assert len(town.complaints) == 1
    assert [one.text for one in case_of(town).complaint.additions] == ["nomor 12 pak depan toko roti"]


def test_whose_complaint_was_withdrawn_opens_it_with_the_same_story(town: Town) -> None:
    """He was told that his next word does."""
    town.take(encode(said(CommandKind.withdraw, town.complaints[0], CITIZEN, "batal"), source="/tests"))
    town.say("Jalan di Kota Semarang masih berlubang parah, saya tidak mencabut laporan")
    assert (len(town.complaints), case_of(town).state) == (1, "dibuka kembali")


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
def test_thanks_with_a_but_are_a_dispute(town: Town, text: str) -> None:
    """The citizen is polite, and not content."""
    answer(town)
    town.say(text)
    assert case_of(town).state == "dibuka kembali"


@row_by_row
def test_who_says_that_nothing_is_wrong_disputes_nothing(town: Town, text: str) -> None:
    """A word that denies can deny the trouble."""
    answer(town)
    town.say(text)
    assert (case_of(town).state, len(town.complaints)) == ("ditanggapi", 1)


@each_row
def test_a_rating_may_have_words(text: str, stars: int) -> None:
    """After the closing; a number before other words counts things."""
    now = 50 * DAY_MS
    case = {"code": "A", "closed_ms": now - DAY_MS}
    assert act_in(text, [case], now) == (case, Act(CommandKind.rate, {"stars": stars}))
    assert act_in("2 lampu mati di gang kami", [case], now) is None


@row_by_row
def test_a_complaint_that_asks_for_it_is_nameless(town: Town, text: str, *, nameless: bool) -> None:
    """Not only who says nothing else is hidden."""
    town.say(text)
    assert town.complaints[-1].anonymous == nameless


def test_an_answer_that_crosses_an_addition_is_noted_and_a_question_is_not() -> None:
    """He can dispute what he was told; what he already wrote more about is not asked."""
    for kind, key, noted in (("answered", "answered_ms", True), ("question", "asked_ms", False)):
        case = {"id": "1", "code": "A", "hop": 0, "additions": 1}
        reply = {"kind": kind, "complaint_id": "1", "tracking_code": "A", "hop": 0, "additions": 0, "part": "place"}
        heard({"cases": [case]}, reply, 7)
        assert (case.get(key) == 7) == noted


PHOTO = Attachment(name="a.png", media_type="image/png", size_bytes=1, sha256="0" * 64)


@pytest.mark.parametrize(
    "words", ["belum pak, ini fotonya", "Masih berlubang pak", "cuma ditambal tanah", "rusak lagi"]
)
@pytest.mark.parametrize("closed", [False, True])
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


def test_a_photo_of_another_matter_is_a_complaint(town: Town) -> None:
    """The photo makes no dispute of it."""
    answer(town)
    town.say("Lampu jalan tidak menyala di Jalan Gajahmada Semarang", attachments=(PHOTO,))
    assert (len(town.complaints), case_of(town).state) == (2, "ditanggapi")


@row_by_row
def test_words_without_a_matter_that_are_not_content_dispute_the_answer(town: Town, words: str) -> None:
    """In any spelling: never silently an addition to an answered case, nor a second case."""
    answer(town)
    town.say(words)
    assert (case_of(town).state, len(town.complaints)) == ("dibuka kembali", 1)
    assert town.told[-1].kind is ReplyKind.reopened


@row_by_row
def test_another_matter_with_a_word_of_complaint_is_a_complaint(town: Town, words: str) -> None:
    """It would vanish as the reason of a dispute."""
    answer(town)
    town.say(words)
    assert (case_of(town).state, len(town.complaints)) == ("ditanggapi", 2)


def test_a_no_before_another_matter_is_both(town: Town) -> None:
    """The dispute of the answer, and a new complaint."""
    answer(town)
    town.say("belum, lampunya juga mati di Jalan Pemuda Semarang")
    assert (case_of(town).state, case_of(town).disputes, len(town.complaints)) == ("dibuka kembali", 1, 2)


@pytest.mark.parametrize("words", ["terima kasih", "ok", "ok siap pak, terima kasih", "halo"])
@pytest.mark.parametrize("withdrawn", [False, True])
def test_thanks_alone_open_no_case_and_reopen_none(town: Town, words: str, *, withdrawn: bool) -> None:
    """Before any answer, or after a withdrawal: nothing is to be done."""
    if withdrawn:
        town.say("CABUT")
    state = case_of(town).state
    town.say(words)
    assert town.landed[-1].kind is MessageKind.thanks
    assert (case_of(town).state, len(town.complaints)) == (state, 1)


@row_by_row
def test_a_question_about_his_report_is_one_for_its_status(town: Town, words: str) -> None:
    """Of the latest case."""
    town.say(words)
    assert (town.landed[-1].kind, len(town.complaints)) == (MessageKind.status, 1)
    assert town.told[-1].kind is ReplyKind.status


@pytest.mark.parametrize(
    "words",
    ["kapan sampah di Pasar Johar Semarang diangkut?", "siapa yang menangani lampu mati di Jalan Gajahmada Semarang?"],
)
def test_a_question_about_another_matter_is_a_complaint(town: Town, words: str) -> None:
    """It names the matter."""
    town.say(words)
    assert len(town.complaints) == 2


@pytest.mark.parametrize("words", ["sudah diperbaiki pak, terima kasih", "belum diperbaiki pak"])
def test_a_few_words_before_any_answer_belong_to_the_latest_case(town: Town, words: str) -> None:
    """They open no case without a subject."""
    town.say(words)
    assert len(town.complaints) == 1
    assert [one.text for one in case_of(town).complaint.additions] == [words]


def test_the_question_of_a_case_without_a_subject_takes_no_dispute_away(town: Town) -> None:
    """Its case may be none at all."""
    answer(town)
    town.wait(minutes=5)
    town.say("tolong pak bantu kami warga kecil ini di Semarang")
    town.wait(minutes=5)
    town.say("belum diperbaiki pak")
    assert case_of(town).state == "dibuka kembali"


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


@pytest.mark.parametrize(
    ("words", "stars"), [("bintang lima", 5), ("saya kasih nilai 4 pak terima kasih", 4), ("nilai 1, tidak becus", 1)]
)
def test_a_rating_in_ordinary_words_is_kept(town: Town, words: str, stars: int) -> None:
    """Not lost as thanks, nor taken for a wish to reopen."""
    answer(town)
    town.wait(days=16)
    town.say(words)
    case = case_of(town)
    assert (case.state, case.rating and case.rating.stars, len(town.complaints)) == ("selesai", stars, 1)


def test_a_rating_that_says_that_it_is_not_done_reopens_as_well(town: Town) -> None:
    """Both are in the case."""
    answer(town)
    town.wait(days=16)
    town.say("nilai 1, masih rusak")
    assert (case_of(town).state, town.landed[-1].kind) == ("dibuka kembali", MessageKind.rating)
    assert [one.kind for one in town.commands[-2:]] == [CommandKind.rate, CommandKind.reopen]


@pytest.mark.parametrize(
    "words",
    [
        "puas",
        "tidak ada lagi lubangnya pak",
        "kirain ga bakal ditanggapi, mantap",
        "salut pak, tidak menyangka secepat ini",
        "bukan main cepatnya",
        "tidak usah ditindaklanjuti",
        "Gak jadi pak",
        "sekarang sudah rata",
    ],
)
@pytest.mark.parametrize("closed", [False, True])
def test_praise_reopens_nothing_and_opens_nothing(town: Town, words: str, *, closed: bool) -> None:
    """However many words that deny it has."""
    answer(town)
    if closed:
        town.wait(days=16)
    state = case_of(town).state
    town.say(words)
    assert (case_of(town).state, len(town.complaints), town.landed[-1].kind) == (state, 1, MessageKind.thanks)


@pytest.mark.parametrize("words", ["Nilai 10", "nilai: 100", "rating 0", "bintang 8/10"])
@pytest.mark.parametrize("closed", [False, True])
def test_who_rates_off_the_scale_hears_the_scale(town: Town, words: str, *, closed: bool) -> None:
    """The case stays as it is, and a number on the scale then is the rating."""
    answer(town)
    if closed:
        town.wait(days=16)
    state = case_of(town).state
    town.say(words)
    assert (case_of(town).state, len(town.complaints)) == (state, 1)
    assert "dari 1 (buruk) sampai 5 (baik)" in town.texts[-1]
    town.wait(days=16)
    town.say("4")
    rating = case_of(town).rating
    assert rating is not None
    assert rating.stars == 4


@row_by_row
def test_who_rates_before_the_closing_hears_when(town: Town, words: str) -> None:
    """It became a case of its own at the national administrator."""
    answer(town)
    town.say(words)
    assert (case_of(town).state, len(town.complaints), town.landed[-1].kind) == (
        "ditanggapi",
        1,
        MessageKind.small_talk,
    )
    assert "setelah laporan selesai" in town.texts[-1]
    town.say("nilai 1, masih rusak")
    assert case_of(town).state == "dibuka kembali"


@row_by_row
def test_mockery_is_no_praise(town: Town, words: str) -> None:
    """It disputes the answer."""
    answer(town)
    town.say(words)
    assert case_of(town).state == "dibuka kembali"


def test_who_agrees_and_waits_disputes_nothing(town: Town) -> None:
    """His "masih" is about himself."""
    answer(town)
    town.say("baik pak masih kami tunggu realisasinya")
    assert case_of(town).state == "ditanggapi"


@pytest.mark.parametrize("words", ["Gak jadi pak", "tidak usah ditindaklanjuti", "ga jadi lapor"])
def test_who_gives_up_before_an_answer_withdraws(town: Town, words: str) -> None:
    """As with CABUT."""
    town.say(words)
    assert (case_of(town).state, len(town.complaints)) == ("dicabut", 1)


@row_by_row
def test_an_open_question_takes_no_other_matter(town: Town, words: str, *, is_new: bool) -> None:
    """A short text of another field is a complaint; a place or a thing is the answer."""
    ask = said(CommandKind.ask, town.complaints[0], case_of(town).owner.id, "Di depan rumah nomor berapa?")
    town.take(encode(ask, source="/tests"))
    town.say(words)
    assert (len(town.complaints) == 2, case_of(town).question is not None) == (is_new, is_new)


@pytest.mark.parametrize("words", ["saya bukan spam pak", "Jalan Pemuda masih berlubang pak", "kenapa diarsipkan?"])
def test_who_disputes_the_archive_opens_his_case_again(town: Town, words: str) -> None:
    """And opens no second one."""
    desk = "pemda-33.74"  # the triage desk of the place
    town.take(encode(said(CommandKind.archive, town.complaints[0], desk, "spam"), source="/tests"))
    assert case_of(town).state == "diarsipkan"
    town.say(words)
    assert (case_of(town).state, len(town.complaints)) == ("dibuka kembali", 1)


@pytest.mark.parametrize("before", ["Laporan saya", "Tambahan untuk", "Kode", "untuk laporan"])
@pytest.mark.parametrize("written", [str, tracking.spaced, str.lower])
def test_a_citizens_own_code_counts_anywhere(town: Town, before: str, written: Callable[[str], str]) -> None:
    """What he writes around it is no case of its own."""
    code = town.complaints[0].tracking_code
    town.say(f"{before} {written(code)} belum ada yang datang, lubang makin dalam")
    assert len(town.complaints) == 1
    assert "makin dalam" in case_of(town).complaint.additions[-1].text


@row_by_row
def test_a_few_words_go_on_with_the_case_of_these_days(town: Town, words: str) -> None:
    """Nobody is asked what he wants to report who has just reported it; weeks later he may mean something else."""
    town.say(words)
    assert (len(town.complaints), len(case_of(town).complaint.additions)) == (1, 1)
    town.wait(days=30)
    town.say(f"{words} ya")
    assert len(town.complaints) == 2


def test_thanks_leave_a_question_open(town: Town) -> None:
    """The answer that follows reaches the case."""
    town.take(
        encode(said(CommandKind.ask, town.complaints[0], case_of(town).owner.id, "nomor berapa?"), source="/tests")
    )
    town.say("terima kasih pak")
    assert case_of(town).state == "perlu dilengkapi"
    town.say("di depan nomor 17")
    assert (case_of(town).state, len(town.complaints)) == ("diteruskan", 1)


def test_status_without_a_code_is_that_of_the_latest_case(town: Town) -> None:
    """He has named no wrong code."""
    town.say("STATUS")
    assert tracking.spaced(town.complaints[0].tracking_code) in town.texts[-1]


def test_a_withdrawal_may_give_its_reason(town: Town) -> None:
    """What withdraws something else is a complaint."""
    town.say("cabut izin pabrik itu, baunya sampai Kota Semarang")
    assert len(town.complaints) == 2
    town.say(f"batalkan laporan saya {town.complaints[0].tracking_code}, jalannya sudah mulus")
    assert case_of(town).state == "dicabut"
