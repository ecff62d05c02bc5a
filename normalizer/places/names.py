"""The meanings of place names, and how strongly a name supports each of its meanings."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeGuard

from ahocorasick_rs import AhoCorasick, MatchKind

from normalizer.cache import table
from normalizer.places.gazetteer import DISTRICT, PROVINCE, REGENCY, Gazetteer
from normalizer.places.spellings import OPEN, NameEntry, spellings

Packed = str | list[Any]
"""One name, or the beginning of longer names, as JSON.

- `"33.74.01 33.74.02"`: the codes of districts and villages of that name.
- `"~33.74.01"`: the same for an everyday word.
- `[{"33.74": "named"}, "~33.74.01"]`: the regions that it names and how it names them, then one of the forms above.
- `[Packed or null, {"barat": Packed}]`: what the words so far mean, and each word that makes a longer name.

Each of the 136,000 names is unpacked only when a text contains it. As JSON objects with named fields the table would take 47 MiB more
per process and load in 0.21 s instead of 0.08 s.
"""

_EVERYDAY: Final = "~"


def pack(entry: NameEntry) -> Packed:
    """Return all meanings of one place name in compact form (see Packed).

    This is a text of the codes of districts and villages, separated by spaces, with one "~" at its beginning if the name is an everyday
    word. If the name also names provinces or regencies, it is a list of two: the dictionary from the code of each of these to the way in
    which the name names it ({"33.74": "named"}), and that text.
    """
    small = f"{_EVERYDAY if entry.everyday else ''}{entry.small}"
    return [entry.regions, small] if entry.regions else small


def unpack(packed: Packed) -> NameEntry:
    """Return the meanings of one place name from the compact form that `pack` made. The form must not be that of a mere beginning."""
    if isinstance(packed, list):
        regions: dict[str, str] = packed[0]
        small: str = packed[1]
    else:
        regions, small = {}, packed
    return NameEntry(regions, small.removeprefix(_EVERYDAY), small.startswith(_EVERYDAY))


def is_beginning(packed: Packed | None) -> TypeGuard[list[Any]]:
    """Return whether a compact form of place names (see Packed) is that of words with which longer names begin; False for None."""
    return isinstance(packed, list) and isinstance(packed[1], dict)


def packed_names(entries: Mapping[str, NameEntry]) -> dict[str, dict[str, Packed]]:
    """Return the table of place names in its JSON form, in three parts; `entries` is the result of `spellings`.

    - `words`: names that count on their own, by their first word and then by the words that follow.
    - `everyday`: names that count only after the name of a level ("desa"), by the whole name.
    - `inside`: names that also occur inside longer words, by the whole name.
    """
    words: dict[str, Any] = {}
    everyday: dict[str, Packed] = {}
    inside: dict[str, Packed] = {}
    for name, entry in entries.items():
        packed = pack(entry)
        if name.startswith(OPEN):
            inside[name.strip(OPEN)] = packed
        elif entry.everyday and not entry.regions:
            everyday[name] = packed
        else:
            _put(words, name.split(), packed)
    return {"words": words, "everyday": everyday, "inside": inside}


def _put(table: dict[str, Any], words: Sequence[str], packed: Packed) -> None:
    *before, last = words
    for word in before:
        node = table.get(word)
        if not is_beginning(node):
            node = table[word] = [node, {}]
        table = node[1]
    node = table.get(last)
    if is_beginning(node):
        node[0] = packed
    else:
        table[last] = packed


DKI: Final = "31"
"""Code of DKI Jakarta, the only province whose cities are administrative (UU 29/2007): names of its cities count for the province."""

_SOURCES: Final = ("regions.tsv.gz", "places.yaml", "common_words.txt")
"""The data files from which the table of names is made."""

_CLAIMS: Final = {
    "named": 4.5,
    "alias": 4.0,
    "nickname": 3.5,
    "institution": 3.0,
    "city": 3.2,
    "bare": 3.0,
    "misspelt": 2.5,
    "landmark": 2.5,
    "area": 2.3,
    "province": 3.0,
}
"""Weight of a name for its region, by how the name names it."""

_SHARED: Final = 0.4
"""Factor for the weight of a regency's bare name if a more prominent city or a province has the same name."""

