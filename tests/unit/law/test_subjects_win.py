"""Each subject wins with words of its own: one whose words never win is a misspelt or forgotten one."""

import functools
from typing import Any

from complaints.runtime import packaged
from normalizer.reader import Reader
from tests.harness.tables import each, each_row


@functools.cache
def subjects() -> dict[str, Any]:
    """Return the words of each subject by their weight."""
    files = [packaged.document("normalizer", f"subjects/{file}.yaml") for file in ("places", "nation")]
    return {subject: row for file in files for subject, row in file.items()}


@each("subject", subjects)
def test_a_subject_wins_with_a_word_of_its_own(subject: str, reader: Reader) -> None:
    """In a sentence that has nothing but one of its words and a place (docs/rules.md, "Adding a subject")."""
    weights = sorted((weight for weight in subjects()[subject] if isinstance(weight, int) and weight > 0), reverse=True)
    words = [word.strip("*") for weight in weights for word in subjects()[subject][weight]]
    assert words, "the subject has no words"

    def wins(word: str) -> bool:
        found = reader.read(f"{word} di Kota Semarang").subjects
        return bool(found) and found[0].id == subject

    assert any(wins(word) for word in words), words[:20]


@each_row
def test_who_called_the_emergency_number_complains_of_what_he_called_for(
    text: str, subject: str, reader: Reader
) -> None:
    """A number that was called is the matter only if the text tells no other."""
    assert reader.read(text).subjects[0].id == subject


@each_row
def test_who_cries_for_help_is_brought_to_those_who_rescue(text: str, subject: str, reader: Reader) -> None:
    """Whatever place, vehicle or paper stands beside the cry."""
    assert reader.read(text).subjects[0].id == subject
