"""A place that a citizen names instead of another one, and what only mentions a place."""

import pytest

from complaints.crypto import Keyring
from normalizer.complaint import Normaliser
from normalizer.corrections import corrected_place
from router.cases.document.changes import joined
from tests.harness.stories import stories_of
from tests.harness.support import message, normalised
from tests.harness.tables import each_row, row_by_row
from tests.harness.there import there

NORMALISER = Normaliser.load()
KEYS = Keyring.from_secret(b"s" * 32)


test_story = stories_of(__file__)


def corrected(text: str) -> str | None:
    """Return the code of the regency that a text names instead of another one."""
    place = corrected_place(text, NORMALISER.reader.read, NORMALISER.gazetteer)
    return None if place is None else place.regency


@each_row
def test_a_clear_correction_names_the_regency(text: str, regency: str) -> None:
    """After a word such as "ralat", or with both places, also with nothing but a pause or "pak" between them."""
    assert corrected(text) == regency


@each_row
def test_the_word_for_its_kind_alone_is_of_the_place_before(text: str, former: str | None, regency: str | None) -> None:
    """Of a name that a city and a regency share; of another one it is nothing."""
    place = corrected_place(text, NORMALISER.reader.read, NORMALISER.gazetteer, former=former)
    assert (None if place is None else place.regency) == regency


@each_row
def test_the_namesake_alone_is_instead_of_the_city_before(text: str, regency: str | None) -> None:
    """Any other place alone may be beside it."""
    place = corrected_place(text, NORMALISER.reader.read, NORMALISER.gazetteer, former="33.74")
    assert (place.regency if place else None) == regency


@each_row
def test_a_correction_is_read_in_the_words_that_people_use(text: str, regency: str) -> None:
    """The place first, "masuk", a slip that is owned up to, a star, a full stop between both, short forms, Javanese and Sundanese."""
    place = corrected_place(text, NORMALISER.reader.read, NORMALISER.gazetteer, former="33.74")
    assert (place.regency if place else None) == regency


@each_row
def test_a_place_beside_other_words_corrects_nothing(text: str) -> None:
    """A place alone, whose task it is, where somebody is from, a comparison, a question, a second place."""
    assert corrected_place(text, NORMALISER.reader.read, NORMALISER.gazetteer, former="33.74") is None


@each_row
def test_a_mention_of_another_place_corrects_nothing(text: str) -> None:
    """Whose task it is, where somebody is from, a comparison, a name of two regencies, another thing."""
    assert corrected(text) is None


@pytest.mark.parametrize("is_known", [True, False])
@row_by_row
def test_the_channel_and_the_case_replace_the_same_place(text: str, regency: str, *, is_known: bool) -> None:
    """Whether the channel has the complaint or not."""
    before = normalised(message("Jalan berlubang di depan pasar di Kota Bandung"), KEYS)
    found = NORMALISER.complete(before if is_known else None, message(text, upstream_id="2"), region="32.73")
    if found.complaint is not None:
        assert there(found.complaint.place.regency).code == regency
    place = joined(before, found.addition, found.reading).place
    assert there(place.regency).code == regency
    assert bool(found.reading.corrects) == ("ralat" in text)
