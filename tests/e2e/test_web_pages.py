"""The pages in a real Chromium: a citizen's whole way on a phone, with JavaScript and without, by keyboard, and for screen readers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Request, expect

from complaints import tracking
from complaints.case import CaseState
from complaints.fact import FactKind
from tests.harness.browser import TIME_LIMIT_S, chromium
from tests.harness.web import PNG, House, door, served
from tests.harness.web_cases import Facts

__all__ = ["chromium", "door", "served"]

pytestmark = pytest.mark.timeout(TIME_LIMIT_S)

PHONE: Any = {"width": 360, "height": 740}
SMALLEST: Any = {"width": 320, "height": 568}
DESK: Any = {"width": 1280, "height": 900}


@pytest.fixture(params=[True, False], ids=["with-javascript", "without-javascript"])
def phone(request: pytest.FixtureRequest, chromium: Browser, door: House) -> Iterator[Page]:
    """A page on a small phone, with JavaScript and without."""
    context = chromium.new_context(
        viewport=PHONE,
        java_script_enabled=request.param,
        base_url=str(door.http.base_url),
        has_touch=True,
        locale="id-ID",
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(chromium: Browser, door: House) -> Iterator[Page]:
    """A page with JavaScript on a small phone; nothing outside the door may be asked for."""
    context = chromium.new_context(viewport=PHONE, base_url=str(door.http.base_url), locale="id-ID")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


AXE: Final = Axe().axe_script


def axe(page: Page) -> str:
    """Return what axe-core finds wrong with a page; empty where it is well."""
    if page.evaluate("!window.axe"):
        page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
    return "\n".join(f"{flaw['id']}: {flaw['help']}: {[node['html'] for node in flaw['nodes']]}" for flaw in found)


def flaws(page: Page) -> str:
    """Return what is wrong with a page on a phone or on a desk: axe's findings, and what is wider than the screen."""
    found = ""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        found += axe(page) + ("" if fits(page) else f"{size}: {wider(page)}")
    return found


def fits(page: Page) -> bool:
    """Return whether nothing is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def wider(page: Page) -> Any:
    """Return what is wider than the screen."""
    return page.evaluate(
        "[...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > window.innerWidth)"
        ".map(one => one.outerHTML.slice(0, 80))"
    )


def photo(folder: Path) -> Path:
    """Return a small picture."""
    path = folder / "lubang.png"
    path.write_bytes(PNG)
    return path


def test_a_citizen_reports_with_a_photo_and_follows_the_case(phone: Page, door: House, tmp_path: Path) -> None:
    """Form, confirmation, tracking, our question, the answer, the agency's answer: all of it on a small phone."""
    phone.goto("/")
    phone.get_by_label("Isi laporan").fill("Jalan berlubang besar di depan pasar, sudah dua minggu.")
    phone.get_by_label("Kabupaten/kota").fill("Kota Semarang")
    phone.get_by_label("Kategori").select_option("pekerjaan-umum")
    phone.get_by_label("Lampiran").set_input_files(photo(tmp_path))
    phone.get_by_text("Anonim").click()
    phone.get_by_role("button", name="Kirim laporan").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text("Laporan Anda sudah kami terima")
    (complaint,) = door.complaints()
    assert complaint.message.attachments[0].name == "lubang.png"
    assert complaint.message.address == "Kota Semarang, Jawa Tengah"
    assert complaint.message.anonymous
    expect(phone.locator(".code").first).to_have_text(tracking.spaced(complaint.mailbox))
    expect(phone.locator(".code").last).to_have_text(door.receipt_key(complaint))

    phone.get_by_role("link", name="Lacak laporan ini").click()
    expect(phone.get_by_text("sudah kami terima dan sedang kami teruskan")).to_be_visible()
    door.settle(complaint, "received", *Facts(complaint).made, asks="place")
    phone.reload()
    expect(phone.get_by_text("Sedang dipilah")).to_be_visible()
    expect(phone.get_by_text("dan jalan mana kejadiannya?")).to_be_visible()
    phone.get_by_label("Keterangan tambahan").fill("Jl. Pemuda nomor 12")
    phone.get_by_role("button", name="Kirim keterangan").click()
    expect(phone.get_by_role("status").filter(has_text="Terima kasih")).to_be_visible()
    (added,) = door.additions()
    assert (added.mailbox, added.message.text) == (complaint.mailbox, "Jl. Pemuda nomor 12")

    facts = Facts(complaint).after(added.id, FactKind.added)
    door.settle(complaint, "answered", *facts.made, answer="Lubang sudah ditambal.")
    phone.goto("/lacak")
    phone.get_by_label("Kode laporan").fill(tracking.spaced(complaint.mailbox).lower())
    phone.get_by_role("button", name="Lacak").click()
    expect(phone.get_by_text("Lubang sudah ditambal.")).to_be_visible()
    expect(phone.get_by_text("sudah kami tambahkan")).to_be_visible()


