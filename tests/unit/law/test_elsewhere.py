"""A government's own channel took a complaint, and its text names another place: whose it is then, and what the government's desk hears."""

from typing import Any

from complaints.event import Place, Region, RoutingHints
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.decided import answered
from tests.harness.events import complaint
from tests.harness.lines import lines_of
from tests.harness.tables import each_row

ROUTER = Router.load()

test_lines = lines_of(__file__)


def regency(said: dict[str, Any]) -> str:
    """Return the code of the regency of an answer."""
    place: dict[str, dict[str, str]] = said["place"]
    return (place["regency"] or place["province"] or {"code": ""})["code"]


def test_the_channels_government_becomes_the_alternative() -> None:
    """If all agencies of the place refuse, it is asked before the desks; the citizen hears why."""
    said = answered(ROUTER, "Jalan rusak di Kabupaten Kendal", region="33.74")
    assert [one["id"] for one in said["alternatives"]][-1] == "pemda-33.74"
    place = Place(province=Region(code="33", name=""), regency=Region(code="33.24", name=""))
    hints = RoutingHints(keyword_region="33.74")
    hole = complaint(title="", text="Jalan rusak di Kabupaten Kendal", place=place, hints=hints)
    assert ROUTER.route(hole).owner.id == "dpu-33.24"
    refused = ROUTER.route(hole, refused_by=["dpu-33.24", "dpu-33"])
    assert refused.owner.id == "pemda-33.74"
    assert refused.evidence[0].rule == "channel"


@each_row
def test_what_happened_elsewhere_is_not_the_houses_own(text: str, code: str) -> None:
    """The desk hears whose it is and why, its units are named after it, and nothing is sure that nobody there is responsible for."""
    said = answered(ROUTER, text, within="pemda-33.74")
    within: dict[str, Any] = said["within"]
    assert within["own"] is False
    assert within["elsewhere"]["id"].endswith(f"-{'31' if code.startswith('31') else code}")
    assert said["agency"]["id"] == "pemda-33.74"
    assert said["confidence"] <= 0.1
    assert "bukan wewenang Pemerintah Kota Semarang; yang berwenang" in str(said["explanation"])
    assert any(one["id"].endswith("-33.74") for one in said["alternatives"])


def test_a_keyword_of_a_message_counts_like_a_region_of_a_line() -> None:
    """The reading is the same for a channel: the text's clear place, else the keyword's."""
    read = Normaliser.load().reader.read
    assert read("LAPORSMG lampu jalan mati di Kota Denpasar", region="33.74").place.regency == "51.71"
    assert read("LAPORHENDI RSUD Ungaran antre lama sekali", region="33.74").place.regency == "33.22"
    assert read("LAPORHENDI lampu jalan mati di depan pasar", region="33.74").place.regency == "33.74"
    assert read("LAPORSMG lampu jalan mati di depan pasar", region="33.74").place.regency == "33.74"
