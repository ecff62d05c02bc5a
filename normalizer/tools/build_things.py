"""Writes data/things/official.tsv from named_things.jsonl: python -m normalizer.tools.build_things FILE."""

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from complaints.runtime import packaged
from normalizer.things.names import folded
from normalizer.things.table import COLUMNS

TARGET = Path(__file__).parent.parent / "data" / "things" / "official.tsv"

HEADER = """# Named public things of the lists of offices, made by python -m normalizer.tools.build_things.
# Do not edit: rows of known.tsv take precedence.
# Columns: {columns}.
# regions: Kemendagri codes. aliases: separated by ";". since: the day or year from which the tier holds, if the source says it.
"""

TIERS = {
    "national": "national",
    "provincial": "province",
    "regency": "regency",
    "city": "regency",
    "company": "company",
}

STATUS = {"statute": "statute", "official list": "official list", "secondary": "unverified"}

OWNERS = (
    ("hospital", "TNI", "tni"),
    ("hospital", "Kepolisian", "polri"),
    ("hospital", "Kementerian Kesehatan", "kemenkes"),
    ("airport", "Angkasa Pura", "angkasa-pura"),
    ("seaport", "Kementerian Perhubungan", "ditjen-hubla"),
    ("national_park", "Kementerian Kehutanan", "taman-nasional"),
    ("special_zone", "BP Batam", "bp-batam"),
)
"""The agency that answers for the things of a type, by words of the owner in the list; other owners follow from the tier by the rules.

A toll road's company is not among them: complaints about toll roads go to the Badan Pengatur Jalan Tol (UU 38/2004 jo. UU 2/2022 Pasal 45).
"""

NAMELESS = frozenset(("RSU Daerah",))
"""Names that are only the words of a type; any text with these words would mean the one thing."""

VAGUE = frozenset(("Tol Bandara", "TKR", "TSM", "ITS", "UPI", "UT", "UM", "UB", "PENS"))
"""Other names that mean something else as well."""


_MECHANICAL = frozenset(("hospital", "airport", "irrigation_area", "ferry_port", "weighbridge"))
"""Types whose other names are mostly the name with another word of the type."""


def table(lines: Iterable[str], listed: frozenset[str]) -> list[dict[str, str]]:
    """Return the rows by type, name and regions; rows with one type, name and regions become one."""
    found: dict[str, dict[str, str]] = {}
    for line in lines:
        row = json.loads(line)
        kind, name = row["type"], " ".join(row["name"].split())
        if name in NAMELESS:
            continue
        if kind == "university" and not listed.isdisjoint(map(folded, (name, *row["aliases"]))):
            continue
        regions = " ".join(sorted(row["regions"]))
        slug = re.sub(r"[^a-z0-9]+", "-", f"{kind.replace('_', '-')} {folded(name)}").strip("-")
        key = f"{slug}-{regions.split()[0]}" if regions else slug
        aliases = [one for one in row["aliases"] if one not in VAGUE and not _is_mechanical(kind, one, name)]
        if key in found:
            aliases = [*found[key]["aliases"].split(";"), *aliases]
        found[key] = {
            "id": key,
            "type": kind,
            "tier": TIERS[row["tier"]],
            "regions": regions,
            "owner": _owner(row),
            "since": row["status_since"] or "",
            "status": STATUS[row["confidence"]],
            "source": " ".join(row["source"].split()),
            "name": name,
            "aliases": ";".join(one for one in dict.fromkeys(aliases) if one and one != name),
        }
    return sorted(found.values(), key=lambda row: (row["type"], row["id"]))


def _is_mechanical(kind: str, alias: str, name: str) -> bool:
    """Return whether another name differs from the name only in the words of its type or in its signs: the program makes such forms."""
    if kind == "road":
        return "(" not in alias or "(" in name
    return kind in _MECHANICAL and folded(alias).split()[-2:] == folded(name).split()[-2:]


def _owner(row: dict[str, Any]) -> str:
    if row["type"] == "water_company" and row["regions"]:
        return f"pdam-{row['regions'][0]}"
    for kind, word, owner in OWNERS:
        if row["type"] == kind and word in row["owner"] and row["tier"] in {"national", "company"}:
            return owner
    return ""


def main() -> None:
    """Write the table. The same file always gives the same bytes."""
    document = packaged.document("router", "universities.yaml")["universities"]
    listed = frozenset(folded(one) for row in document.values() for one in (row["name"], *row["aliases"]))
    rows = table(Path(sys.argv[1]).read_text("utf-8").splitlines(), listed)
    lines = ["\t".join(row[column] for column in COLUMNS) for row in rows]
    TARGET.write_text(HEADER.format(columns=", ".join(COLUMNS)) + "\n".join(lines) + "\n", "utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(rows)} rows, {TARGET.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
