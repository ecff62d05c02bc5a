"""Each subject wins with words of its own: one whose words never win is a misspelt or forgotten one."""

import pytest

from complaints.runtime import packaged
from normalizer.reader import Reader
from router.routing import Router

SUBJECTS = {
    subject: row
    for file in ("places", "nation")
    for subject, row in packaged.document("normalizer", f"subjects/{file}.yaml").items()
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Return the packaged reader."""
    return Router.load().reader


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_wins_with_a_word_of_its_own(subject: str, reader: Reader) -> None:
    """In a sentence that has nothing but one of its words and a place (docs/rules.md, "Adding a subject")."""
    weights = sorted((weight for weight in SUBJECTS[subject] if isinstance(weight, int) and weight > 0), reverse=True)
    words = [word.strip("*") for weight in weights for word in SUBJECTS[subject][weight]]
    assert words, "the subject has no words"

    def wins(word: str) -> bool:
        found = reader.read(f"{word} di Kota Semarang").subjects
        return bool(found) and found[0].id == subject

    assert any(wins(word) for word in words), words[:20]