def test_a_place_in_doubt_is_asked_about_and_nothing_typed_or_attached_is_lost(
    phone: Page, door: House, tmp_path: Path
) -> None:
    """Without a script too: the choices stand beside the field, the photo is kept."""
    phone.goto("/")
    phone.get_by_label("Isi laporan").fill("Lampu jalan mati")
    phone.get_by_label("Kabupaten/kota").fill("semarang")
    phone.get_by_label("Alamat atau patokan").fill("Jl. Pemuda & Jl. Pandanaran")
    phone.get_by_label("Lampiran").set_input_files(photo(tmp_path))
    phone.get_by_role("button", name="Kirim laporan").click()

    expect(phone.get_by_role("alert")).to_contain_text("Laporan belum terkirim")
    expect(phone.get_by_label("Isi laporan")).to_have_value("Lampu jalan mati")
    expect(phone.get_by_label("Alamat atau patokan")).to_have_value("Jl. Pemuda & Jl. Pandanaran")
    expect(phone.get_by_text("lubang.png")).to_be_visible()
    phone.get_by_text("Kota Semarang, Jawa Tengah").click()
    phone.get_by_role("button", name="Kirim laporan").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text("Laporan Anda sudah kami terima")
    (complaint,) = door.complaints()
    assert complaint.message.address == "Jl. Pemuda & Jl. Pandanaran, Kota Semarang, Jawa Tengah"
    assert [file.name for file in complaint.message.attachments] == ["lubang.png"]


def test_the_place_is_found_by_keyboard_as_it_is_typed(page: Page) -> None:
    """A combobox as the ARIA practices have it: the arrow chooses, Enter takes, Escape closes."""
    page.goto("/")
    field = page.get_by_role("combobox", name="Kabupaten/kota")
    field.press_sequentially("bandnug")
    expect(page.locator("#regency-options [role=option]:visible")).to_have_count(3)
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(page.locator("#regency-options [aria-selected=true]")).to_have_text("Kota Bandung, Jawa Barat")
    assert axe(page) == ""
    field.press("Enter")
    expect(field).to_have_value("Kota Bandung, Jawa Barat")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.fill("garut")
    expect(page.locator("#regency-options [role=option]:visible")).to_have_count(1)
    field.press("Escape")
    expect(page.locator("#regency-options [role=option]:visible")).to_have_count(0)


def test_the_summary_of_faults_has_the_focus_and_leads_to_the_fields(page: Page) -> None:
    """Who hears the page hears first that it was not sent, and gets to the field by one link."""
    page.goto("/")
    page.get_by_role("button", name="Kirim laporan").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="Isi laporan").click()
    expect(page.get_by_label("Isi laporan")).to_be_focused()
    assert page.title().startswith("Ada isian yang perlu diperbaiki")


def test_a_file_too_large_is_told_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    """A script spares the citizen the sending; without one the door says the same."""
    heavy = tmp_path / "video.mp4"
    heavy.write_bytes(b"\0\0\0\x18ftypmp42" + b"\0" * (11 << 20))
    page.goto("/")
    page.get_by_label("Isi laporan").fill("Banjir")
    page.get_by_label("Lampiran").set_input_files(heavy)
    expect(page.get_by_text("“video.mp4” lebih besar dari 10 MB.")).to_be_visible()
    page.get_by_role("button", name="Kirim laporan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sampaikan laporan Anda")


def _sent(page: Page, **fields: str) -> None:
    page.goto("/")
    for label, value in fields.items():
        page.locator(f"[name={label}]").fill(value)
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_load_state()


