"""Open311 GeoReport v2: an independent client works against the façade, and the documents are as the specification writes them."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from georeport import GeoReport

from channels.web.categories import categories
from channels.web.parse import SHORTEST_KEY
from channels.web.security import new_api_key
from complaints import tracking
from tests.harness.support import normalised
from tests.harness.tables import document, row_by_row
from tests.harness.web import PNG, House, Opened, door, opened, served

__all__ = ["door", "opened", "served"]

ROOT = "/open311/v2"
POSTED: dict[str, str] = document("tables/integration/web_open311.yaml")["POSTED"]
"""As the specification's example posts, with our attributes."""


def parsed(content: bytes) -> ET.Element:
    """Return an XML document of the door's."""
    return ET.fromstring(content)  # noqa: S314  # our own


def post(door: House, kind: str = "json", **changes: str) -> str:
    """Post the example and return the request's id."""
    answer = door.http.post(f"{ROOT}/requests.{kind}", data={**POSTED, **changes})
    assert answer.status_code == 200, answer.text
    if kind == "xml":
        return parsed(answer.content).findtext("request/service_request_id") or ""
    (found,) = answer.json()
    return str(found["service_request_id"])


@pytest.mark.parametrize("output_format", ["json", "xml"])
def test_a_client_that_we_did_not_write_works(door: House, output_format: str) -> None:
    """Services, a definition, one case and several, by the `georeport` package."""
    client = GeoReport(f"{door.http.base_url}{ROOT}", jurisdiction="lapor.go.id", output_format=output_format)
    services = client.get_service_list()
    assert {service["service_code"] for service in services} == {
        category.code for category in categories() if category.offered
    }
    definition = client.get_service_definition("kesehatan")
    assert definition["service_code"] == "kesehatan"
    ids = [post(door, output_format), post(door, output_format)]
    for complaint in door.complaints():
        door.settle(complaint, "closed")
    found = client.get_service_requests(service_request_id=",".join(ids))
    assert [request["service_request_id"] for request in found] == ids
    one = client.get_service_request(ids[0])
    assert (one["status"], one["agency_responsible"]) == ("closed", "Dinas Pekerjaan Umum Kota Semarang")


def test_every_field_of_the_specifications_example_reaches_the_complaint(door: House) -> None:
    """But the phone and the e-mail, which nothing would use; what lies elsewhere is never fetched."""
    code = post(door)
    (complaint,) = door.complaints()
    assert complaint.mailbox == code
    message = complaint.message
    assert message.text == "Lubang besar di depan pasar."
    assert message.topic == "Pekerjaan Umum Dan Penataan Ruang"
    assert message.address == "Jl. Pemuda, Kota Semarang"
    assert message.shared_location == (-6.98, 110.41)
    assert message.reply_to == {}
    assert b"081234567890" not in message.body
    assert message.secret
    pin = normalised(message, door.keys).place.pin
    assert pin is not None
    assert [region.code for region in pin.regencies] == ["33.74"]
    (file,) = message.attachments
    assert (file.name, file.url, file.sha256) == ("638.jpg", POSTED["media_url"], None)


def test_a_file_may_come_with_the_post(door: House) -> None:
    """As several clients send it: multipart, in `media`."""
    files = {"media": ("foto.png", PNG, "image/png")}
    assert door.http.post(f"{ROOT}/requests.json", data=POSTED, files=files).status_code == 200
    assert door.complaints()[0].message.attachments[0].media_type == "image/png"
    files = {"media": ("foto.png", b"<html>", "image/png")}
    assert door.http.post(f"{ROOT}/requests.json", data=POSTED, files=files).status_code == 415


def test_the_xml_documents_have_the_specifications_elements(door: House) -> None:
    """Root, items and order; UTF-8 and its declaration; what JSON has as null is an empty element."""
    answer = door.http.get(f"{ROOT}/services.xml")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    service = parsed(answer.content).find("service")
    assert service is not None
    assert [element.tag for element in service] == [
        "service_code",
        "service_name",
        "description",
        "metadata",
        "type",
        "keywords",
        "group",
    ]
    assert (service.findtext("metadata"), service.findtext("type")) == ("true", "realtime")

    definition = parsed(door.http.get(f"{ROOT}/services/kesehatan.xml").content)
    attribute = definition.find("attributes/attribute")
    assert definition.tag == "service_definition"
    assert attribute is not None
    assert [element.tag for element in attribute] == [
        "variable",
        "code",
        "datatype",
        "required",
        "datatype_description",
        "order",
        "description",
        "values",
    ]
    values = definition.findall("attributes/attribute/values/value")
    assert [(value.findtext("key"), value.findtext("name")) for value in values][:2] == [
        ("true", "Ya"),
        ("false", "Tidak"),
    ]

    code = post(door, "xml")
    door.settle(door.complaints()[0])
    request = parsed(door.http.get(f"{ROOT}/requests/{code}.xml").content).find("request")
    assert request is not None
    assert [element.tag for element in request] == [
        "service_request_id",
        "status",
        "status_notes",
        "service_name",
        "service_code",
        "description",
        "agency_responsible",
        "service_notice",
        "requested_datetime",
        "updated_datetime",
        "expected_datetime",
        "address",
        "address_id",
        "zipcode",
        "lat",
        "long",
        "media_url",
    ]
    token = parsed(door.http.get(f"{ROOT}/tokens/{code}.xml").content).find("request")
    assert token is not None
    assert [(element.tag, element.text) for element in token] == [("service_request_id", code), ("token", code)]


