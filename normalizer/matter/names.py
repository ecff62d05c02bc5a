"""The names and numbers of things after the words that announce them ("jalan", "rt")."""

from typing import Final

from normalizer.matter.matters import KINDS, valued
from normalizer.matter.words import Word, hash_of, skeleton, small_hash
from normalizer.text import BREAK

_NAME_WORDS: Final = 3
"""Maximum number of words of a name that count."""

_SIZED: Final = frozenset(
    [
        KINDS.index(kind) + 1
        for kind in ("primary", "junior", "senior", "vocational", "market", "station", "health", "lane", "junction")
    ]
)
"""The kinds whose names may begin with a number, or end with a size."""

_LOOSE: Final = frozenset(
    [
        KINDS.index(kind) + 1
        for kind in ("water", "junction", "office", "plant", "faith", "station", "bridge", "school", "park")
    ]
)
"""The kinds whose words are often followed by something else than a name: their names are no everyday words ("tiga kali terjadi")."""

CONTINUED: Final = small_hash("terusan")
"""The part of a street that continues another one under its name ("Jalan Terusan Buah Batu"): it is a different street."""

_UNTIL: Final = frozenset(["sampai", "sampe", "hingga", "sd"])
"""The words after the first number of a range."""


def name_behind(
    words: list[str], read: list[Word], position: int, regions: frozenset[str], capitals: set[str]
) -> bytes:
    """Return the name after a word such as "jalan": kind, part, and a hash for each beginning of it; empty if there is no name.

    A word with which many names begin ("Gunung Agung", "Gunung Batur") is no beginning on its own. A name that begins with a capital ends
    before a word without one, and every name ends before an everyday word that is not used in names.
    """
    kind = read[position].kind
    sized = kind in _SIZED
    name, end, first, shown = "", 0, 0, False
    hashes: list[int] = []
    for at in range(position + 1, len(read)):
        word = read[at]
        part = word.size if sized and word.size else word.end
        if part and (name or sized or part == CONTINUED):
            end = end or part
        elif word.title or part:
            if words[at].isdigit():
                break
        elif (
            len(hashes) == _NAME_WORDS
            or (word.everyday and not (word.lent or word.first) and not name and kind in _LOOSE)
            or _ends(word, words[at], regions, begun=bool(name) or end > 0)
            or (name and word.everyday and not (word.lent or word.first or word.place))
            or (shown and words[at] not in capitals)
        ):
            break
        else:
            first = first or (1 if not name and word.first else 2)
            shown = shown or (not name and words[at] in capitals)
            name += word.stem
            hashes.append(hash_of(skeleton(name)))
    if not hashes and not (end and sized):
        return b""
    if len(hashes) > 1 and first == 1:
        hashes = hashes[1:]
    return bytes((kind | len(hashes) << 6, end)) + b"".join([number.to_bytes(2, "big") for number in hashes])


def _ends(word: Word, said: str, regions: frozenset[str], *, begun: bool) -> bool:
    """Return whether a name ends before a word."""
    if word.weak or word.kind or word.before or said == BREAK:
        return True
    if word.number >= 0 and (begun or not word.begins):
        return True
    return begun and (word.region or said in regions)


def number_behind(words: list[str], position: int, word: Word) -> bytes:
    """Return the number in or after a word such as "rt": its kind and its value; empty if there is none."""
    if not word.before:
        return word.numbered
    at = position + 1
    if at < len(words) and words[at] == "no":
        at += 1
    if at >= len(words) or (at + 1 < len(words) and words[at + 1] in _UNTIL):
        return b""
    return valued(word.before, words[at])
