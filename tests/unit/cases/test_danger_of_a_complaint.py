"""A first decision believes what the conversation has understood of a complaint, and nothing else does."""

from itertools import islice
from typing import Any

import pytest
from msgspec.structs import replace

from benchmarks.texts import varied
from complaints.crypto import Keyring
from complaints.event import Complaint
from complaints.fact import Opened
from normalizer.complaint import VERSION
from normalizer.emergency import tells_of_danger
from normalizer.parts import title_of
from router.cases.step import CaseStep
from router.routing import Router
from tests.harness.events import complaint
from tests.harness.house import House, added, stored
from tests.harness.support import message, normalised

CALM = "lampu jalan mati di depan pasar"
CRY = "Ada kebakaran di rumah tetangga, orangnya terjebak, tolong sekarang"


def first(text: str = CALM, **fields: Any) -> Complaint:
    """Return a complaint of this version of the normaliser."""
    return complaint(1, text=text, **{"normaliser_version": VERSION} | fields)


def is_urgent(one: Complaint) -> bool:
    """Return whether the citizen of a complaint reads the number for emergencies at once."""
    house = House()
    house.hear(one)
    return "112" in house.replies[-1].text


def test_a_first_decision_believes_what_this_version_has_understood() -> None:
    """The text is not read a second time."""
    assert [is_urgent(first(danger=danger)) for danger in (True, False)] == [True, False]
    assert not is_urgent(first(CRY, danger=False))


@pytest.mark.parametrize("fields", [{"danger": None}, {"danger": False, "normaliser_version": "2020.1.1"}])
def test_what_nobody_or_another_version_has_understood_is_read_here(fields: dict[str, Any]) -> None:
    """A complaint of an older program, and one that the conversation could not read."""
    assert is_urgent(first(CRY, **fields))


def test_no_case_keeps_what_was_understood_for_the_first_decision() -> None:
    """It holds for one version, and a case is decided by many."""
    house = House()
    (opened, *_) = house.hear(first(danger=True))
    assert isinstance(opened, Opened)
    assert (opened.complaint.danger, house.case(opened.tracking_code).complaint.danger) == (None, None)
    house.hear(added(first()))
    assert "112" not in house.replies[-1].text


def test_a_decision_is_the_same_whoever_has_read_the_text() -> None:
    """Every record that it leads to is the same to the byte."""
    step, keys = CaseStep(Router.load()), Keyring.from_secret(b"of the tests, at least 32 bytes long")
    posts = [f"{CALM}\n[warga @warga] {CRY}", f"{CRY}\n[warga @warga] {CALM}"]
    for text in (CRY, *posts, *(one.text for one in islice(varied(), 60))):
        made = normalised(message(text), keys)
        assert made.danger == tells_of_danger(made.text)
        assert step(None, stored(made)) == step(None, stored(replace(made, danger=None))), text


@pytest.mark.parametrize("danger", [None, False])
def test_a_title_that_is_cut_from_the_text_says_nothing_more(*, danger: bool | None) -> None:
    """What is left of a text in which a child of a far village has no birth certificate may look like a birth without help."""
    text = (
        "Anak aku lahir di rimbo ulu Tebo, dak ado bidan, jadi dak punyo surat lahir. Mau masuk sekolah dimintak akta,"
        " tiap kami datang loket la tutup."
    )
    cut = title_of(text)
    assert tells_of_danger(cut)
    assert [is_urgent(first(text, title=cut, danger=danger)), is_urgent(first(text, title=CRY, danger=None))] == [
        False,
        True,
    ]
