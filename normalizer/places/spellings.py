"""Generates the ways in which people write the names of regions.

They are the official name, short forms, the words glued together or with a space inside, misspellings, and the name with the word for
its level before or after it ("kab tuban", "tuban kab").
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from complaints.runtime import packaged
from complaints.runtime.packaged import words_in
from normalizer.places.gazetteer import DISTRICT, PROVINCE, REGENCY, Gazetteer
from normalizer.text import fold


class NameEntry(NamedTuple):
    """All meanings of one place name.

    Attributes:
        regions: codes of the provinces and regencies that it names, each with the way in which it names them.
        small: codes of the districts and villages of that name, separated by spaces.
        everyday: whether it is an everyday word, which counts only after the name of a level or if another place supports it.
    """

    regions: dict[str, str]
    small: str
    everyday: bool


OPEN = "*"
"""Mark at both ends of a name that also counts if it is only a part of a longer word."""

MISSPELT_FROM = 8
"""Minimum letters of a name for its misspellings to count: shorter names are too similar to other words."""

_GLUED_FROM = 4
"""Minimum letters of a name that is also read with "di" glued to its beginning, and of a word of a province's name to be misspelt."""

_INSIDE_FROM = 10
"""Minimum letters of a name of several glued words that is also found inside a longer word (infoMOROWALIUTARAKAB)."""

_BARE = frozenset(("bare", "city"))
"""The ways of naming a regency by its name without its level."""

_LEADS = ("di ", "dari ", "warga ", "daerah ", "wilayah ")
"""Words of place before a regency's name that is also that of goods."""

_PREFIXES = {
    "Kota": ("kota", "kodya", "kotamadya", "pemkot", "pemko", "walikota", "wali kota", "kota adm", "kota administrasi"),
    "Kabupaten": ("kabupaten", "kab", "kabupate", "kbupaten", "kabupten", "kabuoaten", "pemkab", "bupati", "kabag"),
}
"""Ways to write the level of a region before its name."""

_PROVINCE_PREFIXES = ("provinsi", "propinsi", "prov", "prop", "pemprov", "gubernur")

_SHORT_WORDS = {
    "lubuk": ("lb", "lubuak"),
    "tanjung": ("tj", "tg", "tjg", "tanjong"),
    "sungai": ("sei", "sungei"),
    "gunung": ("gn", "gng"),
    "karang": ("kr", "krg"),
    "padang": ("pdg",),
    "pondok": ("pd",),
    "kampung": ("kp", "kampong"),
    "simpang": ("sp", "spg"),
}
"""Abbreviations of the first word of a district's or village's name."""

_EVERYDAY_WORDS = 2
"""Maximum number of words of an everyday name: three words are a name even if each is an everyday word."""

_DIRECTIONS = frozenset(words_in("normalizer", "spellings_directions"))
"""Words that distinguish villages that were once one. People often say the name without them."""

_CITY_SHORT = {
    "semarang": "smg",
    "bandung": "bdg",
    "surabaya": "sby",
    "jakarta": "jkt",
    "makassar": "mks",
    "medan": "mdn",
}
"""Abbreviations of a city's name in the names of its districts (smg barat)."""


def spellings(gazetteer: Gazetteer) -> dict[str, NameEntry]:
    """Return the meanings of each place name in each of its spellings, by the folded name in alphabetical order.

    A name that also counts inside longer words has the mark OPEN ("*") at both ends. Names of one or two characters are left out.
    """
    document = packaged.document("normalizer", "places.yaml")
    strong: dict[str, dict[str, str]] = {}
    small: dict[str, dict[str, None]] = {}
    for name, code, how in _strong(gazetteer, document):
        strong.setdefault(name, {}).setdefault(code, how)
    regencies = {fold(name.split(" ", 1)[1]).decode() for _, name in gazetteer.regencies()}
    for code, name in gazetteer.names.items():
        if len(code) == DISTRICT and (city := _city_in(gazetteer, code, name)) and city not in regencies:
            strong.setdefault(city, {}).setdefault(code[:REGENCY], "city")
    for name, code in _small(gazetteer):
        small.setdefault(name, {})[code] = None
    for name, code in _with_province(strong, document):
        strong.setdefault(name, {code: "bare"})
    for name, code in _with_regency(gazetteer, strong):
        strong[name] = {code[:REGENCY]: "alias"}
        small.setdefault(name, {})[code] = None
    known = strong.keys() | small.keys()
    misspelt = (*_misspelt(strong), *_misspelt_provinces(gazetteer))
    strong |= {name: codes for name, codes in misspelt if name not in known}
    roots = frozenset(packaged.text("normalizer", "common_words.txt").split())
    common, weak = frozenset(document["common"]), frozenset(document["weak"])
    return {
        name: NameEntry(
            strong.get(name, {}),
            " ".join(small.get(name, ())),
            name in weak if name in strong else name in common or _everyday(name, roots),
        )
        for name in sorted(strong.keys() | small.keys())
        if len(name) > 2  # noqa: PLR2004 - two letters are never a place's whole name in a text
    }


def _everyday(name: str, roots: frozenset[str]) -> bool:
    words = name.split()
    return len(words) <= _EVERYDAY_WORDS and all(word in roots for word in words)


def _city_in(gazetteer: Gazetteer, code: str, name: str) -> str:
    """Return a district's folded name if it is the name of its city or regency and at least one more word, otherwise an empty text.

    The name of the city or regency counts without its level: "semarang utara" begins with that of Kota Semarang. A district with the same
    name as its regency (Pidie in Kabupaten Pidie) gives an empty text.
    """
    written = fold(name).decode()
    city = fold(gazetteer.name(code[:REGENCY]).split(" ", 1)[1]).decode().removeprefix("administrasi ")
    return written if written.startswith(f"{city} ") else ""


