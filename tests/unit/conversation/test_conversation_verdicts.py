"""What citizens say of an answer, in their words: that it settles nothing, that it does, and of which of their reports."""

import pytest

from complaints.bus.envelope import encode
from complaints.command import CommandKind
from complaints.crypto import Keyring
from complaints.mail import MessageKind
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.house import said
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


@pytest.mark.parametrize(
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
    ],
)
def test_an_answer_is_disputed_in_ordinary_words(told: str, text: str) -> None:
    """Whatever other matter they seem to tell."""
    made = answered(told)
    made.say(text)
    assert opened(made) == [True]


@pytest.mark.parametrize(
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


@pytest.mark.parametrize(
    "text", ["KTP saya belum jadi", "lampu di Jalan Gajahmada juga mati pak", "jalannya juga berlubang"]
)
def test_another_matter_after_an_answer_is_a_report_of_its_own(text: str) -> None:
    """It disputes nothing."""
    made = answered(LAMP)
    made.say(text)
    assert (opened(made)[0], len(made.complaints)) == (False, 2)


@pytest.mark.parametrize(
    ("text", "reopens"),
    [
        ("yang lampu belum", [True, False]),
        ("lampunya belum", [True, False]),
        ("sampah sudah, lampu belum", [True, False]),
        ("yg sampah oke, yg lampu blm", [True, False]),
        ("sampahnya belum", [False, True]),
        ("lampu beres, sampah belum", [False, True]),
        ("belum", [False, True]),
    ],
)
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
