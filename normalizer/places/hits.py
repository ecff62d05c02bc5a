"""Finds the place names in a text, each the longest that begins at its position."""

from typing import Final

from normalizer.places.names import PlaceName, PlaceNames, PlaceNode
from normalizer.text import BREAK

_NAME_WORDS: Final = 3
"""Maximum number of words of a name that is looked for after a level's name."""

FIFTY: Final = "50"
"""The number that is a house's ("Jl Melati 50, Kota Depok"), or the first word of the regency of Lima Puluh Kota ("50 Kota")."""

_NUMBERED: Final = frozenset(
    (
        "no",
        "nomor",
        "nomer",
        "nmr",
        "nmor",
        "rt",
        "rw",
        "km",
        "blok",
        "blk",
        "gg",
        "gang",
        "kav",
        "kavling",
        "unit",
        "lt",
        "lantai",
    )
)
"""Words before the number of a house or a part of a village."""

_STREETS: Final = frozenset(("jl", "jln", "gg", "gang"))
_OF_A_STREET: Final = 3
"""Words before the name of a street, and the maximum number of words of the name."""

_OF_THE_REGENCY: Final = frozenset(("kab", "kabupaten", "pemkab", "bupati", "payakumbuh", "sarilamak"))
"""Words before "50 Kota" that make the regency of it."""


class PlaceHit:
    """An occurrence of a place name in a text.

    Attributes:
        start: the position of its first word.
        end: the position after its last word.
        name: the meanings of the name.
    """

    __slots__ = ("end", "name", "start")

    def __init__(self, start: int, end: int, name: PlaceName) -> None:
        self.start = start
        self.end = end
        self.name = name


def longest(node: PlaceNode, words: list[str], at: int) -> PlaceHit | None:
    """Return the longest place name that begins at the position `at` of a text; None if there is none.

    Args:
        node: the node for the word at the position in the tree of place names (see PlaceNode).
        words: the words of the text. The last one must be BREAK (the word "|"), which is in no name and so ends the search.
        at: the position.
    """
    end = at + 1
    place = node.place
    found = end
    going = node.after(words[end])
    while going is not None:
        end += 1
        if going.place is not None:
            place, found = going.place, end
        going = going.after(words[end])
    return PlaceHit(at, found, place) if place is not None else None


def is_house_number(words: list[str], at: int, behind: PlaceNode | None) -> bool:
    """Return whether "50" before "kota" is the number of a house, a neighbourhood or a kilometre, not the name of a regency.

    Args:
        words: the words of the text.
        at: the position of the number.
        behind: the node for "kota" in the tree of place names.
    """
    before = words[max(0, at - _OF_A_STREET - 1) : at]
    if before and before[-1] in _NUMBERED:
        return True
    if before and before[-1] in _OF_THE_REGENCY:
        return False
    town = longest(behind, words, at + 1) if behind is not None else None
    if town is not None and town.end > at + 2:
        return True
    return BREAK not in before and not _STREETS.isdisjoint(before)


def behind_level(node: PlaceNode | None, names: PlaceNames, words: list[str], at: int) -> PlaceHit | None:
    """Return the longest everyday words, at most three, that are a place name because a level's name ("desa") comes before them.

    Return None if there are none, or if a name that needs no level's name before it begins there too and is at least as long.

    Args:
        node: the node for the word at the position in the tree of place names (see PlaceNode); None if no name begins with it.
        names: the table of all names.
        words: the words of the text.
        at: the position after the level's name.
    """
    other = longest(node, words, at) if node is not None else None
    for size in range(_NAME_WORDS, other.end - at if other else 0, -1):
        name = names.everyday(" ".join(words[at : at + size]))
        if name is not None:
            return PlaceHit(at, at + size, name)
    return None
