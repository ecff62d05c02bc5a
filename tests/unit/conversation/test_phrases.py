"""Phrases are data: a small notation that is checked when it is read, with the file and the line of each mistake."""

import re
from io import StringIO

import pytest

from complaints.errors import ConfigurationError
from conversation.said import written
from conversation.said.going_on import tells_a_fault
from conversation.said.notation import any_expression, expression
from tests.harness.tables import each_row

LISTS = {"no": ("tidak", "gak"), "bad": ("rusak", "mati"), "all": ("rusak", "mati total")}


def _finds(phrase: str, text: str, not_after: str = "") -> bool:
    return re.search("".join(expression(phrase, LISTS, not_after=not_after)), text) is not None


@each_row
def test_a_phrase_is_found_as_the_notation_says(phrase: str, found: list[str], not_found: list[str]) -> None:
    """phrases.yaml explains the notation; words are whole words."""
    assert [text for text in found if not _finds(phrase, text)] == []
    assert [text for text in not_found if _finds(phrase, text)] == []


def test_a_phrase_does_not_count_behind_the_words_of_not_after() -> None:
    """Only directly behind them; words of more than one part too."""
    denied = "{no} | jangan sampai"
    assert not _finds("{bad}", "lampu tidak mati", denied)
    assert not _finds("{bad}", "jangan sampai rusak", denied)
    assert _finds("{bad}", "tidak lama rusak", denied)


def test_a_word_that_ends_like_one_of_not_after_is_none() -> None:
    """The words juga, warga and diduga end like "ga"."""
    assert all(_finds("{bad}", f"{word} mati", "ga | {no}") for word in ("juga", "warga", "diduga", "bertidak"))
    assert tells_a_fault("lampu di Kota Tegal juga mati")
    assert not tells_a_fault("lampu ga mati")


def test_the_fewest_words_of_a_gap_count() -> None:
    """What is replaced is as short as it can be."""
    found = re.search("".join(expression("semoga ...2 {bad}", LISTS)), "semoga lampu mati rusak")
    assert found is not None
    assert found[0] == "semoga lampu mati"


def test_of_phrases_that_fit_at_one_place_the_first_takes_precedence() -> None:
    """Also if one of them must begin the text; what is found is what the first one says."""
    phrases = ["lampu mati", "^ lampu mati lagi", "lampu *", "^ *"]
    for first, found in ((0, "lampu mati"), (1, "lampu mati lagi"), (2, "lampu mati"), (3, "lampu")):
        order = [phrases[first], *phrases[:first], *phrases[first + 1 :]]
        pattern = any_expression([expression(phrase, LISTS) for phrase in order])
        assert (match := re.search(pattern, "lampu mati lagi")) is not None
        assert match[0] == found


@each_row
def test_a_mistake_in_a_phrase_is_told_with_its_line(line: str, what: str) -> None:
    """The first phrase of the file is right; the second is in its fourth line."""
    lines = f"first:\n  - rusak\nsecond:\n{line}\n"
    with pytest.raises(ConfigurationError, match=rf"phrases\.yaml, line 4: .*{re.escape(what)}"):
        written.patterns(written.parsed(_file(lines)), LISTS)


@each_row
def test_a_mistake_in_a_list_is_told_with_its_line(lines: str, what: str) -> None:
    """A list may name those before it, and none that there is not."""
    with pytest.raises(ConfigurationError, match=rf"phrases\.yaml, {re.escape(what)}"):
        written.lists(written.parsed(_file(lines)), {"no": ("tidak",)})


def test_a_list_that_no_phrase_uses_is_a_mistake() -> None:
    """Also one that only another list names counts as used."""
    words, phrases = "bad: rusak\nworse: '{bad} mati'\nunused: a\n", "state:\n  - '{worse} lagi'\n"
    with pytest.raises(ConfigurationError, match=r"line 3: no phrase uses the list 'unused'"):
        written.check_used(written.parsed(_file(words)), written.parsed(_file(phrases)))


def test_a_name_that_the_code_does_not_read_or_that_is_missing_is_a_mistake() -> None:
    """So no list and no phrase is dead."""
    tree = written.parsed(_file("state: a\nmore: b\n"))
    with pytest.raises(ConfigurationError, match=r"line 2: nothing reads 'more'"):
        written.sections(tree, ["state"])
    with pytest.raises(ConfigurationError, match=r"line 1: 'other' is missing"):
        written.sections(tree, ["state", "more", "other"])


@pytest.mark.parametrize("lines", ["", "a: [\n"])
def test_a_file_that_is_empty_or_no_yaml_is_a_mistake(lines: str) -> None:
    """The error names the file."""
    with pytest.raises(ConfigurationError, match=r"phrases\.yaml"):
        written.parsed(_file(lines))


def _file(lines: str) -> StringIO:
    file = StringIO(lines)
    file.name = "phrases.yaml"
    return file
