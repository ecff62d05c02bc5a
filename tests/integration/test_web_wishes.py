"""What a citizen does with his case on its page and by the API: each wish becomes one message with its act, where the state allows it."""

import re
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response
from msgspec.structs import replace

from channels.web.parse import SHORTEST_KEY
from channels.web.wishes import MOST_WORDS, WISHES
from complaints.case import CaseState, Rating
from complaints.fact import FactKind, Result
from complaints.message import InboundMessage
from tests.harness.mailboxes import Kept
from tests.harness.tables import row_by_row
from tests.harness.web import API, PNG, House, door, served
from tests.harness.web_cases import Facts

__all__ = ["door", "served"]


def settled(door: House, state: CaseState) -> str:
    """Let a complaint become a case in a state, and return its code."""
    door.send(text="Jalan berlubang")
    (complaint,) = door.complaints()
    door.settle(complaint, state, *Facts(complaint).made, secret=True)
    return complaint.mailbox


def accepted(door: House) -> Kept:
    """Let a report by the form become a case that its owner has accepted; the browser has its receipt key."""
    door.fill(text="Jalan berlubang")
    (complaint,) = door.complaints()
    door.settle(complaint)
    return complaint


def keyed(door: House) -> dict[str, str]:
    """Return the field by which whoever sent the only complaint proves it."""
    (complaint,) = door.complaints()
    return {"receipt_key": door.receipt_key(complaint)}


def sent(door: House, code: str, path: str, **fields: str) -> Response:
    """Send the form of a wish as a browser does that has loaded it."""
    shown = door.http.get(f"/lacak/{code}/{path}")
    hidden = dict(re.findall(r'name="(token|form_key)" value="([^"]*)"', shown.text))
    return door.http.post(f"/lacak/{code}/{path}", data={**hidden, **fields})


def wanted(door: House) -> list[InboundMessage]:
    """Return the messages that wishes became."""
    return [one.message for one in door.additions()]


