"""Short spelling drops the vowels of a message ("lmpu jln mti"): its matter has the owner of the same words written out."""

import re
from zlib import crc32

from complaints.runtime import packaged
from normalizer.language.spelling import known, spelled_out
from ops.quality.labelled import read_rows
from tests.harness.decided import owner_of
from tests.harness.tables import each, each_row
from tests.unit.law.test_law_reasons import DATA

WORDS = frozenset(word for name in ("everyday.txt", "roots.txt") for word in packaged.text("normalizer", name).split())

WORD = re.compile("[a-z]+", re.IGNORECASE)

INNER_VOWEL = re.compile("(?<=.)[aeiou](?=.)")


def shortened(text: str) -> str:
    """Return a text whose ordinary words, but a third of them, have no vowel inside."""

    def short(found: re.Match[str]) -> str:
        word = found[0].lower()
        kept = word not in WORDS or len(word) < 4 or crc32(word.encode()) % 3 == 0
        return found[0] if kept else INNER_VOWEL.sub("", word)

    return WORD.sub(short, text)


@each_row
def test_a_message_in_short_spelling_goes_to_the_owner_of_its_matter(text: str, owner: str) -> None:
    """Written for this project, as people write by SMS."""
    assert owner_of(text) == owner


def test_most_cases_have_the_same_owner_in_short_spelling() -> None:
    """At least seven of ten; unread, eleven of twenty."""
    cases = [
        row["text"] for path in sorted(DATA.glob("law_cases*.jsonl")) for row in read_rows(path) if row.get("text")
    ]
    same = [owner_of(text) == owner_of(shortened(text)) for text in cases]
    assert sum(same) >= 0.7 * len(same), sum(same) / len(same)


@each(
    ("short", "long"),
    [
        ("lmpu", "lampu"),
        ("rsk", "rusak"),
        ("jln", "jalan"),
        ("smph", "sampah"),
        ("lampu", "lampu"),
        ("mba", "mba"),
        ("xqzt", "xqzt"),
    ],
)
def test_a_short_spelling_is_the_most_frequent_word_with_its_other_letters(short: str, long: str) -> None:
    """A word written out, too short to tell, or like none stays as it is."""
    assert spelled_out(short) == long


def test_the_models_know_a_frequent_short_spelling_themselves() -> None:
    """The examples have it."""
    assert known("jln") == "jln"
