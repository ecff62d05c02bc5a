"""Regencies named like everyday words, or by their short names; money at a traffic check, children at work, and questions."""

import pytest

from complaints.event import ComplaintClass
from router.facts import Facts
from router.routing import Router

ROUTER = Router.load()


def decided(text: str) -> str:
    """Return the id of the owner of a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text))).owner.id


REGENCIES = (
    ("33.18", "jalan rusak di pati tolong diperbaiki pak bupati"),
    ("12.06", "pak bupati, lampu jalan di karo mati semua"),
    ("33.25", "jalan rusak di batang tolong diperbaiki pak bupati"),
    ("53.05", "jembatan putus di alor tolong pak bupati"),
    ("53.04", "pak bupati air bersih di belu mati"),
    ("17.04", "jalan rusak di kaur pak bupati"),
    ("61.08", "jalan rusak di landak pak bupati"),
    ("12.19", "jalan rusak di batu bara pak bupati"),
    ("81.04", "jalan rusak di buru pak bupati"),
    ("81.72", "lampu jalan mati di tual, tolong pak walikota"),
    ("18.72", "sampah numpuk di metro pak wali"),
    (None, "paku baliho di batang pohon, pak bupati tolong ditertibkan"),
    (None, "macet di puncak pak bupati"),
    (None, "copet di metro mini, pak walikota"),
    (None, "jalan rusak di landak"),
)


@pytest.mark.parametrize(("region", "text"), REGENCIES, ids=[text for _, text in REGENCIES])
def test_a_regency_named_like_an_everyday_word_counts_beside_its_head(region: str | None, text: str) -> None:
    """In lower case, with "di" before it and the regent or mayor addressed anywhere."""
    assert ROUTER.reader.read(text).place.regency == region


SHORT = (
    ("53.02", "bidan desa di tts sonde pernah ada di polindes"),
    ("53.18", "jalan di sbd rusak berat"),
    ("63.07", "jalan di HST rusak parah"),
    ("63.06", "puskesmas di HSS tutup"),
    ("63.08", "jalan di hsu banjir"),
    ("52.07", "jalan di KSB rusak"),
    ("81.08", "puskesmas di MBD tidak ada dokter"),
    ("64.09", "jalan di PPU rusak parah"),
    ("62.10", "jalan di gumas hancur"),
    ("16.02", "puskesmas di OKI obat abis"),
    ("16.02", "jalan nangka di OKI ambles"),
    ("13.07", "hutan lindung di gunuang sago limopuluah koto ditabang urang"),
    (None, "peralihan pbi ke ppu di bpjs"),
    (None, "rumah saya bocor di loteng"),
    (None, "ketua dan ksb partai diganti"),
)


@pytest.mark.parametrize(("region", "text"), SHORT, ids=[text for _, text in SHORT])
def test_a_regency_is_known_by_its_short_name(region: str | None, text: str) -> None:
    """Only where it is no other word: "ppu", "ksb", "tts" and "oki" need "di" or their regent before them, "loteng" is an attic."""
    assert ROUTER.reader.read(text).place.regency == region


def test_a_province_with_a_village_of_its_name_is_the_province() -> None:
    """The village Banten of Kota Serang counts behind "desa" or "kelurahan" only."""
    place = ROUTER.reader.read("jalan rusak di banten").place
    assert (place.province, place.regency) == ("36", None)
    assert ROUTER.reader.read("banjir di kelurahan banten kecamatan kasemen").place.regency == "36.73"


CHECKS = (
    "kena razia di simpang lima banda aceh diminta 250rb tanpa surat tilang",
    "kena razia motor di kota depok dimintai 100 ribu ga dikasih surat tilang",
    "distop waktu razia di jalan kota medan bayar 50rb di tempat tanpa tilang",
)


@pytest.mark.parametrize("text", CHECKS)
def test_money_at_a_traffic_check_without_a_ticket_is_abuse_of_office(text: str) -> None:
    """UU 22/2009 Pasal 267: a fine is paid to the bank, with a ticket; nobody says that it was the police."""
    reading = ROUTER.reader.read(text)
    assert reading.oversight
    assert decided(text) == "polri"


def test_a_fine_with_its_ticket_is_none() -> None:
    """It is paid as the law says."""
    assert not ROUTER.reader.read("ditilang polisi di kota depok bayar denda 250rb lewat briva").oversight


CHILDREN = (
    ("disnaker-36", "pabrik di cikande serang pekerjakan anak 14 tahun sif malam"),
    ("disnaker-33", "gudang di kabupaten kendal mempekerjakan anak dibawah umur"),
    ("disnaker-35", "pabrik kerupuk di kabupaten sidoarjo pakai tenaga anak"),
    ("dlh-36.04", "pabrik di cikande serang buang limbah ke kali"),
)


@pytest.mark.parametrize(("agency", "text"), CHILDREN, ids=[text for _, text in CHILDREN])
def test_children_at_work_are_the_labour_inspections(agency: str, text: str) -> None:
    """UU 13/2003 Pasal 68; UU 23/2014 Lampiran G: inspection is the province's. A factory alone is no pollution."""
    assert decided(text) == agency


QUESTIONS = (
    "umk kota semarang taun depan berapa ya, sapa sing nentukake?",
    "min kalo spmb sma jalur prestasi di jawa timur nilai rapor yg dipake semester brp aja?",
    "ngurus pbg rumah di kota malang piro suwene yo",
    "jadwal imunisasi posyandu di kota tarakan liatnya dimana",
    "balik nama sertifikat di bpn bantul piro suwene",
    "kartu kuning ngurusnya dimana kota tegal",
    "buat akta lahir di kota bogor perlu bawa apa",
)
COMPLAINTS = (
    "sampah dibuang dimana saja di kota tegal, bau sekali",
    "air mati 3 hari, lapor dimana mana tidak ditanggapi",
    "petugas ngurus ktp di kota tegal narik 50rb, sing resmi brp",
)


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_without_a_question_mark_or_an_opening_verb_is_one(text: str) -> None:
    """It lacks no date and no evidence (PermenPANRB 62/2018: a request for information has five working days)."""
    reading = ROUTER.reader.read(text)
    assert reading.complaint_class == ComplaintClass.information_request
    assert not {"date", "evidence"} & {*reading.missing}


@pytest.mark.parametrize("text", COMPLAINTS)
def test_a_complaint_with_a_word_of_questions_stays_one(text: str) -> None:
    """What went wrong decides."""
    assert ROUTER.reader.read(text).complaint_class == ComplaintClass.complaint
