"""Tracking codes: unguessable, readable, and a misread one is noticed."""

from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import ids, tracking
from complaints.errors import TrackingCodeError
from tests.harness.tables import each_row

KEY = b"sixteen bytes or more"
uuids = st.uuids()


@given(uuids)
def test_a_code_is_ten_characters_and_a_check_character_of_crockfords_alphabet(complaint: UUID) -> None:
    """Eleven characters, none of I, L, O, U, and parsing gives the code back."""
    code = tracking.code_for(complaint, key=KEY)
    assert len(code) == 11
    assert set(code) <= set(tracking.ALPHABET)
    assert tracking.parse(code) == code


@given(uuids, uuids)
def test_a_case_number_stands_for_a_code_and_does_not_tell_it(one: UUID, other: UUID) -> None:
    """It is the same each time, another one for each code and key, is read as people type it, and cannot be taken for a code."""
    code, second = (tracking.code_for(each, key=KEY) for each in (one, other))
    number = tracking.Numbers(KEY)(code)
    assert number == tracking.Numbers(KEY)(code)
    assert number != tracking.Numbers(b"another key of the same size")(code)
    assert (number == tracking.Numbers(KEY)(second)) == (code == second)
    assert not {tracking.parse(code)[at : at + 6] for at in range(6)} & {number[at : at + 6] for at in range(9)}
    typed = number.lower().replace("0", "o").replace("1", "i").replace("-", " ")
    assert tracking.case_number_in(f" {typed[:6]}-{typed[6:]}\n") == number
    assert tracking.case_number_in(code) is None
    with pytest.raises(TrackingCodeError):
        tracking.parse(number)


@given(uuids, st.integers(0, 10), st.sampled_from(tracking.ALPHABET))
def test_any_single_wrong_character_is_noticed(complaint: UUID, place: int, letter: str) -> None:
    """No substitution of one character gives another valid code."""
    code = tracking.code_for(complaint, key=KEY)
    wrong = code[:place] + letter + code[place + 1 :]
    if wrong != code:
        with pytest.raises(TrackingCodeError, match="check character"):
            tracking.parse(wrong)


@given(uuids, st.integers(0, 9))
def test_any_swap_of_neighbours_is_noticed(complaint: UUID, place: int) -> None:
    """No transposition gives another valid code."""
    code = tracking.code_for(complaint, key=KEY)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        with pytest.raises(TrackingCodeError):
            tracking.parse(swapped)


@given(uuids)
def test_look_alikes_case_spaces_and_hyphens_do_not_matter(complaint: UUID) -> None:
    """O is 0, I and L are 1; people write codes as they like."""
    code = tracking.code_for(complaint, key=KEY)
    written = tracking.spaced(code).lower().replace("0", "o").replace("1", "l").replace(" ", "-")
    assert tracking.parse(f"#{written} ") == code


@each_row
def test_a_text_that_is_no_code_gets_an_error_that_says_why(text: str, says: str) -> None:
    """The sentence can be read to a citizen."""
    with pytest.raises(TrackingCodeError, match=says):
        tracking.parse(text)


def test_codes_do_not_collide_or_count() -> None:
    """20,000 complaints in a row give 20,000 codes without a visible order."""
    complaints = [ids.message_id("sms", str(number)) for number in range(20_000)]
    codes = [tracking.code_for(complaint, key=KEY) for complaint in complaints]
    assert len(set(codes)) == len(codes)
    assert codes != sorted(codes)
    assert len({code[:2] for code in codes}) > 900  # spread over the 1,024 possible beginnings


def test_without_the_key_a_code_cannot_be_made() -> None:
    """Another key gives another code."""
    complaint = uuid5(ids.NAMESPACE, "x")
    assert tracking.code_for(complaint, key=KEY) != tracking.code_for(complaint, key=b"another key of bytes")


@given(
    text=st.one_of(
        st.text(max_size=13),
        st.text(alphabet=f"{tracking.ALPHABET}ou -", min_size=10, max_size=12),
        st.uuids().map(str),
    )
)
def test_a_code_is_canonical_if_reading_it_changes_nothing(text: str) -> None:
    """The quick check of the router is that of the reader of what people type."""
    for one in (text, tracking.code_for(uuid5(ids.NAMESPACE, text), key=KEY)):
        try:
            assert tracking.is_canonical(one) == (tracking.parse(one) == one)
        except TrackingCodeError:
            assert not tracking.is_canonical(one)