_WEAK: Final = 0.3
"""Factor for the weight of a region's name that is also an everyday word."""

_SAID: Final = {"bare": "named", "city": "named", "alias": "named", "province": "named", "area": "landmark"}
"""The values of PlaceReading.how for these ways of naming."""

_FIXED: Final = frozenset(("institution", "landmark", "nickname", "named"))
"""Ways of naming that keep their full weight after "ke" and "dari" (to, from): somebody who goes to an office goes to its town."""

_OWN_DISTRICT: Final = 2.2
_OWN_VILLAGE: Final = 1.8
_OWN_SHARED: Final = 0.9
"""Weight of a name without its level's name: of a district or a village that only one regency has, and of one that several share."""

_SPECIFIC_FROM: Final = 7
_OWN_FROM: Final = 5
"""Minimum letters of a name of one word to be unlikely to mean anything else, and to have any weight without its level's name."""


class Claim:
    """How strongly a name supports one province or regency.

    Attributes:
        code: the region's code.
        weight: the strength, a score to compare with those of other names.
        fixed: whether the full weight also counts after "ke" and "dari" (to, from).
        how: how the name names the region; the values are those of PlaceReading.how.
    """

    __slots__ = ("code", "fixed", "how", "weight")

    def __init__(self, code: str, weight: float, how: str, *, fixed: bool) -> None:
        self.code = code
        self.weight = weight
        self.how = how
        self.fixed = fixed


class PlaceName:
    """All meanings of a place name.

    The "level's name" is the word for a level before the name: "kecamatan" for districts, "desa" or "kelurahan" for villages.

    Attributes:
        strong: provinces and regencies, and how strongly the name supports each.
        small: codes of the districts and villages of that name.
        seats: codes of the regencies and cities that govern these, or of DKI Jakarta.
        only_district: the code, as a set of one, of the only regency with a district of this name, if villages in others also have the
            name and it is unlikely to mean anything else; otherwise None.
        own: the weight for a district or village if its level's name is missing; 0 if the name does not count without it.
        weak: whether it is an everyday word, which counts only after a level's name or if another place supports it.
        phrase: whether the name has more than one word.
    """

    __slots__ = ("only_district", "own", "phrase", "seats", "small", "strong", "weak")

    def __init__(  # noqa: PLR0913 - one parameter per attribute
        self,
        *,
        strong: tuple[Claim, ...],
        small: tuple[str, ...],
        seats: frozenset[str],
        only_district: frozenset[str] | None,
        own: float,
        weak: bool,
        phrase: bool,
    ) -> None:
        self.strong = strong
        self.small = small
        self.seats = seats
        self.only_district = only_district
        self.own = own
        self.weak = weak
        self.phrase = phrase


class PlaceNode:
    """A node in the tree of names by their words: one or more words that are a name or the beginning of longer ones.

    The tree lacks the everyday words that are names only after their level's name ("desa").

    Attributes:
        written: the words.
        place: their meaning as a name; None if they are only the beginning of a longer name.
        follow: each next word that makes or begins a longer name, with its node, or with its packed form (see packed.Packed) until
            the node is first asked for.
    """

    __slots__ = ("follow", "place", "written")

    def __init__(self, written: str, packed: Packed) -> None:
        self.written = written
        self.follow: dict[str, Packed | PlaceNode] = {}
        whole: Packed | None = packed
        if is_beginning(packed):
            whole, self.follow = packed
        self.place = _place(written, whole) if whole is not None else None

    def after(self, word: str) -> "PlaceNode | None":
        """Return the node for the words of this node followed by `word`; None if no name consists of or begins with them."""
        longer = self.follow.get(word)
        if longer is None or isinstance(longer, PlaceNode):
            return longer
        node = self.follow[word] = PlaceNode(f"{self.written} {word}", longer)
        return node


