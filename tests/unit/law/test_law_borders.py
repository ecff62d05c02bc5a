"""Matters whose owner depends on the ground that a thing stands on, on a border, on a missing place, or on whether a text praises."""

from collections import defaultdict

import pytest

from normalizer.places.gazetteer import Gazetteer
from router.decision import Decision
from router.facts import Facts
from router.routing import Router

ROUTER = Router.load()


def decided(text: str) -> Decision:
    """Return the decision on a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text)))


def first_three(decision: Decision) -> list[str]:
    """Return the ids of the owner and of the next candidates, three in all."""
    return [decision.owner.id, *(one.agency.id for one in decision.ranked if one.agency is not decision.owner)][:3]


TREES = (
    # The owner, and who else must be among the first three.
    ("dpu-33", "disperkim-33.06", "Pohon besar di tepi jalan provinsi di Kabupaten Purworejo rawan roboh"),
    ("dpu-33", "bpbd-33.15", "Pohon tumbang menutup jalan provinsi di Kabupaten Grobogan"),
    ("dpu-33", "disperkim-33.16", "Wit asem gedhe pinggir dalan provinsi arep ambruk, Kabupaten Blora"),
    ("ditjen-bina-marga", "disperkim-33.29", "Pohon mati di pinggir jalan nasional Kabupaten Brebes rawan tumbang"),
    ("ditjen-bina-marga", "disperkim-72.08", "Batang pohon melintang di jalan trans Sulawesi Kabupaten Parigi Moutong"),
    ("disperkim-33.08", "dpu-33", "Tolong pangkas pohon di jalan provinsi, Kecamatan Muntilan Kabupaten Magelang"),
)


@pytest.mark.parametrize(("owner", "beside", "text"), TREES)
def test_a_tree_on_the_ground_of_a_road_is_its_owners_and_pruning_the_regencys(
    owner: str, beside: str, text: str
) -> None:
    """PP 34/2006 Pasal 50: the road's authority plants and keeps its trees; regencies prune them in practice. Neither is sure."""
    decision = decided(text)
    assert decision.owner.id == owner
    assert beside in first_three(decision)
    assert decision.confidence <= ROUTER.rules.undecided


@pytest.mark.parametrize(
    "text",
    [
        "Pohon mati di jalan raya Wates Kulon Progo rawan roboh",
        "Dahan pohon menjuntai menutupi rambu di jalan raya Bogor Cibinong",
    ],
)
def test_the_class_of_the_road_is_asked_for_where_a_tree_depends_on_it(text: str) -> None:
    """A main road may be of any class; the answer moves the case."""
    decision = decided(text)
    assert decision.asks == "road_class"
    assert decision.confidence <= ROUTER.rules.undecided
    reading = ROUTER.reader.read(text)
    reading.groups = {**reading.groups, "national_road": []}
    assert ROUTER.decide(Facts(reading)).owner.id == "ditjen-bina-marga"


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("disperkim-33.74", "Pohon trembesi di depan rumah Jalan Mawar Kota Semarang rawan tumbang"),
        ("disperkim-33.24", "Taman kota Kendal rumputnya tinggi, ayunan patah, Kabupaten Kendal"),
        ("bpbd-33.12", "Pohon tumbang menutup jalan desa di Kabupaten Wonogiri"),
        ("bpbd-33.25", "pohon tumbang menimpa rumah warga di pinggir jalan nasional Kabupaten Batang, ada korban"),
        ("bpbd-33.19", "pohon tumbang menimpa warung di tepi jalan provinsi Kabupaten Kudus, tolong evakuasi"),
        ("bpbd-33.15", "pohon tumbang menimpa mobil di jalan provinsi Kabupaten Grobogan"),
        ("disperkim-33.19", "reklame dipaku di pohon pinggir jalan provinsi Kudus"),
        ("disperkim-33.76", "orang kencing di bawah pohon pinggir jalan provinsi Kota Tegal"),
        ("bpbd-32.02", "Pohon tumbang menimpa rumah warga di Kec. Cisolok Kabupaten Sukabumi"),
        ("dpu-82", "Longsor tutup badan jalan provinsi di Kabupaten Halmahera Selatan, jalan rusak, ada pohon tumbang"),
    ],
)
def test_other_trees_and_parks_keep_their_owner(owner: str, text: str) -> None:
    """A tree in town, a park, a tree that hit something, what is done at a tree, and a road that is broken."""
    assert decided(text).owner.id == owner