@row_by_row
def test_a_wish_becomes_a_message_with_its_act(
    door: House, path: str, state: CaseState, fields: dict[str, str], act: str
) -> None:
    """About the case, with his words, without a sender; the page then says that it was received."""
    code = settled(door, state)
    answer = sent(door, code, path, **keyed(door), **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/lacak/{code}?permintaan={path}")
    (message,) = wanted(door)
    assert (message.act, message.about, message.text, message.sender) == (act, code, fields.get("text", ""), "")
    assert "Permintaan Anda sudah kami terima" in door.http.get(answer.headers["location"]).text


@pytest.mark.parametrize("path", WISHES)
def test_the_same_form_sent_twice_is_one_wish(door: House, path: str) -> None:
    """A second press of the button has the same name."""
    wish = WISHES[path]
    code = settled(door, min(wish.states))
    shown = door.http.get(f"/lacak/{code}/{path}").text
    fields = dict(re.findall(r'name="(token|form_key)" value="([^"]*)"', shown)) | keyed(door)
    fields |= {"stars": "5", "hide": "secret", "show": "secret"}
    for _ in range(2):
        assert door.http.post(f"/lacak/{code}/{path}", data=fields).status_code == 303
    assert len({one.upstream_id for one in wanted(door)}) == 1


@pytest.mark.parametrize("path", [path for path, wish in WISHES.items() if len(wish.states) < 11])
def test_what_the_state_does_not_allow_is_not_offered_and_not_taken(door: House, path: str) -> None:
    """Nor by the API, which says 409."""
    wish = WISHES[path]
    states: tuple[CaseState, ...] = ("accepted", "closed")
    state = next(one for one in states if one not in wish.states)
    code = settled(door, state)
    page = door.http.get(f"/lacak/{code}").text
    assert f"/lacak/{code}/{path}" not in page
    shown = door.http.get(f"/lacak/{code}/{path}")
    assert (shown.status_code, "keadaan laporan sudah berubah" in shown.text) == (422, True)
    fields = dict(re.findall(r'name="(token|form_key)" value="([^"]*)"', page)) | {"stars": "5"}
    assert door.http.post(f"/lacak/{code}/{path}", data=fields).status_code in {409, 422}
    body: dict[str, Any] = {"stars": 5} if path == "nilai" else {}
    assert door.http.post(f"{API}/{code}/{wish.api}", json=body).status_code == 409
    assert wanted(door) == []


@pytest.mark.parametrize(
    ("path", "state", "fields", "what"),
    [
        ("nilai", "closed", {}, "Isian ini wajib diisi."),
        ("nilai", "closed", {"stars": "6"}, "Pilih satu angka."),
        ("rahasiakan", "accepted", {"hide": "semua"}, "Pilih salah satu."),
        ("cabut", "accepted", {"text": "x" * (MOST_WORDS + 1)}, "terlalu panjang"),
    ],
)
def test_a_fault_is_told_beside_its_field_and_nothing_is_lost(
    door: House, path: str, state: CaseState, fields: dict[str, str], what: str
) -> None:
    """The form comes again with what was typed."""
    code = settled(door, state)
    answer = sent(door, code, path, **{"text": "Kata saya", **fields})
    assert (answer.status_code, what in answer.text) == (422, True)
    assert fields.get("text", "Kata saya") in answer.text
    assert wanted(door) == []


def test_another_site_s_form_is_not_taken(door: House) -> None:
    """Without the browser's token nothing is withdrawn; the form comes again."""
    code = settled(door, "accepted")
    answer = door.http.post(f"/lacak/{code}/cabut", data={"text": "x"})
    assert (answer.status_code, "Kirim sekali lagi" in answer.text) == (403, True)
    assert wanted(door) == []


def test_a_page_that_is_none_and_a_case_that_is_none(door: House) -> None:
    """404 for a page that is none; a case that is not there yet says so."""
    code = settled(door, "accepted")
    assert door.http.get(f"/lacak/{code}/hapus").status_code == 404
    assert door.http.post(f"{API}/{code}/deletion", json={}).status_code == 404
    assert door.http.post(f"{API}/2Q74GVWWCE3/withdrawal", json={}).status_code == 404
    assert "belum dapat" in door.http.get("/lacak/2Q74GVWWCE3/cabut").text


@row_by_row
def test_the_app_does_the_same_once_per_key(
    door: House, api: str, state: CaseState, body: dict[str, Any], act: str
) -> None:
    """202 with the id of the wish; the same key is the same wish."""
    code = settled(door, state)
    headers = {"Idempotency-Key": "a-key-of-the-app-0001"}
    if "receipt_key" in body:
        assert door.http.post(f"{API}/{code}/{api}", json=body, headers=headers).status_code == 403
        body = body | keyed(door)
    answers = [door.http.post(f"{API}/{code}/{api}", json=body, headers=headers) for _ in range(2)]
    assert [one.status_code for one in answers] == [202, 202]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert {one.act for one in wanted(door)} == {act}
    assert door.http.post(f"{API}/{code}/{api}", json={"x": 1}).status_code == 422


@pytest.mark.parametrize("path", ["cabut", "nilai", "tampilkan"])
@pytest.mark.parametrize("typed", ["", "00000 00000", "the code"])
def test_the_code_alone_withdraws_rates_and_shows_nothing(door: House, path: str, typed: str) -> None:
    """Analysts, officers and whoever stands behind the citizen may have seen it."""
    code = settled(door, "closed" if path == "nilai" else "accepted")
    answer = sent(door, code, path, stars="5", show="secret", receipt_key=code if typed == "the code" else typed)
    assert (answer.status_code, "Isi kunci tanda terima" in answer.text) == (403, True)
    assert wanted(door) == []


def test_the_browser_that_sent_the_report_keeps_its_key_until_it_is_told_to_forget(door: House) -> None:
    """It is shown on the receipt and on the page of the case, for a year; nobody types it there."""
    sent_report = door.fill(text="Jalan berlubang")
    location = sent_report.headers["location"]
    (complaint,) = door.complaints()
    key, code = door.receipt_key(complaint), complaint.mailbox
    assert [one for one in sent_report.headers.get_list("set-cookie") if "Max-Age=31536000" in one]
    assert key in door.http.get(location).text
    door.settle(complaint, "accepted")
    assert key in door.http.get(f"/lacak/{code}").text
    assert 'name="receipt_key"' not in door.http.get(f"/lacak/{code}/cabut").text
    assert sent(door, code, "cabut").status_code == 303
    door.fill(f"/lacak/{code}", text="x")
    token = door.form(f"/lacak/{code}")["token"]
    assert door.http.post(f"/lacak/{code}/lupakan", data={"token": token}).status_code == 303
    assert key not in door.http.get(f"/lacak/{code}").text
    assert key not in door.http.get(f"/diterima/{code}").text
    assert sent(door, code, "cabut").status_code == 403
    assert 'name="receipt_key"' in door.http.get(f"/lacak/{code}/cabut").text


def test_the_key_is_forgotten_only_after_a_question_that_shows_it(door: House) -> None:
    """The page of the case has a link alone, which changes nothing; the question says to write the key down."""
    complaint = accepted(door)
    key, path = door.receipt_key(complaint), f"/lacak/{complaint.mailbox}"
    page = door.http.get(path).text
    assert (f'href="{path}/lupakan"' in page, f'action="{path}/lupakan"' in page) == (True, False)
    question = door.http.get(f"{path}/lupakan").text
    assert ("Catat dulu kunci ini" in question, key in question, 'class="quiet"' in question) == (True, True, True)
    assert key in door.http.get(path).text
    assert door.fill(f"{path}/lupakan").status_code == 303
    assert key not in door.http.get(path).text
    assert door.http.get(f"{path}/lupakan").headers["location"] == path


def test_a_wish_is_confirmed_once_and_shows_what_it_led_to(door: House) -> None:
    """The page that follows waits for the view; later the page of the case says nothing of it, and so of an addition."""
    door.fill(text="Jalan berlubang")
    (complaint,) = door.complaints()
    path = f"/lacak/{complaint.mailbox}"
    door.settle(complaint, "closed", *Facts(complaint).made)
    answer = sent(door, complaint.mailbox, "belum-selesai")
    pending = door.http.get(answer.headers["location"]).text
    assert ("muat ulang" in pending, "Selesai" in pending) == (True, True)
    (wish,) = door.additions()
    door.settle(complaint, "reopened", *Facts(complaint).after(wish.id, FactKind.reopened).made)
    done = door.http.get(answer.headers["location"]).text
    assert ("sudah kami jalankan" in done, "muat ulang" in done) == (True, False)
    assert 'class="state reopened"' in done
    assert "Terima kasih" not in door.http.get(path).text.split("Kabar untuk Anda")[0]


def test_a_wish_that_was_refused_is_told_as_an_error(door: House) -> None:
    """In the box of errors, which is read out at once, and not in that of success."""
    door.fill(text="Jalan berlubang")
    (complaint,) = door.complaints()
    door.settle(complaint, "closed", *Facts(complaint).made)
    answer = sent(door, complaint.mailbox, "belum-selesai")
    (wish,) = door.additions()
    refused = Facts(complaint).after(
        wish.id, (FactKind.declined, {"command": "reopen", "result": Result.refused, "text": "x"})
    )
    door.settle(complaint, "accepted", *refused.made)
    page = door.http.get(answer.headers["location"]).text
    assert '<div class="summary" role="alert">\n<h2>Permintaan tidak kami jalankan</h2>' in page
    assert 'class="done"' not in page


def test_the_number_for_emergencies_can_be_dialled_where_we_tell_it(door: House) -> None:
    """In what happened to the case; a number of an agency's answer, and what looks like a page, stay as they are."""
    door.fill(text="Ada kebakaran di rumah tetangga, orangnya terjebak, tolong sekarang")
    (complaint,) = door.complaints()
    told = Facts(complaint).after(uuid4(), (FactKind.answered, {"text": "<b>Hubungi 112</b>"}))
    door.settle(complaint, "answered", *told.made, secret=False)
    page = door.http.get(f"/lacak/{complaint.mailbox}").text
    assert page.count('Telepon <a href="tel:112">112</a>.') == 1
    assert "&lt;b&gt;Hubungi 112&lt;/b&gt;" in page


def test_a_rated_case_shows_the_rating_and_not_its_empty_form(door: House) -> None:
    """It may be changed on a page of its own."""
    code = settled(door, "closed")
    assert 'name="stars"' in door.http.get(f"/lacak/{code}").text
    (complaint,) = door.complaints()
    rating = Rating(stars=4, at=complaint.message.received_at)
    door.settle(complaint, "closed", *Facts(complaint).made, rating=rating)
    page = door.http.get(f"/lacak/{code}").text
    assert ("4 dari 5" in page, 'name="stars"' in page, f'href="/lacak/{code}/nilai"' in page) == (True, False, True)


def test_what_is_hidden_already_is_not_offered_again(door: House) -> None:
    """Of a report that is both secret and anonymous nothing can be hidden; to show again only what is hidden is offered."""
    code = settled(door, "accepted")
    assert "Minta anonim</a>" in door.http.get(f"/lacak/{code}").text
    hiding, showing = (door.http.get(f"/lacak/{code}/{path}").text for path in ("rahasiakan", "tampilkan"))
    assert ('value="secret"' in hiding, 'value="anonymous"' in hiding) == (False, True)
    assert ('value="secret"' in showing, 'value="anonymous"' in showing) == (True, False)
    (complaint,) = door.complaints()
    case = door.cases.known[code]
    both = replace(case, complaint=replace(case.complaint, anonymous=True))
    door.cases.known[complaint.mailbox] = both
    assert f"/lacak/{code}/rahasiakan" not in door.http.get(f"/lacak/{code}").text


def test_a_page_of_a_wish_says_its_title_once(door: House) -> None:
    """As its heading."""
    code = settled(door, "accepted")
    for path in ("cabut", "rahasiakan", "tampilkan"):
        page = door.http.get(f"/lacak/{code}/{path}").text
        assert re.findall(r"<h\d[^>]*>([^<]*)", page) == [WISHES[path].title]


def test_who_sends_other_words_under_a_known_key_gets_no_receipt_key(door: House) -> None:
    """Neither by the API nor by Open311; who sends the same again has lost the answer, and gets it."""
    requests, first = "/open311/v2/requests.json", {"service_code": "lainnya", "description": "Jalan berlubang"}
    headers = {"Idempotency-Key": "k" * SHORTEST_KEY}
    door.send(text="Jalan berlubang", key="k")
    door.http.post(requests, data=first, headers=headers)
    keys = [door.receipt_key(complaint) for complaint in door.complaints()]
    for complaint in door.complaints():
        door.settle(complaint)
    for words, is_same in (("Jalan berlubang", True), ("lain", False)):
        answer = door.send(text=words, key="k").json()
        assert (answer["again"], answer["receipt_key"]) == (True, keys[0] if is_same else "")
        other = door.http.post(requests, data=first | {"description": words}, headers=headers)
        assert (other.status_code, keys[1] in other.text) == (200, is_same)


@pytest.mark.parametrize(
    "other",
    [{"text": "lain"}, {"latitude": -6.9, "longitude": 110.4}, {"attachments": [{"sha256": "", "name": "x.png"}]}],
)
def test_the_key_of_another_content_under_a_known_key_opens_nothing(door: House, other: dict[str, Any]) -> None:
    """Also before the view has the report, and by whichever process: the receipt key is made of all that was sent."""
    if "attachments" in other:
        kept_file = door.http.post("/api/v1/attachments", content=PNG)
        other = {"attachments": [{"sha256": kept_file.json()["sha256"], "name": "x.png"}]}
    first = {"text": "Jalan berlubang"}
    own, again, strange = (door.send(key="k", **said).json() for said in (first, first, first | other))
    assert own["tracking_code"] == again["tracking_code"] == strange["tracking_code"]
    assert own["receipt_key"] == again["receipt_key"] != strange["receipt_key"]
    door.settle(door.complaints()[0], "accepted")
    path = f"{API}/{own['tracking_code']}/withdrawal"
    assert door.http.post(path, json={"receipt_key": strange["receipt_key"]}).status_code == 403
    assert door.http.post(path, json={"receipt_key": own["receipt_key"]}).status_code == 202


def test_whoever_adds_with_the_receipt_key_is_known_to_the_case(door: House) -> None:
    """By the browser that keeps it, or typed; whoever adds by the code alone is not, and a wrong key is told beside its field."""
    complaint = accepted(door)
    path, key = f"/lacak/{complaint.mailbox}", door.receipt_key(complaint)
    assert 'name="key"' not in door.http.get(path).text
    assert door.fill(path, text="dari peramban ini").status_code == 303
    door.http.cookies.clear()
    assert 'name="key"' in door.http.get(path).text
    wrong = door.fill(path, text="dengan kunci salah", key="00000 00000")
    assert (wrong.status_code, 'id="key-wrong"' in wrong.text, "dengan kunci salah" in wrong.text) == (403, True, True)
    assert [door.fill(path, text=text, key=typed).status_code for text, typed in (("a", key), ("b", ""))] == [303, 303]
    assert [(one.message.text, one.message.proven) for one in door.additions()] == [
        ("dari peramban ini", True),
        ("a", True),
        ("b", False),
    ]


def test_a_form_key_is_known_to_its_browser_alone(door: House) -> None:
    """Another browser that sends it makes a report of its own; this one, once it has forgotten the key, gets it by the same words alone."""
    door.fill(text="Jalan berlubang", form_key="sama")
    (complaint,) = door.complaints()
    door.settle(complaint)
    key, code = door.receipt_key(complaint), complaint.mailbox
    door.http.post(f"/lacak/{code}/lupakan", data={"token": door.form(f"/lacak/{code}")["token"]})
    for words, is_given in (("lain", False), ("Jalan berlubang", True)):
        door.fill(text=words, form_key="sama")
        assert (key in door.http.get(f"/lacak/{code}").text) == is_given
    door.http.cookies.clear()
    assert code not in door.fill(text="Jalan berlubang", form_key="sama").headers["location"]


def test_another_site_s_form_lets_nothing_be_forgotten(door: House) -> None:
    """Without the browser's token the key stays."""
    complaint = accepted(door)
    assert door.http.post(f"/lacak/{complaint.mailbox}/lupakan", data={"token": "x"}).status_code == 303
    assert door.receipt_key(complaint) in door.http.get(f"/lacak/{complaint.mailbox}").text


def test_the_app_is_told_the_key_and_it_may_be_typed_as_people_do(door: House) -> None:
    """Small letters, no spaces, and O for 0."""
    answer = door.send(text="Jalan berlubang").json()
    (complaint,) = door.complaints()
    assert answer["receipt_key"] == door.receipt_key(complaint)
    door.settle(complaint, "accepted")
    typed = answer["receipt_key"].lower().replace(" ", "").replace("0", "o")
    code = complaint.mailbox
    assert door.http.post(f"{API}/{code}/withdrawal", json={"receipt_key": typed}).status_code == 202


def test_the_app_gives_the_key_itself(door: House) -> None:
    """Another site's page could let the browser that keeps the key send a request to the API."""
    complaint = accepted(door)
    answer = door.http.post(
        f"{API}/{complaint.mailbox}/withdrawal", content="{}", headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code == 403
    assert wanted(door) == []
