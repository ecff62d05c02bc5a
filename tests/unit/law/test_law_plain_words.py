"""Matters told in plain words: money that officials take, the dead, noisy workshops, ferries and queues; with counter-examples."""

import pytest

from complaints.event import ComplaintClass
from normalizer.results import Reading
from router.facts import Facts
from router.routing import Router

ROUTER = Router.load()


def decided(text: str) -> tuple[str, Reading]:
    """Return the id of the owner of a text, and its reading."""
    facts = Facts(ROUTER.reader.read(text))
    return ROUTER.decide(facts).owner.id, facts.reading


TAKEN = (
    # Nobody says who the official is: the errand or the office tells it.
    ("inspektorat-12.07", "Ada oknum minta uang saat urus izin usaha di Kabupaten Deli Serdang, katanya supaya cepat"),
    ("inspektorat-12.07", "Ada oknum minta uang saat urus kartu keluarga di Kabupaten Deli Serdang"),
    ("inspektorat-32.05", "ada oknum minta uang saat saya urus KTP di Kabupaten Garut"),
    ("inspektorat-32.74", "ngurus IMB di Kota Cirebon kalau tidak kasih amplop tidak jalan"),
    ("inspektorat-32.74", "urus akta lahir di Kota Cirebon kalau tidak kasih amplop tidak jalan"),
    ("inspektorat-35.77", "diminta bayar 300 ribu tanpa kuitansi waktu urus akta lahir di capil Kota Madiun"),
    ("inspektorat-36.71", "Surat keterangan tidak mampu di kelurahan Kota Tangerang dipatok 50 ribu padahal gratis"),
    ("inspektorat-32.73", "Waktu ngurus KTP di Kota Bandung saya dimintain duit seratus ribu sama yang jaga loket"),
    (
        "inspektorat-73.03",
        "Bikin akta kelahiran di capil Kabupaten Bantaeng disuruh kasih uang lelah dulu baru dikerjakan",
    ),
    # The go-between in the office.
    ("itjen-atr-bpn", "urus sertifikat tanah di BPN Kabupaten Bogor disuruh bayar orang dalam 5 juta"),
    ("inspektorat-35.09", "kalau mau cepat urus KK di Kabupaten Jember harus bayar 150 ribu ke orang dalam"),
    (
        "itjen-kemenimipas",
        "Di kantor imigrasi Kota Batam paspor bisa jadi sehari kalau nambahin 800 ribu buat orang dalam",
    ),
    # Something on top.
    ("itjen-kemenimipas", "paspor di imigrasi Kota Medan bisa sehari asal bayar lebih 1 juta ke petugas"),
    ("inspektorat-32.75", "uji KIR di dishub Kota Bekasi lulus asal nambah 100 ribu"),
    ("inspektorat-35.25", "Uji kir truk di Kabupaten Gresik pasti lolos kalau selipkan 150 ribu di buku kir"),
    ("itjen-atr-bpn", "Petugas ukur BPN Kabupaten Kudus bilang kalau mau cepat tambah 2 juta ke dia"),
    ("itjen-kemenag", "mau nikah di KUA Kecamatan Sukun Kota Malang diminta 1,2 juta padahal di kantor"),
    # Superiors and heads of state schools.
    ("inspektorat-35.21", "Atasan saya di Dinkes Kabupaten Ngawi minta setoran"),
    ("inspektorat-51.03", "kepala SDN 3 Kabupaten Badung minta uang gedung"),
    ("inspektorat-73.71", "Biar lolos jadi tenaga kontrak Dishub Kota Makassar saya disuruh siapkan 25 juta"),
    # Words of regions.
    ("inspektorat-35.05", "Pak kades di Kabupaten Blitar njaluk duit 2 yuto gawe tanda tangan jual beli tanah"),
    (
        "inspektorat-16.71",
        "Perpanjang izin apotek di Kota Palembang dak jalan kalu idak dikasih duit samo wong dalamnyo",
    ),
    (
        "inspektorat-35.06",
        "Ngurus surat pindah nang kecamatan Kabupaten Kediri kudu mbayar satus ewu nang pegawaine ben cepet",
    ),
    ("inspektorat-15.71", "Lurah di Kota Jambi tidak mau tanda tangan surat tanah sebelum dikasih 500 ribu"),
)
NOT_TAKEN = (
    "Berapa biaya resmi perpanjang SIM A di Polres Kota Malang?",
    "Tarif KIR Dishub Kota Tegal berapa untuk pikap?",
    "Tagihan PDAM Kota Semarang bulan ini 1,2 juta padahal biasanya 100 ribu",
    "Listrik PLN saya di Kabupaten Jember diminta bayar denda 3 juta karena meteran katanya dirusak",
    "Orang dalam gang kami di Kota Depok buang sampah ke selokan",
    "SIM saya ditahan di Kota Solo, bisa diambil asal bayar denda 250 ribu",
    "SD swasta anak saya di Kota Surabaya menaikkan uang gedung jadi 15 juta",
    "kepala SD swasta Kota Surabaya minta uang gedung",
    "Jukir liar di alun-alun Kota Bandung minta uang 10 ribu per motor",
    "Preman pasar di Kota Medan minta setoran 20 ribu tiap hari ke pedagang",
    "Nikah di luar KUA Kabupaten Sleman bayar 600 ribu itu resmi atau tidak ya?",
    "tetangga minta uang ke saya buat urus KTP di Kota Solo",
    "Amplop surat suara dari kantor pos Kota Ambon rusak waktu sampai",
    "Saya sudah bayar 2 juta ke notaris untuk balik nama sertifikat tanah di Kota Bogor tapi belum jadi",
    "biaya balik nama motor di samsat Kota Bogor 1,2 juta kok mahal",
    "Atasan saya di pabrik garmen Kabupaten Semarang memotong upah lembur",
    "Retribusi pasar di Kabupaten Klaten naik jadi 5 ribu per hari, pedagang keberatan",
)


