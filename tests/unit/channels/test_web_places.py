"""Kabupaten and kota are found by what people type of them; in doubt the citizen is asked, never guessed at."""

from hypothesis import given
from hypothesis import strategies as st

from channels.web.categories import categories, find, topic
from channels.web.places import MOST_SUGGESTIONS
from normalizer.complaint import Normaliser
from normalizer.places.gazetteer import Gazetteer
from tests.harness.tables import each_row
from tests.harness.there import there
from tests.harness.web import regencies

SEARCH = regencies()


@each_row
def test_a_name_that_only_one_has_is_that_one(typed: str, code: str | None) -> None:
    """With or without its level; a name of two is in doubt."""
    found = SEARCH.exact(typed)
    assert (found.code if found else None) == code


def test_every_regency_is_found_by_its_full_name_and_so_read_by_the_normaliser() -> None:
    """What the form sends is understood at the other end, for all 514."""
    names = Gazetteer.load()
    count = 0
    for code, name in names.regencies():
        found = there(SEARCH.exact(f"{name}, {names.name(code[:2])}"))
        assert found.code == code
        assert Normaliser.load().reader.read("Jalan rusak", address=f"Jl. Pemuda, {found.name}").place.codes[1] == code
        count += 1
    assert count == 514


@each_row
def test_what_is_typed_so_far_leads_to_names(typed: str, first: str) -> None:
    """By the beginning, a slip of the finger, a district, a short name."""
    assert SEARCH.suggest(typed)[0].name == first


@given(st.text(max_size=300))
def test_whatever_is_typed_gives_a_short_list(typed: str) -> None:
    """Nothing raises, nothing is longer than a phone's screen."""
    assert len(SEARCH.suggest(typed)) <= MOST_SUGGESTIONS


def test_the_categories_are_those_of_the_service() -> None:
    """Thirty-eight, each with a code of its own, found by code and by either name."""
    found = categories()
    assert len(found) == len({category.code for category in found}) == len({category.name for category in found}) == 38
    for category in found:
        for text in (category.code, category.name.upper(), category.shown):
            assert find(text) == category


def test_every_subject_that_the_normaliser_knows_is_in_one_of_the_categories() -> None:
    """A chosen category and a read one are of the same tree."""
    for subject in Normaliser.load().reader.lexicon.subjects:
        assert topic(subject.topic) == subject.topic
