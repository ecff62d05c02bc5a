"""The tools of analysts, unchanged, with the embedded ClickHouse: Python's, and everything that speaks JDBC."""

from __future__ import annotations

import datetime as dt

import clickhouse_connect
import pytest
import sqlalchemy
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from embedded.clickhouse.accounts import ANALYST, OPERATOR
from tests.harness import jdbc
from tests.harness.clickhouse import PASSWORD

ACCOUNTS = pytest.mark.parametrize("account", [OPERATOR, ANALYST])


@pytest.fixture
def port(sample: tuple[int, int]) -> int:
    """The HTTP port of a server."""
    return sample[1]


def connected(port: int, account: str) -> Client:
    """A client of the official Python library."""
    return clickhouse_connect.get_client(host="127.0.0.1", port=port, username=account, password=PASSWORD)


@ACCOUNTS
def test_the_python_library_reads_rows_and_frames(port: int, account: str) -> None:
    """As rows, as a pandas and as a polars data frame, as a stream, with values bound on the server and on the client."""
    with connected(port, account) as client:
        assert client.ping()
        assert client.query("SELECT number, toString(number) FROM numbers(3)").result_rows == [
            (0, "0"),
            (1, "1"),
            (2, "2"),
        ]
        assert client.query("SELECT {x:Int32} + 1", parameters={"x": 4}).result_rows == [(5,)]
        assert client.query("SELECT %(x)s", parameters={"x": "a'b"}).result_rows == [("a'b",)]
        frame = client.query_df("SELECT number AS n, toDate(number) AS d FROM numbers(3)")
        assert list(frame["n"]) == [0, 1, 2]
        arrow = client.query_df_arrow("SELECT 'x' AS a, [1, 2] AS b, NULL AS c", dataframe_library="polars")
        assert arrow.rows() == [("x", [1, 2], None)]
        with client.query_row_block_stream("SELECT number FROM numbers(100000)") as blocks:
            assert sum(map(len, blocks)) == 100_000
        with pytest.raises(DatabaseError, match="Code: 47"):
            client.query("SELECT nosuch")


def test_the_python_library_writes(port: int) -> None:
    """Rows of columns of many types, and the number of rows that it wrote."""
    with connected(port, OPERATOR) as client:
        client.command(
            "CREATE OR REPLACE TABLE z (a UInt32, t DateTime64(3, 'UTC'), n Nullable(Float64), l Array(LowCardinality(String))) "
            "ENGINE = MergeTree ORDER BY a"
        )
        at = dt.datetime(2026, 1, 1, 7, tzinfo=dt.UTC)
        rows = [[number, at, None if number % 2 else 1.5, ["a", "b"]] for number in range(1000)]
        assert client.insert("z", rows, column_names=["a", "t", "n", "l"]).written_rows == 1000
        found = client.query("SELECT count(), sum(a), min(t), countIf(n IS NULL), any(l) FROM z").result_rows
        assert found == [(1000, 499_500, at.replace(tzinfo=None), 500, ["a", "b"])]


@ACCOUNTS
def test_sqlalchemy_reads_and_lists(port: int, account: str) -> None:
    """Superset and notebooks use it."""
    engine = sqlalchemy.create_engine(f"clickhousedb+connect://{account}:{PASSWORD}@127.0.0.1:{port}/")
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("SELECT 1, 'x'")).fetchall() == [(1, "x")]
    assert "system" in sqlalchemy.inspect(engine).get_schema_names()


def test_jdbc_reads(port: int) -> None:
    """DBeaver, Metabase and everything else that speaks JDBC; as analysts do in test_analyst_clients.py, an operator does too."""
    found = jdbc.run(
        f"127.0.0.1:{port}",
        OPERATOR,
        PASSWORD,
        [
            "SELECT number AS n, toString(number) AS s FROM numbers(3)",
            "SELECT toDateTime64('2026-01-01 00:00:00.123', 3, 'UTC') AS t, [1, 2] AS l, NULL AS z",
            "SELECT name FROM system.databases WHERE name = 'system'",
        ],
    )
    assert found == [
        ["n", "s"],
        ["0", "0"],
        ["1", "1"],
        ["2", "2"],
        ["t", "l", "z"],
        ["2026-01-01 00:00:00.123", "[1, 2]", "NULL"],
        ["name"],
        ["system"],
    ]
