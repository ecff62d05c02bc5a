"""A position on the map: which regencies it may be in, and what it adds to the text that came with it."""

from typing import Any
from uuid import UUID

import pytest

from complaints.crypto import Keyring
from complaints.event import Complaint, Region
from normalizer.complaint import Normaliser
from normalizer.places.gazetteer import Gazetteer
from normalizer.places.pins import DOUBT_KM, MOST, SHORE_KM, Near, candidates, certain, within
from normalizer.positions import chosen
from router.routing import Router
from tests.harness.support import message
from tests.harness.tables import document, each_row, readings_of
from tests.harness.there import there
from tests.harness.town import Town

PINS: list[dict[str, Any]] = document("pins.yaml")

SEMARANG = (-6.98, 110.41)
"""In the middle of Kota Semarang."""
CIBUBUR = (-6.3692, 106.8940)
"""Where Kota Depok, Jakarta Timur and Kota Bekasi meet."""
SENAYAN = (-6.2250, 106.8000)
"""In DKI Jakarta, near the border of two of its cities."""
ABROAD = [(1.2900, 103.8500), (1.5500, 110.3500), (-8.5570, 125.5800), (-2.6900, 141.3000), (0.0, 0.0), (90.0, 180.0)]
"""Singapore, Kuching, Dili, Vanimo, the Gulf of Guinea and the North Pole."""
ROAD = "Jalan rusak berlubang di depan rumah kami"


def complained(text: str, position: tuple[float, float] | None, **fields: Any) -> Complaint:
    """Return the complaint for a text with a pin."""
    said = message(text, channel="telegram", shared_location=position, **fields)
    return Normaliser.load().normalise(said, id_=UUID(int=42), code="2Q74GVWWCE3", citizen="c")


def completed(first: Complaint, text: str, position: tuple[float, float] | None = None) -> Complaint:
    """Return the complaint with a further message."""
    said = message(text, channel="telegram", upstream_id="later", shared_location=position)
    return there(Normaliser.load().complete(first, said).complaint)


def code(region: Region | None) -> str:
    """Return the code of a region; empty if it is not known."""
    return region.code if region else ""


PLACES = {
    "semarang": SEMARANG,
    "cibubur": CIBUBUR,
    "senayan": SENAYAN,
    "singapore": ABROAD[0],
    "border": (-6.9690, 110.2900),
    "no number": (float("nan"), 110.0),
    "beyond the pole": (91.0, 110.0),
}
"""Positions, as the table names them."""


def read(given: dict[str, Any]) -> Complaint:
    """Return the complaint of a text with a pin, and with a later message if there is one."""
    pin, later_pin = (PLACES.get(given.pop(name, "")) for name in ("pin", "later_pin"))
    later = given.pop("later", None)
    first = complained(given.pop("text", ROAD), pin, **given)
    return first if later is None else completed(first, later, later_pin)


test_readings = readings_of(__file__, read)


class TestSixtyPins:
    """Places whose regency was written down before any code ran on them."""

    def test_half_of_them_are_near_a_border(self) -> None:
        """On islands of every region; one in a city's middle would say nothing."""
        assert len(PINS) == 60
        assert sum(pin["near"] for pin in PINS) >= 30
        for pin in PINS:
            assert pin["near"] == (len(within(5.0, pin["latitude"], pin["longitude"])) > 1), pin
        assert {pin["regency"][0] for pin in PINS} == set("12356789")

    def test_the_right_regency_is_among_the_candidates(self) -> None:
        """In 0.98 of them, and first in 0.85."""
        found = [[near.code for near in candidates(pin["latitude"], pin["longitude"])] for pin in PINS]
        among = sum(pin["regency"] in codes for pin, codes in zip(PINS, found, strict=True))
        first = sum(codes[:1] == [pin["regency"]] for pin, codes in zip(PINS, found, strict=True))
        assert among / len(PINS) >= 0.98
        assert first / len(PINS) >= 0.85

    def test_what_is_certain_is_right(self) -> None:
        """Nobody is asked then, so no error would be noticed."""
        for pin in PINS:
            sure = certain(candidates(pin["latitude"], pin["longitude"]))
            assert pin["regency"].startswith(sure), pin


