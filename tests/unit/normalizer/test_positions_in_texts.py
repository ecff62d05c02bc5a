"""A position is a field of the complaint, and never words that a list of subjects or places can match."""

from typing import Any

import pytest

from complaints.event import Complaint
from complaints.ids import message_id
from normalizer.complaint import Normaliser
from normalizer.coordinates import position_in, without_positions
from normalizer.matter.signature import signature
from router.jsonlines import route_row
from router.routing import Router
from tests.harness.support import message
from tests.harness.tables import each, each_row
from tests.harness.there import there

SEMARANG, YOGYAKARTA, SURABAYA, KEDIRI = (
    (-6.9932, 110.4203),
    (-7.7956, 110.3695),
    (-7.2575, 112.7521),
    (-7.8480, 112.0178),
)


def read(text: str, **fields: Any) -> Complaint:
    """Return the complaint for a message."""
    return Normaliser.load().normalise(message(text, **fields), id_=message_id("sms", "1"), code="", citizen="c")


@each("position", [SEMARANG, YOGYAKARTA, SURABAYA, KEDIRI])
@each("how", ["pin", "text", "address"])
def test_a_pin_at_longitude_110_or_112_is_neither_the_police_nor_a_call_centre(
    router: Router, position: tuple[float, float], how: str
) -> None:
    """A bare position tells a place and no subject, whether it was shared or typed: it waits at the desk of its government."""
    typed = f"{position[0]}, {position[1]}"
    fields: dict[str, Any] = {"shared_location": position} if how == "pin" else {}
    found = read(typed if how == "text" else "", address=typed if how == "address" else "", **fields)
    pin = there(found.place.pin)
    assert (pin.latitude, pin.longitude) == position
    assert found.topic is None
    assert "subject" in found.missing
    owner = router.route(found).owner.id
    assert owner.startswith("pemda-"), owner


def test_a_typed_position_tells_the_place_of_a_complaint(router: Router) -> None:
    """As a pin does."""
    found = read("pak tolong jalan berlubang di titik ini -7.7956, 110.3695")
    assert there(found.place.regency).code == "34.71"
    row = route_row(router, {"text": "pak tolong jalan berlubang di titik ini -7.7956, 110.3695"})
    assert row["place"]["regency"]["code"] == "34.71"


def test_a_later_position_completes_a_complaint() -> None:
    """Whether it was shared or typed."""
    first = read("jalan berlubang besar sekali, tolong ditambal")
    typed = there(Normaliser.load().complete(first, message("-7.7956, 110.3695", upstream_id="2")).complaint)
    assert (there(typed.place.regency).code, typed.place.pin is not None) == ("34.71", True)


@each_row
def test_a_position_is_read_however_it_is_written(text: str, found: tuple[float, float]) -> None:
    """With a point or a comma, in either order, without the minus of the south, in the address of a map."""
    assert position_in(text) == found
    assert not any(digit in without_positions(text) for digit in ("3695", "7956", "6722"))
    assert len(without_positions(text)) == len(text)


def test_degrees_minutes_and_seconds_are_a_position() -> None:
    """As maps show them."""
    found = position_in("lokasi 7°47'44.2\"S 110°22'10.2\"E")
    assert found == pytest.approx(YOGYAKARTA, abs=1e-4)


@each_row
def test_prices_and_telephone_numbers_are_no_position(text: str) -> None:
    """They stay words of the text."""
    assert position_in(text) is None
    assert without_positions(text) == text


def test_a_position_is_no_word_of_a_signature() -> None:
    """Two strangers who send positions of one longitude have nothing in common."""
    assert signature("-7.7956, 110.3695") == signature("")
