"""The meaning of one word of a text for a signature, and the hashes that compare words."""

import re
from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

_BODY: Final = 3
"""Minimum length of a word's skeleton that counts; a shorter one is shared by many words."""

_VOWELS: Final = str.maketrans("", "", "aeiouy")
_DOUBLED: Final = re.compile(r"(.)\1", re.DOTALL)

Told = dict[int, list[tuple[tuple[int, ...], int, int]]]
"""The matters of a word, by the number of another word that must be near (its own, if none must): the numbers of further words that must be
near, the number of the matter, and its family."""


@dataclass(slots=True, eq=False)
class Word:
    """The meaning of one word of a text for a signature.

    Attributes:
        hash: the hash of its canonical form; 0 if it is weak, that is, says nothing about the matter.
        stem: its canonical form.
        skeleton: the consonants of that, by which words are compared.
        told: the matters that it means.
        number: the number of its canonical form among the words of matters; -1 if it is not one of them.
        kind: the kind of thing whose name follows; 0 if none does.
        before: the kind of number that follows; 0 if none does.
        numbered: the number that it has in itself ("rt05"): its kind and value; empty if it has none.
        title: whether it is left out of names.
        everyday: whether it is an everyday word.
        end: which part of a street or school it means; 0 if it means none.
        size: the same, of a school or market only.
        rare: whether it is no everyday word: perhaps a name that no word before it announces.
        lent: whether it is an everyday word that is rare in complaints: a name if its capital or the word before it shows that.
        locates: whether a place may follow it ("depan").
        place: whether it is an everyday word that places are named after.
        first: whether it is the first word of many names, and alone none.
        announces: whether a name or number may follow it, or is in it.
        tells: whether it means a matter, a thing or a way.
        things: the numbers of the things that it means.
        way: the ways in which something is wrong that it means, a bit for each.
        region: whether it is of the name of a province, regency or city.
    """

    stem: str
    skeleton: str
    hash: int = 0
    told: Told = field(default_factory=dict)
    number: int = -1
    kind: int = 0
    before: int = 0
    numbered: bytes = b""
    title: bool = False
    everyday: bool = False
    weak: bool = False
    end: int = 0
    size: int = 0
    region: bool = False
    rare: bool = False
    lent: bool = False
    locates: bool = False
    first: bool = False
    place: bool = False
    announces: bool = False
    tells: bool = False
    things: tuple[int, ...] = ()
    way: int = 0


def skeleton(word: str) -> str:
    """Return a word without vowels and doubled letters, its first letter kept: "sudirman" and "sdirmn" are the same name."""
    word = word.replace("dj", "j").replace("tj", "c").replace("sj", "sy")
    if word.startswith("oe"):
        word = word[1:].replace("e", "u", 1)
    bare = word[:1] + word[1:].translate(_VOWELS)
    kept = bare
    if _DOUBLED.search(bare):
        kept = "".join([letter for letter, before in zip(bare, " " + bare, strict=False) if letter != before])
    return kept if len(kept) >= _BODY else word


def hash_of(text: str) -> int:
    """Return a hash of 16 bits, never 0."""
    return (crc32(text.encode("ascii")) & 0xFFFF) or 1


def small_hash(text: str) -> int:
    """Return a hash of 8 bits, never 0."""
    return (crc32(text.encode("ascii")) & 0xFF) or 1
