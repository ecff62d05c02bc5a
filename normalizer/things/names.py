"""Makes the forms under which people write the name of a public thing, from its official name and its type."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from complaints.runtime.packaged import words_in
from normalizer.text import fold

_TITLES = frozenset(words_in("normalizer", "names_titles"))
"""Words that come before a person's name and that people leave out ("RSUD Moewardi" for "RSUD Dr. Moewardi")."""

_OLD_SPELLINGS = (("oe", "u"), ("dj", "j"), ("tj", "c"), ("ch", "h"))
"""Letters of the spelling before 1972, and those that people write instead."""

_WATER = frozenset(("tirta", "tirto", "toya", "sembada"))
"""Words in the trade names of water companies."""

_KINDS = re.compile(r"^(?:kabupaten|kab|kota|provinsi|prov|daerah) ")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_BETWEEN = re.compile(r"\s+-\s+|(?<=\w)-(?=\w)")
_BORDER = re.compile(r"^\s*(?:bts|batas)\b[^(]*(?:\(([^)]*)\))?", re.IGNORECASE)
_CROSSING = re.compile(r"^(?:sp|simpang|sd|sta|jl|jln|jalan) ")
_JOINED = (
    *("{} {}", "{} ke {}", "{} menuju {}", "{} sampai {}", "{} arah {}"),
    *("{} ka {}", "{} sampe {}", "{} nang {}", "{} neng {}", "{} tekan {}", "{} pi {}", "{} tujuan {}"),
)
"""How people join the two ends of a road."""

ALONE = "="
"""The beginning of another name that people write without a word of the type ("=Moewardi"), and the class of its form."""

_GENERIC = frozenset(words_in("normalizer", "names_generic"))
"""Words that name no thing if the region's name is left out ("Panti Jompo Binjai")."""

_SHORTEST = 4
"""Minimum length in characters of a name's last word if titles were left out."""


class Form(NamedTuple):
    """A way of writing the name of a thing.

    Attributes:
        klass: which words of the type may come before it: a class of types.yaml after the type ("hospital/rsud"); empty if none is needed.
        core: the folded words of the name after these words.
    """

    klass: str
    core: str


class Names:
    """Makes forms by the types of things (types.yaml)."""

    def __init__(self, types: Mapping[str, Any], regions: Collection[str]) -> None:
        self._types = types
        self._regions = regions
        self._leads = {
            kind: sorted(
                ((f"{lead} ", klass) for klass, leads in row["leads"].items() for lead in leads),
                key=lambda item: -len(item[0]),
            )
            for kind, row in types.items()
        }

    def words(self) -> dict[str, list[str]]:
        """Return the words of each class."""
        found: dict[str, list[str]] = {}
        for kind, row in self._types.items():
            found |= {f"{kind}/{klass}": words for klass, words in row["words"].items()}
            found |= {f"{kind}/{klass}/public": words for klass, words in row.get("public", {}).items()}
        return found

    def is_region(self, name: str) -> bool:
        """Return whether a folded name, with or without the name of a level, is that of a province, regency or city."""
        return _KINDS.sub("", name) in self._regions

    def forms(self, kind: str, written: Iterable[str]) -> Iterator[Form]:
        """Yield the forms of a thing of a type, from its name and its other names. A form may come twice."""
        if kind == "road":
            yield from self._road(written)
            return
        row = self._types[kind]
        for one in written:
            if one.startswith(ALONE):
                yield Form(ALONE, folded(one))
                continue
            lead, name = self.parted(kind, one)
            whole = folded(one)
            if row.get("bare") and " " in whole:
                yield Form("", whole)
            for core in self._cores(kind, one, name):
                if _is_brand(kind, core):
                    yield Form("", core)
                if kind == "hospital" and core.startswith("dr "):
                    # a physician's name, if the text speaks of a hospital ("dibawa ka dr. Slamet")
                    yield Form(ALONE, core)
                # A region's name counts only after words that private things do not have ("RSUD Kediri", not "RS Kediri").
                public = lead in row.get("public", ()) and self.is_region(core)
                yield Form(f"{kind}/{lead}/public" if public else f"{kind}/{lead}", core)
                for klass in row.get("alone", ()):
                    yield Form(f"{kind}/{klass}", core)

    def parted(self, kind: str, written: str) -> tuple[str, str]:
        """Return the class of a name and the name without the words of its type; both folded."""
        whole = folded(written)
        for lead, klass in self._leads[kind]:
            if whole.startswith(lead):
                return klass, whole.removeprefix(lead)
        return next(iter(self._types[kind]["leads"])), whole

    def _cores(self, kind: str, written: str, name: str) -> Iterable[str]:
        """Return the ways of writing the name after the words of the type."""
        if kind == "toll_road":
            return _ends_joined([folded(end) for end in _BETWEEN.split(_untyped(written, ("jalan tol", "tol")))])
        found = {name: None}
        if "/" in written:
            found |= dict.fromkeys(_alternatives(name, written))
        for core in tuple(found):
            short = self._without_region(_untitled(core))
            for one in (_untitled(core), short, core.removesuffix(" internasional"), core.removesuffix(" tipe a")):
                if one and (one == core or len(one.split()[-1]) >= _SHORTEST):
                    found[one] = None
                    found |= dict.fromkeys(_modern(one))
        return [core for core in found if core and not core.isdigit()]

    def _without_region(self, core: str) -> str:
        words = core.split()
        for size in (3, 2, 1):
            rest, tail = " ".join(words[:-size]), " ".join(words[-size:])
            if (
                len(words) > size
                and self.is_region(tail)
                and len(rest) > _SHORTEST
                and not _GENERIC.issuperset(words[:-size])
            ):
                return _untitled(rest.removesuffix(" kabupaten").removesuffix(" kab").removesuffix(" kota"))
        return core

    def _road(self, written: Iterable[str]) -> Iterator[Form]:
        for one in written:
            if one.startswith(ALONE):
                yield Form(ALONE, folded(one))
                continue
            ends = ends_of(one)
            if len(ends) == 1 and " " in ends[0] and ends[0] == folded(one):
                yield Form("", ends[0])  # a name without "jalan", such as "Ring Road Utara"
            if len(ends) > 1:
                for core in _ends_joined(ends):
                    yield Form("road/road", core)
            elif ends and " - " not in one:
                yield Form("road/street", ends[0].removeprefix("raya "))


