"""The garbage collector sleeps while tables are made, and only then."""

import gc

import pytest

from complaints.runtime.loading import without_collector


def load() -> None:
    """Fail while two tables are made, one inside the other."""
    with without_collector():
        with without_collector():
            assert not gc.isenabled()
        assert not gc.isenabled()
        raise OSError("the disk is gone")


def test_no_collection_walks_through_what_was_made() -> None:
    """After the tables are made, the next objects start no collection, which would walk through all tables."""
    collections: list[str] = []

    def note(phase: str, _: dict[str, int]) -> None:
        collections.append(phase)

    gc.callbacks.append(note)
    try:
        with without_collector():
            table = [[number] for number in range(100_000)]
        more = [[row] for row in table[:10]]
    finally:
        gc.callbacks.remove(note)
    assert len(more) == len(table[:10])
    assert collections == []


def test_the_collector_runs_again_after_a_failure() -> None:
    """Of two loads, one inside the other, the outer one decides."""
    with pytest.raises(OSError, match="the disk"):
        load()
    assert gc.isenabled()
