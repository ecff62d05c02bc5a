"""Decides which region a text means, from the place names in it and the words around them."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from normalizer.places.context import (
    CUE,
    DIRECTIONS,
    HAMLET,
    LOCATIVES,
    OFFICE,
    ORIGIN,
    STREET,
    SURROUNDINGS,
    is_governed,
)
from normalizer.places.elsewhere import is_elsewhere
from normalizer.places.gazetteer import DISTRICT, PROVINCE, VILLAGE, lineage
from normalizer.places.hits import PlaceHit
from normalizer.places.names import DKI, PlaceName, PlaceNames
from normalizer.places.roads import HOME, Homes, Road, is_in_town, is_street, origin
from normalizer.places.scores import Small, Tally
from normalizer.places.twins import is_inside, level_told, meant
from normalizer.results import PlaceReading
from normalizer.text import BREAK

_KEYWORD: Final = 6.0
"""Weight of the region that an SMS keyword or a form gave: more than that of a name with its level in a title ("Kota Semarang"), which
is not clearly the place of the event (see normalizer.places.elsewhere)."""

_TITLE: Final = 1.25
"""Factor for the weight of a place in the title."""

_LEAD_WORDS: Final = 62
_STORY: Final = 0.6
"""Number of words from the beginning in which a place has its full weight, and the factor for a place named later in the story."""

_ACCEPT_FROM: Final = 1.6
_MARGIN: Final = 0.35
"""Minimum score of an accepted region, and minimum lead of a regency over the next one."""

_OPEN_FROM: Final = 1.2
"""Minimum score of each remaining regency for the choice between them to be open: a lower score is too weak to be a candidate."""

_TIE_BREAK: Final = 0.4
_FEW: Final = 3
"""Score that an everyday word adds to its regency if the choice is open, and the maximum number of regencies that have it as a name."""

_GOVERNED: Final = 3.5
"""Factor for a region named like an everyday word if the text addresses its head: with it the name counts like any other."""

_PASSING_WORDS: Final = frozenset(("melamar", "lamaran", "kelahiran", "alumni", "merantau"))
_PASSING_REACH: Final = 4
"""Maximum distance in words after one of _PASSING_WORDS within which a place belongs to the citizen's life, not to the event."""

_UNSETTLED: Final = frozenset(("none", "named", "province"))
"""The ways of a reading without a regency that a small place alone may settle."""

_CANDIDATES: Final = 5
"""Maximum number of regencies given as candidates if no region is certain."""


def resolve(
    words: list[str], hits: Sequence[PlaceHit], names: PlaceNames, *, keyword: str | None = None
) -> PlaceReading:
    """Return the place that the names support best, down to the village if one is named.

    If several regencies are about equally likely, the reading has them as candidates, and their province if it is the same. If no regency
    is likely enough, it has the named province, or else up to five regencies as candidates. If nothing names a place, it is empty.

    Args:
        words: the words of the text, with BREAK (the word "|") after each part.
        hits: the place names found in it, in order and without overlap.
        names: the table of all place names.
        keyword: the Kemendagri code that was given outside the text; its levels below the regency are ignored. It does not count if the
            text clearly names a place of the event in another government.
    """
    if not hits:
        return _resolve(words, hits, names, keyword) if keyword else PlaceReading()
    if keyword:
        told = _resolve(words, hits, names, None)
        return told if is_elsewhere(told, keyword, words, hits) else _resolve(words, hits, names, keyword)
    return _resolve(words, hits, names, None)


def _resolve(words: list[str], hits: Sequence[PlaceHit], names: PlaceNames, keyword: str | None) -> PlaceReading:
    """Return the place that names and keyword support best."""
    tally = Tally()
    if keyword:
        tally.claim(keyword, _KEYWORD, "keyword", (0, 0))
    small, between = _collect(tally, words, hits, names)
    if small:
        tally.weigh(small)
    reading = _decide(tally, small, words)
    if _is_open(reading, tally) and _break_tie(tally, words, names):
        reading = _decide(tally, small, words)
    if reading.regency is None and small and reading.how in _UNSETTLED and (lone := lone_regency(small, tally, words)):
        reading = _at(lone, tally, small, words)
    reading.between = between
    return reading


def _is_open(reading: PlaceReading, tally: Tally) -> bool:
    """Return whether the reading has several candidates, each because of a district or village and with a score of at least _OPEN_FROM."""
    rivals = reading.candidates
    return len(rivals) > 1 and all(
        tally.points.get(code, 0.0) >= _OPEN_FROM and tally.hows[code] in SMALL_WAYS for code in rivals
    )


