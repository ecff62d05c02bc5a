"""The web channel on a real socket: it acknowledges only with a receipt, answers people and programs, and nothing runs in a browser."""

import asyncio
import html
import json
import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.web.channel import WebChannel, application
from channels.web.security import HEADERS
from complaints import tracking
from complaints.crypto import Keyring
from complaints.errors import ConfigurationError
from complaints.message import InboundMessage
from tests.harness.fakes import Mode
from tests.harness.tables import row_by_row
from tests.harness.web import API, House, door, served

__all__ = ["door", "served"]


def test_the_api_answers_202_with_a_code_that_is_the_complaints(door: House) -> None:
    """And the complaint is on the bus by then."""
    answer = door.send()
    (complaint,) = door.complaints()
    assert answer.status_code == 202
    assert answer.json() | {"receipt": ""} == {
        "id": str(complaint.id),
        "tracking_code": complaint.mailbox,
        "receipt": "",
        "receipt_key": door.receipt_key(complaint),
        "again": False,
        "emergency": "",
    }
    assert tracking.parse(answer.json()["tracking_code"])


def test_a_retry_with_its_key_is_one_complaint(door: House) -> None:
    """The same key has the same code. Another key, or none, has another."""
    codes = [
        door.send(key=key, text=text).json()["tracking_code"]
        for key, text in [("k", "a"), ("k", "a"), ("l", "a"), (None, "a"), (None, "a")]
    ]
    assert codes[0] == codes[1]
    assert len(set(codes)) == 4


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u3164\u2800", "\u202e\0"], ids=ascii)
def test_faults_of_the_api_are_problem_json_in_indonesian(door: House, text: str) -> None:
    """RFC 9457, with the field and what to do. A text without a visible character is none."""
    answer = door.http.post(API, json={"text": text, "nik": 1})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"field": "text", "message": "Isian ini wajib diisi."} in answer.json()["errors"]
    assert answer.json()["status"] == 422
    assert door.complaints() == []


def test_a_double_click_is_one_complaint(door: House) -> None:
    """Two requests at the same time with the same key have the same id and the same code."""
    with ThreadPoolExecutor(4) as clicks:
        answers = [click.result().json() for click in [clicks.submit(door.send, key="klik") for _ in range(4)]]
    assert len({(answer["id"], answer["tracking_code"]) for answer in answers}) == 1
    assert {(str(one.id), one.mailbox) for one in door.complaints()} == {
        (answers[0]["id"], answers[0]["tracking_code"])
    }


def test_the_first_content_of_a_key_counts(door: House) -> None:
    """A second request with the same key and another text is answered as the first, and stands behind it in the same mailbox."""
    first, second = door.send(key="satu", text="Jalan rusak"), door.send(key="satu", text="Lampu mati")
    assert first.status_code == second.status_code == 202
    assert [first.json()[name] for name in ("id", "tracking_code")] == [
        second.json()[name] for name in ("id", "tracking_code")
    ]
    one, two = door.complaints()
    assert (one.id, one.mailbox) == (two.id, two.mailbox)
    assert one.message.text == "Jalan rusak"


def test_a_second_form_with_the_same_key_and_another_text_is_the_first_one(door: House) -> None:
    """Whoever goes back in the browser and changes the text is led to the complaint that was sent: it can be completed there."""
    hidden = door.form()
    places = [
        door.http.post("/", data={**hidden, "text": text}).headers["location"] for text in ("Jalan rusak", "Lampu mati")
    ]
    assert len(set(places)) == 1
    assert [one.message.text for one in door.complaints()] == ["Jalan rusak", "Lampu mati"]
    assert len({(one.id, one.mailbox) for one in door.complaints()}) == 1


def test_the_same_key_in_a_form_and_in_the_api_is_two_complaints(door: House) -> None:
    """Nobody finds another citizen's code by the key that a form happens to have."""
    door.fill(text="Jalan rusak", form_key="sama")
    code = door.send(key="sama").json()["tracking_code"]
    assert code != door.complaints()[0].mailbox


