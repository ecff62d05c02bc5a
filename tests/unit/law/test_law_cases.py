"""Complaints written from the law, before and apart from the rules: how many get the right owner, and how sure the wrong ones are.

All facts in them are invented. Rules were written with all of them at hand; `law_cases_fresh` is half of a set of 120. The floors are
what was measured (docs/benchmarks.md), less a case or two.
"""

from pathlib import Path
from typing import Any

import pytest

from ops.quality.evaluate import evaluate
from ops.quality.labelled import labelled, read_rows
from router.routing import Router

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize(
    ("name", "cases", "right", "province", "sure_wrong"),
    [
        ("law_cases", 202, 0.94, 0.95, 0.10),
        ("law_cases_broad", 107, 0.92, 0.87, 0.10),
        ("law_cases_kept", 112, 0.85, 0.87, 0.10),
        ("law_cases_fresh", 60, 0.93, 0.88, 0.10),
        ("law_cases_annex", 137, 0.95, 0.95, 0.10),
        ("law_cases_lawyer", 99, 0.95, 0.93, 0.10),
        ("law_cases_plain", 60, 0.89, 0.93, 0.10),
        ("law_cases_borders", 97, 0.88, 0.84, 0.10),
    ],
)
def test_cases_of_the_law_get_their_owner(
    name: str, cases: int, right: float, province: float, sure_wrong: float
) -> None:
    """Also those of a province, and a wrong answer is seldom sure."""
    rows: list[dict[str, Any]] = read_rows(DATA / f"{name}.jsonl")
    assert len(rows) == cases
    figures = evaluate(labelled(rows), Router.load())
    assert figures["top_1"]["share"] >= right
    assert figures["right_province"]["share"] >= province
    assert figures["sure_wrong"]["share"] <= sure_wrong