def _with_regency(gazetteer: Gazetteer, strong: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the strong names that are a district's with its regency's ("mlati sleman"), each with the district's code.

    Such a name is in the lists because the district's alone is not certain; it means the district all the same.
    """
    for code, name in gazetteer.names.items():
        if len(code) == DISTRICT:
            kind_and_name = gazetteer.name(code[:REGENCY]).split(" ", 1)
            regency = fold(kind_and_name[1]).decode().removeprefix("administrasi ")
            written = f"{fold(name).decode()} {regency}"
            if any(code.startswith(region) for region in strong.get(written, ())):
                yield written, code


def _with_province(strong: Mapping[str, Mapping[str, str]], document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the regencies' names that are everyday words, each followed by its province's ("kaur bengkulu"), and the regency's code.

    With its province such a word counts like any bare name, even if its first words are a village's name ("Banjar Jawa"). A name that is
    also that of goods counts only with a word of place before it ("di batu jawa timur"): "tambang batu jawa timur" is no city.
    """
    provinces: dict[str, list[str]] = {}
    for name, codes in strong.items():
        for code in codes:
            if len(code) == PROVINCE and OPEN not in name:
                provinces.setdefault(code, []).append(name)
    goods = frozenset(document["goods"])
    for name in document["weak"]:
        for code, how in strong.get(name, {}).items():
            if len(code) != REGENCY or how not in _BARE:
                continue
            for lead in _LEADS if name in goods else ("",):
                for province in provinces[code[:PROVINCE]]:
                    yield f"{lead}{name} {province}", code


def _open(name: str) -> str:
    """Return the folded name, with the mark OPEN ("*") kept at each end that has it."""
    return f"{OPEN if name.startswith(OPEN) else ''}{fold(name).decode()}{OPEN if name.endswith(OPEN) else ''}"


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
            names = _ways(fold(bare).decode().removeprefix("administrasi "), document["spaced"])
            for written, manner in _written(names, prefixes):
                yield written, code, manner or how
            shorts = document["shorts"].get(fold(bare).decode(), ())
            yield from ((f"{prefix} {short}", code, "named") for prefix, short in product(prefixes, shorts))


def _ways(short: str, spaced: Mapping[str, str]) -> tuple[str, ...]:
    """Return the different ones of: the name as it is, its words glued together, and the name with the space that people insert."""
    glued = short.replace(" ", "")
    return tuple(dict.fromkeys((short, glued, spaced.get(glued, short))))


def _written(names: tuple[str, ...], prefixes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the ways to write a regency's name, each with "named" or an empty text.

    "named" marks the clear ways: those with a word for the level ("kab tuban", "tuban kab"), and the name between two OPEN marks ("*"),
    which also counts inside a longer word. Only a name of several words gives the latter, with its words glued together, if it then has at
    least _INSIDE_FROM letters; without the marks the same glued name has an empty text, like all other ways.
    """
    short, *others = names
    if others and len(others[0]) >= _INSIDE_FROM and " " in short:
        yield f"{OPEN}{others[0]}{OPEN}", "named"
    for written in names:
        yield written, ""
        if len(written) >= _GLUED_FROM:
            yield f"di{written}", ""
        for prefix in prefixes:
            yield f"{prefix} {written}", "named"
            if len(prefix) > 3:  # noqa: PLR2004 - "kab" glued to a name makes other words
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
        for short in _SHORT_WORDS.get(head, ()):
            yield f"{short} {tail}", code
        if len(code) == DISTRICT or len(written) >= MISSPELT_FROM:
            yield written.replace(" ", ""), code
        if head in _CITY_SHORT:
            yield f"{_CITY_SHORT[head]} {tail}", code
        if len(code) > DISTRICT:
            base, _, direction = written.rpartition(" ")
            if direction in _DIRECTIONS and len(base) >= MISSPELT_FROM - 1 and " " not in base:
                yield base, code


def _misspelt(strong: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield misspellings of regencies' names, each with the regencies that it can mean.

    In a misspelling, two neighbouring letters are swapped, or one letter is left out or doubled. The first letter is always right, and the
    last one is never left out. Only names of one word with at least MISSPELT_FROM letters have misspellings.
    """
    for name, codes in strong.items():
        meant = {code: "misspelt" for code, how in codes.items() if how in _BARE}
        if not meant or len(name) < MISSPELT_FROM or " " in name:
            continue
        for at in range(1, len(name) - 1):
            yield name[:at] + name[at + 1] + name[at] + name[at + 2 :], meant
            yield name[:at] + name[at + 1 :], meant
            yield name[:at] + name[at] + name[at:], meant


def _misspelt_provinces(gazetteer: Gazetteer) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield misspellings of the names of provinces that have several words, each with its province.

    In a misspelling, one letter is left out, but not the first or the last one of a word, or the first letter of the next word comes too
    early ("jawat timur").
    """
    for code, name in gazetteer.names.items():
        if len(code) != PROVINCE:
            continue
        words = fold(name).decode().split()
        for at, word in enumerate(words):
            wrong = [word[:gap] + word[gap + 1 :] for gap in range(1, len(word) - 1) if len(word) >= _GLUED_FROM]
            if at + 1 < len(words):
                wrong.append(word + words[at + 1][0])
            for written in wrong if len(words) > 1 else ():
                yield " ".join((*words[:at], written, *words[at + 1 :])), {code: "province"}
