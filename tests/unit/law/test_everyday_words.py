"""A short everyday word, how people address someone or an abbreviation of speech, says nothing of the matter and moves no owner."""

import functools
import itertools
from collections.abc import Iterable

import pytest

from ops.quality.labelled import read_rows
from router.facts import Facts
from router.routing import Router
from tests.harness.tables import each
from tests.unit.law.test_law_reasons import DATA

ROUTER = Router.load()

WORDS = tuple(dict.fromkeys((DATA / "everyday_words.txt").read_text(encoding="utf-8").split()))
"""How people address someone, particles of the regions' languages, and words that messages shorten."""

HANGING = (
    "Akar pohon angsana",
    "Dari Detusoko turun",
    "Rumah konsul negara",
    "sinetron jam 7",
    "Telepon SAPA 129",
    "batu, jawa timur",
    "Talumelito tabakar",
)
"""Beginnings of cases whose owner hangs on a single weak word, or on the region whose speech the text has: any further word decides."""

CASES = tuple(
    row["text"]
    for path in sorted(DATA.glob("law_cases*.jsonl"))
    if path.stem != "law_cases_closed"
    for row in read_rows(path)
    if row.get("text") and not row["text"].startswith(HANGING)
)


def owner(text: str) -> str:
    """Return the id of the owner of a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text))).owner.id


def moved(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return each word with the case whose owner is another one with the word behind it."""
    own = functools.cache(owner)
    return [
        (word, text) for word, text in pairs if owner(f"{text.rstrip('. ')}. tolong {word}") != own(text.rstrip(". "))
    ]


@each("word", WORDS)
def test_an_everyday_word_alone_points_to_no_subject(word: str) -> None:
    """It needs a second word ("MAN 1", "dana PKM", "KTT OKI")."""
    assert not [subject for subject in ROUTER.reader.read(f"tolong {word}").subjects if subject.score > 0]


def test_no_everyday_word_behind_a_case_of_the_law_moves_its_owner() -> None:
    """Each case with one word, and so each word with some cases."""
    assert moved(zip(itertools.cycle(WORDS), CASES, strict=False)) == []


@pytest.mark.long
def test_no_everyday_word_moves_the_owner_of_any_case() -> None:
    """Each case with each word."""
    assert moved(itertools.product(WORDS, CASES)) == []
