"""Measures what a government's own division of tasks adds at its own desk: python -m benchmarks.routing.allotments REPORTS REGION [HALVES].

REPORTS is a file of reports with the units that officers chose; those of the government of REGION count. Of each random half an allotment
is proposed, and the other half is routed within the government, without it and with it.
"""

import random
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ops.allot import proposed
from ops.quality.evaluate import evaluate
from ops.quality.labelled import Labelled, labelled, read_rows
from router.agencies.resolve import resolve
from router.routing import Router
from router.within import House

HALVES = 20
"""The number of random halves."""

_SHARES = ("top_1", "top_3")


def of_government(reports: Sequence[Labelled], house: House, router: Router) -> list[Labelled]:
    """Return the reports that an officer gave to the government or to one of its units, by the names that they have in full."""
    found = []
    for report in reports:
        agency = resolve(router.registry, report.best[0]) if report.best else None
        if agency and agency.id != house.agency.id and house.has(agency, router.registry):
            found.append(report)
    return found


def figures(reports: Sequence[Labelled], router: Router, house: House) -> list[float]:
    """Return the shares of right units, first and among three, and the macro-recall."""
    found: dict[str, Any] = evaluate(reports, router, house)
    return [*(found[key]["share"] for key in _SHARES), found["macro_recall"]]


def main() -> None:
    """Print the mean figures over the halves, without and with an allotment."""
    path, region = Path(sys.argv[1]), sys.argv[2]
    halves = int(sys.argv[3]) if len(sys.argv) > 3 else HALVES  # noqa: PLR2004 - the third argument
    plain, today = Router.load(), datetime.now(UTC).date()
    house = House.of(f"pemda-{region}", plain.registry)
    reports = of_government(labelled(read_rows(path)), house, plain)
    sums = [[0.0] * 3, [0.0] * 3]
    for number in range(halves):
        order = random.Random(number).sample(reports, len(reports))  # noqa: S311 - a sample, not a secret
        first, second = order[: len(order) // 2], order[len(order) // 2 :]
        with tempfile.TemporaryDirectory() as folder:
            made = proposed(first, region, plain, since=today, source=path.name)
            (Path(folder) / f"{region}.yaml").write_text(made.text, "utf-8")
            divided = Router.load(allotments=Path(folder), today=today)
            for kind, router in enumerate((plain, divided)):
                for index, figure in enumerate(figures(second, router, house)):
                    sums[kind][index] += figure / halves
    sys.stdout.write(f"{len(reports)} reports, {halves} halves: unit right, among three, macro-recall\n")
    for title, row in zip(("within, no allotment", "within, allotment of the other half"), sums, strict=True):
        sys.stdout.write(f"{title:>36}" + "".join(f"{figure:>8.3f}" for figure in row) + "\n")


if __name__ == "__main__":
    main()