class TestCandidates:
    """Which regencies a position may be in."""

    @pytest.mark.parametrize("position", ABROAD)
    def test_nothing_is_near_outside_indonesia(self, position: tuple[float, float]) -> None:
        """Neither in a neighbouring country nor at the place of a broken receiver."""
        assert candidates(*position) == ()

    def test_at_most_three_the_nearest_first(self) -> None:
        """As many as a question can offer."""
        found = candidates(*CIBUBUR)
        assert len(found) == MOST
        assert [near.km for near in found] == sorted(near.km for near in found)
        assert all(near.km <= DOUBT_KM for near in found)

    def test_on_the_water_the_nearest_land_counts(self) -> None:
        """A pier, for instance, and not the open sea."""
        pier, sea = (-6.9250, 110.4200), (-6.0000, 110.4200)
        assert [near.code for near in candidates(*pier)] == ["33.74"]
        assert 0 < candidates(*pier)[0].km <= SHORE_KM
        assert candidates(*sea) == ()

    def test_a_town_inside_a_regency_is_no_part_of_it(self) -> None:
        """Kota Magelang is a hole in Kabupaten Magelang."""
        found = candidates(-7.4780, 110.2178)
        assert found[0] == Near("33.71", 0.0)
        assert all(near.km > 0 for near in found[1:])

    def test_the_data_have_the_regencies_of_the_registry(self) -> None:
        """All 514, each once."""
        everywhere = within(20_000.0, -2.0, 118.0)
        assert sorted(near.code for near in everywhere) == sorted(code for code, _ in Gazetteer.load().regencies())

    def test_one_government_is_certain(self) -> None:
        """The cities of DKI Jakarta have none of their own."""
        assert certain([Near("33.74", 0.0)]) == "33.74"
        assert certain([Near("33.74", 0.0), Near("33.24", 0.3)]) == ""
        assert certain([Near("31.71", 0.0), Near("31.74", 0.3)]) == "31"
        assert certain([Near("31.71", 0.0)]) == "31.71"
        assert certain([]) == ""


class TestPinAndText:
    """The text decides; a pin tells what it leaves open."""

    def test_the_text_wins_and_the_pin_is_shown(self) -> None:
        """In the reading, and in the sentence that the citizen reads."""
        found = complained("Jalan di Kota Semarang rusak berlubang", CIBUBUR)
        assert code(found.place.regency) == "33.74"
        assert there(found.place.pin).elsewhere
        said = Router.load().route(found)
        assert said.owner.id == "dpu-33.74"
        assert "Titik peta yang dikirim ada di Kota Depok atau Kota Administrasi Jakarta Timur" in said.explanation
        same = complained("Jalan di Kota Semarang rusak berlubang", SEMARANG)
        assert not there(same.place.pin).elsewhere
        assert "Titik peta" not in Router.load().route(same).explanation

    def test_a_pin_to_a_case_that_is_not_known_does_not_move_it(self) -> None:
        """The region that a reply told stays, and the pin is shown."""
        said = message("", channel="telegram", shared_location=SEMARANG)
        place = Normaliser.load().complete(None, said, region="33.21").reading.place
        assert code(place.regency) == "33.21"
        assert there(place.pin).elsewhere


@each_row
def test_an_answer_chooses_by_number_or_by_name(choices: tuple[Region, ...], answer: str, chose: str) -> None:
    """Words that no other choice has; a longer text is read as a story."""
    assert chosen(choices, answer) == chose


@pytest.mark.parametrize(("answer", "owner"), [("2", "31"), ("Depok", "32.76"), ("kota bekasi", "32.75")])
def test_a_doubtful_pin_is_asked_about_with_three_choices_and_the_answer_is_the_place(answer: str, owner: str) -> None:
    """By the question for the place, which is asked in other words."""
    town = Town(Keyring.from_secret(b"s" * 32), Router.load(), Normaliser.load())
    town.say(ROAD, channel="telegram", account="telegram/1", shared_location=CIBUBUR)
    (complaint,) = town.complaints
    question = town.texts[-1]
    assert "(1) Kota Depok, (2) Kota Administrasi Jakarta Timur atau (3) Kota Bekasi" in question
    assert there(town.case(complaint.tracking_code).question).part == "place"
    town.say(answer, channel="telegram", account="telegram/1")
    case = town.case(complaint.tracking_code)
    assert len(town.complaints) == 1
    assert case.owner.id.endswith(f"-{owner}")
    assert case.question is None
    assert case.complaint.place.pin is not None
