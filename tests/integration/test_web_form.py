"""The form and the tracking page on a real socket: files, faults, tokens; nothing typed or attached is lost, nothing foreign is taken."""

import html
import re
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from channels.web.uploads.multipart import MOST_FILES
from channels.web.wishes import WISHES
from complaints import tracking
from complaints.errors import UnavailableError
from complaints.fact import FactKind
from complaints.storage.attachments import AttachmentStore
from tests.harness.fakes import Mode
from tests.harness.mailboxes import Kept
from tests.harness.tables import row_by_row
from tests.harness.web import PNG, House, Opened, door, opened, served
from tests.harness.web_cases import EXPLANATION, Facts, disposition

__all__ = ["door", "opened", "served"]

PDF = b"%PDF-1.7\n%" + b"x" * 100
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"x" * 100


def attached(*files: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes, str]]]:
    """Return files as a browser sends them, each with a lying media type."""
    return [("attachments", (name, content, "image/jpeg")) for name, content in files]


def test_files_are_known_by_their_content_and_kept_by_its_hash(door: House) -> None:
    """Whatever name and type the client gave; the complaint refers to what is on the disk."""
    answer = door.fill(text="Banjir", files=attached(("a.exe", PNG), ("b.jpg", PDF), ("c", MP4)))
    assert answer.status_code == 303
    (complaint,) = door.complaints()
    assert [(file.name, file.media_type, file.size_bytes, file.sha256) for file in complaint.message.attachments] == [
        ("a.exe", "image/png", len(PNG), sha256(PNG).hexdigest()),
        ("b.jpg", "application/pdf", len(PDF), sha256(PDF).hexdigest()),
        ("c", "video/mp4", len(MP4), sha256(MP4).hexdigest()),
    ]
    for content in (PNG, PDF, MP4):
        digest = sha256(content).hexdigest()
        assert (door.folder / "attachments" / digest[:2] / digest).read_bytes() == content


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("foto.jpg", b"<html><script>alert(1)</script>", "“foto.jpg” bukan gambar, PDF, atau video."),
        ("peta.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "“peta.svg” bukan gambar, PDF, atau video."),
        ("data.zip", b"PK\x03\x04" + b"x" * 99, "“data.zip” bukan gambar, PDF, atau video."),
        ("kosong.png", b"", "“kosong.png” kosong."),
        ("film.mp4", MP4 + bytes(10 << 20), "“film.mp4” lebih besar dari 10 MB."),
        ("../../etc/p%00asswd.png", b"x", "asswd.png” bukan gambar"),
    ],
    ids=["html", "svg", "zip", "empty", "large", "path"],
)
def test_a_file_that_is_not_taken_is_named_beside_its_field(
    door: House, name: str, content: bytes, message: str
) -> None:
    """The good ones beside it are kept, and nothing typed is lost."""
    answer = door.fill(text="Jalan rusak", files=attached((name, content), ("ok.png", PNG)))
    assert answer.status_code == 422
    assert re.search(f'id="attachments-wrong">.*{re.escape(message)}', answer.text)
    assert "ok.png" in answer.text
    assert "Jalan rusak" in answer.text
    assert door.complaints() == []


def test_the_largest_file_is_taken(door: House) -> None:
    """Ten megabytes to the byte."""
    content = MP4 + bytes((10 << 20) - len(MP4))
    assert door.fill(text="Banjir", files=attached(("film.mp4", content))).status_code == 303
    assert door.complaints()[0].message.attachments[0].size_bytes == 10 << 20


def test_too_many_files_are_told_and_the_first_ones_kept(door: House) -> None:
    """The limit is in the sentence."""
    files = [(f"{number}.png", PNG + bytes([number])) for number in range(MOST_FILES + 2)]
    answer = door.fill(text="Banjir", files=attached(*files))
    assert answer.status_code == 422
    assert "Paling banyak 5 lampiran." in answer.text
    assert answer.text.count('name="drop"') == MOST_FILES


def _again(door: House, answer: httpx.Response, **fields: str) -> httpx.Response:
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
    return door.http.post("/", data={**hidden, **fields}, files={"attachments": ("", b"")})


