"""The real views, read as the account of the analysts on the embedded engine."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from embedded.clickhouse.accounts import ANALYST, DATA, SINK, VIEWS
from sinks.clickhouse.client import Store, StoreRejected
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.rows import TABLES, rows_of
from tests.harness.clickhouse import PASSWORD, port
from tests.harness.events import complaint, dead_letter, delivery, landed, stored, told
from tests.harness.facts import case, opened, routed, stored_case
from tests.harness.numbers import FINGERPRINT, number
from tests.harness.tables import row_by_row

__all__ = ["port"]

QUERY = re.compile(r"""lapor query (?:'([^']+)'|"([^"]+)")""")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def analyst(port: int) -> Iterator[Store]:
    """The analyst's connection to a database with a case of everything."""
    sink = Store(f"clickhouse://{SINK}:{PASSWORD}@127.0.0.1:{port}/{DATA}")
    migrate(sink, fingerprint=FINGERPRINT)
    of = complaint()
    records = [stored(event) for event in (opened(of), routed(of), landed(of), told(of), delivery(of), dead_letter())]
    for record in (*records, stored_case(case(of))):
        for table, row in rows_of(record, number):
            sink.insert(table, {name: [value] for name, value in row.items()}, token=uuid4().hex)
    sink.close()
    store = Store(f"clickhouse://{ANALYST}:{PASSWORD}@127.0.0.1:{port}/{DATA}")
    yield store
    store.close()


@pytest.mark.parametrize("view", VIEWS)
def test_the_analyst_reads_each_view_and_each_of_its_columns_by_name(analyst: Store, view: str) -> None:
    """No column has the name of a function that a reader may not use."""
    names, rows = analyst.table(f"SELECT * FROM {view}")
    assert rows
    assert analyst.table(f"SELECT {', '.join(names)} FROM {view} ORDER BY {names[0]}")[1] == rows


@pytest.mark.parametrize("table", [*TABLES, "migrations"])
def test_the_analyst_reads_no_table_behind_them(analyst: Store, table: str) -> None:
    """They have the rows of reports that were hidden later."""
    with pytest.raises(StoreRejected) as refused:
        analyst.table(f"SELECT * FROM {table}")
    assert refused.value.code == 497


def test_the_analyst_runs_every_query_of_the_documents(analyst: Store) -> None:
    """README, its Indonesian twin and docs/."""
    shown = [path.read_text("utf-8") for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))]
    queries = {one or other for text in shown for one, other in QUERY.findall(text)}
    assert len(queries) > 5
    for sql in queries:
        analyst.table(sql)


@row_by_row
def test_the_questions_of_analysts_have_an_answer(analyst: Store, sql: str) -> None:
    """By week, topic, owner, duty, hop, outcome, channel and main case."""
    analyst.table(sql)
