"""A landmark says where something is and is no matter of its own; a river's town is no place; a plate makes no tax a police matter."""

import pytest

from router.decision import Decision
from router.facts import Facts
from router.routing import Router
from router.within import House, choose

ROUTER = Router.load()


def decided(text: str) -> Decision:
    """Return the decision on a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text)))


LANDMARKS = (
    ("dpu-32", "jalan provinsi di Garut depan pasar hancur udah 2 thn"),
    ("dpu-32.03", "jalan depan pasar rusak di Kabupaten Cianjur"),
    ("dpu-32.05", "jalan menuju pasar rusak parah di kabupaten Garut"),
    ("dpu-32.05", "jalan depan bank bri rusak di kabupaten Garut"),
    ("dpu-33.28", "jalan kabupaten dekat toko ancur di Kabupaten Tegal"),
    ("dlh-33.76", "depan pasar sampah numpuk kota Tegal"),
    ("dpu-35.73", "got depan hotel indah mampet di kota malang"),
    ("dlh-33.76", "sampah numpuk depan kantor pos kota Tegal"),
    ("dishub-33.76", "lampu jalan depan toko emas mati di kota Tegal"),
    ("dpu-33.76", "jalan rusak parah dekat simpang lampu merah di kota Tegal"),
    ("dishub-33.76", "depan pasar lampu jalan mati, kota Tegal"),
)


@pytest.mark.parametrize(("agency", "text"), LANDMARKS, ids=[text for _, text in LANDMARKS])
def test_a_landmark_tells_the_place_and_what_is_behind_it_is_complained_of(agency: str, text: str) -> None:
    """UU 38/2004 Pasal 15 and 16: the road in front of a market is a road."""
    assert decided(text).owner.id == agency


def test_a_road_in_front_of_a_market_is_asked_for_its_place() -> None:
    """Without a place it waits at the desk, which asks for the place and not for the matter."""
    text = "jalan provinsi depan pasar hancur udah 2 thn ga diapa2in"
    reading = ROUTER.reader.read(text)
    assert "place" in reading.missing
    assert reading.subjects[0].id == "road-damage"


LAMPS = (
    ("ditjen-hubdat", "lampu jembatan suramadu mati separo, medeni nek bengi"),
    ("ditjen-hubdat", "lampu di jembatan suramadu mati"),
    ("ditjen-hubdat", "lampu jembatan ampera padam semua"),
    ("ditjen-bina-marga", "jembatan suramadu berlubang"),
)


@pytest.mark.parametrize(("agency", "text"), LAMPS, ids=[text for _, text in LAMPS])
def test_the_lamps_of_a_national_bridge_are_the_centres(agency: str, text: str) -> None:
    """UU 22/2009 Pasal 26 ayat (1) huruf a."""
    assert decided(text).owner.id == agency


TAXES = (
    ("bapenda-64", "pajak motor sy plat KT udah lunas taun kmrn tp di aplikasi msh muncul denda, balikpapan"),
    ("bapenda-32", "pajak mobil plat B udah dibayar kok masih nunggak, saya di depok"),
    ("bapenda-34", "bayar pajak motor plat AB di jogja kena denda padahal belum telat"),
    ("polri", "plat nomor saya hilang di kota depok"),
    ("polri", "sudah bayar pajak 5 tahunan tapi plat belum jadi di samsat garut"),
    ("polri", "pajak sudah saya bayar di samsat kota medan, ctk plat disuruh bayar lagi"),
)


@pytest.mark.parametrize(("agency", "text"), TAXES, ids=[text for _, text in TAXES])
def test_the_letters_of_a_plate_leave_the_tax_with_the_province(agency: str, text: str) -> None:
    """UU 1/2022 Pasal 4 ayat (1); the plate itself is registration (UU 22/2009 Pasal 64)."""
    assert decided(text).owner.id == agency


RIVERS = (
    ("35.21", "bengawan solo di ngawi banjir"),
    ("35.24", "bengawan solo di lamongan meluap"),
    ("35.22", "tanggul bengawan solo di bojonegoro jebol, omah kebanjiran"),
    ("33.72", "bengawan solo meluap di kota solo"),
    (None, "bengawan solo meluap"),
    ("35.22", "kali solo banjir di bojonegoro"),
)


@pytest.mark.parametrize(("region", "text"), RIVERS, ids=[text for _, text in RIVERS])
def test_the_town_in_a_rivers_name_is_no_place_of_the_flood(region: str | None, text: str) -> None:
    """Bengawan Solo flows through two provinces and a dozen regencies."""
    assert ROUTER.reader.read(text).place.regency == region
    assert decided(text).owner.id == "bbws"


@pytest.mark.parametrize(
    "text",
    [
        "jalan nasional pantura kaligawe rob terus",
        "jalan nasional kaligawe macet terus",
        "jalan nasional di kaligawe rusak",
    ],
)
def test_a_national_road_is_not_the_citys_own_at_its_desk(text: str) -> None:
    """UU 38/2004 Pasal 14 gives it to the centre, whatever is complained of."""
    house = House.of("pemda-33.74", ROUTER.registry)
    choice = choose(ROUTER, Facts(ROUTER.reader.read(text), home=house.region, within=True), house)
    assert choice.own is False
    assert choice.elsewhere is not None
    assert choice.elsewhere.id == "ditjen-bina-marga"
    assert "menjadi tugas Pemerintah Kota" not in choice.decision.explanation
