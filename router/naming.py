"""Understands how officers and citizens write the names of public bodies."""

import re
from collections.abc import Iterator
from functools import lru_cache

from normalizer.gazetteer import DISTRICT, PROVINCE, REGENCY, VILLAGE
from normalizer.placenames import place_names
from normalizer.text import fold
from router.registry import DKI, Agency, Registry

_NOISE = frozenset(
    (
        *("pt", "persero", "tbk", "ri", "republik", "indonesia", "kepala", "kantor", "yth", "bapak", "ibu", "bapk"),
        *("pemerintah", "daerah", "setempat", "team", "tim", "pusat", "dan", "setda", "pimpinan", "admin", "plt"),
    )
)
"""Words that two writings of one name may or may not have."""

_SPELLINGS = {
    "kementrian": "kementerian",
    "kemen": "kementerian",
    "jendral": "jenderal",
    "pemukiman": "permukiman",
    "komomunikasi": "komunikasi",
    "propinsi": "provinsi",
    "prov": "provinsi",
    "kab": "kabupaten",
    "kodya": "kota",
    "kotamadya": "kota",
    "kec": "kecamatan",
    "kel": "kelurahan",
    "dirjen": "ditjen",
    "catatan": "pencatatan",
    "sudin": "suku dinas",
    "kanwil": "kantor wilayah",
    "resort": "resor",
    "kadis": "dinas",
    "kadin": "dinas",
    "bpkb": "badan",
}
"""Spellings of one word, brought to one."""

_LEVELS = frozenset(("kabupaten", "kota", "provinsi", "administrasi"))

_LOOSE = frozenset(("institution", "landmark", "nickname"))
"""Ways to name a place that are no name of it."""

_BRANCH_WORDS = frozenset(
    (
        *("kc", "kcu", "kacab", "cab", "cabang", "kab", "area", "rayon", "mpc", "unit", "kcp", "kk", "up3", "ulp"),
        *("kelas", "i", "ii", "iii", "khusus", "tpi", "regional", "divisi", "viii", "vii", "vi", "iv", "v", "utama"),
    )
)
"""Words between a national body's name and the town of its branch."""

_BRANCHES = {
    "bpjs-kes": "bpjskes-kc",
    "bpjs-tk": "bpjstk-kc",
    "atr-bpn": "kantah",
    "ditjen-imigrasi": "kanim",
    "kemenag": "kankemenag",
    "pos": "kantorpos",
    "pln": "pln-up3",
    "djp": "kpp",
    "bps": "bps-kab",
}
"""The unit that is the branch of a national body in a town."""


def resolve(registry: Registry, name: str, region: str | None = None) -> Agency | None:
    """Return the body that an officer means by a name, None where the registry has none such.

    Args:
        registry: the bodies that there are.
        name: as written, with or without its place.
        region: the Kemendagri code of the place that is talked of; it helps where the name has no place.
    """
    known = registry.get(name.strip())
    if known:
        return known
    learnt = registry.learnt_names.get(fold(name).decode("ascii"))
    if learnt and not region:
        return registry.get(learnt)
    for part in re.split(r"[;\n]|,\s*(?=(?:[Dd]is|[Kk]ec|[Kk]el|BPJS))|\bcq\b", name):
        words = " ".join(_SPELLINGS.get(word, word) for word in fold(part).decode("ascii").split())
        if words:
            found = _resolve(registry, words, region)
            if found:
                return found
    return registry.get(learnt) if learnt else None


def _resolve(registry: Registry, words: str, region: str | None) -> Agency | None:
    exact = _national(registry, words)
    unit = _unit_of(registry, words)
    if exact and (region is None or not unit or "national" in registry.units[unit]):
        return exact
    if unit and region:
        return _of_region(registry, words, region)
    return (
        _small(registry, words, region)
        or _at_place(registry, words, region)
        or _of_region(registry, words, region)
        or exact
        or _before_comma(registry, words)
    )


def _key(words: str) -> str:
    return " ".join(word for word in words.split() if word not in _NOISE) or words


def _national(registry: Registry, words: str) -> Agency | None:
    key = _national_names(registry).get(_key(words))
    return registry.bodies[key] if key else None


def _unit_of(registry: Registry, words: str) -> str | None:
    return _unit_names(registry).get(_key(words))


@lru_cache(maxsize=4)
def _national_names(registry: Registry) -> dict[str, str]:
    table: dict[str, str] = {}
    for agency in registry.bodies.values():
        for name in (agency.name, *agency.aliases):
            table.setdefault(_key(_clean(name)), agency.id)
    return table


@lru_cache(maxsize=4)
def _unit_names(registry: Registry) -> dict[str, str]:
    table: dict[str, str] = {}
    for unit, template in registry.units.items():
        for name in (template["name"].replace("{place}", ""), *template["aliases"]):
            table.setdefault(_key(_clean(name)), unit)
    for names in registry.local_names.values():
        for unit, name in names.items():
            table.setdefault(_key(_clean(name)), unit)
    return table


def _clean(name: str) -> str:
    return " ".join(_SPELLINGS.get(word, word) for word in fold(name).decode("ascii").split())


def _places(registry: Registry, words: str) -> tuple[str, ...]:
    """Return the regencies and provinces that the words name, best first."""
    name = place_names(registry.gazetteer).get(words)
    if not name:
        return ()
    strong = tuple(code for code, _, _, how in name.strong if how not in _LOOSE)
    regencies = tuple(dict.fromkeys(code[:REGENCY] for code in name.small))
    return strong or (regencies if len(regencies) == 1 else ())


