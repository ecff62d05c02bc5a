"""The features of a report for a model other than its words, and the classes that stand for agencies at its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from normalizer.results import PlaceReading, Reading
from router.agencies.registry import DKI, Agency, Registry
from router.owners import LEVELS

RANKS: Final = ("=first", "=second", "=third")
"""The kinds of findings that the rules rank a kind of agency first, second or third."""


@dataclass(slots=True, eq=False)
class Ruled:
    """A candidate of the rules, with its part of the scores of all candidates."""

    agency: Agency
    share: float


@dataclass(slots=True, eq=False)
class Finding:
    """A finding of the rules or the reader, as a feature of the model."""

    kind: str
    of: str
    value: float

    @property
    def name(self) -> str:
        """The name in a model's file."""
        return f"{self.kind}:{self.of}" if self.of else self.kind


def scale(words: int) -> float:
    """Return the factor for the words of a text with this number of words: a long text has the weight of a short one."""
    return 0.33 / sqrt(max(1, words))


def kind_of(agency: Agency, place: PlaceReading) -> str:
    """Return the class of an agency at a place: its kind of unit and the level ("dishub@local") if it is the place's, else its id."""
    region = agency.region
    if not region or not agency.id.endswith(region):
        return agency.id
    codes = place.codes
    if region == (DKI if codes[0] == DKI else codes[1]):
        end = "@local"
    elif region == codes[0]:
        end = "@province"
    elif region == codes[2]:
        end = "@district"
    elif region == codes[3]:
        end = "@village"
    else:
        return agency.id
    return agency.id[: -len(region) - 1] + end


class Meaning:
    """The meaning of a class name at a place: an agency by its id, or a kind of unit at a level of the place ("dishub@local")."""

    __slots__ = ("_level", "_name", "_unit")

    def __init__(self, name: str) -> None:
        self._name = name
        self._unit, at, level = name.rpartition("@")
        self._level = level if at else ""

    def at(self, place: PlaceReading, registry: Registry) -> Agency | None:
        """Return the agency that it means at a place; None if the place is not known or has no such agency."""
        level = self._level
        if not level:
            return registry.get(self._name)
        codes = place.codes
        if codes[0] == DKI and level == "local":
            return registry.unit_over(self._unit, codes[1] or DKI)
        code = codes[LEVELS[level]]
        return registry.unit(self._unit, code) if code else None


def may_own(agency: Agency, place: PlaceReading, ruled: Sequence[Ruled], registry: Registry) -> bool:
    """Return whether officers' habits may make an agency the owner at a place.

    It must be national, belong to a region of the place, or be one of the rules' candidates: habits move no complaint to another region.
    """
    region = agency.region
    if region is None:
        government = registry.government_of(agency)
        region = government.region if government is not None else None
    return not region or region in place.codes or any(one.agency.id == agency.id for one in ruled)


def findings(reading: Reading, place: PlaceReading, ruled: Sequence[Ruled]) -> list[Finding]:
    """Return what the rules and the reader found, as features with their values."""
    found = [Finding("=class", reading.complaint_class, 0.3)]
    for rank, name in enumerate(RANKS):
        if rank == len(ruled):
            break
        kind = kind_of(ruled[rank].agency, place)
        found.append(Finding(name, kind, 0.6 / (rank + 1)))
        found.append(Finding("=share", kind, 0.8 * ruled[rank].share))
    if not ruled:
        found.append(Finding("=none", "", 0.6))
    if reading.oversight:
        found.append(Finding("=oversight", "", 0.5))
    for rank, subject in enumerate(reading.subjects):
        found.append(Finding("=subject", subject.id, 0.6 / (rank + 1)))
    region = place.codes[1] or place.codes[0]
    if region:
        found.append(Finding("=region", region, 0.6))
    if place.codes[2]:
        found.append(Finding("=district", place.codes[2], 0.6))
    for thing in reading.things:
        found.append(Finding("=thing", thing.thing.kind, 0.5))  # noqa: PERF401 - compiled, a loop is faster
    return found
