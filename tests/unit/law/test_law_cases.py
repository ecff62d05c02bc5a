"""Complaints written from the law, before and apart from the rules: how many get the right owner, and how sure the wrong ones are.

All facts in them are invented. Rules were written with all of them at hand; `law_cases_fresh` is half of a set of 120. The floors are
what was measured (docs/benchmarks.md), less a case or two.
"""

from pathlib import Path
from typing import Any

from ops.quality.evaluate import evaluate
from ops.quality.labelled import labelled, read_rows
from router.routing import Router
from tests.harness.tables import each_row

DATA = Path(__file__).parents[2] / "data"


@each_row
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
