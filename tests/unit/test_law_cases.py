"""Complaints written from the law, before and apart from the rules: how many get the right owner, and how sure the wrong ones are.

All facts in them are invented. Rules were written with `law_cases` and `law_cases_broad` at hand. `law_cases_kept` was never read by
whoever writes rules, and must not be. The floors are what was measured (docs/benchmarks-routing.md), less a case or two.
"""

from pathlib import Path
from typing import Any

import pytest

from ops.quality.evaluate import evaluate
from ops.quality.labelled import labelled, read_rows
from router.routing import Router

DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize(
    ("name", "right", "province", "sure_wrong"),
    [
        ("law_cases", 0.80, 0.79, 0.12),
        ("law_cases_broad", 0.85, 0.79, 0.10),
        ("law_cases_kept", 0.41, 0.30, 0.32),
    ],
)
def test_cases_of_the_law_get_their_owner(name: str, right: float, province: float, sure_wrong: float) -> None:
    """Also those of a province, and a wrong answer is seldom sure."""
    rows: list[dict[str, Any]] = read_rows(DATA / f"{name}.jsonl")
    assert len(rows) > 100
    figures = evaluate(labelled(rows), Router.load())
    assert figures["top_1"]["share"] >= right
    assert figures["right_province"]["share"] >= province
    assert figures["sure_wrong"]["share"] <= sure_wrong
