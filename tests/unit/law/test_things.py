"""Named public things: their data, how texts name them, and what follows for place and owner."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.event import Place, Region
from complaints.runtime import packaged
from normalizer.places.gazetteer import Gazetteer
from normalizer.reader import Reader
from normalizer.results import Reading
from normalizer.subjects.lists import SIGNALS
from normalizer.things.names import ends_of
from normalizer.things.table import Things, rows
from normalizer.things.tree import ThingNode
from router.agencies.registry import Registry
from router.candidate import THING
from router.decision import Decision
from router.facts import Facts
from router.routing import Router
from tests.harness.events import complaint
from tests.harness.tables import each_row, row_by_row

TIERS = {"national", "province", "regency", "company"}
STATUSES = {"statute", "official list", "unverified"}


def decided(router: Router, text: str) -> tuple[Reading, Decision]:
    """Return what the reader and the router make of a text."""
    reading = router.reader.read(text)
    return reading, router.decide(Facts(reading))


def nodes(node: ThingNode) -> Iterator[ThingNode]:
    """Yield the node and all nodes below it; the roots of names once for each word of their type."""
    yield node
    for below in (*(node.after(word) for word in [*node.follow]), *node.cores):
        assert below is not None
        yield from nodes(below)


def test_each_row_resolves() -> None:
    """Each row has a known type, tier and status, regions that exist, and an owner that the registry has."""
    types = packaged.document("normalizer", "things/types.yaml")
    gazetteer, registry = Gazetteer.load(), Registry.load()
    bad = [
        row["id"]
        for row in rows()
        if row["type"] not in types
        or row["tier"] not in TIERS
        or row["status"] not in STATUSES
        or not row["source"]
        or not all(gazetteer.name(code) for code in row["regions"].split())
        or (row["owner"] and not registry.get(row["owner"]))
    ]
    assert bad == []


def test_each_subject_and_group_of_a_type_is_known() -> None:
    """The subjects of types.yaml are subjects of the word lists, and its keys are tiers."""
    types = packaged.document("normalizer", "things/types.yaml")
    known = {subject.id for subject in Reader.load().lexicon.subjects}
    for kind, row in types.items():
        assert set(row["groups"]) | set(row["subjects"]) <= TIERS, kind
        assert {subject for weights in row["subjects"].values() for subject in weights} <= known - set(SIGNALS), kind


def test_no_name_means_two_things_of_a_type_in_a_region() -> None:
    """Of rows with one type, form and region, only the first counts: a form never has two."""
    things = Things.load()
    for node in nodes(things.tree):
        seen: defaultdict[str, set[str]] = defaultdict(set)
        for number in node.things:
            thing = things.all[number if number >= 0 else ~number]
            for code in thing.regions:
                assert code not in seen[thing.kind], thing.id
            seen[thing.kind].update(thing.regions)


@each_row
def test_a_thing_in_one_region_tells_the_place(reader: Reader, text: str, thing: str, region: str) -> None:
    """A name behind a word of its type means the thing, which tells the place if nothing else does."""
    reading = reader.read(text)
    assert [one.thing.id for one in reading.things] == [thing]
    assert reading.place.deepest == region


@each_row
def test_a_place_contradicts_a_thing(reader: Reader, text: str) -> None:
    """If another word of the text tells another regency, the thing does not count and the place stays."""
    reading = reader.read(text)
    assert reading.things == []
    assert reading.place.regency is not None


def test_a_provincial_hospital_has_patients_of_the_whole_province(reader: Reader) -> None:
    """A thing that people from elsewhere in the province use also counts if another of its regencies is told: the place stays that one."""
    reading = reader.read("ibu saya warga Kabupaten Klaten ditolak RSUD Moewardi")
    assert [one.thing.owner for one in reading.things] == ["rsud-moewardi"]
    assert reading.place.regency == "33.10"


@pytest.mark.parametrize("text", ["irigasi surabaya bocor", "lampu di cihea mati", "RSUD Tarakan antre lama"])
def test_a_name_of_something_else_does_not_count_alone(reader: Reader, text: str) -> None:
    """A name that is also that of a place elsewhere needs another sign of its region; "di Cihea" means the place if no word is of water."""
    assert reader.read(text).things == []


def test_di_before_an_irrigation_area_counts_beside_words_of_water(reader: Reader) -> None:
    """The words "DI Cihea" mean the irrigation area if the text speaks of fields or water."""
    assert reader.read("saluran DI Cihea tersumbat").groups.get("irrigation_national")


@each_row
def test_a_street_counts_only_in_its_town(reader: Reader, text: str, *, counts: bool) -> None:
    """The name of a provincial street is also that of streets elsewhere: the regency must be told, and the section if the list has one."""
    assert ("provincial_road" in reader.read(text).groups) is counts


@each_row
def test_a_road_is_named_by_its_ends(name: str, ends: list[str]) -> None:
    """Borders and crossings in the official name are left out, unless a place in brackets says where the border is."""
    assert ends_of(name) == ends


@row_by_row
def test_a_thing_that_says_where_something_is_has_no_owner(router: Router, text: str) -> None:
    """Such a thing tells the place; neither its agency nor its tier follows from it."""
    reading, decision = decided(router, text)
    assert [one.aside for one in reading.things] == [True]
    assert reading.place.regency == "33.72"
    assert "hospital_province" not in reading.groups
    assert decision.owner.region == "33.72"


def test_the_evidence_names_the_thing(router: Router) -> None:
    """A particular agency is named with the words and with the source of the row; the reason is that of the thing's tier."""
    _, decision = decided(router, "dokter RSUD Ulin sering terlambat")
    reasons = [reason for reason in decision.ranked[0].evidence if reason.rule.startswith(THING)]
    assert [(reason.rule, reason.span) for reason in reasons] == [("thing:hospital-rsud-ulin-63.71", "rsud ulin")]
    assert reasons[0].law
    assert "RSUD Ulin adalah urusan Pemerintah Provinsi Kalimantan Selatan" in decision.explanation


def test_a_place_that_the_citizen_told_later_takes_precedence(router: Router) -> None:
    """If the complaint's place contradicts the thing, its word groups are gone too."""
    reading = router.reader.read("toilet Terminal Tirtonadi kotor")
    assert "terminal_a" in reading.groups
    place = Place(province=Region(code="35", name=""), regency=Region(code="35.78", name=""))
    facts = Facts(reading, complaint(place=place))
    assert reading.things == []
    assert "terminal_a" not in facts.reading.groups


NAMES = [thing.name for thing in Things.load().all[::40]]
PLACES = ["Kota Semarang", "di Surabaya", "Kab. Kendal", "Papua", "NTT"]
PIECES = [*NAMES, *PLACES, "depan", "menuju", "jalan", "ke", "di", "rusak", "terminal", "|", "-", ""]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_no_text_of_names_raises(pieces: list[str]) -> None:
    """Whatever names stand side by side, the reader and the router answer, and what counts agrees with the place."""
    router = Router.load()
    reading, decision = decided(router, " ".join(pieces))
    assert decision.owner
    for named in reading.things:
        regency = reading.place.regency
        assert (
            not (regency and named.thing.regions)
            or any(regency[:2] == code[:2] for code in named.thing.regions)
            or len(reading.things) > 1
        )


def test_a_name_that_is_also_another_word_needs_a_word_of_its_kind(reader: Reader) -> None:
    """Ulin is a hospital to patients and a kind of wood to others."""
    assert reader.read("pasien di Ulin belum dapat kamar").things
    assert not reader.read("kayu Ulin ditebang").things