def _break_tie(tally: Tally, words: list[str], names: PlaceNames) -> bool:
    """Raise the scores of regencies in the tally that have a place named like an everyday word, or two, of the text.

    Return whether any score rose. Words that are names in more than _FEW regencies do not count.
    """
    spoken = False
    for name in map(names.everyday, dict.fromkeys((*words, *map(" ".join, pairwise(words))))):
        if name and len(name.seats) <= _FEW:
            for code in name.seats:
                if code in tally.points:
                    tally.points[code] += _TIE_BREAK
                    spoken = True
    return spoken


def _collect(tally: Tally, words: list[str], hits: Sequence[PlaceHit], names: PlaceNames) -> tuple[list[Small], bool]:
    """Add to the tally how strongly the names in a text support provinces and regencies.

    A name does not count for its province or regency if it is that of a street, bank or shop, or if the word before it says that it
    means a district or village and there is one of this name.

    Returns:
        The names that can mean a district or village, and whether the text names a road between two regions (see Road.between).
    """
    small = [inner for hit in hits if (inner := _inside(words, hit, names)) is not None]
    title_end = words.index(BREAK)
    last = len(hits) - 1
    told = level_told(words, {hit.start for hit in hits})
    road, homes = Road(words, names, alone=last == 0), Homes(words, hits)
    for at, hit in enumerate(hits):
        start, end, name = hit.start, hit.end, hit.name
        flags = SURROUNDINGS.get(words[start - 1], 0) if start else 0
        is_from = False
        if flags:
            if flags & STREET and (
                not is_street(words, start, names)
                or (at < last and hits[at + 1].start == end and is_in_town(name, hits[at + 1].name))
            ):
                flags = 0
            elif flags & ORIGIN:
                flags, is_from = origin(words, start, end, flags)
        elif not _PASSING_WORDS.isdisjoint(words[max(0, start - _PASSING_REACH) : start]):
            flags = ORIGIN
        if name.small and (_counts(name, flags, words[end - 1], start + 1 < end) if flags else _is_small(name)):
            entry = Small(name, flags, (start, end))
            small += () if _lies_elsewhere(entry, hits[at + 1 : at + 2]) else (entry,)
            if entry.cued:
                continue
        if at < last and hits[at + 1].start == end and name.strong and is_inside(name, hits[at + 1].name):
            continue
        if name.strong and not road.takes(name, flags, (start, end), is_from=is_from):
            where = _standing(hit, homes, title_end) * (_governed(words, hit) if name.weak else 1.0)
            tally.claim_strong(meant(name, names, words, (start, end), told), flags, (start, end), where)
    return small, road.between


def _lies_elsewhere(entry: Small, after: Sequence[PlaceHit]) -> bool:
    """Return whether the name of a region follows that of a village which is not in it: people shorten the names of villages."""
    behind = [claim for hit in after if hit.start == entry.span[1] for claim in hit.name.strong]
    regions = [claim.code for claim in behind if claim.how == "named" and len(claim.code) > PROVINCE]
    is_village = entry.cued and all(len(code) > DISTRICT for code in entry.codes)
    return bool(regions) and is_village and entry.seats.isdisjoint(regions)


def _governed(words: list[str], hit: PlaceHit) -> float:
    """Return the factor for the weight of an everyday word as the name of a region."""
    return _GOVERNED if is_governed(words, hit.start, hit.end) else 1.0


def _standing(hit: PlaceHit, homes: Homes, title_end: int) -> float:
    """Return the factor for the weight of a region's name by its position, and if somebody only lives or comes from there."""
    start = hit.start
    where = _TITLE if start < title_end else 1.0 if start < _LEAD_WORDS else _STORY
    return where * HOME if homes.has(start) else where


def _inside(words: list[str], hit: PlaceHit, names: PlaceNames) -> Small | None:
    """Return the district or village in a name that is listed with its level ("kelurahan sampangan"); None if it is no such name."""
    start, end = hit.start, hit.end
    level = SURROUNDINGS.get(words[start], 0) & CUE if end - start > 1 else 0
    inner = names.get(" ".join(words[start + 1 : end])) if level else None
    return Small(inner, level, (start + 1, end)) if inner is not None and inner.small else None


def _counts(name: PlaceName, flags: int, last_word: str, is_phrase: bool) -> bool:
    """Return whether a place name means a district or village, given the flags of the word before it (see SURROUNDINGS)."""
    if flags & CUE:
        return True
    if name.weak and not flags & OFFICE:
        return False
    if flags & STREET:
        return is_phrase and last_word in DIRECTIONS  # Jl. Cigondewah Kaler clearly has its village's name
    return is_phrase or not flags & HAMLET  # "kampung Loli Oge" is a village: hamlets have names of one word


def _is_small(name: PlaceName) -> bool:
    """Return whether a bare name can mean a district or village: not an everyday word or a province ("Banten" is a village too)."""
    return not name.weak and not any(claim.how == "named" and len(claim.code) == PROVINCE for claim in name.strong)


