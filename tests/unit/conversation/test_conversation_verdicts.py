"""What citizens say of an answer, in their words: that it settles nothing, that it does, and of which of their reports."""

import pytest

from complaints.bus.envelope import encode
from complaints.command import CommandKind
from complaints.crypto import Keyring
from complaints.mail import MessageKind
from conversation.wishes import _is_written_as_code
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.house import said
from tests.harness.tables import each, each_row
from tests.harness.town import Town

KEYS, LAW, READS = Keyring.from_secret(b"s" * 32), Router.load(), Normaliser.load()

LAMP = "lampu jalan mati di Jalan Pemuda, Kota Semarang"
WASTE = "sampah menumpuk di Pasar Johar Kota Semarang"
WATER = "air PDAM mati sejak kemarin di Kecamatan Margadana Kota Tegal"
BRIBE = "petugas kelurahan Debong Kota Tegal minta uang 50 ribu untuk surat pindah"


def town(*told: str) -> Town:
    """Return a town in which somebody has reported something."""
    made = Town(KEYS, LAW, READS)
    for text in told:
        made.say(text)
        made.wait(minutes=1)
    return made


def act(made: Town, at: int, kind: CommandKind, text: str) -> None:
    """Let the owner of a report do something."""
    told = made.complaints[at]
    made.take(encode(said(kind, told, made.case(told.tracking_code).owner.id, text), source="/tests"))
    made.wait(minutes=5)


def answered(*told: str) -> Town:
    """Return a town in which each report has an answer, the last one last."""
    made = town(*told)
    for at in range(len(told)):
        act(made, at, CommandKind.answer, "Sudah kami tangani.")
    return made


def opened(made: Town) -> list[bool]:
    """Return which of the reports are open again."""
    return [made.case(one.tracking_code).state == "dibuka kembali" for one in made.complaints]


@each(
    ("told", "text"),
    [
        (BRIBE, "saya tidak terima"),
        (BRIBE, "nggak terima"),
        (BRIBE, "kami tidak terima pak"),
        (BRIBE, "orangnya malah ngancam saya"),
        (LAMP, "hebat, fotonya diedit"),
        (LAMP, "hoax itu pak"),
        (LAMP, "mana? masih bolong"),
        (LAMP, "tolong dicek lagi"),
        (LAMP, "jangan tutup laporan saya"),
        (LAMP, "saya keberatan"),
        (LAMP, "yang diganti lampu sebelah"),
        (WATER, "tagihannya tetap datang"),
        (WATER, "keruh dan bau sekarang"),
        (WASTE, "cuma diangkut separuh"),
        (LAMP, "lampu padam lagi"),
        (LAMP, "padam lagi pak semalam"),
        (LAMP, "nyala sebentar terus mati"),
        (LAMP, "yang diganti cuma satu, sisanya masih padam"),
        (LAMP, "yang lain masih padam pak"),
        (LAMP, "engga mantul"),
        (LAMP, "yang lain juga masih padam"),
        (LAMP, "cek dulu ke lapangan pak"),
        (LAMP, "jangan asal jawab pak, cek dulu ke lapangan"),
        (LAMP, "tolong ditindaklanjuti lagi"),
        (WASTE, "bau busuk lagi"),
        (WASTE, "diangkut separo, sisanya dibiarkan"),
        (WATER, "air mengalir tapi bau"),
        (WATER, "air nyala tapi kecil banget"),
        (WATER, "mati maning pak"),
    ],
)
def test_an_answer_is_disputed_in_ordinary_words(told: str, text: str) -> None:
    """Whatever other matter they seem to tell."""
    made = answered(told)
    made.say(text)
    assert opened(made) == [True]


