"""The official name of every Indonesian region, by its Kemendagri code."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

PROVINCE, REGENCY, DISTRICT, VILLAGE = 2, 5, 8, 13
"""Length of a code in characters for each level."""

_ACEH, _YOGYAKARTA = "11", "34"
_PAPUA = frozenset(("91", "92", "93", "94", "95", "96"))
"""Provinces with words of their own for districts and villages."""


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """The official names of all regions, by Kemendagri code, as the packaged data file has them."""

    names: dict[str, str]

    @classmethod
    def load(cls) -> "Gazetteer":
        """Return the gazetteer from the packaged data file, which is read once: each caller gets the same object."""
        return _load()

    def name(self, code: str | None) -> str:
        """Return the official name of a region ("Kota Semarang", "Jawa Tengah"), or an empty text if the code is unknown or None."""
        return self.names.get(code, "") if code else ""

    def full_name(self, code: str) -> str:
        """Return the name of an existing region with its level ("Provinsi Jawa Tengah", "Kota Semarang", "Kecamatan Tembalang")."""
        name = self.name(code)
        match len(code):
            case 2:
                return f"Provinsi {name}"
            case 8:
                return f"{_district_word(code)} {name}"
            case 13:
                return f"{_village_word(code)} {name}"
            case _:
                return name

    def regencies(self) -> Iterator[tuple[str, str]]:
        """Yield the Kemendagri code and the official name of each regency and city of the country."""
        return ((code, name) for code, name in self.names.items() if len(code) == REGENCY)


def _district_word(code: str) -> str:
    """Return the word for a district: in Papua "Distrik" (UU 21/2001 Pasal 1), in Yogyakarta the words of its Perdais."""
    if code[:PROVINCE] in _PAPUA:
        return "Distrik"
    if code[:PROVINCE] == _YOGYAKARTA:
        return "Kemantren" if code[3] == "7" else "Kapanewon"
    return "Kecamatan"


def _village_word(code: str) -> str:
    """Return the word for a village: in the regencies of Yogyakarta "Kalurahan", in Aceh "Gampong", in Papua "Kampung"."""
    if code[9] == "1":
        return "Kelurahan"
    if code[:PROVINCE] == _ACEH:
        return "Gampong"
    if code[:PROVINCE] in _PAPUA:
        return "Kampung"
    return "Kalurahan" if code[:PROVINCE] == _YOGYAKARTA else "Desa"


@cache
def _load() -> Gazetteer:
    raw = (resources.files("normalizer") / "data" / "regions.tsv.gz").read_bytes()
    cells = iter(gzip.decompress(raw).removesuffix(b"\n").replace(b"\n", b"\t").decode().split("\t"))  # no list per row
    return Gazetteer(names=dict(zip(cells, cells, strict=True)))


@lru_cache(maxsize=8192)
def described(gazetteer: Gazetteer, code: str) -> str:
    """Return a region's name for citizens, a district or village with its level and regency ("Kecamatan Mijen, Kota Semarang").

    The text is empty if the code is unknown.
    """
    if len(code) <= REGENCY or code not in gazetteer.names:
        return gazetteer.name(code)
    return f"{gazetteer.full_name(code)}, {gazetteer.name(code[:REGENCY])}"


@lru_cache(maxsize=8192)
def lineage(code: str) -> tuple[str | None, str | None, str | None, str | None]:
    """Return the codes of the province, regency, district and village that a code has as its parts; None for levels below its own."""
    size = len(code)
    return (
        code[:PROVINCE] if size >= PROVINCE else None,
        code[:REGENCY] if size >= REGENCY else None,
        code[:DISTRICT] if size >= DISTRICT else None,
        code if size >= VILLAGE else None,
    )
