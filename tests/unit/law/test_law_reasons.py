"""The findings of a third review of the law: numbers, reasons, districts and rows of docs/law-status.md that said more than was true."""

import re

import pytest

from normalizer.results import Reading
from router.facts import Facts
from router.routing import Router
from router.rulebook.rules import Rules

ROUTER = Router.load()
RULES = Rules.load()


def decided(text: str) -> tuple[str, float, str, Reading]:
    """Return the owner of a text, its confidence, the explanation and the reading."""
    facts = Facts(ROUTER.reader.read(text))
    decision = ROUTER.decide(facts)
    return decision.owner.id, decision.confidence, decision.explanation, facts.reading


@pytest.mark.parametrize(
    "text",
    [
        "Nomor antrian 0001 di loket Kota Semarang, petugas tidak ada",
        "NISN 0002345678 tidak muncul di Semarang",
        "Nomor rekening 0001234567 saya dipotong",
        "0000",
        "Sertifikat nomor 00021 di Kendal belum jadi",
        "Nomor resi 0001234567890 paket hilang",
        "kode 00012345678901 tidak dikenal",
    ],
)
def test_a_number_alone_is_no_health_insurance(text: str) -> None:
    """Queues, accounts and certificates have numbers that begin with zeros too."""
    owner, _, explanation, _ = decided(text)
    assert owner != "bpjs-kes"
    assert "jaminan kesehatan" not in explanation


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("0001234567890", 0.5),
        ("nama Budi nomor 0001234567890 mohon dicek", 0.5),
        ("0001234567890 mau pindah faskes", 1.0),
    ],
)
def test_the_number_of_a_card_is_one_weak_reason(text: str, most: float) -> None:
    """Thirteen digits that begin with 000 are the form of a number of the health insurance; alone they make nothing sure."""
    owner, confidence, _, _ = decided(text)
    assert owner == "bpjs-kes"
    assert confidence <= most


@pytest.mark.parametrize(
    ("owner", "reason", "text"),
    [
        ("pemda-33.24", "kecamatan dan kelurahan adalah bagian", "Pelayanan kelurahan di Kabupaten Kendal buruk"),
        ("kec-34.04.07", "tanggung jawab camat", "Camat Depok Sleman lambat melayani"),
    ],
)
def test_a_district_s_government_has_its_own_reason(owner: str, reason: str, text: str) -> None:
    """What a regency's government owns is not said to be the head of a district's task."""
    found, _, explanation, _ = decided(text)
    assert found == owner
    assert reason in explanation
    assert owner.startswith("kec-") or "camat" not in explanation.lower().replace("kecamatan", "")


OFFICIALS = {"camat": "kec", "lurah": "kel", "kepala desa": "desa", "bupati": "pemda", "gubernur": "pemda"}
"""The kind of unit that each official heads."""


