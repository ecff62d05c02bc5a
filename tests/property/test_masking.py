"""Masking asks first whether a text has a digit, an @, a slash or a cue, which most texts have not. That must change nothing."""

from collections.abc import Callable
from itertools import accumulate

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from complaints import tracking
from complaints.status_requests import code_written, codes_in, parse
from normalizer import known_words, masking
from normalizer.known_words import without_codes
from normalizer.language.commands import order
from tests.harness.tables import document, row_by_row

PIECES: tuple[str, ...] = tuple(document("tables/property/masking.yaml")["PIECES"])


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5)).map(" ".join))
def test_a_rule_that_is_passed_over_would_have_changed_nothing(text: str) -> None:
    """The result is that of all rules, one after another."""
    numbers, names = (
        (*masking._CUED, *masking._NUMBERS, *masking._PLATES),
        (*masking._OFFICERS, *masking._NAMES, *masking._RELATIVES, *masking._SMALL),
    )
    every = (*masking._ACCOUNTS, *masking._PAGES, *masking._MAILS, *numbers, *names)
    coded = without_codes(text, "[kode]")
    assert masking.mask(text) == masking._replaced(coded, every)


CODES = st.uuids().map(lambda id_: tracking.code_for(id_, key=b"k" * 16))
LETTERS = st.lists(st.sampled_from([one for one in tracking.ALPHABET if one.isalpha() or one in "01"]), min_size=10)
BETWEEN = st.sampled_from(("", "", " ", "-", ".", " - ", "\n", "#", "/", ", ", ") (", " \u2022 ", 5 * " "))
BEFORE = st.sampled_from(("", "kode ", "#", "(", "STATUS ", "CABUT "))


def _checked(letters: list[str]) -> str:
    """Return the code whose first letters these are."""
    payload = "".join(letters[: tracking.PAYLOAD_LENGTH])
    return next(payload + last for last in tracking.ALPHABET if tracking.is_canonical(payload + last))


def _as_letters(code: str) -> str:
    return code.replace("0", "O").replace("1", "l")


@given(CODES | LETTERS.map(_checked), st.lists(BETWEEN, min_size=10, max_size=10), st.booleans(), BEFORE)
def test_each_spelling_that_is_read_as_a_code_is_masked(code: str, between: list[str], small: bool, word: str) -> None:
    """In any groups, with anything between them, without a digit too, in a text or as an order: analysts see none of it."""
    for typed in (code, _as_letters(code)):
        spelled = "".join(map("".join, zip(typed, [*between, ""], strict=True)))
        text = f"{word}{spelled.lower() if small else spelled}"
        asked, ordered = parse(text), order(text)
        read = {*codes_in(text), code_written(text), asked.code if asked else "", ordered.code if ordered else ""}
        assert code in read
        number = typed.isdigit()  # then it is masked as any number, unless it is grouped as we do
        assert number or masking.mask(text).removeprefix(word) == "[kode]"  # with its word, it may be another code


GROUPS = ((11,), (5, 5, 1), (5, 6), (4, 4, 3), (3, 3, 3, 2), (2,) * 5 + (1,), (1,) * 11)


@given(LETTERS.map(_checked).map(_as_letters), st.sampled_from(GROUPS), st.sampled_from((str.lower, str.upper)))
def test_a_code_without_a_digit_is_masked(code: str, groups: tuple[int, ...], case: Callable[[str], str]) -> None:
    """One code in 62 has none. It is a code in small letters, behind a sign and in brackets, and in all groups."""
    assume(code.isalpha())
    ends = list(accumulate(groups))
    spelled = case(" ".join(code[end - size : end] for size, end in zip(groups, ends, strict=True)))
    around = ["laporan {} belum", "#{}", "({})", "{}, ya?", *(["laporan{}", "{}tolong"] if len(groups) == 1 else [])]
    assert [one for one in around if spelled in masking.mask(one.format(spelled))] == []


def test_words_stay_whose_letters_are_a_code_by_chance() -> None:
    """One run of words in 32 has a right check letter. Words of a list, numbers and short words beside them are no code."""
    words = known_words._words()
    runs = [f"{one} {other}" for one in sorted(words)[::50] for other in ("jalan", "lampu mati", "di desa", "2003")]
    codes = [run for run in runs if len(run.replace(" ", "")) == tracking.CODE_LENGTH and codes_in(run)]
    assert len(codes) > 5
    assert [run for run in codes if masking.mask(run) != run] == []


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
    "\x00",
    "\x1f",
    "\x7f",
    "\x86",
    "\ufffc",
    "\U0001d173",
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


@row_by_row
def test_blanks_and_dashes_of_any_kind_group_a_number(text: str, masked: str) -> None:
    """As they come from word processors, and as people group them."""
    assert masking.mask(text) == masked


@pytest.mark.parametrize(
    "form", ["\uff10", "\U0001d7ce", "\u0660", "\U0001d7f6", "0\u20e3", "0\ufe0f\u20e3", "0\u0332"]
)
def test_a_number_in_any_form_of_digits_is_masked(form: str) -> None:
    """Of full width, bold, Arabic, as keys and underlined."""
    digits = "".join(chr(ord(form[0]) + int(digit)) + form[1:] for digit in "081234567890")
    assert masking.mask(f"hubungi {digits} ya") == "hubungi [telepon] ya"
