"""The findings of a review of the accused and of the said owner: each text must reach the one whom the law names, with his own law."""

import pytest

from normalizer.results import Reading
from router.facts import Facts
from router.routing import Router

ROUTER = Router.load()


def decided(text: str) -> tuple[str, float, str, Reading]:
    """Return the owner of a text, its confidence, the explanation and the reading."""
    facts = Facts(ROUTER.reader.read(text))
    decision = ROUTER.decide(facts)
    return decision.owner.id, decision.confidence, decision.explanation, facts.reading


OVER_THE_OVERSEER = (
    ("inspektorat-32", "Inspektur Kabupaten Garut memeras kepala desa"),
    ("inspektorat-36", "Inspektur Kabupaten Lebak menerima suap dari kepala desa"),
    ("itjen-kemendagri", "Inspektur Provinsi Jawa Timur menerima suap"),
    ("kemenag", "Pegawai Inspektorat Jenderal Kementerian Agama minta uang"),
    ("kemenkeu", "Pegawai Itjen Kemenkeu minta uang damai"),
    ("kemendagri", "Auditor Itjen Kemendagri minta uang ke pemda"),
    ("inspektorat-ombudsman", "Ombudsman perwakilan Jambi minta uang buat percepat laporan saya"),
    ("jamwas", "Jaksa di Kejari Garut minta 50 juta"),
    ("komisi-kejaksaan", "Jamwas menerima suap dari jaksa"),
    ("dkpp", "Ketua KPU Kab. Sikka terima uang dari caleg"),
    ("dkpp", "Komisioner Bawaslu Kab. Nias minta uang dari calon"),
    ("dkpp", "Anggota Bawaslu Kota Medan menerima suap dari paslon"),
    ("polri", "Anggota Propam Polda Jatim minta uang"),
    ("propam", "polisi Polres Garut minta 10 juta"),
    ("propam", "Anggota polres Garut memeras pedagang"),
    ("kpk", "Menteri Sosial korupsi bansos"),
    ("kpk", "Kepala BGN korupsi dana MBG"),
)
SOLD = (
    ("inspektorat-35", "Bupati Jember menjual jabatan kepala sekolah"),
    ("inspektorat-32", "Wali Kota Bekasi menjual jabatan camat"),
    ("inspektorat-33", "Bupati Kendal menjual izin tambang"),
    ("inspektorat-32", "Kepala Dinas Pendidikan Provinsi Jawa Barat jual kursi SMA 30 juta"),
    ("inspektorat-33.24", "Kepala desa Sukorejo Kendal jual tanah bengkok"),
    ("inspektorat-12.12", "Camat Balige jual jabatan kepala desa"),
)
EMPLOYED_BY_A_REGION = (
    ("inspektorat-14", "Kadis Perhubungan Provinsi Riau terima suap dari PO bus"),
    ("inspektorat-33", "Kepala Dinas ESDM Provinsi Jawa Tengah minta uang izin tambang"),
    ("inspektorat-33", "Kepala Dinas Kehutanan Jawa Tengah menerima suap izin"),
    ("inspektorat-32.73", "Petugas Damkar Kota Bandung minta uang bensin 300 ribu"),
    ("inspektorat-31", "Lurah Kebon Kacang minta uang buat tanda tangan surat tanah"),
    ("inspektorat-33.74", "Pak Camat Tembalang minta uang sertifikat tanah"),
    ("inspektorat-35.09", "Kepala Dinas Sosial Kab. Jember memotong bansos PKH"),
    ("inspektorat-32.06", "Bidan puskesmas Cikatomas minta 200 ribu padahal BPJS"),
    ("inspektorat-73.71", "Pegawai puskesmas di Kota Makassar minta uang 50 ribu untuk surat rujukan BPJS"),
    ("inspektorat-33.24", "Kades kami di Kabupaten Kendal potong bansos PKH 100 ribu"),
    ("bkn", "pegawai kementerian di Kabupaten Jember bolos kerja"),
    ("bkn", "asn pemerintah pusat di Kabupaten Jember bolos kerja"),
)
NOT_ACCUSED = (
    ("polri", "Polisi tolong tangkap preman yang minta uang di terminal Garut"),
    ("polri", "Propam Polda Jatim mohon tindak oknum polisi yang minta uang di Polres Garut"),
    ("itjen-atr-bpn", "Petugas BPN di kelurahan Sukamaju Kota Bandung minta uang 2 juta buat sertifikat"),
    ("jamwas", "Kepala desa di Kabupaten Garut dimintai uang oleh jaksa"),
    ("kemensos", "Pak Menteri Sosial tolong usut korupsi bansos"),
    ("kpu", "KPU Kabupaten Garut belum umumkan daftar caleg mantan korupsi"),
    ("inspektorat-35.09", "Inspektorat Kabupaten Jember mohon periksa kades yang korupsi dana desa"),
)
LAWS = (
    ("UU 23/2014 Pasal 216", "Camat Balige jual jabatan kepala desa"),
    ("PP 60/2008 Pasal 49", "Pegawai Kemenag minta uang biar berkas sertifikasi guru madrasah diloloskan"),
    ("PP 60/2008 Pasal 47", "Pegawai Itjen Kemenkeu minta uang damai"),
    ("UU 16/2004 jo. UU 11/2021", "Jaksa di Kejari Garut minta 50 juta"),
    ("UU 19/2019 Pasal 37B", "Penyidik KPK minta uang kepada tersangka"),
    ("UU 7/2017 Pasal 155", "Ketua KPU Kab. Sikka terima uang dari caleg"),
    ("PP 2/2003 Pasal 17", "polisi Polres Garut minta 10 juta"),
    ("UU 19/2019 Pasal 11", "Menteri Sosial korupsi bansos"),
    ("UU 37/2008", "Ombudsman perwakilan Jambi minta uang buat percepat laporan saya"),
)
SAID_OWNER = (
    ("dispar-33.74", "museum milik pemerintah kota di Kota Semarang tutup"),
    ("dispar-33.74", "museum milik pemkot di Kota Semarang tutup"),
    ("dispar-33", "Museum Ronggowarsito milik provinsi di Kota Semarang tutup"),
    ("kemenbud", "Museum milik pemerintah pusat di Kota Malang tutup"),
    ("dispora-13.71", "stadion kota di Kota Padang rusak"),
    ("dispora-13.71", "GOR milik pemerintah kota Padang atapnya bocor"),
    ("dinsos-35.06", "panti jompo milik kabupaten di Kabupaten Kediri tidak terurus"),
    ("dinsos-35", "panti jompo milik provinsi di Kabupaten Kediri tidak terurus"),
    ("kemensos", "Panti jompo milik pemerintah pusat di Kabupaten Kendal tidak terurus"),
    ("dlh-51.04", "Tahura milik kabupaten di Kab. Gianyar banyak sampah"),
    ("dishut-51", "Tahura Ngurah Rai di Kota Denpasar banyak sampah"),
    ("bkd-35.09", "cpns pemkab Jember hasil seleksi tidak diumumkan"),
    ("bkd-33", "seleksi cpns pemprov Jawa Tengah nilainya tidak diumumkan"),
    ("kemenpanrb", "hasil seleksi cpns belum diumumkan"),
    ("disnaker-35", "balai latihan kerja milik pemerintah provinsi di Kabupaten Jember rusak"),
    ("kemnaker", "BLK milik pemerintah pusat di Kabupaten Kendal alatnya rusak"),
    ("dishub-35.29", "pelabuhan milik pemerintah kabupaten di Kabupaten Sumenep rusak"),
    ("bbws", "Sungai milik pemerintah pusat di Kabupaten Kendal penuh eceng gondok"),
    ("perpusnas", "Perpustakaan milik pemerintah pusat di Kota Blitar tutup terus"),
    ("kemenkes", "Rumah sakit milik pemerintah pusat di Kota Malang antre obat sampai sore"),
    ("kemenpkp", "Rusunawa milik pemerintah pusat di Kota Malang bocor"),
)
DOUBTFUL = (
    "Stadion milik pemerintah pusat di Kabupaten Kendal rusak",
    "Pasar milik pemerintah pusat di Kabupaten Kendal becek",
    "Website milik pemerintah pusat tidak bisa dibuka di Kabupaten Kendal",
    "Taman milik pemerintah pusat di Kota Malang kotor",
)


