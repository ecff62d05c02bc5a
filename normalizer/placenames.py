"""The table of all names that can mean a place: official, short, glued, misspelt, nicknames, landmarks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from normalizer import packaged
from normalizer.gazetteer import DISTRICT, PROVINCE, REGENCY, Gazetteer
from normalizer.text import fold

Strong = tuple[tuple[str, str], ...]

MISSPELT_FROM = 8
"""Names of fewer letters are too near to other words to be read with a slip."""

_GLUED_FROM = 4
"""Names of so many letters are read with a glued "di" before them."""

_INSIDE_FROM = 10
"""Names glued of several words are read inside a longer word (infoMOROWALIUTARAKAB) from so many letters."""

_PREFIXES = {
    "Kota": ("kota", "kodya", "kotamadya", "pemkot", "pemko", "walikota", "wali kota", "kota adm", "kota administrasi"),
    "Kabupaten": ("kabupaten", "kab", "kabupate", "kbupaten", "kabupten", "kabuoaten", "pemkab", "bupati", "kabag"),
}
"""How the level of a region is written before its name."""

_PROVINCE_PREFIXES = ("provinsi", "propinsi", "prov", "prop", "pemprov", "gubernur")

_CITY_SHORT = {
    "semarang": "smg",
    "bandung": "bdg",
    "surabaya": "sby",
    "jakarta": "jkt",
    "makassar": "mks",
    "medan": "mdn",
}
"""How people shorten a city's name in the names of its districts (smg barat)."""


@dataclass(frozen=True, slots=True)
class PlaceName:
    """What a name can mean.

    Attributes:
        strong: provinces and regencies with how the name supports each.
        small: codes of districts and villages of that name.
        weak: an everyday word, which counts only after a level's name or where another place supports it.
        specific: a name of more than one word or of seven letters and more.
    """

    strong: Strong
    small: tuple[str, ...]
    weak: bool
    specific: bool


def place_names(gazetteer: Gazetteer) -> dict[str, PlaceName]:
    """Return each folded name with what it can mean."""
    document = packaged.document("normalizer", "places.yaml")
    strong: dict[str, dict[str, str]] = {}
    small: dict[str, list[str]] = {}
    for name, code, how in _strong(gazetteer, document):
        strong.setdefault(name, {}).setdefault(code, how)
    for code, name in gazetteer.names.items():
        if len(code) == DISTRICT and (city := _city_in(gazetteer, code, name)):
            strong.setdefault(city, {}).setdefault(code[:REGENCY], "city")
    for name, code in _small(gazetteer):
        codes = small.setdefault(name, [])
        if not codes or codes[-1] != code:
            codes.append(code)
    known = strong.keys() | small.keys()
    slips = {name: codes for name, codes in _misspelt(strong) if name not in known}
    strong |= slips
    roots = frozenset((resources.files("normalizer") / "data" / "common_words.txt").read_text("utf-8").split())
    common = frozenset(document["common"])
    weak = frozenset(document["weak"])
    return {
        name: PlaceName(
            strong=tuple(strong.get(name, {}).items()),
            small=tuple(small.get(name, ())),
            weak=name in weak if name in strong else name in common or all(word in roots for word in name.split()),
            specific=" " in name or len(name) > 6,  # noqa: PLR2004 - see PlaceName.specific
        )
        for name in (strong.keys() | small.keys())
        if len(name) > 2  # noqa: PLR2004 - two letters are never a place's whole name in a text
    }


def _city_in(gazetteer: Gazetteer, code: str, name: str) -> str:
    """Return the folded name of a district that begins with its city's name (Semarang Utara), else nothing."""
    written = fold(name).decode()
    city = fold(gazetteer.name(code[:REGENCY]).split(" ", 1)[1]).decode().removeprefix("administrasi ")
    return written if written.startswith(f"{city} ") else ""


def _open(name: str) -> str:
    """Return the folded name with its open ends kept."""
    return f"{'*' if name.startswith('*') else ''}{fold(name).decode()}{'*' if name.endswith('*') else ''}"


def _strong(gazetteer: Gazetteer, document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    city_first = frozenset(document["city_first"])
    for how, entries in document["names"].items():
        for code, names in entries.items():
            for name in names:
                yield _open(name), code, how
    kinds = {(name.split(" ", 1)[-1], name.split(" ", 1)[0]) for _, name in gazetteer.regencies()}
    for code, name in gazetteer.names.items():
        if len(code) == PROVINCE:
            short = fold(name).decode()
            yield short, code, "province"
            for prefix in _PROVINCE_PREFIXES:
                yield f"{prefix} {short}", code, "named"
        elif len(code) == REGENCY:
            kind, bare = name.split(" ", 1)
            alone = kind == "Kabupaten" and (bare, "Kota") not in kinds
            prefixes = _PREFIXES[kind] + (("kota",) if alone else ())
            how = "city" if code in city_first else "bare"
            for written, manner in _written(fold(bare).decode().removeprefix("administrasi "), prefixes):
                yield written, code, manner or how


def _written(short: str, prefixes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the ways to write a regency's name, with "named" where its level is said."""
    glued = short.replace(" ", "")
    if glued != short and len(glued) >= _INSIDE_FROM:
        yield f"*{glued}*", "named"
    for written in dict.fromkeys((short, glued)):
        yield written, ""
        if len(written) >= _GLUED_FROM:
            yield f"di{written}", ""
        for prefix in prefixes:
            yield f"{prefix} {written}", "named"
            if len(prefix) > 3:  # noqa: PLR2004 - kab glued makes other words
                yield f"{prefix}{written}", "named"
        for level in ("kabupaten", "kab"):
            if "kab" in prefixes:
                yield f"{written} {level}", "named"


def _small(gazetteer: Gazetteer) -> Iterator[tuple[str, str]]:
    for code, name in gazetteer.names.items():
        if len(code) < DISTRICT:
            continue
        written = fold(name).decode()
        yield written, code
        head, _, tail = written.partition(" ")
        if not tail:
            continue
        if len(code) == DISTRICT or len(written) >= MISSPELT_FROM:
            yield written.replace(" ", ""), code
        if head in _CITY_SHORT:
            yield f"{_CITY_SHORT[head]} {tail}", code


def _misspelt(strong: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield regency names with two letters swapped or one left out."""
    for name, codes in strong.items():
        meant = {code: "misspelt" for code, how in codes.items() if how in {"bare", "city"}}
        if not meant or len(name) < MISSPELT_FROM or " " in name:
            continue
        for at in range(1, len(name) - 1):
            yield name[:at] + name[at + 1] + name[at] + name[at + 2 :], meant
            yield name[:at] + name[at + 1 :], meant