@pytest.mark.parametrize("body", [b"", b"\xff\xfe{}", b'{"text": "\\udc00"}', b'{"text": "a\xc3("}', b"[" * 9000])
def test_bytes_that_are_no_json_are_422_and_not_a_fault_of_ours(door: House, body: bytes) -> None:
    """Invalid UTF-8, half a surrogate pair, deep nesting."""
    assert door.http.post(API, content=body).status_code == 422


@pytest.mark.parametrize("text", ["a\u0000b", "🌊 banjir", "\u202eterbalik"])
def test_odd_characters_are_taken_as_they_are(door: House, text: str) -> None:
    """NUL, emoji and marks of direction reach the event."""
    assert door.send(text=text).status_code == 202
    assert json.loads(door.complaints()[0].message.body)["text"] == text


def test_a_body_that_says_it_is_large_is_refused_unread(door: House) -> None:
    """Ten megabytes are announced and none is sent: the answer comes at once."""
    head = f"POST {API} HTTP/1.1\r\nHost: x\r\nContent-Length: {10 << 20}\r\n\r\n".encode()
    assert door.raw(head).startswith(b"HTTP/1.1 413 ")


def test_a_chunked_body_is_refused_when_it_grows_too_large(door: House) -> None:
    """It announces nothing, and never ends."""
    head = f"POST {API} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    assert door.raw(head + chunk * 17).startswith(b"HTTP/1.1 413 ")


