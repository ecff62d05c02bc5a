"""The JSON API on a real socket: status, files sent ahead, keys of requests and of clients, limits, and its own document."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from openapi_spec_validator import validate

from channels.web.api.openapi import document
from channels.web.parse import Submission
from channels.web.security import LOCAL_HEADER, ApiKeys, Limits, local_word, new_api_key, rate
from complaints import tracking
from complaints.crypto import Keyring
from complaints.errors import ConfigurationError
from complaints.fact import FactKind
from tests.harness.support import normalised
from tests.harness.web import API, PNG, House, Opened, door, opened, served
from tests.harness.web_cases import EXPLANATION, Facts

__all__ = ["door", "opened", "served"]

FILES = "/api/v1/attachments"
OPEN311 = "/open311/v2/requests.json"
POSTED = {"service_code": "kesehatan", "description": "x"}


def test_the_status_of_a_case_is_what_the_view_knows_and_what_happened(door: House) -> None:
    """404 while it is not there yet, 503 while it cannot be looked up."""
    code = door.send().json()["tracking_code"]
    (complaint,) = door.complaints()
    assert door.http.get(f"{API}/{code}").status_code == 404
    facts = Facts(complaint).after(uuid4(), (FactKind.answered, {"text": "Sudah ditambal."}))
    door.settle(complaint, "answered", *facts.made, answer="Sudah ditambal.", asks="place")
    found = door.http.get(f"{API}/{tracking.spaced(code).lower()}").json()
    assert found["tracking_code"] == code
    assert found["state"] == "answered"
    assert found["owner"] == "Dinas Pekerjaan Umum Kota Semarang"
    assert found["due"] == "2026-12-31"
    assert found["answer"] == "Sudah ditambal."
    assert found["explanation"] == EXPLANATION
    assert "Di kabupaten/kota dan jalan mana" in found["question"]
    received, answered = found["history"]
    assert "sudah kami terima" in received["text"]
    assert answered["text"].endswith("dijawab Dinas Pekerjaan Umum Kota Semarang: Sudah ditambal.")
    assert received["at"] < answered["at"]
    door.cases.away = True
    answer = door.http.get(f"{API}/{code}")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert door.http.get(f"{API}/x").status_code == 404


@pytest.mark.parametrize("how", ["body", "form"])
def test_a_file_is_sent_ahead_and_a_complaint_refers_to_it(door: House, how: str) -> None:
    """As the request's body or as a form's file; its hash is the reference."""
    if how == "body":
        stored = door.http.post(FILES, content=PNG, headers={"Content-Disposition": 'attachment; filename="a.png"'})
    else:
        stored = door.http.post(FILES, files={"file": ("a.png", PNG, "text/plain")})
    assert stored.status_code == 201
    digest = sha256(PNG).hexdigest()
    assert stored.json() == {"sha256": digest, "name": "a.png", "media_type": "image/png", "size_bytes": len(PNG)}
    assert door.send(attachments=[{"sha256": digest, "name": "lubang.png"}]).status_code == 202
    (kept,) = door.complaints()[0].message.attachments
    assert (kept.name, kept.media_type, kept.size_bytes, kept.sha256) == ("lubang.png", "image/png", len(PNG), digest)


def test_a_position_becomes_the_pin_of_the_complaint(door: House) -> None:
    """Both numbers, or none; out of range is a fault of the field."""
    assert door.send(latitude=-6.9932, longitude=110.4203).status_code == 202
    message = door.complaints()[0].message
    assert message.shared_location == (-6.9932, 110.4203)
    place = normalised(message, door.keys).place
    assert place.pin is not None
    assert place.regency is not None
    assert (place.regency.code, place.pin.latitude, place.pin.longitude) == ("33.74", -6.9932, 110.4203)
    answer = door.send(latitude=-6.9932)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"] == "latitude dan longitude harus dikirim bersama."
    answer = door.send(latitude=-96.0, longitude=110.4203)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "latitude", "message": "Isian ini di luar batas."}]
    assert door.send(latitude="barat", longitude=110.4203).status_code == 422


def test_a_file_that_is_not_there_is_told_by_its_number(door: House) -> None:
    """The complaint is not taken without what belongs to it."""
    answer = door.send(attachments=[{"sha256": "0" * 64}])
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "attachments.0.sha256"
    assert door.complaints() == []


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 422), (b"hello", 415), (b"<html></html>", 415), (PNG + bytes(10 << 20), 413)],
    ids=["empty", "text", "html", "large"],
)
def test_a_file_that_is_not_taken_has_a_status_of_its_own(door: House, content: bytes, status: int) -> None:
    """By either way of sending it."""
    assert door.http.post(FILES, content=content).status_code == status
    assert door.http.post(FILES, files={"file": ("a.png", content)}).status_code == status


def test_a_large_file_that_comes_in_chunks_is_refused_when_it_grows_too_large(door: House) -> None:
    """It announces nothing."""
    assert door.http.post(FILES, content=iter([PNG, *[bytes(1 << 20)] * 11])).status_code == 413


@pytest.mark.parametrize("files", [[], [("a", ("a.png", PNG)), ("b", ("b.png", PNG))]], ids=["none", "two"])
def test_a_form_with_other_than_one_file_is_422(door: House, files: Any) -> None:
    """A reference is to one file."""
    boundary = {"content-type": "multipart/form-data; boundary=b"}
    answer = (
        door.http.post(FILES, files=files) if files else door.http.post(FILES, content=b"--b--\r\n", headers=boundary)
    )
    assert answer.status_code in {400, 422}


def test_a_place_in_doubt_is_422_with_what_may_be_meant(door: House) -> None:
    """A code of Kemendagri's is never in doubt."""
    (error,) = door.send(regency="semarang").json()["errors"]
    assert error["suggestions"] == ["Kabupaten Semarang, Jawa Tengah", "Kota Semarang, Jawa Tengah"]
    assert door.send(regency="33.74").status_code == 202
    assert door.complaints()[0].message.address == "Kota Semarang, Jawa Tengah"