def test_files_survive_a_fault_and_can_be_taken_off_the_list(door: House) -> None:
    """They travel as a list that only the door can sign; the browser sends no file twice."""
    first = door.fill(text="", files=attached(("a.png", PNG), ("b.pdf", PDF)))
    assert first.status_code == 422
    second = _again(door, first, text="Banjir", drop=sha256(PDF).hexdigest())
    assert second.status_code == 303
    assert [file.name for file in door.complaints()[0].message.attachments] == ["a.png"]


def test_a_list_of_files_that_we_did_not_sign_is_no_list(door: House) -> None:
    """Nobody can name a file that another citizen sent."""
    forged = {**door.form(), "kept": "WyJhIl0.AAAA", "text": "Banjir"}
    assert door.http.post("/", data=forged).status_code == 303
    assert door.complaints()[0].message.attachments == ()


def test_a_form_without_its_browsers_token_is_shown_again_and_its_files_are_not_kept(door: House) -> None:
    """Another site cannot send in a citizen's name, and a form that lay open too long loses nothing that was typed."""
    mine = door.form()
    for token, cookies in (("", True), ("forged", True), (mine["token"], False)):
        if not cookies:
            door.http.cookies.clear()
        content = PNG + b"token" + token.encode()[:8]
        answer = door.http.post("/", data={"text": "Ketikan saya", "token": token}, files=attached(("a.png", content)))
        assert answer.status_code == 403
        assert "Ketikan saya" in answer.text
        assert "kirim sekali lagi" in answer.text
        digest = sha256(content).hexdigest()
        assert not (door.folder / "attachments" / digest[:2] / digest).exists()
    assert door.complaints() == []
    assert door.fill(text="Ketikan saya").status_code == 303


def test_the_form_asks_for_no_contact(door: House) -> None:
    """Neither a number nor a name nor an e-mail address: whoever sends a report keeps its code."""
    names = set(re.findall(r'<(?:input|textarea|select)[^>]* name="(\w+)"', door.http.get("/").text))
    assert sorted(names - {"form_key", "kept", "token", "website"}) == [
        *(
            "agency",
            "anonymous",
            "attachments",
            "category",
            "location",
            "occurred",
            "occurred_date",
            "regency",
            "secret",
        ),
        *("text", "title"),
    ]


