"""A place that a citizen names instead of another one, and what only mentions a place."""

from datetime import timedelta

import pytest

from complaints.bus.envelope import encode
from complaints.command import CommandKind
from complaints.contract import NEIGHBOURS
from complaints.crypto import Keyring
from complaints.neighbour import Closed, Opened
from complaints.values import Place, Region
from normalizer.complaint import Normaliser
from normalizer.corrections import corrected_place
from router.cases.document.joining import joined
from router.routing import Router
from tests.harness.events import complaint
from tests.harness.house import House, added, plain, said
from tests.harness.list_law import DESK, ListLaw
from tests.harness.support import NOON, message, normalised
from tests.harness.town import Town

NORMALISER = Normaliser.load()
KEYS = Keyring.from_secret(b"s" * 32)


def corrected(text: str) -> str | None:
    """Return the code of the regency that a text names instead of another one."""
    place = corrected_place(text, NORMALISER.reader.read, NORMALISER.gazetteer)
    return None if place is None else place.regency


@pytest.mark.parametrize(
    ("text", "regency"),
    [
        ("ralat: bukan di Kota Bandung tapi Kabupaten Bandung", "32.04"),
        ("maaf salah, yang benar Kabupaten Bandung", "32.04"),
        ("Ralat, Kab Bandung bukan Kota Bandung", "32.04"),
        ("ralat: lokasinya di Cimahi", "32.77"),
        ("maksud saya bukan Bogor tapi Depok", "32.76"),
        ("bukan di Semarang tapi di Salatiga pak", "33.73"),
        ("yang benar Jalan Merdeka Kota Bandung", "32.73"),
        ("koreksi: yang benar jl diponegoro kota salatiga", "33.73"),
        ("typo, kec sukolilo kota surabaya", "35.78"),
        ("maaf salah, harusnya Kabupaten Bandung", "32.04"),
        ("salah kota pak, Kota Tangerang Selatan", "36.74"),
        ("bukan Kota Bandung pak, Kabupaten Bandung", "32.04"),
        ("bukan kota bandung pak kabupaten bandung", "32.04"),
        ("maaf pak lokasinya bukan Kota Bandung, Kab. Bandung ya", "32.04"),
        ("bukan di Bandung kota, di Bandung kabupaten", "32.04"),
        ("maksud saya Kab. Bandung", "32.04"),
        ("Kabupaten Bandung maksudnya pak", "32.04"),
        ("eh salah, di Bogor kabupaten", "32.01"),
        ("eh salah pak, bukan Bogor kota, Bogor kabupaten", "32.01"),
        ("bukan Bogor kota tapi kabupaten", "32.01"),
        ("ralat: Kota Cimahi", "32.77"),
        ("jalannya bukan di Kota Bandung tapi di Kabupaten Bandung", "32.04"),
    ],
)
def test_a_clear_correction_names_the_regency(text: str, regency: str) -> None:
    """After a word such as "ralat", or with both places, also with nothing but a pause or "pak" between them."""
    assert corrected(text) == regency


@pytest.mark.parametrize(
    ("text", "former", "regency"),
    [
        ("kabupaten maksudnya pak, bukan kota", "32.73", "32.04"),
        ("bukan kota pak, kabupaten", "32.73", "32.04"),
        ("maksud saya kabupatennya", "32.71.01", "32.01"),
        ("ralat: kota", "32.01", "32.71"),
        ("maksud saya kabupaten", "32.77", None),
        ("maksud saya kabupaten", None, None),
        ("maksud saya kabupaten", "32", None),
    ],
)
def test_the_word_for_its_kind_alone_is_of_the_place_before(text: str, former: str | None, regency: str | None) -> None:
    """Of a name that a city and a regency share; of another one it is nothing."""
    place = corrected_place(text, NORMALISER.reader.read, NORMALISER.gazetteer, former=former)
    assert (None if place is None else place.regency) == regency


@pytest.mark.parametrize(
    ("text", "regency"),
    [
        ("Kab Semarang pak", "33.22"),
        ("kab semarang min, bukan kota", "33.22"),
        ("Kabupaten Semarang ya pak", "33.22"),
        ("Semarang kabupaten pak", "33.22"),
        ("oh ya itu di kab semarang", "33.22"),
        ("lokasi kab semarang", "33.22"),
        ("Kota Semarang pak", None),
        ("Semarang", None),
        ("Kab Kendal pak", None),
        ("bupati kab semarang kemarin lewat", None),
        ("sama seperti di kab semarang", None),
    ],
)
def test_the_namesake_alone_is_instead_of_the_city_before(text: str, regency: str | None) -> None:
    """Any other place alone may be beside it."""
    place = corrected_place(text, NORMALISER.reader.read, NORMALISER.gazetteer, former="33.74")
    assert (place.regency if place else None) == regency


