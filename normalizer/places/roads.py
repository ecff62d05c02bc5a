"""Tells places from streets with their names: "jalan Magelang-Jogja" is a street, "jalan dari Tuban ke Babat" connects two places."""

from normalizer.places.context import ORIGIN, STREET
from normalizer.places.names import PlaceName, PlaceNames

_ROAD_WORDS = 5
"""Number of words before X that are searched for "jalan" in "jalan ... dari X"."""

_STREET_WORDS = frozenset(("jalan", "jl", "jln"))


class Road:
    """The road that a text names: "jalan Magelang-Jogja" is one street with two names, "jalan dari Tuban ke Babat" has two ends.

    Attributes:
        between: whether a road between two regencies was named.
    """

    __slots__ = ("_beginning", "_from_to", "_street", "_street_to", "between")

    def __init__(self) -> None:
        self.between = False
        self._street_to = self._from_to = -1
        self._street = self._beginning = frozenset[str]()

    def takes(self, name: PlaceName, flags: int, span: tuple[int, int], *, is_from: bool) -> bool:
        """Return whether the name of a province or regency belongs to a street and therefore claims no region."""
        start, end = span
        is_fixed = name.strong[0].fixed
        if not (flags & STREET or start == self._street_to or flags & ORIGIN):
            return False
        codes = frozenset([claim.code for claim in name.strong])
        if is_from:
            self._from_to, self._beginning = end, codes
        elif flags & ORIGIN and start == self._from_to + 1:
            self.between = self.between or codes.isdisjoint(self._beginning)
        continues = start == self._street_to and not is_fixed and codes.isdisjoint(self._street)
        self.between = self.between or continues
        if not (flags & STREET or continues):
            return False
        if not is_fixed:
            self._street_to, self._street = end, codes
        return True


def is_street(words: list[str], start: int, names: PlaceNames) -> bool:
    """Return whether a name after "jalan" or "raya" is the street's: not in "jalan dijepara" or "Kemang Raya Jakarta"."""
    if words[start].startswith("di") and names.get(words[start][2:]):
        return False
    return words[start - 1] != "raya" or (start > 1 and words[start - 2] in _STREET_WORDS)


def origin(words: list[str], start: int, end: int, flags: int) -> tuple[int, bool]:
    """Return the flags of a name after a word of coming or going, and whether a road begins at that place."""
    is_from = words[start - 1] == "dari"
    if (is_from and start > 1 and words[start - 2] == "pindah") or _is_home(words[end : end + 3]):
        return 0, False  # the place that someone moves from issues the papers for the move
    return flags, is_from and "jalan" in words[max(0, start - _ROAD_WORDS) : start]


def _is_home(words: list[str]) -> bool:
    return words in (["tempat", "saya", "tinggal"], ["tempat", "tinggal", "saya"])
