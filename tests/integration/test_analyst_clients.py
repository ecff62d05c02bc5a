"""The clients of analysts, unchanged: each answers every question of the guide alike, value by value and in the same order."""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from typing import Any

import clickhouse_connect
import pytest
import sqlalchemy
from clickhouse_connect.driver.client import Client

from embedded.clickhouse.accounts import ANALYST, DATA
from ops.analysts.guide import questions
from sinks.clickhouse.client import Store
from tests.harness import answers, jdbc
from tests.harness.clickhouse import PASSWORD

ASKED = [one.on_the_sample() for part in questions().values() for one in part]

Answer = tuple[list[str], list[list[str]]]
"""The names of the columns, and the rows with each value as text."""


@pytest.fixture(scope="module")
def expected(sample: tuple[int, int]) -> list[Answer]:
    """What the native protocol answers, from which the guide is made."""
    with closing(Store(f"clickhouse://{ANALYST}:{PASSWORD}@127.0.0.1:{sample[0]}/{DATA}")) as store:
        return [(names, answers.table(rows)) for names, rows in map(store.table, ASKED)]


def connected(port: int) -> Client:
    """A client of the official Python library."""
    return clickhouse_connect.get_client(
        host="127.0.0.1", port=port, username=ANALYST, password=PASSWORD, database=DATA
    )


def by_rows(port: int) -> Iterator[Answer]:
    """The official Python library."""
    with connected(port) as client:
        for found in map(client.query, ASKED):
            yield list(found.column_names), answers.table(found.result_rows)


def by_pandas(port: int) -> Iterator[Answer]:
    """Its data frames of pandas."""
    with connected(port) as client:
        for frame in map(client.query_df, ASKED):
            yield list(frame.columns), answers.table(frame.itertuples(index=False, name=None))


def by_polars(port: int) -> Iterator[Answer]:
    """Its data frames of polars."""
    with connected(port) as client:
        for sql in ASKED:
            frame: Any = client.query_df_arrow(sql, dataframe_library="polars")
            yield list(frame.columns), answers.table(frame.rows())


def by_sqlalchemy(port: int) -> Iterator[Answer]:
    """SQLAlchemy, with which Superset and notebooks ask."""
    engine = sqlalchemy.create_engine(f"clickhousedb+connect://{ANALYST}:{PASSWORD}@127.0.0.1:{port}/{DATA}")
    with engine.connect() as connection:
        for sql in ASKED:
            found = connection.exec_driver_sql(sql)
            yield list(found.keys()), answers.table(found.fetchall())
    assert DATA in sqlalchemy.inspect(engine).get_schema_names()
    engine.dispose()


def by_jdbc(port: int) -> Iterator[Answer]:
    """JDBC, with which DBeaver and Metabase ask: its rows come in one list, in which a line stands before each result."""
    marked = [sql for number, one in enumerate(ASKED) for sql in (f"SELECT 'result {number}' AS mark", one)]
    found = jdbc.run(f"127.0.0.1:{port}/{DATA}", ANALYST, PASSWORD, marked)
    marks = [at for at, row in enumerate(found) if row == ["mark"]]
    for first, last in pairwise([*marks, len(found)]):
        names, *rows = found[first + 2 : last]
        yield names, answers.table(rows)


@pytest.mark.parametrize("client", [by_rows, by_pandas, by_polars, by_sqlalchemy, by_jdbc])
def test_each_client_gives_the_same_answers(
    client: Callable[[int], Iterator[Answer]], sample: tuple[int, int], expected: list[Answer]
) -> None:
    """The names of the columns, and the values."""
    assert len(ASKED) > 30
    found = list(client(sample[1]))
    wrong = [(sql, one, right) for sql, one, right in zip(ASKED, found, expected, strict=True) if one != right]
    assert wrong == []
