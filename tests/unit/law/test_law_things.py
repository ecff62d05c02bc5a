"""Who owns what stands beside roads, tracks and houses, and matters that two owners share by name; each with counter-examples."""

from complaints.runtime import packaged
from router.decision import Decision
from router.facts import Facts
from router.routing import Router
from tests.harness.tables import each, each_row

ROUTER = Router.load()


def decided(text: str) -> Decision:
    """Return the decision on a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text)))


def owner_of(text: str) -> str:
    """Return the id of the agency that gets a text."""
    return decided(text).owner.id


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


def test_the_card_for_students_of_universities_is_not_that_of_pupils() -> None:
    """UU 12/2012 Pasal 76 and Permendikbud 10/2020."""
    assert {
        owner_of(f"{card} saya belum cair") for card in ("KIP Kuliah", "KIP-K", "Kartu Indonesia Pintar Kuliah")
    } == {"kemdiktisaintek"}
    assert owner_of("KIP anak SD saya belum cair") == "kemendikdasmen"


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