@pytest.mark.parametrize(
    "text",
    [
        "atap sekolah bocor",
        "sekolah kami SD atapnya bocor sudah lama",
        "KTP saya sudah rekam dua tahun tidak jadi, petugas jutek",
        "KTP saya belum jadi",
        "E-KTP saya sudah 6 bulan belum dicetak di kecamatan",
        "akta kelahiran anak belum terbit",
        "KTP saya kapan jadi? sudah rekam di kecamatan",
        "Kenapa akta kelahiran anak saya belum jadi?",
        "guru SD kami jarang masuk kelas",
        "plafon SMP anak saya ambrol kemarin",
        "lampu jalan depan rumah mati",
        "puskesmas kami tidak ada dokter",
    ],
)
def test_a_complaint_without_its_place_is_not_sure_of_a_national_body(text: str) -> None:
    """While the place that decides the owner is asked for, the probability is at most `unplaced`."""
    assert "place" in ROUTER.reader.read(text).missing
    assert decided(text).confidence <= ROUTER.rules.unplaced


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("ditjen-dukcapil", "Bagaimana cara mengurus KTP yang hilang?"),
        ("kemendikdasmen", "Bagaimana syarat pindah sekolah dasar antarprovinsi?"),
    ],
)
def test_a_question_for_a_national_rule_needs_no_place_and_stays_sure(owner: str, text: str) -> None:
    """Who sets a rule answers for it everywhere."""
    decision = decided(text)
    assert decision.owner.id == owner
    assert decision.confidence > ROUTER.rules.unplaced


SHARED = (
    ("dlh-52", "TPA dipakai bersama kabupaten dan kota Bima, baunya menyengat sampai rumah warga"),
    ("dlh-33", "Sampah dari Kabupaten Klaten dan Sukoharjo dibuang ke TPA di Klaten, bau"),
    ("dlh-32", "Sampah dari Kota Cirebon dan Kabupaten Cirebon dibuang di TPA, sudah gunung"),
    ("dlh-33", "Sampah kiriman di perbatasan dua kabupaten, Kendal dan Kota Semarang saling lempar"),
    ("dlh-14", "TPA dipakai dua kabupaten, Rokan Hulu dan Kampar, airnya mencemari sungai"),
    ("diskop-14", "Koperasi yang anggotanya di dua kabupaten di Riau tidak mau mengembalikan simpanan"),
    ("diskop-34", "Koperasi simpan pinjam anggotanya dari Kabupaten Sleman dan Bantul, pengurusnya kabur"),
    ("diskop-33", "Koperasi anggotanya dari Kabupaten Brebes dan Kabupaten Tegal, simpanan tidak bisa diambil"),
    ("kemenkop", "Koperasi di Kota Depok dan Kabupaten Tangerang gagal bayar simpanan anggota"),
    ("dpu-33", "Irigasi yang mengairi sawah Kabupaten Klaten dan Sukoharjo pintunya jebol"),
    ("dlh-33", "Limbah pabrik tekstil ngalir dari Karanganyar sampai Sragen, kali jadi hitam"),
    # One regency has it.
    ("diskop-34.04", "Koperasi saya di Sleman uang simpanan tidak bisa ditarik"),
    ("dlh-35.07", "TPA Talangagung Kabupaten Malang penuh, sampah longsor"),
)