@pytest.mark.parametrize("kind", ["json", "xml"])
@row_by_row
def test_errors_are_as_the_specification_writes_them(
    door: House, asked: tuple[str, str, dict[str, str]], status: int, words: str, kind: str
) -> None:
    """A list of code and description, in the format that was asked for."""
    method, path, data = asked
    name, mark, query = path.partition("?")
    answer = door.http.request(method, f"{ROOT}/{name}.{kind}{mark}{query}", data=data or None)
    assert answer.status_code == status
    if kind == "json":
        (error,) = answer.json()
        found = (error["code"], error["description"])
    else:
        document = parsed(answer.content)
        assert document.tag == "errors"
        found = (int(document.findtext("error/code") or 0), document.findtext("error/description"))
    assert found[0] == status
    assert words in found[1]


def test_a_request_that_comes_again_with_its_key_is_one_case(door: House) -> None:
    """By the header Idempotency-Key, as for the API; without one each request is a case of its own."""
    codes = []
    for key, text in (("k", "a"), ("k", "b"), ("l", "a"), ("", "a"), ("", "a")):
        headers = {"Idempotency-Key": key * SHORTEST_KEY} if key else {}
        answer = door.http.post(f"{ROOT}/requests.json", data={**POSTED, "description": text}, headers=headers)
        codes.append(answer.json()[0]["service_request_id"])
    assert codes[0] == codes[1]
    assert len(set(codes)) == 4


def test_characters_that_xml_cannot_hold_do_not_break_it(door: House) -> None:
    """An agency's answer may have any."""
    post(door, **{"attribute[secret]": "false"})
    (complaint,) = door.complaints()
    door.settle(complaint, "answered", answer="a\x00b\x0b & <c>")
    document = parsed(door.http.get(f"{ROOT}/requests/{complaint.mailbox}.xml").content)
    assert document.findtext("request/status_notes") == "ab\n & <c>"


def test_a_case_that_is_not_there_yet_is_left_out_of_a_list_and_404_by_itself(door: House) -> None:
    """And 503 where it cannot be known."""
    code = tracking.parse(post(door))
    assert door.http.get(f"{ROOT}/requests.json", params={"service_request_id": code}).json() == []
    assert door.http.get(f"{ROOT}/requests/{code}.json").status_code == 404
    door.cases.away = True
    answer = door.http.get(f"{ROOT}/requests/{code}.json")
    assert answer.status_code == 503
    assert answer.json()[0]["code"] == 503


def test_where_keys_are_set_a_post_shows_one_as_api_key(opened: Opened, tmp_path: Path) -> None:
    """The specification's own parameter; reading needs none. A file of a stranger is not kept."""
    key, line = new_api_key("kota")
    house = opened(line)
    files = {"media": ("foto.png", PNG, "image/png")}
    assert house.http.post(f"{ROOT}/requests.json", data=POSTED, files=files).status_code == 401
    assert list((tmp_path / "attachments").rglob("*")) == []
    for field, query in (({"api_key": key}, {}), ({}, {"api_key": key})):
        answer = house.http.post(f"{ROOT}/requests.json", data={**POSTED, **field}, params=query, files=files)
        assert answer.status_code == 200
    assert house.http.get(f"{ROOT}/services.json").status_code == 200


def test_another_position_or_file_under_the_same_key_is_another_content(door: House) -> None:
    """It has the code of the first, and reaches the conversation as what it is: not the same again."""
    headers = {"Idempotency-Key": "k" * SHORTEST_KEY}
    for more in (
        {},
        {"lat": "-6.99", "long": "110.42"},
        {"media_url": "https://example.org/1/a"},
        {"media_url": "https://example.org/2/a"},
    ):
        door.http.post(f"{ROOT}/requests.json", data={**POSTED, **more}, headers=headers).raise_for_status()
    kept = door.complaints()
    assert len({one.id for one in kept}) == 1
    assert len({one.message.body for one in kept}) == 4
