"""Masking asks first whether a text has a digit, an @, a slash or a cue, which most texts have not. That must change nothing."""

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
    "Lurah",
    "Pak RT",
    "Joko",
    "NIK",
    "rekening",
    "at gmail.com",
    "nm sy",
    "perkenalkan saya",
    "anak saya",
    "pamannya",
    "ibu tiri saya,",
    "korban",
    "Rafi",
)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5)).map(" ".join))
def test_a_rule_that_is_passed_over_would_have_changed_nothing(text: str) -> None:
    """The result is that of all rules, one after another."""
    numbers, names = (
        (*masking._CUED, *masking._NUMBERS),
        (*masking._OFFICERS, *masking._NAMES, *masking._RELATIVES, *masking._SMALL),
    )
    every = (*masking._ACCOUNTS, *masking._MAILS, *numbers, *names)
    assert masking.mask(text) == masking._replaced(text, every)
