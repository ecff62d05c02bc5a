"""Which region a text means, from the place names in it and the words around them."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from normalizer.places.context import CUE, DIRECTIONS, HAMLET, OFFICE, ORIGIN, STREET, SURROUNDINGS
from normalizer.places.gazetteer import DISTRICT, PROVINCE, VILLAGE, lineage
from normalizer.places.names import DKI, PlaceName, PlaceNames, PlaceNode
from normalizer.places.roads import Road, is_street, origin
from normalizer.places.scores import Small, Tally
from normalizer.results import PlaceReading
from normalizer.text import BREAK


class PlaceHit:
    """A name of a place, as it occurs in a text.

    Attributes:
        start: the position of its first word.
        end: the position after its last word.
        name: what it can mean.
    """

    __slots__ = ("end", "name", "start")

    def __init__(self, start: int, end: int, name: PlaceName) -> None:
        self.start = start
        self.end = end
        self.name = name


_KEYWORD = 4.5
"""What an SMS keyword or a chosen region says: as much as the level and the name together."""

_TITLE = 1.25
"""A place in the title weighs so much more."""

_LEAD_WORDS, _STORY = 62, 0.6
"""A place that is named only in the course of the story weighs less."""

_ACCEPT_FROM, _MARGIN = 1.6, 0.35
"""A regency is read from this score and this far before the next."""

_NAME_WORDS = 3
"""So many words are looked at after a level's name."""

_SMALL_WAYS = frozenset(("district", "village"))

_OPEN_FROM = 1.2
"""From this score a regency that is not sure is open, and not only thinkable."""

_TIE_BREAK, _FEW = 0.4, 3
"""What an everyday word adds that so few places have as their name, where the place is open otherwise."""

_PASSING_WORDS = frozenset(("melamar", "lamaran", "kelahiran", "alumni", "merantau"))
_PASSING_REACH = 4
"""So near after one of these a place is one of the teller's life and not of the event."""

_CANDIDATES = 5


def longest(node: PlaceNode, words: list[str], at: int) -> PlaceHit | None:
    """Return the longest name of a place at a position, None where there is none.

    Args:
        node: of the word that stands there.
        words: of the text; the last is no part of any name.
        at: the position.
    """
    end = at + 1
    place = node.place
    found = end
    going = node.after(words[end])
    while going is not None:
        end += 1
        if going.place is not None:
            place, found = going.place, end
        going = going.after(words[end])
    return PlaceHit(at, found, place) if place is not None else None


def behind_level(node: PlaceNode | None, names: PlaceNames, words: list[str], at: int) -> PlaceHit | None:
    """Return the everyday words that stand as a name behind a level's name, None where there are none or another name is longer.

    Args:
        node: of the word that stands there, None where no name begins with it.
        names: what the names mean.
        words: of the text.
        at: the position behind the level's name.
    """
    other = longest(node, words, at) if node is not None else None
    for size in range(_NAME_WORDS, other.end - at if other else 0, -1):
        name = names.everyday(" ".join(words[at : at + size]))
        if name is not None:
            return PlaceHit(at, at + size, name)
    return None


def resolve(
    words: list[str], hits: Sequence[PlaceHit], names: PlaceNames, *, keyword: str | None = None
) -> PlaceReading:
    """Return the region that the names support best.

    Args:
        words: of the text.
        hits: the names that were found in it, in their order, none over another.
        names: what all names mean.
        keyword: the Kemendagri code that was given beside the text.
    """
    if not hits and not keyword:
        return PlaceReading()
    tally = Tally()
    if keyword:
        tally.claim(keyword, _KEYWORD, "keyword", (0, 0))
    small, between = _collect(tally, words, hits, names)
    if small:
        tally.weigh(small)
    reading = _decide(tally, small, words)
    if _is_open(reading, tally) and _break_tie(tally, words, names):
        reading = _decide(tally, small, words)
    reading.between = between
    return reading


def _is_open(reading: PlaceReading, tally: Tally) -> bool:
    """Whether a village or district is said that several regencies have; several regencies named are no question."""
    rivals = reading.candidates
    return len(rivals) > 1 and all(
        tally.points.get(code, 0.0) >= _OPEN_FROM and tally.hows[code] in _SMALL_WAYS for code in rivals
    )


def _break_tie(tally: Tally, words: list[str], names: PlaceNames) -> bool:
    """Let everyday words that are also names of few places speak, where the rest leaves several regencies open."""
    spoken = False
    for name in map(names.everyday, dict.fromkeys((*words, *map(" ".join, pairwise(words))))):
        if name and len(name.seats) <= _FEW:
            for code in name.seats:
                if code in tally.points:
                    tally.points[code] += _TIE_BREAK
                    spoken = True
    return spoken


def _collect(tally: Tally, words: list[str], hits: Sequence[PlaceHit], names: PlaceNames) -> tuple[list[Small], bool]:
    """Count the provinces and regencies, and return the smaller places and whether a road between two regencies is named."""
    small: list[Small] = []
    road = Road()
    title_end = words.index(BREAK)
    for hit in hits:
        start, end, name = hit.start, hit.end, hit.name
        flags = SURROUNDINGS.get(words[start - 1], 0) if start else 0
        is_from = False
        if flags:
            if flags & STREET and not is_street(words, start, names):
                flags = 0
            elif flags & ORIGIN:
                flags, is_from = origin(words, start, end, flags)
        elif not _PASSING_WORDS.isdisjoint(words[max(0, start - _PASSING_REACH) : start]):
            flags = ORIGIN
        if name.small and (_counts(name, flags, words[end - 1], start + 1 < end) if flags else not name.weak):
            entry = Small(name, flags, (start, end))
            small.append(entry)
            if entry.cued:
                continue
        if name.strong and not road.takes(name, flags, (start, end), is_from=is_from):
            where = _TITLE if start < title_end else 1.0 if start < _LEAD_WORDS else _STORY
            tally.claim_strong(name, flags, (start, end), where)
    return small, road.between


def _counts(name: PlaceName, flags: int, last_word: str, is_phrase: bool) -> bool:
    """Whether a name is to be read as a district's or village's here."""
    if flags & CUE:
        return True
    if name.weak and not flags & OFFICE:
        return False
    if flags & STREET:
        return is_phrase and last_word in DIRECTIONS  # Jl. Cigondewah Kaler is plainly its village's
    return not flags & HAMLET


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
    """Return the reading at the province that is named, None where none is."""
    if not tally.provinces:
        return None
    code, score = max(tally.provinces.items(), key=lambda item: item[1])
    if score < _ACCEPT_FROM:
        return None
    return PlaceReading(lineage(code), tally.hows[code], _spoken(words, [tally.spans[code]]))


def _at(code: str, tally: Tally, small: list[Small], words: list[str]) -> PlaceReading:
    """Return the reading at a regency, with the district and village that stand in it."""
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
    """Whether a name is the smaller place's own, and not that of its regency."""
    return name.phrase or all(claim.how != "named" for claim in name.strong)


def _spoken(words: list[str], spans: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    return tuple([" ".join(words[start:end]) for start, end in spans if end])