def test_a_category_is_taken_by_its_code_its_name_or_with_a_subcategory(door: House) -> None:
    """And any other is told."""
    for sent in ("kesehatan", "Kesehatan", "kesehatan/PUSKESMAS"):
        assert door.send(category=sent).status_code == 202
    assert [complaint.message.topic for complaint in door.complaints()] == [
        "Kesehatan",
        "Kesehatan",
        "Kesehatan/PUSKESMAS",
    ]
    assert door.send(category="Astrologi").json()["errors"][0]["message"] == "Kategori ini tidak dikenal."


def test_a_date_that_has_not_come_is_told(door: House) -> None:
    """Words are read later."""
    assert door.send(occurred="2999-01-01").json()["errors"][0]["field"] == "occurred"
    assert door.send(occurred="minggu depan").status_code == 202


def test_a_key_names_one_request_in_every_process(keys: Keyring, tmp_path: Path) -> None:
    """With an empty disk, on another machine: the id follows from the key, whatever the content is."""
    codes = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        house = House(keys, tmp_path / name)
        codes += [house.send(key="k", text=text).json()["tracking_code"] for text in ("a", "b")]
        assert house.send(key="l", text="a").json()["tracking_code"] not in codes
        house.close()
    assert len(set(codes)) == 1


def test_a_key_is_that_of_its_client_alone(opened: Opened) -> None:
    """Two apps may choose the same: each has a complaint of its own."""
    shown, lines = zip(*(new_api_key(name) for name in ("aplikasi", "kota")), strict=True)
    house = opened(*lines)
    for key in (*shown, *shown):
        house.http.post(API, json={"text": "x"}, headers={"X-API-Key": key, "Idempotency-Key": "1" * 16})
    ids = [complaint.id for complaint in house.complaints()]
    assert ids[:2] == ids[2:]
    assert len(set(ids)) == 2


def test_what_comes_with_a_governments_own_key_is_of_its_region(opened: Opened) -> None:
    """The name in the file has the region behind it; another client's complaint has none."""
    shown, lines = zip(new_api_key("kota", "33.74"), new_api_key("aplikasi"), strict=True)
    house = opened(*lines)
    for key in shown:
        house.http.post(API, json={"text": "bantuan PKH saya tidak cair"}, headers={"X-API-Key": key})
    own, other = house.complaints()
    assert (own.message.keyword_region, other.message.keyword_region) == ("33.74", None)


@pytest.mark.parametrize("length", [1, 15, 201])
def test_a_key_that_can_be_guessed_or_is_too_long_is_told(door: House, length: int) -> None:
    """By the API and by Open311."""
    long = {"Idempotency-Key": "k" * length}
    for answer in (
        door.http.post(API, json={"text": "x"}, headers=long),
        door.http.post(OPEN311, data=POSTED, headers=long),
    ):
        assert answer.status_code == 422
        assert "Idempotency-Key" in answer.text


def test_where_keys_are_set_each_request_of_the_api_shows_one(opened: Opened, tmp_path: Path) -> None:
    """As X-API-Key or as a bearer token; the form stays open to citizens."""
    key, line = new_api_key("aplikasi")
    house = opened("# clients", "", line, "")
    wrong: list[dict[str, str]] = [{}, {"X-API-Key": "x"}, {"Authorization": "Basic x"}, {"Authorization": "Bearer x"}]
    for shown in wrong:
        for answer in (
            house.http.post(API, json={"text": "x"}, headers=shown),
            house.http.get(f"{API}/00000000000", headers=shown),
            house.http.post(FILES, content=PNG, headers=shown),
        ):
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
    for shown in ({"X-API-Key": key}, {"Authorization": f"Bearer {key}"}):
        assert house.http.post(API, json={"text": "x"}, headers=shown).status_code == 202
    assert house.fill(text="Banjir").status_code == 303
    assert "security" in house.http.get("/api/v1/openapi.json").json()
    (tmp_path / "keys").write_text("")
    assert house.http.post(API, json={"text": "x"}, headers={"X-API-Key": key}).status_code == 401