def test_a_reason_names_no_official_of_another_owner() -> None:
    """One reason for several owners is true of each of them: it names no official who heads another one."""
    wrong = {
        (rule.subject, owner.body, official)
        for rule in Rules.load().subjects.values()
        for owner in rule.owners
        for official, body in OFFICIALS.items()
        if owner.body != body and re.search(rf"\b(?:tugas|tanggung jawab|urusan|wewenang) {official}\b", owner.reason)
    }
    assert not wrong


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("ditjen-bina-marga", "Drainase samping jalan nasional di Kabupaten Tegal tersumbat"),
        ("dpu-33", "Drainase samping jalan provinsi di Kabupaten Tegal tersumbat"),
        ("dpu-33", "saluran air di samping jalan provinsi Kabupaten Kendal mampet"),
        ("dpu-33.24", "Rumah saya di samping jalan nasional, saluran air kampung di Kabupaten Kendal mampet"),
        ("dpu-33.24", "Saluran RT kami dekat jalan nasional di Kabupaten Kendal mampet"),
        ("bp-tapera", "Potongan Tapera dari gaji saya tidak jelas"),
        ("bp-tapera", "Bapertarum PNS belum dikembalikan"),
        ("kemenpkp", "Rumah subsidi FLPP di Kabupaten Kendal retak"),
        ("ombudsman", "Laporan saya nomor 12345 ke Dinas PU Kabupaten Kendal sudah tiga bulan tidak ditanggapi"),
        ("ombudsman", "Laporan saya ke Dinas Perhubungan tentang lampu sudah dua minggu belum ditanggapi"),
        ("ditjen-hubdat", "Kapal penyeberangan di Danau Toba penuh sesak tanpa pelampung"),
        ("ditjen-hubdat", "Kapal feri di sungai Musi tidak ada pelampung"),
        ("pelni", "kapal Pelni penuh sesak"),
        ("oikn", "Pembebasan lahan di IKN oleh otorita belum dibayar"),
        ("atr-bpn", "sertifikat tanah saya di IKN belum jadi"),
        ("atr-bpn", "Ganti rugi tanah tol Kendal belum dibayar"),
        ("kec-34.04.06", "Kantor Kecamatan Mlati tutup"),
        ("kec-34.04.06", "Kantor Kecamatan Mlati Sleman tutup"),
        ("kec-32.04.25", "Kantor Kecamatan Cicalengka Bandung tutup"),
        ("kec-34.04.07", "Kantor Kecamatan Depok Sleman tutup"),
    ],
)
def test_a_matter_of_the_review_goes_to_its_owner(owner: str, text: str) -> None:
    """Each finding with others of its kind, and what stays where it was."""
    assert decided(text)[0] == owner


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("bpjs-tk", "Kartu BPJSKetenagakerjaan saya hilang, email pendaftaran lupa"),
        ("bpjs-tk", "e kalim BPJS eror terus"),
        ("bpjs-kes", "Peserta PPU mau pindah jadi PBPU karena resign, noka saya masih aktif"),
        ("bpjs-kes", "mohon nomor JKN saya, NIK sudah sesuai"),
        ("esdm", "bagaimana cara mendapat subsidi listrik 900 VA"),
        ("pln", "pasang listrik non subsidi di Kabupaten Kendal belum menyala"),
        ("pln", "Bekas galian PLN di pinggir jalan Kabupaten Kendal tidak ditutup lagi"),
        ("kemensos", "Uang penyandang cacat dari Kementerian Sosial di Kota Palopo belum cair"),
        ("polri", "Kapolres Kendal, mohon jalan Soekarno Hatta dipantau karena truk berhenti sembarangan dan macet"),
        ("polri", "Polisi di Kabupaten Kendal hanya diam di pos padahal kendaraan parkir sembarangan"),
        ("polri", "Pengendara melawan arus tiap pagi di Kabupaten Kendal"),
        ("dishub-31", "Pemprov DKI, rekayasa lalu lintas di Cakung Jakarta Timur bikin macet"),
        ("polri", "Warung di Kota Denpasar jadi tempat mabuk dan narkoba tiap malam"),
        ("satpolpp-33.24", "Warung di Kabupaten Kendal jual miras tiap malam"),
        ("ditjen-imigrasi", "Kuota antrian paspor selalu habis, jangan jadi celah pungli"),
        ("itjen-kemenimipas", "Petugas imigrasi minta uang pungli waktu urus paspor"),
    ],
)
def test_a_class_of_words_points_to_its_owner(owner: str, text: str) -> None:
    """Spellings of a fund, of who pays a subsidy and of who stops an offence, each with what must stay."""
    assert decided(text)[0] == owner


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("itjen-atr-bpn", "Pak lurah sudah bantu, tapi petugas BPN minta uang"),
        ("inspektorat-33.74", "Pak Camat Tembalang minta uang sertifikat tanah"),
        ("kpid-33", "radio lokal di Kota Semarang siarkan iklan judi"),
        ("ditjen-hubla", "kapal mogok di hutan mangrove"),
        ("ditjen-keuda", "apakah BBN 2 sudah dihapus?"),
        ("bapenda-35", "BBN 2 di Jawa Timur masih dipungut"),
    ],
)
def test_what_is_complained_of_outweighs_what_is_beside_it(owner: str, text: str) -> None:
    """Who helped, what is advertised and where a ship lies are not the matter."""
    assert decided(text)[0] == owner


def test_whether_a_tax_was_abolished_is_a_question() -> None:
    """The word "dihapus" alone proposes; with "apakah sudah" it asks."""
    assert decided("apakah BBN 2 sudah dihapus?")[3].complaint_class == "permintaan_informasi"


OF_THE_CENTRE = frozenset(
    (
        "road-damage",
        "drainage",
        "traffic",
        "pollution",
        "agriculture",
        "mining",
        "intercity-bus",
        "river-basin",
        "wildlife",
        "groundwater",
    )
)


def test_no_body_of_the_centre_inherits_the_sentence_for_a_matter_of_the_regions() -> None:
    """Neither the tax on vehicles nor schools are "urusan pemerintah pusat"; matters that the law divides name the part of the centre."""
    for subject, rule in RULES.subjects.items():
        regional = any(owner.level and owner.always for owner in rule.owners)
        for owner in rule.owners:
            if (
                regional
                and not owner.level
                and not owner.needs
                and "{tier}" in owner.reason
                and owner.body in ROUTER.registry.bodies
            ):
                assert subject in OF_THE_CENTRE, (subject, owner.body, owner.reason)


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("pajak kendaraan di Samsat Kabupaten Kolaka", "pemerintah pusat"),
        ("kepala UPT Samsat Kabupaten Kolaka pakai uang pajak untuk judi", "pemerintah pusat"),
        ("pajak motor saya di Samsat Kota Semarang salah hitung", "pemerintah pusat"),
    ],
)
def test_the_tax_on_vehicles_is_no_tax_of_the_centre(text: str, without: str) -> None:
    """UU 1/2022 Pasal 4."""
    assert without not in decided(text)[2]
