"""The fuse: poison now and then passes, a topic of poison does not."""

import pytest

from complaints.runtime.fuse import Fuse, FuseBlown


def test_so_many_in_a_row_blow_it() -> None:
    """A good record between begins the row anew."""
    fuse = Fuse(3)
    for dead in (True, True, False):
        fuse.count(dead=dead)
    fuse.count(dead=True)
    fuse.count(dead=True)
    with pytest.raises(FuseBlown, match="3 dead letters in a row: look at the schema"):
        fuse.count(dead=True)


def test_half_of_the_last_ones_blow_it_though_never_in_a_row() -> None:
    """A deployment that breaks one kind of event leaves the others whole."""
    fuse = Fuse(10)
    for number in range(38):
        fuse.count(dead=number % 2 == 0)
    with pytest.raises(FuseBlown, match="20 dead letters among the last 39 records"):
        fuse.count(dead=True)


def test_a_tenth_never_does() -> None:
    """However long the worker runs."""
    fuse = Fuse(10)
    for number in range(10_000):
        fuse.count(dead=number % 10 == 0)