@pytest.mark.parametrize(("owner", "text"), OVER_THE_OVERSEER)
def test_the_accused_does_not_get_his_own_complaint(owner: str, text: str) -> None:
    """An overseer goes to the one above it, election officials to the DKPP, the police to Propam, ministers to the KPK."""
    found, _, _, reading = decided(text)
    assert found == owner
    assert reading.oversight


@pytest.mark.parametrize(("owner", "text"), SOLD)
def test_who_sells_an_office_abuses_it(owner: str, text: str) -> None:
    """Positions, seats of schools, permits and village land, in other words than "jual beli jabatan"."""
    found, _, _, reading = decided(text)
    assert found == owner
    assert reading.oversight


@pytest.mark.parametrize(("owner", "text"), EMPLOYED_BY_A_REGION)
def test_the_employer_of_the_accused_decides_and_not_the_subject(owner: str, text: str) -> None:
    """The inspectorate of a ministry looks into its own staff only (PP 60/2008 Pasal 49), that of a region likewise."""
    assert decided(text)[0] == owner


@pytest.mark.parametrize(("owner", "text"), NOT_ACCUSED)
def test_who_is_asked_or_suffers_is_not_accused(owner: str, text: str) -> None:
    """The nearest official before a deed did it, unless he is asked to act or the deed is done to him."""
    assert decided(text)[0] == owner


def test_the_staff_of_an_unknown_region_goes_to_a_triage_desk() -> None:
    """Neither the ministry of the subject nor its inspectorate looks into a village head."""
    decision = ROUTER.decide(Facts(ROUTER.reader.read("Kades kami minta uang 2 juta untuk sertifikat tanah")))
    assert decision.triage


@pytest.mark.parametrize(("law", "text"), LAWS)
def test_each_overseer_has_its_own_law(law: str, text: str) -> None:
    """UU 23/2014 Pasal 216 is about inspectorates of regions only."""
    explanation = decided(text)[2]
    assert law in explanation
    assert ("Pasal 216" in explanation) == ("Pasal 216" in law)


def test_corruption_at_the_kpk_does_not_cite_the_end_of_the_task_force() -> None:
    """Perpres 49/2025 only ended Saber Pungli; illegal levies of regional staff are not examined by the centre."""
    found, _, explanation, _ = decided("Saya mau lapor ke KPK soal suap proyek")
    assert found == "kpk"
    assert "Perpres 49/2025" not in explanation
    assert "pungutan liar" not in explanation


@pytest.mark.parametrize(("owner", "text"), SAID_OWNER)
def test_the_said_owner_decides_the_tier(owner: str, text: str) -> None:
    """UU 23/2014 Pasal 14 and Lampiran B, C, D, F, G, O, V, W and BB."""
    assert decided(text)[0] == owner


@pytest.mark.parametrize("text", DOUBTFUL)
def test_an_owner_of_another_tier_than_the_said_one_is_doubtful(text: str) -> None:
    """If the law knows no owner of the said tier, the tier stays and the confidence falls."""
    assert decided(text)[1] <= ROUTER.rules.undecided