def _decide(tally: Tally, small: list[Small], words: list[str]) -> PlaceReading:
    provinces = tally.provinces
    if not tally.points:
        return _province(tally, words) or PlaceReading()
    ranked = [
        (score + min(1.0, score / 2, provinces.get(code[:PROVINCE], 0.0)), code) for code, score in tally.points.items()
    ]
    if len(ranked) > 1:
        ranked.sort(key=_best_first)
    best, code = ranked[0]
    if best >= _ACCEPT_FROM:
        if len(ranked) == 1 or best - ranked[1][0] >= _MARGIN:
            return _at(code, tally, small, words)
        rivals = sorted(code for score, code in ranked if best - score < _MARGIN)
        shared = {code[:PROVINCE] for code in rivals}
        if len(shared) == 1:
            spans = _spoken(words, [tally.spans[code]])
            return PlaceReading(lineage(shared.pop()), "named", spans, tuple(rivals))
        if not provinces:
            return PlaceReading(candidates=tuple(rivals))
    return _province(tally, words) or PlaceReading(candidates=tuple(sorted(code for _, code in ranked[:_CANDIDATES])))


def _best_first(item: tuple[float, str]) -> tuple[float, str]:
    return -item[0], item[1]


def _province(tally: Tally, words: list[str]) -> PlaceReading | None:
    """Return the reading for the named province with the highest score; None if this score is below _ACCEPT_FROM or none is named.

    DKI Jakarta is not among these provinces: it counts as a regency.
    """
    if not tally.provinces:
        return None
    code, score = max(tally.provinces.items(), key=lambda item: item[1])
    if score < _ACCEPT_FROM:
        return None
    return PlaceReading(lineage(code), tally.hows[code], _spoken(words, [tally.spans[code]]))


def _at(code: str, tally: Tally, small: list[Small], words: list[str]) -> PlaceReading:
    """Return the reading for a regency, or for DKI Jakarta with its city, with the district and village in it that the text names."""
    spans = [tally.spans[code]]
    inside = [
        entry for entry in small if code in entry.seats and (entry.cued or (not entry.passing and _is_own(entry.name)))
    ]
    if not inside:
        deepest = tally.city_of_dki if code == DKI and tally.city_of_dki else code
        return PlaceReading(lineage(deepest), tally.hows[code], _spoken(words, spans))
    found: dict[int, str] = {}
    for level in (DISTRICT, VILLAGE):
        within = found.get(DISTRICT, code)
        for entry in inside:
            codes = [one for one in entry.codes if len(one) == level and one.startswith(within)]
            if len(codes) == 1 and (entry.cued or level == DISTRICT):
                found.setdefault(level, codes[0])
                spans.append(entry.span)
    deepest = found.get(VILLAGE) or found.get(DISTRICT) or code
    if deepest == DKI and tally.city_of_dki:
        deepest = tally.city_of_dki
    return PlaceReading(lineage(deepest), tally.hows[code], _spoken(words, dict.fromkeys(spans)))


def _is_own(name: PlaceName) -> bool:
    """Return whether a name has several words, or no province or regency clearly has it: then it can mean a district or village."""
    return name.phrase or all(claim.how != "named" for claim in name.strong)


def _spoken(words: list[str], spans: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    return tuple([" ".join(words[start:end]) for start, end in spans if end])


SMALL_WAYS: Final = frozenset(("district", "village"))
"""The ways in which a small place supports a region."""


def lone_regency(small: Sequence[Small], tally: Tally, words: list[str]) -> str:
    """Return the only regency that can have all small places of a text, if nothing else names a region; otherwise an empty text.

    At least one of the places must follow a word of whereabouts ("di Kokop"). If a name is that of one district and of villages elsewhere,
    the district counts.
    """
    if any(how not in SMALL_WAYS for code, how in tally.hows.items() if len(code) > PROVINCE or code == DKI):
        return ""
    located = [entry for entry in small if _is_located(entry, words)]
    pool: frozenset[str] | None = None
    for entry in located:
        seats = entry.seats
        if tally.provinces:
            seats = frozenset([code for code in seats if code[:PROVINCE] in tally.provinces])
        pool = seats if pool is None else pool & seats
    if not pool:
        return ""
    if len(pool) > 1:
        districts = {code for entry in located for code in pool if _has_district(entry, code)}
        pool = frozenset(districts)
    if len(pool) != 1:
        return ""
    (code,) = pool
    tally.spans.setdefault(code, located[0].span)
    tally.hows.setdefault(code, "district")
    return code


def _is_located(entry: Small, words: list[str]) -> bool:
    """Return whether a word of whereabouts comes before a small place that is no everyday word."""
    start = entry.span[0]
    return start > 0 and not entry.name.weak and words[start - 1] in LOCATIVES


def _has_district(entry: Small, seat: str) -> bool:
    return any(len(code) == DISTRICT and code.startswith(seat) for code in entry.codes)
