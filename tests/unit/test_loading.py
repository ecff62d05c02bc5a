"""The garbage collector sleeps while tables are made, and only then."""

import gc

from complaints.runtime.loading import without_collector


def test_the_collector_runs_again_after_a_failure() -> None:
    """Also when one load is inside another: the outer one decides."""
    try:
        with without_collector():
            with without_collector():
                assert not gc.isenabled()
            assert not gc.isenabled()
            raise ValueError
    except ValueError:
        assert gc.isenabled()