@pytest.mark.parametrize(
    ("text", "regency"),
    [
        ("Kendal bukan Semarang", "33.24"),
        ("lokasinya Kendal, bukan Semarang", "33.24"),
        ("Jalan Pemuda Kabupaten Kendal ya, bukan Semarang", "33.24"),
        ("kabupaten semarang bukan kota semarang", "33.22"),
        ("ini masuk Kabupaten Kendal pak", "33.24"),
        ("ternyata masuk wilayah Kabupaten Semarang", "33.22"),
        ("kata pak RT masuk Kabupaten Demak", "33.21"),
        ("Demak pak, salah ketik tadi", "33.21"),
        ("Demak min, salah ketik", "33.21"),
        ("Demak, typo", "33.21"),
        ("eh Demak ding", "33.21"),
        ("ganti lokasi ke Kabupaten Demak", "33.21"),
        ("tolong diubah ke Kabupaten Demak", "33.21"),
        ("aduh keliru pak, Kendal", "33.24"),
        ("keliru, mestine Kendal", "33.24"),
        ("lepat pak, Kendal", "33.24"),
        ("maaf lokasi salah, Kec Sayung Demak", "33.21"),
        ("alamat yang benar Jl Pemuda Kendal", "33.24"),
        ("*Kendal", "33.24"),
        ("* Kab Kendal", "33.24"),
        ("sorry Demak", "33.21"),
        ("eh Kendal", "33.24"),
        ("bukan Kota Semarang. Kabupaten Semarang.", "33.22"),
        ("Bukan kota Semarang - Kabupaten Semarang", "33.22"),
        ("bukan kota semarang lho, kabupaten semarang", "33.22"),
        ("bukan Kab. Semarang tapi Kota Salatiga", "33.73"),
        ("Bukan di Semarang, tapi Ungaran", "33.22"),
        ("koreksi lokasi: Ungaran", "33.22"),
        ("ralat. Ungaran Kab Semarang", "33.22"),
        ("ralat, Jl Pemuda Ungaran Kab Semarang", "33.22"),
        ("salah, Kabupaten maksudnya", "33.22"),
        ("kab pak", "33.22"),
        ("bkn Kota Semarang tp Kab Semarang", "33.22"),
        ("bknnya di Kota Semarang tp di Kab Semarang", "33.22"),
        ("bkn kota pak tp kab", "33.22"),
        ("mboten Kota Semarang pak, Kabupaten Semarang", "33.22"),
        ("dudu Kota Semarang nanging Kabupaten Semarang", "33.22"),
        ("sanes di Kota Semarang, di Kabupaten Semarang", "33.22"),
    ],
)
def test_a_correction_is_read_in_the_words_that_people_use(text: str, regency: str) -> None:
    """The place first, "masuk", a slip that is owned up to, a star, a full stop between both, short forms, Javanese and Sundanese."""
    place = corrected_place(text, NORMALISER.reader.read, NORMALISER.gazetteer, former="33.74")
    assert (place.regency if place else None) == regency


@pytest.mark.parametrize(
    "text",
    [
        "Tangsel pak",
        "Kendal",
        "di Kendal",
        "Jl Pemuda Kendal",
        "itu wewenang Kabupaten Demak bukan Kota Semarang",
        "masuk kewenangan Kabupaten Kendal",
        "ini termasuk jalan Kabupaten Kendal",
        "Kabupaten Kendal yang tanggung jawab, bukan Kota Semarang",
        "KTP saya Kendal bukan Semarang",
        "saya warga Kendal bukan Semarang",
        "domisili Kendal bukan Semarang",
        "saya orang Kendal bukan Semarang",
        "truk dari Kendal bukan Semarang",
        "Kendal lebih bagus bukan Semarang",
        "kenapa Kendal bukan Semarang",
        "maaf Demak juga",
        "sorry pak saya lagi di Demak",
        "* lampunya sudah hidup",
        "ternyata Kota Demak juga rusak",
        "petugasnya ternyata dari Kabupaten Demak",
        "tolong perbaiki jalan ke Kabupaten Demak",
        "tolong diperbaiki di Kabupaten Demak",
        "mobil masuk Kota Semarang macet",
        "bukan di Semarang saja tapi Demak",
        "bkn hanya di Kota Semarang, Kabupaten Semarang juga",
        "BKN Kota Semarang",
        "mboten wonten banyu",
        "Jawa Barat bukan Jawa Tengah",
    ],
)
def test_a_place_beside_other_words_corrects_nothing(text: str) -> None:
    """A place alone, whose task it is, where somebody is from, a comparison, a question, a second place."""
    assert corrected_place(text, NORMALISER.reader.read, NORMALISER.gazetteer, former="33.74") is None


