"""Masking asks first whether a text has a digit, an @, a slash or a cue, which most texts have not. That must change nothing."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from complaints import tracking
from complaints.status_requests import code_written, codes_in, parse, without_codes
from normalizer import masking
from normalizer.language.commands import order
from tests.harness.tables import document

PIECES: tuple[str, ...] = tuple(document("tables/property/masking.yaml")["PIECES"])


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5)).map(" ".join))
def test_a_rule_that_is_passed_over_would_have_changed_nothing(text: str) -> None:
    """The result is that of all rules, one after another."""
    numbers, names = (
        (*masking._CUED, *masking._NUMBERS),
        (*masking._OFFICERS, *masking._NAMES, *masking._RELATIVES, *masking._SMALL),
    )
    every = (*masking._ACCOUNTS, *masking._MAILS, *numbers, *names)
    assert masking.mask(text) == masking._replaced(without_codes(text, "[kode]"), every)


CODES = st.uuids().map(lambda id_: tracking.code_for(id_, key=b"k" * 16)).filter(lambda code: not code.isalpha())
BETWEEN = st.sampled_from(("", "", " ", "-", ".", " - ", "\n", "#"))


@given(
    CODES,
    st.lists(BETWEEN, min_size=10, max_size=10),
    st.booleans(),
    st.sampled_from(("", "kode ", "STATUS ", "CABUT ")),
)
def test_each_spelling_that_is_read_as_a_code_is_masked(code: str, between: list[str], small: bool, word: str) -> None:
    """In any groups, with anything between them, as a question, an order or in a text: analysts see none of it."""
    spelled = "".join(map("".join, zip(code, [*between, ""], strict=True)))
    groups = re.split(r"[^0-9A-Z]+", spelled)
    assume(any(not one.isalpha() and not one.isdigit() for one in groups) or max(map(len, groups)) <= 2)
    text = f"{word}{spelled.lower() if small else spelled}"
    asked, ordered = parse(text), order(text)
    read = {*codes_in(text), code_written(text), asked.code if asked else "", ordered.code if ordered else ""}
    assert code in read
    assert masking.mask(text) == f"{word}[kode]"


PERSONAL = (
    "NIK saya 3374010190000001",
    "hubungi 0812-3456-7890 ya",
    "email budi.santoso@gmail.com",
    "nama saya Budi Santoso",
    "kode saya 2Q74G VWWCE 3",
)
UNSEEN = (
    "\u00ad",
    "\u200b",
    "\u200d",
    "\u200e",
    "\u202e",
    "\u2060",
    "\u2066",
    "\ufe0f",
    "\ufeff",
    "\u3164",
    "\U000e0041",
)


@given(
    text=st.sampled_from(PERSONAL),
    hidden=st.lists(st.tuples(st.integers(0, 30), st.sampled_from(UNSEEN)), min_size=1, max_size=6),
)
def test_what_nobody_sees_hides_nothing(text: str, hidden: list[tuple[int, str]]) -> None:
    """A number, a code, an address or a name is masked with soft hyphens, spaces without width and marks of direction in it."""
    strewn = text
    for at, character in hidden:
        strewn = f"{strewn[:at]}{character}{strewn[at:]}"
    assert masking.mask(strewn) == masking.mask(text) != text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("NIK 3374\u00a00101\u202f0190\u20090001", "NIK [nik]"),
        ("telp 0812\u20133456\u20117890", "telp [telepon]"),
        ("buka 08.00\u2013 16.00", "buka 08.00\u2013 16.00"),
    ],
)
def test_blanks_and_dashes_of_any_kind_group_a_number(text: str, masked: str) -> None:
    """As they come from word processors."""
    assert masking.mask(text) == masked
