"""What people read of a case: officers its owners, deadlines, events and replies, and its story; its citizen the page."""

import re
from functools import partial
from typing import get_args

from complaints.values import ComplaintClass
from ops.casework.times import span
from router.deadlines import Light
from tests.harness.case_stories import CaseTelling
from tests.harness.stories import stories_of
from tests.harness.tables import each_row

real = partial(CaseTelling, law="real", opens=0)

test_story = stories_of(__file__, real)


@each_row
def test_a_span_in_words(seconds: int, words: str) -> None:
    """In its two largest units that follow each other."""
    assert span(seconds) == words


def test_what_operators_read_of_a_case_is_in_one_language() -> None:
    """Classes and colours are in English; only what a citizen wrote or is told, and titles of offices, are as written."""
    told = real(values={})
    for step in (
        {"open": {"text": "jalan berlubang di tikungan", "title": "", "regency": "33.74"}},
        {"ask": "?"},
        {"ring": {"days": 70}},
        {"reclassify": "", "by": "kemenpanrb", "complaint_class": "aspirasi", "oversight": True},
        {"answer": "Sudah."},
    ):
        told.step(step)
    data = {*map(str, ComplaintClass), *get_args(Light), "berkadar"}
    named = re.compile(rf"\b(?:{'|'.join(data - {'done'})})\b")
    shown, _, _ = told.seen("shown").partition("\n\nthe citizen was to be told")
    read = [*shown.splitlines(), *told.seen("explained").splitlines()]
    quoted = ("kami teruskan", "escalated")  # the router's reason, which the citizen reads, and the titles of offices
    assert [one for one in read if named.search(one) and not any(part in one for part in quoted)] == []
