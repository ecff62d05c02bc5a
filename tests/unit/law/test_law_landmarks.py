"""A landmark says where something is and is no matter of its own; a river's town is no place; a plate makes no tax a police matter."""

from router.decision import Decision
from router.facts import Facts
from router.routing import Router
from router.within import House, choose
from tests.harness.tables import each_row

ROUTER = Router.load()


def decided(text: str) -> Decision:
    """Return the decision on a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text)))


def test_a_road_in_front_of_a_market_is_asked_for_its_place() -> None:
    """Without a place it waits at the desk, which asks for the place and not for the matter."""
    text = "jalan provinsi depan pasar hancur udah 2 thn ga diapa2in"
    reading = ROUTER.reader.read(text)
    assert "place" in reading.missing
    assert reading.subjects[0].id == "road-damage"


@each_row
def test_the_town_in_a_rivers_name_is_no_place_of_the_flood(region: str | None, text: str) -> None:
    """Bengawan Solo flows through two provinces and a dozen regencies."""
    assert ROUTER.reader.read(text).place.regency == region
    assert decided(text).owner.id == "bbws"


@each_row
def test_a_national_road_is_not_the_citys_own_at_its_desk(text: str) -> None:
    """UU 38/2004 Pasal 14 gives it to the centre, whatever is complained of."""
    house = House.of("pemda-33.74", ROUTER.registry)
    choice = choose(ROUTER, Facts(ROUTER.reader.read(text), home=house.region, within=True), house)
    assert choice.own is False
    assert choice.elsewhere is not None
    assert choice.elsewhere.id == "ditjen-bina-marga"
    assert "menjadi tugas Pemerintah Kota" not in choice.decision.explanation
