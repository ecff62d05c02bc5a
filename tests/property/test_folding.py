"""Folding looks at the characters beyond ASCII one by one. That must give what NFKD makes of the whole text."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from normalizer import text as folding
from tests.harness.tables import document

PIECES: tuple[str, ...] = tuple(document("tables/property/folding.yaml")["PIECES"])


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5)).map("".join))
def test_folding_each_character_is_folding_the_text(text: str) -> None:
    """NFKD reorders marks only, and they are dropped or become question marks."""
    whole = folding._MARKS.sub("", unicodedata.normalize("NFKD", text)).encode("ascii", "replace")
    assert folding.fold(text) == b" ".join(whole.translate(folding._TABLE, folding._DROP).split())