@each(
    ("told", "text"),
    [
        (LAMP, "sudah tidak gelap lagi"),
        (LAMP, "semoga tidak mati lagi"),
        (LAMP, "tidak sia-sia lapor"),
        (LAMP, "nggak percuma lapor"),
        (LAMP, "tidak usah dibuka lagi"),
        (LAMP, "gak ada yang kurang pak"),
        (LAMP, "sudah saya cek benar menyala"),
        (LAMP, "kerja bagus, jangan kendor"),
        (WATER, "air sudah mengalir lagi"),
        (WATER, "sudah tidak mati lagi"),
        (WATER, "air sudah tidak keruh lagi"),
        (WASTE, "sudah tidak bau lagi"),
        (WASTE, "semoga tidak terulang lagi"),
        (WASTE, "tetap semangat pak"),
        (WASTE, "tidak rugi bayar pajak"),
        (LAMP, "malah lebih terang dari sebelumnya"),
        (LAMP, "terang pak, dulu mati"),
        (LAMP, "kurang dari 24 jam beres, hebat"),
        (LAMP, "sebentar pak saya cek dulu"),
        (LAMP, "nanti saya cek lagi"),
        (LAMP, "sudah dicek ulang, nyala pak"),
        (LAMP, "tidak mati lagi"),
        (WASTE, "tidak bau lagi"),
        (LAMP, "makasih ya walaupun agak lama tapi sudah nyala"),
        (LAMP, "makasih pak walaupun lama tapi akhirnya nyala juga"),
        (LAMP, "good job dishub"),
        (LAMP, "wah cepet banget, thank you dishub"),
        (LAMP, "petugas sudah cek ke lokasi, makasih"),
        (LAMP, "saya cek dulu pak"),
        (LAMP, "yang lain juga sudah nyala"),
        (WASTE, "sudah tidak bau busuk lagi"),
        (LAMP, "petugasnya tadi sudah dicek ke lokasi pak"),
        (WASTE, "walau telat 3 hari tp sdh diangkut, tq"),
        (WASTE, "ya pak betul sudah diambil truk"),
    ],
)
def test_who_is_content_disputes_nothing(told: str, text: str) -> None:
    """And opens no second report."""
    made = answered(told)
    made.say(text)
    assert (opened(made), len(made.complaints)) == ([False], 1)


@pytest.mark.parametrize(
    "text", ["sudah tidak menyala lagi", "air sudah keluar tapi kotor", "lampu di depan rumah mati lagi"]
)
def test_words_of_content_within_a_complaint_are_none(text: str) -> None:
    """What is good is no more, or is taken back."""
    made = answered(WATER if "air" in text else LAMP)
    made.say(text)
    assert opened(made) == [True]


@pytest.mark.parametrize("text", ["petugasnya mengancam saya karena lapor", "saya diancam setelah lapor"])
def test_a_threat_for_having_reported_is_told_to_both(text: str) -> None:
    """It is another matter, and says what the answer was worth."""
    made = answered(BRIBE)
    made.say(text)
    assert (opened(made)[0], len(made.complaints)) == (True, 2)


@each_row
def test_another_matter_after_an_answer_is_a_report_of_its_own(text: str) -> None:
    """It disputes nothing."""
    made = answered(LAMP)
    made.say(text)
    assert (opened(made)[0], len(made.complaints)) == (False, 2)


@each_row
def test_of_two_answers_the_named_matter_is_disputed(text: str, reopens: list[bool]) -> None:
    """Without a name, the last one."""
    made = answered(LAMP, WASTE)
    made.say(text)
    assert opened(made) == reopens


@pytest.mark.parametrize(
    "text", ["jalan kami masih kotor", "belum ada petugas ke jalan saya", "bohong, umum kok dibiarkan"]
)
def test_a_general_word_names_no_report(text: str) -> None:
    """It stands in the names of many matters."""
    made = town("jalan berlubang di Jalan Kaligarang Kota Semarang", WASTE)
    act(made, 1, CommandKind.answer, "Sudah kami angkut.")
    made.say(text)
    assert opened(made) == [False, True]