def test_axe_finds_nothing_wrong_on_any_page(page: Page, door: House) -> None:
    """The form, its faults, the confirmation, the search and its fault, the case in each state, and a page that is not there."""
    door.send(location="a")
    (complaint,) = door.complaints()
    code = complaint.mailbox
    facts = Facts(complaint).after(uuid4(), (FactKind.answered, {"text": "Sudah."}))
    looked_at = ["/", f"/diterima/{code}", "/lacak", "/lacak?kode=x", f"/lacak/{code}", "/lacak/x", "/tidak-ada"]
    for path in looked_at:
        page.goto(path)
        assert (path, flaws(page)) == (path, "")
    for state in ("received", "accepted", "answered", "closed"):
        answer = "Sudah." if state == "answered" else ""
        door.settle(complaint, state, *facts.made, answer=answer, asks="place" if state == "received" else None)
        page.goto(f"/lacak/{code}")
        assert (state, flaws(page)) == (state, "")
    page.get_by_role("button", name="Kirim keterangan").click()
    page.get_by_role("alert").wait_for()
    assert flaws(page) == ""
    _sent(page, regency="semarang", text="", title="x", website="http://spam", occurred_date="2100-01-01")
    page.get_by_role("alert").wait_for()
    assert flaws(page) == ""


def test_the_form_weighs_less_than_100_kb_and_asks_for_nothing_outside(page: Page, door: House) -> None:
    """All that is transferred, headers included; a village's line takes it in a few seconds."""
    seen: list[Request] = []
    page.on("request", lambda request: seen.append(request))  # noqa: PLW0108  # playwright looks into what it calls
    page.on("console", lambda message: pytest.fail(f"the page complains: {message.text}"))
    page.goto("/")
    page.get_by_label("Kabupaten/kota").press_sequentially("sema")
    page.locator("#regency-options [role=option]:visible").first.wait_for()
    page.wait_for_load_state("networkidle")
    sizes = [request.sizes() for request in seen]
    weight = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    assert weight < 100_000
    assert all(request.url.startswith(str(door.http.base_url)) for request in seen)


def settled(door: House, state: CaseState, answer: str = "") -> str:
    """Let a complaint become a case in a state, and return its code."""
    door.send(text="Jalan berlubang")
    complaint = door.complaints()[-1]
    door.settle(complaint, state, *Facts(complaint).made, answer=answer)
    return complaint.mailbox


def was_received(page: Page) -> Locator:
    """Return the sentence that a wish was received."""
    return page.get_by_role("status").filter(has_text="Permintaan Anda sudah kami terima")


def test_a_citizen_disagrees_rates_withdraws_and_hides(phone: Page, door: House) -> None:
    """Each form on a small phone, with a script and without; a withdrawal only after a question."""
    phone.goto(f"/lacak/{settled(door, 'answered', 'Sudah ditambal.')}")
    phone.get_by_label("Apa yang belum selesai?").fill("Masih berlubang, Pak")
    phone.get_by_role("button", name="Buka kembali laporan").click()
    expect(was_received(phone)).to_be_visible()
    phone.goto(f"/lacak/{settled(door, 'closed')}")
    phone.get_by_text("4", exact=True).click()
    phone.get_by_label("Kunci tanda terima").fill(door.receipt_key(door.complaints()[-1]))
    phone.get_by_role("button", name="Kirim nilai").click()
    expect(was_received(phone)).to_be_visible()
    phone.goto(f"/lacak/{settled(door, 'accepted')}")
    phone.get_by_role("link", name="Cabut laporan").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Cabut laporan ini?")
    phone.get_by_label("Kunci tanda terima").fill(door.receipt_key(door.complaints()[-1]))
    phone.get_by_role("button", name="Ya, cabut laporan").click()
    expect(was_received(phone)).to_be_visible()
    phone.get_by_role("link", name="Minta anonim atau rahasia").click()
    phone.get_by_text("saya tidak mau dikenali").click()
    phone.get_by_role("button", name="Sembunyikan").click()
    expect(was_received(phone)).to_be_visible()
    acts = [one.message.act for one in door.additions()]
    assert acts == ["disagree", "rate:4", "withdraw", "hide:anonymous"]
    assert door.additions()[0].message.text == "Masih berlubang, Pak"