def test_a_client_that_leaves_in_the_middle_disturbs_nobody(door: House) -> None:
    """The next one is served."""
    with socket.create_connection(("127.0.0.1", door.port)) as wire:
        wire.sendall(f"POST {API} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())
    assert door.send().status_code == 202
    assert len(door.complaints()) == 1


def test_a_port_that_is_taken_is_told_and_no_turn_of_the_loop_says_that_the_door_is_up(door: House) -> None:
    """`lapor up` would be ready with another program's answers."""
    turns: list[None] = []
    second = WebChannel(door.intake, ("127.0.0.1", door.port), door.parts, turned=lambda: turns.append(None))
    with pytest.raises(ConfigurationError, match=f"127.0.0.1:{door.port}.*LAPOR_WEB"):
        second.run(threading.Event())
    assert turns == []


def test_a_sent_form_leads_to_the_page_with_its_code(door: House) -> None:
    """Post, redirect, get: reloading the page sends nothing again, and neither does the button pressed twice."""
    sent = {"text": "Lampu mati", **door.form()}
    answers = [door.http.post("/", data=sent) for _ in range(2)]
    (code,) = {complaint.mailbox for complaint in door.complaints()}
    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [(303, f"/diterima/{code}")] * 2
    page = door.http.get(answers[0].headers["location"])
    assert page.status_code == 200
    assert tracking.spaced(code) in page.text


def test_a_wrong_form_comes_back_with_its_faults_and_all_that_was_typed(door: House) -> None:
    """The fault stands beside its field and in the list on top; the boxes stay ticked."""
    typed = {
        "title": "x" * 201,
        "text": "",
        "location": "Jl. Pemuda & Jl. Pandanaran",
        "occurred": "kemarin",
        "agency": "Dinas PU",
        "secret": "true",
        "form_key": "abc",
    }
    answer = door.fill(**typed)
    assert answer.status_code == 422
    shown = html.unescape(answer.text)
    assert all(value in shown for value in typed.values())
    for name, message in (
        ("text", "Isian ini wajib diisi."),
        ("title", "Isian ini terlalu panjang, paling banyak 200 karakter."),
    ):
        assert re.search(f'id="{name}-wrong">.*{message}', shown)
        assert re.search(f'name="{name}"[^>]* aria-describedby="{name}-hint {name}-wrong" aria-invalid="true"', shown)
        assert f'<a href="#{name}">' in shown
    assert re.search(r'name="secret" value="true" checked', shown)
    assert not re.search(r'name="anonymous" value="true" checked', shown)


@pytest.mark.parametrize("field", ["title", "text", "location", "occurred", "agency", "form_key", "secret"])
@row_by_row
def test_what_is_typed_never_becomes_markup(door: House, field: str, attack: str) -> None:
    """In each field: it comes back as text."""
    answer = door.fill(**{"title": "x" * 201, "text": "", field: attack})
    assert answer.status_code == 422
    assert "<script>" not in answer.text
    assert "<img src=x" not in answer.text
    if field != "secret":  # a box has no text to show
        assert html.escape(attack).replace("&quot;", "&#34;").replace("&#x27;", "&#39;") in answer.text


def test_a_form_of_a_thousand_fields_is_refused(door: House) -> None:
    """A page says so, and it is no fault of ours."""
    answer = door.http.post("/", content=b"a=1&" * 1000)
    assert answer.status_code == 400
    assert "Formulir ini tidak dapat dibaca." in answer.text


@pytest.mark.parametrize("code", ["x", "00000000001", "%00", "<script>", "é" * 11])
def test_a_code_that_is_none_has_a_page_that_says_so(door: House, code: str) -> None:
    """404, in words, with the way back, and without the code in it."""
    answer = door.http.get(f"/diterima/{code}")
    assert answer.status_code == 404
    assert "Kode laporan ini tidak dikenal." in answer.text
    assert 'href="/"' in answer.text
    assert "<script" not in answer.text


def test_nothing_can_keep_it_is_503_with_the_time_to_come_again(keys: Keyring, tmp_path: Path) -> None:
    """Kafka away and the spool full; by the form and by the API."""
    house = House(keys, tmp_path, spool_bytes=100)
    house.producer.mode = Mode.away
    for answer in (house.send(), house.fill(text="Jalan rusak")):
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert "coba lagi" in answer.text
        assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    house.close()


REQUESTS = [
    ("GET", "/", 200, {}),
    ("HEAD", "/", 200, {}),
    ("OPTIONS", "/", 405, {}),
    ("PUT", "/", 405, {}),
    ("BREW", "/", 405, {}),
    ("POST", "/", 403, {}),
    ("GET", "/lacak", 200, {}),
    ("GET", "/lacak?kode=x", 422, {}),
    ("GET", "/lacak/x", 404, {}),
    ("PUT", "/lacak/x", 405, {}),
    ("GET", "/static/x/app.css", 404, {}),
    ("GET", "/diterima/x", 404, {}),
    ("GET", "/open311/v2/services.json", 200, {}),
    ("POST", "/open311/v2/requests.xml", 400, {}),
    ("GET", "/open311/v2/tidak-ada.xml", 404, {}),
    ("PATCH", "/open311/v2/requests.json", 405, {}),
    ("GET", "/tidak-ada", 404, {}),
    ("GET", "/api/tidak-ada", 404, {}),
    ("HEAD", API, 405, {}),
    ("DELETE", API, 405, {}),
    ("POST", API, 422, {}),
    ("POST", API, 413, {"content": b"x" * ((1 << 20) + 1)}),
    ("GET", "/health", 200, {}),
]


@pytest.mark.parametrize(("method", "path", "status", "more"), REQUESTS, ids=lambda value: str(value)[:30])
def test_every_answer_has_the_security_headers(
    door: House, method: str, path: str, status: int, more: dict[str, Any]
) -> None:
    """Errors too, and pages have words where programs have problem+json."""
    answer = door.http.request(method, path, **more)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    if status == 405:
        assert "POST" in answer.headers["allow"]
    if status >= 400:
        kinds: dict[str, Any] = {"/api/": "application/problem+json", "/open311/": ("text/xml", "application/json")}
        expected = next((kind for start, kind in kinds.items() if path.startswith(start)), "text/html")
        assert answer.headers["content-type"].startswith(expected)
    assert "Not Found" not in answer.text
    assert "Method Not Allowed" not in answer.text


class FallsOver:
    """An intake with a fault of our own."""

    def take(self, _: InboundMessage) -> Any:
        """Fall over."""
        raise RuntimeError("secret detail")


@row_by_row
def test_a_fault_of_our_own_is_told_in_words_and_without_its_details(
    path: str, body: dict[str, str], kind: str, door: House
) -> None:
    """500 with the headers; the trace is for the log."""

    async def send() -> httpx.Response:
        app = application(FallsOver(), door.parts)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            wanted: dict[str, Any] = {"json": body} if path.startswith("/api") else {"data": body}
            return await client.post(path, **wanted)

    answer = asyncio.run(send())
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith(kind)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "Ada gangguan" in answer.text
    assert "secret detail" not in answer.text
