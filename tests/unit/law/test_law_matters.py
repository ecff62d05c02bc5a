"""Complaints on the matters of the annex of UU 23/2014 in plain words, and what a told class of road adds."""

from router.facts import Facts
from router.routing import Router
from tests.harness.tables import each_row

ROUTER = Router.load()


@each_row
def test_a_told_class_is_at_least_as_sure_as_none(told: str, silent: str) -> None:
    """Whoever tells the class of a road or terminal says more."""
    sure, open_ = (ROUTER.decide(Facts(ROUTER.reader.read(text))) for text in (told, silent))
    assert sure.owner.id == open_.owner.id
    assert sure.confidence >= open_.confidence