def test_one_press_does_not_forget_the_receipt_key(phone: Page, door: House) -> None:
    """Without a script too; the way back is as near as the button, and the key is shown to be written down."""
    phone.goto("/")
    phone.get_by_label("Isi laporan").fill("Jalan berlubang")
    phone.get_by_role("button", name="Kirim laporan").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Laporan Anda sudah kami terima")
    (complaint,) = door.complaints()
    door.settle(complaint, "accepted", *Facts(complaint).made)
    key = phone.get_by_text(door.receipt_key(complaint))
    phone.goto(f"/lacak/{complaint.mailbox}")
    phone.get_by_role("link", name="Lupakan di perangkat ini").click()
    expect(key).to_be_visible()
    phone.get_by_role("link", name="Kembali ke laporan").click()
    expect(key).to_be_visible()
    phone.get_by_role("link", name="Lupakan di perangkat ini").click()
    phone.get_by_role("button", name="Sudah saya catat, lupakan").click()
    expect(phone.get_by_role("heading", name="Status")).to_be_visible()
    expect(key).to_have_count(0)


def test_a_button_alone_stands_in_the_middle_of_its_card(page: Page) -> None:
    """As on the page for an address that does not exist."""
    page.goto("/tidak-ada")
    card, button = page.locator(".card").bounding_box(), page.locator(".card .button").bounding_box()
    assert card is not None
    assert button is not None
    above = button["y"] - card["y"]
    assert abs(above - (card["height"] - above - button["height"])) < 2


def test_every_page_fits_the_smallest_phone_and_a_heading_is_above_its_list(page: Page, door: House) -> None:
    """At 320 and 360 px nothing has to be pushed aside."""
    code = settled(door, "accepted")
    for size in (SMALLEST, PHONE):
        page.set_viewport_size(size)
        for path in ("/", "/lacak", f"/lacak/{code}", f"/lacak/{code}/cabut", f"/lacak/{code}/rahasiakan"):
            page.goto(path)
            assert fits(page), (path, size, wider(page))
        page.goto(f"/lacak/{code}")
        heading, choices = (
            page.get_by_role("heading", name="Pilihan lain"),
            page.get_by_role("link", name="Cabut laporan"),
        )
        above, below = heading.bounding_box(), choices.bounding_box()
        assert above is not None
        assert below is not None
        assert above["y"] + above["height"] <= below["y"]


def test_a_rating_is_given_by_keyboard_alone_and_its_fault_has_the_focus(page: Page, door: House) -> None:
    """The arrows choose a star, as in any group of radio buttons; the group and each star have names."""
    page.goto(f"/lacak/{settled(door, 'closed')}/nilai")
    page.get_by_role("button", name="Kirim nilai").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("group", name="Nilai")).to_be_visible()
    page.get_by_role("radio", name="1 - buruk").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="3")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Kunci tanda terima")).to_be_focused()
    page.keyboard.type(door.receipt_key(door.complaints()[-1]))
    page.keyboard.press("Tab")
    expect(page.get_by_label("Alasan nilai Anda")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(was_received(page)).to_be_visible()
    assert [one.message.act for one in door.additions()] == ["rate:3"]


def test_axe_finds_nothing_wrong_with_the_forms_of_wishes(page: Page, door: House) -> None:
    """On the page of the case, on their own pages, on that of forgetting, and with a fault."""
    closed, handled = settled(door, "closed"), settled(door, "accepted")
    paths = [
        f"/lacak/{closed}",
        *(f"/lacak/{closed}/{name}" for name in ("belum-selesai", "nilai", "rahasiakan", "cabut")),
    ]
    door.fill(text="Jalan berlubang")
    kept = door.complaints()[-1].mailbox
    door.settle(door.complaints()[-1], "accepted")
    page.context.add_cookies(
        [{"name": name, "value": value, "url": str(door.http.base_url)} for name, value in door.http.cookies.items()]
    )
    page.goto(f"/lacak/{kept}/lupakan")
    expect(page.get_by_role("heading", name="Lupakan kunci tanda terima?")).to_be_visible()
    for path in [*paths, f"/lacak/{handled}/cabut", f"/lacak/{kept}/lupakan"]:
        page.goto(path)
        assert (path, flaws(page)) == (path, "")
    page.goto(f"/lacak/{closed}/nilai")
    page.get_by_role("button", name="Kirim nilai").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert flaws(page) == ""
