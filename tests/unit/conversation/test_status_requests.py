"""What is a request to us and what is a complaint that happens to begin like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import tracking
from complaints.status_requests import StatusRequest, codes_in, parse, without_codes
from tests.harness.events import code_of, complaint
from tests.harness.tables import each

CODE = code_of(complaint().id)
SPACED = tracking.spaced(CODE)


@each(
    "text",
    [
        f"STATUS {CODE}",
        f"status {SPACED}",
        f"Cek: {CODE.lower()}",
        f"CEK laporan {SPACED}.",
        f"#status {CODE}",
        f"/status {CODE}",
        f"/status@LaporBot {CODE}",
        f"@lapor1708 status {SPACED}",
        f"  lacak kode {CODE} ? ",
        f"status {CODE[:4]}\u200b{CODE[4:]}\u2060",
    ],
)
def test_a_request_with_a_code_is_read_however_it_is_written(text: str) -> None:
    """The code comes out canonical."""
    assert parse(text) == StatusRequest(CODE)


@pytest.mark.parametrize(
    ("text", "names_none"),
    [
        *((text, True) for text in ("STATUS", "cek ", "/status", "Status laporan?")),
        *((text, False) for text in (f"STATUS {CODE[:-1]}0", "CEK 12345678901")),
        *((text, False) for text in ("STATUS AAAAA AAAAA A", "status aaaaa bbbbb c", "@lapor1708 STATUS AAAAAAAAAAA")),
        ("cek XKCDQWRTPZM", False),
    ],
)
def test_a_request_without_a_right_code_is_still_a_request(text: str, *, names_none: bool) -> None:
    """Without any code it is one for the latest case; with a wrong one the citizen hears how to ask."""
    assert parse(text) == StatusRequest(None, names_none=names_none)


@pytest.mark.parametrize("text", ["STATUS ABCDE FGHJK M", "/status abcde fghjk m", "cek laporan ABCDEFGHJKM"])
def test_the_example_of_our_own_texts_opens_no_case(text: str) -> None:
    """Who copies it hears that it is not his code."""
    assert parse(text) == StatusRequest(None)


@each(
    "text",
    [
        "status jalan rusak di Semarang belum diperbaiki",
        "Cek lokasi banjir di Jl. Pemuda",
        "cek kantor lurah",
        "STATUS PENDAFTARAN",
        "status pembangunan jalan",
        "Statusnya bagaimana",
        f"laporan saya {CODE} belum dijawab",
        "",
        "tolong cek lampu jalan",
        "status kepegawaian",
    ],
)
def test_a_story_is_a_complaint(text: str) -> None:
    """To answer a complaint with "wrong code" would lose it."""
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f"{CODE} di Kota Semarang", "di Kota Semarang"),
        (f"{SPACED} di Kota Semarang", "di Kota Semarang"),
        (f"@lapor1708 {SPACED}: tambahan", "@lapor1708 : tambahan"),
        (f"Laporan saya {CODE} belum ada yang datang", "Laporan saya belum ada yang datang"),
        (f"Kode {SPACED.lower()}, lubangnya 2 meter", "Kode , lubangnya 2 meter"),
        (f"untuk laporan {CODE}", "untuk laporan"),
    ],
)
def test_a_text_names_the_case_it_belongs_to_anywhere(text: str, rest: str) -> None:
    """As people quote what we sent them."""
    assert codes_in(text) == [CODE]
    assert " ".join(without_codes(text).split()) == rest


@pytest.mark.parametrize("text", ["di Kota Semarang", "ABCDEFGHJKM jalan", "12345678901 rusak", f"x{CODE}", ""])
def test_words_and_numbers_are_no_code(text: str) -> None:
    """Only a code whose check character is right counts, and only as a word."""
    assert codes_in(text) == []
    assert without_codes(text) == text


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    """Nothing is raised."""
    parse(text)
    without_codes(text)
