"""What goes on with what a citizen told before: secrecy, corrections, the same matter, a photo, a rating; and the words of a post on X."""

from typing import Any

import pytest

from complaints.bus.envelope import encode
from complaints.case import Case
from complaints.command import CommandKind
from complaints.crypto import Keyring
from complaints.event import Attachment
from complaints.mail import MessageKind, ReplyKind
from conversation.said.going_on import corrects, tells_a_state
from conversation.said.own import own_words
from conversation.said.ratings import is_off_scale, stars
from conversation.secrecy import asks_to_be_nameless, asks_to_be_secret
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.house import said
from tests.harness.support import message
from tests.harness.tables import each_row, row_by_row
from tests.harness.town import Town

POTHOLE = "Jalan berlubang di Jl Kaligarang Kota Semarang"
PHOTO = Attachment(name="a.png", media_type="image/png", size_bytes=1, sha256="0" * 64)


@pytest.fixture
def town() -> Town:
    """A town in which nobody has complained yet."""
    return Town(Keyring.from_secret(b"s" * 32), Router.load(), Normaliser.load())


def first(town: Town) -> Case:
    """Return the first case."""
    return town.case(town.complaints[0].tracking_code)


def answer(town: Town) -> None:
    """Let the owner answer the first case."""
    answered = said(CommandKind.answer, town.complaints[0], first(town).owner.id, "Sudah kami tambal")
    town.take(encode(answered, source="/tests"))


@row_by_row
def test_rahasia_at_the_beginning_of_a_report_makes_it_secret(town: Town, text: str) -> None:
    """And hides its person."""
    town.say(text)
    assert (town.complaints[0].secret, town.complaints[0].anonymous) == (True, True)


@each_row
def test_a_secret_that_is_told_of_hides_nothing(text: str) -> None:
    """It is an ordinary word."""
    assert not asks_to_be_secret(text)
    assert not asks_to_be_nameless(text)


@pytest.mark.parametrize("asks", ["tlg jgn sebut nama", "nama saya jangan ditulis", "nama sy jgn dicantumkan ya"])
def test_a_wish_not_to_be_named_in_short_words_is_kept(town: Town, asks: str) -> None:
    """In a complaint, and alone."""
    assert asks_to_be_nameless(f"Lurah minta uang. {asks}")
    town.say(POTHOLE)
    town.say(asks)
    assert (first(town).complaint.anonymous, len(town.complaints)) == (True, 1)


@row_by_row
def test_a_new_complaint_is_as_hidden_as_the_one_of_these_days(
    town: Town, opening: str, word: str, *, secret: bool
) -> None:
    """Further words of the matter would betray it; weeks later it is told anew."""
    town.say(opening)
    if word:
        town.say(word)
    town.say("Air PDAM di Kota Bandung tidak mengalir sudah seminggu")
    assert (town.complaints[1].secret, town.complaints[1].anonymous) == (secret, True)
    town.wait(days=30)
    town.say("Lampu jalan mati di Jalan Gajahmada Kota Semarang")
    assert not town.complaints[2].anonymous


def test_an_answer_that_asks_to_be_nameless_hides_its_case(town: Town) -> None:
    """As an addition does."""
    town.say("Jalan berlubang parah sekali sudah lama tolong diperbaiki")
    town.say("di Jalan Pemuda Kota Semarang, tolong rahasiakan nama saya")
    assert (len(town.complaints), first(town).complaint.anonymous) == (1, True)


def post(town: Town, text: str, *, to: str = "") -> str:
    """Post a text that mentions us on X, alone or in a thread. Return the id of the thread."""
    number = str(len(town.landed) + 1)
    town.say(
        f"@lapor1708 {text}",
        channel="twitter",
        account="twitter/@lapor1708",
        sender="77",
        upstream_id=number,
        thread=to or number,
        reply_to={"post": number, "username": "warga", "conversation": to or number},
    )
    return to or number


