"""The tier of government that owns a complaint follows the annex of UU 23/2014 and the laws of the subjects."""

import re
from typing import NamedTuple

import pytest

from router.decision import Decision
from router.facts import Facts
from router.routing import Router
from tests.harness.tables import each, each_row, row_by_row

ROUTER = Router.load()


def decided(text: str) -> Decision:
    """Return the decision on a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text)))


class Rule(NamedTuple):
    """A rule of law with a sentence that it decides.

    Attributes:
        name: the rule, as the law numbers it.
        text: the sentence.
        owner: the id of the agency that must own it.
    """

    name: str
    text: str
    owner: str


RULES = (
    Rule("UU 23/2014 G: labour inspection", "Pabrik di Kabupaten Kendal tidak membayar lembur buruh", "disnaker-33"),
    Rule("UU 23/2014 G: minimum wage", "Gaji kami di bawah UMK Kabupaten Gresik sudah setahun", "disnaker-35"),
    Rule("UU 23/2014 G: minimum wage of a province", "Berapa UMP Sumatera Barat tahun depan?", "disnaker-13"),
    Rule("UU 1/1970: safety", "Buruh gudang di Kota Cilegon jatuh dari perancah tanpa sabuk pengaman", "disnaker-36"),
    Rule("UU 13/2003: child labour", "Anak umur 13 dipekerjakan di pabrik sepatu Kabupaten Tangerang", "disnaker-36"),
    Rule("UU 2/2004: disputes", "Saya kena PHK di Kota Palembang, pesangon dan mediasi belum ada", "disnaker-16.71"),
    Rule("UU 23/2014 G: job seekers", "Mau buat kartu kuning AK1 di Kabupaten Kudus", "disnaker-33.19"),
    Rule("UU 22/2009 Ps 26 a", "Lampu jalan nasional di Kabupaten Batang mati semua", "ditjen-hubdat"),
    Rule("UU 22/2009 Ps 26 b", "Lampu jalan provinsi di Kabupaten Batang mati semua", "dishub-33"),
    Rule("UU 22/2009 Ps 26 c", "Lampu jalan kabupaten di Kabupaten Batang mati semua", "dishub-33.25"),
    Rule("UU 22/2009 Ps 26 d", "Lampu di jalan tol daerah Kabupaten Batang mati", "bpjt"),
    Rule("UU 38/2004 Ps 15: the province alone is enough", "Jalan provinsi di Jawa Tengah rusak berat", "dpu-33"),
    Rule("UU 38/2004 Ps 15", "jln provinsi di Kabupaten Blora berlubang", "dpu-33"),
    Rule("UU 23/2014 O: type A", "Terminal tipe A di Kota Solok kotor dan banyak calo bus", "ditjen-hubdat"),
    Rule("UU 23/2014 O: type B", "Terminal tipe B di Kabupaten Kendal atapnya bocor", "dishub-33"),
    Rule("UU 23/2014 O: type C", "Terminal tipe C di Kabupaten Kendal atapnya bocor", "dishub-33.24"),
    Rule("UU 23/2014 O: routes in a province", "Dishub provinsi Jawa Barat, bus AKDP ngebut di Garut", "dishub-32"),
    Rule("UU 23/2014 O: a route between regencies", "Tarif travel Kendari - Kolaka naik sepihak", "dishub-74"),
    Rule("UU 23/2014 O: routes across provinces", "Bus AKAP di Kabupaten Kudus ugal-ugalan", "ditjen-hubdat"),
    Rule("UU 23/2014 Y: the sea within 12 miles", "Kapal trawl masuk 3 mil dari pantai Kabupaten Tuban", "diskan-35"),
    Rule("UU 23/2014 Y: bombs", "Nelayan luar pakai bom ikan di Kabupaten Wakatobi", "diskan-74"),
    Rule("UU 23/2014 Y: ports", "Kolam labuh pelabuhan perikanan di Kabupaten Batang dangkal", "diskan-33"),
    Rule("UU 23/2014 Y: national ports", "Pelabuhan perikanan nusantara di Pekalongan banjir rob", "ditjen-tangkap"),
    Rule("UU 23/2014 Y: fish farmers", "Pembudidaya ikan kolam di Kabupaten Klaten minta bibit ikan", "diskan-33.10"),
    Rule("UU 23/2014 C: 1,000 to 3,000 ha", "Irigasi seluas 1.500 ha di Kabupaten Grobogan jebol", "dpu-33"),
    Rule("UU 23/2014 C: above 3,000 ha", "Irigasi > 3000 ha di Kabupaten Grobogan jebol", "bbws"),
    Rule("UU 23/2014 C: below 1,000 ha", "Irigasi 400 hektar di Kabupaten Grobogan jebol", "dpu-33.15"),
    Rule("UU 23/2014 C: across regencies", "Saluran irigasi lintas kabupaten di Boyolali bocor", "dpu-33"),
    Rule("UU 23/2014 C: said", "Daerah irigasi kewenangan provinsi di Kabupaten Pati rusak", "dpu-33"),
    Rule("UU 23/2014 DD: consumers", "Toko di Kota Jember menolak garansi, saya mau ke BPSK", "disdag-35"),
    Rule("UU 23/2014 DD: goods", "Banyak barang beredar tanpa SNI di Kota Banjarmasin", "disdag-63"),
    Rule("UU 23/2014 DD: scales", "Timbangan curang di pasar Kota Salatiga belum ditera ulang", "disdag-33.73"),
    Rule("UU 8/1999: electronic trade", "Barang dari toko online tidak sesuai, refund ditolak", "kemendag"),
    Rule("Perpres 55/2022: stone", "Tambang batu andesit di Kabupaten Magelang merusak bukit", "desdm-33"),
    Rule("UU 23/2014 Ps 14: coal", "Tambang batu bara di Kabupaten Kutai Kartanegara dekat rumah", "esdm"),
    Rule("UU 23/2014 BB: forests", "Pembalakan di hutan lindung Kabupaten Sintang", "dishut-61"),
    Rule("UU 23/2014 BB: forests of Central Java", "Penebangan liar di hutan lindung Kabupaten Blora", "dlh-33"),
    Rule(
        "UU 5/1990: national parks",
        "Simaksi taman nasional untuk pendakian di Kabupaten Lombok Timur mahal",
        "taman-nasional",
    ),
    Rule("UU 23/2014 F: homes", "Panti jompo di Kota Semarang kamarnya bocor", "dinsos-33"),
    Rule("UU 23/2014 CC: groundwater", "Hotel di Kota Yogyakarta menyedot air tanah", "dpu-34"),
    Rule("UU 1/2022 Ps 4", "Kapan pemutihan pajak motor di Kalimantan Timur?", "bapenda-64"),
    Rule("PP 46/2007: land in Batam", "Faktur UWTO ruko saya di Kota Batam sudah lunas, skep belum terbit", "bp-batam"),
    Rule("UU 3/2022: the new capital", "Jalan rusak, otorita IKN belum memperbaiki di Sepaku", "oikn"),
    Rule("UU 37/2008 Ps 24", "Laporan saya ke dinas tidak ditanggapi 5 bulan, ini maladministrasi", "ombudsman"),
    Rule("PP 28/2025: the system", "Akun OSS saya error dan NIB tidak bisa terbit", "bkpm"),
)


@each("rule", RULES)
def test_a_rule_of_law_decides_the_owner(rule: Rule) -> None:
    """Each row is a rule with a sentence that it decides."""
    assert decided(rule.text).owner.id == rule.owner


ROADS = tuple(
    (text, "dpu-33.24", "dpu-33", "ditjen-bina-marga")
    for text in (
        "Jalan {tier} di Kabupaten Kendal berlubang",
        "jln {tier} daerah Kab Kendal rusak parah sejak lebaran",
        "Aspal jalan {tier} di Kendal mengelupas",
        "Mohon perbaikan ruas {tier} di Kabupaten Kendal, lubangnya dalam",
        "jl {tier} Kab. Kendal hancur gara2 truk",
        "Jembatan {tier} di Kabupaten Kendal retak dan miring",
        "Kapan jalan {tier} di Kabupaten Kendal diaspal lagi?",
        "Jalan {tier} yang lewat Kabupaten Kendal bergelombang, rawan kecelakaan",
        "dalan {tier} ing Kabupaten Kendal bolong kabeh",
        "Bahu jalan {tier} di Kabupaten Kendal longsor dan amblas",
    )
)
LAMPS = tuple(
    (text, "dishub-33.24", "dishub-33", "ditjen-hubdat")
    for text in (
        "Lampu jalan {tier} di Kabupaten Kendal padam",
        "PJU di jalan {tier} Kabupaten Kendal mati total",
        "Penerangan jalan {tier} di Kendal tidak menyala",
        "lampu penerangan jln {tier} Kab Kendal mati 3 minggu",
        "Jalan {tier} di Kabupaten Kendal gelap, lampu jalan mati",
        "Tiang lampu jalan {tier} di Kabupaten Kendal roboh",
        "mohon pasang lampu di ruas {tier} Kabupaten Kendal, gelap gulita",
        "Lampu PJU jalan {tier} di Kabupaten Kendal nyala siang mati malam",
        "lampu jalan {tier} peteng kabeh ning Kabupaten Kendal",
        "LPJU jalan {tier} Kabupaten Kendal banyak yang mati",
    )
)
TERMINALS = tuple(
    (text, "dishub-33.24", "dishub-33", "ditjen-hubdat")
    for text in (
        "Terminal {tier} di Kabupaten Kendal kotor dan gelap",
        "toilet terminal {tier} Kabupaten Kendal mampet",
        "Atap terminal {tier} di Kendal bocor",
        "Bus tidak mau masuk terminal {tier} di Kabupaten Kendal",
        "Ruang tunggu terminal {tier} Kab Kendal rusak",
        "kios di terminal {tier} Kabupaten Kendal sepi, bus ngetem di luar",
        "Calo di terminal {tier} Kabupaten Kendal memaksa penumpang",
        "terminal {tier} kabupaten kendal tidak ada petugas jaga",
        "Usul: terminal {tier} di Kabupaten Kendal diberi kanopi",
        "Lampu terminal {tier} di Kabupaten Kendal mati",
    )
)


@each(("text", "local", "province", "national"), ROADS + LAMPS + TERMINALS)
def test_one_word_moves_owner_and_sentence(text: str, local: str, province: str, national: str) -> None:
    """In thirty sentences on roads, lamps and terminals only the word for the tier differs."""
    for tier, owner, named in (
        ("kabupaten", local, "Kabupaten Kendal"),
        ("provinsi", province, "Jawa Tengah"),
        ("nasional", national, ""),
    ):
        decision = decided(text.format(tier=tier))
        assert decision.owner.id == owner, tier
        assert named in decision.explanation
        reason = decision.explanation.partition(", karena ")[2].lower()
        assert reason, decision.explanation
        others = {"kabupaten": "kabupaten", "provinsi": "provinsi", "nasional": "nasional|pusat"}
        others.pop(tier)
        assert not re.search("|".join(others.values()), reason), decision.explanation


@each_row
def test_extortion_is_found_without_its_word(text: str) -> None:
    """UU 20/2001 Pasal 12 e: whoever asks for money for his office is reported to the inspectorate."""
    assert decided(text).owner.id.startswith("inspektorat-33")


@each_row
def test_a_tier_that_nothing_decides_is_not_sure(text: str) -> None:
    """The probability is at most that of `undecided`, and an agency of another tier is among the alternatives."""
    decision = decided(text)
    assert decision.confidence <= ROUTER.rules.undecided
    assert any(
        one.agency.region is None or len(one.agency.region or "") != len(decision.owner.region or "")
        for one in decision.ranked[1:4]
    )


@each_row
def test_an_agency_has_the_name_that_its_law_gives(code: str, name: str) -> None:
    """UU 21/2001, UU 11/2006, the privileges of Yogyakarta, and bodies that became others."""
    agency = ROUTER.registry.get(code)
    assert agency is not None
    assert agency.name.startswith(name)


@pytest.mark.parametrize("office", ["Kantor Distrik", "Kantor Kecamatan"])
def test_the_office_of_a_district_of_papua_is_found(office: str) -> None:
    """A district is "distrik" there, and "kecamatan" for many (UU 21/2001 Pasal 1 k)."""
    assert decided(f"Pelayanan {office} Sentani Timur Kabupaten Jayapura lambat").owner.id.startswith("kec-91.03.")


@row_by_row
def test_the_owner_of_a_hospital_is_asked_for_and_the_answer_moves_the_case(answer: str, owner: str) -> None:
    """UU 23/2014 Lampiran B: a hospital of a regency may be the regency's, the province's or the ministry's."""
    text = "Rumah sakit di Kabupaten Kendal antre pasien rawat inap sampai malam"
    decision = decided(text)
    assert decision.asks == "hospital_owner"
    assert decision.confidence <= ROUTER.rules.undecided
    reading = ROUTER.reader.read(text)
    reading.groups = {**reading.groups, answer: []}
    settled = ROUTER.decide(Facts(reading))
    assert settled.asks == ""
    assert settled.owner.id == owner


@pytest.mark.parametrize("text", ["Jembatan desa ambruk di Kabupaten Kudus", "PBB di Kabupaten Kudus salah hitung"])
def test_a_provinces_own_channel_takes_nothing_from_a_regency(text: str) -> None:
    """A backup row of a rule is no shared responsibility."""
    reading = ROUTER.reader.read(text, region="33")
    owner = ROUTER.decide(Facts(reading, home="33")).owner
    assert owner.region is not None
    assert owner.region.startswith("33.19")
