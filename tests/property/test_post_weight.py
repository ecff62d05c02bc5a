"""The weight of a post asks first whether it can have a web address or a character that counts twice. That must change nothing."""

from hypothesis import given
from hypothesis import strategies as st

from complaints import wording
from tests.harness.tables import document

PIECES: tuple[str, ...] = tuple(document("tables/property/post_weight.yaml")["PIECES"])


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join))
def test_what_is_passed_over_would_have_weighed_nothing(post: str) -> None:
    """Each address counts at least POST_LINK_CHARACTERS, each heavy character two."""
    links = sum(max(0, wording.POST_LINK_CHARACTERS - len(link)) for link in wording._LINK.findall(post))
    assert wording._post_weight(post) == links + len(post) + len(wording._HEAVY.findall(post))