@pytest.mark.parametrize("quoted", ["", "\n\n[menanggapi @tetangga] Jalan itu memang rusak"])
@pytest.mark.parametrize(
    ("word", "became"),
    [
        ("CABUT", MessageKind.request),
        ("cabut laporan saya", MessageKind.request),
        ("STOP", MessageKind.silence),
        ("RAHASIA", MessageKind.request),
        ("ANONIM", MessageKind.request),
        ("STATUS", MessageKind.status),
    ],
)
def test_a_word_works_in_a_post_after_our_name(town: Town, word: str, became: MessageKind, quoted: str) -> None:
    """Each post begins with it, and a post of another that it answers is no word of the citizen."""
    thread = post(town, POTHOLE)
    post(town, word + quoted, to=thread)
    assert (town.landed[-1].kind, len(town.complaints)) == (became, 1)


@row_by_row
def test_a_post_rates_opens_again_and_keeps_its_text(town: Town, word: str) -> None:
    """The numbers and BUKA; what is kept has our name still."""
    thread = post(town, POTHOLE)
    answer(town)
    town.wait(days=16)
    post(town, word, to=thread)
    assert town.landed[-1].kind is MessageKind.rating
    post(town, "BUKA", to=thread)
    assert first(town).state == "dibuka kembali"
    post(town, "lubangnya makin dalam", to=thread)
    assert first(town).complaint.additions[-1].text == "@lapor1708 lubangnya makin dalam"


@pytest.mark.parametrize(
    ("words", "became"), [("4", MessageKind.rating), ("6", MessageKind.small_talk), ("belum", MessageKind.complaint)]
)
def test_a_number_in_a_post_of_its_own_rates_as_well(town: Town, words: str, became: MessageKind) -> None:
    """It can be nothing else; other words in a new thread are a complaint."""
    post(town, POTHOLE)
    answer(town)
    town.wait(days=16)
    post(town, words)
    assert town.landed[-1].kind is became


def test_only_a_post_loses_names(town: Town) -> None:
    """And only at its beginning, but for ours."""
    sms = message("@lapor1708 CABUT")
    assert own_words(sms) == sms.text
    tweet = message("@budi @Lapor1708 jalan @dpu_smg rusak @LAPOR1708", channel="twitter", account="twitter/@lapor1708")
    assert own_words(tweet) == "jalan @dpu_smg rusak"
    assert town.complaints == []


@pytest.mark.parametrize(
    ("told", "goes_on"),
    [
        (POTHOLE, "lubangnya tadi malam makan korban, ada yg jatuh"),
        (POTHOLE, "lubangnya makin gede pak"),
        (POTHOLE, "lubangnya udah ditambal pak, makasih"),
        ("lampu jalan mati di Jl Simongan Kota Semarang", "mati total pak sejak kemarin malam"),
        ("air pdam mati di Jl Barito Kota Semarang", "airnya keluar tapi keruh"),
        ("selokan mampet di Jl Kartini Kota Semarang", "jalannya rusak karena itu"),
        (
            "sampah numpuk di kali depan pasar minggu, bau banget",
            "eh maaf maksud saya pasar rebo ya, bukan pasar minggu",
        ),
        ("pak jalan dpn rumah sy di Jl Candi Kota Semarang rusak", "eh bukan candi, jl sriwijaya"),
        ("Pohon tumbang di Jl Dr Cipto Kota Semarang", "salah pak, bukan jl dr cipto tapi jl kompol maksum"),
    ],
)
@pytest.mark.parametrize("days", [0, 3])
def test_the_same_matter_without_a_place_and_a_correction_go_on_with_the_case(
    town: Town, told: str, goes_on: str, days: int
) -> None:
    """Each became a case of its own at the national administrator."""
    town.say(told)
    town.wait(minutes=5, days=days)
    town.say(goes_on)
    assert (len(town.complaints), [one.text for one in first(town).complaint.additions]) == (1, [goes_on])
    assert town.landed[-1].kind in {MessageKind.addition, MessageKind.answer}


@row_by_row
def test_another_clear_matter_or_place_is_a_case_of_its_own(town: Town, text: str) -> None:
    """The first is asked for its place."""
    town.say(POTHOLE)
    town.say(text)
    assert (len(town.complaints), first(town).complaint.additions) == (2, ())


