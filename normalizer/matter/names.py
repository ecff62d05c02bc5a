"""The names and numbers of things after the words that announce them ("jalan", "rt")."""

import re
from functools import lru_cache
from typing import Final

from normalizer.matter.matters import KINDS, Lists, valued
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
    return word.number >= 0 or (begun and (word.region or said in regions))


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


_CAPITALS: Final = re.compile(r"[A-Z](?:[a-z]+(?: [A-Z][a-z]+)*|[A-Z]{2,4}(?![A-Za-z]))")
"""Words with capitals, one after another, or an abbreviation."""

_FULL: Final = 5
"""Maximum number of words of a name that others write as one ("Batang Kuis") or shorten to initials ("Bumi Tamalanrea Permai", "BTP")."""

_INITIALS: Final = 3
"""Minimum number of words that are shortened to initials."""

_PAIR: Final = 2
"""The number of words that others write in one."""


def capitals_of(text: str, known: Lists) -> tuple[set[str], dict[int, None]]:
    """Return the words with a capital within a sentence, and the hashes of the short forms of full names.

    Those words are abbreviations, and words after a word without a capital: in a title each word has one.
    """
    capitals: set[str] = set()
    formed: dict[int, None] = {}
    for match in _CAPITALS.finditer(text):
        run, start = match.group(), match.start()
        is_full, is_name = " " in run, _within(text, start) or (run.isupper() and not text[start - 1 : start].isalpha())
        if is_name or is_full:  # else it begins a sentence
            words = run.lower().split()
            if is_name:
                capitals.update(words)
            if is_full:
                formed.update(dict.fromkeys(_shortened(" ".join(words[:_FULL]), known)))
    return capitals, formed


def _within(text: str, start: int) -> bool:
    """Return whether a space and a word without a capital, perhaps with a comma, come before a position of a text."""
    if text[start - 1 : start] != " ":
        return False
    word = text[text.rfind(" ", 0, start - 1) + 1 : start - 1]
    return word[-2:-1].islower() if word.endswith(",") else word.islower() and word[-1:].isalpha()


@lru_cache(maxsize=4096)
def _shortened(full: str, known: Lists) -> list[int]:
    """Return the hashes of the two words of a name written as one, or of its initials with and without the words for the kind of thing.

    "Perumahan Pondok Ungu Permai" is PUP, "Simpang Lima Gumul" SLG. Names of regions and offices are left out: most texts have them.
    """
    name, formed = full.split(), list[int]()
    read = known.words(name)
    if any(means.number >= 0 for means in read[1:]):
        return formed
    while len(name) > _INITIALS and (read[-1].region or read[-1].before):
        del name[-1], read[-1]
    while len(name) > _INITIALS and not read[0].kind and any(means.kind for means in read):
        del name[0], read[0]
    own = [word for word, means in zip(name, read, strict=True) if not (means.kind or means.weak or means.region)]
    if len(own) == _PAIR:
        formed.append(hash_of(skeleton("".join(own))))
    start, size = 0, len(read)
    while start < size and (read[start].kind or read[start].weak):
        start += 1
    if start == size:
        return formed
    for first in (start, 0):
        short = "".join([word[0] for word in name[first:]])
        if len(short) >= _INITIALS and not known.word(short).everyday:
            formed.append(hash_of(skeleton(short)))
    return formed
