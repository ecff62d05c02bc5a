"""Which region a text means, from the place names in it and the words around them."""

from collections.abc import Iterable

from normalizer.gazetteer import DISTRICT, PROVINCE, REGENCY, VILLAGE, lineage
from normalizer.placenames import PlaceName
from normalizer.reading import PlaceReading

Hit = tuple[int, int, PlaceName]
"""Start, end, and what the words between can mean."""

DKI = "31"
"""The one province whose cities are administrative: it competes as one place (UU 29/2007)."""

Small = tuple[PlaceName, tuple[str, ...], bool, tuple[int, int], bool]
"""A district's or village's name, its codes at the level that was said, whether one was, the span, whether in passing."""

_CLAIMS = {
    "named": 6.0,
    "alias": 4.0,
    "nickname": 3.5,
    "institution": 3.0,
    "city": 3.2,
    "bare": 3.0,
    "misspelt": 2.5,
    "landmark": 2.5,
    "province": 3.0,
}
"""How strongly a name supports its region, by how it is named."""

_REPEAT = 0.3
"""A name that is said again adds this part."""

_WEAK = 0.3
"""An everyday word that is also a regency's name has this part of the weight."""

_WEAK_CUED = 0.45
"""An everyday word after a level's name ("desa sudah ...") has this part of the weight."""

_PASSING = 0.35
"""Where somebody comes from or goes to has this part of the weight."""

_STREETS = frozenset(
    (b"jl", b"jln", b"jalan", b"jalanan", b"gang", b"gg", b"raya", b"jend", b"bank", b"toko", b"rm", b"perum")
)
"""Words before a name that make it a street, a bank or a shop."""

_ORIGINS = frozenset(
    (b"asal", b"dari", b"ke", b"menuju", b"jurusan", b"tujuan", b"arah", b"ktp", b"kelahiran", b"lahir")
)
"""Words before a name that make it where somebody comes from or goes to."""

_DISTRICT_CUES = frozenset(
    (b"kec", b"kecamatan", b"camat", b"kecmatan", b"kcamatan", b"kecamtan", b"polsek", b"koramil", b"distrik")
)
_VILLAGE_CUES = frozenset(
    (
        *(b"kel", b"kelurahan", b"lurah", b"keluarahan", b"klurahan", b"kelurhan"),
        *(b"desa", b"ds", b"dsa", b"deso", b"kades", b"gampong", b"nagari", b"pekon", b"kuwu", b"kepenghuluan"),
    )
)
_LOCAL_CUES = frozenset(
    (b"di", b"daerah", b"wilayah", b"warga", b"puskesmas", b"kampung", b"kp", b"dusun", b"pasar", b"sekitar")
)

_SUPPORT_CUED, _SUPPORT_MOST, _SUPPORT = 1.2, 2.5, 0.5
"""What a district or village adds to a regency that is claimed otherwise, with (least and most) and without its level's name."""

_OWN_DISTRICT, _OWN_VILLAGE = 2.2, 1.8
"""What a name that only one place has says by itself, without its level's name."""

_ACCEPT_FROM, _MARGIN = 1.6, 0.35
"""A regency is read from this score and this far before the next."""

_MANY = 40
"""A name of more places than this says nothing of itself."""


class _Tally:
    """Scores of the regencies while one text is read."""

    __slots__ = ("city_of_dki", "hows", "points", "provinces", "spans")

    def __init__(self) -> None:
        self.points: dict[str, float] = {}
        self.provinces: dict[str, float] = {}
        self.hows: dict[str, str] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self.city_of_dki: str | None = None

    def claim(self, code: str, weight: float, how: str, span: tuple[int, int]) -> None:
        key = DKI if code[:PROVINCE] == DKI else code[:REGENCY]
        if key == DKI and len(code) >= REGENCY:
            self.city_of_dki = self.city_of_dki or code[:REGENCY]
        table = self.points if key == DKI or len(key) == REGENCY else self.provinces
        before = table.get(key)
        if before is None:
            table[key] = weight
            self.hows[key] = how
            self.spans[key] = span
        else:
            table[key] = max(before, weight) + _REPEAT * min(before, weight)


def resolve(folded: bytes, hits: Iterable[Hit], *, keyword: str | None = None) -> PlaceReading:
    """Return the region that the hits support best; the longest name at a position wins."""
    tally = _Tally()
    small: list[Small] = []
    if keyword:
        tally.claim(keyword, _CLAIMS["named"], "keyword", (0, 0))
    street_to = -1
    for start, end, name in _longest(hits):
        before = folded[max(0, start - 14) : start].rsplit(b" ", 1)[-1]
        if name.small:
            codes, cued = _of_level(name.small, before)
            if cued or before not in _STREETS:
                small.append((name, codes, cued, (start, end), before in _ORIGINS))
                if cued:
                    continue
        if name.strong:
            if before in _STREETS or start == street_to:
                street_to = end - 1  # "jalan Magelang-Jogja" is one street of two names
            else:
                _claim_strong(tally, name, before, (start, end))
    _weigh_small(tally, small)
    return _decide(tally, small, folded)


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    reach = 0
    for hit in sorted(hits, key=_order):
        if hit[0] >= reach - 1:
            kept.append(hit)
            reach = hit[1]
    return kept


def _order(hit: Hit) -> tuple[int, int]:
    return hit[0], -hit[1]