class PlaceNames:
    """The table of all place names, in compact form. An entry is unpacked only when it is looked up: few of the 136,000 are ever used."""

    def __init__(self, table: Mapping[str, Mapping[str, Packed]]) -> None:
        """Take the table with its parts "words", "everyday" and "inside", as `packed_names` returns it."""
        self._first = table["words"]
        self._everyday = table["everyday"]
        self._inside = table["inside"]
        self._names_inside = list(self._inside)
        self._found_inside = AhoCorasick(self._names_inside, matchkind=MatchKind.LeftmostLongest)
        self._shortest_inside = min(map(len, self._inside), default=0)
        self._made: dict[str, PlaceName] = {}

    def node(self, word: str) -> PlaceNode | None:
        """Return the node of the names that are or begin with the given word, or else that of a name inside the word; None if none is."""
        packed = self._first.get(word)
        if packed is not None:
            return PlaceNode(word, packed)
        if len(word) < self._shortest_inside:
            return None
        found = self._found_inside.find_matches_as_indexes(word)
        if not found:
            return None
        inside = self._names_inside[found[0][0]]
        return PlaceNode(inside, self._inside[inside])

    def everyday(self, name: str) -> PlaceName | None:
        """Return the meaning of a folded name that is an everyday word and counts only after its level's name; None for any other name."""
        made = self._made.get(name)
        if made is None and name in self._everyday:
            made = self._made[name] = _place(name, self._everyday[name])
        return made

    def get(self, name: str) -> PlaceName | None:
        """Return the places that a folded name can mean, also if the name is an everyday word; None if no place has this name.

        Names that count only as a part of a longer word are not looked up.
        """
        made = self.everyday(name)
        if made is None and (found := self._telling(name.split())):
            made = self._made[name] = found
        return made

    def _telling(self, words: Sequence[str]) -> PlaceName | None:
        packed = self._first.get(words[0]) if words else None
        node = PlaceNode(words[0], packed) if packed is not None else None
        for word in words[1:]:
            node = node.after(word) if node else None
        return node.place if node else None


def _place(name: str, packed: Packed) -> PlaceName:
    entry = unpack(packed)
    return _make(name, entry.regions, tuple(entry.small.split()), entry.everyday)


def _make(name: str, strong: Mapping[str, str], small: tuple[str, ...], weak: bool) -> PlaceName:
    seats = _seats(small)
    districts = _seats(tuple(code for code in small if len(code) == DISTRICT))
    specific = " " in name or len(name) >= _SPECIFIC_FROM
    alone = len(districts) == 1 and len(seats) > 1 and specific and not weak and not strong
    own = 0.0 if weak or strong or len(name) < _OWN_FROM or not small else _own(small, seats, alone, specific)
    return PlaceName(
        strong=_weights(strong, _WEAK if weak else 1.0),
        small=small,
        seats=seats,
        only_district=districts if alone and DKI not in seats else None,
        own=own,
        weak=weak,
        phrase=" " in name,
    )


def _seats(codes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(DKI if code[:PROVINCE] == DKI else code[:REGENCY] for code in codes)


def _own(small: tuple[str, ...], seats: frozenset[str], alone: bool, specific: bool) -> float:
    if len(seats) > 1 and not alone:
        return _OWN_SHARED / len(seats) if specific else 0.0
    base = _OWN_DISTRICT if len(small[0]) == DISTRICT else _OWN_VILLAGE
    return base if specific else base / 2


def _weights(strong: Mapping[str, str], factor: float) -> tuple[Claim, ...]:
    hows = set(strong.values())
    shared = "city" in hows or "province" in hows
    return tuple(
        Claim(
            code,
            _CLAIMS[how] * factor * (_SHARED if how == "bare" and shared else 1.0),
            _SAID.get(how, how),
            fixed=how in _FIXED,
        )
        for code, how in strong.items()
    )


@cache
def place_names(gazetteer: Gazetteer) -> PlaceNames:
    """Return the table of all place names. It is compiled once per version of the data and kept in the user's cache folder.

    If the folder cannot be used, each process compiles it.
    """
    return PlaceNames(table("place-names", lambda: packed_names(spellings(gazetteer)), data=_SOURCES, code=("places",)))
