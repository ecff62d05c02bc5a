"""The size of the program, its tests and its pages is recorded, and grows only for a reason."""

from benchmarks.size import grown


def test_nothing_grows_by_more_than_a_twentieth_without_a_reason() -> None:
    """Lines, modules, words, and the files that one SMS passes."""
    assert grown() == []
