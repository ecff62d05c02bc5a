"""Who owns what stands beside roads, tracks and houses, and matters that two owners share by name; each with counter-examples."""

import pytest

from complaints.runtime import packaged
from router.decision import Decision
from router.facts import Facts
from router.routing import Router

ROUTER = Router.load()


def decided(text: str) -> Decision:
    """Return the decision on a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text)))


def owner_of(text: str) -> str:
    """Return the id of the agency that gets a text."""
    return decided(text).owner.id


CROSSINGS = (
    # The owner of the road keeps a level crossing safe (Permenhub 94/2018 Pasal 2 and 37).
    (
        "dishub-33.21",
        "Perlintasan sebidang di Desa Gajah Kabupaten Demak tidak ada palang pintunya, sudah 2 orang tertabrak",
    ),
    ("dishub-32.74", "Palang pintu kereta api di Kota Cirebon rusak sudah seminggu"),
    ("dishub-33.76", "penjaga perlintasan di Kota Tegal tidur"),
    ("dishub-33.11", "teteg sepur neng Kabupaten Sukoharjo ora ono sing jogo"),
    ("dishub-35.24", "jalan kampung yang nyebrang rel di Lamongan gak dijaga sama sekali, bahaya buat anak sekolah"),
    ("dishub-33", "palang pintu kereta di jalan provinsi Kabupaten Kendal gak ada penjaganya"),
    ("ditjen-hubdat", "Palang pintu kereta di jalan nasional Kabupaten Brebes rusak"),
    ("ditjen-ka", "tolong tutup perlintasan liar di Kabupaten Bekasi"),
    # Trains, tracks and stations stay with PT KAI (UU 23/2007), other barriers with theirs.
    ("kai", "kereta Argo Bromo telat 2 jam"),
    ("kai", "kereta berhenti di perlintasan lama banget bikin macet di Kota Bekasi"),
    ("kai", "rel kereta dekat rumah saya di Kabupaten Garut bengkok"),
    ("kai", "stasiun Bekasi toiletnya kotor"),
    ("rsud-32.75", "Palang pintu parkir di RSUD Kota Bekasi rusak"),
    ("dpu-33.10", "jalan di perlintasan kereta Kabupaten Klaten rusak berlubang"),
)


@pytest.mark.parametrize(("owner", "text"), CROSSINGS)
def test_a_level_crossing_is_the_matter_of_the_owner_of_its_road(owner: str, text: str) -> None:
    """Gate, guard and signals of it, by the class of the road."""
    assert owner_of(text) == owner


@pytest.mark.parametrize(
    ("asks", "text"),
    [
        ("road_class", "rel kereta dekat pasar Cicalengka gada palangnya, kemarin ada motor ketabrak"),
        ("", "perlintasan kereta api di jalan kabupaten Blora sirinenya mati"),
        ("", "palang pintu kereta di jalan provinsi Kabupaten Kendal rusak"),
        ("", "kereta Argo Bromo telat 2 jam"),
    ],
)
def test_the_class_of_the_road_at_a_level_crossing_is_asked_where_it_is_not_told(asks: str, text: str) -> None:
    """The regency has the case meanwhile."""
    assert decided(text).asks == asks


MASTS = (
    # Permits and safety of a mast are the regency's (PP 16/2021; Permendagri 18/2009).
    ("dpmptsp-34.02", "BTS tanpa izin di dekat rumah kami di Kabupaten Bantul"),
    ("dlh-32.71", "genset tower BTS bising siang malam di Kota Bogor"),
    ("dlh-81.71", "suara mesin diesel tower provider berisik tiap malam di Kota Ambon"),
    ("diskominfo-33.19", "menara telekomunikasi miring mau roboh di Kabupaten Kudus"),
    ("diskominfo-51.02", "tower telkomsel dibangun tanpa persetujuan warga di Kabupaten Tabanan"),
    ("diskominfo-33.14", "tower di belakang rumah kami di Kab. Sragen tinggi sekali kami takut ambruk"),
    # Signals and tariffs are not (UU 36/1999), nor are other towers.
    ("komdigi", "sinyal telkomsel di Kabupaten Bima jelek"),
    ("komdigi", "menara BTS di kampung kami Kabupaten Bima sudah berdiri tapi sinyal tidak ada"),
    ("komdigi", "Tarif internet Telkomsel mahal"),
    ("pln", "tower sutet PLN miring di Kabupaten Bogor"),
)


@pytest.mark.parametrize(("owner", "text"), MASTS)
def test_a_mast_is_watched_by_the_regency_and_its_signal_by_the_ministry(owner: str, text: str) -> None:
    """Also the noise of its generator, and its height."""
    assert owner_of(text) == owner


DEPOTS = (
    # Permenkes 2/2023, before Permenkes 43/2014.
    ("dinkes-32.75", "depot air minum isi ulang di Kota Bekasi airnya keruh dan bau"),
    ("dinkes-33.20", "Air galon isi ulang di depot dekat rumah kotor, anak saya diare, Kabupaten Jepara"),
    ("dinkes-52.04", "depot air galon di Kab. Sumbawa ga pernah dites lab, ada lumut"),
    ("pdam-32.75", "air minum PDAM Kota Bekasi keruh"),
    ("dpmptsp-64.72", "Surat izin usaha depot air minum di Samarinda belum terbit"),
)


@pytest.mark.parametrize(("owner", "text"), DEPOTS)
def test_a_depot_of_drinking_water_is_watched_by_the_health_office(owner: str, text: str) -> None:
    """Piped water and the depot's permit are others' matters."""
    assert owner_of(text) == owner


FRAMES = (
    "{} saya bermasalah di Kabupaten Kendal",
    "Mohon penjelasan tentang {}",
    "{} belum ada kabarnya sampai sekarang, bagaimana ini?",
    "Pelayanan {} di Kota Semarang buruk sekali",
    "Saya mau mengadu soal {}, sudah sebulan tidak ditanggapi",
)
"""Sentences in which an abbreviation and its long form must have one owner."""

APART = frozenset(("asdp", "dprd", "kdrt", "oss"))
"""Abbreviations that also are the name of an agency, or that common words of the long form outweigh."""


@pytest.mark.parametrize(
    ("short", "long"),
    [
        *packaged.document("normalizer", "abbreviations.yaml").items(),
        ("kip kuliah", "kartu indonesia pintar kuliah"),
        ("kip k", "kartu indonesia pintar kuliah"),
        ("kip", "kartu indonesia pintar"),
    ],
)
def test_an_abbreviation_and_its_long_form_have_one_owner(short: str, long: str) -> None:
    """In at least four of five sentences: in one, a common word of the long form may outweigh it."""
    owners = [(owner_of(frame.format(short)), owner_of(frame.format(long))) for frame in FRAMES]
    assert short in APART or sum(one == other for one, other in owners) >= 4, owners


def test_the_card_for_students_of_universities_is_not_that_of_pupils() -> None:
    """UU 12/2012 Pasal 76 and Permendikbud 10/2020."""
    assert {
        owner_of(f"{card} saya belum cair") for card in ("KIP Kuliah", "KIP-K", "Kartu Indonesia Pintar Kuliah")
    } == {"kemdiktisaintek"}
    assert owner_of("KIP anak SD saya belum cair") == "kemendikdasmen"


PLACES = (
    # "Kota Baru" is a regency, a district, villages and any new town.
    (None, "Jalan rusak di Kota Baru"),
    (None, "pembangunan kota baru harus memperhatikan lingkungan"),
    (None, "perumahan di kota baru itu banjir"),
    ("63.02", "jalan rusak di Kabupaten Kotabaru"),
    ("63.02", "jalan rusak di Kotabaru Kalimantan Selatan"),
    ("63.02", "jalan rusak di Pulau Laut Kotabaru"),
    ("32.15", "Jalan rusak di Kec. Kota Baru Kabupaten Karawang"),
    ("15.71", "jalan rusak di Kota Baru Jambi"),
    ("32.75", "jalan rusak di kelurahan Kotabaru Kota Bekasi"),
    ("32.17", "lampu jalan mati di Kota Baru Parahyangan"),
    # A city and the regency of the same name.
    ("35.06", "panti jompo milik kabupaten di Kediri kotor"),
    ("35.07", "panti jompo punya pemkab di Malang"),
    ("35.72", "panti milik kota di Blitar bocor"),
    ("35.71", "jalan di Kediri rusak, pemkot diam saja"),
    ("35.71", "Limbah Kota Kediri"),
    ("35.06", "Limbah Kabupaten Kediri"),
    (None, "Limbah Kota/Kabupaten Kediri"),
    (None, "limbah pabrik di Kota dan Kabupaten Malang"),
    ("35.73", "jalan di Malang rusak"),
    (None, "Bupati Kendal meresmikan jembatan di Kediri"),
)


@pytest.mark.parametrize(("regency", "text"), PLACES)
def test_a_name_of_several_places_is_settled_by_the_text_or_left_open(regency: str | None, text: str) -> None:
    """The level whose government is spoken of tells a city from its regency."""
    found = ROUTER.reader.read(text).place.regency
    assert found == regency or (regency is None and found == "33.24")


@pytest.mark.parametrize(
    "text",
    [
        "Dosen di Universitas Negeri Yogyakarta jarang masuk mengajar",
        "Dosen PTN melecehkan mahasiswi",
        "saya dosen PNS di universitas negeri, tukin belum cair",
        "AC perpustakaan kampus ITS mati",
        "lampu jalan di dalam kampus UI mati",
        "parkiran kampus UNS semrawut",
        "wifi kampus universitas negeri mati terus",
        "Ijazah saya ditahan universitas",
    ],
)
def test_a_matter_of_a_university_needs_no_regency(text: str) -> None:
    """Higher education is of the centre (UU 12/2012 Pasal 7)."""
    decision = decided(text)
    assert decision.owner.id in {"kemdiktisaintek", "itjen-dikti"}
    assert not decision.triage


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("dishub-33.72", "parkir liar depan kampus UNS di Kota Surakarta"),
        ("dpu-35.73", "jalan menuju kampus di Kota Malang berlubang"),
    ],
)
def test_the_street_outside_a_university_is_the_citys(owner: str, text: str) -> None:
    """A word of a campus alone does not move a matter."""
    assert owner_of(text) == owner


OTHERS = (
    # A queue's number alone is of no office.
    ("kemenpanrb", "Nomor antrian 0001"),
    ("ditjen-imigrasi", "nomor antrian paspor saya 0001 hilang"),
    ("bri", "ambil antrian di bank BRI lama"),
    # Night buses run in a province too (UU 23/2014 Lampiran O).
    ("dishub-35", "bus malam Jember-Banyuwangi ugal-ugalan"),
    ("dishub-35", "bus malam Jember-Banyuwangi mogok"),
    ("dishub-35", "Bus malam Jember - Banyuwangi tidak mengembalikan uang tiket"),
    ("ditjen-hubdat", "bus malam Surabaya - Denpasar ugal ugalan"),
    ("ditjen-hubdat", "bus akap Jember - Banyuwangi ngebut"),
    # A hospital without a name is none in particular.
    ("kemenpanrb", "rumah sakit umum daerah antre lama"),
    # Goods past their date that nobody eats are a matter of consumers (UU 23/2014 Lampiran DD).
    ("disdag-35", "toko bangunan di Lamongan jual semen kadaluarsa"),
    ("bpom", "roti kadaluarsa dijual minimarket di Kota Malang"),
    # Who takes money is not the warder but another prisoner.
    ("ditjen-pas", "adik saya di lapas di Lampung dimintai uang sama tahanan lain buat tempat tidur"),
    ("itjen-kemenimipas", "petugas lapas di Lampung minta uang ke tahanan"),
    # The name of the province makes an office the province's (UU 23/2014 Lampiran Q).
    (
        "diskop-16",
        "Dinas koperasi sumsel, koperasi yang cabangnya di Palembang, Prabumulih sama Lahat tidak bayar simpanan kami",
    ),
    ("kemenkop", "Koperasi Desa Merah Putih di Kabupaten Kendal"),
)


@pytest.mark.parametrize(("owner", "text"), OTHERS)
def test_a_word_that_misled_leads_no_more(owner: str, text: str) -> None:
    """Each with a sentence of the other meaning."""
    assert owner_of(text) == owner
