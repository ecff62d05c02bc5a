"""Sentences and what they must become: the owner, the regency, the class or abuse of office, under the rule that says why."""

from typing import Any

import pytest

from normalizer.results import Reading
from router.decision import Decision
from router.facts import Facts
from router.routing import Router
from tests.harness.tables import TABLES, document, over, rows_of

ROUTER = Router.load()

RULES = {
    f"{path.stem}, {name}": table
    for path in sorted((TABLES / "sentences").glob("*.yaml"))
    for name, table in document(f"tables/sentences/{path.name}").items()
}
"""The tables by the file and the name of their rule."""


def decided(text: str) -> tuple[Reading, Decision]:
    """Return the reading of a text and the decision on it."""
    reading = ROUTER.reader.read(text)
    return reading, ROUTER.decide(Facts(reading))


@pytest.mark.parametrize("rule", RULES)
def test_a_sentence_becomes_what_its_table_says(rule: str) -> None:
    """One owner, or one of those with commas between them; `oversight` and `class` hold for all rows of a table."""
    table: dict[str, Any] = RULES[rule]
    columns, rows = rows_of(table)

    def asked(**row: str | None) -> None:
        reading, decision = decided(str(row["text"]))
        if owners := row.get("owner"):
            assert decision.owner.id in owners.split(",")
        if "regency" in row:
            assert reading.place.regency == row["regency"]
        assert reading.oversight is table.get("oversight", reading.oversight)
        assert reading.complaint_class == table.get("class", reading.complaint_class)

    over(asked, f"{rule}: {table['rule']}", columns, lambda: rows)()


def test_each_table_of_sentences_asks_something() -> None:
    """A misspelt column or key would ask nothing."""
    for rule, table in RULES.items():
        assert {*table} <= {"rule", "columns", "rows", "oversight", "class"}, rule
        columns = set(rows_of(table)[0])
        assert columns <= {"owner", "regency", "text"}, rule
        assert columns & {"owner", "regency"} or {"oversight", "class"} & {*table}, rule
