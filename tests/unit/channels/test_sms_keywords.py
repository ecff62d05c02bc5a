"""The keyword of an SMS names a local government, in each way that citizens write it, and hardly ever wrongly."""

from channels.sms.keywords import Keywords, _one_letter_apart
from normalizer.places.gazetteer import Gazetteer
from tests.harness.tables import each_row, row_by_row


@each_row
def test_keyword(name: str, text: str, region: str | None) -> None:
    """One case for each way of writing it, and each text that only looks so."""
    assert Keywords.load().region(text) == region, name


def test_each_keyword_names_a_region_that_there_is() -> None:
    """Regencies and cities only; a campaign's name too."""
    table, gazetteer = Keywords.load(), Gazetteer.load()
    assert len(table.exact) > 900
    for code in [*table.exact.values(), *table.campaigns.values()]:
        assert len(code) == 5
        assert gazetteer.name(code)


def test_no_regency_is_taken_for_another_by_one_letter() -> None:
    """A keyword that is itself one letter away from another's is read as itself."""
    table = Keywords.load()
    for keyword, code in table.exact.items():
        assert table.region(f"{keyword} lampu mati") == code


@row_by_row
def test_one_letter(word: str, other: str, apart: bool) -> None:
    """More, less, other, or exchanged with its neighbour."""
    assert _one_letter_apart(word, other) is apart
