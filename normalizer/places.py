"""Which region a text means, from the place names in it and the words around them."""

from collections.abc import Iterable, Mapping

from normalizer.gazetteer import PROVINCE, REGENCY, lineage
from normalizer.reading import PlaceReading

Hit = tuple[int, int, tuple[tuple[str, str], ...]]
"""Start, end, and the (code, how) that the words can mean."""

_CLAIMS = {"named": 4.0, "nickname": 3.0, "bare": 2.0}
"""How strongly a name supports its region: said with its level, a nickname, or the bare name that two levels may share."""


def resolve(folded: bytes, hits: Iterable[Hit], *, keyword: str | None = None) -> PlaceReading:
    """Return the region that the hits support best; the longest name at a position wins."""
    scores: dict[str, float] = {}
    how: dict[str, str] = {}
    spans: dict[str, str] = {}
    for start, end, meanings in _longest(hits):
        codes = _meant(meanings, scores)
        for code, manner in codes.items():
            scores[code] = scores.get(code, 0.0) + _CLAIMS[manner] / len(codes)
            how.setdefault(code, "named" if manner == "bare" else manner)
            spans.setdefault(code, folded[start:end].decode("ascii").strip())
    if keyword:
        scores[keyword] = scores.get(keyword, 0.0) + 3.0
        how.setdefault(keyword, "keyword")
    return _decide(scores, how, spans)


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if not kept or hit[0] >= kept[-1][1] - 1:
            kept.append(hit)
    return kept


def _meant(meanings: tuple[tuple[str, str], ...], scores: Mapping[str, float]) -> dict[str, str]:
    """Of the regions that share a name, keep those already supported; a city before the regency of its name."""
    codes = dict(meanings)
    if len(codes) == 1:
        return codes
    named = {code: how for code, how in codes.items() if how != "bare"}
    if named:
        return named
    supported = {code: how for code, how in codes.items() if code in scores or code[:PROVINCE] in scores}
    return supported or codes


def _decide(scores: Mapping[str, float], how: Mapping[str, str], spans: Mapping[str, str]) -> PlaceReading:
    regencies = {
        code: score + scores.get(code[:PROVINCE], 0.0) for code, score in scores.items() if len(code) >= REGENCY
    }
    if regencies:
        best = max(regencies.values())
        top = [code for code, score in regencies.items() if score >= best - 1e-9]
        if len(top) == 1:
            code = top[0]
            return PlaceReading(
                codes=lineage(code), how=how[code], spans=tuple(spans[c] for c in (code, code[:PROVINCE]) if c in spans)
            )
        provinces = {code[:PROVINCE] for code in top}
        if len(provinces) == 1:
            return PlaceReading(
                codes=lineage(provinces.pop()), how="named", spans=_spans(spans, top), candidates=tuple(sorted(top))
            )
        return PlaceReading(candidates=tuple(sorted(top)))
    if scores:
        code = max(scores, key=lambda code: scores[code])
        return PlaceReading(codes=lineage(code), how=how[code], spans=_spans(spans, [code]))
    return PlaceReading()


def _spans(spans: Mapping[str, str], codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(spans[code] for code in codes if code in spans))
