"""Which region a text means, from the place names in it and the words around them."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from normalizer.gazetteer import DISTRICT, PROVINCE, VILLAGE, lineage
from normalizer.lexicon import Lexicon
from normalizer.placenames import DKI, PlaceName
from normalizer.reading import PlaceReading
from normalizer.surroundings import CUE, DIRECTIONS, HAMLET, OFFICE, ORIGIN, STREET, SURROUNDINGS
from normalizer.tally import Small, Tally

Hit = tuple[int, int, str]
"""Start, end with its sign turned (so that the longest comes first in order), and the name."""

_KEYWORD = 4.5
"""What an SMS keyword or a chosen region says: as much as the level and the name together."""

_TITLE = 1.25
"""A place in the title weighs so much more."""

_LEAD_CHARS, _STORY = 400, 0.6
"""A place that is named only in the course of the story weighs less."""

_ACCEPT_FROM, _MARGIN = 1.6, 0.35
"""A regency is read from this score and this far before the next."""

_NAME_WORDS, _NAME_CHARS = 3, 48
"""So much is looked at after a level's name."""

_SMALL_WAYS = frozenset(("district", "village"))

_OPEN_FROM = 1.2
"""From this score a regency that is not sure is open, and not only thinkable."""

_TIE_BREAK, _FEW = 0.4, 3
"""What an everyday word adds that so few places have as their name, where the place is open otherwise."""

_KE_CHARS = 4
"""Between the two ends of "jalan dari X ke Y" stands nothing but the "ke"."""

_NOWHERE = PlaceReading()
_CANDIDATES = 5


def resolve(
    folded: bytes, hits: list[Hit], lexicon: Lexicon, *, levels: Sequence[int] = (), keyword: str | None = None
) -> PlaceReading:
    """Return the region that the names support best; the longest name at a position wins.

    Args:
        folded: the haystack.
        hits: the names that were found in it.
        lexicon: what the names mean.
        levels: where the names of levels stand ("desa"), after which everyday words are names too.
        keyword: the Kemendagri code that was given beside the text.
    """
    if levels:
        hits = hits + _after_levels(folded, levels, lexicon)
    if not hits and not keyword:
        return _NOWHERE
    tally = Tally()
    if keyword:
        tally.claim(keyword, _KEYWORD, "keyword", (0, 0))
    small, between = _collect(tally, folded, hits, lexicon)
    if small:
        tally.weigh(small)
    reading = _decide(tally, small, folded)
    if _is_open(reading, tally) and _break_tie(tally, folded, lexicon):
        reading = _decide(tally, small, folded)
    return reading._replace(between=True) if between else reading


def _is_open(reading: PlaceReading, tally: Tally) -> bool:
    """Whether a village or district is said that several regencies have; several regencies named are no question."""
    rivals = reading.candidates
    return len(rivals) > 1 and all(
        tally.points.get(code, 0.0) >= _OPEN_FROM and tally.hows[code] in _SMALL_WAYS for code in rivals
    )


def _break_tie(tally: Tally, folded: bytes, lexicon: Lexicon) -> bool:
    """Let everyday words that are also names of few places speak, where the rest leaves several regencies open."""
    words = folded.decode("ascii").split()
    spoken = False
    for name in map(lexicon.names.get, dict.fromkeys((*words, *map(" ".join, pairwise(words))))):
        if name and name.weak and not name.strong and len(name.seats) <= _FEW:
            for code in name.seats & tally.points.keys():
                tally.points[code] += _TIE_BREAK
                spoken = True
    return spoken


def _after_levels(folded: bytes, levels: Sequence[int], lexicon: Lexicon) -> list[Hit]:
    """Return the everyday words that stand as names after a level's name; their numbers are those of no pattern."""
    hits: list[Hit] = []
    for start in levels:
        begin = folded.find(b" ", start + 1)
        words = folded[begin + 1 : begin + _NAME_CHARS].decode("ascii").split()[:_NAME_WORDS]
        for count in range(len(words), 0, -1):
            written = " ".join(words[:count])
            name = lexicon.names.get(written)
            if name and name.weak and not name.strong:
                hits.append((begin, -(begin + len(written) + 2), written))
                break
    return hits


def _collect(tally: Tally, folded: bytes, hits: list[Hit], lexicon: Lexicon) -> tuple[list[Small], bool]:
    """Count the provinces and regencies, and return the smaller places and whether a road between two places is named."""
    small: list[Small] = []
    street_to = from_to = -1
    between = False
    title_end = folded.find(b" | ")
    reach = 0
    surroundings, names = SURROUNDINGS.get, lexicon.names.get
    hits.sort()
    for start, minus_end, written in hits:
        if start < reach - 1:
            continue
        reach = end = -minus_end
        name = names(written)
        if name is None:
            continue
        flags = surroundings(folded[folded.rfind(b" ", 0, start) + 1 : start], 0)
        if flags:
            flags, is_from = _checked(flags, folded, (start, minus_end, written), lexicon)
            if flags & ORIGIN or is_from:
                from_to = end - 1 if is_from else from_to
                between = between or (from_to < start <= from_to + _KE_CHARS)
        if name.small and (_counts(name, flags, folded, start, end) if flags else not name.weak):
            entry = Small(name, flags, (start, end))
            small.append(entry)
            if entry.cued:
                continue
        if name.strong:
            continued = start == street_to and not name.strong[0][2]
            between = between or continued
            if flags & STREET or continued:
                street_to = end - 1  # "jalan Magelang-Jogja" is one street of two names
            else:
                where = _TITLE if start < title_end else 1.0 if start < _LEAD_CHARS else _STORY
                tally.claim_strong(name, flags, (start, end), where)
    return small, between


