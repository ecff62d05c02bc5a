"""Understands how officers and citizens write the names of public bodies."""

from collections.abc import Iterator
from functools import cache

from normalizer.gazetteer import DISTRICT, PROVINCE, REGENCY, VILLAGE, Gazetteer
from normalizer.text import fold
from router.registry import DKI, Agency, Registry

_NOISE = frozenset(
    (
        *(
            "pt",
            "persero",
            "tbk",
            "ri",
            "republik",
            "indonesia",
            "kepala",
            "kantor",
            "cq",
            "yth",
            "bapak",
            "ibu",
            "bapk",
        ),
        *("pemerintah", "daerah", "setempat", "team", "tim", "pusat", "dan"),
    )
)
"""Words that two writings of one name may or may not have."""

_OFFICES = ("kepala ", "yth ", "bapak ", "bapk ", "ibu ", "team ", "admin ", "plt ")

_LEVELS = {
    "kab": "kabupaten",
    "kabupaten": "kabupaten",
    "kota": "kota",
    "kodya": "kota",
    "kotamadya": "kota",
    "provinsi": "provinsi",
    "propinsi": "provinsi",
    "prov": "provinsi",
    "administrasi": "kota",
}


def resolve(registry: Registry, name: str, region: str | None) -> Agency | None:
    """Return the body that the name means, the given region helping where the name has no place."""
    words = fold(name).decode("ascii")
    for office in _OFFICES:
        words = words.removeprefix(office)
    if not words:
        return None
    exact = registry.get(name.strip()) or registry.bodies.get(_national(registry).get(_key(words), ""))
    if exact and (exact.region or region is None or not _unit_of(registry, words)):
        return exact
    return _district(registry, words, region) or _local(registry, words, region) or exact


def search(registry: Registry, text: str, limit: int) -> list[Agency]:
    """Return the bodies whose name or alias holds every word of the text, the shortest names first."""
    wanted = fold(text).decode("ascii").split()
    if not wanted:
        return []
    found: dict[str, Agency] = {}
    best = resolve(registry, text, None)
    if best:
        found[best.id] = best
    rows = ((agency, name) for agency in registry.bodies.values() for name in (agency.name, *agency.aliases))
    ranked = sorted(
        ((len(name), agency.id) for agency, name in rows if _holds(fold(name).decode("ascii"), wanted)),
    )
    for _, key in ranked:
        found.setdefault(key, registry.bodies[key])
    if len(found) < limit:
        for agency in _local_matches(registry, wanted):
            found.setdefault(agency.id, agency)
            if len(found) >= limit:
                break
    return list(found.values())[:limit]


def _holds(name: str, wanted: list[str]) -> bool:
    words = name.split()
    return all(any(word.startswith(want) for word in words) for want in wanted)


def _local_matches(registry: Registry, wanted: list[str]) -> Iterator[Agency]:
    for code, place in registry.gazetteer.names.items():
        if len(code) > REGENCY:
            continue
        have = fold(place).decode("ascii").split()
        rest = [want for want in wanted if want not in have and want not in _LEVELS]
        if len(rest) == len(wanted):
            continue
        for unit, template in registry.units.items():
            names = (template["name"], *template["aliases"])
            if rest and any(_holds(fold(name).decode("ascii"), rest) for name in names):
                agency = registry.unit(unit, code)
                if agency:
                    yield agency


def _key(words: str) -> str:
    return " ".join(word for word in words.split() if word not in _NOISE) or words


@cache
def _national(registry: Registry) -> dict[str, str]:
    table: dict[str, str] = {}
    for agency in registry.bodies.values():
        for name in (agency.name, *agency.aliases):
            table.setdefault(_key(fold(name).decode("ascii")), agency.id)
    return table


@cache
def _units(registry: Registry) -> dict[str, str]:
    table: dict[str, str] = {}
    for unit, template in registry.units.items():
        for name in (template["name"].replace("{place}", ""), *template["aliases"]):
            table.setdefault(_key(fold(name).decode("ascii")), unit)
    for names in registry.local_names.values():
        for unit, name in names.items():
            table.setdefault(_key(fold(name).decode("ascii")), unit)
    return table


def _unit_of(registry: Registry, words: str) -> str | None:
    return _units(registry).get(_key(words))


def _split(registry: Registry, words: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (what stands before the place, level word, codes of the place), the longest place first."""
    parts = words.split()
    places = _places(registry.gazetteer)
    for at in range(len(parts)):
        codes = places.get(" ".join(parts[at:]))
        if codes:
            level = _LEVELS.get(parts[at - 1], "") if at else ""
            head = [word for word in parts[:at] if word not in _LEVELS]
            if level and not any(_matches(code, level) for code in codes):
                continue
            yield " ".join(head), level, tuple(code for code in codes if not level or _matches(code, level))


def _matches(code: str, level: str) -> bool:
    if level == "provinsi":
        return len(code) == PROVINCE
    return len(code) == REGENCY and (code[3] == "7") == (level == "kota")


@cache
def _places(gazetteer: Gazetteer) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for code, name in gazetteer.names.items():
        if len(code) <= REGENCY:
            bare = fold(name).decode("ascii").removeprefix("kota ").removeprefix("kabupaten ")
            table.setdefault(bare, []).append(code)
            if code[:PROVINCE] == DKI and len(code) == REGENCY:
                table.setdefault(f"administrasi {bare}", []).append(code)
    table.setdefault("jakarta", []).append(DKI)
    return table


def _local(registry: Registry, words: str, region: str | None) -> Agency | None:
    for head, _, codes in _split(registry, words):
        unit = _unit_of(registry, head) if head else "pemda"
        if not unit:
            continue
        near = [code for code in codes if region and code[:PROVINCE] == region[:PROVINCE]] or list(codes)
        ordered = sorted(near, key=lambda code: (code != region, len(code) != REGENCY, code[3:4] != "7"))
        for code in ordered:
            agency = registry.unit(unit, DKI if code[:PROVINCE] == DKI else code)
            if agency:
                return agency
    unit = _unit_of(registry, words)
    if unit and region:
        seat = registry.seat(region)
        return registry.unit(unit, seat) or registry.unit(unit, seat[:PROVINCE])
    return None


def _district(registry: Registry, words: str, region: str | None) -> Agency | None:
    kind, _, rest = words.partition(" ")
    size = {"kecamatan": DISTRICT, "kec": DISTRICT, "kelurahan": VILLAGE, "kel": VILLAGE, "desa": VILLAGE}.get(kind)
    if not size:
        return None
    name, places = rest, _places(registry.gazetteer)
    parts = rest.split()
    within = region
    for at in range(1, len(parts)):
        codes = places.get(" ".join(parts[at:]))
        if codes and parts[at - 1] in _LEVELS:
            level = _LEVELS[parts[at - 1]]
            within = next((code for code in codes if _matches(code, level)), region)
            name = " ".join(parts[: at - 1])
            break
    for code in _small_places(registry.gazetteer).get(name, ()):
        if len(code) == size and within and code.startswith(within):
            return registry.get(f"{'kec' if size == DISTRICT else 'kel'}-{code}")
    return None


@cache
def _small_places(gazetteer: Gazetteer) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for code, name in gazetteer.names.items():
        if len(code) > REGENCY:
            table.setdefault(fold(name).decode("ascii"), []).append(code)
    return table