@pytest.mark.parametrize(
    "text", ["Kendal bukan Semarang", "ini masuk Kabupaten Kendal pak", "alamat yang benar Jl Pemuda Kendal"]
)
def test_a_correction_in_ordinary_words_makes_no_second_case(town: Town, text: str) -> None:
    """It moves the one that was just told."""
    town.wait(minutes=5)
    town.say(text)
    assert owner(town).endswith("33.24")


@pytest.mark.parametrize(
    "text",
    [
        "di Kabupaten Bandung juga begitu",
        "Kabupaten Bandung",
        "ralat, jl sriwijaya",
        "yang benar Jalan Merdeka Bandung",  # a city or the regency around it
        "yang benar di Sukabumi",
        "bukan urusan Kota Bandung tapi Kabupaten Bandung",
        "saya bukan warga Kota Bandung tapi Kabupaten Bandung",
        "bukan lampu tapi jalan di depan Terminal Kota Bogor",
        "ralat, lampunya sudah hidup, saya sekarang di Surabaya",
        "salah satu warga Kota Bogor",
        "maksud saya Kota Surabaya bisa, kenapa di sini tidak",
        "bukan di Kota Bandung saja tapi di Kota Cimahi pun begitu",
        "bukan Kota Bandung tetapi Kabupaten Bandung yang bertanggung jawab",
        "ini salah Kota Bogor",
        "seharusnya Kota Surabaya bisa jadi contoh",
        "kerja yang benar Kota Bogor",
        "harusnya seperti di Kota Surabaya",
        "pemkot surabaya saja bisa, bukan seperti kota bandung",
        "ralat " + "jalan rusak " * 20 + "Kota Bogor",
        "di Kota Bandung bagus, di sini tidak",
        "bukan Kota Bandung, Kabupaten Bandung yang bagus",
        "kenapa bukan Kota Bandung, Kabupaten Bandung",
        "bantuan turun bukan di Kota Bandung tapi di Kabupaten Bandung",
        "teman saya bukan di Kota Bandung, di Kabupaten Bandung",
        "bukan main pak, Kota Bandung",
        "bukan lampu pak, Kota Bandung",
        "maksud saya seperti di Kota Bandung",
        "pemkotnya bukan main, Kota Bandung",
        "maksudnya apa pak",
        "",
    ],
)
def test_a_mention_of_another_place_corrects_nothing(text: str) -> None:
    """Whose task it is, where somebody is from, a comparison, a name of two regencies, another thing."""
    assert corrected(text) is None


@pytest.fixture
def town() -> Town:
    """A town in which a hole in Kota Bandung was reported."""
    made = Town(KEYS, Router.load(), NORMALISER)
    made.say("Jalan berlubang di depan pasar di Kota Bandung")
    assert owner(made).endswith("32.73")
    return made


def owner(town: Town) -> str:
    """Return the id of the owner of the only case."""
    (complaint,) = town.complaints
    return town.case(complaint.tracking_code).owner.id


RALAT = "ralat: bukan di Kota Bandung tapi Kabupaten Bandung"


def test_a_correction_of_the_regency_moves_the_case(town: Town) -> None:
    """It stayed with the city: the first regency was kept. A later mention of the old place moves it no more."""
    town.wait(minutes=5)
    town.say(RALAT)
    assert owner(town).endswith("32.04")
    case = town.case(town.complaints[0].tracking_code)
    assert case.complaint.place.regency is not None
    assert case.complaint.place.regency.code == "32.04"
    town.say("ralat: kedalamannya setengah meter")
    assert owner(town).endswith("32.04")
    closed, opened = town.events(NEIGHBOURS, Closed), town.events(NEIGHBOURS, Opened)
    assert ([one.regency for one in closed], [one.regency for one in opened]) == (["32.73"], ["32.73", "32.04"])


@pytest.mark.parametrize("text", ["di Kota Bandung, dekat Kabupaten Bandung", "lubangnya makin besar"])
def test_an_addition_that_corrects_nothing_keeps_the_regency(town: Town, text: str) -> None:
    """A mere mention of another place moves nothing."""
    town.say(f"{town.complaints[0].tracking_code} {text}")
    assert owner(town).endswith("32.73")


