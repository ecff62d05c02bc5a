"""A place that a text denies is none, the word for its kind decides, and "bkn" is "bukan" unless it is the body for civil servants."""

from router.decision import Decision
from router.facts import Facts
from router.routing import Router
from tests.harness.tables import each_row, row_by_row

ROUTER = Router.load()


def decided(text: str) -> Decision:
    """Return the decision on a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text)))


def regency(text: str) -> str | None:
    """Return the code of the regency of a text."""
    return ROUTER.reader.read(text).place.regency


@each_row
def test_the_regency_of_fifty_cities_keeps_its_name_in_figures(place: str) -> None:
    """Alone, or behind the word for its kind or its capital."""
    assert regency(f"lampu jalan mati di {place}") == "13.07"


@each_row
def test_the_word_for_the_kind_decides_also_before_a_nickname(place: str, code: str) -> None:
    """The nickname alone means the city."""
    assert regency(f"jalan rusak di {place}") == code


@each_row
def test_bkn_beside_a_matter_of_civil_servants_or_in_capitals_is_the_body(text: str) -> None:
    """Or behind a word such as "dari", before which nobody says "bukan"."""
    assert decided(text).owner.id == "bkn"


def test_saya_bkn_pns_denies_it() -> None:
    """What follows "saya bkn" directly is what somebody is not."""
    assert decided("saya bkn pns tapi tidak dapat bansos di Kota Tegal").owner.id == "kemensos"


@each_row
def test_a_missing_child_is_a_matter_of_the_police(text: str) -> None:
    """Wherever it was seen last."""
    assert decided(text).owner.id == "polri"


@row_by_row
def test_a_thing_missing_in_a_park_is_a_matter_of_the_park(text: str) -> None:
    """No child is missing."""
    assert decided(text).owner.id.startswith("disperkim")


@each_row
def test_a_childs_thing_that_is_missing_is_no_missing_child(thing: str) -> None:
    """The child then tells whose thing it is."""
    assert decided(f"{thing} anak hilang di terminal Kota Tegal").owner.id != "polri"
