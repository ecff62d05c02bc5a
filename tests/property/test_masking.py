"""Masking asks first whether a text has a digit, an @, a slash or a cue, which most texts have not. That must change nothing."""

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from complaints import tracking
from complaints.status_requests import code_written, codes_in, parse, without_codes
from conversation.said import orders
from normalizer import masking
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
    asked, ordered = parse(text), orders.by_word(text)
    read = {*codes_in(text), code_written(text), asked.code if asked else "", ordered.code if ordered else ""}
    assert code in read
    assert masking.mask(text) == f"{word}[kode]"