def _is_brand(kind: str, core: str) -> bool:
    """Return whether a name is a water company's unmistakable trade name ("Tirta Moedal")."""
    return kind == "water_company" and " " in core and any(word in _WATER for word in core.split())


def folded(written: str) -> str:
    """Return the folded words of a text as a text."""
    return fold(written).decode("ascii")


def ends_of(written: str) -> list[str]:
    """Return the folded names of the ends of a road, in order: of a street that is no road between places, only its own name.

    A border ("Bts. Kab. Malaka (Teun)") is the place in brackets, or is left out.
    """
    name = _untyped(written, ("ruas jalan", "ruas", "jalan", "jln", "jl"))
    parts = re.split(r"\s+-\s+(?![^(]*\))", name)
    ends: list[str] = []
    for part in parts:
        border = _BORDER.match(part)
        kept = (border[1] or "") if border else _BRACKETS.sub(" ", part).split("/")[0]
        end = _CROSSING.sub("", folded(kept))
        if end:
            ends.append(end)
    return ends


def sections_of(written: Iterable[str]) -> list[str]:
    """Return the folded words in brackets and after a comma in a street's names: the section or the town that the name means."""
    found: dict[str, None] = {}
    for one in written:
        for bracket in re.findall(r"\(([^)]*)\)", one):
            for part in re.split(r"\s+-\s+", bracket):
                words = _CROSSING.sub("", folded(part))
                if words and not words[0].isdigit():
                    found[words] = None
    return list(found)


def _untyped(written: str, leads: Iterable[str]) -> str:
    for lead in leads:
        match = re.match(rf"{lead}\b\.?\s*", written, re.IGNORECASE)
        if match:
            return written[match.end() :]
    return written


def _ends_joined(ends: list[str]) -> list[str]:
    """Return the ways of writing a road by its ends: all of them, and each two that follow each other, in both directions."""
    if len(ends) == 1:
        return ends
    found = {" ".join(ends): None}
    pairs = list(pairwise(ends))
    if len(ends) > 2:  # noqa: PLR2004 - a road with a place between its ends
        pairs.append((ends[0], ends[-1]))
    for one, other in pairs:
        if one != other:
            found |= {joined.format(*both): None for joined in _JOINED for both in ((one, other), (other, one))}
    return list(found)


def _alternatives(name: str, written: str) -> list[str]:
    tail = name.split()
    last = folded(written.rsplit("/", 1)[1]).split()
    first = tail[: len(tail) - len(last)]
    return [" ".join(first), " ".join(last)]


def _untitled(name: str) -> str:
    words = name.split()
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    return " ".join(words)


def _modern(name: str) -> list[str]:
    """Return the name in today's spelling, wholly and only as far as "oe" goes; empty if that changes nothing."""
    whole = name
    for old, new in _OLD_SPELLINGS:
        whole = whole.replace(old, new)
    return [one for one in dict.fromkeys((whole, name.replace("oe", "u"), name.replace("ch", "h"))) if one != name]
