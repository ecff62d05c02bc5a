"""A government's own channel took a complaint, and its text names another place: whose it is then, and what the government's desk hears."""

from typing import Any

import orjson

from complaints.event import Place, Region, RoutingHints
from normalizer.complaint import Normaliser
from router.jsonlines import route_line
from router.routing import Router
from router.within import House
from tests.harness.events import complaint
from tests.harness.tables import each_row

ROUTER = Router.load()


def routed(text: str, within: str = "", **more: str) -> dict[str, object]:
    """Return the answer of `lapor route --json`."""
    house = House.of(within, ROUTER.registry) if within else None
    said: dict[str, object] = orjson.loads(route_line(ROUTER, orjson.dumps({"text": text, **more}), house))
    return said


def regency(said: dict[str, object]) -> str:
    """Return the code of the regency of an answer."""
    place: dict[str, dict[str, str]] = said["place"]  # type: ignore[assignment]
    return (place["regency"] or place["province"] or {"code": ""})["code"]


@each_row
def test_an_office_named_by_its_town_wins_over_the_channel(text: str, code: str) -> None:
    """The hospital of Ungaran was that of Salatiga, nearly surely, through the door of Salatiga."""
    own, alone = routed(text, region="33.73"), routed(text)
    assert regency(own) == regency(alone) == code
    assert own["agency"] == alone["agency"]
    assert "Salatiga" not in str(own["explanation"])


@each_row
def test_an_office_without_its_town_is_the_channels_governments(text: str) -> None:
    """An everyday word is no town, and neither is where somebody studied."""
    assert regency(routed(text, region="33.73")) == "33.73"


@each_row
def test_a_place_that_the_text_names_wins_over_the_channel(text: str, code: str) -> None:
    """A citizen of Denpasar may have the key of Semarang's app; the owner is that of the text alone, and as sure within a tenth."""
    own, alone = routed(text, region="33.74"), routed(text)
    assert regency(own) == code
    assert own["agency"] == alone["agency"]
    assert own["triage"] or alone["confidence"] - 0.1 <= own["confidence"] <= alone["confidence"]  # type: ignore[operator]


@each_row
def test_a_doubtful_mention_leaves_the_complaint_with_the_channels_government(text: str) -> None:
    """Streets are named after cities, buses go there, people come from there, and many villages have one name."""
    assert regency(routed(text, region="33.74")) == "33.74"
    assert routed(text, within="pemda-33.74")["within"]["own"] is True  # type: ignore[index]


def test_the_field_for_the_address_tells_the_place_without_a_word_before_it() -> None:
    """Nobody writes "di" there; a street there is a street all the same."""
    assert regency(routed("lampu jalan mati", address="Jl. Gajah Mada 5, Denpasar", region="33.74")) == "51.71"
    assert regency(routed("lampu jalan mati", address="Jl. Denpasar 5", region="33.74")) == "33.74"


def test_a_name_that_is_also_the_governments_own_leaves_the_place_with_it() -> None:
    """Of Kabupaten Semarang people say Semarang too."""
    assert regency(routed("sampah menumpuk di Semarang", region="33.22")) == "33.22"


def test_a_provinces_channel_serves_its_regencies() -> None:
    """A place in it is no other place; one in another province is."""
    assert regency(routed("jalan provinsi rusak di Kabupaten Kendal", region="33")) == "33.24"
    assert routed("jalan provinsi rusak di Kabupaten Kendal", within="pemda-33")["within"]["own"] is True  # type: ignore[index]
    assert routed("jalan provinsi rusak di Denpasar", within="pemda-33")["within"]["own"] is False  # type: ignore[index]


def test_the_channels_government_becomes_the_alternative() -> None:
    """If all agencies of the place refuse, it is asked before the desks; the citizen hears why."""
    said = routed("Jalan rusak di Kabupaten Kendal", region="33.74")
    assert [one["id"] for one in said["alternatives"]][-1] == "pemda-33.74"  # type: ignore[attr-defined]
    place = Place(province=Region(code="33", name=""), regency=Region(code="33.24", name=""))
    hints = RoutingHints(keyword_region="33.74")
    hole = complaint(title="", text="Jalan rusak di Kabupaten Kendal", place=place, hints=hints)
    assert ROUTER.route(hole).owner.id == "dpu-33.24"
    refused = ROUTER.route(hole, refused_by=["dpu-33.24", "dpu-33"])
    assert refused.owner.id == "pemda-33.74"
    assert refused.evidence[0].rule == "channel"


def test_the_government_of_an_accused_channel_is_no_alternative() -> None:
    """A report of abuse of office goes to nobody whom it may be about."""
    said = routed("pungli pembuatan KTP oleh pegawai di Kota Denpasar", region="33.74")
    assert "pemda-33.74" not in [one["id"] for one in said["alternatives"]]  # type: ignore[attr-defined]


@each_row
def test_what_happened_elsewhere_is_not_the_houses_own(text: str, code: str) -> None:
    """The desk hears whose it is and why, its units are named after it, and nothing is sure that nobody there is responsible for."""
    said = routed(text, within="pemda-33.74")
    within: dict[str, Any] = said["within"]  # type: ignore[assignment]
    assert within["own"] is False
    assert within["elsewhere"]["id"].endswith(f"-{'31' if code.startswith('31') else code}")
    assert said["agency"]["id"] == "pemda-33.74"  # type: ignore[index]
    assert said["confidence"] <= 0.1  # type: ignore[operator]
    assert "bukan wewenang Pemerintah Kota Semarang; yang berwenang" in str(said["explanation"])
    assert any(one["id"].endswith("-33.74") for one in said["alternatives"])  # type: ignore[attr-defined]


def test_an_unclear_matter_elsewhere_is_not_the_houses_own_either() -> None:
    """The desk of the place finds who is responsible."""
    said = routed("tolong ditindaklanjuti ya pak, di Kota Denpasar", within="pemda-33.74")
    assert said["within"]["own"] is False  # type: ignore[index]
    assert said["within"]["elsewhere"]["id"] == "pemda-51.71"  # type: ignore[index]
    assert "karena kejadiannya di Kota Denpasar" in str(said["explanation"])


def test_a_unit_that_is_not_responsible_is_never_nearly_sure() -> None:
    """It is the likeliest unit of the house, but the ministry's road is not its own."""
    said = routed("jalan nasional berlubang di Kecamatan Tembalang Kota Semarang", within="pemda-33.74")
    assert said["within"]["own"] is False  # type: ignore[index]
    assert said["agency"]["id"] == "dpu-33.74"  # type: ignore[index]
    assert said["confidence"] < 0.3  # type: ignore[operator]


def test_a_keyword_of_a_message_counts_like_a_region_of_a_line() -> None:
    """The reading is the same for a channel: the text's clear place, else the keyword's."""
    read = Normaliser.load().read
    assert read("LAPORSMG lampu jalan mati di Kota Denpasar", region="33.74").place.regency == "51.71"
    assert read("LAPORHENDI RSUD Ungaran antre lama sekali", region="33.74").place.regency == "33.22"
    assert read("LAPORHENDI lampu jalan mati di depan pasar", region="33.74").place.regency == "33.74"
    assert read("LAPORSMG lampu jalan mati di depan pasar", region="33.74").place.regency == "33.74"