def _of_level(codes: tuple[str, ...], before: bytes) -> tuple[tuple[str, ...], bool]:
    """Return the codes of the level that the word before names, and whether it names one."""
    if before in _DISTRICT_CUES:
        level = tuple(code for code in codes if len(code) == DISTRICT)
        return level or codes, bool(level)
    if before in _VILLAGE_CUES:
        level = tuple(code for code in codes if len(code) == VILLAGE)
        return level or codes, True
    return codes, False


def _claim_strong(tally: _Tally, name: PlaceName, before: bytes, span: tuple[int, int]) -> None:
    factor = _WEAK if name.weak else _PASSING if before in _ORIGINS else 1.0
    hows = dict(name.strong)
    city = any(how == "city" for how in hows.values())
    for code, how in name.strong:
        weight = _CLAIMS[how] * factor
        if how == "bare" and (city or "province" in hows.values()):
            weight *= 0.4
        tally.claim(code, weight, "named" if how in {"bare", "city", "alias", "province"} else how, span)


def _weigh_small(tally: _Tally, small: list[Small]) -> None:
    """Let districts and villages support the regencies that are claimed, the surest first, and claim what nobody does."""
    weighed: list[tuple[float, set[str], Small]] = []
    for entry in small:
        regencies = {DKI if code[:PROVINCE] == DKI else code[:REGENCY] for code in entry[1]}
        if tally.provinces:
            regencies = {code for code in regencies if code[:PROVINCE] in tally.provinces} or regencies
        weighed.append((_own_weight(entry, len(regencies)), regencies, entry))
    weighed.sort(key=_weight_of, reverse=True)
    for weight, regencies, (_, codes, cued, span, _) in weighed:
        both = regencies & tally.points.keys()
        if both:
            support = max(_SUPPORT_CUED, min(weight, _SUPPORT_MOST)) if cued else _SUPPORT
            for code in both:
                tally.points[code] += support
        elif weight:
            how = "district" if len(codes[0]) == DISTRICT else "village"
            for code in regencies:
                tally.claim(code, weight, how, span)


def _weight_of(item: tuple[float, set[str], Small]) -> float:
    return item[0]


def _own_weight(entry: Small, count: int) -> float:
    name, codes, cued, _, passing = entry
    if count > _MANY:
        return 0.0
    if cued:
        return (4.0 if len(codes[0]) == DISTRICT else 3.0) * (_WEAK_CUED if name.weak else 1.0) / count
    if count > 1 and not name.weak and not name.strong and name.specific:
        districts = {code[:REGENCY] for code in codes if len(code) == DISTRICT}
        if len(districts) == 1:
            return _OWN_VILLAGE
    if name.weak or name.strong or count > 1:
        return 0.9 / count if name.specific and not name.weak and not name.strong else 0.0
    base = _OWN_DISTRICT if len(codes[0]) == DISTRICT else _OWN_VILLAGE
    return base * (1.0 if name.specific else 0.5) * (_PASSING if passing else 1.0)


def _decide(tally: _Tally, small: list[Small], folded: bytes) -> PlaceReading:
    provinces = tally.provinces
    scores = {
        code: score + min(1.0, score / 2, provinces.get(code[:PROVINCE], 0.0)) for code, score in tally.points.items()
    }
    if not scores and not provinces:
        return PlaceReading()
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if ranked and ranked[0][1] >= _ACCEPT_FROM:
        best, score = ranked[0]
        if len(ranked) == 1 or score - ranked[1][1] >= _MARGIN:
            return _at(best, tally, small, folded)
        rivals = [code for code, other in ranked if score - other < _MARGIN]
        shared = {code[:PROVINCE] for code in rivals}
        if len(shared) == 1:
            spans = _words(folded, [tally.spans[rivals[0]]])
            return PlaceReading(lineage(shared.pop()), "named", spans, tuple(sorted(rivals)))
        if not provinces:
            return PlaceReading(candidates=tuple(sorted(rivals)))
    if provinces:
        code = max(provinces, key=lambda code: provinces[code])
        if provinces[code] >= _ACCEPT_FROM:
            return PlaceReading(lineage(code), tally.hows[code], _words(folded, [tally.spans[code]]))
    return PlaceReading(candidates=tuple(sorted(code for code, _ in ranked[:5])))


def _at(code: str, tally: _Tally, small: list[Small], folded: bytes) -> PlaceReading:
    """Return the reading at a regency, with the district and village that stand in it."""
    spans = [tally.spans[code]]
    district = village = None
    regency_of_dki = None
    for level in (DISTRICT, VILLAGE):
        for _, codes, cued, span, _ in small:
            within = district or code
            inside = [found for found in codes if len(found) == level and found.startswith(within)]
            if len(inside) == 1 and (cued or level == DISTRICT):
                if level == DISTRICT:
                    district = district or inside[0]
                else:
                    village = village or inside[0]
                spans.append(span)
    if code == DKI:
        found = [name for name in (village, district) if name]
        regency_of_dki = found[0][:REGENCY] if found else tally.city_of_dki
    base = lineage(village or district or regency_of_dki or code)
    return PlaceReading(base, tally.hows[code], _words(folded, dict.fromkeys(spans)))


def _words(folded: bytes, spans: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    return tuple(words for start, end in spans if (words := folded[start:end].decode("ascii").strip()))
