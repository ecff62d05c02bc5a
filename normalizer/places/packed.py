"""Packs the table of place names into the compact form that the cache keeps, and unpacks its entries."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeGuard

from normalizer.places.spellings import OPEN, NameEntry

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