def _checked(flags: int, folded: bytes, hit: Hit, lexicon: Lexicon) -> tuple[int, bool]:
    """Return what the word before a name really makes of it, and whether a road begins there."""
    start, minus_end, written = hit
    if flags & STREET and not _is_street(folded, start, written, lexicon):
        return 0, False
    return _origin(folded, start, -minus_end, flags) if flags & ORIGIN else (flags, False)


def _is_street(folded: bytes, start: int, written: str, lexicon: Lexicon) -> bool:
    """Whether a name after "jalan" or "raya" is the street's: not in "jalan dijepara" and not in "Kemang Raya Jakarta"."""
    if written.startswith("di") and lexicon.names.get(written[2:]):
        return False
    before = folded[max(0, start - 12) : start]
    return not before.endswith(b" raya") or before.endswith((b"jalan raya", b"jl raya", b"jln raya"))


def _origin(folded: bytes, start: int, end: int, flags: int) -> tuple[int, bool]:
    """Return the flags of a name after a word of coming or going, and whether a road begins there."""
    before = folded[max(0, start - 30) : start]
    if before.endswith(b"pindah dari") or folded.startswith((b"tempat saya tinggal", b"tempat tinggal saya"), end):
        return 0, False  # the papers of a move are given out where one leaves
    return flags, before.endswith(b"dari") and b"jalan" in before


def _counts(name: PlaceName, flags: int, folded: bytes, start: int, end: int) -> bool:
    """Whether a name is to be read as a district's or village's here."""
    if flags & CUE:
        return True
    if name.weak and not flags & OFFICE:
        return False
    if flags & STREET:
        words = folded[start:end].split()
        return len(words) > 1 and words[-1] in DIRECTIONS  # Jl. Cigondewah Kaler is plainly its village's
    return not flags & HAMLET


def _decide(tally: Tally, small: list[Small], folded: bytes) -> PlaceReading:
    provinces = tally.provinces
    if not tally.points:
        return _province(tally, folded) or _NOWHERE
    ranked = [
        (score + min(1.0, score / 2, provinces.get(code[:PROVINCE], 0.0)), code) for code, score in tally.points.items()
    ]
    if len(ranked) > 1:
        ranked.sort(key=_best_first)
    best, code = ranked[0]
    if best >= _ACCEPT_FROM:
        if len(ranked) == 1 or best - ranked[1][0] >= _MARGIN:
            return _at(code, tally, small, folded)
        rivals = sorted(code for score, code in ranked if best - score < _MARGIN)
        shared = {code[:PROVINCE] for code in rivals}
        if len(shared) == 1:
            spans = _words(folded, [tally.spans[code]])
            return PlaceReading(lineage(shared.pop()), "named", spans, tuple(rivals))
        if not provinces:
            return PlaceReading(candidates=tuple(rivals))
    return _province(tally, folded) or PlaceReading(candidates=tuple(sorted(code for _, code in ranked[:_CANDIDATES])))


def _best_first(item: tuple[float, str]) -> tuple[float, str]:
    return -item[0], item[1]


def _province(tally: Tally, folded: bytes) -> PlaceReading | None:
    """Return the reading at the province that is named, None where none is."""
    if not tally.provinces:
        return None
    code, score = max(tally.provinces.items(), key=lambda item: item[1])
    if score < _ACCEPT_FROM:
        return None
    return PlaceReading(lineage(code), tally.hows[code], _words(folded, [tally.spans[code]]))


def _at(code: str, tally: Tally, small: list[Small], folded: bytes) -> PlaceReading:
    """Return the reading at a regency, with the district and village that stand in it."""
    spans = [tally.spans[code]]
    inside = [
        entry for entry in small if code in entry.seats and (entry.cued or (not entry.passing and _is_own(entry.name)))
    ]
    if not inside:
        deepest = tally.city_of_dki if code == DKI and tally.city_of_dki else code
        return PlaceReading(lineage(deepest), tally.hows[code], _words(folded, spans))
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
    return PlaceReading(lineage(deepest), tally.hows[code], _words(folded, dict.fromkeys(spans)))


def _is_own(name: PlaceName) -> bool:
    """Whether a name is the smaller place's own, and not that of its regency."""
    return name.phrase or all(how != "named" for _, _, _, how in name.strong)


def _words(folded: bytes, spans: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    return tuple([words for start, end in spans if (words := folded[start:end].decode("ascii").strip())])