def _splits(registry: Registry, words: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (what stands before the place, the level that is said, codes of the place), the longest place first."""
    parts = words.split()
    for at in range(len(parts)):
        codes = _places(registry, " ".join(parts[at:]))
        if codes:
            level = parts[at - 1] if at and parts[at - 1] in _LEVELS else ""
            fitting = tuple(code for code in codes if not level or _is_level(code, level))
            if fitting:
                yield " ".join(word for word in parts[:at] if word not in _LEVELS), level, fitting


def _is_level(code: str, level: str) -> bool:
    if level == "provinsi":
        return len(code) == PROVINCE
    return len(code) == REGENCY and (level == "administrasi" or (code[3] == "7") == (level == "kota"))


def _at_place(registry: Registry, words: str, region: str | None) -> Agency | None:
    """Return a unit or a branch whose place stands in its name."""
    for head, level, codes in _splits(registry, words):
        if len(codes[0]) == PROVINCE and not level and any(True for _ in _splits(registry, _tail_of(words, head))):
            found = _at_place(registry, _tail_of(words, head), codes[0])  # "... Kabupaten Badung-Bali"
            if found:
                return found
        near = [code for code in codes if region and code[:PROVINCE] == region[:PROVINCE]] or list(codes)
        city = level != "kabupaten"
        ordered = sorted(near, key=lambda code: (code != region, len(code) != REGENCY, (code[3:4] == "7") != city))
        for unit in _units_for(registry, head):
            for code in ordered:
                agency = _located(registry, unit, code)
                if agency:
                    return agency
        national = _national(registry, head)
        if national:
            return national
    return None


def _tail_of(words: str, head: str) -> str:
    """Return the words before a place at the end, their levels kept."""
    parts = words.split()
    while parts and " ".join(word for word in parts if word not in _LEVELS) != head:
        parts.pop()
    return " ".join(parts)


def _units_for(registry: Registry, head: str) -> list[str]:
    """Return the units that the words before a place can name: all of them, without branch words, or their longest beginning."""
    if not head:
        return ["pemda"]
    words = head.removeprefix("suku ").split()
    plain = [word for word in words if word not in _BRANCH_WORDS]
    exact = _unit_of(registry, " ".join(words)) or _unit_of(registry, " ".join(plain))
    national = _national(registry, " ".join(words)) or _national(registry, " ".join(plain))
    if national and national.id in _BRANCHES:
        return [_BRANCHES[national.id]]
    if exact:
        return [exact]
    if national:
        return []
    longest = _beginning(registry, words)
    return [longest] if longest else []


def _beginning(registry: Registry, words: list[str]) -> str | None:
    """Return the unit whose name the words begin with ("rsud dr ...", "dinas perdagangan koperasi ...")."""
    for size in range(len(words) - 1, 0, -1):
        unit = _unit_of(registry, " ".join(words[:size]))
        if unit and (size > 1 or words[0] in {"rsud", "puskesmas", "pdam", "polres", "polsek"}):
            return unit
    return None


def _located(registry: Registry, unit: str, code: str) -> Agency | None:
    seat = DKI if code[:PROVINCE] == DKI and "national" not in registry.units[unit] else code
    found = registry.unit(unit, seat)
    if found:
        return found
    if unit in {"polres", "polda"}:
        return registry.unit("polda" if len(code) == PROVINCE else "polres", code)
    return registry.unit(unit, seat[:PROVINCE]) if len(seat) > PROVINCE else None


def _of_region(registry: Registry, words: str, region: str | None) -> Agency | None:
    """Return the unit that the name means at the place that is talked of."""
    if not region:
        return None
    unit = _unit_of(registry, words) or _beginning(registry, words.split())
    return _located(registry, unit, region[:REGENCY]) if unit else None


def _before_comma(registry: Registry, words: str) -> Agency | None:
    """Return the national body that the name begins or ends with."""
    parts = words.split()
    for size in range(len(parts) - 1, 0, -1):
        for piece in (parts[:size], parts[-size:]):
            found = _national(registry, " ".join(piece))
            if found and (size > 1 or len(piece[0]) > 2):  # noqa: PLR2004 - two letters begin anything
                return found
    return None


_SMALL = {
    "kecamatan": DISTRICT,
    "camat": DISTRICT,
    "kelurahan": VILLAGE,
    "lurah": VILLAGE,
    "desa": VILLAGE,
    "polsek": DISTRICT,
}


def _small(registry: Registry, words: str, region: str | None) -> Agency | None:
    """Return the district or village office, or the police station, that the name means."""
    words = words.replace("kepolisian sektor", "polsek").removeprefix("kantor ")
    kind, _, rest = words.partition(" ")
    size = _SMALL.get(kind)
    if not size or not rest:
        return None
    prefix = "polsek" if kind == "polsek" else "kec" if size == DISTRICT else "kel"
    for name, within in _readings(registry, rest, region):
        entry = place_names(registry.gazetteer).get(name)
        codes = [code for code in (entry.small if entry else ()) if len(code) == size]
        inside = [code for code in codes if within and code.startswith(within)]
        if inside or len(codes) == 1:
            return registry.get(f"{prefix}-{(inside or codes)[0]}")
    return None


def _readings(registry: Registry, rest: str, region: str | None) -> Iterator[tuple[str, str | None]]:
    parts = rest.split()
    for at in range(1, len(parts)):
        codes = _places(registry, " ".join(parts[at:]))
        if codes:
            level = parts[at - 1] if parts[at - 1] in _LEVELS else ""
            fitting = [code for code in codes if not level or _is_level(code, level)]
            head = " ".join(word for word in parts[:at] if word not in _LEVELS)
            for code in fitting:
                yield head, code
    yield rest, region
    yield rest, region[:PROVINCE] if region else None
