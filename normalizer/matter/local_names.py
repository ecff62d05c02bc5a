"""The names of a regency's districts and villages in a text, whether or not a word such as "desa" announces them."""

import re
from functools import cache
from typing import Final

from normalizer.matter.matters import KINDS, Lists, lists
from normalizer.matter.words import Word, hash_of, skeleton
from normalizer.places.gazetteer import DISTRICT, REGENCY, Gazetteer
from normalizer.text import fold

IS_VILLAGE: Final = 1
IS_DISTRICT: Final = 2
"""The bits of the levels of a name: it can be that of a district and that of a village."""

_ROADS: Final = frozenset([KINDS.index("street") + 1, KINDS.index("lane") + 1])
"""The kinds with names that are not taken from villages: "Jalan Duda" need not be in Duda."""

_LEVELS: Final = frozenset([KINDS.index("village") + 1, KINDS.index("hamlet") + 1])
"""The kinds whose words announce a village."""

_LEVEL_WORDS: Final = frozenset(["kecamatan", "kec", "distrik", "kapanewon", "kemantren", "negeri"])
"""Words of no kind that announce a district or a village."""

_FORMER: Final = re.compile(r"\(.*?\)")
"""The part of an official name in brackets."""

_NUMERALS: Final = frozenset(["i", "ii", "iii", "iv", "v", "vi", "satu", "dua", "tiga", "1", "2", "3", "4", "5"])
"""The ends of official names that people leave out ("Tegal Sari Mandala II")."""

_COUNTS: Final = {
    word: str(count)
    for count, word in enumerate(
        ["satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"], start=1
    )
}
"""The numbers with which official names begin ("Tujuh Ulu") and that people write as digits."""

_SHORT: Final = 3
"""Minimum length of a name of one word that needs no word such as "desa" before it."""


class Local:
    """The names of the districts and villages of a regency; about 60 kB, and 3 to 6 ms when they are first asked for.

    Attributes:
        longest: for the first word of each name, without vowels, the number of words of the longest name that begins with it.
        names: the names, without vowels, and for each what a signature holds: its levels, the number of its district (0 if several have a
            place of this name), and a hash of two bytes.
        written: the names of one word, and those of several in one, as they are written.
    """

    __slots__ = ("longest", "names", "written")

    def __init__(self, places: list[tuple[str, str]], own: str, known: Lists) -> None:
        self.longest: dict[str, int] = {}
        self.names: dict[str, bytes] = {}
        self.written: set[str] = set()
        itself = own.split()
        for code, name in places:
            words = fold(_FORMER.sub("", name) if "(" in name else name).decode().split()
            if words and words != itself:
                self._add(code, words, known)
                if len(words) > 1 and words[-1] in _NUMERALS:
                    self._add(code, words[:-1], known)
                if len(words) > 1 and words[0] in _COUNTS:
                    self._add(code, [_COUNTS[words[0]], *words[1:]], known)

    def _add(self, code: str, words: list[str], known: Lists) -> None:
        joined, bare = "".join(words), [known.bare(word) for word in words]
        self.written.add(joined)
        level, district = IS_DISTRICT if len(code) == DISTRICT else IS_VILLAGE, int(code[REGENCY + 1 : DISTRICT])
        whole = skeleton(joined)
        number = hash_of(bare[0] if len(words) == 1 else whole).to_bytes(2, "big")
        for key in {" ".join(bare), whole}:
            entry = bytes((level, district)) + number
            former = self.names.get(key)
            if former is not None:
                entry = bytes((level | former[0], district if district == former[1] else 0)) + former[2:]
            self.names[key] = entry
            first = key.partition(" ")[0]
            self.longest[first] = max(self.longest.get(first, 0), 1 + key.count(" "))


@cache
def local_names(regency: str) -> Local:
    """Return the names of a regency, by its Kemendagri code; an unknown regency has none."""
    name = Gazetteer.load().name(regency)
    return Local(_places().get(regency, []), fold(name).decode().removeprefix("kota "), lists())


@cache
def _places() -> dict[str, list[tuple[str, str]]]:
    """Return the codes and names of all districts and villages, by their regency."""
    found: dict[str, list[tuple[str, str]]] = {}
    for code, name in Gazetteer.load().names.items():
        if len(code) > REGENCY:
            found.setdefault(code[:REGENCY], []).append((code, name))
    return found


def named_places(words: list[str], read: list[Word], capitals: set[str], local: Local) -> dict[int, bytes]:
    """Return the districts and villages that a text names, as a signature holds them, for each of the positions of their words."""
    longest, names = local.longest, local.names
    found: dict[int, bytes] = {}
    said = [word.skeleton for word in read]
    for at in [at for at, one in enumerate(said) if one in longest]:
        if at in found:
            continue
        for count in range(min(longest[said[at]], len(said) - at), 0, -1):
            entry = names.get(" ".join(said[at : at + count]))
            if entry is not None and (
                _tells(words, read, at, capitals, local) if count == 1 else not _is_road(read, at)
            ):
                found.update(dict.fromkeys(range(at, at + count), entry))
                break
    return found


def _is_road(read: list[Word], at: int) -> bool:
    """Return whether a name is that of a road."""
    while at > 0 and read[at - 1].title:
        at -= 1
    return at > 0 and read[at - 1].kind in _ROADS


def _tells(words: list[str], read: list[Word], at: int, capitals: set[str], local: Local) -> bool:
    """Return whether a word is meant as a name: an everyday word needs a word such as "desa" before it, or a capital."""
    word, said, before = read[at], words[at], read[at - 1] if at else None
    if word.region or word.kind or word.weak or _is_road(read, at):
        return False
    if before is not None and (before.kind in _LEVELS or words[at - 1] in _LEVEL_WORDS):
        return True
    if word.rare:
        return True
    if said not in local.written or len(said) < _SHORT or word.number >= 0:
        return False
    if word.stem != said:  # "Jerakah" is not made of "jera"
        return True
    return said in capitals or (before is not None and (before.locates or before.kind > 0))
