"""Finds the place names in a text, each the longest that begins at its position and ends before a comma and before its regency.

The words of a text end with BREAK, which is in no name and so ends each search. Nodes are those of some words in a row in the tree of
place names, None if no name begins with one; stops are the positions of the words after a comma (see `commas`).
"""

from collections.abc import Container, Sequence
from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.places.context import CUE, HAMLET, OFFICE, SURROUNDINGS
from normalizer.places.gazetteer import REGENCY
from normalizer.places.names import PlaceName, PlaceNames, PlaceNode
from normalizer.text import BREAK, fold

_NAME_WORDS: Final = 3
"""Maximum number of words of a name that is searched for after a level's name."""

FIFTY: Final = "50"
"""A number that is of a house ("Jl Melati 50, Kota Depok"), or the first word of the regency of Lima Puluh Kota ("50 Kota")."""

_NUMBERED: Final = frozenset(words_in("normalizer", "hits_numbered"))
"""Words before the number of a house or a part of a village."""

_NUMBERED_NAMES: Final = HAMLET | OFFICE | CUE
"""The flags of words before the number of a school, an estate or a village ("SDN 2")."""

AND: Final = frozenset(words_in("normalizer", "hits_and"))
"""Words that join the names of two regions."""

LABEL_REACH: Final = 8
"""Number of words after a number that are searched for the names of two regions that it counts."""

_STREETS: Final = frozenset(("jl", "jln", "gg", "gang"))
_OF_A_STREET: Final = 3
"""Words before the name of a street, and the maximum number of words of the name."""

_OF_THE_REGENCY: Final = frozenset(("kab", "kabupaten", "pemkab", "bupati", "payakumbuh", "sarilamak"))
"""Words before "50 Kota" that make it the regency."""

REGENCY_WORDS: Final = frozenset(("kabupaten", "kab"))
CITY_WORDS: Final = frozenset(("kota", "kotamadya"))
"""The words for the level of a regency, and of a city."""

_LEVELS: Final = REGENCY_WORDS | CITY_WORDS


class PlaceHit:
    """An occurrence of a place name in a text."""

    __slots__ = ("end", "name", "start")

    def __init__(self, start: int, end: int, name: PlaceName) -> None:
        self.start = start
        self.end = end
        self.name = name


def longest(node: PlaceNode, words: list[str], at: int) -> PlaceHit | None:
    """Return the longest place name that begins at the position `at` of a text; None if there is none."""
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
    """Return whether "50" before "kota" is the number of a house, a neighbourhood or a kilometre, not the name of a regency."""
    before = words[max(0, at - _OF_A_STREET - 1) : at]
    if before and before[-1] in _NUMBERED:
        return True
    if before and before[-1] in _OF_THE_REGENCY:
        return False
    town = longest(behind, words, at + 1) if behind is not None else None
    if town is not None and town.end > at + 2:
        return True
    return BREAK not in before and not _STREETS.isdisjoint(before)


def is_label(words: list[str], at: int, nodes: Sequence[PlaceNode | None]) -> bool:
    """Return whether a number is part of an address or a name ("No. 2", "Griya 2, Kota Malang") and counts nothing ("di 2 kota").

    It is if a word for a school or another numbered thing comes before it, or the name of one region after it. A number that counts regions
    is followed by no name of one, or by the names of two.
    """
    before = words[at - 1] if at else BREAK
    is_written = words[at].isdigit()
    if before in _NUMBERED or (is_written and SURROUNDINGS.get(before, 0) & _NUMBERED_NAMES):
        return True
    here = longest(nodes[0], words, at + 1) if nodes[0] is not None else None
    if here is None or here.end == at + 2 or not here.name.strong:
        return False
    is_joined = words[here.end] in AND
    if is_written and not is_joined:
        return True
    second = here.end + is_joined
    node = nodes[second - at - 1] if second - at - 1 < len(nodes) else None
    there = longest(node, words, second) if node is not None else None
    return there is None or not _are_apart(here, there)


def _are_apart(here: PlaceHit, there: PlaceHit) -> bool:
    """Return whether two names are those of different regions of one level."""
    codes, others = ({claim.code for claim in hit.name.strong} for hit in (here, there))
    return bool(others) and codes.isdisjoint(others) and len({len(code) for code in codes | others}) == 1


def commas(hits: Sequence[PlaceHit], words: Sequence[str], parts: Sequence[str]) -> frozenset[int]:
    """Return the positions of all words after a comma if there may be a comma within one of the names found; otherwise none."""
    for hit in hits:
        if _can_end_early(hit) and any(
            f"{word}," in part or f"{word} ," in part
            for part in map(str.lower, parts)
            for word in words[hit.start : hit.end - 1]
        ):
            return _behind_commas(parts)
    return frozenset()


def _behind_commas(parts: Sequence[str]) -> frozenset[int]:
    found: list[int] = []
    at = 0
    for part in parts:
        for segment in part.split(","):
            at += len(fold(segment).split())
            found.append(at)
        at += 1
        found.pop()
    return frozenset(found)


def _can_end_early(hit: PlaceHit) -> bool:
    """Return whether a name has several words and is that of districts or villages alone."""
    return hit.end - hit.start > 1 and not hit.name.strong


def ended(
    hit: PlaceHit, nodes: Sequence[PlaceNode | None], words: list[str], stops: Container[int]
) -> tuple[list[str], bool]:
    """Return the words of a text up to where a name found in it must end, and whether that is within the name.

    The name of a district or village ends at a comma, and before a regency's name that reaches beyond it: "Desa Banaran Kulon Progo" is
    Banaran in Kulon Progo, although another village is named Banaran Kulon. In "Jalan Bandung Kota Malang" the level is Malang's, too.
    """
    if _can_end_early(hit) or words[hit.end - 1] in _LEVELS:
        for at, node in enumerate(nodes[1 : hit.end - hit.start], hit.start + 1):
            if at in stops or (node is not None and _is_regency(longest(node, words, at), hit.end)):
                return [*words[:at], BREAK], True
    return words, False


def _is_regency(behind: PlaceHit | None, end: int) -> bool:
    """Return whether a name reaches beyond a position and is that of a regency or city."""
    return (
        behind is not None
        and behind.end > end
        and any(claim.how == "named" and len(claim.code) == REGENCY for claim in behind.name.strong)
    )


def behind_level(
    nodes: Sequence[PlaceNode | None], names: PlaceNames, words: list[str], at: int, stops: Container[int]
) -> PlaceHit | None:
    """Return the longest everyday words, at most three, that are a place name because a level's name ("desa") comes before them.

    Return None if there are none, or if a name that needs no level's name before it begins there too and is at least as long.
    """
    other = longest(nodes[0], words, at) if nodes[0] is not None else None
    found: PlaceHit | None = None
    for size in range(_NAME_WORDS, other.end - at if other else 0, -1):
        name = names.everyday(" ".join(words[at : at + size]))
        if name is not None:
            found = PlaceHit(at, at + size, name)
            break
    whole = found or other
    if whole is not None:
        left, is_shorter = ended(whole, nodes, words, stops)
        if is_shorter:
            return behind_level(nodes, names, left, at, stops)
    return found
