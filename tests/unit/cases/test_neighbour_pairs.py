"""How well duplicates are found, on pairs that the rules were made with: `python -m benchmarks.neighbours FILE` scores others."""

from pathlib import Path

from benchmarks.neighbours import read, score
from normalizer.complaint import Normaliser
from tests.harness.tables import each_row

DATA = Path(__file__).parents[2] / "data"


@each_row
def test_the_pairs_of_the_development_are_told_apart(name: str, recall: float) -> None:
    """With the bars that unseen pairs have; the new ones, of two more writers, with the lower one of those."""
    found = score(read(DATA / name), Normaliser.load())
    assert found.precision >= 0.97, found.wrong
    assert found.recall >= recall, found.missed


@each_row
def test_the_pairs_that_nobody_had_read_are_told_apart_as_far_as_was_measured(name: str, precision: float) -> None:
    """The bars are what is reached, and no rule was made with these pairs."""
    found = score(read(DATA / name), Normaliser.load())
    assert found.precision >= precision, found.wrong
    assert found.recall >= 0.79, found.missed


def test_most_of_the_pairs_that_were_written_against_the_rules_are_told_apart() -> None:
    """Look-alikes of one kind at one place, and tellings that share few words; the bars keep what is reached."""
    found = score(read(DATA / "neighbour_pairs_hard.jsonl"), Normaliser.load())
    assert found.precision >= 0.94, found.wrong
    assert found.recall >= 0.90, found.missed
