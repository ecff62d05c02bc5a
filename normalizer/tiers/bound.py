"""Finds which of the tiers that a text names is that of the thing that it complains about; the others only say where it is."""

from collections.abc import Sequence
from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.places.context import is_aside

Groups = dict[str, list[int]]
"""The word groups that a text has, each with the positions of its words."""

_ROADS: Final = ("toll_road", "national_road", "provincial_road", "local_road")
"""The word groups of the classes of roads."""

_BUILDINGS: Final = (
    *("terminal_a", "terminal_b", "terminal_c"),
    *("hospital_national", "hospital_province", "hospital_regency", "national_park"),
)
"""The word groups of other things that belong to a tier."""

BOUND: Final = _ROADS + _BUILDINGS
"""All of them: a text without any is left as it is."""

_COMPLAINED: Final = ("broken", "dark", "lamp", "hole", "drain", "flood", "falls", "road_gear")
"""The word groups of defects of a road, and of things on it that can be defective."""

_WAYS: Final = frozenset(words_in("normalizer", "bound_ways"))
"""Words after which a class of road only says where another road leads, or is contrasted with it."""

_STEPS: Final = frozenset(("ke", "simpang", "tepi", "ujung", "dengan", "pintu", "gerbang", "ruas", "jalur", "antara"))
"""Words that may come between a word of position or of a way and a class of road ("tembus ke jalan provinsi")."""

_STREETS: Final = frozenset(("jalan", "jl", "jln"))
"""Words before a class of road that belong to it ("arah jalan tol")."""

_LEADS: Final = frozenset(words_in("normalizer", "bound_leads"))
_LEADS_REACH: Final = 4
"""Words of what leads to a building ("jalan masuk ke terminal"), and the number of words before the building that are searched for them."""

_EDGES: Final = frozenset(("pinggir", "tepi", "sepanjang", "sapanjang", "iringan"))
"""Words before a class of road that, if the text names another one, only say where that one is ("jalan kampung di pinggir tol")."""

_GOOD: Final = frozenset(("mulus", "bagus", "halus", "baik", "aman", "terang", "rapi", "lancar", "alus"))
_NOT: Final = frozenset(words_in("normalizer", "bound_not"))
_GOOD_REACH: Final = 5
"""Words for a thing in good condition, words that deny them, and the number of words within which they describe it."""


def bind(groups: Groups, words: list[str]) -> None:
    """Keep only the classes of roads, terminals and hospitals that the complaint is about. `groups` is changed in place.

    A class that only says where the thing is ("dekat jalan nasional", "arah tol") is removed. Of several classes of roads, the nearest
    one to the defect is kept.
    """
    roads = 0
    for group in _ROADS:
        if group in groups and _keep_bound(group, groups, words):
            roads += 1
    if roads > 1:
        _keep_nearest(groups, words)
    for group in _BUILDINGS:
        if group in groups:
            _keep_bound(group, groups, words, visited=True)


def _keep_bound(group: str, groups: Groups, words: list[str], *, visited: bool = False) -> bool:
    """Remove the words of a group that only say where something is, and the group if none is left; return whether one is left."""
    positions = groups[group]
    kept = [at for at in positions if (visited and _is_visited(words, at)) or not _is_passed(words, at)]
    if not kept:
        del groups[group]
        return False
    if len(kept) < len(positions):
        groups[group] = kept
    return True


def _is_visited(words: list[str], at: int) -> bool:
    """Return whether someone goes to what is named at a position ("membawa ibu ke rumah sakit"), and no road leads there."""
    return at > 1 and words[at - 1] == "ke" and _LEADS.isdisjoint(words[max(0, at - _LEADS_REACH) : at - 1])


def _is_passed(words: list[str], at: int) -> bool:
    """Return whether the words at a position only say where something else is or leads."""
    if at == 0:
        return False
    before = words[at - 1]
    if before in _STREETS:
        return _is_passed(words, at - 1)
    if before in _WAYS or is_aside(words, at):
        return True
    return at > 1 and before in _STEPS and (words[at - 2] in _WAYS or is_aside(words, at - 1))


def _keep_nearest(groups: Groups, words: list[str]) -> None:
    """Keep of several classes of roads the one that is the nearest to what is wrong; if nothing is, the first of the text."""
    wrong = [at for group in _COMPLAINED for at in groups.get(group, ())]
    ranked: list[tuple[bool, int, int, str]] = []
    for group in _ROADS:
        for at in groups.get(group, ()):
            ranked.append((_is_good(words, at) or words[at - 1] in _EDGES, _distance(at, wrong), at, group))  # noqa: PERF401 - faster when compiled
    kept = min(ranked)[3]
    for group in _ROADS:
        if group != kept:
            groups.pop(group, None)


def _distance(at: int, wrong: Sequence[int]) -> int:
    """Return the distance in words from a class of road to what is wrong; what follows it is nearer than what comes before."""
    return min([one - at if one >= at else at - one + 1 for one in wrong], default=0)


def _is_good(words: list[str], at: int) -> bool:
    """Return whether a text says that a road is as it should be ("jalan kabupaten sudah mulus")."""
    end = min(len(words), at + 2 + _GOOD_REACH)
    return any(words[one] in _GOOD and words[one - 1] not in _NOT for one in range(at + 2, end))
