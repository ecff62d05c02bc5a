"""What is a request to us and what is a complaint that happens to begin like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import tracking
from complaints.status_requests import StatusRequest, leading_code, parse
from tests.harness.events import code_of, complaint

CODE = code_of(complaint().id)
SPACED = tracking.spaced(CODE)


@pytest.mark.parametrize(
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
    ],
)
def test_a_request_with_a_code_is_read_however_it_is_written(text: str) -> None:
    """The code comes out canonical."""
    assert parse(text) == StatusRequest(CODE)


@pytest.mark.parametrize(
    "text", ["STATUS", "cek ", "/status", "Status laporan?", f"STATUS {CODE[:-1]}0", "CEK 12345678901"]
)
def test_a_request_without_a_right_code_is_still_a_request(text: str) -> None:
    """The citizen hears how to ask."""
    assert parse(text) == StatusRequest(None)


@pytest.mark.parametrize(
    "text",
    [
        "status jalan rusak di Semarang belum diperbaiki",
        "Cek lokasi banjir di Jl. Pemuda",
        "cek kantor lurah",
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
    "text", [f"{CODE} di Kota Semarang", f"{SPACED} di Kota Semarang", f"@lapor1708 {SPACED}: tambahan"]
)
def test_a_text_may_begin_with_the_case_it_belongs_to(text: str) -> None:
    """As people quote what we sent them."""
    assert leading_code(text) == CODE


@pytest.mark.parametrize("text", ["di Kota Semarang", "ABCDEFGHJKM jalan", "12345678901 rusak", f"kode {CODE}", ""])
def test_words_and_numbers_are_no_code(text: str) -> None:
    """Only a code whose check character is right counts."""
    assert leading_code(text) is None


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    """Nothing is raised."""
    parse(text)
    leading_code(text)
