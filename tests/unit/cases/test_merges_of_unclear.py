"""Strangers are not merged through a case of which nobody knows yet what it is about."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from complaints.bus.envelope import type_of
from complaints.command import NEIGHBOURS, CommandKind
from complaints.fact import FactKind
from complaints.neighbour import Closed, Opened
from complaints.values import Place, Region
from tests.harness.events import complaint
from tests.harness.house import House, added, said
from tests.harness.list_law import DESK, ListLaw
from tests.harness.support import NOON

SEMARANG = Place(province=Region(code="33", name="Jawa Tengah"), regency=Region(code="33.74", name="Kota Semarang"))
FIRST = complaint(1, place=SEMARANG)
WITHOUT_SUBJECT = complaint(
    2, text="di Jalan Pemuda depan bank", place=SEMARANG, missing=("subject",), received_at=NOON + timedelta(hours=1)
)


def house_of(*cases: Any) -> House:
    """Return the cases of complaints, all with the first body."""
    made = House(law=ListLaw())
    for one in cases:
        made.hear(one)
    return made


def kinds(house: House) -> list[tuple[str, str]]:
    """Return what the search for duplicates heard: the type of each record, and the code."""
    return [
        (dict(one.headers)["ce_type"].decode(), orjson.loads(one.value)["tracking_code"]) for one in house.neighbours
    ]


def test_a_case_without_its_subject_is_no_candidate_until_it_is_told() -> None:
    """Only a place says nothing of what others have in common with it."""
    house = house_of(WITHOUT_SUBJECT)
    assert house.neighbours == []
    house.hear(added(WITHOUT_SUBJECT, "lampu jalan mati", topic="Pekerjaan Umum Dan Penataan Ruang/LAMPU", missing=[]))
    assert kinds(house) == [(type_of(Opened).decode(), WITHOUT_SUBJECT.tracking_code)]


def test_a_case_whose_citizen_is_being_asked_is_no_candidate_until_he_has_answered() -> None:
    """What he answers may make another matter of it."""
    house, code = house_of(FIRST), FIRST.tracking_code
    house.hear(said(CommandKind.ask, FIRST, house.case(code).owner.id, "Jalan yang mana?"))
    assert [kind for kind, _ in kinds(house)] == [type_of(Opened).decode(), type_of(Closed).decode()]
    house.hear(added(FIRST, "yang di depan pasar"))
    assert [kind for kind, _ in kinds(house)][2:] == [type_of(Opened).decode()]


def test_the_search_merges_no_unclear_case_and_a_person_may() -> None:
    """A proposal that is on its way is refused on either side."""
    house = house_of(FIRST, WITHOUT_SUBJECT)
    (fact,) = house.hear(said(CommandKind.merge, WITHOUT_SUBJECT, NEIGHBOURS, other=FIRST.tracking_code))
    assert (fact.kind, "lacks its subject" in (fact.text or "")) == (FactKind.declined, True)
    (fact,) = house.hear(said(CommandKind.merge, WITHOUT_SUBJECT, DESK, other=FIRST.tracking_code))
    assert fact.kind is FactKind.proposed


@pytest.mark.parametrize("asked", ["older", "later"])
def test_a_question_that_comes_between_proposal_and_agreement_parts_the_two(asked: str) -> None:
    """Neither becomes the other's while its citizen is asked what it is about."""
    later = complaint(2, place=SEMARANG, received_at=NOON + timedelta(hours=1))
    house = house_of(FIRST, later)
    house.hear(said(CommandKind.merge, later, NEIGHBOURS, other=FIRST.tracking_code))
    if asked == "older":
        house.hear(said(CommandKind.ask, FIRST, house.case(FIRST.tracking_code).owner.id, "Apa yang rusak?"))
        house.deliver()
    else:
        adopt = house.waiting.popleft()
        house.hear(said(CommandKind.ask, later, house.case(later.tracking_code).owner.id, "Apa yang rusak?"))
        house.waiting.appendleft(adopt)
        house.deliver()
    assert house.case(later.tracking_code).state == ("awaiting_citizen" if asked == "later" else "routed")
    assert house.case(FIRST.tracking_code).supporters == 0


def test_a_case_of_danger_to_life_is_no_candidate_from_the_words_that_tell_of_it() -> None:
    """Nobody who needs help now becomes somebody's supporter, nor gets any."""
    house = house_of(FIRST)
    house.hear(added(FIRST, "tolong, tiangnya roboh dan orang terjepit di bawahnya sekarang"))
    assert [kind for kind, _ in kinds(house)] == [type_of(Opened).decode(), type_of(Closed).decode()]
