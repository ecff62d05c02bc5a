"""A place that a text denies is none, the word for its kind decides, and "bkn" is "bukan" unless it is the body for civil servants."""

import pytest

from router.decision import Decision
from router.facts import Facts
from router.routing import Router

ROUTER = Router.load()


def decided(text: str) -> Decision:
    """Return the decision on a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text)))


def regency(text: str) -> str | None:
    """Return the code of the regency of a text."""
    return ROUTER.reader.read(text).place.regency


DENIED = [
    ("lampu jalan mati di Kendal bukan Semarang", "33.24"),
    ("lampu jalan mati di Salatiga bukan Semarang", "33.73"),
    ("lampu jalan mati di Salatiga, bukan di Semarang", "33.73"),
    ("jalan rusak di Kab Bandung bukan Kota Bandung", "32.04"),
    ("jalan rusak di Kota Bandung bukan Kab Bandung", "32.73"),
    ("jalan rusak di Kota Tasik bukan Kab Tasik", "32.78"),
    ("bukan Kudus tapi Demak, lampu jalan mati", "33.21"),
    ("bukan yang di Kudus tapi di Demak, lampu jalan mati", "33.21"),
    ("di Demak (bukan Kudus) lampu jalan mati", "33.21"),
    ("di Demak, bukan Kudus", "33.21"),
    ("bukan Kudus atau Jepara tapi Demak, lampu jalan mati", "33.21"),
    ("bukan Ungaran Kab Semarang tapi Kendal, lampu jalan mati", "33.24"),
    ("lampu jalan mati di Kudus. Ralat: bukan di Kudus tapi di Demak", "33.21"),
    ("dudu Kudus, Demak, lampu dalan mati", "33.21"),
    ("lampu jalan mati sanes di Kudus, di Demak", "33.21"),
    ("lampu jalan mati di Demak bkn Kudus", "33.21"),
    ("di RSUD Demak bukan RSUD Kudus tidak ada obat", "33.21"),
    ("KTP saya Kendal tapi kejadiannya di Demak, lampu jalan mati", "33.21"),
    ("saya warga Kendal tapi kejadiannya di Demak, lampu jalan mati", "33.21"),
    ("KTP saya Kab Kendal, lokasinya di Kab Demak, lampu jalan mati", "33.21"),
    ("domisili saya di Kendal, lokasi kejadian di Demak, lampu jalan mati", "33.21"),
]
"""Texts that also name where it did not happen, with the code of where it did."""

INSIDE = [
    ("rumah saya di Kota Semarang kebanjiran, tepatnya di Kecamatan Tugu", "33.74"),
    ("Warga Kabupaten Kudus mengeluh jalan rusak, lokasinya di Desa Jati", "33.19"),
    ("alamat saya Kabupaten Demak, jalan rusak, tepatnya di Desa Mranggen", "33.21"),
    ("alamat saya Kabupaten Demak, jalan rusak, tepatnya di Desa Batursari", "33.21"),
    ("warga Kota Tegal keluhkan sampah, lokasinya di Kelurahan Pekauman", "33.76"),
    ("saya warga Kabupaten Kudus, lokasinya di Jl Demak, lampu jalan mati", "33.19"),
]
"""Texts that tell first where somebody is from, and then where in it it happened."""

ALSO_NAMED = [
    ("Saya bukan dari Kudus, saya orang Demak, jalan di depan pabrik Kudus rusak", "33.19"),
    ("KTP saya bukan Kota Tegal tapi Brebes, di Kota Tegal air PDAM mati", "33.76"),
    ("bukan dari Kudus, jalan rusak di Demak", "33.21"),
]
"""Texts that deny where somebody is from, with the code of where it happened."""

NOT_DENIED = [
    ("lampu jalan mati bukan hanya di Kudus", "33.19"),
    ("bukan hanya di Kudus, lampu jalan mati", "33.19"),
    ("bukan Kudus, tapi lampu jalan mati di Kudus", "33.19"),
    ("bukan main rusaknya jalan di Kudus", "33.19"),
    ("bukannya Kota Semarang yang harus memperbaiki jalan ini?", "33.74"),
    ("kenapa bukan Kota Semarang yang memperbaiki jalan ini", "33.74"),
    ("bukan Kota Semarang", "33.74"),
    ("ini bukan jalan desa, jalan rusak di Kendal", "33.24"),
    ("bukan sekali ini lampu jalan mati di Kudus", "33.19"),
    ("KTP saya Kendal mau perpanjang", "33.24"),
    ("saya warga Kendal, lampu jalan mati", "33.24"),
]
"""Texts with a denial, or with somebody's papers, that denies no place."""