def test_the_cookie_is_for_this_site_and_for_no_script(door: House) -> None:
    """HttpOnly, SameSite=Strict; over https also Secure and of this host alone."""
    cookie = door.http.get("/").headers["set-cookie"]
    assert cookie.startswith("lapor=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie


def test_a_filled_trap_is_told_and_nothing_is_lost(door: House) -> None:
    """A browser that fills in what is not seen must not cost a citizen the report: the field is shown, and may be emptied."""
    answer = door.fill(text="Banjir", website="http://spam")
    assert answer.status_code == 422
    assert 'id="website-wrong"' in answer.text
    assert "Banjir" in answer.text
    assert _again(door, answer, text="Banjir", website="").status_code == 303


@row_by_row
def test_a_place_in_doubt_offers_what_may_be_meant(door: House, typed: str, offered: list[str]) -> None:
    """By the name, a slip, a district; the citizen may always send it as it was written."""
    answer = door.fill(text="Banjir", regency=typed)
    assert answer.status_code == 422
    assert 'id="regency-wrong"' in answer.text
    for name in offered:
        assert f'name="regency_pick" value="{name}"' in answer.text
    sent = _again(door, answer, text="Banjir", regency=typed, regency_pick="-")
    assert sent.status_code == 303
    assert door.complaints()[0].message.address == typed


def test_all_faults_are_told_at_once(door: House) -> None:
    """Of the text, the place, the date and the files."""
    answer = door.fill(
        text="", regency="semarang", occurred_date="2999-01-01", files=attached(("a.zip", b"PK\x03\x04"))
    )
    for field in ("text", "regency", "occurred", "attachments"):
        assert f'id="{field}-wrong"' in answer.text
        assert f'href="#{field}"' in answer.text


@pytest.mark.parametrize("path", ["/", "/lacak/00000000000"])
def test_a_broken_multipart_body_is_400_in_words(door: House, path: str) -> None:
    """No boundary, no end, a thousand parts, a thousand fields."""
    part = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nx\r\n'
    for kind, body in [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", part),
        ("multipart/form-data; boundary=b", b"--c\r\n\r\n"),
        ("multipart/form-data; boundary=b", part * 1000 + b"--b--\r\n"),
        ("application/x-www-form-urlencoded", b"a=1&" * 1000),
    ]:
        answer = door.http.post(path, content=body, headers={"content-type": kind})
        assert answer.status_code == 400
        assert "Formulir ini tidak dapat dibaca." in answer.text


def test_a_disk_without_room_costs_the_file_and_not_the_complaint(opened: Opened, tmp_path: Path) -> None:
    """The citizen may send it without."""
    house = opened(store=AttachmentStore.in_folder(tmp_path / "files", reserve_bytes=1 << 60))
    answer = house.fill(text="Banjir", files=attached(("a.png", PNG)))
    assert answer.status_code == 422
    assert "kirim laporan tanpa lampiran ini" in answer.text
    assert house.fill(text="Banjir").status_code == 303
    sent = house.http.post("/api/v1/attachments", content=PNG)
    assert sent.status_code == 503
    assert int(sent.headers["retry-after"]) > 0
    with pytest.raises(UnavailableError):
        house.parts.store.keep(tmp_path / "none", "0" * 64)


def sent(door: House, **fields: Any) -> tuple[Kept, str]:
    """Send a complaint, and return it with the path of its page."""
    door.send(**fields)
    complaint = door.complaints()[-1]
    return complaint, f"/lacak/{complaint.mailbox}"


def read(page: str) -> str:
    """Return the text of a page as a citizen reads it."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page)).split())


def test_a_form_that_is_sent_again_with_another_text_says_what_becomes_of_it(door: House) -> None:
    """Back in the browser, another text, sent: the code is the same, and the page says that the new words are added to that report."""
    door.fill(text="Jalan rusak", form_key="sama")
    (complaint,) = door.complaints()
    door.settle(complaint)
    again = door.fill(text="Lampu mati di Jl. Melati", form_key="sama")
    assert again.headers["location"] == f"/lacak/{complaint.mailbox}?lagi=1"
    assert "isi yang baru kami tambahkan pada laporan ini" in door.http.get(again.headers["location"]).text
    assert [one.message.text for one in door.complaints()][1:] == ["Lampu mati di Jl. Melati"]
    assert not door.send(text="Jalan", key="k").json()["again"]


def test_a_case_shows_where_it_stands(door: House) -> None:
    """Before the view has it, while the view is away, and after."""
    complaint, path = sent(door, location="a")
    assert "belum tercatat" in door.http.get(path).text
    door.cases.away = True
    page = door.http.get(path)
    assert page.status_code == 200
    assert "belum dapat dilihat" in page.text
    door.cases.away = False
    door.settle(complaint, "answered", answer="Sudah <b>ditambal</b>.")
    page = door.http.get(path)
    assert "Dinas Pekerjaan Umum Kota Semarang" in page.text
    assert EXPLANATION in page.text
    assert "Sudah &lt;b&gt;ditambal&lt;/b&gt;." in page.text
    assert "31 Des 2026" in page.text


def test_what_would_be_told_is_on_the_page(door: House) -> None:
    """From the facts of the case: received, moved, completed, answered, the newest first, in the words for the web."""
    complaint, path = sent(door)
    facts = Facts(complaint, owner="Dinas Sosial")
    facts.after(uuid4(), FactKind.refused, (FactKind.routed, {"disposition": disposition("Dinas Kesehatan", 1)}))
    facts.after(uuid4(), FactKind.added).after(uuid4(), FactKind.refused)
    facts.after(uuid4(), (FactKind.answered, {"text": "Hubungi 081234567890, <b>ya</b>."}))
    door.settle(complaint, "answered", *facts.made, owner="Dinas Kesehatan")
    page = read(door.http.get(path).text)
    told = page[page.index("Kabar untuk Anda") :]
    order = [
        told.index(words)
        for words in (
            "kami teruskan ke Dinas Sosial.",
            "kini ditangani Dinas Kesehatan. Tenggat penyelesaiannya tetap",
            "sudah kami tambahkan dan kami teruskan ke Dinas Kesehatan",
            "dijawab Dinas Kesehatan: Hubungi [telepon], <b>ya</b>.",
        )
    ]
    assert order == sorted(order, reverse=True)
    assert told.count("kini ditangani") == 1, "a refusal that came too late moves nothing"
    assert "081234567890" not in page


def test_an_open_question_stands_where_it_is_answered(door: House) -> None:
    """Once, beside the form; when it is answered, it is a part of what happened."""
    complaint, path = sent(door)
    asked = Facts(complaint)
    asked.made.clear()
    asked.after(
        complaint.id,
        FactKind.opened,
        (FactKind.routed, {"disposition": disposition("Pemerintah Kota Semarang")}),
        (FactKind.asked, {"part": "place"}),
    )
    door.settle(complaint, "received", *asked.made, asks="place")
    page = door.http.get(path).text
    question = "Di kabupaten/kota dan jalan mana kejadiannya? Jawab di bagian “Lengkapi laporan”"
    assert page.count(question) == 1
    assert question in page[page.index('id="lengkapi"') :]
    asked.after(uuid4(), FactKind.added)
    door.settle(complaint, "accepted", *asked.made)
    page = door.http.get(path).text
    assert page.count(question) == 1
    assert question in page[: page.index('id="lengkapi"')]


def test_an_open_question_is_on_the_receipt_with_the_way_to_its_answer(door: House) -> None:
    """Who sent the report need not look for it behind "Lacak"; a stranger with the code does not read it there."""
    door.fill(text="Jalan rusak")
    (complaint,) = door.complaints()
    path = f"/lacak/{complaint.mailbox}"
    asks = "kabupaten/kota dan jalan mana kejadiannya?"
    assert asks not in door.http.get(f"/diterima/{complaint.mailbox}").text
    door.settle(complaint, "received", *Facts(complaint).made, asks="place")
    page = door.http.get(f"/diterima/{complaint.mailbox}").text
    assert asks in page
    assert f'href="{path}#lengkapi"' in page
    assert 'href="#lengkapi"' in door.http.get(path).text
    door.http.cookies.clear()
    assert asks not in door.http.get(f"/diterima/{complaint.mailbox}").text


def test_an_unknown_code_is_to_be_checked_before_anything_is_typed(door: House) -> None:
    """No form for an addition or a wish stands there: it would be refused only after it was filled in."""
    path = f"/lacak/{tracking.code_for(door_id(), key=b'0123456789abcdef')}"
    page = door.http.get(path).text
    assert "Periksa lagi kodenya" in page
    for shown in (page, *(door.http.get(f"{path}/{wish}").text for wish in WISHES)):
        assert "<textarea" not in shown
    assert "Periksa lagi kodenya" in door.http.get(f"{path}/cabut").text


def test_the_page_of_a_secret_report_shows_no_content(door: House) -> None:
    """The owner and that there is an answer, but not the answer, and not why that agency."""
    complaint, path = sent(door, secret=True)
    facts = Facts(complaint).after(uuid4(), (FactKind.answered, {"text": "Kepala dinas sudah kami periksa."}))
    door.settle(complaint, "answered", *facts.made, answer="Kepala dinas sudah kami periksa.")
    page = door.http.get(path).text
    assert "sudah dijawab Dinas Pekerjaan Umum Kota Semarang." in page
    assert "periksa" not in page
    assert EXPLANATION not in page


def test_whoever_has_the_code_adds_to_the_case_once(door: House) -> None:
    """Words and files go to the mailbox of the code. The button pressed twice adds once; an empty form adds nothing."""
    complaint, path = sent(door)
    door.settle(complaint)
    door.http.cookies.clear()
    assert "Isi keterangan" in door.fill(path).text
    typed = {**door.form(path), "text": "Jl. Pemuda"}
    for _ in range(2):
        answer = door.http.post(path, data=typed, files=attached(("a.png", PNG)))
        assert answer.status_code == 303
    first, second = door.additions()
    assert first.id == second.id
    assert first.id != complaint.id
    assert first.mailbox == first.message.about == complaint.mailbox
    assert (first.message.sender, first.message.text) == ("", "Jl. Pemuda")
    assert first.message.attachments[0].name == "a.png"
    assert "Terima kasih" in door.http.get(answer.headers["location"]).text


def test_another_text_under_the_key_of_an_addition_is_another_addition(door: House) -> None:
    """However late it comes; the same key to another case is another addition, too."""
    (one, path), (two, other) = sent(door), sent(door)
    door.settle(one)
    door.settle(two)
    for where, text in ((path, "Jl. Pemuda"), (path, "Jl. Pandanaran"), (path, "Jl. Pemuda"), (other, "Jl. Pemuda")):
        assert door.fill(where, text=text, form_key="sama").status_code == 303
    first, changed, again, elsewhere = (added.id for added in door.additions())
    assert first == again
    assert len({first, changed, elsewhere}) == 3


def test_a_case_that_is_not_there_yet_keeps_what_was_typed(door: House) -> None:
    """404, and 503 while the view is away; nothing is appended."""
    code = tracking.code_for(door_id(), key=b"0123456789abcdef")
    typed = {**door.form(), "text": "Jl. Pemuda"}
    answer = door.http.post(f"/lacak/{code}", data=typed)
    assert answer.status_code == 404
    assert "Jl. Pemuda" in answer.text
    assert "coba lagi" in answer.text
    door.cases.away = True
    answer = door.http.post(f"/lacak/{code}", data=typed)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "Jl. Pemuda" in answer.text
    assert door.additions() == []


def door_id() -> UUID:
    """Return an id that no complaint has."""
    return UUID(int=4711)


@pytest.mark.parametrize("typed", ["{code}", " {spaced} ", "{lower}"])
def test_the_search_takes_a_code_as_people_write_it(door: House, typed: str) -> None:
    """Spaced, in small letters; anything else is told beside the field."""
    code = tracking.code_for(door_id(), key=b"0123456789abcdef")
    shown = typed.format(code=code, spaced=tracking.spaced(code), lower=code.lower())
    answer = door.http.get("/lacak", params={"kode": shown})
    assert answer.headers["location"] == f"/lacak/{code}"
    wrong = door.http.get("/lacak", params={"kode": '"><script>'})
    assert wrong.status_code == 422
    assert "<script>" not in wrong.text


def test_what_is_typed_of_a_place_is_answered_in_json(door: House) -> None:
    """For the script of the form."""
    found = door.http.get("/kabupaten-kota", params={"q": "kota semarang"}).json()
    assert found == [{"code": "33.74", "name": "Kota Semarang, Jawa Tengah"}]
    assert door.http.get("/kabupaten-kota", params={"q": "x"}).json() == []
    assert door.http.get("/kabupaten-kota").json() == []


def test_static_files_are_kept_for_ever_under_an_address_that_changes_with_them(door: House) -> None:
    """With an entity tag; another tag's address is not there."""
    page = door.http.get("/").text
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        answer = door.http.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert door.http.get(address, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
        assert door.http.get(re.sub(r"static/\w+", "static/0", address)).status_code == 404


def test_a_case_of_another_channel_is_shown_and_completed_the_same(door: House) -> None:
    """Whoever holds the code of an SMS reads what was told by SMS in the words for the web, and may add here."""
    complaint, path = sent(door)
    door.settle(complaint, "received", *Facts(complaint).made, channel="sms", asks="place")
    page = door.http.get(path).text
    assert "Dinas Pekerjaan Umum Kota Semarang" in page
    assert "Laporan Anda sudah kami terima dengan kode" in page
    assert "Jawab di bagian “Lengkapi laporan”" in page
    assert door.fill(path, text="Jl. Pemuda").status_code == 303
    assert door.additions()[0].message.about == complaint.mailbox


def test_who_asks_for_a_status_as_by_text_message_is_led_to_its_page(door: House) -> None:
    """And no complaint is made of it."""
    code = tracking.code_for(door_id(), key=b"0123456789abcdef")
    assert door.fill(text=f"STATUS {tracking.spaced(code)}").headers["location"] == f"/lacak/{code}"
    assert door.fill(text="cek").headers["location"] == "/lacak"
    assert door.send(text=f"STATUS {code}").json()["errors"][0]["field"] == "text"
    assert door.complaints() == []


def test_what_cannot_be_kept_now_stays_in_the_form(opened: Opened) -> None:
    """Text and photo are still there, and the same button sends the same report when there is room."""
    house = opened(spool_bytes=100)
    house.producer.mode = Mode.away
    answer = house.fill(text="Jalan rusak parah", files=attached(("a.png", PNG)))
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "Jalan rusak parah" in answer.text
    assert "a.png" in answer.text
    house.producer.mode = Mode.up
    assert _again(house, answer, text="Jalan rusak parah").status_code == 303
    assert house.complaints()[0].message.attachments[0].name == "a.png"