def test_what_is_not_answered_yet_is_not_disputed() -> None:
    """The words are its own, and the answer of the other one stands."""
    made = town(LAMP, WASTE)
    act(made, 0, CommandKind.answer, "Sudah kami ganti.")
    made.say("sampahnya belum")
    assert (opened(made), made.landed[-1].kind) == ([False, False], MessageKind.addition)
    assert made.landed[-1].tracking_code == made.complaints[1].tracking_code


@pytest.mark.parametrize(("text", "disputes"), [("belum", False), ("BELUM", True)])
def test_not_yet_answers_the_question_of_an_owner_that_came_last(text: str, *, disputes: bool) -> None:
    """In capitals, as we write it to who may dispute, it is about the answer."""
    made = town(LAMP, WASTE)
    act(made, 0, CommandKind.answer, "Sudah kami ganti.")
    act(made, 1, CommandKind.ask, "Apakah sudah diangkut?")
    made.say(text)
    assert opened(made) == [disputes, False]
    assert (made.case(made.complaints[1].tracking_code).question is None) is not disputes


@pytest.mark.parametrize(
    "text",
    ["makasih tapi sudah mati lagi", "lama tapi sudah nyala, sekarang mati lagi", "sudah diganti tapi belum nyala"],
)
def test_a_but_before_what_is_wrong_takes_the_praise_back(text: str) -> None:
    """Only one before what is right takes back a complaint."""
    made = answered(LAMP)
    made.say(text)
    assert opened(made) == [True]


@each_row
def test_a_question_for_the_state_is_answered_and_disputes_nothing(text: str) -> None:
    """Also with a word that otherwise denies, and of words that look like a tracking code."""
    made = answered(LAMP)
    made.say(text)
    assert (made.landed[-1].kind, opened(made), len(made.complaints)) == (MessageKind.status, [False], 1)
    assert "sudah dijawab" in made.texts[-1]


@pytest.mark.parametrize("text", ["laporan saya belum diproses", "masih belum diproses pak"])
def test_that_nothing_is_done_is_no_question(text: str) -> None:
    """It disputes the answer."""
    made = answered(LAMP)
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
def test_what_accuses_nobody_of_taking_money_is_no_accusation(text: str) -> None:
    """A denial, and what a citizen wants himself."""
    made = answered(LAMP)
    made.say(text)
    assert len(made.complaints) == 1


def test_an_accusation_goes_on_after_its_answer() -> None:
    """It is the matter of that report."""
    made = answered(BRIBE)
    made.say("petugasnya masih minta uang")
    assert opened(made) == [True]


@each_row
def test_a_withdrawal_behind_other_words_is_done_and_told(text: str) -> None:
    """Not taken for content."""
    made = answered(LAMP)
    made.say(text)
    assert made.case(made.complaints[0].tracking_code).state == "dicabut"
    assert "dicabut" in made.texts[-1]


@pytest.mark.parametrize("text", ["kalau belum nyala saya cabut laporannya", "jangan saya cabut laporannya dulu"])
def test_a_withdrawal_on_a_condition_is_none(text: str) -> None:
    """It is a threat, or a denial."""
    made = answered(LAMP)
    made.say(text)
    assert made.case(made.complaints[0].tracking_code).state != "dicabut"


@each_row
def test_a_number_while_a_report_is_open_again_is_told_the_scale_and_when(text: str) -> None:
    """And opens nothing; what is said next is no answer to a question."""
    made = answered(LAMP)
    made.say("belum")
    made.wait(hours=1)
    made.say(text)
    assert (len(made.complaints), made.landed[-1].kind) == (1, MessageKind.small_talk)
    assert "dari 1 (buruk) sampai 5 (baik)" in made.texts[-1]
    assert made.case(made.complaints[0].tracking_code).complaint.additions == ()


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
    assert _is_written_as_code(text, text.split(maxsplit=1)[0].upper()) is is_code