@pytest.mark.parametrize(("text", "code"), DENIED)
def test_a_denied_place_is_no_place(text: str, code: str) -> None:
    """Behind "bukan", with or without the right place before it; and whose papers name one is told apart from where it happened."""
    assert regency(text) == code


@pytest.mark.parametrize(("text", "code"), INSIDE)
def test_where_somebody_is_from_counts_if_it_happened_in_it(text: str, code: str) -> None:
    """The district or village of the event then lies in the place of the papers."""
    assert regency(text) == code


@pytest.mark.parametrize(("text", "code"), ALSO_NAMED)
def test_a_place_denied_of_a_person_counts_where_it_is_named_again(text: str, code: str) -> None:
    """Only the denied mention is left aside."""
    assert regency(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("lampu mati di Jl Ahmad Yani No. 50 Kota Bandung", "32.73"),
        ("lampu mati di RT 50 Kota Semarang", "33.74"),
        ("lampu mati di Jl Melati No 50, Kota Depok", "32.76"),
        ("lampu mati di Jl Melati nomor 50 Kota Depok", "32.76"),
        ("lampu mati di Jl Melati Blok 50 Kota Bekasi", "32.75"),
        ("lampu mati di Jalan Sudirman 50 Kota Malang", "35.73"),
        ("lampu mati di KM 50 Kota Bekasi", "32.75"),
        ("lampu mati di Gg. 50 Kota Bekasi", "32.75"),
    ],
)
def test_a_house_number_before_a_city_is_no_regency(text: str, code: str) -> None:
    """Number 50 in the city of Depok is not in the regency of Lima Puluh Kota."""
    assert regency(text) == code


@pytest.mark.parametrize(
    "place",
    [
        "50 Kota",
        "Kab 50 Kota",
        "Kabupaten 50 Kota",
        "Payakumbuh 50 Kota",
        "Sarilamak 50 Kota",
        "Kabupaten Lima Puluh Kota",
    ],
)
def test_the_regency_of_fifty_cities_keeps_its_name_in_figures(place: str) -> None:
    """Alone, or behind the word for its kind or its capital."""
    assert regency(f"lampu jalan mati di {place}") == "13.07"


@pytest.mark.parametrize(("text", "code"), NOT_DENIED)
def test_bukan_that_denies_no_place_leaves_the_place(text: str, code: str) -> None:
    """An idiom, a question, another thing, and the only place of a text."""
    assert regency(text) == code


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("kab tasik", "32.06"),
        ("kab. tasik", "32.06"),
        ("kabupaten tasik", "32.06"),
        ("kota tasik", "32.78"),
        ("tasik", "32.78"),
        ("kab bdg", "32.04"),
        ("kota bdg", "32.73"),
        ("bdg", "32.73"),
        ("pemkab bdg", "32.04"),
        ("kab mlg", "35.07"),
        ("kota mlg", "35.73"),
        ("kab smg", "33.22"),
        ("kab semarng", "33.22"),
        ("kab bks", "32.16"),
        ("kota bks", "32.75"),
        ("kab tgr", "36.03"),
        ("kab crb", "32.09"),
        ("kab mgl", "33.08"),
        ("kab tasikmalya", "32.06"),
        ("kota tasikmalya", "32.78"),
        ("bupati tasik", "32.06"),
    ],
)
def test_the_word_for_the_kind_decides_also_before_a_nickname(place: str, code: str) -> None:
    """The nickname alone means the city."""
    assert regency(f"jalan rusak di {place}") == code


