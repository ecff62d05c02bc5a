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


def test_the_collector_runs_again_after_a_failure() -> None:
    """Of two loads, one inside the other, the outer one decides."""
    with pytest.raises(OSError, match="the disk"):
        load()
    assert gc.isenabled()