def test_whom_a_person_gave_the_case_keeps_it_after_a_correction(town: Town) -> None:
    """The officer reads it."""
    accepted = said(CommandKind.accept, town.complaints[0], owner(town))
    town.take(encode(accepted, source="/tests"))
    town.say(RALAT)
    assert owner(town).endswith("32.73")
    assert len(town.case(town.complaints[0].tracking_code).complaint.additions) == 1


@pytest.mark.parametrize("text", ["maksud saya Kab. Bandung", "bukan Kota Bandung pak, Kabupaten Bandung", RALAT])
@pytest.mark.parametrize("is_given", [False, True])
def test_a_correction_in_an_answered_case_opens_it_again_and_moves_it(town: Town, text: str, *, is_given: bool) -> None:
    """The answer was that of another regency. Whom a person gave the case keeps it, open and with the right place."""
    (complaint,) = town.complaints
    city = owner(town)
    if is_given:
        town.take(encode(said(CommandKind.accept, complaint, city), source="/tests"))
    town.take(encode(said(CommandKind.answer, complaint, city, "Itu bukan jalan kami."), source="/tests"))
    town.wait(minutes=5)
    town.say(text)
    case = town.case(complaint.tracking_code)
    assert case.state == "dibuka kembali"
    assert case.complaint.place.regency is not None
    assert case.complaint.place.regency.code == "32.04"
    assert case.owner.id == (city if is_given else city.replace("32.73", "32.04"))
    assert ("Kabupaten Bandung" in town.texts[-1]) != is_given


@pytest.mark.parametrize("text", ["di Kota Bandung bagus, di sini tidak", "ralat, Kota Bandung", "terima kasih pak"])
def test_what_corrects_no_regency_moves_no_answered_case(town: Town, text: str) -> None:
    """A comparison, the same place, thanks."""
    (complaint,) = town.complaints
    town.take(encode(said(CommandKind.answer, complaint, owner(town), "Sudah."), source="/tests"))
    town.wait(minutes=5)
    town.say(text)
    assert town.case(complaint.tracking_code).owner.id.endswith("32.73")


@pytest.mark.parametrize(
    ("text", "regency"), [(RALAT, "32.04"), ("di Kabupaten Bandung juga", "32.73"), ("ralat, Kota Bandung", "32.73")]
)
@pytest.mark.parametrize("is_known", [True, False])
def test_the_channel_and_the_case_replace_the_same_place(text: str, regency: str, *, is_known: bool) -> None:
    """Whether the channel has the complaint or not."""
    before = normalised(message("Jalan berlubang di depan pasar di Kota Bandung"), KEYS)
    found = NORMALISER.complete(before if is_known else None, message(text, upstream_id="2"), region="32.73")
    if found.complaint is not None:
        assert found.complaint.place.regency is not None
        assert found.complaint.place.regency.code == regency
    case = joined(plain(before), plain(found.addition), plain(found.reading))
    assert case["place"]["regency"]["code"] == regency
    assert bool(found.reading.corrects) == ("ralat" in text)


def test_whoever_has_only_the_code_moves_no_case_to_another_regency(town: Town) -> None:
    """On the page of a case anybody with the code can add to it: officers have the code, too."""
    (complaint,) = town.complaints
    town.say(RALAT, channel="web", sender="", about=complaint.tracking_code, upstream_id="page")
    assert owner(town).endswith("32.73")
    assert len(town.case(complaint.tracking_code).complaint.additions) == 1


def test_a_main_case_keeps_its_regency() -> None:
    """A hole in Bandung would go to Cimahi with the words of one of the fifty who reported it: a person takes cases apart."""
    bandung = Place(regency=Region(code="32.73", name="Kota Bandung"))
    first, second = (complaint(n, place=bandung, received_at=NOON + timedelta(hours=n)) for n in (1, 2))
    house = House(law=ListLaw())
    house.take(first)
    house.take(second)
    house.take(said(CommandKind.merge, second, DESK, "sama", other=first.tracking_code))
    house.deliver()
    before = house.case(first.tracking_code)
    other = Place(regency=Region(code="32.77", name="Kota Cimahi"))
    house.take(added(first, "ralat: Kota Cimahi", place=other, corrects=True))
    after = house.case(first.tracking_code)
    assert len(after.complaint.additions) == 1
    assert (after.state, after.complaint.place, after.owner) == (before.state, before.complaint.place, before.owner)