@pytest.mark.parametrize(("owner", "text"), TAKEN)
def test_money_taken_for_an_errand_at_an_office_is_abuse_of_office(owner: str, text: str) -> None:
    """Also without a title of the one who takes it, in the passive, through a go-between; the overseer of the office gets it."""
    found, reading = decided(text)
    assert reading.oversight
    assert found == owner
    assert reading.complaint_class == ComplaintClass.complaint


def test_money_that_an_officer_asked_for_is_abuse_of_office_without_a_place() -> None:
    """The passive counts as the active does."""
    assert decided("saya diminta uang oleh petugas")[1].oversight
    assert decided("petugas minta uang ke saya")[1].oversight


@pytest.mark.parametrize("text", NOT_TAKEN)
def test_tariffs_bills_fines_and_others_money_are_no_abuse_of_office(text: str) -> None:
    """Official fees, private schools, gangs and neighbours stay with the owner of the matter."""
    assert not decided(text)[1].oversight


DEAD = (
    ("disperkim-33.76", "kuburan umum di Kota Tegal penuh, jenazah ditumpuk"),
    ("disperkim-33.76", "makam umum di Kota Tegal sudah penuh, jenazah baru dikubur bertumpuk"),
    ("disperkim-33.76", "TPU di Kota Tegal penuh, jenazah ditumpuk"),
    ("disperkim-12.71", "rumah duka Kota Medan minta bayar jenazah inap"),
    ("dpmd-33.29", "mobil jenazah desa di Kabupaten Brebes rusak sudah setahun"),
    ("dinkes-33.29", "ambulans desa di Kabupaten Brebes menolak antar jenazah"),
    ("bpbd-13.06", "jenazah korban banjir di Kabupaten Agam belum dievakuasi"),
    ("rsud-13.71", "RSUD Kota Padang tidak mau memulangkan jenazah bapak saya"),
    ("rsud-13.71", "jenazah ayah saya tidak boleh dibawa pulang dari rumah sakit Kota Padang karena belum bayar"),
    # Abroad.
    ("kemenlu", "jenazah adik saya masih di Arab Saudi"),
    ("kemenlu", "jenazah WNI di luar negeri belum dipulangkan"),
    ("kp2mi", "jenazah TKI di Malaysia belum dipulangkan, keluarga di Kabupaten Lombok Timur"),
)


@pytest.mark.parametrize(("owner", "text"), DEAD)
def test_the_dead_are_a_matter_of_the_foreign_ministry_abroad_only(owner: str, text: str) -> None:
    """A country, or a word for those who are abroad, must say so."""
    assert decided(text)[0] == owner


