"""Masking asks first whether a text has a digit, an @ or a slash, which most texts have not. That must change nothing."""

from hypothesis import given
from hypothesis import strategies as st

from normalizer import masking

PIECES = (
    "a",
    "A1",
    "B",
    "1234",
    "XY",
    "Nama:",
    "nama",
    "saya",
    "budi,",
    "0812",
    "3456",
    "7890",
    "/@",
    "t.me/",
    "@b",
    "b@c.id",
    "\u0663",
)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5)).map(" ".join))
def test_a_rule_that_is_passed_over_would_have_changed_nothing(text: str) -> None:
    """The result is that of all rules, one after another."""
    every = (*masking._ACCOUNTS, *masking._NUMBERS, *masking._NAMES)
    assert masking.mask(text) == masking._replaced(text, every)