@pytest.mark.parametrize("line", ["aplikasi", "aplikasi:1234", ":" + "0" * 64])
def test_a_file_of_keys_that_is_wrong_stops_the_start(tmp_path: Path, line: str) -> None:
    """With the line's number; and so does one that is not there."""
    path = tmp_path / "keys"
    with pytest.raises(ConfigurationError, match="LAPOR_API_KEYS_FILE"):
        ApiKeys(path)
    path.write_text(f"\n{line}\n")
    with pytest.raises(ConfigurationError, match="line 2"):
        ApiKeys(path)


LIMITED = Limits(reads=rate("3/hour", ""), writes=rate("2/hour", ""), keyed=rate("4/hour", ""))
"""Each client may send twice and ask thrice an hour."""

PROXY = "127.0.0.1"
"""It is believed."""


def test_a_client_that_sends_too_often_is_told_when_to_come_again(opened: Opened) -> None:
    """Each by its own address, as the proxy tells it; IPv6 by the network of one customer; in the form that its program reads."""
    house = opened(limits=LIMITED, proxies=PROXY)

    def send(client: str, path: str = API) -> httpx.Response:
        return house.http.post(path, json={"text": "x"}, headers={"X-Forwarded-For": client})

    assert [send("203.0.113.7").status_code for _ in range(3)] == [202, 202, 429]
    assert send("203.0.113.8").status_code == 202
    assert [send(f"2001:db8:0:1::{number}").status_code for number in (1, 2, 3)] == [202, 202, 429]
    assert send("2001:db8:0:2::1").status_code == 202
    for path, kind in [
        (API, "application/problem+json"),
        ("/", "text/html"),
        ("/open311/v2/requests.xml", "text/xml"),
        ("/open311/v2/requests.json", "application/json"),
    ]:
        answer = send("203.0.113.7", path)
        assert answer.status_code == 429
        assert answer.headers["content-type"].startswith(kind)
        assert 0 < int(answer.headers["retry-after"]) <= 2 * 3600
        assert "Terlalu banyak permintaan" in answer.text


def test_reading_is_counted_apart_and_static_files_are_not(opened: Opened) -> None:
    """A page's style must come with it."""
    house = opened(limits=LIMITED, proxies=PROXY)
    client = {"X-Forwarded-For": "203.0.113.7"}
    assert [house.http.get("/lacak", headers=client).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert house.http.get("/static/x/app.css", headers=client).status_code == 404
    assert house.http.get("/health", headers=client).status_code == 200


def test_loopback_is_limited_too_and_programs_of_the_installation_are_not(opened: Opened, keys: Keyring) -> None:
    """A proxy on this machine that nobody has set would lift all limits; `lapor feed` shows that it knows the secret."""
    house = opened(limits=replace(LIMITED, local=local_word(keys)))
    assert [house.http.get("/lacak").status_code for _ in range(4)] == [200, 200, 200, 429]
    for word, statuses in ((local_word(keys), {200}), ("guessed", {429}), ("", {429})):
        assert {house.http.get("/lacak", headers={LOCAL_HEADER: word}).status_code for _ in range(5)} == statuses, word


def test_a_client_that_nobody_vouches_for_cannot_choose_its_address(opened: Opened) -> None:
    """Only the word of a set proxy is taken: whatever it says, it is the same client."""
    house = opened(limits=LIMITED, proxies="192.0.2.1")
    statuses = [
        house.http.post(API, json={"text": "x"}, headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
        for number in range(3)
    ]
    assert statuses == [202, 202, 429]


def test_a_client_with_a_key_is_limited_by_its_name(opened: Opened) -> None:
    """It speaks for many citizens, from any address."""
    key, line = new_api_key("aplikasi")
    house = opened(line, limits=LIMITED, proxies=PROXY)
    statuses = [
        house.http.post(
            API, json={"text": "x"}, headers={"X-API-Key": key, "X-Forwarded-For": f"203.0.113.{number}"}
        ).status_code
        for number in range(5)
    ]
    assert statuses == [202, 202, 202, 202, 429]


def test_behind_a_proxy_with_https_the_cookie_is_this_hosts_alone(opened: Opened) -> None:
    """Secure, with the prefix that no other host can set, and browsers are told to stay with https."""
    house = opened(proxies=PROXY)
    answer = house.http.get("/", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"})
    assert answer.headers["set-cookie"].startswith("__Host-lapor=")
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in house.http.get("/").headers


@pytest.mark.parametrize("text", ["many", "60", "0/minute/x"])
def test_a_limit_that_is_none_stops_the_start(text: str) -> None:
    """And names its variable."""
    with pytest.raises(ConfigurationError, match="LAPOR_WEB_READS"):
        rate(text, "LAPOR_WEB_READS")


def test_the_document_is_valid_openapi_and_has_every_field(door: House) -> None:
    """OpenAPI 3.1, generated from the model that checks what is sent."""
    found = door.http.get("/api/v1/openapi.json").json()
    validate(found)
    assert found["openapi"].startswith("3.1")
    assert found["components"]["schemas"]["Submission"]["properties"].keys() == Submission.model_fields.keys()
    assert "security" not in found
    assert found == json.loads(json.dumps(document(needs_key=False)))