@pytest.mark.parametrize(("owner", "text"), SHARED)
def test_waste_and_cooperatives_of_two_regencies_are_the_provinces(owner: str, text: str) -> None:
    """UU 18/2008 Pasal 8; UU 23/2014 Lampiran C and Q. Of two provinces, a cooperative is the ministry's."""
    assert decided(text).owner.id == owner


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("dishub-76", "bus di terminal tipe A Mamuju tujuan Majene tarifnya naik"),
        ("dishub-32", "bus di terminal Bekasi tujuan Majalengka tarifnya naik"),
        ("dishub-33", "mobil penumpang terminal Kebumen jurusan Purworejo ngetem lama"),
        ("dishub-53", "Mikrolet jurusan Kupang-Soe muat penumpang sampai di atap"),
        # The terminal itself is its owner's.
        ("ditjen-hubdat", "Terminal tipe A Mamuju toiletnya bau"),
        ("ditjen-hubdat", "Terminal Arjosari Malang toiletnya bau pesing"),
        ("ditjen-hubdat", "bus di terminal Bekasi tujuan Palembang tarifnya naik"),
    ],
)
def test_a_ride_inside_a_province_is_the_provinces_from_any_terminal(owner: str, text: str) -> None:
    """UU 23/2014 Lampiran O: the terminal of type A is the centre's, the transport between towns of a province the province's."""
    assert decided(text).owner.id == owner


PRAISE = (
    "Terima kasih pak kepala desa Sukamaju Kabupaten Garut, dana desa dipakai membangun jalan, jalannya bagus",
    "Apresiasi untuk Kades Sukamaju Garut yang transparan mengelola dana desa",
    "Terima kasih Dukcapil Garut, urus KTP cepat tanpa pungli",
    "Salut buat pak lurah Tembalang Semarang, anggaran kelurahan terbuka, tidak ada korupsi",
    "Terima kasih pak walikota Surabaya, oknum juru parkir yang pungli sudah ditertibkan",
    "Matur nuwun pak kades, BLT dana desa sampun dibagi rata, Kabupaten Klaten",
    "Bagus sekali kepala dinas PU Sleman, proyek jalan tidak ada mark up",
)
ACCUSATIONS = (
    "Terima kasih sebelumnya. Kades Sukamaju Kab Garut memotong BLT 100 ribu tiap orang",
    "Mohon maaf dan terima kasih, tolong periksa kepala desa kami di Kab Lebak, dana desa dipakai beli mobil",
    "Mantap sekali kades kami, dana desa buat beli mobil pribadi, Kecamatan Juwana Pati",
    "Hebat pak kades, dana desa tidak transparan dan dikorupsi, Kabupaten Garut",
    "Terima kasih pak kades Garut, dana desa dipakai bangun jalan tapi diduga dikorupsi separuhnya",
    "Terima kasih sudah menindak kades yang korupsi dana desa di Kabupaten Bone",
    "Kades di Kabupaten Garut korupsi dana desa. Terima kasih pak",
)


@pytest.mark.parametrize("text", PRAISE)
def test_praise_of_an_official_is_no_abuse_of_office(text: str) -> None:
    """Who thanks, denies each deed and sets nothing against the praise accuses nobody."""
    assert not ROUTER.reader.read(text).oversight
    assert not decided(text).owner.id.startswith("inspektorat")


@pytest.mark.parametrize("text", ACCUSATIONS)
def test_polite_and_ironic_words_do_not_hide_an_accusation(text: str) -> None:
    """Thanks at the end or for being read, praise with a deed that is not denied, and praise with a "but"."""
    assert ROUTER.reader.read(text).oversight


@pytest.mark.parametrize(
    ("offices", "text"),
    [
        ("dlh-14.05", "Perusahaan sawit membakar lahan di Kabupaten Pelalawan, asap tebal"),
        ("dlh-61.04,klh", "PT membakar hutan untuk buka lahan di Kabupaten Ketapang"),
        ("dlh-16.02,klh", "Perusahaan HTI di Ogan Komering Ilir diduga sengaja membakar gambut"),
        ("dlh-14.72,klh", "kebon sawit PT sebelah kampung dibakar tiap kemarau, asapnya sampai Dumai"),
        ("dlh-12.16,klh", "hutan lindung di Kabupaten Humbang Hasundutan dibakar orang"),
    ],
)
def test_the_environment_office_is_among_the_first_three_where_land_is_burnt(offices: str, text: str) -> None:
    """UU 32/2009 Pasal 69 forbids it, and who supervises the environment enforces that (Pasal 71)."""
    assert set(first_three(decided(text))) & set(offices.split(","))


