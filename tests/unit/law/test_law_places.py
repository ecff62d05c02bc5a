"""Matters whose owner depends on the ground, on a border, on a landmark, on what stands beside it, or on a missing place."""

from collections import defaultdict

import pytest

from complaints.runtime import packaged
from normalizer.places.gazetteer import Gazetteer
from router.decision import Decision
from router.facts import Facts
from router.within import House, choose
from tests.harness.decided import ROUTER, decided, owner_of
from tests.harness.tables import each, each_row
from tests.harness.there import there


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


def test_a_road_in_front_of_a_market_is_asked_for_its_place() -> None:
    """Without a place it waits at the desk, which asks for the place and not for the matter."""
    text = "jalan provinsi depan pasar hancur udah 2 thn ga diapa2in"
    reading = ROUTER.reader.read(text)
    assert "place" in reading.missing
    assert reading.subjects[0].id == "road-damage"


@each_row
def test_a_national_road_is_not_the_citys_own_at_its_desk(text: str) -> None:
    """UU 38/2004 Pasal 14 gives it to the centre, whatever is complained of."""
    house = House.of("pemda-33.74", ROUTER.registry)
    choice = choose(ROUTER, Facts(ROUTER.reader.read(text), home=house.region, within=True), house)
    assert choice.own is False
    assert there(choice.elsewhere).id == "ditjen-bina-marga"
    assert "menjadi tugas Pemerintah Kota" not in choice.decision.explanation


@each_row
def test_the_class_of_the_road_at_a_level_crossing_is_asked_where_it_is_not_told(asks: str, text: str) -> None:
    """The regency has the case meanwhile."""
    assert (decided(text).asks or "") == asks


FRAMES = (
    "{} saya bermasalah di Kabupaten Kendal",
    "Mohon penjelasan tentang {}",
    "{} belum ada kabarnya sampai sekarang, bagaimana ini?",
    "Pelayanan {} di Kota Semarang buruk sekali",
    "Saya mau mengadu soal {}, sudah sebulan tidak ditanggapi",
)

"""Sentences in which an abbreviation and its long form must have one owner."""


APART = frozenset(("asdp", "dprd", "kdrt", "oss"))

"""Abbreviations that also are the name of an agency, or that common words of the long form outweigh."""


@each(
    ("short", "long"),
    [
        *packaged.document("normalizer", "abbreviations.yaml").items(),
        ("kip kuliah", "kartu indonesia pintar kuliah"),
        ("kip k", "kartu indonesia pintar kuliah"),
        ("kip", "kartu indonesia pintar"),
    ],
)
def test_an_abbreviation_and_its_long_form_have_one_owner(short: str, long: str) -> None:
    """In at least four of five sentences: in one, a common word of the long form may outweigh it."""
    owners = [(owner_of(frame.format(short)), owner_of(frame.format(long))) for frame in FRAMES]
    assert short in APART or sum(one == other for one, other in owners) >= 4, owners


@each_row
def test_a_name_of_several_places_is_settled_by_the_text_or_left_open(regency: str | None, text: str) -> None:
    """The level whose government is spoken of tells a city from its regency."""
    found = ROUTER.reader.read(text).place.regency
    assert found == regency or (regency is None and found == "33.24")


@each_row
def test_a_matter_of_a_university_needs_no_regency(text: str) -> None:
    """Higher education is of the centre (UU 12/2012 Pasal 7)."""
    decision = decided(text)
    assert decision.owner.id in {"kemdiktisaintek", "itjen-dikti"}
    assert not decision.triage