def test_a_hearse_of_an_urban_village_belongs_to_its_district() -> None:
    """An urban village is part of the district's office."""
    assert decided("mobil jenazah kelurahan Kota Kediri rusak")[0].startswith("kec-35.71")


WORKSHOPS = (
    "bengkel las di gang kami Kota Medan berisik sampai malam",
    "bengkel motor tetangga berisik tiap malam, Kota Medan",
    "tetangga buka bengkel las sampai jam 12 malam di gang kami, Kota Medan, berisik",
    "tetangga buka bengkel sampai jam 12 malam di gang kami, Kota Medan, berisik",
    "tetangga buka bengkel las di gang, berisik, Kecamatan Medan Area Kota Medan",
    "tukang las di gang kami Kota Medan ribut sampai malam",
    "bengkel cat mobil di perumahan kami Kota Medan bising tiap hari",
)


@pytest.mark.parametrize("text", WORKSHOPS)
def test_a_noisy_workshop_among_houses_is_a_matter_of_the_city(text: str) -> None:
    """As other noise: its office for the environment, or the one for order."""
    assert decided(text)[0] in {"dlh-12.71", "satpolpp-12.71"}


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("disnaker-35", "buruh bengkel las di Kabupaten Sidoarjo kerja sampai jam 12 malam tanpa lembur"),
        ("disdik-33", "bengkel las SMKN 1 Kota Tegal alatnya rusak"),
        ("dlh-12.71", "tetangga ada pabrik tahu di gang Kota Medan, limbahnya ke got"),
    ],
)
def test_those_who_work_and_learn_in_a_workshop_keep_their_offices(owner: str, text: str) -> None:
    """Hours of work, the tools of a school."""
    assert decided(text)[0] == owner


FERRIES = (
    # Between regencies of one province (UU 23/2014 Lampiran O).
    ("dishub-73", "kapal penyeberangan antar pulau di Kabupaten Selayar kapalnya bocor, katanya milik pemprov"),
    ("dishub-73", "feri dari Bira ke Pamatata sering batal, Kabupaten Bulukumba"),
    ("dishub-73", "feri dari Kabupaten Bulukumba ke Kabupaten Kepulauan Selayar sering batal"),
    ("dishub-74", "feri dari Kota Baubau ke Kabupaten Muna penuh sesak"),
    ("dishub-81", "kapal feri milik pemprov Maluku di Kabupaten Buru rusak terus"),
    ("dishub-82", "kapal penyeberangan antar kabupaten di Maluku Utara jarang jalan, Kabupaten Halmahera Barat"),
    # Between provinces.
    ("ditjen-hubdat", "kapal feri antarprovinsi dari Kabupaten Kolaka ke Kabupaten Bone bocor"),
    ("ditjen-hubdat", "kapal penyeberangan dari Kabupaten Banyuwangi ke Kabupaten Jembrana sering batal"),
    # Ships that are no ferries.
    ("pelni", "kapal Pelni ke Kabupaten Kepulauan Selayar batal"),
)


@pytest.mark.parametrize(("owner", "text"), FERRIES)
def test_a_ferry_belongs_to_the_government_whose_regions_it_joins(owner: str, text: str) -> None:
    """The province's office for transport within a province, the directorate general between provinces."""
    assert decided(text)[0] == owner


@pytest.mark.parametrize(
    "text",
    [
        "Samsat Kabupaten Banyuwangi antriannya dari subuh, mau bayar pajak motor tahunan saja setengah hari",
        "Samsat Kabupaten Kudus antre dari subuh, mau bayar pajak",
        "mau bayar pajak motor di samsat Kota Bogor setengah hari belum selesai",
        "mau berobat di puskesmas Kabupaten Buol saja harus nunggu berjam jam",
    ],
)
def test_a_queue_since_dawn_is_a_complaint(text: str) -> None:
    """What somebody wanted ("mau bayar pajak") makes no question of it."""
    assert decided(text)[1].complaint_class == ComplaintClass.complaint


@pytest.mark.parametrize(
    "text",
    [
        "mau bayar pajak motor di samsat Kota Bogor syaratnya apa saja?",
        "jam berapa samsat Kota Kediri buka, saya mau bayar pajak",
    ],
)
def test_a_question_before_a_visit_stays_a_question(text: str) -> None:
    """Nothing went wrong yet."""
    assert decided(text)[1].complaint_class == ComplaintClass.information_request
