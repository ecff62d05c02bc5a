"""Finds the names of public things in a text, and decides which of them count and what they say about the place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.places.context import is_aside
from normalizer.places.denied import is_denied
from normalizer.places.gazetteer import PROVINCE, lineage
from normalizer.places.hits import PlaceHit
from normalizer.places.names import DKI, PlaceNames
from normalizer.places.resolve import resolve
from normalizer.results import NamedThing, PlaceReading, Thing
from normalizer.things.houses import are_houses_elsewhere
from normalizer.things.tree import ThingNode, region_of

_TOWARDS: Final = frozenset(words_in("normalizer", "matching_towards"))
"""Further words after which a thing only says where something else is ("jalan menuju terminal")."""

_ROADS: Final = frozenset(("jalan", "jl", "jln", "jalur", "ruas", "trotoar", "akses", "aspal", "lampu", "jembatan"))
_ROAD_REACH: Final = 3
"""Words of roads, and the number of words before "ke" within which one makes the thing the end of that road."""

_LAMP: Final = "lampu"

_OF_ROADS: Final = frozenset(("road", "toll_road"))
"""Types of things that "jalan" before the name does not turn into a street that is named after them."""

_CONTRADICTED: Final = 0
_OPEN: Final = 1
_CONFIRMED: Final = 2
"""The evidence of another place in the text about a thing: that it is elsewhere, nothing, or that it is there."""


@dataclass(slots=True, eq=False)
class Match:
    """An occurrence of a name of things in a text."""

    start: int
    end: int
    numbers: tuple[int, ...]


def find(lead: ThingNode, words: list[str], at: int, found: list[Match]) -> None:
    """Add to `found` each name of things that begins at the position `at` of a text."""
    end = at + 1
    node: ThingNode | None = lead
    while node is not None:
        for core in node.cores:
            inner = core.after(words[end])
            after = end + 1
            while inner is not None:
                if inner.things:
                    found.append(Match(at, after, inner.things))
                inner = inner.after(words[after])
                after += 1
        if node.things:
            found.append(Match(at, end, node.things))
        node = node.after(words[end])
        end += 1


def settle(  # noqa: PLR0913 - everything that decides which things count
    matches: Sequence[Match],
    words: list[str],
    things: Sequence[Thing],
    *,
    place: PlaceReading,
    hits: Sequence[PlaceHit],
    names: PlaceNames,
    keyword: str | None,
    groups: Mapping[str, Sequence[int]],
) -> tuple[list[NamedThing], PlaceReading]:
    """Return the things that count, each once, and the place where it happened.

    A thing counts if nothing else in the text names another place. If nothing else gives the regency, the thing does.
    """
    kept = _longest(matches)
    if len(kept) > 1:
        kept = [one for one in kept if not is_denied(one.start, words)] or kept
    ends: dict[int, int] = {}
    for one in kept:
        for at in range(one.start, one.end):
            ends[at] = max(one.end, ends.get(at, 0))
    outside = [hit for hit in hits if hit.end > ends.get(hit.start, 0)]
    other = place if len(outside) == len(hits) else resolve(words, outside, names, keyword=keyword)
    said = f" {' '.join(words)} "
    meant = [(match, _meant(match, things, groups, said)) for match in kept]
    counted = _counted(meant, other, words)
    if keyword and not outside and other.how == "keyword":
        named = _counted(meant, PlaceReading(), words)
        if are_houses_elsewhere(named, keyword, words):
            counted, other = named, PlaceReading()
    if not counted:
        return counted, place
    where = _placed(counted, place, other)
    where.between = place.between
    return counted, where


def _counted(meant: Sequence[tuple[Match, list[Thing]]], other: PlaceReading, words: list[str]) -> list[NamedThing]:
    """Return the things that another place leaves open or confirms, each once."""
    found: dict[str, NamedThing] = {}
    for match, all_meant in meant:
        for thing in _agreeing(all_meant, other):
            before = found.get(thing.id)
            aside = _is_passed(words, match.start, thing.kind)
            if before is None or (before.aside and not aside):
                span = " ".join(words[match.start : match.end])
                found[thing.id] = NamedThing(thing, match.start, span, aside=aside)
    return list(found.values())


def add_to(
    things: list[NamedThing],
    groups: dict[str, list[int]],
    scores: dict[int, float],
    weights: Mapping[str, tuple[tuple[int, float], ...]],
) -> None:
    """Add the word groups of things to those of the text, and their weights to the scores, unless they only say where something is."""
    for named in things:
        if named.aside:
            continue
        for group in named.thing.groups:
            groups.setdefault(group, []).append(named.start)
        for target, weight in weights[named.thing.id]:
            scores[target] = scores.get(target, 0.0) + weight


def without(things: Sequence[NamedThing], place: PlaceReading, groups: dict[str, list[int]]) -> list[NamedThing]:
    """Return the things that a place does not contradict. The word groups that only others raised are removed from `groups`."""
    kept = [one for one in things if fit(one.thing.regions, place, wide=one.thing.wide) != _CONTRADICTED]
    for named in things:
        if named in kept or named.aside:
            continue
        for group in named.thing.groups:
            positions = groups.get(group, [])
            if named.start in positions:
                positions.remove(named.start)
            if not positions:
                groups.pop(group, None)
    return kept


def _longest(matches: Sequence[Match]) -> list[Match]:
    """Return the names without those within others; names of the same words become one."""
    kept: list[Match] = []
    for match in sorted(matches, key=_longest_first):
        last = kept[-1] if kept else None
        if last is not None and match.start == last.start and match.end == last.end:
            kept[-1] = Match(last.start, last.end, (*last.numbers, *match.numbers))
        elif last is None or match.end > last.end:
            kept.append(match)
    return kept


def _longest_first(match: Match) -> tuple[int, int]:
    return match.start, -match.end


def _meant(match: Match, things: Sequence[Thing], groups: Mapping[str, Sequence[int]], said: str) -> list[Thing]:
    """Return the things that a name can mean, by the other words of the text."""
    found: list[Thing] = []
    for number in match.numbers:
        thing = things[number if number >= 0 else ~number]
        if number < 0 and not any(group in groups for group in thing.context):
            continue
        if thing.section and not any(f" {part} " in said for part in thing.section):
            continue
        if thing not in found:
            found.append(thing)
    return found


def _agreeing(meant: list[Thing], other: PlaceReading) -> list[Thing]:
    """Return those things that another place in the text confirms, or if there are none, those that it leaves open.

    Return nothing if these differ in what follows from them, or if their names are also those of other things and nothing confirms them.
    """
    if not meant:
        return meant
    ranks = [fit(thing.regions, other, wide=thing.wide and len(meant) == 1) for thing in meant]
    best = max(ranks)
    if best == _CONTRADICTED:
        return []
    kept = [thing for thing, rank in zip(meant, ranks, strict=True) if rank == best]
    if best == _OPEN:
        kept = [] if any(thing.doubtful for thing in kept) else [thing for thing in kept if not thing.street]
    kept = [thing for thing in kept if not thing.street or _is_in(thing.regions, other.regency)]
    first = kept[0] if kept else None
    if first is not None and len(kept) > 1 and any(one.regions != first.regions for one in kept):
        alike = all(one.groups == first.groups and one.owner == first.owner for one in kept)
        return [first] if alike and best == _CONFIRMED else []
    return kept


def fit(regions: Sequence[str], place: PlaceReading, *, wide: bool = False) -> int:
    """Return whether a place contradicts (0), leaves open (1) or confirms (2) that a thing in these regions is meant."""
    if not regions:
        return _OPEN
    regency, province = place.regency, place.province
    same_province = any(code[:PROVINCE] == province for code in regions)
    if regency is not None:
        return _CONFIRMED if _is_in(regions, regency) or (wide and same_province) else _CONTRADICTED
    if place.candidates and any(_is_in(regions, code) for code in place.candidates):
        return _CONFIRMED
    if province is None:
        return _OPEN
    return _CONFIRMED if same_province and not place.candidates else _CONTRADICTED


def _is_in(regions: Sequence[str], regency: str | None) -> bool:
    """Return whether a regency is one of the regions or in one; all of DKI Jakarta counts as one regency."""
    if regency is None:
        return False
    province = regency[:PROVINCE]
    return any(code in {regency, province} or code[:PROVINCE] == DKI == province for code in regions)


def _placed(counted: Sequence[NamedThing], place: PlaceReading, other: PlaceReading) -> PlaceReading:
    """Return the place: that of other words if they give the regency, else that of the things if they agree."""
    if other.regency is not None or other.province == DKI:
        return place if place.regency == other.regency else other
    single = [one for one in counted if region_of(one.thing.regions)]
    codes = {region_of(one.thing.regions) for one in single}
    deepest = max(codes, key=len, default="")
    if not codes or any(not deepest.startswith(code) for code in codes):
        return place
    if place.deepest is not None and place.deepest.startswith(deepest):
        return place
    first = next(one for one in single if region_of(one.thing.regions) == deepest)
    return PlaceReading(lineage(deepest), "institution", (first.span,))


def _is_passed(words: list[str], at: int, kind: str) -> bool:
    """Return whether the thing named at the position `at` only says where something else is or leads ("depan RSUD Moewardi")."""
    if at == 0:
        return False
    before = words[at - 1]
    if before in _TOWARDS or is_aside(words, at):
        return before != _LAMP or kind not in _OF_ROADS  # the lamps of a road or bridge are part of it
    if before == "ke":
        return not _ROADS.isdisjoint(words[max(0, at - 1 - _ROAD_REACH) : at - 1])
    return kind not in _OF_ROADS and before in _ROADS
