"""Finds agencies by words of their names."""

from collections.abc import Iterator

from normalizer.places.gazetteer import REGENCY
from normalizer.text import fold
from router.agencies.registry import Agency, Registry
from router.agencies.resolve import resolve

_LEVELS = frozenset(("kab", "kabupaten", "kota", "prov", "provinsi"))


def search(registry: Registry, text: str, limit: int = 10) -> list[Agency]:
    """Return at most `limit` agencies for a text of words or beginnings of words; empty if the text has no word.

    The agency that the text means as a name comes first, then listed (mostly national) ones, shortest name first, then local units. Each
    word of the text must begin a word of one of the agency's names. A local unit is found only if the text also has a whole word of the
    name of its province or regency; that word and words for a level ("kota") need not be in the unit's own name.
    """
    wanted = fold(text).decode("ascii").split()
    if not wanted:
        return []
    best = resolve(registry, text, None)
    found: dict[str, Agency] = {best.id: best} if best else {}
    rows = (
        (agency, name)
        for agency in registry.bodies.values()
        for name in (agency.name, *agency.aliases, *registry.written.get(agency.id, ()))
    )
    ranked = sorted((len(name), agency.id) for agency, name in rows if _holds(fold(name).decode("ascii"), wanted))
    for _, key in ranked:
        found.setdefault(key, registry.bodies[key])
    if len(found) < limit:
        for agency in _local(registry, wanted):
            found.setdefault(agency.id, agency)
            if len(found) >= limit:
                break
    return list(found.values())[:limit]


def _holds(name: str, wanted: list[str]) -> bool:
    words = name.split()
    return all(any(word.startswith(want) for word in words) for want in wanted)


def _local(registry: Registry, wanted: list[str]) -> Iterator[Agency]:
    """Yield the local units whose place has one of the wanted words as a whole word, and whose names have words that begin with the others.

    A unit's names are the usual ones and those that its government's allotment gives it, today or in another edition.
    """
    for code, place in registry.gazetteer.names.items():
        if len(code) > REGENCY:
            continue
        have = fold(place).decode("ascii").split()
        rest = [want for want in wanted if want not in have and want not in _LEVELS]
        if len(rest) == len(wanted) or not rest:
            continue
        own, further = registry.local_names.get(code, {}), registry.local_aliases.get(code, {})
        for unit, template in registry.units.items():
            names = [template["name"], *template["aliases"], *registry.written.get(unit, ())]
            names += [*([own[unit]] if unit in own else []), *further.get(unit, ())]
            if any(_holds(fold(name).decode("ascii"), rest) for name in names):
                agency = registry.unit(unit, code)
                if agency:
                    yield agency
