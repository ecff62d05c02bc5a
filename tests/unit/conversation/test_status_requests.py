"""What is a request to us and what is a complaint that happens to begin like one."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import tracking
from complaints.status_requests import codes_in, parse, without_codes
from tests.harness.events import code_of, complaint
from tests.harness.tables import readings_of

CODE = code_of(complaint().id)
SPACED = tracking.spaced(CODE)


def asked(text: str) -> SimpleNamespace | None:
    """Return what a text asks for, in which codes are written in several ways."""
    ways = {"spaced": SPACED, "lower": CODE.lower(), "start": CODE[:4], "rest": CODE[4:], "wrong": f"{CODE[:-1]}0"}
    found = parse(text.format(code=CODE, **ways))
    if found is None:
        return None
    return SimpleNamespace(code="CODE" if found.code == CODE else found.code, names_none=found.names_none)


test_readings = readings_of(__file__, asked)


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
