"""Matters whose owner depends on the ground that a thing stands on, on a border, on a missing place, or on whether a text praises."""

from collections import defaultdict

import pytest

from normalizer.places.gazetteer import Gazetteer
from router.decision import Decision
from router.facts import Facts
from router.routing import Router
from tests.harness.tables import each_row

ROUTER = Router.load()


def decided(text: str) -> Decision:
    """Return the decision on a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text)))


def first_three(decision: Decision) -> list[str]:
    """Return the ids of the owner and of the next candidates, three in all."""
    return [decision.owner.id, *(one.agency.id for one in decision.ranked if one.agency is not decision.owner)][:3]


@each_row
def test_a_tree_on_the_ground_of_a_road_is_its_owners_and_pruning_the_regencys(
    owner: str, beside: str, text: str
) -> None:
    """PP 34/2006 Pasal 50: the road's authority plants and keeps its trees; regencies prune them in practice. Neither is sure."""
    decision = decided(text)
    assert decision.owner.id == owner
    assert beside in first_three(decision)
    assert decision.confidence <= ROUTER.rules.undecided


@each_row
def test_the_class_of_the_road_is_asked_for_where_a_tree_depends_on_it(text: str) -> None:
    """A main road may be of any class; the answer moves the case."""
    decision = decided(text)
    assert decision.asks == "road_class"
    assert decision.confidence <= ROUTER.rules.undecided
    reading = ROUTER.reader.read(text)
    reading.groups = {**reading.groups, "national_road": []}
    assert ROUTER.decide(Facts(reading)).owner.id == "ditjen-bina-marga"


@each_row
def test_a_complaint_without_its_place_is_not_sure_of_a_national_body(text: str) -> None:
    """While the place that decides the owner is asked for, the probability is at most `unplaced`."""
    assert "place" in ROUTER.reader.read(text).missing
    assert decided(text).confidence <= ROUTER.rules.unplaced


@each_row
def test_a_question_for_a_national_rule_needs_no_place_and_stays_sure(owner: str, text: str) -> None:
    """Who sets a rule answers for it everywhere."""
    decision = decided(text)
    assert decision.owner.id == owner
    assert decision.confidence > ROUTER.rules.unplaced


@each_row
def test_praise_of_an_official_is_no_abuse_of_office(text: str) -> None:
    """Who thanks, denies each deed and sets nothing against the praise accuses nobody."""
    assert not ROUTER.reader.read(text).oversight
    assert not decided(text).owner.id.startswith("inspektorat")


@each_row
def test_the_environment_office_is_among_the_first_three_where_land_is_burnt(offices: str, text: str) -> None:
    """UU 32/2009 Pasal 69 forbids it, and who supervises the environment enforces that (Pasal 71)."""
    assert set(first_three(decided(text))) & set(offices.split(","))


def _regencies() -> list[tuple[str, str, str]]:
    """Return the code, the name without its level, and the province's name of each regency and city outside Jakarta."""
    gazetteer = Gazetteer.load()
    found = []
    for code, name in gazetteer.regencies():
        if not code.startswith("31"):
            found.append((code, name.split(" ", 1)[1], gazetteer.name(code[:2])))
    return found


@pytest.mark.parametrize("form", ["jalan rusak di {name}, {province}", "jalan rusak di {name} provinsi {province}"])
def test_each_regency_is_found_by_its_short_name_beside_its_province(form: str) -> None:
    """Also those whose name is an everyday word or another place ("kaur bengkulu"). A city and its regency of one name may stay open."""
    twins = defaultdict(set)
    for code, name, province in _regencies():
        twins[name, province].add(code)
    missed = []
    for name, province in twins:
        found = ROUTER.reader.read(form.format(name=name, province=province).lower()).place.regency
        if found not in twins[name, province] and not (found is None and len(twins[name, province]) > 1):
            missed.append((name, province, found))
    assert missed == [("Yogyakarta", "Daerah Istimewa Yogyakarta", None)]  # the city's name is that of the province
