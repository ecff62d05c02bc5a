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


USES_IT_HIMSELF = (
    ("inspektorat-33.24", "Camat di Kabupaten Kendal pakai uang kantor untuk beli mobil pribadi"),
    ("inspektorat-35.73", "Lurah di Kota Malang pakai uang kas untuk beli motor istrinya"),
    ("inspektorat-35", "Kepala sekolah SMA di Kabupaten Jember pakai dana BOS untuk beli tanah"),
    ("inspektorat-33", "Kepala SMK di Kota Semarang pakai uang BOS buat bangun rumahnya"),
    ("inspektorat-33.74", "Uang BOS dibelikan motor sama kepala sekolah SMP kami di Kota Semarang"),
    ("inspektorat-32", "Dana BOS SMK kami di Kabupaten Garut dimakan kepala sekolah"),
    ("inspektorat-32.06", "Dana desa kami di Kabupaten Tasikmalaya habis dipakai kades judi online"),
    ("inspektorat-35.09", "Kades di Kabupaten Jember gadaikan tanah kas desa"),
    ("inspektorat-34.04", "Kepala puskesmas di Kabupaten Sleman pakai dana BOK untuk umroh"),
    ("inspektorat-12.71", "Uang insentif kader di Kota Medan dimakan lurah"),
    ("inspektorat-33.24", "Bendahara kantor camat di Kabupaten Kendal bawa lari uang kegiatan"),
    ("inspektorat-35.06", "Pegawai dinas sosial Kabupaten Kediri simpan beras bantuan di rumahnya lalu dijual"),
    ("inspektorat-33", "Kepala dinas kehutanan Provinsi Jawa Tengah lindungi cukong kayu"),
    ("inspektorat-35.05", "Tambang pasir liar di Kabupaten Blitar dibekingi camat"),
    ("inspektorat-35", "Kepala UPT kehutanan provinsi di Kabupaten Jember minta uang 3 juta"),
    ("inspektorat-33.24", "Lurah di Kabupaten Kendal, tanda tangan surat tanah harus bayar 150 ribu"),
)
UNACCOUNTED = (
    ("inspektorat-33.24", "Dana BOS SD kami di Kabupaten Kendal tidak jelas ke mana, kepala sekolah diam"),
    ("itjen-kemenag", "Kepala MTs negeri di Kabupaten Kendal pakai dana BOS untuk beli mobil pribadi"),
    ("inspektorat-35.73", "Dana PIP anak saya diambil guru SD di Kota Malang"),
)
USES_NO_PUBLIC_MONEY = (
    "Dana BOS SD kami di Kabupaten Kendal dari mana asalnya, mohon dijelaskan",
    "Kepala sekolah kami di Kota Semarang pakai uang sendiri untuk beli kursi kelas, salut",
    "Terima kasih pak camat Boja Kabupaten Kendal, anggaran dipakai bangun rumah warga miskin",
    "Ketua arisan di Kabupaten Sleman pakai uang kas untuk beli motor, pak lurah mohon bantu",
    "Kepala puskesmas di Kabupaten Jember beli mobil ambulans pakai dana BOK, kapan bisa dipakai warga",
    "Tanah desa kami di Kabupaten Demak dimakan abrasi laut",
    "Apakah boleh kepala sekolah pakai dana BOS untuk beli motor",
    "Kepala sekolah yayasan kami di Kota Bekasi pakai uang sekolah untuk beli mobil pribadi",
    "Sudah lapor lurah di Kota Malang, pencuri bawa lari uang kas masjid",
)
AT_SAMSAT = (
    ("inspektorat-33", "Pegawai dispenda di loket Samsat Kota Semarang minta 50 ribu biar cepat"),
    ("inspektorat-35", "Petugas bapenda di Samsat Kabupaten Jember minta uang rokok"),
    ("inspektorat-32", "Kepala UPT Samsat Kabupaten Garut pakai uang pajak untuk judi"),
)
OFFICIAL_OF_ONES_OWN = (
    ("propam", "Saya distop di Jalan Pemuda Kota Semarang, polisinya minta 200 ribu biar tidak ditilang"),
    ("propam", "Polantasnya minta 100 ribu di Kabupaten Kendal tanpa surat tilang"),
    ("propam", "Kapolseknya minta setoran dari penambang di Kabupaten Blitar"),
    ("jamwas", "Perkara saya di Kabupaten Garut, jaksanya minta 50 juta"),
    ("inspektorat-33.24", "Kami di Boja Kabupaten Kendal, camatnya minta uang 2 juta untuk tanda tangan"),
    ("inspektorat-35.73", "Kelurahan kami di Kota Malang, lurahnya minta uang 500 ribu"),
)


@pytest.mark.parametrize(("owner", "text"), USES_IT_HIMSELF + UNACCOUNTED)
def test_an_official_who_uses_public_money_for_himself_is_accused(owner: str, text: str) -> None:
    """UU 23/2014 Pasal 385: the public complains to the internal auditor, with or without a word for corruption."""
    found, _, _, reading = decided(text)
    assert found == owner
    assert reading.oversight


@pytest.mark.parametrize("text", USES_NO_PUBLIC_MONEY)
def test_own_money_praise_questions_and_private_persons_accuse_no_official(text: str) -> None:
    """Nor what the public has of it: an ambulance, houses of the poor."""
    assert not decided(text)[3].oversight


@pytest.mark.parametrize(("owner", "text"), AT_SAMSAT)
def test_staff_of_the_revenue_office_at_a_samsat_are_the_provinces(owner: str, text: str) -> None:
    """UU 1/2022 Pasal 4: the province levies the tax; the police there only register."""
    found, _, explanation, _ = decided(text)
    assert found == owner
    assert "Pasal 216 dan 385" in explanation


@pytest.mark.parametrize(("owner", "text"), OFFICIAL_OF_ONES_OWN)
def test_a_suffix_does_not_hide_the_official(owner: str, text: str) -> None:
    """The word "polisinya" means the police, "camatnya" the camat."""
    assert decided(text)[0] == owner


@pytest.mark.parametrize(
    ("text", "auditor"),
    [
        ("Anggota Propam Polda Jatim minta uang", True),
        ("Saya ditilang di Kota Semarang, polisinya minta 200 ribu di tempat tanpa surat", False),
        ("Di Polres Garut urus SIM ada pungli calo", False),
        ("Preman pungli di terminal Kabupaten Garut, polisi tolong tangkap", False),
    ],
)
def test_only_an_accused_overseer_of_the_police_is_examined_by_his_superior(text: str, *, auditor: bool) -> None:
    """PP 2/2003 Pasal 17."""
    assert ("pengawas internal kepolisian diperiksa" in decided(text)[2]) == auditor
