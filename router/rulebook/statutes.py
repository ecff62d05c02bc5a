"""The statutes that the rules refer to, each with the dates from which and until which it holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from normalizer.cache import parsed

VERIFIED: Final = "verified"
UNVERIFIED: Final = "unverified"

STATUTE: Final = re.compile(
    r"\b(UUD|UU|Perpu|PP|Perpres|Keppres|Inpres|Permen[A-Za-z]*|Kepmen[A-Za-z]*|Peraturan [A-Z][A-Za-z]+)(?: (\d+[A-Z]?)/| )(\d{4})\b"
)
_PLACE: Final = re.compile(r"(?:Pasal|Lampiran) [^();,]*?(?=\s+(?:jo\.|tentang)|[();,]|$)")


@dataclass(frozen=True, slots=True)
class Statute:
    """A statute.

    Attributes:
        name: its short name ("UU 23/2014").
        title: what it is about, in Indonesian.
        since: the day, or only the year, from which it holds, as ISO writes it.
        until: the day, or only the year, on which it ceased to hold; empty if it holds.
        status: whether its title was compared with its text. The head of statutes.yaml says what is known of the days.
    """

    name: str
    title: str
    since: str
    until: str = ""
    status: str = UNVERIFIED


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in a statute.

    Attributes:
        statute: the statute.
        place: the article or the letter of the annex ("Pasal 14", "Lampiran C"); empty if the whole statute is meant.
    """

    statute: Statute
    place: str = ""


class Statutes:
    """Finds the statutes that a law names."""

    def __init__(self, document: Mapping[str, Mapping[str, Any]]) -> None:
        self._known = {name: Statute(name=name, **fields) for name, fields in document.items()}

    @classmethod
    @cache
    def load(cls) -> "Statutes":
        """Return the packaged statutes, which are read once."""
        return Statutes(parsed("router", "statutes.yaml"))

    def __iter__(self) -> "Any":
        """Return the statutes in the order of the file."""
        return iter(self._known.values())

    def references(self, law: str) -> tuple[Reference, ...]:
        """Return the places in statutes that a law names ("UU 38/2004 jo. UU 2/2022 Pasal 14; UU 23/2014 Lampiran C").

        An article belongs to the statute before it, and to those that this one amends ("jo.") too. A statute that is not known is
        one without title and dates.
        """
        found = []
        for clause in law.split(";"):
            place = _PLACE.search(clause)
            for match in STATUTE.finditer(clause):
                kind, number, year = match.groups()
                name = f"{kind} {number}/{year}" if number else f"{kind} {year}"
                statute = self._known.get(name) or Statute(name, "", year)
                found.append(Reference(statute, place.group().strip() if place else ""))
        return tuple(found)


def is_verified(references: tuple[Reference, ...]) -> bool:
    """Return whether a law names an article or the letter of an annex, and all its statutes were compared with their texts."""
    return any(one.place for one in references) and all(one.statute.status == VERIFIED for one in references)


def in_force(references: tuple[Reference, ...]) -> tuple[str, str]:
    """Return the day or year from which all statutes of a law hold, and the one on which the first of them ceases to hold, or ""."""
    since = max((one.statute.since for one in references), default="")
    return since, min((one.statute.until for one in references if one.statute.until), default="")