BUKAN = [
    ("itu bkn urusan RT, pohon tumbang di Jl Diponegoro Kota Salatiga", "bpbd-33.73"),
    ("bkn main rusaknya jalan di Kec Sayung Demak", "dpu-33.21"),
    ("kok bkn hari kerja tutup puskesmas di Kota Tegal", "dinkes-33.76"),
    ("bkn hoax pak, pungli di Samsat Kota Tegal", "inspektorat-33"),
    ("jalan rusak, bkn cuma satu lubang, di Jl Pemuda Kota Semarang", "dpu-33.74"),
    ("lampu jalan mati bkn di jalan besar tapi gang, Jl Anggrek Kota Semarang", "disperkim-33.74"),
    ("ini bkn pertama kali saya lapor, sampah menumpuk di Jl Kartini Kota Salatiga", "dlh-33.73"),
    ("saya bkn warga sini, tp air PDAM mati di Kota Tegal", "pdam-33.76"),
    ("BKN MAIN RUSAKNYA JALAN DI KEC SAYUNG DEMAK", "dpu-33.21"),
    ("bkn hoax pak, pegawai kelurahan Pekauman Kota Tegal minta uang 50 ribu untuk KTP", "inspektorat-33.76"),
    ("Bkn sekali ini lampu jalan mati di Kota Tegal", "dishub-33.76"),
]
"""Texts in which "bkn" is "bukan", with their owners."""

THE_BODY = [
    "Nip saya belum keluar dari bkn",
    "bkn tolong nip saya belum terbit",
    "BKN lambat, NIP belum terbit",
    "BKN kapan pengumuman",
    "lapor ke bkn tidak ditanggapi",
    "pertek bkn untuk kenaikan pangkat belum terbit",
    "usul pensiun sudah di bkn tiga bulan belum terbit",
    "kepala bkn tolong dibantu, pangkat saya salah",
]
"""Texts in which it is the body."""


@pytest.mark.parametrize(("text", "owner"), BUKAN)
def test_bkn_is_bukan(text: str, owner: str) -> None:
    """The body for civil servants got fallen trees."""
    assert decided(text).owner.id == owner


@pytest.mark.parametrize("text", THE_BODY)
def test_bkn_beside_a_matter_of_civil_servants_or_in_capitals_is_the_body(text: str) -> None:
    """Or behind a word such as "dari", before which nobody says "bukan"."""
    assert decided(text).owner.id == "bkn"


def test_saya_bkn_pns_denies_it() -> None:
    """What follows "saya bkn" directly is what somebody is not."""
    assert decided("saya bkn pns tapi tidak dapat bansos di Kota Tegal").owner.id == "kemensos"


@pytest.mark.parametrize(
    "text",
    [
        "anak hilang dari tadi pagi di alun alun Kota Tegal",
        "anak saya hilang sejak tadi siang di pasar Johar Semarang",
        "adik saya hilang sejak kemarin di Kota Tegal",
    ],
)
def test_a_missing_child_is_a_matter_of_the_police(text: str) -> None:
    """Wherever it was seen last."""
    assert decided(text).owner.id == "polri"


@pytest.mark.parametrize(
    "text", ["bola anak hilang, taman alun alun Kota Tegal rusak", "lampu alun alun Kota Tegal hilang"]
)
def test_a_thing_missing_in_a_park_is_a_matter_of_the_park(text: str) -> None:
    """No child is missing."""
    assert decided(text).owner.id.startswith("disperkim")


@pytest.mark.parametrize("thing", ["laptop", "paket", "buku", "sandal"])
def test_a_childs_thing_that_is_missing_is_no_missing_child(thing: str) -> None:
    """The child then tells whose thing it is."""
    assert decided(f"{thing} anak hilang di terminal Kota Tegal").owner.id != "polri"
