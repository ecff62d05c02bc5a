"""The names that a text writes with capitals, and the short forms in which others write them."""

import re
from functools import lru_cache
from typing import Final

from normalizer.matter.matters import Lists
from normalizer.matter.words import hash_of, skeleton

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
    if any(means.number >= 0 for means in read[1:]) or all(means.frequent for means in read):
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
