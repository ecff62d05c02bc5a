"""The real views, read as the account of the analysts on the embedded engine."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from embedded.clickhouse.accounts import ANALYST, DATA, REFERENCE, SINK, VIEWS
from lapor.processes import reference
from sinks.clickhouse.client import Store, StoreRejected
from sinks.clickhouse.migrate import Dictionary, migrate
from sinks.clickhouse.reference import refresh
from sinks.clickhouse.rows import TABLES, rows_of
from tests.harness.clickhouse import PASSWORD, served
from tests.harness.events import complaint, dead_letter, delivery, landed, stored, told
from tests.harness.facts import case, opened, routed, stored_case
from tests.harness.numbers import FINGERPRINT, number
from tests.harness.tables import row_by_row

QUERY = re.compile(r"""lapor query (?:'([^']+)'|"([^"]+)")""")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server of this file's own, whose views are the real ones."""
    with served(tmp_path_factory.mktemp("clickhouse")) as number:
        yield number


@pytest.fixture(scope="module")
def analyst(port: int) -> Iterator[Store]:
    """The analyst's connection to a database with a case of everything."""
    sink = Store(f"clickhouse://{SINK}:{PASSWORD}@127.0.0.1:{port}/{DATA}")
    migrate(sink, fingerprint=FINGERPRINT)
    assert refresh(sink, reference.digest(), reference.tables)
    before = complaint(2)
    of = complaint(continues=before.tracking_code)
    events = (opened(before), opened(of), routed(of), landed(of), told(of), delivery(of), dead_letter())
    records = [stored(event) for event in events]
    for record in (*records, stored_case(case(of))):
        for table, row in rows_of(record, number):
            sink.insert(table, {name: [value] for name, value in row.items()}, token=uuid4().hex)
    sink.close()
    store = Store(f"clickhouse://{ANALYST}:{PASSWORD}@127.0.0.1:{port}/{DATA}")
    yield store
    store.close()


@pytest.mark.parametrize("view", [*VIEWS, *REFERENCE])
def test_the_analyst_reads_each_view_and_each_of_its_columns_by_name(analyst: Store, view: str) -> None:
    """No column has the name of a function that a reader may not use."""
    names, rows = analyst.table(f"SELECT * FROM {view} ORDER BY ALL LIMIT 100")
    assert rows
    again = f"SELECT {', '.join(names)} FROM {view} ORDER BY ALL LIMIT {len(rows)}"
    assert analyst.table(again)[1] == rows


@pytest.mark.parametrize("table", [*TABLES, "made"])
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


def test_every_table_view_and_column_that_analysts_read_says_what_it_means(analyst: Store) -> None:
    """In ClickHouse itself, where their tools show it; and no meaning is of nothing."""
    dictionary = Dictionary.load()
    columns = analyst.table(f"SELECT table, name, comment FROM system.columns WHERE database = '{DATA}'")[1]
    assert {table for table, _, _ in columns} >= {*VIEWS, *REFERENCE}
    assert [(table, name) for table, name, comment in columns if not comment] == []
    tables = analyst.table(f"SELECT name, comment FROM system.tables WHERE database = '{DATA}'")[1]
    assert [name for name, comment in tables if not comment] == []
    meant = {name if (name := f"{table}.{column}") in dictionary.columns else column for table, column, _ in columns}
    assert set(dictionary.columns) - meant == set()


def test_analysts_join_cases_with_agencies_regions_topics_and_days(port: int, analyst: Store) -> None:
    """Each owner has its government, each region its people, and working days are counted."""
    with closing(Store(f"clickhouse://{SINK}:{PASSWORD}@127.0.0.1:{port}/{DATA}")) as sink:
        assert not refresh(sink, reference.digest(), reference.tables), "it is filled again only if the data changed"
    asked = "SELECT name, level, government FROM agencies WHERE id IN ('dishub-33.74', 'kel-33.74.08.1001', 'pln') ORDER BY id"
    assert analyst.table(asked)[1] == [
        ("Dinas Perhubungan Kota Semarang", "regency", "Pemerintah Kota Semarang"),
        ("Kelurahan Candi Kota Semarang", "village", "Pemerintah Kota Semarang"),
        ("PT PLN (Persero)", "national", ""),
    ]
    assert analyst.table("SELECT sum(population), countIf(time_zone = 'WIT') > 0 FROM regions")[1] == [
        (270_203_917, True)
    ]
    unknown = analyst.table("SELECT owner_id FROM cases WHERE owner_id NOT IN (SELECT id FROM agencies)")[1]
    assert unknown == []
    ((days, since),) = analyst.table("SELECT working_days, received_day FROM cases")[1]
    worked = f"SELECT countIf(working) FROM calendar WHERE day > '{since}' AND day <= toDate(now('Asia/Jakarta'))"
    assert analyst.table(worked)[1] == [(days,)]