def test_the_same_matter_weeks_later_or_in_a_closed_case_is_told_anew(town: Town) -> None:
    """It may be another hole."""
    town.say(POTHOLE)
    town.wait(days=30)
    town.say("lubangnya makin gede pak")
    assert len(town.complaints) == 2


@each_row
def test_what_corrects_is_told_from_what_begins_like_it(text: str, *, is_one: bool) -> None:
    """An idiom corrects nothing."""
    assert corrects(text) == is_one


@pytest.mark.parametrize(
    ("text", "is_one"), [("mati total pak sejak kemarin", True), ("masih gelap", True), ("mati lampu di rumah", False)]
)
def test_a_state_names_no_thing(text: str, *, is_one: bool) -> None:
    """With the thing it is a matter."""
    assert tells_a_state(text) == is_one


@row_by_row
def test_a_rating_in_number_words_or_with_its_reason_is_kept(town: Town, text: str, rated: int) -> None:
    """It opened a case."""
    town.say(POTHOLE)
    answer(town)
    town.wait(days=16)
    town.say(text)
    rating = first(town).rating
    assert (rating and rating.stars, len(town.complaints)) == (rated, 1)


@pytest.mark.parametrize("text", ["0", "6", "10/10", "seratus", "-1", "100%", "8 dari 10", "nol"])
@pytest.mark.parametrize("closed", [False, True])
def test_a_bare_number_off_the_scale_hears_the_scale(town: Town, text: str, *, closed: bool) -> None:
    """After an answer, or the closing; never a case."""
    town.say(POTHOLE)
    answer(town)
    if closed:
        town.wait(days=16)
    town.say(text)
    assert (len(town.complaints), first(town).rating, town.landed[-1].kind) == (1, None, MessageKind.small_talk)
    assert "dari 1 (buruk) sampai 5 (baik)" in town.texts[-1]


def test_a_number_that_an_open_question_asked_for_is_its_answer(town: Town) -> None:
    """Not one off the scale."""
    town.say(POTHOLE)
    answer(town)
    town.say("Air PDAM di Kota Bandung tidak mengalir sudah seminggu, tagihan tetap datang")
    second = town.complaints[1]
    town.wait(minutes=5)
    owner = town.case(second.tracking_code).owner.id
    town.take(encode(said(CommandKind.ask, second, owner, "Nomor rumah berapa?"), source="/tests"))
    town.say("12")
    assert [one.text for one in town.case(second.tracking_code).complaint.additions] == ["12"]


@pytest.mark.parametrize("text", ["2 lubang di jalan", "dua lampu mati", "12345678901"])
def test_what_counts_things_is_no_rating(text: str) -> None:
    """Nor is the number of a meter."""
    assert (stars(text), is_off_scale(text)) == (0, False)


TELEGRAM: dict[str, Any] = {
    "channel": "telegram",
    "sender": "7",
    "account": "telegram/bot",
    "reply_to": {"chat": "7"},
}


@pytest.mark.parametrize("words", ["", "ini fotonya min"])
def test_a_photo_alone_within_the_hour_belongs_to_the_report(town: Town, words: str) -> None:
    """Later nobody knows what it shows."""
    town.say(POTHOLE, **TELEGRAM)
    town.wait(minutes=30)
    town.say(words, attachments=(PHOTO,), **TELEGRAM)
    assert town.landed[-1].kind is MessageKind.addition
    assert (len(town.complaints), [one.attachments for one in first(town).complaint.additions]) == (1, [(PHOTO,)])
    assert town.told[-1].kind is ReplyKind.completed
    town.wait(hours=2)
    town.say("", attachments=(PHOTO,), **TELEGRAM)
    assert len(town.complaints) == 2


def test_a_photo_with_another_matter_within_the_hour_is_a_complaint(town: Town) -> None:
    """Its words tell it."""
    town.say(POTHOLE, **TELEGRAM)
    town.say("sampah menumpuk di Jalan Gajahmada Semarang", attachments=(PHOTO,), **TELEGRAM)
    assert len(town.complaints) == 2
