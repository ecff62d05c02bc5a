"""How well duplicates are found, on pairs that were written while the step was: `python -m benchmarks.neighbours FILE` scores others."""

from pathlib import Path

import pytest

from benchmarks.neighbours import read, score
from normalizer.complaint import Normaliser

DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize("name", ["neighbour_pairs_dev.jsonl", "neighbour_pairs_more.jsonl"])
def test_the_pairs_of_the_development_are_told_apart(name: str) -> None:
    """With the bars that unseen pairs have."""
    found = score(read(DATA / name), Normaliser.load())
    assert found.precision >= 0.97, found.wrong
    assert found.recall >= 0.80, found.missed
