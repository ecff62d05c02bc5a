"""`lapor route --json` in one function: a line in, a line out, whatever the line."""

import json

import orjson
import pytest

from router.jsonlines import route_line, route_row
from router.routing import Router
from tests.harness.tables import each_row


def test_a_line_says_all_that_is_promised(router: Router) -> None:
    """Owner, alternatives, confidence, class, topic, place by level, date, what is missing, and one sentence."""
    row = {
        "id": "7",
        "channel": "web",
        "title": "Jalan berlubang",
        "text": "Jalan di Kecamatan Tembalang Kota Semarang berlubang sejak kemarin",
        "received_at": "2026-11-24T10:00:00+07:00",
    }
    said = json.loads(route_line(router, json.dumps(row)))
    assert said["id"] == "7"
    assert said["agency"] == {"id": "dpu-33.74", "name": "Dinas Pekerjaan Umum Kota Semarang"}
    assert said["class"] == "pengaduan"
    assert said["oversight"] is False
    assert said["place"]["district"]["name"] == "Tembalang"
    assert said["place"]["village"] is None
    assert said["occurred_on"] == "2026-11-23"
    assert said["missing"] == ["evidence"]
    assert said["explanation"].endswith(".")
    assert 0 < said["confidence"] <= 1
    assert all(set(other) == {"id", "name", "score"} for other in said["alternatives"])


def test_the_location_field_and_a_given_region_count(router: Router) -> None:
    """A place outside the text makes a local subject routable."""
    for beside in ({"address": "Kab. Kendal"}, {"region": "33.24"}):
        said = json.loads(route_line(router, json.dumps({"id": "1", "text": "jalan rusak parah", **beside})))
        assert said["agency"]["id"] == "dpu-33.24"


def test_a_pin_tells_the_place_that_the_text_leaves_open(router: Router) -> None:
    """And the citizen hears if it contradicts the text, which wins."""
    pin = {"latitude": -6.9903, "longitude": 110.4229}
    open_ = json.loads(route_line(router, json.dumps({"text": "jalan rusak parah", **pin})))
    assert open_["place"]["regency"]["code"] == "33.74"
    told = json.loads(route_line(router, json.dumps({"text": "jalan rusak parah di Kota Denpasar", **pin})))
    assert told["place"]["regency"]["code"] == "51.71"
    assert "Titik peta yang dikirim ada di Kota Semarang" in told["explanation"]


@each_row
def test_half_a_position_is_an_error(router: Router, pin: dict[str, object], said: str) -> None:
    """Without it, another agency might own the complaint, and nobody would know; null is not given."""
    assert said in json.loads(route_line(router, json.dumps({"text": "jalan rusak", **pin})))["error"]
    none = {"text": "jalan rusak", "latitude": None, "longitude": None}
    assert "agency" in json.loads(route_line(router, json.dumps(none)))


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "7", '"x"', '{"text": 5, "title": null, "received_at": "x"}', "\ud800"]
)
def test_no_line_raises(router: Router, line: str) -> None:
    """What is no complaint gives an object that says so; odd values are read as they can be."""
    try:
        said = json.loads(route_line(router, line))
    except UnicodeEncodeError:
        pytest.fail("a lone surrogate is text too")
    assert "error" in said or "agency" in said


def test_a_desk_says_that_it_is_one(router: Router) -> None:
    """Its confidence is that of the desk, and not of a body that is not named."""
    said = json.loads(route_line(router, json.dumps({"id": "1", "text": "jalan berlubang depan rumah"})))
    assert said["triage"] is True
    assert said["confidence"] < 0.5


@each_row
def test_a_region_is_taken_in_each_form_that_is_clear(router: Router, region: object) -> None:
    """The code without its dots, as a number, or in the id of the government means the same region."""
    said = json.loads(route_line(router, json.dumps({"id": "1", "text": "jalan berlubang", "region": region})))
    assert said["agency"]["id"] == "dpu-33.74"


@each_row
def test_a_region_that_is_none_is_an_error(router: Router, region: object) -> None:
    """Without it another agency might own the complaint: the line says what to write, as for half a position."""
    said = json.loads(route_line(router, json.dumps({"id": "1", "text": "jalan rusak", "region": region})))
    assert list(said) == ["error"]
    assert "write one as in 33.74" in said["error"]


@pytest.mark.parametrize("region", [None, ""])
def test_an_empty_region_is_none(router: Router, region: object) -> None:
    """The place is that of the text alone."""
    said = json.loads(route_line(router, json.dumps({"id": "1", "text": "jalan rusak", "region": region})))
    assert said["place"]["regency"] is None


def test_what_happened_when_is_not_asked_for_where_the_text_says_it(router: Router) -> None:
    """Also where nobody knows when the report came, so that no day can be given."""
    said = json.loads(
        route_line(router, json.dumps({"id": "1", "text": "sejak kemarin air PDAM Kota Semarang mati total"}))
    )
    assert said["occurred_on"] is None
    assert "date" not in said["missing"]


def test_an_id_that_cannot_be_written_back_is_an_error_and_no_crash(router: Router) -> None:
    """Orjson reads deeper nesting than it writes."""
    line = b'{"id":' + b"[" * 300 + b"]" * 300 + b',"text":"jalan rusak"}'
    assert orjson.loads(route_line(router, line)).keys() == {"error"}


@each_row
def test_a_wish_to_die_on_a_bridge_is_no_pothole(router: Router, text: str) -> None:
    """It is for the police, whatever the bridge is."""
    found = route_row(router, {"text": text})
    assert found["agency"]["id"] == "polri"
    assert not found["topic"].endswith("JALAN BERLUBANG")