def _regencies() -> list[tuple[str, str, str]]:
    """Return the code, the name without its level, and the province's name of each regency and city outside Jakarta."""
    gazetteer = Gazetteer.load()
    found = []
    for code, name in gazetteer.regencies():
        if not code.startswith("31"):
            found.append((code, name.split(" ", 1)[1], gazetteer.name(code[:2])))
    return found


@pytest.mark.parametrize("form", ["jalan rusak di {name}, {province}", "jalan rusak di {name} provinsi {province}"])
def test_each_regency_is_found_by_its_short_name_beside_its_province(form: str) -> None:
    """Also those whose name is an everyday word or another place ("kaur bengkulu"). A city and its regency of one name may stay open."""
    twins = defaultdict(set)
    for code, name, province in _regencies():
        twins[name, province].add(code)
    missed = []
    for name, province in twins:
        found = ROUTER.reader.read(form.format(name=name, province=province).lower()).place.regency
        if found not in twins[name, province] and not (found is None and len(twins[name, province]) > 1):
            missed.append((name, province, found))
    assert missed == [("Yogyakarta", "Daerah Istimewa Yogyakarta", None)]  # the city's name is that of the province


@pytest.mark.parametrize(
    ("regency", "text"),
    [
        (None, "harga batu bara Sumatera Utara naik terus"),
        ("35.05", "tambang batu Jawa Timur merusak jalan di Kabupaten Blitar"),
        ("51.08", "lampu mati di desa Banjar Jawa Buleleng Bali"),
        ("13.07", "banjir di Lima Puluh Kota Sumatera Barat"),
        ("33.22", "jalan raya Ungaran Semarang berlubang"),
        ("32.16", "jalan raya Cikarang Bekasi berlubang"),
        ("32.09", "dana desa dipakai memperbaiki jalan, Kabupaten Cirebon"),
        ("34.01", "pohon mati di jalan raya Wates Kulon Progo"),
    ],
)
def test_goods_villages_and_streets_do_not_take_the_place_of_a_regency(regency: str | None, text: str) -> None:
    """Goods need a word of place, and a street named by its town and regency lies there."""
    assert ROUTER.reader.read(text).place.regency == regency


@pytest.mark.parametrize(
    ("regency", "text"),
    [
        ("32.76", "saya asal pati jawa tengah, jalan rusak di Kota Depok"),
        ("33.74", "jalan rusak di Kota Semarang, kontraktor dari batang jawa tengah"),
        ("63.71", "suku banjar kalimantan selatan, jalan rusak di Kota Banjarmasin"),
        ("61.71", "sate landak kalimantan barat di Kota Pontianak"),
        (None, "harga tepung pati jawa tengah naik"),
        ("33.18", "jalan rusak di pati jawa tengah"),
    ],
)
def test_an_everyday_name_beside_its_province_counts_like_any_bare_name(regency: str | None, text: str) -> None:
    """A city named with its level is stronger, and after "asal", "dari" and "suku" it tells where somebody comes from."""
    assert ROUTER.reader.read(text).place.regency == regency


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("dlh-34.02", "Truk dari Kabupaten Sleman buang sampah di sungai Desa Panggungharjo Kabupaten Bantul"),
        ("dlh-34.02", "saya tinggal di Kabupaten Sleman, sampah menumpuk di pasar Kabupaten Bantul"),
        ("dlh-34.02", "sampah menumpuk di pasar Kabupaten Bantul, saya tinggal di Kabupaten Sleman"),
        ("dlh-34.04", "saya tinggal di Kabupaten Sleman, sampah menumpuk di depan rumah"),
        # What flows over the border is the province's.
        ("dlh-34", "Limbah dari Kabupaten Sleman mengalir ke Kabupaten Bantul, sungai hitam"),
        ("dlh-14", "sungai tercemar limbah dari Kabupaten Siak sampai Kabupaten Bengkalis"),
    ],
)
def test_where_waste_lies_decides_and_not_where_somebody_lives_or_comes_from(owner: str, text: str) -> None:
    """UU 23/2014 Pasal 13: a regency's matter is one whose place and effect lie in it."""
    assert decided(text).owner.id == owner
