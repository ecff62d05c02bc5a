"""Finds out whether a text names public buildings of another region than that of the government through whose channel it came."""

from collections.abc import Sequence
from typing import Final

from normalizer.places.elsewhere import is_not_of_event
from normalizer.places.scores import seat_of
from normalizer.results import NamedThing
from normalizer.things.tree import region_of

_HOUSES: Final = frozenset(("hospital", "terminal", "airport", "prison", "museum"))
"""Types of things with names that no other region has a thing of; markets and ports may have the same name elsewhere."""


def are_houses_elsewhere(named: Sequence[NamedThing], keyword: str, words: list[str]) -> bool:
    """Return whether all things that a text names are such buildings in one other region, and none only says where something is."""
    regions = {region_of(one.thing.regions) for one in named}
    region = regions.pop() if len(regions) == 1 else ""
    seat = seat_of(keyword)
    if not region or region.startswith(seat) or seat.startswith(region):
        return False
    return not any(one.aside or one.thing.kind not in _HOUSES or is_not_of_event(words, one.start) for one in named)
