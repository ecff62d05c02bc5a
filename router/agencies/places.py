"""Finds the places in an agency's name, and the small offices of districts and villages."""

from collections.abc import Iterator

from complaints.runtime.packaged import pairs_in
from normalizer.places.gazetteer import DISTRICT, PROVINCE, REGENCY, VILLAGE
from normalizer.places.names import place_names
from router.agencies.registry import Agency, Registry

LEVELS = frozenset(("kabupaten", "kota", "provinsi", "administrasi"))
"""Words for the level of a region; "administrasi" follows "kota" or "kabupaten" in DKI Jakarta."""

_LOOSE = frozenset(("institution", "landmark", "area", "nickname"))
"""Ways to refer to a place that do not count in an agency's name, because they are not the place's own name."""

_SMALL = {
    word: (office, VILLAGE if office == "kel" else DISTRICT)
    for word, office in pairs_in("router", "places_small_offices").items()
}
"""Small offices by the first word of their names: the kind of office, and the code length of its place."""

_TITLES = ("kantor", "kepala", "pemerintah", "bapak", "ibu", "wali", "sekretariat")
"""Words that may come before a small office's name."""


def places(registry: Registry, words: str) -> tuple[str, ...]:
    """Return the codes of the provinces and regencies that all the words together name, in no order of preference; empty if none.

    Nicknames, landmarks and institutions do not count as names.
    """
    name = place_names(registry.gazetteer).get(words)
    return tuple(claim.code for claim in name.strong if claim.how not in _LOOSE) if name else ()


def small_places(registry: Registry, words: str, *, villages: bool) -> tuple[str, ...]:
    """Return the code of the only regency that has districts or villages with the name `words`, in a tuple of one.

    The tuple is empty if several regencies have the name, if none has it, or if the words name a regency or province. A name that only
    villages have counts only if `villages` is true.
    """
    name = place_names(registry.gazetteer).get(words)
    small = name.small if name and not places(registry, words) else ()
    regencies = tuple(dict.fromkeys(code[:REGENCY] for code in small))
    fits = villages or any(len(code) == DISTRICT for code in small)
    return regencies if fits and len(regencies) == 1 else ()


def is_level(code: str, level: str) -> bool:
    """Return whether a region's code is of a level: "provinsi", "kota", "kabupaten", or "administrasi" for any regency or city."""
    if level == "provinsi":
        return len(code) == PROVINCE
    return len(code) == REGENCY and (level == "administrasi" or (code[3] == "7") == (level == "kota"))


def splits(registry: Registry, words: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield each split of an agency's name at a place at its end, the longest place first.

    Each split has the words before the place without levels' names, the level's name before it (empty if there is none), and the codes
    of the regencies and provinces that the place can be.
    """
    parts = words.split()
    for at in range(len(parts)):
        codes = places(registry, " ".join(parts[at:]))
        if codes:
            level = parts[at - 1] if at and parts[at - 1] in LEVELS else ""
            fitting = tuple(code for code in codes if not level or is_level(code, level))
            if fitting:
                yield without_levels(parts[:at]), level, fitting


def small_splits(registry: Registry, words: str, *, villages: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (the words before a district or village, the code of its regency as a tuple of one), the longest place first.

    Only a place at the end of the words counts, and only if one regency alone has it. The arguments are those of small_places.
    """
    parts = words.split()
    for at in range(1, len(parts)):
        codes = small_places(registry, " ".join(parts[at:]), villages=villages)
        if codes:
            yield without_levels(parts[:at]), codes


def without_levels(parts: list[str]) -> str:
    """Return the words without those for a level ("kabupaten", "kota", "provinsi", and "administrasi" directly after one of these)."""
    before = ["", *parts]
    return " ".join(
        word
        for word, last in zip(parts, before, strict=False)
        if word not in LEVELS or (word == "administrasi" and last not in LEVELS)
    )


def levels_first(registry: Registry, words: str) -> str:
    """Return the words with a final "kota" or "kabupaten" moved before its place: "polres bogor kota" becomes "polres kota bogor".

    If no place of that level is before the final word, return the words unchanged.
    """
    parts = words.split()
    if len(parts) > 1 and parts[-1] in {"kota", "kabupaten"}:
        for at in range(len(parts) - 1):
            if any(is_level(code, parts[-1]) for code in places(registry, " ".join(parts[at:-1]))):
                return " ".join([*parts[:at], parts[-1], *parts[at:-1]])
    return words


def small_office(registry: Registry, words: str, region: str | None) -> Agency | None:
    """Return the office of a district or village, its police station or its office of religious affairs, if the name certainly means one.

    Return None otherwise.
    """
    parts = words.split()
    while parts and parts[0] in _TITLES:
        parts.pop(0)
    if len(parts) < 2 or parts[0] not in _SMALL:  # noqa: PLR2004 - the word and a place
        return None
    prefix, size = _SMALL[parts[0]]
    rest = parts[2:] if parts[1] in {"kecamatan", "desa"} else parts[1:]
    if "kecamatan" in rest:  # "Desa ... Kecamatan ... Kabupaten ..."
        at = rest.index("kecamatan")
        above = small_office(registry, " ".join(rest[at:]), region)
        rest, region = rest[:at], above.region if above else region
    for name, within in _readings(registry, rest, region):
        codes = [code for code in _small_codes(registry, name) if len(code) == size]
        inside = [code for code in codes if within and code.startswith(within)]
        if len(inside) == 1 or (not inside and not within and len(codes) == 1):
            return registry.get(f"{prefix}-{(inside or codes)[0]}")
    return None


def _small_codes(registry: Registry, name: str) -> tuple[str, ...]:
    """Return the codes of the districts and villages with this name, written as one word or several."""
    table = place_names(registry.gazetteer)
    entry = table.get(name) or table.get(name.replace(" ", ""))
    return entry.small if entry else ()


def _readings(registry: Registry, parts: list[str], region: str | None) -> Iterator[tuple[str, str | None]]:
    named = False
    for at in range(1, len(parts)):
        level = parts[at - 1] if parts[at - 1] in LEVELS else ""
        for code in places(registry, " ".join(parts[at:])):
            if not level or is_level(code, level):
                named = True
                yield without_levels(parts[:at]), code
    rest = " ".join(parts)
    if region:
        yield rest, region
        yield rest, region[:PROVINCE]
    if not named:
        yield rest, None
