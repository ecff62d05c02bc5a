"""The names that governments give their units in allotments. Each counts only in texts about that government's region."""

from collections import defaultdict
from collections.abc import Collection
from itertools import pairwise
from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.subjects.lexicon import Lexicon
from normalizer.subjects.meanings import NO_TARGET
from normalizer.text import fold
from router.agencies.registry import Registry

_OFFICES: Final = frozenset(words_in("router", "own_names_offices"))
"""First words of units' names: followed by another word they name a unit, whatever that word means elsewhere."""

_SHORTENED: Final = "dis"
"""The beginning of a shortened "Dinas ..." ("Disdalduk")."""

_CAPITALS: Final = 2
"""Minimum number of capitals in a single word that is an abbreviation ("DALDUK", "DisPUPR") and not an everyday word ("Kebersihan")."""


def own_names(registry: Registry) -> dict[str, dict[str, str]]:
    """Return the folded names and aliases of units in allotments, each with the kind of unit that it means, by region code.

    Left out are a name that several units of one government have, and a single word that is written like any other word.
    """
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for region, aliases in registry.local_aliases.items():
        place = registry.gazetteer.full_name(region)
        names = [(kind, (name,)) for kind, name in registry.local_names.get(region, {}).items()]
        for kind, written in (*names, *aliases.items()):
            for name in written:
                if _is_name(name):
                    found[_without_place(name, place)][region].add(kind)
    return {
        name: {region: kinds.pop() for region, kinds in by_region.items() if len(kinds) == 1}
        for name, by_region in found.items()
    }


def common_names(names: Collection[str], lexicon: Lexicon) -> set[str]:
    """Return the folded names that consist only of words that texts also use for other things ("air bersih") or of place names."""
    following: dict[str, set[str]] = defaultdict(set)
    for name in names:
        words = name.split()
        for word, after in pairwise(words):
            following[word].add(after)
    return {
        name
        for name in names
        if not (len(words := name.split()) > 1 and words[0] in _OFFICES)
        and all(_is_known(word, following[word], lexicon) for word in words)
    }


def _is_known(word: str, following: Collection[str], lexicon: Lexicon) -> bool:
    """Return whether the lexicon gives a word a meaning, or has a phrase that begins with it and is none of the names."""
    known = lexicon.vocabulary[word]
    tells = known.target != NO_TARGET or known.grouped or known.place is not None or known.is_level
    return tells or any(after not in following for after in known.follow)


def _is_name(written: str) -> bool:
    words = fold(written).decode("ascii").split()
    if len(words) > 1:
        return True
    return sum(map(str.isupper, written)) >= _CAPITALS or (bool(words) and words[0].startswith(_SHORTENED))


def _without_place(name: str, place: str) -> str:
    folded, at_end = (fold(one.replace("{place}", "")).decode("ascii").strip() for one in (name, place))
    return folded.removesuffix(at_end).strip() or folded
